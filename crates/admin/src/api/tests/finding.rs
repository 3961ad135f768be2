//! What is looked for: operations, addresses, decisions; and what lists leave out.

use super::world::World;
use serde_json::{Value, json};

const ADMIN: &str = "admin@commerce";
const OPERATOR: &str = "operator";
const PUBLISHER: &str = "publisher@commerce";

async fn get(world: &World, who: &str, path: &str) -> Value {
    let answer = world.ask(who, "GET", path, Value::Null).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

#[tokio::test]
async fn operations_are_found_by_name_and_path_in_what_one_may_see() {
    let world = World::new().await;
    let found = async |who: &str, q: &str| -> Vec<String> {
        let body = get(&world, who, &format!("/operations?q={q}")).await;
        let items = body["items"].as_array().unwrap();
        let name = |item: &Value| item["service"].as_str().unwrap().to_owned();
        items.iter().map(name).collect()
    };
    assert_eq!(found(OPERATOR, "ALL").await, ["ledger", "orders"]);
    assert_eq!(found(PUBLISHER, "all").await, ["orders"]);
    assert_eq!(found(PUBLISHER, "%7B*rest").await, ["orders"]);
    assert_eq!(found(PUBLISHER, "nothing").await, [""; 0]);
    let many = world
        .ask(PUBLISHER, "GET", "/operations?q=all&limit=101", Value::Null)
        .await;
    assert_eq!(many.status, 400);
    let all = world
        .ask(PUBLISHER, "GET", "/operations?q=", Value::Null)
        .await;
    assert_eq!(all.status, 400);
}

#[tokio::test]
async fn an_address_is_found_in_lists_however_it_is_written() {
    let world = World::new().await;
    let body = json!({"id": "depot", "tenant": "partner", "entries": [
        {"range": "::ffff:192.0.2.7", "comment": "The gate", "expires_at": "2099-01-01T00:00:00Z"},
    ]});
    let made = world.ask(OPERATOR, "POST", "/lists", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    for address in ["192.0.2.7", "::ffff:192.0.2.7"] {
        let known = get(&world, OPERATOR, &format!("/addresses/{address}")).await;
        assert_eq!(known["address"], "192.0.2.7");
        assert_eq!(
            known["lists"],
            json!([
                {"list": "depot", "tenant": "partner", "range": "192.0.2.7/32", "comment": "The gate",
                 "expires_at": "2099-01-01T00:00:00Z", "over": false},
                {"list": "office", "tenant": "commerce", "range": "192.0.2.0/24", "comment": null,
                 "expires_at": null, "over": false},
            ])
        );
    }
    // What belongs to others stays theirs.
    let own = get(&world, ADMIN, "/addresses/192.0.2.7").await;
    assert_eq!(own["lists"].as_array().unwrap().len(), 1, "{own}");
}

#[tokio::test]
async fn who_uses_a_list_is_told_to_whoever_sees_it() {
    let world = World::new().await;
    let uses = async |who: &str| get(&world, who, "/lists/office/uses").await["items"].clone();
    assert_eq!(uses(ADMIN).await, json!([]));
    let body =
        json!({"id": "calm", "on": {"service": "orders"}, "kind": "network", "allow": ["office"]});
    let made = world.ask(ADMIN, "POST", "/policies", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        uses(ADMIN).await,
        json!([{"kind": "policy", "name": "calm", "on": "service orders", "does": "allow"}])
    );
    let foreign = world.ask("admin@partner", "GET", "/lists/office/uses", Value::Null);
    assert_eq!(foreign.await.status, 404);
}

#[tokio::test]
async fn a_list_of_documents_leaves_out_what_is_not_wanted() {
    let world = World::new().await;
    let body = get(&world, ADMIN, "/lists?without=entries,nothing").await;
    let office = &body["items"][0];
    assert_eq!(
        (&office["entries_count"], office.get("entries")),
        (&json!(1), None)
    );
}

#[tokio::test]
async fn what_tells_documents_apart_is_not_left_out() {
    let world = World::new().await;
    for without in ["id", "entries,version"] {
        let path = format!("/lists?without={without}");
        let refused = world.ask(ADMIN, "GET", &path, Value::Null).await;
        assert_eq!(refused.status, 400, "{without}: {}", refused.body);
    }
}

#[tokio::test]
async fn decisions_are_listed_by_their_time_and_taken_on_what_was_read() {
    let world = World::new().await;
    let inbox = get(&world, PUBLISHER, "/approvals").await;
    let waiting = &inbox["items"][0];
    assert_eq!(
        waiting["asker"],
        json!({"app_title": null, "tenant": "partner", "tenant_title": null})
    );

    let decide = async |version: &str| {
        let path = "/subscriptions/sub_1/approve";
        let match_ = [("if-match", version)];
        world
            .ask_with(PUBLISHER, "POST", path, json!({}), &match_)
            .await
    };
    let stale = decide("\"999\"").await;
    assert_eq!(
        (stale.status, &stale.body["code"]),
        (412, &json!("resource.version_mismatch")),
        "{}",
        stale.body
    );
    let version = format!("\"{}\"", waiting["version"]);
    assert_eq!(decide(&version).await.status, 200);
    // What was decided already is a conflict, and no other version.
    let now = get(&world, PUBLISHER, "/subscriptions/sub_1").await;
    let again = decide(&format!("\"{}\"", now["version"])).await;
    assert_eq!(
        (again.status, &again.body["code"]),
        (409, &json!("resource.conflict"))
    );

    for who in [PUBLISHER, "developer@partner", OPERATOR] {
        let decided = get(&world, who, "/approvals/decided?limit=1").await;
        assert_eq!(decided["items"][0]["id"], "sub_1", "{who}: {decided}");
        assert_eq!(decided["next"], Value::Null);
    }
    let wrong = world.ask(PUBLISHER, "GET", "/approvals/decided?before=x", Value::Null);
    assert_eq!(wrong.await.status, 400);
}

#[tokio::test]
async fn a_life_step_is_taken_on_what_was_read() {
    let world = World::new().await;
    let path = "/services/orders/versions/v1/lifecycle";
    let body = json!({"step": "deprecate", "sunset_at": "2030-01-01T00:00:00Z"});
    let stale = world
        .ask_with(
            PUBLISHER,
            "POST",
            path,
            body.clone(),
            &[("if-match", "\"999\"")],
        )
        .await;
    assert_eq!(
        (stale.status, &stale.body["code"]),
        (412, &json!("resource.version_mismatch")),
        "{}",
        stale.body
    );
    let now = get(&world, PUBLISHER, "/services/orders").await;
    let version = format!("\"{}\"", now["version"]);
    let done = world
        .ask_with(PUBLISHER, "POST", path, body, &[("if-match", &version)])
        .await;
    assert_eq!(done.status, 200, "{}", done.body);
}
