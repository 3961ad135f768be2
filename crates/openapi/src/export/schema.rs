//! From `OpenAPI` 3.0 to 3.1: schemas are JSON Schema there.

use crate::import::Dialect;
use serde_json::{Map, Value, json};

/// Members that hold values of the API, not schemas.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// What stands around the paths of a document, in 3.1.
pub(super) fn around(document: &Value, dialect: Dialect) -> Map<String, Value> {
    let members = document.as_object().into_iter().flatten();
    let kept =
        members.filter(|(name, _)| !matches!(name.as_str(), "paths" | "servers" | "security"));
    kept.map(|(name, value)| {
        let mut value = value.clone();
        if dialect == Dialect::OpenApi30 {
            upgrade(&mut value);
        }
        (name.clone(), value)
    })
    .collect()
}

/// Replaces what schemas of 3.0 have and JSON Schema has not.
pub(super) fn upgrade(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(upgrade),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if !VALUES.contains(&name.as_str()) && !name.starts_with("x-") {
                    upgrade(value);
                }
            }
            exclusive(members, "exclusiveMinimum", "minimum");
            exclusive(members, "exclusiveMaximum", "maximum");
            nullable(members, "nullable");
        }
        _ => {}
    }
}

/// `minimum: 1, exclusiveMinimum: true` is `exclusiveMinimum: 1`.
fn exclusive(members: &mut Map<String, Value>, name: &str, bound: &str) {
    match members.get(name) {
        Some(Value::Bool(true)) => {
            members.shift_remove(name);
            if let Some(value) = members.shift_remove(bound) {
                members.insert(name.to_owned(), value);
            }
        }
        Some(Value::Bool(false)) => {
            members.shift_remove(name);
        }
        _ => {}
    }
}

/// `type: string, nullable: true` is `type: [string, "null"]`.
pub(super) fn nullable(members: &mut Map<String, Value>, name: &str) {
    let Some(Value::Bool(nullable)) = members.get(name) else {
        return;
    };
    let nullable = *nullable;
    members.shift_remove(name);
    if !nullable {
        return;
    }
    if let Some(Value::String(kind)) = members.get("type") {
        let kinds = json!([kind, "null"]);
        members.insert("type".to_owned(), kinds);
        if let Some(Value::Array(values)) = members.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        return;
    }
    let rest = std::mem::take(members);
    if !rest.is_empty() {
        members.insert("anyOf".to_owned(), json!([rest, {"type": "null"}]));
    }
}
