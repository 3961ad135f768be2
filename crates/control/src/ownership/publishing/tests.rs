use super::*;
use postern_model::permission::{BuiltIn, Grants};
use postern_store::Kind;
use serde_json::json;

fn publisher() -> Actor {
    let mut grants = Grants::none();
    grants.grant(&"commerce".into(), BuiltIn::Publisher.points());
    Actor {
        kind: ActorKind::User,
        grants,
        ..Actor::local("publisher@commerce")
    }
}

fn entry(kind: &str, before: Option<&Value>, after: Option<&Value>) -> Entry {
    let json = |document: Option<&Value>| document.map(|d| d.to_string().into_boxed_str());
    Entry {
        kind: Kind::new(kind).unwrap(),
        id: "orders".into(),
        before: json(before),
        after: json(after),
    }
}

/// A service with one version.
fn service(approval: bool, version: &Value) -> Value {
    json!({"tenant": "commerce", "publish_approval": approval, "versions": {"v1": version}})
}

fn waits(before: &Value, after: &Value) -> bool {
    let changed = entry(
        "service",
        Some(before).filter(|d| !d.is_null()),
        Some(after).filter(|d| !d.is_null()),
    );
    match approved(&publisher(), &[changed]) {
        Ok(()) => false,
        Err(refusal) => {
            assert_eq!(refusal.code, APPROVAL_NEEDED);
            assert!(refusal.message.contains("orders/v1"), "{refusal}");
            true
        }
    }
}

#[test]
fn what_callers_get_waits_for_somebody_else() {
    let draft = || json!({"state": "draft", "base_path": "/o"});
    let live = || json!({"base_path": "/o"});
    let other = || json!({"base_path": "/p"});
    assert!(waits(&service(true, &draft()), &service(true, &live())));
    assert!(waits(&service(true, &live()), &service(true, &other())));
    assert!(waits(
        &service(true, &json!({"state": "retired", "base_path": "/o"})),
        &service(true, &live())
    ));
    // Not to want it any more is wanted by two, and so is a service that begins in public.
    assert!(waits(&service(true, &live()), &service(false, &live())));
    assert!(waits(&Value::Null, &service(true, &live())));
}

#[test]
fn what_callers_do_not_notice_waits_for_nobody() {
    let draft = |path: &str| json!({"state": "draft", "base_path": path});
    let live = || json!({"base_path": "/o"});
    assert!(!waits(
        &service(true, &draft("/o")),
        &service(true, &draft("/p"))
    ));
    assert!(!waits(
        &service(true, &draft("/o")),
        &service(false, &draft("/o"))
    ));
    assert!(!waits(
        &service(false, &draft("/o")),
        &service(false, &live())
    ));
    assert!(!waits(&service(false, &live()), &service(true, &live())));
    let ends =
        json!({"state": "deprecated", "base_path": "/o", "sunset_at": "2027-01-01T00:00:00Z"});
    assert!(!waits(&service(true, &live()), &service(true, &ends)));
    assert!(!waits(&service(true, &ends), &service(true, &live())));
    let over = json!({"state": "retired", "base_path": "/o"});
    assert!(!waits(&service(true, &live()), &service(true, &over)));
    assert!(!waits(&service(true, &live()), &Value::Null));
}

#[test]
fn a_change_request_that_is_applied_lets_it_through() {
    let publishes = entry(
        "service",
        Some(&service(true, &json!({"state": "draft"}))),
        Some(&service(true, &json!({}))),
    );
    let request = |before: &str, after: &str| {
        let state = |state: &str| json!({ "state": state });
        entry("change_request", Some(&state(before)), Some(&state(after)))
    };
    let with = |request: Entry| approved(&publisher(), &[publishes.clone(), request]);
    assert!(with(request("open", "applied")).is_ok());
    for (before, after) in [
        ("open", "rejected"),
        ("applied", "applied"),
        ("open", "open"),
    ] {
        assert!(with(request(before, after)).is_err(), "{before} {after}");
    }
}

#[test]
fn root_of_this_machine_needs_nobody_and_others_of_it_do() {
    let publishes = entry("service", None, Some(&service(true, &json!({}))));
    let root = Actor::local(&peer::name(0));
    assert!(approved(&root, std::slice::from_ref(&publishes)).is_ok());
    for other in [
        Actor::local("lin"),
        // Of that name, but over the network.
        Actor {
            kind: ActorKind::User,
            ..root
        },
    ] {
        assert!(approved(&other, std::slice::from_ref(&publishes)).is_err());
    }
}
