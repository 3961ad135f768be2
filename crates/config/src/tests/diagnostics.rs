//! What people read, as golden files: for each `NAME.yaml` the text in `NAME.txt`.

use super::{World, codes, golden, parse};
use crate::Code;
use std::path::Path;

#[test]
fn every_diagnostic_reads_as_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/diagnostics");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e == "txt") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let rendered = match crate::parse(&name, &text, &World) {
            Ok(loaded) => crate::render_all(&loaded.warnings, false),
            Err(report) => report.render(false),
        };
        golden(&path.with_extension("txt"), &rendered);
        seen += 1;
    }
    assert!(seen >= 6);
}

/// A document around one service.
fn service(fields: &str) -> String {
    format!("services:\n  s:\n    {fields}\nupstreams: {{u: {{targets: [example.com:80]}}}}\n")
}

fn operations(first: &str, second: &str) -> String {
    service(&format!(
        "versions: {{v: {{upstream: u, operations: {{a: {first}, b: {second}}}}}}}"
    ))
}

#[test]
fn one_fault_is_one_finding() {
    use Code::*;
    let cases: &[(&str, &[Code])] = &[
        ("", &[]),
        ("# nothing\n", &[]),
        ("[]", &[WrongType]),
        ("text", &[WrongType]),
        ("services: {", &[Syntax]),
        ("a: b: c", &[Syntax]),
        ("{}\n---\n{}", &[Syntax]),
        ("lissteners: {}", &[UnknownField]),
        ("listeners:", &[WrongType]),
        ("listeners: {a: {}}", &[MissingField]),
        ("listeners: {a: {address: 8080}}", &[InvalidAddress]),
        ("listeners: {a: {address: [1]}}", &[WrongType]),
        ("listeners: {'a b': {address: '1.2.3.4:5'}}", &[InvalidName]),
        (
            "listeners: {a: {address: '1.2.3.4:5', address: x}}",
            &[DuplicateKey],
        ),
        ("limits: {uri: 1}", &[OutOfRange]),
        ("limits: {uri: 64 KiB}", &[InvalidSize]),
        ("limits: {header_count: '12'}", &[WrongType]),
        ("limits: {header_count: -1}", &[OutOfRange]),
        (
            "limits: {header_count: 99999999999999999999999999999999999999999}",
            &[OutOfRange],
        ),
        ("timeouts: {idle: 0s}", &[OutOfRange]),
        ("timeouts: {drain: 0s}", &[]),
        ("timeouts: {idle: 10}", &[InvalidDuration]),
        ("client: {header: x-real-ip}", &[InvalidValue]),
        (
            "egress: {allow: [10.0.0.1/8, x]}",
            &[InvalidNetwork, InvalidNetwork],
        ),
        (
            "forwarding: {public_docs_url: docs.example.com}",
            &[InvalidUrl],
        ),
        // An upstream that is faulty is not unknown, and a faulty reference leaves none unused.
        (
            "services: {s: {versions: {v: {upstream: u, operations: {}}}}}\nupstreams: {u: {targets: [x]}}",
            &[InvalidTarget],
        ),
        (
            "services: {s: {versions: {v: {upstream: [u], operations: {}}}}}\nupstreams: {u: {targets: ['x:1']}}",
            &[WrongType],
        ),
        (
            "services: {s: {versions: {v: {upstream: w, operations: {}}}}}\nupstreams: []",
            &[WrongType],
        ),
        ("upstreams: {u: {targets: ['x:1']}}", &[UnusedUpstream]),
        (
            "upstreams: {u: {targets: []}}",
            &[UnusedUpstream, OutOfRange],
        ),
        (
            "upstreams: {u: {targets: [{address: 'x:1', weight: 0}]}}",
            &[UnusedUpstream, NoWeight],
        ),
        (
            "upstreams: {u: {targets: [{address: 'x:1', weight: 0}, y]}}",
            &[UnusedUpstream, InvalidTarget],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(text), *expected, "{text}");
    }
}

#[test]
fn what_only_shows_together_is_found() {
    use Code::*;
    let get = |path: &str| format!("{{methods: [GET], path: '{path}'}}");
    let cases: Vec<(String, &[Code])> = vec![
        (operations(&get("/a"), &get("/b")), &[]),
        (operations(&get("/a"), &get("/a")), &[DuplicateOperation]),
        (
            operations(&get("/a/{x}"), &get("/a/{y}")),
            &[DuplicateOperation],
        ),
        (operations(&get("/a/{x}"), &get("/a/b")), &[]),
        (operations(&get("/a/{x}"), &get("/a/{*x}")), &[]),
        (operations(&get("/a"), "{path: /a}"), &[]),
        (
            operations("{path: /a}", "{path: /a}"),
            &[DuplicateOperation],
        ),
        (
            operations(&get("/a"), "{methods: [get], path: /a}"),
            &[InvalidMethod],
        ),
        (operations(&get("/a%2Fb"), &get("/b")), &[InvalidPath]),
        (operations(&get("/a/{x}/{x}"), &get("/b")), &[InvalidPath]),
        (
            operations(&get("/.well-known/postern/x"), &get("/b")),
            &[InvalidPath],
        ),
        (
            operations("{methods: [POST], path: /a, websocket: true}", &get("/b")),
            &[Conflict],
        ),
        (
            service("tls_required: true\n    versions: {v: {upstream: u, operations: {}}}"),
            &[ListenerMissing],
        ),
        (
            service("versions: {v: {upstream: x, operations: {}}}"),
            &[UnknownUpstream, UnusedUpstream],
        ),
        (
            service("versions: {v: {state: retired, upstream: u, operations: {}}}"),
            &[MissingField],
        ),
        (
            service("versions: {v: {retired_at: 2026-01-01, upstream: u, operations: {}}}"),
            &[Conflict],
        ),
        (
            service(
                "versions: {v: {state: retird, retired_at: 2026-01-01, upstream: u, operations: {}}}",
            ),
            &[InvalidValue],
        ),
        (
            service(
                "versions: {v: {state: retired, retired_at: 2026-01-01, successor: v, upstream: u, operations: {}}}",
            ),
            &[UnknownVersion],
        ),
    ];
    for (text, expected) in cases {
        let report = parse(&text).map(drop);
        assert_eq!(codes(&text), expected, "{text}\n{report:?}");
    }
}

#[test]
fn two_versions_may_have_the_same_paths_when_one_of_them_is_a_draft_or_retired() {
    let version = |state: &str| format!("{{{state} upstream: u, operations: {{a: {{path: /a}}}}}}");
    let both = |a: &str, b: &str| {
        codes(&service(&format!(
            "versions: {{v1: {}, v2: {}}}",
            version(a),
            version(b)
        )))
    };
    let retired = "state: retired, retired_at: 2026-01-01,";
    assert_eq!(both("", ""), [Code::DuplicateOperation]);
    assert_eq!(both("", "state: draft,"), []);
    assert_eq!(both(retired, ""), []);
    assert_eq!(both(retired, retired), [Code::DuplicateOperation]);
}

#[test]
fn findings_are_bounded_and_counted() {
    let lines: Vec<_> = (0..500).map(|n| format!("field{n}: 1")).collect();
    let report = parse(&lines.join("\n")).unwrap_err();
    assert_eq!((report.diagnostics.len(), report.omitted), (200, 300));
    assert!(report.to_string().ends_with("… and 300 more\n"));
}

#[test]
fn a_diagnostic_is_data() {
    let report = parse("timeouts:\n  idel: 10s\n").unwrap_err();
    let value = serde_json::to_value(&report).unwrap();
    let expected = serde_json::json!({
        "severity": "error",
        "code": "config.unknown_field",
        "message": "`timeouts` has no field `idel`",
        "file": "postern.yaml",
        "line": 2,
        "column": 3,
        "length": 4,
        "source": "  idel: 10s",
        "source_column": 1,
        "label": "unknown field",
        "pointer": "/timeouts/idel",
        "help": "did you mean `idle`?",
        "notes": [],
    });
    assert_eq!(value["diagnostics"][0], expected);
}

#[test]
fn codes_are_unique_and_explained() {
    let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        let name = code.as_str().strip_prefix("config.").unwrap();
        assert!(
            name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{name}"
        );
        assert!(code.meaning().ends_with('.'), "{name}: {}", code.meaning());
    }
}

#[test]
fn findings_point_at_the_value_that_is_meant() {
    let cases = [
        (r#"{"lissteners": {}}"#, "/lissteners"),
        (
            r#"{"listeners": {"a": {"address": "x"}}}"#,
            "/listeners/a/address",
        ),
        (r#"{"listeners": {"a": {}}}"#, "/listeners/a"),
        (r#"{"limits": {"a/b~c": 1}}"#, "/limits/a~1b~0c"),
        (
            r#"{"lists": {"l": {"entries": ["192.0.2.0/24", "nowhere"]}}}"#,
            "/lists/l/entries/1",
        ),
        (
            "lists:\n  l:\n    entries: [192.0.2.0/24, nowhere]\n",
            "/lists/l/entries/1",
        ),
    ];
    for (text, pointer) in cases {
        let report = parse(text).unwrap_err();
        let found: Vec<_> = report
            .diagnostics
            .iter()
            .map(|d| d.pointer.as_deref())
            .collect();
        assert_eq!(found, [Some(pointer)], "{text}");
    }
}
