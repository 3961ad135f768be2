use super::*;
use serde_json::json;

fn lines(before: &Value, after: &Value) -> Vec<String> {
    let all = differences(before, after).into_iter();
    all.map(|d| {
        let side = |side: Option<String>| side.unwrap_or_else(|| "–".to_owned());
        format!("{} {} → {}", d.path, side(d.before), side(d.after))
    })
    .collect()
}

#[test]
fn each_path_is_told_by_itself() {
    let before = json!({
        "limits": {"per-app": {"rate": 100, "per": "1s"}}, "scopes": ["a", "b"], "title": "Old",
    });
    let after = json!({
        "limits": {"per-app": {"rate": 200, "per": "1s"}, "all": {"rate": 1}},
        "scopes": ["b", "c"],
    });
    assert_eq!(
        lines(&before, &after),
        [
            "limits.per-app.rate 100 → 200",
            "limits.all – → { rate: 1 }",
            "scopes[] a → –",
            "scopes[] – → c",
            "title Old → –",
        ]
    );
}

#[test]
fn the_order_of_members_is_nothing_and_that_of_lists_is() {
    let before = json!({"a": 1, "l": [{"x": 1, "z": 2}, 3]});
    assert!(lines(&before, &json!({"l": [{"z": 2, "x": 1}, 3], "a": 1})).is_empty());
    let turned = json!({"a": 1, "l": [3, {"x": 1, "z": 2}]});
    assert_eq!(
        lines(&before, &turned),
        ["l [{ x: 1, z: 2 }, 3] → [3, { x: 1, z: 2 }]"]
    );
    let twice = json!({"l": [1, 1]});
    assert_eq!(lines(&json!({"l": [1]}), &twice), ["l[] – → 1"]);
}

#[test]
fn names_that_are_no_words_are_quoted_and_digests_hidden() {
    let after = json!({"scopes": {"orders:read": "See"}, "hmac": "aa", "a.b": 1});
    assert_eq!(
        lines(&json!({"hmac": "bb", "scopes": {}}), &after),
        [
            "scopes.\"orders:read\" – → See",
            "hmac (hidden) → (hidden)",
            "\"a.b\" – → 1",
        ]
    );
}

#[test]
fn long_values_are_cut() {
    let long = "ü".repeat(500);
    let found = differences(&json!({}), &json!({ "a": long }));
    let after = found[0].after.as_deref().unwrap();
    assert_eq!(after.chars().count(), SHOWN + 1);
    assert!(after.ends_with('…'));
}
