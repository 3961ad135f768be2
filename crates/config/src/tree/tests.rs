use super::{MAX_DEPTH, MAX_NODES, Node, json, read_yaml};
use crate::Code;
use crate::findings::Findings;
use crate::source::Source;
use crate::tests::{codes, parse};

#[test]
fn aliases_cannot_grow_without_bound() {
    let step = |n: usize| {
        let items = [format!("*a{}", n - 1).as_str(); 10].join(", ");
        format!("a{n}: &a{n} [{items}]")
    };
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned();
    let text = std::iter::once(first).chain((1..30).map(step));
    let text = text.collect::<Vec<_>>().join("\n");
    assert_eq!(codes(&text), [Code::TooComplex]);
}

#[test]
fn an_alias_inside_of_itself_is_refused() {
    assert_eq!(codes("a: &a [*a]"), [Code::Syntax]);
    assert_eq!(codes("a: *b"), [Code::Syntax]);
}

#[test]
fn depth_is_bounded_in_every_style() {
    let flow = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(codes(&flow(MAX_DEPTH)), [Code::WrongType]);
    assert_eq!(codes(&flow(MAX_DEPTH + 1)), [Code::TooComplex]);
    assert_eq!(codes(&"[".repeat(100_000)), [Code::TooComplex]);
    assert_eq!(codes(&"{a: ".repeat(100_000)), [Code::TooComplex]);
    assert_eq!(codes(&"- ".repeat(10_000)), [Code::TooComplex]);
    let block: Vec<_> = (0..1000).map(|n| format!("{}a:", " ".repeat(n))).collect();
    let block = block.join("\n");
    assert_eq!(codes(&block), [Code::TooComplex]);
}

#[test]
fn aliases_cannot_get_around_the_depth() {
    let step = |n: usize| format!("a{n}: &a{n} [*a{}]", n - 1);
    let text = std::iter::once("a0: &a0 []".to_owned()).chain((1..200).map(step));
    let text = text.collect::<Vec<_>>().join("\n");
    assert_eq!(codes(&text), [Code::TooComplex]);
}

#[test]
fn the_number_of_values_is_bounded() {
    let text = format!("[{}]", "0,".repeat(MAX_NODES + 1));
    assert_eq!(codes(&text), [Code::TooComplex]);
}

#[test]
fn a_key_that_is_no_text_is_refused() {
    assert_eq!(codes("{[a]: b}"), [Code::WrongType]);
}

#[test]
fn a_large_configuration_is_read() {
    let operations: Vec<_> = (0..10_000)
        .map(|n| format!("          op{n}: {{methods: [GET], path: '/things/{n}/{{id}}'}}"))
        .collect();
    let operations = operations.join("\n");
    let text = format!(
        "services:\n  s:\n    versions:\n      v:\n        upstream: u\n        operations:\n{operations}\n\
         upstreams: {{u: {{targets: ['example.com:80']}}}}\n"
    );
    let loaded = parse(&text).unwrap();
    assert_eq!(
        loaded.configuration.services[0].versions[0]
            .operations
            .len(),
        10_000
    );
}

/// What the reader of YAML makes of a text, if it finds nothing wrong with it.
fn as_yaml(text: &str) -> Option<Node> {
    let source = Source::new("tree", text);
    let mut findings = Findings::new(&source);
    let root = read_yaml(text, &mut findings);
    root.filter(|_| !findings.failed())
}

#[test]
fn json_is_read_as_its_reader_of_yaml_reads_it() {
    let texts = [
        "{}",
        "{ \n}\n",
        r#"{"a":1,"b":[true,false,null,[],{}],"c":{"d":"e: f","":" # "}}"#,
        "{\n  \"a\": \"x\",\n  \"b\": [\n    1,\n    007\n  ]\n}",
        r#"{"a":"\"\\\/\b\f\n\r\tz","ä€😀":"ö…"}"#,
        r#"{"a": {"b" :1}}"#,
        "{\"a\"\n: 1}",
        "{\"a\":\t1}",
        "{\"a\": \"b\u{2028}c\"}",
        "{\"a\": \"b\u{7f}c\u{85}d\"}",
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,}"#,
        r#"{"a":1} {}"#,
        r#"{"a":-1.5e3,"b":tru}"#,
        r#"{"a":"\u00e4\ud83d\ude00"}"#,
        r#"{"a":"#,
        "{\"a",
        "{\"a\\",
    ];
    let mut read = 0;
    for text in texts {
        if let Some(root) = json::read(text) {
            let expected = as_yaml(text).map(|root| format!("{root:?}"));
            assert_eq!(Some(format!("{root:?}")), expected, "{text}");
            read += 1;
        }
    }
    assert_eq!(read, 5, "the usual ones, and no others");
}

#[test]
fn limits_are_the_reader_of_yamls() {
    let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(json::read(&deep(MAX_DEPTH - 3)).is_some());
    assert!(json::read(&deep(MAX_DEPTH)).is_none());
    let many = |count: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(count));
    assert!(json::read(&many(1000)).is_some());
    assert!(json::read(&many(MAX_NODES)).is_none());
    assert_eq!(codes(&deep(MAX_DEPTH)), [Code::TooComplex]);
    assert_eq!(codes(&many(MAX_NODES)), [Code::TooComplex]);
}

proptest::proptest! {
    /// Pieces of JSON in any order: what the one reader reads, the other reads alike.
    #[test]
    fn no_json_is_read_in_two_ways(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "{", "}", "[", "]", ",", ":", ": ", "\"a\"", "\"b\"", "\"a\":", "1", "true",
                "null", " ", "\n", "\\", "\"", "\"\\n\"", "#", "ä",
            ]),
            0..14,
        ),
    ) {
        let text = format!("{{{}}}", pieces.concat());
        if let Some(root) = json::read(&text) {
            let expected = as_yaml(&text).map(|root| format!("{root:?}"));
            proptest::prop_assert_eq!(Some(format!("{root:?}")), expected);
        }
    }
}
