//! Of a document what requests are compared with: parameters, bodies, schemas, and the media types
//! of answers.

use crate::import::{Dialect, Imported, Operation};
use crate::pointer::exact;
use crate::refs;
use postern_contract::same_path;
use serde_json::{Map, Value, json};

/// Longest excerpt, in bytes of JSON: it stands in the configuration.
const MOST: usize = 4 << 20;

/// Parts of `components` that requests are compared with.
const COMPONENTS: [&str; 3] = ["parameters", "requestBodies", "schemas"];

/// The excerpt of a document, as JSON: an `OpenAPI` document of its own, whose paths are those that
/// its operations have here.
///
/// # Errors
/// Why there is none.
pub fn excerpt(imported: &Imported) -> Result<String, &'static str> {
    let version = match imported.dialect {
        Dialect::Swagger2 => return Err("Swagger 2 says of bodies and parameters in another way"),
        Dialect::OpenApi30 => "3.0.3",
        Dialect::OpenApi31 => "3.1.0",
    };
    let root = &imported.document;
    let mut paths = Map::new();
    for operation in &imported.operations {
        place(root, operation, &mut paths);
    }
    let mut components = Map::new();
    let given = root.get("components");
    for name in COMPONENTS {
        if let Some(part) = given.and_then(|given| given.get(name)) {
            components.insert(name.to_owned(), part.clone());
        }
    }
    let schemes = given.and_then(|given| given.get("securitySchemes"));
    if let Some(Value::Object(schemes)) = schemes {
        let in_query = |scheme: &Value| scheme.get("in") == Some(&json!("query"));
        let keys = schemes.iter().filter(|(_, scheme)| in_query(scheme));
        let keys: Map<_, _> = keys
            .map(|(name, scheme)| (name.clone(), scheme.clone()))
            .collect();
        components.insert("securitySchemes".to_owned(), Value::Object(keys));
    }
    let whole = json!({"openapi": version, "paths": paths, "components": components});
    // What is referred to in unusual places is in the whole document only.
    let text = if leads_out(&whole, root) {
        root.to_string()
    } else {
        whole.to_string()
    };
    if text.len() > MOST {
        return Err("longer than 4 MiB");
    }
    Ok(text)
}

/// Puts what is said of an operation where the operation is.
fn place(root: &Value, operation: &Operation, paths: &mut Map<String, Value>) {
    let Some((item, method)) = operation.pointer.rsplit_once('/') else {
        return;
    };
    let (Some(item), Some(found)) = (root.pointer(item), root.pointer(&operation.pointer)) else {
        return;
    };
    let path = path_of(root, operation);
    let entry = paths.entry(path).or_insert_with(|| json!({}));
    if let (Value::Object(entry), Some(parameters)) = (&mut *entry, item.get("parameters")) {
        entry.insert("parameters".to_owned(), parameters.clone());
    }
    let mut made = Map::new();
    for name in ["parameters", "requestBody"] {
        if let Some(part) = found.get(name) {
            made.insert(name.to_owned(), part.clone());
        }
    }
    let mut responses = Map::new();
    for (status, response) in found
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let Ok(response) = refs::follow(root, response) else {
            continue;
        };
        let content = response.get("content").and_then(Value::as_object);
        let media = content.into_iter().flatten();
        let media: Map<_, _> = media.map(|(name, _)| (name.clone(), json!({}))).collect();
        responses.insert(status.clone(), json!({ "content": media }));
    }
    made.insert("responses".to_owned(), Value::Object(responses));
    if let Value::Object(entry) = entry {
        entry.insert(method.to_owned(), Value::Object(made));
    }
}

/// As the document writes it, where that is a template that matches the same, so that parameters
/// keep their names.
fn path_of(root: &Value, operation: &Operation) -> String {
    let paths = root.get("paths").and_then(Value::as_object);
    let mut paths = paths.into_iter().flatten();
    let written = paths.find(|(path, _)| {
        let at = exact(&["paths", path, &operation.method.to_ascii_lowercase()]);
        at == operation.pointer && same_path(path, &operation.path)
    });
    written.map_or_else(|| operation.path.clone(), |(path, _)| path.clone())
}

/// Whether a reference leads to something in the whole document that the excerpt does not have.
fn leads_out(excerpt: &Value, whole: &Value) -> bool {
    let mut open = vec![excerpt];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                open.extend(members.values());
                let to = refs::target(value).filter(|to| !refs::is_external(to));
                let is_out =
                    |to: &str| refs::find(excerpt, to).is_err() && refs::find(whole, to).is_ok();
                if to.is_some_and(is_out) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import;
    use postern_contract::Document;

    fn of(document: &Value) -> Result<Value, &'static str> {
        let imported = import(document.to_string().as_bytes()).unwrap();
        excerpt(&imported).map(|text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn what_requests_are_compared_with_is_kept() {
        let made = of(&json!({
            "openapi": "3.0.3", "info": {"title": "Shop", "version": "1"},
            "paths": {
                "/orders/{order-id}": {
                    "parameters": [{"in": "path", "name": "order-id", "required": true, "schema": {"type": "integer"}}],
                    "get": {"summary": "long", "responses": {
                        "200": {"description": "x", "content": {"application/json": {"schema": {"type": "object"}}}},
                        "404": {"$ref": "#/components/responses/Gone"},
                    }},
                },
                "/files/{name}.json": {"post": {"requestBody": {"$ref": "#/components/requestBodies/File"}}},
            },
            "components": {
                "requestBodies": {"File": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/File"}}}}},
                "schemas": {"File": {"type": "object"}},
                "responses": {"Gone": {"content": {"text/plain": {}}}},
                "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}, "basic": {"type": "http"}},
            },
        }))
        .unwrap();
        assert!(made.get("info").is_none());
        let get = &made["paths"]["/orders/{order-id}"]["get"];
        assert_eq!(
            get["responses"],
            json!({"200": {"content": {"application/json": {}}}, "404": {"content": {"text/plain": {}}}})
        );
        assert!(get.get("summary").is_none());
        assert_eq!(
            made["components"]["securitySchemes"]
                .as_object()
                .unwrap()
                .len(),
            1
        );
        // A path that is another one here stands there as it is here.
        let document = Document::new(made.clone()).unwrap();
        let imported = import(made.to_string().as_bytes()).unwrap();
        assert!(document.contract("GET", "/orders/{order_id}").is_some());
        for operation in &imported.operations {
            let contract = document.contract(&operation.method, &operation.path);
            assert!(
                contract.is_some_and(|contract| contract.is_ok()),
                "{}",
                operation.path
            );
        }
    }

    #[test]
    fn what_is_referred_to_elsewhere_is_kept_with_everything() {
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "Shop", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/x-schemas/A"}}}}}}},
            "x-schemas": {"A": {"type": "object"}},
        });
        assert_eq!(of(&document).unwrap(), document);
        assert!(of(&json!({"swagger": "2.0", "paths": {}})).is_err());
    }
}
