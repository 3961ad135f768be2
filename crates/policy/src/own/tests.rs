use super::*;
use crate::credential::{HostWays, proved, verify_in};
use crate::decision::{Decision, Depth, Step};
use crate::facts::Live;
use crate::testing::callers::{NOW, World, verifier, written};
use crate::testing::{connection, head, rules, service};
use crate::walk::Walk;
use postern_model::denial::Code;
use postern_model::entity::{StatusProfile, Visibility};

const HOST: &str = "Host: api.example.com";

fn decided(rules: &Rules, head: &Head) -> Decision {
    let snapshot = Snapshot {
        rules,
        directory: &crate::Directory::default(),
    };
    let connection = connection("198.51.100.1");
    match Walk::new(Depth::FirstDenial).step(&snapshot, &Live::new(head, &connection, 0)) {
        Step::Done(decision) => decision,
        Step::Need(fact) => panic!("needs {fact}"),
    }
}

#[test]
fn the_gateway_answers_below_its_own_prefix_on_every_host_and_nowhere_else() {
    // Nothing else would answer that path here.
    let rules = rules(vec![service(&["api.example.com"], "", &["/{*rest}"])]);
    for (target, rest) in [
        ("/.well-known/postern", ""),
        ("/.well-known/postern/whoami?x=y", "/whoami"),
        ("/%2Ewell-known/postern/check/a%2fb", "/check/a%2Fb"),
    ] {
        for host in [HOST, "Host: elsewhere.example"] {
            let head = head("POST", target, &[host]);
            let Decision::Own(own) = decided(&rules, &head) else {
                panic!("{target} of {host} is not the gateway's");
            };
            let connection = connection("198.51.100.1");
            let live = Live::new(&head, &connection, 0);
            assert_eq!(own.rest(&live), rest);
            assert_eq!(own.not_found(&rules, &live).code, Code::NotFound);
            assert_eq!(own.client.address.to_string(), "198.51.100.1");
        }
    }
    for target in [
        "/.well-known/posterns/whoami",
        "/.well-known/Postern/whoami",
    ] {
        let decision = decided(&rules, &head("GET", target, &[HOST]));
        assert!(matches!(decision, Decision::Allow), "{target}");
    }
}

#[test]
fn what_follows_the_prefix_is_asked_for_with_everything_else_alike() {
    let fields = &[HOST, "X-API-Key: k"];
    let asked = |target: &str| shifted(&head("PUT", target, fields), 3);
    for (target, path, whole) in [
        ("/.well-known/postern/check/", "/", "/"),
        ("/.well-known/postern/check/a/b", "/a/b", "/a/b"),
        (
            "/%2ewell-known/postern/check/a%2fb?q=/1",
            "/a%2fb",
            "/a%2fb?q=/1",
        ),
    ] {
        let asked = asked(target).unwrap();
        assert_eq!(asked.path(), path.as_bytes());
        assert_eq!(asked.target(), whole.as_bytes());
        assert_eq!(asked.method(), b"PUT");
        assert_eq!(asked.authority(), Some(&b"api.example.com"[..]));
        assert_eq!(asked.fields.named(b"x-api-key").next(), Some(&b"k"[..]));
    }
    assert!(asked("/.well-known/postern/check").is_none());
    assert!(asked("/.well-known/postern/check?a=/b").is_none());
}

#[test]
fn a_key_is_found_where_any_service_of_the_host_looks_and_only_open_services_are_told_of() {
    let mut world = World::new();
    let mut hidden = service(&["*.example.com"], "/hidden", &["GET /x"]);
    hidden.visibility = Visibility::Private {
        shared_with: vec![],
    };
    hidden.authentication = world.configuration.services[0].authentication.clone();
    hidden.authentication.as_mut().unwrap().headers = vec!["x-secret-key".into()];
    let mut quiet = hidden.clone();
    quiet.name = "quiet".into();
    quiet.base_path = "/quiet".into();
    quiet.visibility = Visibility::Public;
    quiet.status_profile = StatusProfile::Conceal;
    world.configuration.services.extend([hidden, quiet]);
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let key = written(&world.key);
    let connection = connection("198.51.100.1");
    let look = |host: &str, target: &str, fields: &[&str]| {
        let head = head("GET", target, fields);
        let live = Live::new(&head, &connection, NOW * 1000);
        let ways = HostWays::on(Some(host), &rules);
        let by = |accepted| {
            let verdict = verify_in(accepted, &live, &snapshot, verifier());
            let proved = proved(&verdict, accepted, &live, &snapshot);
            (verdict, proved)
        };
        let told = by(ways.told());
        match ways.all() {
            Some(all) if told.1.is_err() => (by(all).1.is_ok(), by(all).1.or(told.1)),
            _ => (false, told.1),
        }
    };
    for (host, target, field, hidden) in [
        ("api.example.com", "/", format!("X-Api-Key: {key}"), false),
        ("api.example.com", "/", format!("X-Secret-Key: {key}"), true),
        (
            "api.example.com",
            &*format!("/?api_key={key}"),
            "A: b".into(),
            false,
        ),
        // No service takes anything there.
        ("elsewhere.example", "/", format!("X-API-Key: {key}"), false),
    ] {
        let (by_hidden, proved) = look(host, target, &[&field]);
        assert_eq!(&*proved.unwrap().app.name, "shop", "{host} {field}");
        assert_eq!(by_hidden, hidden, "{host} {field}");
    }
    for (host, key) in [
        ("elsewhere.example", &*key),
        // What is wrong with it is not told: that would tell of the service.
        ("api.example.com", "pst_cut"),
    ] {
        let (_, proved) = look(host, "/", &[&format!("X-Secret-Key: {key}")]);
        assert_eq!(proved.unwrap_err().code, Code::CredentialMissing, "{host}");
    }
    let (_, proved) = look("api.example.com", "/", &[]);
    let told = format!("{:?}", proved.unwrap_err());
    assert!(
        told.contains("X-API-Key") && !told.contains("Secret"),
        "{told}"
    );
}
