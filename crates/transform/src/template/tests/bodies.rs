//! Bodies that make a template do more than a caller is worth.

use super::bombs::ends;
use super::*;
use std::fmt::Write as _;

fn body(text: &str) -> Value {
    value(&Json::read(text.as_bytes()).unwrap())
}

/// A loop around an expression.
fn looped(expression: &str) -> String {
    format!("{{% for i in range(100000) %}}{{% if {expression} %}}{{% endif %}}{{% endfor %}}")
}

#[test]
fn long_texts_of_a_body_are_not_read_again_and_again() {
    let long = "a".repeat(1 << 20);
    let short = "a ".repeat(1000);
    let body = body(&format!(
        r#"{{"a": "{long}", "b": "{long}", "c": "{long}b", "s": "{short}", "l": ["{long}"], "m": ["{long}"], "n": 100000}}"#
    ));
    for expression in [
        "body.a == body.b",
        "body.a == body.a",
        "body.a != body.b",
        "body.a < body.c",
        "body.a in body.c",
        "'b' in body.a",
        "body.a in body.l",
        "body.l == body.m",
        "body.l < body.m",
        "body.a is eq body.b",
        "body.a is startingwith(body.b)",
        "body.a is endingwith(body.b)",
        "body.a is lower",
        "body.l|select('==', body.b)|list",
        "body.l|map('upper')|list",
        "body.a ~ 1",
        "body.a + 'x'",
        "body.a|length == 1",
        "body.a|first == 'b'",
        "body.a|last == 'b'",
        "body.a[0] == 'b'",
        "body.a[-1] == 'b'",
        "body.a[1000000] == 'b'",
        "body.a[0:1] == 'b'",
        "body.a[::2] == 'b'",
        "body.a|int(0)",
        "body.a|trim('a')",
        "body.a|trim(body.a)",
        "body.a|split",
        "body.a|split('')",
        "body.a|lines",
        "body.a|reverse",
        "body.a|title",
        "body.a|capitalize",
        "body.a|replace('b', 'c')",
        "body.l|sort",
        "body.l|unique",
        "body.l|join",
        "body.l|max",
        "body.l|tojson",
        "[body.a]",
        "{'x': body.a}",
        "{body.a: 1}",
        "{'x': 1}[body.a]",
        "body[body.a]",
        "body|attr(body.a)",
        "body.s * body.n",
        "[1] * body.n",
        "range(body.n)|list",
        "loop.changed(body.a)",
        "loop.cycle(body.a, body.b) == body.c",
    ] {
        ends(&looped(expression), &body);
    }
    // All that fits into one comparison after the other.
    let row = vec!["body.a == body.b"; 20].join(" and ");
    ends(&looped(&row), &body);
    let tags = "{% if body.a == body.b %}{% endif %}".repeat(1700);
    ends(&tags, &body);
}

#[test]
fn characters_that_take_long_are_not_read_again_and_again() {
    let bodies = ["\u{3a3}.", "\u{130}\\n"];
    for text in bodies {
        let long = text.repeat((200 << 10) / text.len());
        let many = vec![format!("\"{}\"", text.repeat(20)); 10_000].join(",");
        let body = body(&format!(
            r#"{{"a": "{long}", "l": ["{long}"], "m": [{many}], "f": 1.7e308}}"#
        ));
        for expression in [
            "body.a is lower",
            "body.a is upper",
            "body.a|upper",
            "body.a|lower",
            "body.a|title",
            "body.a|capitalize",
            "body.a|reverse",
            "body.a|length",
            "body.a|list",
            "body.a|trim('\u{4e2d}\u{3a3}\u{df}abcdefghijklmnopqrstuvwxyz')",
            "body.a|replace('\u{4e2d}', 'x')",
            "body.a|replace('', 'x')",
            "body.a|split('')",
            "body.a|lines",
            "body.a|indent(2)",
            "body.a|e",
            "body.a|safe",
            "body.a|int(1)",
            "body.a|float(1)",
            "body.a[::3]",
            "body.a[5:]",
            "body.a[-1]",
            "body.a|tojson",
            "'%s'|format(body.a)",
            "body.a in body.l",
            "body.a * 2",
            "body.l|map('lower')",
            "body.l|map('title')",
            "body.l|sort",
            "body.m|sort",
            "body.m|unique",
            "body.m|map('upper')",
            "body.m|map('capitalize')",
            "body.m|map('tojson')",
            "body.m|map('trim', '\u{4e2d}\u{3a3}')",
            "body.m|select('lower')",
            "body.m|select('in', body.a)",
            "body.m|select('startingwith', body.a)",
            "body.m|join(body.a)",
            "body.m|groupby('x')",
            "body.m|tojson",
            "body.f|round(30)",
            "body.f|round(-30)",
            "1.1|round(30)",
            "7 ** 7.5 ** 2",
            "2 ** 126 // 3",
            "body.f|string",
            "'%.30f'|format(body.f)",
            "'%.1000f'|format(body.f)",
        ] {
            ends(&looped(expression), &body);
        }
    }
}

#[test]
fn long_names_are_not_looked_for_again_and_again() {
    let name = |n: usize| format!("{}{n:02}", "k".repeat(50_000));
    let members = (0..20).map(|n| format!("\"{}\": {n}", name(n)));
    let members = members.collect::<Vec<_>>().join(",");
    let long = name(19);
    let body = body(&format!(
        r#"{{"m": {{{members}}}, "l": [{{{members}}}], "t": ["{long}"], "k": "{long}"}}"#
    ));
    let constant = long.get(25_000..).unwrap();
    for text in [
        format!("{{{{ body.m.{constant} }}}}"),
        format!("{{{{ body.l|selectattr('{constant}') }}}}"),
    ] {
        check(&text, Form::Text, true).unwrap_err();
    }
    for expression in [
        "body.m[body.k]".to_owned(),
        "body.m|attr(body.k)".to_owned(),
        "body.k in body.m".to_owned(),
        "body.m == body.l[0]".to_owned(),
        "body.l|map(attribute=body.k)".to_owned(),
        "body.l|sort(attribute=body.k)".to_owned(),
        "body.l|sum(attribute=body.k)".to_owned(),
        "body.l|sum(body.k)".to_owned(),
        "body.l|join('', body.k)".to_owned(),
        "body.l|join('', attribute=body.k)".to_owned(),
        "body.l|groupby(body.k)".to_owned(),
        "{body.k: 1, body.k ~ 'x': 2}".to_owned(),
        format!("body.m['{constant}']"),
        format!("body.m|attr('{constant}')"),
        format!("'{constant}' in body.m"),
        format!("body.l|map(attribute='{constant}')"),
        format!("'a'|replace('{constant}', '')"),
        format!("'a'|split('{constant}')"),
        format!("'a'|trim('{constant}')"),
        format!("'{constant}' == body.k"),
        format!("body.t|select('eq', '{constant}')"),
        format!("loop.changed('{constant}')"),
        format!("{{'{constant}': 1, '{constant}x': 1}}"),
    ] {
        ends(&looped(&expression), &body);
    }
    let start = "{% set l = [range(100000)] %}";
    for expression in [
        "l|map(attribute=99999)",
        "l|map(attribute='99999')",
        "l|selectattr('99999')",
        "l|sum(attribute='99999')",
        "l|sort(attribute='99999')",
        "l|first|attr(99999)",
        "l[0][99999]",
        "l[0][-1]",
        "l|map('last')",
        "l|map('length')",
    ] {
        ends(&format!("{start}{}", looped(expression)), &body);
    }
}

#[test]
fn wide_and_deep_parts_of_a_body_are_not_walked_again_and_again() {
    let deep = |end: &str| format!("{}{end}{}", "[".repeat(60), "]".repeat(60));
    let wide = |end: &str| format!("[{}{end}]", "[1],".repeat(40_000));
    let mut texts = String::from("[");
    for n in 0..40_000 {
        write!(texts, "{}\"text {n}\"", if n > 0 { "," } else { "" }).unwrap();
    }
    texts.push(']');
    let many = vec![deep("1"); 1000].join(",");
    let one_long = format!("[\"{}\"{}]", "z".repeat(500_000), ",\"zz\"".repeat(20_000));
    let members = (0..20_000).map(|n| format!("\"k{n}\": {n}"));
    let members = members.collect::<Vec<_>>().join(",");
    let body = |parts: &str| body(&format!("{{{parts}, \"n\": 100000}}"));
    let bodies = [
        body(&format!(r#""a": {}, "b": {}"#, wide("1"), wide("1"))),
        body(&format!(r#""a": [{many}], "b": [{many}]"#)),
        body(&format!(r#""a": {texts}, "b": {texts}"#)),
        body(&format!(r#""a": {one_long}, "b": {one_long}"#)),
        body(&format!(r#""a": [{{{members}}}], "b": [{{{members}}}]"#)),
    ];
    for body in &bodies {
        for expression in [
            "body.a == body.b",
            "body.a < body.b",
            "body.a in body.b",
            "body.b in [body.a]",
            "body.a is in body.b",
            "body.a is in [body.b]",
            "[body.a]|select('in', [body.b])|list",
            "body.a|select('in', body.b)|list",
            "body.a|select('eq', body.b)|list",
            "body.a|sort",
            "body.a|sort(case_sensitive=true)",
            "body.a|sort(attribute='x,y,z')",
            "body.a|unique",
            "body.a|max",
            "body.a|min(attribute='0')",
            "body.a|groupby('x')",
            "body.a|dictsort",
            "body.a|items|list",
            "body.a|sum",
            "body.a|join",
            "body.a|list",
            "body.a|reverse",
            "body.a|first",
            "body.a|last",
            "body.a|length == 0",
            "body.a[0:]",
            "body.a[0]",
            "body.a[-1]",
            "body.a|batch(2)",
            "body.a|slice(2)",
            "body.a|zip(body.b)",
            "body.a|chain(body.b)",
            "body.a|map('length')",
            "body.a|map('string')",
            "body.a|map(attribute='x')",
            "body.a|select('defined')",
            "body.a|tojson",
            "[body.a, body.b]",
            "{'a': body.a, 'b': [body.b]}",
            "body.a is defined",
            "body.a",
        ] {
            ends(&looped(expression), body);
        }
    }
}
