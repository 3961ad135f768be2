use super::{DEPTH, Unreadable, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn fault(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn what_is_json_is_read() {
    let text =
        r#" {"a": [1, -2, 2.5, true, null], "b": {"c": "\u00e4", "d": 18446744073709551615}} "#;
    let expected = json!({"a": [1, -2, 2.5, true, null], "b": {"c": "ä", "d": u64::MAX}});
    assert_eq!(read(text.as_bytes()), Ok(expected));
    assert_eq!(read(b"7"), Ok(json!(7)));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(
        fault("{\n  \"a\": 1,\n}"),
        "line 3, column 1: trailing comma"
    );
    assert_eq!(
        fault("{\"a\": 1"),
        "line 1, column 7: EOF while parsing an object"
    );
    assert_eq!(fault("[1] x"), "line 1, column 5: trailing characters");
    assert_eq!(fault("\u{feff}{}"), "line 1, column 1: expected value");
    assert_eq!(fault("1e999"), "line 1, column 5: number out of range");
    let twice = fault("{\"a\": 1, \"b\": {\"a\": 2, \"a\": 3}}");
    assert!(twice.ends_with("member \"a\" stands twice"), "{twice}");
    // However it is written.
    let twice = fault(r#"{"a": 1, "\u0061": 2}"#);
    assert!(twice.ends_with("member \"a\" stands twice"), "{twice}");
    assert!(read(b"{\"a\": \"\xff\"}").is_err());
    assert!(read(br#""\ud800""#).is_err());
    assert!(read(b"").is_err());
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(nested(DEPTH).as_bytes()).is_ok());
    let too_deep = |depth: usize| {
        let Unreadable { what, .. } = read(nested(depth).as_bytes()).unwrap_err();
        assert_eq!(&*what, format!("nested more than {DEPTH} deep"));
    };
    too_deep(DEPTH + 1);
    too_deep(10_000);
    let objects = "{\"a\":".repeat(10_000);
    assert!(fault(&objects).ends_with("deep"));
}

proptest! {
    #[test]
    fn it_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    /// What it reads is what everybody reads.
    #[test]
    fn it_reads_what_others_read(text in r#"[\[\]{}":,a-c0-9 \\u.e-]{0,40}"#) {
        if let Ok(value) = read(text.as_bytes()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
        }
    }
}
