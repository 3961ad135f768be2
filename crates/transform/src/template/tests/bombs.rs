//! Templates that would do more than a caller is worth.

use super::*;
use std::time::Instant;

/// What a run may come to.
const ENDS: [&str; 5] = [
    "it does too much",
    "it wrote more than",
    "a list or mapping is no text",
    "it does something that its values do not allow",
    "it reads something that is not there",
];

/// Starts with lists that hold each other twice, forty times over.
const DOUBLED: &str = "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(40) %}\
                       {% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}";

/// Ends it, one way or another, and says how long that took to whoever looks.
fn run(text: &str, form: Form, body: Option<&Value>) -> Result<String, String> {
    let mut templates = Templates::default();
    let (template, _) = templates.add(text, form, true).map_err(|f| f.problem)?;
    let start = Instant::now();
    let ended = templates.render(&template, scene().root(body), 1 << 20);
    println!("{:>6} ms  {text:.150}", start.elapsed().as_millis());
    ended.map(|text| text.chars().take(20).collect())
}

fn defused(text: &str, body: Option<&Value>) {
    for form in [Form::Text, Form::Json] {
        let error = run(text, form, body).expect_err(text);
        let is_known = ENDS.iter().any(|end| error.starts_with(end));
        assert!(is_known, "{text}: {error}");
    }
}

/// It may end well, as long as it ends.
pub(super) fn ends(text: &str, body: &Value) {
    if let Err(error) = run(text, Form::Text, Some(body)) {
        let is_known = ENDS.iter().any(|end| error.starts_with(end));
        assert!(is_known, "{text}: {error}");
    }
}

#[test]
fn lists_that_hold_each_other_many_times_over_are_never_made() {
    for use_of in [
        "{{ ns.l }}",
        "{{ ns.l|tojson }}",
        "{{ ns.l ~ '' }}",
        "{{ '' ~ ns.l }}",
        "{{ ns.l|string }}",
        "{{ ns.l == ns.m }}",
        "{{ ns.l < ns.m }}",
        "{{ ns.l in ns.m }}",
        "{{ ns.l is eq(ns.m) }}",
        "{{ [ns.l]|select('eq', ns.m)|list|length }}",
        "{{ ns.l|upper }}",
        "{{ '%s'|format(ns.l) }}",
        "{{ ns.l|sort }}",
        "{{ ns.l|unique|length }}",
        "{{ ns.l|join }}",
        "{{ ns.l|replace('1', '2') }}",
        "{{ 'a'|replace('a', ns.l) }}",
        "{{ 'a'|default(ns.l)|length }}{{ {ns.l: 1} }}",
        "{{ {'a': 1}[ns.l] }}",
        "{{ ns.l|map('string')|list }}",
        "{% set x %}{{ ns.l|tojson }}{% endset %}{{ x }}",
        "{{ -ns.l }}",
        "{{ ns.l + ns.l }}",
        "{{ ns.l * 2 }}",
        "{{ ns.l|int }}",
    ] {
        let text = format!("{DOUBLED}{use_of}");
        let error = run(&text, Form::Text, None).unwrap_err();
        assert!(error.starts_with("it does too much"), "{use_of}: {error}");
    }
    let step = |step: &str| {
        let start = "{% set ns = namespace(l=[1]) %}{% for i in range(40) %}{% set ns.l = ";
        format!("{start}{step} %}}{{% endfor %}}{{{{ ns.l|tojson }}}}")
    };
    for made in [
        "(ns.l, ns.l)",
        "{'a': ns.l, 'b': ns.l}",
        "{'a': {'b': [ns.l]}, 'b': ns.l}",
        "dict(a=ns.l, b=ns.l)",
        "dict({'x': ns.l}, b=ns.l)",
        "ns.l|zip(ns.l)",
        "ns.l|zip(ns.l)|list",
        "ns.l|chain(ns.l)",
        "ns.l|chain(ns.l)|list",
        "ns.l|batch(2, ns.l)",
        "ns.l|slice(2, ns.l)",
        "[1, 2]|map('default', ns.l, true)|chain([ns.l, ns.l])",
        "[{}, {}]|map(attribute='x', default=ns.l)",
        "[0, 0]|map('default', ns.l, true)",
    ] {
        let text = step(made);
        let error = run(&text, Form::Json, None).unwrap_err();
        assert!(error.starts_with("it does too much"), "{made}: {error}");
    }
}

#[test]
fn nothing_is_stacked_without_end() {
    for step in [
        "[ns.l]",
        "{'a': ns.l}",
        "(ns.l,)",
        "dict(a=ns.l)",
        "ns.l|batch(1)",
        "ns.l|slice(1)",
        "ns.l|zip",
        "[ns.l]|map('default', 1)",
        "[ns.l|first]",
        "ns.l|reverse",
        "ns.l[0:]",
        "ns.l[::-1]",
        "ns.l|chain",
        "ns.l|chain([])",
        "ns.l|list",
        "ns.l|sort",
        "ns.l|select('defined')",
        "{'a': ns.l}|items",
        "[{'a': ns.l}]|groupby('b')",
        "{'a': ns.l}|dictsort",
    ] {
        let start = "{% set ns = namespace(l=[[1]]) %}{% for i in range(60000) %}{% set ns.l = ";
        let text = format!("{start}{step} %}}{{% endfor %}}{{{{ ns.l|tojson }}}}");
        let error = run(&text, Form::Json, None).unwrap_err();
        let is_known = ENDS.iter().any(|end| error.starts_with(end));
        assert!(is_known, "{step}: {error}");
    }
}

#[test]
fn what_is_taken_apart_by_recursion_is_bounded_before() {
    let nested = "{% if body %}".repeat(5000);
    for text in [
        format!("{{{{ body{} }}}}", "~body".repeat(13_000)),
        format!("{{{{ body{} }}}}", ".a".repeat(30_000)),
        format!("{{{{ body{} }}}}", "|e".repeat(30_000)),
        format!("{{{{ body{} }}}}", "[0]".repeat(20_000)),
        format!("{{{{ body{} }}}}", "()".repeat(30_000)),
        format!("{{{{ {}body }}}}", "not ".repeat(16_000)),
        format!("{{{{ {}1 }}}}", "-".repeat(60_000)),
        format!("{{{{ {}1 }}}}", "(".repeat(60_000)),
        format!("{{{{ {}1 }}}}", "[".repeat(60_000)),
        format!("{{{{ body{} }}}}", " is defined".repeat(5900)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(5000)),
        format!("{{{{ 1{} }}}}", " if 1".repeat(10_000)),
        format!("{{{{ 1{} }}}}", "==1".repeat(20_000)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{%elif 1%}".repeat(6000)),
        nested.clone(),
        nested + &"{% endif %}".repeat(400),
        format!("{{% for {}a in body %}}{{% endfor %}}", "(".repeat(60_000)),
        format!("{{% set {}a = body %}}", "(".repeat(60_000)),
    ] {
        check(&text, Form::Text, true).unwrap_err();
    }
    // What is near the bound is carried out, or said to be too much, and nothing else.
    let body = value(&Json::read(br#"{"a": 1}"#).unwrap());
    for text in [
        format!("{{{{ body.a{} }}}}", "~body.a".repeat(90)),
        format!("{{{{ body{} }}}}", ".a".repeat(190)),
        format!("{{{{ 'a'{} }}}}", "|e".repeat(190)),
        format!("{{{{ body{} }}}}", "[0]".repeat(190)),
        format!("{{{{ [body]{} }}}}", "|batch(1)".repeat(90)),
        format!("{{{{ {}body }}}}", "not ".repeat(190)),
        format!("{{{{ {}1 }}}}", "-".repeat(190)),
        format!("{{{{ {}1{} }}}}", "(".repeat(70), ")".repeat(70)),
        format!("{{{{ {}1{} }}}}", "[".repeat(70), "]".repeat(70)),
        format!("{{{{ 1{} }}}}", " if 1".repeat(190)),
        format!(
            "{{% if body.b %}}{}{{% endif %}}",
            "{% elif body.b %}".repeat(100)
        ),
        format!("{}{}", "{% if 1 %}".repeat(140), "{% endif %}".repeat(140)),
    ] {
        let _ = run(&text, Form::Text, Some(&body));
    }
    // What people write is far from it.
    let long = (0..400).map(|n| format!("\"m{n}\": body.m{n}.x.y"));
    let long = long.collect::<Vec<_>>().join(", ");
    check(&format!("{{{{ {{{long}}}|tojson }}}}"), Form::Text, true).unwrap();
}

#[test]
fn what_is_long_is_paid_for_before_it_is_made() {
    for endless in [
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(t='xxxxxxxxxxxxxxxx') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
        "{% set ns = namespace(t='xxxxxxxxxxxxxxxx') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
        "{{ 'x' * 99999999 }}",
        "{{ [1] * 99999999 }}",
        "{{ ([1] * 99999999)|tojson }}",
        "{{ '%99999999s'|format('') }}",
        "{{ '%*d'|format(99999999, 1) }}",
        "{{ 'a'|indent(99999999, true) }}",
        "{{ (range(100000)|map('string')|join('x' * 10000))|length }}",
        "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}",
        "{{ ('a' * 100000)|replace('', 'b' * 100000) }}",
        "{{ [1]|slice(99999999) }}",
        "{{ [1]|batch(99999999, 0) }}",
        "{% for i in range(100000) %}{% set x = range(100000)|list %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = range(100000)|last %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = range(100000)[-1] %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = 5 in range(100000) %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = (range(100000)|length) %}{% set x = range(100000)|sum %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = 1.5|round(1000) %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = loop.changed(range(100000)|list) %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = [[1] * 1000] %}{% endfor %}",
        "{% for i in range(1000000) %}{% endfor %}",
    ] {
        defused(endless, None);
    }
    let long = "{% for a in range(200000) %}x{% endfor %}";
    defused(long, None);
    let long = format!(
        "{{% for a in range(20) %}}{}{{% endfor %}}",
        "x".repeat(60_000)
    );
    let error = run(&long, Form::Text, None).unwrap_err();
    assert_eq!(error, "it wrote more than 1048576 bytes");
}

#[test]
fn a_namespace_cannot_hold_itself() {
    for text in [
        "{% set ns = namespace() %}{% set ns.a = ns %}",
        "{% set ns = namespace() %}{% set a = [ns] %}",
        "{% set ns = namespace() %}{{ ns }}",
        "{% set ns = namespace() %}{% set a = namespace(b=ns) %}",
        "{% set ns = namespace() %}{% with a = ns %}{% endwith %}",
        "{% for i in range(2) %}{% set a = ns %}{% set ns = namespace() %}{% endfor %}",
        "{% set a = namespace() if body else 1 %}",
        "{% set a, b = namespace(), 1 %}",
        "{% set ns = namespace() %}{% set ns.a = namespace() %}",
        "{% with ns = namespace() %}{% set ns.a = 1 %}{% endwith %}",
        "{% set namespace = 1 %}",
        "{% set ns = namespace(body) %}",
    ] {
        let fault = check(text, Form::Text, true).unwrap_err();
        assert!(fault.range.is_some(), "{text}");
        let word = ["namespace", "function"];
        assert!(
            word.iter().any(|word| fault.problem.contains(word)),
            "{}",
            fault.problem
        );
    }
}

#[test]
fn numbers_that_cannot_be_reckoned_with_are_no_panic() {
    let numbers = [
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "170141183460469231731687303715884105727",
        "-170141183460469231731687303715884105728",
        "1e308",
        "-1.5",
        "4294967296",
        "\"x\"",
        "null",
        "[]",
    ];
    for n in numbers {
        let body = format!(r#"{{"n": {n}, "l": [1, 2, 3], "t": "text"}}"#);
        let body = value(&Json::read(body.as_bytes()).unwrap());
        for expression in [
            "body.l[::body.n]",
            "body.l[body.n:]",
            "body.l[:body.n]",
            "body.l[5:body.n:body.n]",
            "body.t[::body.n]",
            "body.t[body.n:body.n]",
            "body.t[body.n]",
            "body.l[body.n]",
            "body.l|attr(body.n)",
            "range(body.n)",
            "range(0, body.n)",
            "range(body.n, 0)",
            "range(0, body.n, -1)",
            "range(body.n, -1 - body.n, -1)",
            "range(0, 10, body.n)",
            "body.n|abs",
            "-body.n",
            "body.n + body.n",
            "body.n - 1",
            "body.n * body.n",
            "body.n // -1",
            "body.n % -1",
            "body.n // 0",
            "body.n % 0",
            "body.n / 0",
            "body.n ** body.n",
            "2 ** body.n",
            "body.t * body.n",
            "body.n|round(body.n)",
            "1.5|round(body.n, 'ceil')",
            "7|round(body.n)",
            "body.n|int",
            "'7'|int(0, body.n)",
            "body.n|float",
            "[body.n, body.n, 1.5]|sort",
            "[body.n, body.n]|sum",
            "[body.n, 1, 1.0, true]|unique",
            "body.l|batch(body.n, 0)",
            "body.l|slice(body.n, 0)",
            "body.t|indent(body.n)",
            "body.t|replace('t', 'x', body.n)",
            "body.t|split('', body.n)",
            "body.t|split(none, body.n)",
            "'%*d'|format(body.n, 1)",
            "'%.*f'|format(body.n, 1.5)",
            "'%99999999999999999999d'|format(1)",
            "'%.99999999999999999999f'|format(1)",
            "'%x %o %e %g %c %s %r'|format(body.n, body.n, body.n, body.n, body.n, body.n, body.n)",
            "body.n is odd",
            "body.n is divisibleby(0)",
            "body.n is divisibleby(-1)",
            "0 is divisibleby(body.n)",
        ] {
            ends(&format!("{{{{ {expression} }}}}"), &body);
            ends(
                &format!("{{% for x in {expression} %}}{{% endfor %}}"),
                &body,
            );
        }
    }
    let none = Value::from(());
    for odd in [
        "{% for i in range(3) if loop.index %}{{ loop.revindex }}{% endfor %}",
        "{% for i in range(3) %}{% for j in range(2) if loop.cycle(1, 2) %}{% endfor %}{% endfor %}",
        "{% for i in [] %}{% else %}{{ loop }}{% endfor %}",
        "{% for i in range(2) %}{{ loop.length }}{{ loop.depth }}{{ loop.changed(i) }}{% endfor %}",
        "{{ loop.cycle(1) }}",
    ] {
        if check(odd, Form::Text, true).is_ok() {
            ends(odd, &none);
        }
    }
}
