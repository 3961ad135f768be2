use super::*;
use serde_json::json;

#[test]
fn what_is_taken_apart_can_be_put_together() {
    let whole = json!({
        "tenants": {"a": {"title": "A"}, "b": {}},
        "policies": {"p": {"kind": "body"}},
        "edge": {"block_for": "1m"},
    });
    let mut again = Map::new();
    for document in split(whole.clone()).unwrap() {
        insert(
            &mut again,
            document.kind.as_str(),
            &document.id,
            document.value,
        );
    }
    assert_eq!(Value::Object(again), whole);
}

#[test]
fn every_section_of_the_schema_is_a_kind() {
    let schema: Value = serde_json::from_str(&postern_config::json_schema()).unwrap();
    for section in schema["properties"].as_object().unwrap().keys() {
        if section == "$schema" {
            continue;
        }
        let kind = kind(section).unwrap();
        assert_eq!(super::section(kind.as_str()).unwrap().0, section);
    }
}

#[test]
fn an_unknown_kind_is_answered_with_those_there_are() {
    let refusal = kind("servce").unwrap_err();
    assert!(refusal.message.contains("`servce`"), "{refusal}");
    assert!(refusal.help.unwrap().contains("plan, policy"));
}
