use super::world::World;
use serde_json::{Value, json};

const DEVELOPER: &str = "developer@partner";
const PUBLISHER: &str = "publisher@commerce";

async fn post(world: &World, who: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = world.ask(who, "POST", path, body).await;
    (answer.status, answer.body)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn access_is_asked_for_decided_held_back_and_ended() {
    let world = World::new().await;
    let wanted = |reason: &str| json!({"app": "fieldforce", "service": "orders", "plan": "standard", "reason": reason});
    // There is one that waits already.
    let (status, body) = post(&world, DEVELOPER, "/subscription-requests", wanted("x")).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("resource.conflict")),
        "{body}"
    );
    let (status, _) = post(&world, DEVELOPER, "/subscriptions/sub_1/cancel", json!({})).await;
    assert_eq!(status, 200);
    let (status, body) = post(&world, DEVELOPER, "/subscription-requests", wanted(" ")).await;
    assert_eq!(status, 400, "{body}");
    let (status, asked) = post(
        &world,
        DEVELOPER,
        "/subscription-requests",
        wanted("Orders from the road"),
    )
    .await;
    assert_eq!(
        (status, &asked["state"], &asked["id"]),
        (201, &json!("pending"), &json!("sub_1")),
        "{asked}"
    );
    assert_eq!(asked["requested_by"], DEVELOPER);

    let inbox = async |who: &str| {
        world.ask(who, "GET", "/approvals", Value::Null).await.body["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            inbox(PUBLISHER).await,
            inbox(DEVELOPER).await,
            inbox("viewer@commerce").await
        ),
        (1, 0, 0)
    );
    let (status, _) = post(
        &world,
        DEVELOPER,
        "/subscriptions/sub_1/remind",
        Value::Null,
    )
    .await;
    assert_eq!(status, 204);
    let (status, body) = post(
        &world,
        DEVELOPER,
        "/subscriptions/sub_1/remind",
        Value::Null,
    )
    .await;
    assert_eq!(status, 409, "{body}");

    let (status, _) = post(&world, DEVELOPER, "/subscriptions/sub_1/approve", json!({})).await;
    assert_eq!(status, 403);
    let (status, body) = post(
        &world,
        PUBLISHER,
        "/subscriptions/sub_1/approve",
        json!({"comment": "Welcome"}),
    )
    .await;
    assert_eq!(
        (status, &body["state"], &body["comment"]),
        (200, &json!("approved"), &json!("Welcome")),
        "{body}"
    );
    assert_eq!(inbox(PUBLISHER).await, 0);
    let (status, _) = post(
        &world,
        PUBLISHER,
        "/subscriptions/sub_1/suspend",
        json!({"comment": "Unpaid"}),
    )
    .await;
    assert_eq!(status, 400);
    let held = json!({"comment": "Unpaid", "cause": "billing"});
    let (status, body) = post(&world, PUBLISHER, "/subscriptions/sub_1/suspend", held).await;
    assert_eq!((status, &body["cause"]), (200, &json!("billing")), "{body}");
    let (status, _) = post(&world, PUBLISHER, "/subscriptions/sub_1/approve", json!({})).await;
    assert_eq!(status, 409);
    let (status, body) = post(&world, PUBLISHER, "/subscriptions/sub_1/resume", json!({})).await;
    assert_eq!((status, body.get("cause")), (200, None), "{body}");

    // Both sides read the same story.
    for who in [DEVELOPER, PUBLISHER] {
        let story = world
            .ask(who, "GET", "/subscriptions/sub_1/history", Value::Null)
            .await;
        let lines = story.body.as_array().unwrap();
        let states: Vec<_> = lines
            .iter()
            .filter_map(|line| line["became"]["state"].as_str())
            .collect();
        assert_eq!(
            states,
            [
                "pending",
                "cancelled",
                "pending",
                "approved",
                "suspended",
                "approved"
            ],
            "{story:?}"
        );
        assert!(lines.iter().any(|line| line["event"] == "reminded"));
    }
    let foreign = world
        .ask(
            "admin@elsewhere",
            "GET",
            "/subscriptions/sub_1/history",
            Value::Null,
        )
        .await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn keys_are_shown_once_rotated_with_an_overlap_and_revoked() {
    let world = World::new().await;
    let key = json!({"title": "Till 7", "restricted_to": {"methods": ["GET"]}});
    let (status, made) = post(&world, "developer@commerce", "/apps/till/keys", key.clone()).await;
    assert_eq!(status, 201, "{made}");
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    assert!(secret.starts_with("pst_") && id.starts_with("key_"));
    let again = world
        .ask(
            "developer@commerce",
            "GET",
            &format!("/credentials/{id}"),
            Value::Null,
        )
        .await;
    assert!(
        !again.body.to_string().contains(secret) && again.body.get("hmac").is_none(),
        "{again:?}"
    );

    let rotate = format!("/credentials/{id}/rotate");
    let (status, new) = post(
        &world,
        "developer@commerce",
        &rotate,
        json!({"overlap_seconds": 60}),
    )
    .await;
    assert_eq!(
        (status, &new["replaces"], &new["title"]),
        (201, &json!(id), &json!("Till 7")),
        "{new}"
    );
    assert_eq!(new["restricted_to"], key["restricted_to"]);
    let old = world
        .ask(
            "developer@commerce",
            "GET",
            &format!("/credentials/{id}"),
            Value::Null,
        )
        .await;
    assert!(old.body["expires_at"].is_string(), "{old:?}");

    let new = new["id"].as_str().unwrap();
    let revoke = format!("/credentials/{new}/revoke");
    let (status, _) = post(&world, "developer@commerce", &revoke, json!({"reason": ""})).await;
    assert_eq!(status, 400);
    let (status, body) = post(
        &world,
        "developer@commerce",
        &revoke,
        json!({"reason": "Lost"}),
    )
    .await;
    assert_eq!(
        (status, &body["revoked_by"]),
        (200, &json!("developer@commerce")),
        "{body}"
    );
    let (status, _) = post(
        &world,
        "developer@commerce",
        &format!("/credentials/{new}/rotate"),
        json!({}),
    )
    .await;
    assert_eq!(status, 409);
    let (status, _) = post(&world, DEVELOPER, "/apps/till/keys", json!({})).await;
    assert_eq!(status, 404);
    let unused = world
        .ask(
            "developer@commerce",
            "GET",
            &format!("/credentials/{id}/last-use"),
            Value::Null,
        )
        .await;
    assert_eq!(unused.body["at_ms"], Value::Null);
}

#[tokio::test]
async fn a_secret_is_not_kept_for_whoever_asks_twice() {
    let world = World::new().await;
    let key = [("idempotency-key", "k")];
    let ask = async || {
        world
            .ask_with(
                "developer@commerce",
                "POST",
                "/apps/till/keys",
                json!({}),
                &key,
            )
            .await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!((first.status, second.status), (201, 201), "{second:?}");
    assert_eq!(first.body["id"], second.body["id"]);
    assert!(first.body["secret"].is_string() && second.body.get("secret").is_none());
}

#[tokio::test]
async fn a_version_is_published_deprecated_and_retired() {
    let world = World::new().await;
    let draft = json!({"versions": {"v2": {
        "state": "draft", "base_path": "/v2", "upstream": "shop",
        "operations": {"all": {"path": "/{*more}"}, "one": {"path": "/one"}},
    }}});
    let writer = "admin@commerce";
    let patched = world.ask(writer, "PATCH", "/services/orders", draft).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let version = "/services/orders/versions/v2";
    let differs = world
        .ask(writer, "GET", &format!("{version}/difference"), Value::Null)
        .await;
    assert_eq!(
        differs.body,
        json!({"against": "v1", "added": ["one"], "removed": [], "breaking": false, "version": [], "changed": [{
            "operation": "all", "members": ["path"], "breaking": false,
            "changes": [{"member": "path", "before": "/{*rest}", "after": "/{*more}", "breaking": false}],
        }]})
    );
    let lifecycle = format!("{version}/lifecycle");
    let (status, _) = post(
        &world,
        "viewer@commerce",
        &lifecycle,
        json!({"step": "publish"}),
    )
    .await;
    assert_eq!(status, 403);
    let (status, body) = post(&world, PUBLISHER, &lifecycle, json!({"step": "publish"})).await;
    assert_eq!(
        (status, &body["versions"]["v2"]["state"]),
        (200, &json!("published")),
        "{body}"
    );
    let (status, _) = post(&world, PUBLISHER, &lifecycle, json!({"step": "publish"})).await;
    assert_eq!(status, 409);
    let old = "/services/orders/versions/v1";
    let sunset = json!({"step": "deprecate", "sunset_at": "2099-01-01T00:00:00Z"});
    let (status, body) = post(&world, PUBLISHER, &format!("{old}/lifecycle"), sunset).await;
    assert_eq!(
        (status, &body["versions"]["v1"]["state"]),
        (200, &json!("deprecated")),
        "{body}"
    );

    // A subscription to it alone has to go somewhere.
    let plan = json!({"id": "old", "covers": [{"service": "orders", "versions": ["v1"]}]});
    let (status, body) = post(&world, "owner", "/plans", plan).await;
    assert_eq!(status, 201, "{body}");
    let approve = json!({"plan": "old"});
    let (status, body) = post(&world, PUBLISHER, "/subscriptions/sub_1/approve", approve).await;
    assert_eq!(status, 200, "{body}");
    let ending = format!("{old}/retirement");
    for (who, listed) in [(PUBLISHER, 1), ("services.read@commerce", 0)] {
        let told = world.ask(who, "GET", &ending, Value::Null).await.body;
        assert_eq!(told["count"], 1, "{who}: {told}");
        assert_eq!(told["only"].as_array().unwrap().len(), listed, "{who}");
        assert_eq!(told["more"], listed == 0, "{who}");
    }
    let retire = format!("{old}/retire");
    let (status, body) = post(&world, PUBLISHER, &retire, json!({"successor": "v2"})).await;
    assert_eq!(status, 409, "{body}");
    assert!(body["detail"].as_str().unwrap().contains("sub_1"), "{body}");
    let moved = json!({"successor": "v2", "move_to_plan": "standard"});
    let (status, body) = post(&world, PUBLISHER, &retire, moved).await;
    assert_eq!(status, 200, "{body}");
    let told = world.ask(PUBLISHER, "GET", &ending, Value::Null).await;
    assert_eq!(told.status, 409, "it is retired: {told:?}");
    let subscription = world
        .ask(PUBLISHER, "GET", "/subscriptions/sub_1", Value::Null)
        .await;
    assert_eq!(subscription.body["plan"], "standard");
    let callers = world
        .ask(PUBLISHER, "GET", &format!("{old}/callers"), Value::Null)
        .await;
    assert_eq!((callers.status, callers.body), (200, json!([])));
    let (status, _) = post(&world, "admin@partner", &retire, json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn an_inbox_shows_no_digests_and_nothing_that_is_over() {
    let world = World::new().await;
    let digest = "c".repeat(64);
    let propose = async |tenant: &str, id: &str| {
        let app = if tenant == "commerce" {
            "till"
        } else {
            "fieldforce"
        };
        let key = json!({"kind": "credential", "id": id, "put": {"app": app, "sha256": digest}});
        let proposed = json!({"comment": "A key", "tenant": tenant, "changes": [key]});
        let who = format!("developer@{tenant}");
        post(&world, &who, "/change-requests", proposed).await
    };
    let (status, body) = propose("commerce", "key_cccccccccccccccc").await;
    assert_eq!(status, 200, "{body}");
    let inbox = world
        .ask("admin@commerce", "GET", "/approvals", Value::Null)
        .await
        .body;
    // A subscription waits, too.
    let shown = &inbox["items"][1]["document"]["changes"][0];
    assert_eq!(shown["put"]["app"], "till", "{inbox}");
    assert!(shown["put"].get("hmac").is_none() && shown["put"].get("sha256").is_none());
    assert!(!inbox.to_string().contains(&digest), "{inbox}");

    // What can no longer be decided about does not wait.
    let mut over = inbox["items"][1]["document"].clone();
    over["expires_at"] = "2026-01-01T00:00:00Z".into();
    world.keep("change_request", "cr_over", over).await;
    let inbox = world
        .ask("admin@commerce", "GET", "/approvals", Value::Null)
        .await
        .body;
    assert_eq!(inbox["items"].as_array().unwrap().len(), 2, "{inbox}");
    assert_eq!(inbox["more"], false);

    // One tenant's requests are not the other's.
    let mut last = (200, Value::Null);
    for n in 0..200 {
        last = propose("commerce", &format!("key_{n:0>16}")).await;
        if last.0 != 200 {
            assert_eq!(n, 199);
        }
    }
    assert_eq!(last.1["code"], "resource.conflict", "{last:?}");
    let (status, body) = propose("partner", "key_dddddddddddddddd").await;
    assert_eq!(status, 200, "{body}");
}
