use super::*;
use serde_json::json;

fn members(tenant: Option<&str>, tag: Option<&str>) -> Members {
    let part = Part {
        tenant: tenant.map(str::to_owned),
        tag: tag.map(str::to_owned),
        kinds: Vec::new(),
    };
    let mut members = Members::new(part).unwrap();
    members.look_at("app", "crm", &json!({"tenant": "x", "tags": ["green"]}));
    members.look_at(
        "service",
        "orders",
        &json!({"tenant": "x", "tags": ["green"]}),
    );
    members
}

fn have(members: &Members, kind: &str, id: &str, value: &Value) -> bool {
    members.have(&Kind::new(kind).unwrap(), id, value)
}

#[test]
fn what_belongs_to_a_tenant_is_told_by_itself_or_by_what_it_refers_to() {
    let members = members(Some("x"), None);
    let inside = [
        ("tenant", "x", json!({})),
        ("service", "s", json!({"tenant": "x"})),
        ("credential", "key_1", json!({"app": "crm"})),
        (
            "subscription",
            "sub_1",
            json!({"app": "crm", "service": "foreign"}),
        ),
        ("policy", "p", json!({"on": {"service": "orders"}})),
        ("policy", "p", json!({"on": {"tenant": "x"}})),
        ("tenant_default", "x", json!({})),
        ("api_document", "orders/v1", json!({})),
    ];
    for (kind, id, value) in inside {
        assert!(have(&members, kind, id, &value), "{kind} {value}");
    }
    let outside = [
        ("tenant", "y", json!({})),
        ("service", "s", json!({})),
        ("credential", "key_1", json!({"app": "other"})),
        (
            "subscription",
            "sub_1",
            json!({"app": "other", "service": "orders"}),
        ),
        ("policy", "p", json!({"on": "platform"})),
        ("edge", "platform", json!({})),
        ("tenant_default", "y", json!({})),
        ("api_document", "other/v1", json!({})),
    ];
    for (kind, id, value) in outside {
        assert!(!have(&members, kind, id, &value), "{kind} {value}");
    }
}

#[test]
fn a_tag_carries_over_to_keys_subscriptions_and_policies() {
    let members = members(None, Some("green"));
    assert!(have(&members, "credential", "k", &json!({"app": "crm"})));
    assert!(have(
        &members,
        "policy",
        "p",
        &json!({"on": {"service": "orders"}})
    ));
    assert!(have(
        &members,
        "plan",
        "p",
        &json!({"tags": ["blue", "green"]})
    ));
    assert!(!have(&members, "plan", "p", &json!({"tags": ["blue"]})));
    assert!(!have(&members, "credential", "k", &json!({"app": "other"})));
}

#[test]
fn what_is_outside_is_named() {
    let members = members(Some("x"), None);
    let one = |id: &str| Document {
        kind: Kind::new("service").unwrap(),
        id: id.into(),
        value: json!({"tenant": "y"}),
    };
    let all: Vec<_> = (10..30).map(|n| one(&format!("s{n}"))).collect();
    let refusal = members.check(&all).unwrap_err();
    assert!(
        refusal.message.contains("service `s10`, service `s11`"),
        "{refusal}"
    );
    assert!(refusal.message.contains("10 more"), "{refusal}");
    assert!(refusal.to_string().contains("--tenant x"), "{refusal}");
}
