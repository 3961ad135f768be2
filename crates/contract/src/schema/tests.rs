use super::*;

/// What speaks against a value, by schemas of a dialect.
fn against(version: &str, schemas: &Value, value: &Value) -> Vec<String> {
    let root = json!({"openapi": version, "paths": {}, "components": {"schemas": schemas}});
    let document = Document::new(root).unwrap();
    let found = document.root().member("components").unwrap();
    let found = found.member("schemas").unwrap().member("S").unwrap();
    let schema = Schema::compile(&document, &found).unwrap();
    let against = schema.against(value);
    against.iter().map(ToString::to_string).collect()
}

fn one(version: &str, schema: &Value, value: &Value) -> bool {
    against(version, &json!({"S": schema}), value).is_empty()
}

#[test]
fn openapi_30_has_words_of_its_own() {
    let old = |schema: Value, value: Value| one("3.0.3", &schema, &value);
    let exclusive = json!({"type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 3});
    assert!(!old(exclusive.clone(), json!(1)));
    assert!(old(exclusive.clone(), json!(1.5)));
    assert!(old(exclusive, json!(3)));
    let open = json!({"type": "number", "minimum": 1, "exclusiveMinimum": false});
    assert!(old(open, json!(1)));
    let nullable = json!({"type": "string", "nullable": true, "enum": ["a"]});
    assert!(old(nullable.clone(), json!(null)));
    assert!(old(nullable.clone(), json!("a")));
    assert!(!old(nullable.clone(), json!("b")));
    assert!(!one("3.1.0", &nullable, &json!(null)));
    let composed = json!({"nullable": true, "allOf": [{"type": "object"}]});
    assert!(old(composed.clone(), json!(null)));
    assert!(!old(composed, json!(1)));
    // What stands beside a reference does not count.
    let beside =
        json!({"S": {"$ref": "#/components/schemas/T", "maxLength": 1}, "T": {"type": "string"}});
    assert!(against("3.0.3", &beside, &json!("long")).is_empty());
    assert!(!against("3.1.0", &beside, &json!("long")).is_empty());
}

#[test]
fn openapi_31_is_json_schema() {
    let new = |schema: Value, value: Value| one("3.1.0", &schema, &value);
    assert!(!new(json!({"exclusiveMinimum": 1}), json!(1)));
    assert!(new(json!({"type": ["string", "null"]}), json!(null)));
    assert!(!new(
        json!({"prefixItems": [{"type": "string"}]}),
        json!([1])
    ));
    assert!(!new(json!({"if": {"const": 1}, "then": false}), json!(1)));
    assert!(!new(
        json!({"properties": {"a": true}, "unevaluatedProperties": false}),
        json!({"b": 1})
    ));
    assert!(new(
        json!({"example": 7, "description": "x", "discriminator": {}}),
        json!("a")
    ));
}

#[test]
fn formats_that_everybody_reads_alike_count() {
    for (format, value, fits) in [
        ("int32", json!(2_147_483_648_i64), false),
        ("int32", json!(2_147_483_647), true),
        ("int64", json!(9_223_372_036_854_775_808_u64), false),
        ("date", json!("2026-02-30"), false),
        ("date-time", json!("2026-11-28T05:12:56Z"), true),
        ("date-time", json!("yesterday"), false),
        ("uuid", json!("00000000-0000-0000-0000-000000000000"), true),
        ("uuid", json!("1"), false),
        ("ipv4", json!("1.2.3.256"), false),
        // No more than words for people.
        ("email", json!("nobody"), true),
        ("phone", json!("none"), true),
    ] {
        assert_eq!(
            one("3.0.0", &json!({"format": format}), &value),
            fits,
            "{format} {value}"
        );
    }
}

#[test]
fn loops_of_references_end() {
    let tree = json!({"S": {"type": "object", "properties": {
        "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/S"}},
    }, "required": ["name"]}});
    let good = json!({"name": "a", "children": [{"name": "b", "children": []}]});
    assert!(against("3.0.0", &tree, &good).is_empty());
    let bad = json!({"name": "a", "children": [{"name": "b", "children": [{}]}]});
    assert_eq!(
        against("3.0.0", &tree, &bad),
        ["/children/0/children/0/name: required: expected a value, came nothing"]
    );
    let myself = json!({"S": {"allOf": [{"$ref": "#/components/schemas/S"}]}});
    let _ = against("3.0.0", &myself, &json!(1));
}

#[test]
fn what_only_answers_have_is_neither_asked_for_nor_taken() {
    let schemas = json!({
        "S": {"allOf": [{"$ref": "#/components/schemas/Base"}], "required": ["name"]},
        "Base": {"type": "object", "required": ["id", "name", "at"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "name": {"type": "string"},
            "at": {"$ref": "#/components/schemas/At"},
        }},
        "At": {"type": "string", "readOnly": true},
    });
    assert!(against("3.0.0", &schemas, &json!({"name": "a"})).is_empty());
    assert_eq!(
        against("3.0.0", &schemas, &json!({"name": "a", "id": 7})),
        ["/id: readOnly: expected nothing: only the service says it, came an integer"]
    );
}

#[test]
fn what_is_wrong_is_told_without_the_value() {
    let schema = json!({"S": {
        "type": "object", "required": ["a", "b/c"], "additionalProperties": false,
        "properties": {
            "a": {"type": "integer", "minimum": 5}, "b/c": {},
            "text": {"type": "string", "minLength": 3, "pattern": "^x"},
            "kind": {"enum": ["one", "two", 3]},
            "list": {"type": "array", "maxItems": 1, "items": {"type": ["string", "null"]}},
            "either": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["z"]}]},
        },
    }});
    let value = json!({"a": 4, "text": "s", "kind": "secret", "list": [1, "secret"], "either": {}, "secret-name": "secret"});
    let told = against("3.1.0", &schema, &value);
    let all = told.join("\n");
    assert!(
        !all.contains("\"secret\"") && !all.contains("`secret`"),
        "{all}"
    );
    for line in [
        "/a: minimum: expected at least 5, came an integer",
        "/b~1c: required: expected a value, came nothing",
        "/text: minLength: expected at least 3 characters, came a string of length 1",
        "/text: pattern: expected a string that matches `^x`, came a string",
        "/kind: enum: expected one of `one`, `two`, `3`, came a string",
        "/list: maxItems: expected at most 1 items, came an array of 2",
        "/list/0: type: expected null or a string, came an integer",
        "/either: oneOf: expected one of 2 forms, came an object",
        "/secret-name: additionalProperties: expected no member of that name, came a string",
    ] {
        assert!(told.iter().any(|one| one == line), "{line} in {all}");
    }
}

#[test]
fn hostile_values_are_told_of_in_few_words() {
    let schema =
        json!({"S": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}});
    let many = Value::Array(vec![json!(1); 300_000]);
    let told = against("3.1.0", &schema, &many);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("schema: "), "{told:?}");
    let some = Value::Array(vec![json!(1); 1_000]);
    assert_eq!(against("3.1.0", &schema, &some).len(), MOST);
}

#[test]
fn catastrophic_patterns_are_harmless() {
    let schema = json!({"type": "string", "pattern": "^(a+)+$"});
    let text = format!("{}!", "a".repeat(100_000));
    assert!(!one("3.1.0", &schema, &json!(text)));
    for (pattern, takes) in [
        ("^(a|a)*$", Pattern::Small),
        ("^[a-z]{1,63}$", Pattern::Small),
        ("(?<=a)b", Pattern::Refused),
        ("(?:a)(b)\\2\\1", Pattern::Refused),
        ("((a{1000}){1000}){1000}", Pattern::Refused),
    ] {
        assert_eq!(Pattern::of(pattern), takes, "{pattern}");
    }
}
