use super::*;
use serde_json::json;

fn read_text(text: &str) -> (Result<Value, Unreadable>, Report) {
    let mut report = Report::default();
    let read = read(text.as_bytes(), &mut report);
    (read, report)
}

fn value(text: &str) -> Value {
    read_text(text).0.unwrap()
}

fn message(text: &str) -> String {
    read_text(text).0.unwrap_err().to_string()
}

#[test]
fn json_and_yaml_are_the_same() {
    let json = r#"{"a": [1, -2, 0.5, true, null, "x\u00e9\n"], "b": {"c": {}}}"#;
    let yaml = "a: [1, -2, 0.5, true, ~, \"xé\\n\"]\nb:\n  c: {}\n";
    assert_eq!(value(json), value(yaml));
    // JSON with what only YAML allows.
    assert_eq!(
        value("{a: 1, # one\n 'b': [2,]}"),
        json!({"a": 1, "b": [2]})
    );
    assert_eq!(value("\u{feff}{\"a\": 1}"), json!({"a": 1}));
}

#[test]
fn names_that_stand_twice_are_reported_where_they_stand() {
    for text in [
        r#"{"paths": {"/a~b": {"get": 1}, "/a~b": {"get": 2}}}"#,
        "paths:\n  /a~b: {get: 1}\n  /a~b: {get: 2}\n",
    ] {
        let (read, report) = read_text(text);
        assert_eq!(read.unwrap(), json!({"paths": {"/a~b": {"get": 1}}}));
        let line = &report.lines()[0];
        assert_eq!(line.pointer, "/paths/~1a~0b");
        assert_eq!(line.instead, "the first one counts");
    }
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let text = "base: &base {a: 1, b: 2}\nother:\n  <<: *base\n  b: 3\nlist: [*base]\n";
    let read = value(text);
    assert_eq!(read["other"], json!({"b": 3, "a": 1}));
    assert_eq!(read["list"][0], json!({"a": 1, "b": 2}));
}

#[test]
fn bombs_end_early() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..12 {
        let before = level - 1;
        let nine = vec![format!("*a{before}"); 9].join(", ");
        let line = format!("a{level}: &a{level} [{nine}]\n");
        laughs.push_str(&line);
    }
    assert!(message(&laughs).contains("too many values"));
    // Few values, much text.
    let long = "x".repeat(1 << 20);
    let texts = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 200].join(", "));
    assert!(message(&texts).contains("too much text"));
    let deep = "[".repeat(100_000);
    assert!(message(&deep).contains("too deep"));
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    assert!(message(&deep).contains("too deep"));
    let deep: Vec<String> = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let deep = deep.concat();
    assert!(message(&deep).contains("too deep"));
    assert!(message("a: &a [*a]\n").contains("inside of what it refers to"));
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let started = std::time::Instant::now();
    let text = vec![b'{'; 50 << 20];
    let error = read(&text, &mut Report::default()).unwrap_err();
    assert_eq!(error.message, "the document has 50 MiB, which is too large");
    assert!(error.help.unwrap().contains("at most 24 MiB"));
    assert!(started.elapsed() < std::time::Duration::from_millis(200));
}

#[test]
fn what_is_not_text_is_said() {
    let bytes = |bytes: &[u8]| {
        let error = read(bytes, &mut Report::default()).unwrap_err();
        error.to_string()
    };
    assert!(bytes(b"openapi: 3.0.0\ninfo: \xff\n").contains("byte 21, in line 2"));
    assert!(bytes(b"\xff\xfe{\0").contains("UTF-16"));
    assert!(message(" \n").contains("empty"));
    assert!(message("{\"a\": ]").contains("is not JSON"));
    assert!(message("a: b: c\n").contains("line 1"));
    assert!(message("a:\n\t- b\n").contains("indent with spaces"));
}

#[test]
fn only_the_first_of_several_documents_is_read() {
    let (read, report) = read_text("a: 1\n---\nb: 2\n");
    assert_eq!(read.unwrap(), json!({"a": 1}));
    assert!(report.lines()[0].what.contains("second document"));
}
