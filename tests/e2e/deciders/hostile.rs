//! Deciders that hang, lie, go on for ever or are somebody else.

use super::{World, code, decider, forward_auth};
use crate::harness::eventually;
use crate::harness::files::scratch;
use crate::harness::tls::{Authority, Validity};
use crate::introspection::endpoint::{Endpoint, Says};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Whatever is no answer.
fn nonsense() -> Vec<(&'static str, Says, &'static str)> {
    let long = "x".repeat(1 << 20);
    let head = "HTTP/1.1 200 OK\r\n";
    vec![
        ("hangs", Says::Nothing, "did not answer in 500 ms"),
        (
            "trickles",
            Says::Slowly(format!("{head}X-Long: {long}")),
            "",
        ),
        (
            "trickles its body",
            Says::Slowly(format!("{head}Content-Length: 1000\r\n\r\n{long}")),
            "did not answer in 500 ms",
        ),
        ("closes", Says::Close, "without an answer"),
        (
            "closes within",
            Says::Answer(head.to_owned()),
            "within its answer",
        ),
        (
            "closes within its body",
            Says::Answer(format!("{head}Content-Length: 10\r\n\r\nabc")),
            "within its answer",
        ),
        (
            "is long",
            Says::answer(200, "", &long),
            "larger than 65536 bytes",
        ),
        (
            "garbage",
            Says::Answer("SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned()),
            "not proper HTTP",
        ),
        (
            "two lengths",
            Says::Answer(format!(
                "{head}Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde"
            )),
            "not proper HTTP",
        ),
        ("its own trouble", Says::answer(502, "", ""), "answered 502"),
        (
            "another protocol",
            Says::Answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n".to_owned()),
            "switched protocols",
        ),
    ]
}

#[test]
fn what_is_no_answer_is_never_the_callers_fault_and_bounded() {
    let endpoint = Endpoint::start();
    let more = json!({"timeout": "500ms"});
    let world = World::start(&[("sso", forward_auth(&endpoint, &more))]);
    for (name, says, expected) in nonsense() {
        endpoint.says(says);
        let begun = Instant::now();
        let refused = world.ask();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{name}: {took:?}");
        assert_eq!(
            (refused.status, &*code(&refused)),
            (503, "authorization.external_unavailable"),
            "{name}: {}",
            refused.text()
        );
        assert_eq!(refused.json()["fault"], "operator", "{name}");
        let told = world.why(&refused);
        assert!(told.contains(expected), "{name}: {told}");
        assert_eq!(world.send("GET /other", "", "").status, 200, "{name}");
        // What is right again passes again, so that nothing adds up to a rest.
        endpoint.says(Says::answer(200, "", ""));
        for _ in 0..2 {
            eventually("it passes", || (world.ask().status == 200).then_some(()));
        }
    }
}

#[test]
fn answers_of_opa_that_contradict_themselves_count_for_nothing() {
    let endpoint = Endpoint::start();
    let url = format!("{}/v1/data/allow", endpoint.origin());
    let world = World::start(&[("opa", decider("opa", &url, &json!({})))]);
    for answer in [
        r#"{"result": true, "result": false}"#,
        r#"{"result": {"allow": true, "allow": false}}"#,
        r#"{"result": "true"}"#,
        r#"{"result": 1}"#,
        r#"{"result": {}}"#,
        r#"{"result": [true]}"#,
        "true",
        "",
    ] {
        endpoint.says(Says::answer(
            200,
            "Content-Type: application/json\r\n",
            answer,
        ));
        let refused = world.ask();
        let found = code(&refused);
        assert_eq!(found, "authorization.external_unavailable", "{answer}");
        endpoint.says(Says::json(&json!({"result": true})));
        for _ in 0..2 {
            eventually("it passes", || (world.ask().status == 200).then_some(()));
        }
    }
    // The status is no permission by itself.
    for status in [201, 204, 302, 401] {
        endpoint.says(Says::answer(status, "", r#"{"result": true}"#));
        assert_ne!(world.ask().status, 200, "{status}");
        endpoint.says(Says::json(&json!({"result": true})));
        for _ in 0..2 {
            eventually("it passes", || (world.ask().status == 200).then_some(()));
        }
    }
}

#[test]
fn one_that_is_away_is_left_alone_so_that_nobody_waits_for_it() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::Nothing);
    let more = json!({"timeout": "300ms"});
    let world = World::start(&[("sso", forward_auth(&endpoint, &more))]);
    let mut times = Vec::new();
    for _ in 0..14 {
        let begun = Instant::now();
        let refused = world.ask();
        assert_eq!(code(&refused), "authorization.external_unavailable");
        times.push((begun.elapsed(), refused));
    }
    let quick = times
        .iter()
        .filter(|(took, _)| *took < Duration::from_millis(200));
    assert!(
        quick.count() >= 3,
        "{:?}",
        times.iter().map(|t| t.0).collect::<Vec<_>>()
    );
    let told = world.why(&times.last().expect("one").1);
    assert!(told.contains("left alone"), "{told}");
    let text = world.metrics();
    assert!(
        text.contains(r#"postern_external_decisions_total{policy="sso",result="failed"} 14"#),
        "{text}"
    );
    // It comes back, and is found to have.
    endpoint.says(Says::answer(200, "", ""));
    eventually("it passes", || (world.ask().status == 200).then_some(()));
    let text = world.metrics();
    let passed = r#"postern_external_decisions_total{policy="sso",result="passed"} 1"#;
    assert!(text.contains(passed), "{text}");
    assert!(text.contains("postern_external_decision_duration_seconds_count{policy=\"sso\"}"));
}

#[test]
fn a_kept_connection_that_is_closed_costs_nobody_an_answer() {
    let upstream = Upstream::start();
    let url = format!("http://{}/do/die-on-reuse", upstream.address);
    let world = World::start(&[("sso", decider("forward_auth", &url, &json!({})))]);
    for _ in 0..12 {
        let response = world.ask();
        assert_eq!(response.status, 200, "{}", response.text());
    }
}

#[test]
fn only_who_can_be_verified_is_asked() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let issued = ours.issue("decider", &["127.0.0.1"], Validity::Now);
    let upstream = Upstream::start_tls(&issued);
    let url = format!("https://{}/status/200", upstream.address);
    let with = |tls: Value| decider("forward_auth", &url, &json!({"tls": tls}));
    let known = with(json!({"authorities": ours.path()}));
    let unknown = with(json!({"authorities": theirs.path()}));
    let another = with(json!({"authorities": ours.path(), "server_name": "decider.test"}));
    let system = decider("forward_auth", &url, &json!({}));
    for (name, decider, passes) in [
        ("known", known, true),
        ("unknown", unknown, false),
        ("another name", another, false),
        ("by the system", system, false),
    ] {
        let world = World::start(&[("sso", decider)]);
        let response = world.ask();
        if passes {
            assert_eq!(response.status, 200, "{name}: {}", response.text());
        } else {
            assert_eq!(
                code(&response),
                "authorization.external_unavailable",
                "{name}"
            );
            let told = world.why(&response);
            assert!(told.contains("TLS"), "{name}: {told}");
        }
    }
}

#[test]
fn a_tenants_decider_is_where_the_egress_rule_allows() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::answer(200, "", ""));
    let sso = json!({
        "kind": "external", "on": {"tenant": "partner"},
        "decider": forward_auth(&endpoint, &json!({})),
    });
    let mut service = json!({
        "tenant": "partner", "versions": {"v1": {"upstream": "behind", "operations": {
            "asked": {"methods": ["GET"], "path": "/asked/{id}"},
        }}},
    });
    let more = json!({
        "egress": {}, "plans": {}, "subscriptions": {}, "policies": {"sso": sso},
        "services": {"orders": service},
    });
    let world = World::with(&more);
    let refused = world.ask();
    assert_eq!(code(&refused), "authorization.external_unavailable");
    let told = world.why(&refused);
    assert!(told.contains("loopback"), "{told}");
    assert_eq!(endpoint.asked(), 0);
    // The platform's may be anywhere.
    service.as_object_mut().expect("a mapping").remove("tenant");
    let mut more = more;
    more["policies"]["sso"]["on"] = json!("platform");
    more["services"]["orders"] = service;
    let world = World::with(&more);
    assert_eq!(world.ask().status, 200);
    assert_eq!(endpoint.asked(), 1);
}

#[test]
fn a_certificate_that_is_not_there_is_said_when_it_is_configured() {
    let folder = scratch("decider-tls");
    let missing = folder.join("nobody.pem");
    let tls = json!({"authorities": missing});
    let decider = decider(
        "forward_auth",
        "https://127.0.0.1:9/check",
        &json!({"tls": tls}),
    );
    let stored = crate::commands::Stored::empty();
    let applied = stored.apply(
        &json!({"policies": {"sso": {"kind": "external", "on": "platform", "decider": decider}}})
            .to_string(),
    );
    assert!(!applied.status.success(), "{applied:?}");
    assert!(applied.stderr.contains("nobody.pem"), "{applied:?}");
}
