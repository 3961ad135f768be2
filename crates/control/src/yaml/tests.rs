use super::*;
use serde_json::json;

fn change(kind: &str, id: &str, patch: Value) -> Change {
    Change::patch(kind, id, patch)
}

#[test]
fn lines_say_what_the_change_says() {
    let patch = json!({
        "state": "approved",
        "decided_at": "2026-11-22T10:00:00Z",
        "comment": "true",
        "scopes": ["partners:read", "b"],
        "entries": ["192.0.2.0/24", {"range": "::1", "comment": "Ann: \"x\""}],
        "deep": {"n": 1},
    });
    let text = lines(&change("subscription", "sub_1", patch.clone()));
    assert_eq!(
        text,
        "subscriptions:\n  sub_1:\n    state: approved\n    \
         decided_at: \"2026-11-22T10:00:00Z\"\n    comment: \"true\"\n    \
         scopes: [\"partners:read\", b]\n    entries:\n      - \"192.0.2.0/24\"\n      \
         - { range: \"::1\", comment: \"Ann: \\\"x\\\"\" }\n    deep:\n      \"n\": 1\n"
    );
    let read = postern_config::values("f", &text).unwrap();
    assert_eq!(read["subscriptions"]["sub_1"], patch);
}

#[test]
fn settings_have_no_name() {
    let text = lines(&change("edge", "platform", json!({"block_for": "1m"})));
    assert_eq!(text, "edge:\n  block_for: \"1m\"\n");
    let mut gone = change("list", "office", Value::Null);
    (gone.patch, gone.delete) = (None, true);
    assert_eq!(lines(&gone), "# in `lists`, without `office`\n");
}

#[test]
fn texts_of_several_lines_stand_as_they_are() {
    let mut out = "certificates:\n".to_owned();
    let pem = "-----BEGIN-----\nMII\n\n  x # y\n-----END-----\n";
    member(&mut out, "a", &json!({"chain": pem, "note": "one\ntwo"}));
    assert!(
        out.contains("    chain: |\n      -----BEGIN-----\n"),
        "{out}"
    );
    let read = postern_config::values("f", &out).unwrap();
    assert_eq!(
        read["certificates"]["a"],
        json!({"chain": pem, "note": "one\ntwo"})
    );
}

proptest::proptest! {
    #[test]
    fn whatever_a_text_is_it_is_read_again(text in "\\PC*|[ \\t\\n\\r:#|>\\-a\u{85}\u{7f}\u{2028}\u{feff}\u{202e}\"'{}\\[\\],]*") {
        let mut out = "lists:\n".to_owned();
        let value = json!({"t": text, "l": [text], "deep": {"o": [{"k": text}]}});
        member(&mut out, "x", &value);
        let read = postern_config::values("f", &out).unwrap();
        proptest::prop_assert_eq!(&read["lists"]["x"], &value, "{}", out);
    }
}
