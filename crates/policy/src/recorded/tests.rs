use super::*;
use crate::decision::{Decision, Depth, Step};
use crate::testing::callers::{NOW, World, key, verifier, written};
use crate::testing::{connection, head};
use postern_model::denial::Code;
use postern_model::entity::{Revocation, SubscriptionState, Suspension, Visibility};
use proptest::prelude::*;

fn decide(snapshot: &Snapshot<'_>, live: &Live<'_>) -> (Decision, Recorded) {
    let mut walk = Walk::new(Depth::FirstDenial);
    loop {
        match walk.step(snapshot, live) {
            Step::Need(_) => {
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(live, snapshot, route, verifier());
                live.provide_credential(verdict);
            }
            Step::Done(decision) => return (decision, Recorded::of(live, &walk, snapshot)),
        }
    }
}

fn again(rules: &crate::Rules, recorded: &Recorded) -> Decision {
    let directory = recorded.directory();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    match Walk::new(Depth::FirstDenial).step(&snapshot, recorded) {
        Step::Done(decision) => decision,
        Step::Need(fact) => panic!("a record is asked for {fact}"),
    }
}

/// The code of a refusal, `None` of an allowed request; fails if it could not be told.
fn code(decision: &Decision) -> Option<Code> {
    match decision {
        Decision::Allow | Decision::Own(_) | Decision::Preflight => None,
        Decision::Refuse(denial) => Some(denial.code),
        Decision::CannotTell(unknown) => panic!("{unknown:?}"),
    }
}

/// Decides a request live and again from its record, after that was written and read.
fn both(world: &World, head: &crate::head::Head) -> (Decision, Decision, String) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let peer = connection("198.51.100.1");
    let live = Live::new(head, &peer, NOW * 1000);
    let (first, recorded) = decide(&snapshot, &live);
    let json = serde_json::to_string(&recorded).unwrap();
    let read: Recorded = serde_json::from_str(&json).unwrap();
    assert_eq!(read, recorded);
    (first, again(&rules, &read), json)
}

const HOST: &str = "Host: api.example.com";

#[test]
fn what_was_decided_is_decided_again() {
    let mut world = World::new();
    world.configuration.services[0].versions[0].operations[0].path = "/orders/{id}".into();
    let key_line = format!("X-API-Key: {}", written(&world.key));
    let unknown = format!("X-API-Key: {}", written(&key(2)));
    for (method, target, fields, expected) in [
        ("GET", "/orders/17?x=1", vec![HOST, &key_line], None),
        ("POST", "/orders", vec![HOST, &key_line], None),
        (
            "GET",
            "/orders/17",
            vec![HOST],
            Some(Code::CredentialMissing),
        ),
        (
            "GET",
            "/orders/17",
            vec![HOST, &unknown],
            Some(Code::CredentialUnknown),
        ),
        ("GET", "/none", vec![HOST], Some(Code::NotFound)),
        ("PUT", "/orders", vec![HOST], Some(Code::MethodNotAllowed)),
        ("OPTIONS", "*", vec![HOST], Some(Code::NotFound)),
    ] {
        let (first, second, _) = both(&world, &head(method, target, &fields));
        assert_eq!(code(&first), expected, "{method} {target}");
        assert_eq!(code(&second), expected, "{method} {target}");
    }
}

#[test]
fn no_secret_is_kept() {
    let mut world = World::new();
    world.configuration.services[0].versions[0].operations[0].path = "/orders/{id}".into();
    let secret = written(&world.key);
    let key_line = format!("X-API-Key: {secret}");
    let fields = [
        HOST,
        &key_line,
        "Cookie: canary1",
        "Authorization: Bearer canary2",
    ];
    let (_, _, json) = both(&world, &head("GET", "/orders/canary3?a=canary4", &fields));
    let query = format!("/orders/canary3?api_key={secret}");
    let (_, _, other) = both(&world, &head("GET", &query, &[HOST]));
    for kept in [json, other] {
        assert!(!kept.contains("canary") && !kept.contains(secret.get(21..50).unwrap()));
        assert!(!kept.contains("digest"));
        assert!(kept.contains("/orders/{id}") && kept.contains(world.key.id()));
    }
}

#[test]
fn a_path_that_was_not_kept_may_have_been_another_operations_under_other_rules() {
    let mut world = World::new();
    world.configuration.services[0].versions[0].operations[0].path = "/orders/{id}".into();
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let head = world.request("GET", "/orders/new", &[]);
    let peer = connection("198.51.100.1");
    let live = Live::new(&head, &peer, NOW * 1000);
    let (_, recorded) = decide(&snapshot, &live);
    let compile = |world: &World| {
        crate::Rules::compile(world.configuration.clone().into(), "2".into()).unwrap()
    };
    assert_eq!(code(&again(&compile(&world), &recorded)), None);
    world.configuration.services[0].versions[0].operations[2].path = "/orders/new".into();
    let Decision::CannotTell(unknown) = again(&compile(&world), &recorded) else {
        panic!("tells");
    };
    assert_eq!(unknown.what, "path");
}

fn worlds() -> impl Strategy<Value = World> {
    let breaks = prop::collection::vec(0u8..12, 0..3);
    breaks.prop_map(|breaks| {
        let mut world = World::new();
        world.configuration.services[0].versions[0].operations[0].path = "/orders/{id}".into();
        for which in breaks {
            break_it(&mut world, which);
        }
        world
    })
}

fn break_it(world: &mut World, which: u8) {
    let suspended = || {
        Some(Suspension {
            since: 7,
            reason: None,
        })
    };
    match which {
        0 => world.credential().expires_at = Some(NOW),
        1 => world.credential().environment = "staging".into(),
        2 => world.credential().scopes = Some(["orders:read".into()].into()),
        3 => {
            for row in &mut world.accounts.subscriptions {
                row.state = SubscriptionState::Pending;
            }
        }
        4 => world.accounts.subscriptions.clear(),
        5 => {
            for row in &mut world.accounts.apps {
                row.suspended = suspended();
            }
        }
        6 => world.accounts.tenants[0].suspended = suspended(),
        7 => world.accounts.apps.clear(),
        8 => {
            world.configuration.services[0].visibility = Visibility::Private {
                shared_with: vec![],
            };
        }
        9 => {
            let restriction = world.credential().restriction.get_or_insert_default();
            restriction.referrers = vec!["shop.example".into()];
        }
        10 => {
            world.credential().revoked = Some(Box::new(Revocation {
                at: 1,
                by: None,
                reason: None,
            }));
        }
        _ => {
            let other = crate::testing::callers::keyer().keyed(&[3; 32]);
            world.credential().proof = postern_model::entity::Proof::Key(other);
        }
    }
}

proptest! {
    #[test]
    fn a_record_is_decided_like_its_request_or_says_that_it_cannot_tell(
        world in worlds(),
        method in prop::sample::select(vec!["GET", "POST", "HEAD", "DELETE", "OPTIONS", "X"]),
        target in "(/|/orders|/orders/[a-z%;.]{0,4}|/status|\\*)(\\?[a-z=%]{0,6})?",
        fields in prop::collection::vec(prop::sample::select(vec![
            "KEY", "KEY", "X-API-Key: pst_x", "Authorization: Bearer x", "Expect: x",
            "Referer: https://shop.example/x", "Upgrade: websocket", "Connection: upgrade",
            "Sec-WebSocket-Version: 13", "X-Forwarded-For: 10.0.0.1", "Content-Type: text/plain",
        ]), 0..4),
    ) {
        let key_line = format!("X-API-Key: {}", written(&world.key));
        let mut lines = vec![HOST];
        lines.extend(fields.iter().map(|f| if *f == "KEY" { key_line.as_str() } else { f }));
        let (first, second, _) = both(&world, &head(method, &target, &lines));
        if !matches!(second, Decision::CannotTell(_)) {
            prop_assert_eq!(code(&first), code(&second));
        }
    }

    #[test]
    fn no_facts_do_harm(
        world in worlds(),
        method in prop::collection::vec(any::<u8>(), 0..6),
        target in prop::collection::vec(any::<u8>(), 0..40),
        authority in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
        fields in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "x-api-key", "authorization", "referer", "via", "expect", "x-forwarded-for",
                    "content-type", "content-length", "connection", "upgrade", "forwarded",
                ]),
                prop::collection::vec(any::<u8>(), 0..30),
            ),
            0..6,
        ),
        now in any::<i64>(),
        verdict in verdicts(),
    ) {
        let mut head = head("GET", "/orders/1", &[]);
        // Half of the requests get as far as a caller is judged.
        if method.len() % 2 == 0 {
            head.method = head.fields.append(&method);
            head.target = head.fields.append(&target);
            head.split_path(head.target);
            head.authority = authority.map(|bytes| head.fields.append(&bytes));
        } else {
            head.authority = Some(head.fields.append(b"api.example.com"));
        }
        for (name, value) in fields {
            head.fields.push(name.as_bytes(), &value);
        }
        let (rules, directory) = (world.rules(), world.directory());
        let snapshot = Snapshot { rules: &rules, directory: &directory };
        let peer = connection("198.51.100.1");
        for depth in [Depth::FirstDenial, Depth::Everything] {
            let live = Live::new(&head, &peer, now);
            live.provide_credential(verdict.clone());
            let mut walk = Walk::new(depth);
            let ended = matches!(walk.step(&snapshot, &live), Step::Done(_));
            prop_assert!(ended);
        }
    }
}

fn verdicts() -> impl Strategy<Value = CredentialVerdict> {
    use crate::facts::{OtherKind, Place};
    use postern_model::key::Malformed;
    let place = Place::Header("x-api-key".into());
    prop_oneof![
        Just(CredentialVerdict::Missing),
        Just(CredentialVerdict::KindNotAccepted {
            sent: OtherKind::Basic
        }),
        Just(CredentialVerdict::Malformed {
            place: place.clone(),
            fault: Malformed::Empty
        }),
        Just(CredentialVerdict::Ambiguous {
            places: vec![place]
        }),
        ".{0,8}".prop_map(|id| CredentialVerdict::Unknown { id: id.into() }),
        ".{0,8}".prop_map(|id| CredentialVerdict::WrongSecret { id: id.into() }),
        ".{0,8}".prop_map(|id| CredentialVerdict::Verified { id: id.into() }),
        Just(CredentialVerdict::Verified {
            id: format!("key_{}", key(1).id()).into()
        }),
    ]
}
