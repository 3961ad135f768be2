//! From Swagger 2 to `OpenAPI` 3.1.

use super::operation::{PARAMETERS, key_of};
use super::schema;
use crate::refs;
use serde_json::{Map, Value, json};

/// Where what is shared stood, and where it stands.
const MOVED: [(&str, &str); 3] = [
    ("#/definitions/", "#/components/schemas/"),
    ("#/responses/", "#/components/responses/"),
    ("#/parameters/", "#/components/parameters/"),
];

/// Members of a parameter or a header that are its schema.
const SCHEMA: [&str; 15] = [
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "type",
];

/// What stands around the paths.
pub(super) fn around(document: &Value) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(members) = document.as_object() else {
        return out;
    };
    for (name, value) in members {
        if matches!(name.as_str(), "info" | "tags" | "externalDocs") || name.starts_with("x-") {
            out.insert(name.clone(), value.clone());
        }
    }
    let mut components = Map::new();
    if let Some(schemas) = members.get("definitions") {
        let mut schemas = schemas.clone();
        moved(&mut schemas);
        components.insert("schemas".to_owned(), schemas);
    }
    if let Some(Value::Object(responses)) = members.get("responses") {
        let produces = kinds(members.get("produces"));
        let responses = responses.iter();
        let responses = responses.map(|(name, one)| (name.clone(), response(one, &produces)));
        components.insert("responses".to_owned(), responses.collect());
    }
    out.insert("components".to_owned(), Value::Object(components));
    out
}

/// An operation, with the parameters of its path.
pub(super) fn operation(
    document: &Value,
    found: &Map<String, Value>,
    item: Option<&Map<String, Value>>,
) -> Map<String, Value> {
    let mut out = found.clone();
    for gone in ["consumes", "produces", "schemes", "parameters", "responses"] {
        out.shift_remove(gone);
    }
    let lists = [Some(found), item].into_iter().flatten();
    let lists = lists.filter_map(|holder| holder.get("parameters")?.as_array());
    let mut parameters: Vec<&Value> = Vec::new();
    for parameter in lists.flatten().take(PARAMETERS) {
        let Ok(parameter) = refs::follow(document, parameter) else {
            continue;
        };
        let key = key_of(document, parameter);
        if !parameters
            .iter()
            .any(|other| key_of(document, other) == key)
        {
            parameters.push(parameter);
        }
    }
    let consumes = kinds(found.get("consumes").or_else(|| document.get("consumes")));
    if let Some(body) = body(&parameters, &consumes) {
        out.insert("requestBody".to_owned(), body);
    }
    let plain = parameters.iter().filter(|one| {
        let place = one.get("in").and_then(Value::as_str);
        !matches!(place, Some("body" | "formData"))
    });
    let plain: Vec<Value> = plain.map(|one| parameter(one)).collect();
    if !plain.is_empty() {
        out.insert("parameters".to_owned(), Value::Array(plain));
    }
    if let Some(Value::Object(responses)) = found.get("responses") {
        let produces = kinds(found.get("produces").or_else(|| document.get("produces")));
        let responses = responses.iter();
        let responses = responses.map(|(status, one)| (status.clone(), response(one, &produces)));
        out.insert("responses".to_owned(), responses.collect());
    }
    out
}

/// Media types; JSON where none is said.
fn kinds(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let kinds: Vec<String> = list.filter_map(Value::as_str).map(str::to_owned).collect();
    if kinds.is_empty() {
        vec!["application/json".to_owned()]
    } else {
        kinds
    }
}

/// A schema as it is in 3.1.
fn moved(value: &mut Value) {
    relocate(value);
    schema::upgrade(value);
}

fn relocate(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(relocate),
        Value::Object(members) => {
            if let Some(Value::String(to)) = members.get_mut("$ref") {
                for (before, after) in MOVED {
                    if let Some(rest) = to.strip_prefix(before) {
                        *to = format!("{after}{rest}");
                        break;
                    }
                }
            }
            if members.get("type") == Some(&Value::from("file")) {
                members.insert("type".to_owned(), "string".into());
                members.insert("format".to_owned(), "binary".into());
            }
            if let Some(Value::String(name)) = members.get("discriminator") {
                let discriminator = json!({ "propertyName": name });
                members.insert("discriminator".to_owned(), discriminator);
            }
            schema::nullable(members, "x-nullable");
            members.values_mut().for_each(relocate);
        }
        _ => {}
    }
}

/// The members of a parameter that are its schema, as one.
fn schema_of(parameter: &Value) -> Value {
    let members = parameter.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| SCHEMA.contains(&name.as_str()));
    let mut schema: Value = members
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into();
    moved(&mut schema);
    schema
}

fn parameter(given: &Value) -> Value {
    let members = given.as_object().into_iter().flatten();
    let kept =
        members.filter(|(name, _)| !SCHEMA.contains(&name.as_str()) && *name != "collectionFormat");
    let mut out: Map<String, Value> = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    out.insert("schema".to_owned(), schema_of(given));
    if given.get("in").and_then(Value::as_str) == Some("path") {
        out.insert("required".to_owned(), true.into());
    }
    if given.get("in").and_then(Value::as_str) == Some("query") {
        let format = given.get("collectionFormat").and_then(Value::as_str);
        let style = match format {
            Some("multi") => Some(("form", true)),
            Some("csv") => Some(("form", false)),
            Some("ssv") => Some(("spaceDelimited", false)),
            Some("pipes") => Some(("pipeDelimited", false)),
            _ => None,
        };
        if let Some((style, explode)) = style {
            out.insert("style".to_owned(), style.into());
            out.insert("explode".to_owned(), explode.into());
        }
    }
    Value::Object(out)
}

/// The body of an operation: one parameter of its own, or the fields of a form.
fn body(parameters: &[&Value], consumes: &[String]) -> Option<Value> {
    let is = |one: &&&Value, place: &str| one.get("in").and_then(Value::as_str) == Some(place);
    let required = |one: &Value| one.get("required") == Some(&Value::Bool(true));
    if let Some(one) = parameters.iter().find(|one| is(one, "body")) {
        let mut schema = one.get("schema").cloned().unwrap_or_else(|| json!({}));
        moved(&mut schema);
        let content = consumes.iter();
        let content = content.map(|kind| (kind.clone(), json!({ "schema": schema })));
        let content: Map<String, Value> = content.collect();
        return Some(json!({ "required": required(one), "content": content }));
    }
    let fields: Vec<_> = parameters
        .iter()
        .filter(|one| is(one, "formData"))
        .collect();
    if fields.is_empty() {
        return None;
    }
    let name = |one: &Value| one.get("name").and_then(Value::as_str).map(str::to_owned);
    let properties = fields.iter();
    let properties = properties.filter_map(|one| Some((name(one)?, schema_of(one))));
    let properties: Map<String, Value> = properties.collect();
    let needed = fields.iter().filter(|one| required(one));
    let needed: Vec<String> = needed.filter_map(|one| name(one)).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !needed.is_empty()
        && let Value::Object(members) = &mut schema
    {
        members.insert("required".to_owned(), json!(needed));
    }
    let file = fields
        .iter()
        .any(|one| one.get("type") == Some(&Value::from("file")));
    let form: Vec<String> = consumes
        .iter()
        .filter(|kind| kind.contains("form"))
        .cloned()
        .collect();
    let kinds = match (form.is_empty(), file) {
        (false, _) => form,
        (true, true) => vec!["multipart/form-data".to_owned()],
        (true, false) => vec!["application/x-www-form-urlencoded".to_owned()],
    };
    let content = kinds
        .into_iter()
        .map(|kind| (kind, json!({ "schema": schema })));
    Some(json!({ "content": content.collect::<Map<_, _>>() }))
}

fn response(given: &Value, produces: &[String]) -> Value {
    if let Some(to) = refs::target(given) {
        let mut reference = json!({ "$ref": to });
        relocate(&mut reference);
        return reference;
    }
    let text = given.get("description").and_then(Value::as_str);
    let mut out = Map::new();
    let description = text.filter(|text| !text.is_empty());
    let description = description.unwrap_or("What the API answers.");
    out.insert("description".to_owned(), description.into());
    if let Some(schema) = given.get("schema") {
        let mut schema = schema.clone();
        moved(&mut schema);
        let content = produces.iter();
        let content = content.map(|kind| {
            let mut media = Map::new();
            media.insert("schema".to_owned(), schema.clone());
            let example = given.get("examples").and_then(|all| all.get(kind));
            media.extend(example.map(|one| ("example".to_owned(), one.clone())));
            (kind.clone(), Value::Object(media))
        });
        out.insert("content".to_owned(), content.collect());
    }
    if let Some(Value::Object(headers)) = given.get("headers") {
        let headers = headers.iter().map(|(name, header)| {
            let mut value = json!({ "schema": schema_of(header) });
            if let (Value::Object(value), Some(text)) = (&mut value, header.get("description")) {
                value.insert("description".to_owned(), text.clone());
            }
            (name.clone(), value)
        });
        out.insert("headers".to_owned(), headers.collect());
    }
    Value::Object(out)
}
