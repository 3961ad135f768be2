use super::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_document_is_made_read_changed_and_removed() {
    let world = World::new().await;
    let app = json!({"id": "crm", "tenant": "commerce", "title": "CRM"});
    let made = world
        .ask("developer@commerce", "POST", "/apps", app.clone())
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["location"], "/api/v1/apps/crm");
    let version = made.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(made.body["title"], "CRM");

    let again = world.ask("developer@commerce", "POST", "/apps", app).await;
    assert_eq!(
        (again.status, &again.body["code"]),
        (409, &json!("resource.exists"))
    );

    let patch = json!({"title": "Customers"});
    let matching = [("if-match", version.as_str())];
    let patched = world
        .ask_with(
            "developer@commerce",
            "PATCH",
            "/apps/crm",
            patch.clone(),
            &matching,
        )
        .await;
    assert_eq!(
        (patched.status, &patched.body["title"]),
        (200, &json!("Customers"))
    );
    let lost = world
        .ask_with("developer@commerce", "PATCH", "/apps/crm", patch, &matching)
        .await;
    assert_eq!(lost.status, 412, "{lost:?}");
    assert_eq!(lost.body["current_version"], patched.body["version"]);

    // What was read can be sent back as it is.
    let put = world
        .ask(
            "developer@commerce",
            "PUT",
            "/apps/crm",
            patched.body.clone(),
        )
        .await;
    assert_eq!(put.status, 200, "{put:?}");

    let gone = world
        .ask("developer@commerce", "DELETE", "/apps/crm", Value::Null)
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let missing = world
        .ask("developer@commerce", "GET", "/apps/crm", Value::Null)
        .await;
    assert_eq!(
        (missing.status, &missing.body["code"]),
        (404, &json!("resource.not_found"))
    );
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_place() {
    let world = World::new().await;
    let errors = async |method: &str, path: &str, body: Value| {
        let answer = world.ask("admin@commerce", method, path, body).await;
        let first = answer.body["errors"][0].clone();
        (
            answer.status,
            first["pointer"].clone(),
            answer.body["code"].clone(),
        )
    };
    let invalid = json!("configuration.invalid");
    let found = errors(
        "POST",
        "/lists",
        json!({"id": "l", "tenant": "commerce", "entries": ["x"]}),
    )
    .await;
    assert_eq!(found, (422, json!("/entries/0"), invalid.clone()));
    let found = errors("PATCH", "/services/orders", json!({"colour": "red"})).await;
    assert_eq!(found, (422, json!("/colour"), invalid));
    let request = json!("request.invalid");
    for (body, pointer) in [
        ("{\"a\":1,\"a\":2}", "/a"),
        ("{", ""),
        ("[]", ""),
        ("\u{7f}", ""),
    ] {
        let found = errors("POST", "/apps", json!(body)).await;
        assert_eq!(found, (400, json!(pointer), request.clone()), "{body}");
    }
    let found = errors("POST", "/apps", json!({"tenant": "commerce"})).await;
    assert_eq!(found, (400, json!("/id"), request.clone()));
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("colour=red", ""),
        ("sort=title", "sort"),
    ] {
        let found = errors("GET", &format!("/apps?{query}"), Value::Null).await;
        assert_eq!((found.0, found.2), (400, request.clone()), "{query}");
        if !name.is_empty() {
            assert_eq!(found.1, json!(name), "{query}");
        }
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let world = World::new().await;
    let ids = async |who: &str, path: &str| -> Vec<String> {
        let answer = world.ask(who, "GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let items = answer.body["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("admin@commerce", "/services").await, ["orders"]);
    assert_eq!(ids("admin@partner", "/services").await, ["ledger"]);
    assert_eq!(ids("auditor", "/services").await, ["ledger", "orders"]);
    assert_eq!(
        ids("auditor", "/services?sort=-id&limit=1").await,
        ["orders"]
    );
    assert_eq!(ids("auditor", "/services?tenant=partner").await, ["ledger"]);
    assert_eq!(ids("admin@commerce", "/tenants").await, ["commerce"]);
    // Both sides see a subscription.
    assert_eq!(ids("viewer@commerce", "/subscriptions").await, ["sub_1"]);
    assert_eq!(ids("viewer@partner", "/subscriptions").await, ["sub_1"]);

    let foreign = world
        .ask("admin@partner", "GET", "/apps/till", Value::Null)
        .await;
    let absent = world
        .ask("admin@partner", "GET", "/apps/nothing", Value::Null)
        .await;
    assert_eq!((foreign.status, absent.status), (404, 404));
    for method in ["PATCH", "DELETE", "PUT"] {
        let body = match method {
            "DELETE" => Value::Null,
            _ => json!({"title": "mine", "tenant": "partner"}),
        };
        let answer = world.ask("admin@partner", method, "/apps/till", body).await;
        assert_eq!(answer.status, 404, "{method}: {answer:?}");
    }
    // Nothing can be given to, or taken from, another tenant.
    let given = world
        .ask(
            "admin@partner",
            "POST",
            "/apps",
            json!({"id": "x", "tenant": "commerce"}),
        )
        .await;
    assert_eq!(given.status, 403, "{given:?}");
    let moved = world
        .ask(
            "admin@partner",
            "PATCH",
            "/apps/fieldforce",
            json!({"tenant": "commerce"}),
        )
        .await;
    assert_eq!(moved.status, 404, "{moved:?}");
    let till = world
        .ask("admin@commerce", "GET", "/apps/till", Value::Null)
        .await;
    assert_eq!(till.body["tenant"], "commerce");
}

#[tokio::test]
async fn the_consumer_asks_and_the_publisher_decides() {
    let world = World::new().await;
    let patch = json!({"state": "approved"});
    let own = world
        .ask(
            "admin@partner",
            "PATCH",
            "/subscriptions/sub_1",
            patch.clone(),
        )
        .await;
    assert_eq!(
        (own.status, &own.body["code"]),
        (403, &json!("permission.missing"))
    );
    let decided = world
        .ask("publisher@commerce", "PATCH", "/subscriptions/sub_1", patch)
        .await;
    assert_eq!(decided.status, 200, "{decided:?}");
    let cancelled = world
        .ask(
            "developer@partner",
            "PATCH",
            "/subscriptions/sub_1",
            json!({"state": "cancelled"}),
        )
        .await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
}

#[tokio::test]
async fn what_others_need_stays() {
    let world = World::new().await;
    let used = world
        .ask("owner", "DELETE", "/upstreams/shop", Value::Null)
        .await;
    assert_eq!(
        (used.status, &used.body["code"]),
        (409, &json!("resource.in_use"))
    );
    assert!(
        used.body["detail"]
            .as_str()
            .unwrap()
            .contains("service `orders`"),
        "{used:?}"
    );
}

#[tokio::test]
async fn every_other_method_is_405_with_allow() {
    let world = World::new().await;
    for method in ["OPTIONS", "POST", "TRACE", "BREW"] {
        let answer = world.ask("owner", method, "/apps/till", Value::Null).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.headers["allow"], "DELETE, GET, HEAD, PATCH, PUT");
    }
    let nowhere = world.ask("owner", "GET", "/nowhere", Value::Null).await;
    assert_eq!(nowhere.body["code"], "resource.not_found");
    let head = world.ask("owner", "HEAD", "/apps/till", Value::Null).await;
    assert_eq!((head.status, head.body), (200, Value::Null));
    let whole = world.ask("owner", "GET", "/apps/till", Value::Null).await;
    let length = whole.body.to_string().len().to_string();
    assert_eq!(head.headers["content-length"], length.as_str());
    assert_eq!(head.headers["etag"], whole.headers["etag"]);
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_a_problem_like_others() {
    let world = World::new().await;
    let answer = world.ask("owner", "GET", "/apps/%FF", Value::Null).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &json!("request.invalid"))
    );
    assert_eq!(answer.body["errors"][0]["in"], "path");
    let kind = &answer.headers["content-type"];
    assert_eq!(kind, "application/problem+json");
    assert!(answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn documents_are_taken_as_they_are_sized_and_values_as_they_are_counted() {
    let world = World::new().await;
    // Each line feed is two characters in the body.
    let text = format!("tenants: {{}}\n# {}", "\n".repeat(9 << 20));
    let diff = json!({"name": "a.yaml", "text": text});
    let diff = world
        .ask("owner", "POST", "/configuration/diff", diff)
        .await;
    assert_eq!(diff.status, 200, "{diff:?}");
    let many = format!("{{\"changes\": [0{}]}}", ",0".repeat(1 << 20));
    let many = world
        .ask("owner", "POST", "/commands/change", json!(many))
        .await;
    assert_eq!(many.status, 400);
    let detail = &many.body["errors"][0]["detail"];
    assert_eq!(detail, "The body has more than 500000 values.");
    let long = json!({"id": "a", "title": "x".repeat(8 << 20)});
    let long = world.ask("owner", "POST", "/apps", long).await;
    assert_eq!(
        (long.status, &long.body["limit"]),
        (413, &json!(8 << 20)),
        "{long:?}"
    );
}

#[tokio::test]
async fn what_is_sent_twice_with_one_key_is_done_once() {
    let world = World::new().await;
    let app = json!({"id": "crm", "tenant": "commerce"});
    let post = async |who: &str, key: &str, body: &Value| {
        let key = [("idempotency-key", key)];
        world
            .ask_with(who, "POST", "/apps", body.clone(), &key)
            .await
    };
    let first = post("developer@commerce", "a", &app).await;
    let second = post("developer@commerce", "a", &app).await;
    assert_eq!((first.status, second.status), (201, 201), "{second:?}");
    assert_eq!(first.body, second.body);
    assert_eq!(first.headers["etag"], second.headers["etag"]);
    let other = json!({"id": "other", "tenant": "commerce"});
    let reused = post("developer@commerce", "a", &other).await;
    assert_eq!(
        (reused.status, &reused.body["code"]),
        (422, &json!("idempotency.key_reused"))
    );
    // Somebody else's key is another key.
    let foreign = post("admin@commerce", "a", &app).await;
    assert_eq!(foreign.body["code"], "resource.exists");
    // What was not done can be tried again.
    let refused = post("developer@commerce", "b", &app).await;
    assert_eq!(refused.status, 409);
    world
        .ask("developer@commerce", "DELETE", "/apps/crm", Value::Null)
        .await;
    assert_eq!(post("developer@commerce", "b", &app).await.status, 201);
}

#[tokio::test]
async fn conditions_are_honoured_or_refused() {
    let world = World::new().await;
    let put = async |id: &str, name: &str, value: &str| {
        let (path, field) = (format!("/apps/{id}"), [(name, value)]);
        let app = json!({"tenant": "commerce", "title": value});
        let answer = world.ask_with("owner", "PUT", &path, app, &field).await;
        (answer.status, answer.body["code"].clone())
    };
    let unmet = (412, json!("resource.version_mismatch"));
    assert_eq!(put("crm", "if-match", "*").await, unmet);
    assert_eq!(put("crm", "if-match", "\"1\"").await, unmet);
    let none = world.ask("owner", "GET", "/apps/crm", Value::Null).await;
    assert_eq!(none.status, 404);
    assert_eq!(put("crm", "if-none-match", "*").await.0, 200);
    assert_eq!(put("crm", "if-none-match", "*").await, unmet);
    assert_eq!(put("crm", "if-match", "*").await.0, 200);
    let invalid = (400, json!("request.invalid"));
    assert_eq!(put("crm", "if-match", "41").await, invalid);
    assert_eq!(put("crm", "if-none-match", "\"1\"").await, invalid);
    // What cannot be honoured is refused, and not done.
    let matching = [("if-match", "\"1\"")];
    let user = world
        .ask(
            "owner",
            "POST",
            "/users",
            json!({"email": "lin@example.com"}),
        )
        .await;
    let path = format!("/users/{}", user.body["id"].as_str().unwrap());
    let gone = world
        .ask_with("owner", "DELETE", &path, Value::Null, &matching)
        .await;
    assert_eq!(gone.body["errors"][0]["pointer"], "If-Match", "{gone:?}");
    let there = world.ask("owner", "GET", &path, Value::Null).await;
    assert_eq!(there.status, 200);
}

#[tokio::test]
async fn commands_take_no_idempotency_keys_and_patches_do() {
    let world = World::new().await;
    let key = [("idempotency-key", "k")];
    let status = world
        .ask_with("owner", "POST", "/commands/status", json!({}), &key)
        .await;
    assert_eq!(
        (status.status, &status.body["errors"][0]["pointer"]),
        (400, &json!("Idempotency-Key"))
    );
    let patch = json!({"title": "Till"});
    let ask = async || {
        let patch = patch.clone();
        world
            .ask_with("owner", "PATCH", "/apps/till", patch, &key)
            .await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body["version"], second.body["version"]);
}

#[tokio::test]
async fn who_may_write_and_not_read_is_answered_with_what_they_need() {
    let world = World::new().await;
    let hook = json!({"tenant": "commerce", "url": "https://h.example", "events": ["ping"]});
    let hook = world
        .ask("webhooks.write@commerce", "POST", "/webhooks", hook)
        .await;
    assert_eq!(hook.status, 201, "{hook:?}");
    assert!(hook.body["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(hook.body["id"].is_string() && hook.body.get("url").is_none());
    let app = json!({"id": "crm", "tenant": "commerce", "title": "CRM"});
    let writer = "apps.write@commerce";
    let made = world.ask(writer, "POST", "/apps", app).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["location"], "/api/v1/apps/crm");
    let names: Vec<_> = made.body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "version"]);
    // What is there already is changed by those who see it, and by nobody else.
    let patch = json!({"title": "Customers"});
    let patched = world.ask(writer, "PATCH", "/apps/till", patch).await;
    assert_eq!(patched.status, 404, "{patched:?}");
    let till = world.ask("owner", "GET", "/apps/till", Value::Null).await;
    assert!(till.body.get("title").is_none(), "{till:?}");
}

#[tokio::test]
async fn a_state_that_is_not_said_is_what_it_means() {
    let world = World::new().await;
    let suspended = json!({"id": "old", "tenant": "commerce", "state": "suspended", "suspended_at": "2026-01-01T00:00:00Z"});
    let made = world.ask("owner", "POST", "/apps", suspended).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (query, who, found) in [
        ("state=active", "owner", &["fieldforce", "till"][..]),
        ("state=suspended", "owner", &["old"]),
        ("state=active", "admin@commerce", &["till"]),
    ] {
        let path = format!("/apps?{query}");
        let answer = world.ask(who, "GET", &path, Value::Null).await;
        let items = answer.body["items"].as_array().unwrap();
        let ids: Vec<_> = items.iter().map(|item| &item["id"]).collect();
        assert_eq!(ids, found, "{query} as {who}");
    }
}

#[tokio::test]
async fn pages_of_what_many_apps_have_are_whole() {
    let world = World::new().await;
    let mut changes = Vec::new();
    for n in 0..60 {
        let put = |kind: &str, id: &str, document: Value| json!({"kind": kind, "id": id, "put": document});
        let tenant = if n % 2 == 0 { "commerce" } else { "partner" };
        let app = json!({"tenant": tenant});
        changes.push(put("app", &format!("app{n:0>2}"), app));
        let key = json!({"app": format!("app{n:0>2}"), "sha256": format!("{n:0>64}")});
        changes.push(put(
            "credential",
            &format!("key_{:0>16}", (n * 7) % 60),
            key,
        ));
    }
    let made = world
        .ask(
            "owner",
            "POST",
            "/commands/change",
            json!({"changes": changes}),
        )
        .await;
    assert_eq!(made.status, 200, "{made:?}");
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/credentials?limit=7{cursor}");
        let page = world.ask("admin@commerce", "GET", &path, Value::Null).await;
        for item in page.body["items"].as_array().unwrap() {
            ids.push(item["id"].as_str().unwrap().to_owned());
        }
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let sorted = ids.is_sorted();
    assert!(sorted && ids.len() == 30, "{ids:?}");
}
