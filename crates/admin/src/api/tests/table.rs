use super::world::World;
use crate::api::describe::openapi;
use crate::api::permission::Need;
use crate::api::table;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn endpoints_have_names_of_their_own_and_the_document_names_them_all() {
    let table = table();
    let ids: BTreeSet<_> = table.rows().iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), table.rows().len());
    let document = openapi(&table);
    for row in table.rows() {
        let path = format!("/api/v1{}", row.path);
        let operation = &document["paths"][&path][row.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], row.id);
    }
    // What has to be said is said to be so; what a path has, it has.
    let parameter = |path: &str, method: &str, name: &str| {
        let parameters = &document["paths"][path][method]["parameters"];
        let mut named = parameters.as_array().unwrap().iter();
        named.find(|one| one["name"] == name).cloned().unwrap()
    };
    let difference = "/api/v1/revision-difference";
    assert_eq!(parameter(difference, "get", "from")["required"], true);
    assert_eq!(parameter(difference, "get", "to")["required"], false);
    let app = parameter("/api/v1/apps/{app}/access", "get", "app");
    assert_eq!(app["schema"], serde_json::json!({"type": "string"}));
    assert_eq!(
        parameter("/api/v1/apps/{id}", "patch", "If-Match")["in"],
        "header"
    );
    assert_eq!(
        parameter("/api/v1/apps", "post", "Idempotency-Key")["in"],
        "header"
    );
    // Every reference leads somewhere.
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"].get(name).is_some(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let world = World::new().await;
    for row in table().rows() {
        if row.need == Need::Nothing {
            continue;
        }
        let path = row
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let answer = world.ask("", row.method.as_str(), &path, Value::Null).await;
        assert_eq!(answer.status, 401, "{row:?}");
        assert!(answer.headers.contains_key("www-authenticate"), "{row:?}");
        let wrong = world
            .ask("nonsense", row.method.as_str(), &path, Value::Null)
            .await;
        assert_eq!(wrong.body["code"], "credential.invalid", "{row:?}");
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/openapi.json"
    );
    let mut text = serde_json::to_string_pretty(&openapi(&table())).unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "UPDATE=1 cargo test -p postern-admin writes {path}"
    );
}
