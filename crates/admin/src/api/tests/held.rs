//! Holds answers against the OpenAPI document: what it says of an answer has to be true, and has to
//! be all.

use crate::api::describe::openapi;
use crate::api::table;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The document.
fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| openapi(&table()))
}

/// Fails where an answer is another than the document says.
pub(super) fn hold(method: &str, path: &str, status: u16, body: &Value) {
    if path.contains("?without=") || method == "HEAD" {
        // Documents that are not whole are in no schema, and HEAD has no body.
        return;
    }
    let path = path.split('?').next().unwrap_or(path);
    let operation =
        operation(method, path).unwrap_or_else(|| panic!("{method} {path} is in no document"));
    let answer = operation.pointer(&format!("/responses/{status}"));
    let answer = answer.unwrap_or_else(|| panic!("{method} {path}: {status} is not described"));
    let Some(schema) = answer.pointer("/content/application~1json/schema") else {
        // Lines of the commands are no document; what has no content is to have none.
        let silent = answer.get("content").is_none();
        assert!(
            !silent || body.is_null(),
            "{method} {path}: {status} is to have no body: {body:#}"
        );
        return;
    };
    if method != "GET" && is_bare(body) {
        return;
    }
    let mut wrong = Vec::new();
    check(schema, body, "", &mut wrong);
    assert!(
        wrong.is_empty(),
        "{method} {path} answers otherwise than the document says:\n{}\n{body:#}",
        wrong.join("\n")
    );
}

/// Whether it is what somebody is told who may make a thing and not read it.
fn is_bare(body: &Value) -> bool {
    let told = ["id", "version", "secret", "token"];
    let members = body.as_object();
    members.is_some_and(|members| {
        members.contains_key("id") && members.keys().all(|name| told.contains(&name.as_str()))
    })
}

/// What the document says of a request. A path that is written out comes before one with parameters.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let asked: Vec<&str> = path.split('/').skip(1).collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.strip_prefix("/api/v1/")?.split('/').collect();
        let alike = |(part, asked): (&&str, &&str)| part.starts_with('{') || part == asked;
        (parts.len() == asked.len() && parts.iter().zip(&asked).all(alike))
            .then(|| parts.iter().filter(|part| part.starts_with('{')).count())
    };
    let paths = document()["paths"].as_object().unwrap();
    let found = paths
        .iter()
        .filter_map(|(template, methods)| Some((fits(template)?, methods)))
        .min_by_key(|(parameters, _)| *parameters);
    found?.1.get(method.to_lowercase())
}

/// The part of JSON Schema (draft 2020-12) that the document is written in. A member that an object
/// has and its schema does not name is wrong, too, unless the schema says that there are others.
fn check(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let Value::Object(schema) = schema else {
        return;
    };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let found = document().pointer(target.trim_start_matches('#'));
        return check(found.expect(target), value, at, wrong);
    }
    for (choice, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
        if let Some(choices) = schema.get(choice).and_then(Value::as_array) {
            let fits = |choice: &Value| {
                let mut faults = Vec::new();
                check(choice, value, at, &mut faults);
                faults.is_empty()
            };
            let fitting = choices.iter().filter(|choice| fits(choice)).count();
            if !(1..=most).contains(&fitting) {
                wrong.push(format!("{at}: {fitting} of its forms"));
            }
        }
    }
    if let Some(only) = schema.get("const").filter(|only| *only != value) {
        wrong.push(format!("{at}: not {only}"));
    }
    if let Some(known) = schema.get("enum").and_then(Value::as_array)
        && !known.contains(value)
    {
        wrong.push(format!("{at}: {value} is not one of {known:?}"));
    }
    if let Some(kinds) = schema.get("type")
        && !is_one_of(kinds, value)
    {
        wrong.push(format!("{at}: not {kinds}: {value}"));
    }
    match value {
        Value::Object(members) => check_members(schema, members, at, wrong),
        Value::Array(items) => {
            let places = schema.get("prefixItems").and_then(Value::as_array);
            for (number, item) in items.iter().enumerate() {
                let of_place = places.and_then(|places| places.get(number));
                if let Some(expected) = of_place.or_else(|| schema.get("items")) {
                    check(expected, item, &format!("{at}/{number}"), wrong);
                }
            }
        }
        _ => {}
    }
}

fn is_one_of(kinds: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    match kinds {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    }
}

fn check_members(
    schema: &Map<String, Value>,
    members: &Map<String, Value>,
    at: &str,
    wrong: &mut Vec<String>,
) {
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            wrong.push(format!("{at}: `{name}` is missing"));
        }
    }
    let known = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    for (name, value) in members {
        let place = format!("{at}/{name}");
        match (known.and_then(|known| known.get(name)), others) {
            (Some(expected), _) => check(expected, value, &place, wrong),
            (None, Some(expected)) if *expected != Value::Bool(false) => {
                check(expected, value, &place, wrong);
            }
            (None, _) if known.is_some() => wrong.push(format!("{place}: is not described")),
            (None, _) => {}
        }
    }
}

#[test]
fn an_answer_that_is_otherwise_is_found() {
    let page = |body: Value| {
        let mut wrong = Vec::new();
        let schema = operation("GET", "/revisions").unwrap();
        let schema = &schema["responses"]["200"]["content"]["application/json"]["schema"];
        check(schema, &body, "", &mut wrong);
        wrong
    };
    let row = serde_json::json!({
        "number": 1, "name": "1 (ab)", "in_force": true, "sequence": 1, "at_ms": 1, "who": "a",
        "comment": "", "source": "apply",
    });
    assert!(page(serde_json::json!({"revisions": [row], "more": false})).is_empty());
    let mut other = row.clone();
    other["number"] = "1".into();
    other["new"] = 1.into();
    let wrong = page(serde_json::json!({"revisions": [other]}));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
}
