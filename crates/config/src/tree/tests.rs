use super::{MAX_DEPTH, MAX_NODES};
use crate::Code;
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
