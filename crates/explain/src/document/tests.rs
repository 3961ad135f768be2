use super::*;
use serde_json::json;

#[test]
fn the_examples_of_rfc_7396_hold() {
    let cases = [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (
            json!({"a": "b"}),
            json!({"b": "c"}),
            json!({"a": "b", "b": "c"}),
        ),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (
            json!({"a": "b", "b": "c"}),
            json!({"a": null}),
            json!({"b": "c"}),
        ),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (
            json!({"a": {"b": "c"}}),
            json!({"a": {"b": "d", "c": null}}),
            json!({"a": {"b": "d"}}),
        ),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (
            json!({"e": null}),
            json!({"a": 1}),
            json!({"e": null, "a": 1}),
        ),
        (
            json!([1, 2]),
            json!({"a": "b", "c": null}),
            json!({"a": "b"}),
        ),
        (
            json!({}),
            json!({"a": {"bb": {"ccc": null}}}),
            json!({"a": {"bb": {}}}),
        ),
    ];
    for (mut target, patch, expected) in cases {
        merge_patch(&mut target, &patch);
        assert_eq!(target, expected, "{patch}");
    }
}

#[test]
fn a_change_finds_its_document_by_kind_and_name() {
    let mut documents = Documents::new(json!({"subscriptions": {"sub_1": {"state": "pending"}}}));
    let approve = Change::new("subscription", "sub_1", json!({"state": "approved"}));
    documents.apply(&approve).unwrap();
    assert_eq!(
        documents.get("subscription", "sub_1"),
        Some(&json!({"state": "approved"}))
    );
    let create = Change::new("plan", "gold", json!({"services": ["a"]}));
    documents.apply(&create).unwrap();
    assert_eq!(documents.of_kind("plan").count(), 1);
    let edge = Change::new("edge", "edge", json!({"block_for": "2m"}));
    documents.apply(&edge).unwrap();
    assert_eq!(
        documents.get("edge", "edge"),
        Some(&json!({"block_for": "2m"}))
    );
    documents
        .apply(&Change::new("subscription", "sub_1", Value::Null))
        .unwrap();
    assert_eq!(documents.get("subscription", "sub_1"), None);
    assert!(
        documents
            .apply(&Change::new("colour", "red", json!({})))
            .is_err()
    );
}
