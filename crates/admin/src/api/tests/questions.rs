use super::world::World;
use crate::api::commands::METHODS;
use postern_calllog::{Entry, Outcome};
use postern_model::{Code, RequestId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn refusals_are_counted_for_whose_they_are() {
    let world = World::new().await;
    let status =
        async |who: &str, path: &str| world.ask(who, "GET", path, Value::Null).await.status;
    assert_eq!(status("operator", "/denials").await, 200);
    assert_eq!(status("publisher@commerce", "/denials").await, 200);
    assert_eq!(
        status("publisher@commerce", "/denials?service=orders").await,
        200
    );
    assert_eq!(
        status("publisher@commerce", "/denials?service=ledger").await,
        403
    );
    assert_eq!(
        status("publisher@commerce", "/denials?tenant=partner").await,
        403
    );
    assert_eq!(
        status("developer@partner", "/denials?app=fieldforce").await,
        200
    );
    assert_eq!(status("developer@partner", "/denials?app=till").await, 403);
    assert_eq!(status("publisher@commerce", "/calls").await, 200);
    let absent = "/calls/01JDB7Z3K8Q4M2T9V6X1C5N0RW/explanation";
    assert_eq!(status("publisher@commerce", absent).await, 404);
    assert_eq!(status("operator", absent).await, 404);
}

/// A refusal of a request of `fieldforce` to `orders`, with what its caller is not told.
fn refused() -> Entry {
    let text = |text: &str| Some(text.into());
    let code = Code::CredentialUnknown;
    let id = RequestId::parse(&postern_control::request_id()).unwrap();
    Entry {
        status: 401,
        outcome: Outcome::Refused,
        code: Some(code),
        stage: Some(code.row().stage),
        fault: Some(code.row().fault),
        tenant: text("commerce"),
        service: text("orders"),
        app: text("fieldforce"),
        target: text("10.0.0.5:8080"),
        detail: Some(b"{\"inside\": \"secret\"}".to_vec().into()),
        ..Entry::new(id, id.millis() * 1000, "192.0.2.9:80".parse().unwrap())
    }
}

#[tokio::test]
async fn filters_find_by_what_is_shown_and_by_nothing_else() {
    let world = World::new().await;
    world.calls.producer().push(refused());
    world.calls.flush().unwrap();
    let log = async |who: &str, wanted: Value| {
        let text = world.text(who, "/commands/log", &wanted).await;
        text.lines().filter(|line| line.contains("item")).count()
    };
    for (wanted, publisher, consumer) in [
        (json!({}), 1, 1),
        (json!({"where": {"target": "10.0.0.5:8080"}}), 1, 0),
        (json!({"code": "credential.unknown"}), 1, 0),
        (json!({"code": "credential.invalid"}), 0, 1),
        (json!({"phrase": "secret"}), 0, 0),
    ] {
        let found = log("publisher@commerce", wanted.clone()).await;
        assert_eq!(found, publisher, "{wanted}");
        let found = log("developer@partner", wanted.clone()).await;
        assert_eq!(found, consumer, "{wanted}");
    }
    assert_eq!(log("operator", json!({"phrase": "secret"})).await, 1);
    let denials = async |who: &str, query: &str| {
        let path = format!("/denials?{query}");
        world.ask(who, "GET", &path, Value::Null).await.body
    };
    let told = denials("developer@partner", "app=fieldforce").await;
    assert_eq!(told["groups"][0]["key"], "credential.invalid", "{told}");
    let none = denials(
        "developer@partner",
        "app=fieldforce&code=credential.unknown",
    )
    .await;
    assert_eq!(none["total"], 0, "{none}");
    let own = denials("publisher@commerce", "service=orders").await;
    assert_eq!(own["groups"][0]["key"], "credential.unknown", "{own}");
}

#[tokio::test]
async fn refusals_are_counted_over_time_and_requests_paged_to_the_last() {
    let world = World::new().await;
    let entries: Vec<Entry> = (0..5).map(|_| refused()).collect();
    let since = entries[0].id.millis() - 500;
    let mut ids: Vec<String> = Vec::new();
    for entry in entries {
        ids.push(entry.id.encode().as_str().to_owned());
        world.calls.producer().push(entry);
    }
    world.calls.flush().unwrap();
    let get = async |who: &str, path: &str| world.ask(who, "GET", path, Value::Null).await;
    let until = since + 10_000;
    let path = format!("/denials?app=fieldforce&since_ms={since}&until_ms={until}&buckets=5");
    for who in ["operator", "publisher@commerce", "developer@partner"] {
        let path = match who {
            "publisher@commerce" => path.replace("app=fieldforce", "service=orders"),
            _ => path.clone(),
        };
        let told = get(who, &path).await.body;
        let series = told["series"].as_array().unwrap();
        assert_eq!(series.len(), 5, "{told}");
        assert_eq!(series[0]["from_ms"], since);
        assert_eq!(series[4]["until_ms"], until);
        let sum: u64 = series.iter().map(|s| s["refused"].as_u64().unwrap()).sum();
        assert_eq!((sum, &told["total"]), (5, &json!(5)), "{who}: {told}");
        // What passed is not counted where rows are known in part only.
        let allowed = who != "developer@partner";
        assert_eq!(series[0].get("allowed").is_some(), allowed, "{who}");
    }
    for wrong in [
        "since_ms=9&until_ms=9&buckets=5",
        "buckets=201",
        "outcome=allowed",
        "without=path",
    ] {
        let answer = get("operator", &format!("/denials?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }

    // Who names nothing counts what they would be listed.
    let told = get("publisher@commerce", "/denials?outcome=refused")
        .await
        .body;
    assert_eq!((&told["total"], &told["refused"]), (&json!(5), &json!(5)));
    let told = get("publisher@commerce", "/denials?outcome=origin_refused")
        .await
        .body;
    assert_eq!((&told["total"], &told["refused"]), (&json!(0), &json!(5)));
    assert_eq!(told["groups"], json!([]));
    assert_eq!(get("publisher@partner", "/denials").await.body["total"], 5);
    for (who, without, count) in [
        ("operator", "app", 0),
        ("operator", "operation,version", 400),
        ("operator", "operation", 5),
        ("publisher@commerce", "operation", 5),
        ("publisher@commerce", "code", 0),
    ] {
        let answer = get(who, &format!("/denials?without={without}")).await;
        match count {
            400 => assert_eq!(answer.status, 400),
            count => assert_eq!(answer.body["total"], count, "{who}: {without}"),
        }
    }

    let (mut paged, mut path) = (Vec::new(), "/calls?limit=2".to_owned());
    loop {
        let page = get("operator", &path).await.body;
        let items = page["items"].as_array().unwrap();
        paged.extend(
            items
                .iter()
                .map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/calls?limit=2&before={next}");
    }
    ids.sort();
    paged.reverse();
    assert_eq!(paged, ids);
    assert_eq!(get("operator", "/calls?before=x").await.status, 400);
}

#[tokio::test]
async fn what_others_ask_does_not_hide_what_is_ones_own() {
    let world = World::new().await;
    let text = |text: &str| Some(text.into());
    let own = refused();
    let foreign = || Entry {
        tenant: text("partner"),
        service: text("ledger"),
        ..refused()
    };
    world.calls.producer().push(own.clone());
    for _ in 0..300 {
        world.calls.producer().push(foreign());
    }
    world.calls.flush().unwrap();
    let get = async |path: &str| {
        world
            .ask("publisher@commerce", "GET", path, Value::Null)
            .await
    };
    let page = get("/calls?limit=1").await.body;
    let id = page["items"][0]["id"].as_str();
    assert_eq!(id, Some(own.id.encode().as_str()), "{page}");
    assert_eq!(page["next"], Value::Null, "{page}");
    let counted = get("/denials").await.body;
    assert_eq!(
        (&counted["total"], &counted["more"]),
        (&json!(1), &json!(false))
    );
}

#[tokio::test]
async fn what_is_hidden_is_asked_about_as_what_is_not_there() {
    let world = World::new().await;
    let private = json!({"visibility": "private"});
    let patched = world
        .ask("owner", "PATCH", "/services/ledger", private)
        .await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let who = "admin@commerce";
    let detail = async |path: &str| {
        let answer = world.ask(who, "GET", path, Value::Null).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        (answer.body["detail"].clone(), answer.body["fix"].clone())
    };
    for (hidden, absent) in [
        (
            "/requirements?operation=ledger/v1/all",
            "/requirements?operation=nothing/v1/all",
        ),
        (
            "/requirements?method=GET&path=/ledger/x",
            "/requirements?method=GET&path=/nothing/x",
        ),
        (
            "/services/ledger/versions/v9/operations/x/policies",
            "/services/nothing/versions/v9/operations/x/policies",
        ),
        (
            "/services/ledger/versions/v1/operations/x/policies",
            "/services/nothing/versions/v1/operations/x/policies",
        ),
    ] {
        let (of_hidden, of_absent) = (detail(hidden).await, detail(absent).await);
        let renamed = of_hidden.0.as_str().unwrap().replace("ledger", "nothing");
        assert_eq!((json!(renamed), of_hidden.1), of_absent, "{hidden}");
    }
    // Who may see everything is told what there is.
    let path = "/services/nothing/versions/v1/operations/x/policies";
    let told = world.ask("owner", "GET", path, Value::Null).await;
    assert_eq!(told.body["fix"], "there are: ledger, orders");
}

#[tokio::test]
async fn what_would_pass_is_told_of_own_apps_and_own_services() {
    let world = World::new().await;
    let can = async |who: &str, app: &str, target: &str| {
        let question = json!({"app": app, "method": "GET", "target": target, "from": "192.0.2.7"});
        world.ask(who, "POST", "/questions/can", question).await
    };
    let own = can("developer@partner", "fieldforce", "/orders/1").await;
    assert_eq!(
        (own.status, &own.body["allowed"]),
        (200, &json!(false)),
        "{own:?}"
    );
    let text = own.body.to_string();
    assert!(!text.contains("\"operator\""), "{text}");
    assert_eq!(
        can("publisher@commerce", "fieldforce", "/orders/1")
            .await
            .status,
        200
    );
    assert_eq!(
        can("developer@partner", "till", "/orders/1").await.status,
        403
    );
    assert_eq!(can("auditor", "till", "/orders/1").await.status, 200);
}

#[tokio::test]
async fn commands_answer_in_lines_and_by_permission() {
    let world = World::new().await;
    let kinds = json!({"kind": "service"});
    let text = world
        .text("admin@partner", "/commands/documents", &kinds)
        .await;
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let documents = lines[0]["ok"]["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 1, "{text}");
    assert_eq!(documents[0]["id"], "ledger");
    let change = json!({"changes": [{"kind": "edge", "id": "platform", "put": {}}]});
    let refused = world
        .ask("admin@partner", "POST", "/commands/change", change)
        .await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (403, &json!("permission.missing"))
    );
}

#[test]
fn every_method_of_the_socket_is_a_command() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/socket.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut named = BTreeSet::new();
    for row in rows {
        let cell = row.split('|').next().unwrap();
        let names = cell.split('`').filter(|part| {
            part.starts_with('.') || part.starts_with(|c: char| c.is_ascii_lowercase())
        });
        let mut row_names: Vec<String> = Vec::new();
        for name in names {
            // `.show` after `revisions.list` is `revisions.show`.
            let last: Option<&String> = row_names.last();
            let family = last
                .and_then(|last| last.split_once('.'))
                .map(|(family, _)| family);
            row_names.push(match (name.strip_prefix('.'), family) {
                (Some(rest), Some(family)) => format!("{family}.{rest}"),
                _ => name.to_owned(),
            });
        }
        named.extend(row_names);
    }
    let commands: BTreeSet<_> = METHODS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(named, commands);
}

#[tokio::test]
async fn numbers_in_paths_are_read_as_numbers() {
    let world = World::new().await;
    let ask = async |method: &str, path: &str, body: Value| {
        let answer = world.ask("owner", method, path, body).await;
        (answer.status, answer.body)
    };
    let (status, revision) = ask("GET", "/revisions/1", Value::Null).await;
    assert_eq!(status, 200, "{revision}");
    let (status, body) = ask("GET", "/revisions/first", Value::Null).await;
    let error = &body["errors"][0];
    assert_eq!(
        (status, &error["in"], &error["pointer"]),
        (400, &json!("path"), &json!("number"))
    );
    let preview = json!({"preview": true});
    let (status, body) = ask("POST", "/revisions/1/rollback", preview.clone()).await;
    assert_eq!(status, 200, "{body}");
    let fix = "/calls/01JDB7Z3K8Q4M2T9V6X1C5N0RW/fixes/1";
    let (status, body) = ask("POST", fix, preview).await;
    assert!(
        status == 200 || body["code"] == "resource.not_found",
        "{status} {body}"
    );
}

#[tokio::test]
async fn what_is_for_another_question_is_refused() {
    let world = World::new().await;
    for path in [
        "/calls?by=app",
        "/calls?buckets=5",
        "/denials?before=01JDB7Z3K8Q4M2T9V6X1C5N0RW",
    ] {
        let refused = world.ask("operator", "GET", path, Value::Null).await;
        assert_eq!(refused.status, 400, "{path}: {}", refused.body);
    }
}
