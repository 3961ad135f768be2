use super::*;
use postern_model::permission::{BuiltIn, Grants};
use serde_json::json;

fn look(kind: &str, id: &str) -> Option<Value> {
    match (kind, id) {
        ("app", "fieldforce") => Some(json!({"tenant": "partner"})),
        ("service", "partners") => Some(json!({"tenant": "commerce"})),
        _ => None,
    }
}

fn actor(tenant: &str, role: BuiltIn) -> Actor {
    let mut grants = Grants::none();
    grants.grant(&tenant.into(), role.points());
    Actor {
        grants,
        ..Actor::local("lin@example.com")
    }
}

fn tenant(name: &str) -> Owner {
    Owner::Tenant(name.to_owned())
}

#[test]
fn documents_say_whose_they_are() {
    let of = |kind: &str, id: &str, document: Value| owners(kind, id, &document, &look);
    let cases = [
        (
            "service",
            json!({"tenant": "commerce"}),
            (tenant("commerce"), None),
        ),
        ("service", json!({}), (Owner::Platform, None)),
        (
            "credential",
            json!({"app": "fieldforce"}),
            (tenant("partner"), None),
        ),
        (
            "credential",
            json!({"app": "gone"}),
            (Owner::Platform, None),
        ),
        ("policy", json!({"on": "platform"}), (Owner::Platform, None)),
        (
            "policy",
            json!({"on": {"tenant": "commerce"}}),
            (tenant("commerce"), None),
        ),
        (
            "policy",
            json!({"on": {"service": "partners", "version": "v1"}}),
            (tenant("commerce"), None),
        ),
        (
            "subscription",
            json!({"app": "fieldforce", "service": "partners"}),
            (tenant("partner"), Some(tenant("commerce"))),
        ),
        (
            "edge",
            json!({"tenant": "commerce"}),
            (Owner::Platform, None),
        ),
        ("environment", json!({}), (Owner::Platform, None)),
    ];
    for (kind, document, expected) in cases {
        assert_eq!(
            of(kind, "x", document.clone()),
            expected,
            "{kind} {document}"
        );
    }
    assert_eq!(
        of("tenant", "commerce", json!({})),
        (tenant("commerce"), None)
    );
    assert_eq!(
        of("api_document", "partners/v1", json!({})),
        (tenant("commerce"), None)
    );
}

#[test]
fn tenants_are_invisible_to_each_other() {
    let commerce = actor("commerce", BuiltIn::Admin);
    let stranger = actor("elsewhere", BuiltIn::Admin);
    let app = json!({"tenant": "commerce"});
    let subscription = json!({"app": "fieldforce", "service": "partners"});
    let sees =
        |actor: &Actor, kind: &str, document: &Value| may_see(actor, kind, "x", document, &look);
    for kind in [
        "app", "service", "upstream", "list", "plan", "group", "webhook", "role",
    ] {
        assert!(sees(&commerce, kind, &app), "{kind}");
        assert!(!sees(&stranger, kind, &app), "{kind}");
        assert!(!sees(&commerce, kind, &json!({})), "{kind} of the platform");
    }
    assert!(sees(&commerce, "subscription", &subscription));
    assert!(sees(
        &actor("partner", BuiltIn::Developer),
        "subscription",
        &subscription
    ));
    assert!(!sees(&stranger, "subscription", &subscription));
    assert!(!sees(&commerce, "edge", &json!({})));
    assert!(sees(&stranger, "environment", &json!({})));
    assert!(sees(&Actor::local("root"), "edge", &json!({})));
}
