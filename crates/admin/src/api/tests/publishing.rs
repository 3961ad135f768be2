//! Services whose publisher wants a second person before callers get something else.

use super::world::World;
use serde_json::{Value, json};

const PUBLISHER: &str = "publisher@commerce";
const ADMIN: &str = "admin@commerce";

#[tokio::test]
async fn publishing_takes_two_where_the_service_says_so() {
    let world = World::new().await;
    let draft = json!({"publish_approval": true, "versions": {"v2": {
        "state": "draft", "base_path": "/v2", "upstream": "shop",
        "operations": {"all": {"path": "/{*more}"}},
    }}});
    let patched = world.ask(ADMIN, "PATCH", "/services/orders", draft).await;
    assert_eq!(patched.status, 200, "{patched:?}");

    // Not by hand, not even by whoever owns the platform.
    let by_hand = json!({"versions": {"v2": {"state": "published"}}});
    for who in [PUBLISHER, "owner"] {
        let refused = world
            .ask(who, "PATCH", "/services/orders", by_hand.clone())
            .await;
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (409, &json!("approval.needed")),
            "{refused:?}"
        );
    }
    let dropped = json!({"publish_approval": false});
    let refused = world.ask(ADMIN, "PATCH", "/services/orders", dropped).await;
    assert_eq!(refused.status, 409, "{refused:?}");

    // The step asks somebody else.
    let lifecycle = "/services/orders/versions/v2/lifecycle";
    let publish = json!({"step": "publish"});
    let asked = world.ask(PUBLISHER, "POST", lifecycle, publish).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let id = asked.body["change_request"]["id"].as_str().unwrap();
    let state = async || {
        let seen = world
            .ask(PUBLISHER, "GET", "/services/orders", Value::Null)
            .await;
        seen.body["versions"]["v2"]["state"].clone()
    };
    assert_eq!(state().await, "draft");
    let request = world
        .ask(ADMIN, "GET", &format!("/change-requests/{id}"), Value::Null)
        .await;
    assert_eq!(
        (&request.body["tenant"], &request.body["comment"]),
        (&json!("commerce"), &json!("Publish orders/v2")),
        "{request:?}"
    );
    let approve = format!("/change-requests/{id}/approve");
    for (who, status) in [(PUBLISHER, 403), ("admin@partner", 404), (ADMIN, 200)] {
        let decided = world.ask(who, "POST", &approve, json!({})).await;
        assert_eq!(decided.status, status, "{who}: {decided:?}");
    }
    assert_eq!(state().await, "published");
}

#[tokio::test]
async fn a_tenant_proposes_changes_of_what_it_sees() {
    let world = World::new().await;
    let propose = async |change: Value| {
        let wanted = json!({"comment": "Why", "tenant": "partner", "changes": [change]});
        let proposed = world
            .ask("admin@partner", "POST", "/change-requests", wanted)
            .await;
        (proposed.status, proposed.body)
    };
    let own = json!({"kind": "app", "id": "fieldforce", "patch": {"title": "In the field"}});
    let (status, body) = propose(own).await;
    assert_eq!(status, 200, "{body}");
    let foreign = json!({"kind": "app", "id": "till", "patch": {"title": "Mine"}});
    let (status, body) = propose(foreign).await;
    assert_eq!(status, 404, "{body}");
}
