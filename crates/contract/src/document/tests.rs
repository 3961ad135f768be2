use super::*;
use serde_json::json;

fn faults(root: Value) -> Vec<String> {
    let document = Document::new(root).unwrap();
    let contract = document.contract("GET", "/a/{id}").unwrap();
    contract
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn with(operation: &Value) -> Value {
    json!({"openapi": "3.1.0", "paths": {"/a/{x}": {"get": operation}}})
}

#[test]
fn only_openapi_3_is_a_document() {
    for (root, what) in [
        (json!({}), "it has no `openapi`"),
        (json!({"swagger": "2.0"}), "this is Swagger 2"),
        (
            json!({"openapi": "4.0.0", "paths": {}}),
            "no version of OpenAPI 3",
        ),
        (json!({"openapi": "3.0.0"}), "has no `paths`"),
    ] {
        let fault = Document::new(root).unwrap_err().to_string();
        assert!(fault.contains(what), "{fault}");
    }
    assert!(Document::new(json!({"openapi": 3.1, "paths": {}})).is_ok());
}

#[test]
fn operations_are_found_by_method_and_path() {
    let root = json!({"openapi": "3.0.0", "paths": {
        "/a/{x}": {"get": {}}, "/a/b": {"post": {}}, "/r": {"$ref": "#/components/pathItems/r"},
    }, "components": {"pathItems": {"r": {"get": {}}}}});
    let document = Document::new(root).unwrap();
    for (method, path, found) in [
        ("GET", "/a/{id}", true),
        ("HEAD", "/a/{id}", true),
        ("POST", "/a/{id}", false),
        ("POST", "/a/b", true),
        ("GET", "/a/b", false),
        ("GET", "/a/{id}/c", false),
        ("GET", "/r", true),
    ] {
        let contract = document.contract(method, path);
        assert_eq!(
            contract.is_some_and(|c| c.is_ok()),
            found,
            "{method} {path}"
        );
    }
}

#[test]
fn what_nobody_can_be_held_to_is_told_with_its_place() {
    let parameter = |more: Value| {
        let mut one = json!({"in": "query", "name": "q"});
        one.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        with(&json!({"parameters": [one]}))
    };
    let here = "/paths/~1a~1{x}/get/parameters/0";
    for (root, fault) in [
        (
            parameter(json!({"schema": {"pattern": "^(?=a)"}})),
            format!("{here}/schema/pattern: the pattern `^(?=a)` cannot be matched in linear time"),
        ),
        (
            parameter(json!({"schema": {"items": {"pattern": "(a)\\1"}}})),
            format!("{here}/schema/items/pattern: the pattern `(a)\\1` cannot be matched in linear time"),
        ),
        (
            parameter(json!({"schema": {"$ref": "other.yaml#/x"}})),
            format!("{here}/schema: a reference to another document, `other.yaml#/x`"),
        ),
        (
            parameter(json!({"schema": {"$ref": "#/none"}})),
            format!("{here}/schema: a reference to `#/none`, where nothing is"),
        ),
        (
            parameter(json!({"schema": {"$dynamicRef": "#x"}})),
            format!("{here}/schema: `$dynamicRef`, by which no request is checked"),
        ),
        (
            parameter(json!({"style": "matrix"})),
            format!("{here}: the style `matrix` in query, by which no parameter is read"),
        ),
        (
            with(&json!({"parameters": [{"name": "q"}]})),
            format!("{here}: a parameter without name or place"),
        ),
        (
            with(&json!({"requestBody": {"content": {"application/json": {"schema": 7}}}})),
            "/paths/~1a~1{x}/get/requestBody/content/application~1json/schema: a schema that is no mapping".to_owned(),
        ),
        (
            parameter(json!({"schema": {"type": "strin"}})),
            format!("{here}/schema: a schema that cannot be compiled"),
        ),
    ] {
        let found = faults(root);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&fault), "{found:?} instead of {fault}");
    }
}
