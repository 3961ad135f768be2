use super::world::World;
use crate::api::commands::METHODS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn refusals_are_counted_for_whose_they_are() {
    let world = World::new().await;
    let status =
        async |who: &str, path: &str| world.ask(who, "GET", path, Value::Null).await.status;
    assert_eq!(status("operator", "/denials").await, 200);
    assert_eq!(status("publisher@commerce", "/denials").await, 403);
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
