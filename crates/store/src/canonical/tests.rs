use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MAX_DEPTH, canonical, hex, is_shallow, sha256};

#[test]
fn members_are_sorted_and_spaces_left_out() {
    let value: Value =
        serde_json::from_str(r#" { "b" : [1, {"z":null,"a":"\u00e9\n"}], "B": -0.5, "a": true } "#)
            .unwrap();
    assert_eq!(
        canonical(&value),
        r#"{"B":-0.5,"a":true,"b":[1,{"a":"é\n","z":null}]}"#
    );
}

#[test]
fn depth_has_a_bound_that_can_still_be_read() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    assert!(is_shallow(&nested(MAX_DEPTH)));
    assert!(!is_shallow(&nested(MAX_DEPTH + 1)));
    let text = canonical(&nested(MAX_DEPTH));
    assert!(serde_json::from_str::<Value>(&text).is_ok());
}

#[test]
fn the_digest_is_sha_256() {
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        hex(&sha256(b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,4}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_text_means_the_value_and_is_stable(value in values()) {
        let text = canonical(&value);
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(canonical(&read), text);
    }
}
