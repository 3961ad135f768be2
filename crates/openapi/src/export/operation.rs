//! One operation, written down.

use super::{Export, Exported, REQUIREMENTS, key_names, problem, schema, swagger};
use crate::import::{Dialect, parameters};
use crate::read::{Budget, Size};
use crate::refs;
use serde_json::{Map, Value, json};

/// Parameters of a path that its operations inherit.
pub(super) const PARAMETERS: usize = 500;

/// The operation as the document that it was imported from has it, in `OpenAPI` 3.1; the parameters
/// of its path among its own.
///
/// None if there is none, and if there is no room for it: a part of a document may be referred to
/// from everywhere in it.
fn original(
    export: &Export<'_>,
    operation: &Exported<'_>,
    budget: &mut Budget,
) -> Option<Map<String, Value>> {
    let (document, dialect) = export.original?;
    let pointer = operation.pointer?;
    let found = document.pointer(pointer)?;
    let size = Size::of(found);
    budget.take(size.values, size.text).ok()?;
    let found = found.as_object()?;
    let around = pointer.rsplit_once('/').map(|(above, _)| above);
    let item = around.and_then(|above| document.pointer(above));
    let item = item.and_then(Value::as_object);
    Some(match dialect {
        Dialect::Swagger2 => swagger::operation(document, found, item),
        Dialect::OpenApi30 | Dialect::OpenApi31 => {
            let mut found = found.clone();
            let shared = item.and_then(|item| item.get("parameters"));
            if let Some(shared) = shared.and_then(Value::as_array) {
                let own = found.entry("parameters").or_insert_with(|| json!([]));
                if let Value::Array(own) = own {
                    inherit(document, own, shared);
                }
            }
            let mut found = Value::Object(found);
            if dialect == Dialect::OpenApi30 {
                schema::upgrade(&mut found);
            }
            match found {
                Value::Object(found) => found,
                _ => Map::new(),
            }
        }
    })
}

/// Adds the parameters of a path to those of its operation that do not replace them.
fn inherit(document: &Value, own: &mut Vec<Value>, shared: &[Value]) {
    for parameter in shared.iter().take(PARAMETERS) {
        let key = key_of(document, parameter);
        if !own.iter().any(|other| key_of(document, other) == key) {
            own.push(parameter.clone());
        }
    }
}

/// What a parameter is known by: its place and its name.
pub(super) fn key_of(document: &Value, parameter: &Value) -> (String, String) {
    let found = refs::follow(document, parameter).unwrap_or(parameter);
    let text = |name: &str| {
        let text = found.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    (text("in"), text("name"))
}

/// An operation with everything that is known of it.
pub(super) fn described(
    export: &Export<'_>,
    operation: &Exported<'_>,
    method: &str,
    path: &str,
    budget: &mut Budget,
) -> Value {
    let mut out = original(export, operation, budget).unwrap_or_default();
    // It is served where the gateway is.
    out.shift_remove("servers");
    out.insert("operationId".to_owned(), operation.name.into());
    let given = out.shift_remove("parameters");
    let parameters = path_parameters(export, given, operation, path);
    if !parameters.is_empty() {
        out.insert("parameters".to_owned(), Value::Array(parameters));
    }
    body(&mut out, operation, method);
    if !out.get("responses").is_some_and(Value::is_object) {
        let fallback = json!({"default": {"description": "What the API answers."}});
        out.insert("responses".to_owned(), fallback);
    }
    if let Some(Value::Object(responses)) = out.get_mut("responses") {
        problem::responses(responses, export.key_places.is_some());
    }
    out.insert("security".to_owned(), security(export, operation));
    match export.requirements.get(operation.name) {
        Some(requirements) => out.insert(REQUIREMENTS.to_owned(), requirements.clone()),
        None => out.shift_remove(REQUIREMENTS),
    };
    Value::Object(out)
}

/// The parameters, with exactly those of the path that are in it.
fn path_parameters(
    export: &Export<'_>,
    given: Option<Value>,
    operation: &Exported<'_>,
    path: &str,
) -> Vec<Value> {
    let document = export.original.map(|(document, _)| document);
    let empty = Value::Null;
    let document = document.unwrap_or(&empty);
    let names: Vec<&str> = parameters(path).collect();
    let mut out = Vec::new();
    let mut there: Vec<String> = Vec::new();
    let given = match given {
        Some(Value::Array(given)) => given,
        _ => Vec::new(),
    };
    for parameter in given {
        let (place, name) = key_of(document, &parameter);
        if place == "path" {
            if !names.contains(&name.as_str()) || there.contains(&name) {
                continue;
            }
            there.push(name);
        }
        out.push(parameter);
    }
    let rest = operation.path.contains("{*");
    for (at, name) in names.iter().enumerate() {
        if there.iter().any(|known| known == name) {
            continue;
        }
        let mut parameter = json!({
            "in": "path",
            "name": name,
            "required": true,
            "schema": {"type": "string"},
        });
        if rest
            && at + 1 == names.len()
            && let Value::Object(members) = &mut parameter
        {
            let text = "Any rest of the path, `/` included.";
            members.insert("description".to_owned(), text.into());
        }
        out.push(parameter);
    }
    out
}

/// What the gateway lets through as a body.
fn body(out: &mut Map<String, Value>, operation: &Exported<'_>, method: &str) {
    if !operation.media_types.is_empty() && !matches!(method, "get" | "head" | "delete" | "trace") {
        let body = out.entry("requestBody").or_insert_with(|| json!({}));
        let is_reference = body.get("$ref").is_some();
        if let (Value::Object(body), false) = (body, is_reference) {
            let before = match body.shift_remove("content") {
                Some(Value::Object(content)) => content,
                _ => Map::new(),
            };
            let mut content = Map::new();
            for (kind, media) in &before {
                let plain = kind.split(';').next().unwrap_or_default().trim();
                let plain = plain.to_ascii_lowercase();
                if operation
                    .media_types
                    .iter()
                    .any(|allowed| covers(allowed, &plain))
                {
                    content.insert(kind.clone(), media.clone());
                }
            }
            if content.is_empty() {
                let kinds = operation.media_types.iter();
                content.extend(kinds.map(|kind| ((*kind).to_owned(), json!({}))));
            }
            body.insert("content".to_owned(), Value::Object(content));
        }
    }
    if let Some(most) = operation.max_body
        && let Some(Value::Object(body)) = out.get_mut("requestBody")
    {
        body.insert("x-postern-max-size".to_owned(), most.into());
    }
}

/// Whether a media type is one that a range stands for.
fn covers(range: &str, kind: &str) -> bool {
    range == "*/*"
        || range == kind
        || range
            .strip_suffix('*')
            .is_some_and(|before| kind.starts_with(before))
}

/// Who may call: with a key in one of the places, with all scopes.
fn security(export: &Export<'_>, operation: &Exported<'_>) -> Value {
    let Some(places) = &export.key_places else {
        return json!([]);
    };
    let one = |name: String| json!({ name: operation.scopes });
    let mut alternatives: Vec<Value> = key_names(places).into_iter().map(one).collect();
    if operation.anonymous {
        alternatives.insert(0, json!({}));
    }
    Value::Array(alternatives)
}
