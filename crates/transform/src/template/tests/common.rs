//! What people write, and what is said about what they may not.

use super::*;

const BODY: &str = r#"{
    "id": 7, "first": "Ada", "last": "L", "status": "open", "none": null, "n": 3, "price": "2.5",
    "items": [
        {"id": 1, "name": "b", "price": 1.5, "kind": "x", "tags": ["t", "u"]},
        {"id": 2, "name": "A", "price": 2, "kind": "y", "tags": []},
        {"id": 3, "name": "c", "price": "3", "kind": "x", "tags": ["v"]}
    ],
    "tags": ["b", "a", "b"], "map": {"b": 1, "a": 2}, "i": 1, "key": "first"
}"#;

/// Templates, and what they write of the body.
const WRITTEN: &[(&str, &str)] = &[
    (r#"{{ body.first ~ " " ~ body.last }}"#, "Ada L"),
    (
        "{% for item in body.items %}{{ item.price|float * 2 }};{% endfor %}",
        "3.0;4.0;6.0;",
    ),
    (
        "{% if body.status == \"open\" %}yes{% else %}no{% endif %}",
        "yes",
    ),
    (
        "{% if body.n == 1 %}1{% elif body.n == 3 %}3{% else %}?{% endif %}",
        "3",
    ),
    (
        "{% if request.headers[\"accept\"] == request.query.q %}a{% else %}b{% endif %}",
        "b",
    ),
    (
        "{% set ns = namespace(n=0) %}{% for i in body.items %}{% set ns.n = ns.n + i.id %}{% endfor %}{{ ns.n }}",
        "6",
    ),
    (
        "{{ body.nope|default('-') }}{{ body.none|default('+', true) }}",
        "-+",
    ),
    (
        "{{ body.items|map(attribute='name')|join(', ') }}",
        "b, A, c",
    ),
    (
        "{{ body.items|selectattr('kind', 'equalto', 'x')|map(attribute='id')|join('+') }}",
        "1+3",
    ),
    (
        "{{ body.items|rejectattr('kind', 'in', ['x'])|map(attribute='id')|join }}",
        "2",
    ),
    (
        "{{ body.items|sort(attribute='name')|map(attribute='id')|join }}",
        "213",
    ),
    (
        "{{ body.items|sort(attribute='name', case_sensitive=true, reverse=true)|map(attribute='id')|join }}",
        "312",
    ),
    (
        "{{ body.items|groupby('kind')|map(attribute='grouper')|join }}",
        "xy",
    ),
    (
        "{% for kind, all in body.items|groupby('kind') %}{{ kind }}{{ all|length }}{% endfor %}",
        "x2y1",
    ),
    (
        "{% for k, v in body.map|dictsort %}{{ k }}{{ v }}{% endfor %}",
        "a2b1",
    ),
    (
        "{% for k, v in body.map|dictsort(by='value') %}{{ k }}{{ v }}{% endfor %}",
        "b1a2",
    ),
    (
        "{% for k, v in body.map|items %}{{ k }}{{ v }}{% endfor %}",
        "a2b1",
    ),
    (
        "{% for k in body.map %}{{ k }}={{ body.map[k] }};{% endfor %}",
        "a=2;b=1;",
    ),
    (
        "{{ body.tags|unique|join }}{{ body.tags|sort|first }}{{ body.tags|last }}",
        "baab",
    ),
    (
        "{{ body.tags|max }}{{ body.tags|min }}{{ body.tags|reverse|join }}",
        "babab",
    ),
    (
        "{{ body.items|map(attribute='id')|sum }} {{ body.items|sum(attribute='id') }}",
        "6 6",
    ),
    (
        "{{ body.items[body.i].name }}{{ body.items[-1].name }}{{ body[body.key] }}{{ body.items.0.id }}",
        "AcAda1",
    ),
    (
        "{{ body.first[0] }}{{ body.first[1:] }}{{ body.tags[:2]|join }}",
        "Adaba",
    ),
    (
        "{{ body.first|upper }}{{ body.first|lower|replace('a', 'o') }}{{ ' x '|trim }}{{ 'xax'|trim('x') }}",
        "ADAodoxa",
    ),
    (
        "{{ 'a,b'|split(',')|join('-') }}{{ 'a b c'|split|length }}{{ 'a b c'|split(none, 1)|last }}",
        "a-b3b c",
    ),
    ("{{ '%05d %s'|format(body.id, body.first) }}", "00007 Ada"),
    (
        "{{ 2.345|round(2) }} {{ 7 // 2 }} {{ 2 ** 3 ** 2 }} {{ -body.n }} {{ 1 - 2 - 3 }} {{ (1 - 2) * 3 }} {{ 8 / 2 / 2 }}",
        "2.35 3 64 -3 -4 -3 2.0",
    ),
    (
        "{{ 'yes' if body.n > 2 and not body.none else 'no' }}",
        "yes",
    ),
    (
        "{{ body.n in [1, 3] }} {{ 'a' not in body.tags }} {{ 'd' in body.first }} {{ 'b' in body.map }}",
        "True False True True",
    ),
    (
        "{{ body.n is odd }}{{ body.x is defined }}{{ body.none is none }}{{ body.n is divisibleby(3) }}{{ body.first is startingwith('A') }}",
        "TrueFalseTrueTrueTrue",
    ),
    (
        "{{ 1 < body.n <= 3 }}{{ 1 < body.n not in [3] }}{{ 3 == body.n == 3 in [3] }}",
        "TrueFalseTrue",
    ),
    (
        "{% set a, b = 1, 2 %}{% set a, b = b, a %}{{ a }}{{ b }}",
        "21",
    ),
    (
        "{% with x = body.n, (y, z) = (1, 2) %}{{ x + y + z }}{% endwith %}",
        "6",
    ),
    (
        "{% set t %}<{{ body.n }}>{% endset %}{{ t|length }}{{ t }}",
        "3<3>",
    ),
    (
        "{% for i in range(2) %}{% for j in range(2) if i != j %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{% else %}-{% endfor %}",
        "101 110 ",
    ),
    (
        "{% for i in [] %}{% else %}none{% endfor %}{% for a in range(3) %}{{ loop.cycle('x', 'y') }}{% endfor %}",
        "nonexyx",
    ),
    (
        "{% for a, b in [1, 2]|zip([3, 4]) %}{{ a }}{{ b }};{% endfor %}{{ [1, 2, 3]|batch(2)|map('length')|join }}",
        "13;24;21",
    ),
    (
        "{{ [1]|chain([2], (3, 4))|join }}{{ ({'a': 1}|chain({'a': 2})).a }}",
        "12342",
    ),
    (
        "{% raw %}{{ not this }}{% endraw %}{# nor this #}{ {",
        "{{ not this }}{ {",
    ),
    ("a\n\n{%- if true -%}\n  b\n{%- endif %}\nc\n", "ab\nc"),
    ("a{{ 'b\\n\"\\\\\\'' }}\n\n", "ab\n\"\\'\n"),
    (
        "{{ 'x' 'y' }}{{ 1e3 }}{{ 0x10 }}{{ 1_000 }}{{ true }}{{ ('a')|upper }}{{ (1, 2)[1] }}",
        "xy1000.0161000TrueA2",
    ),
    (
        "{{ dict(a=1).a }}{{ {'a': {'b': body.n}}.a.b }}{{ {'a': 1}['a'] }}",
        "131",
    ),
    (
        "{{ body.items|map(attribute='tags')|map('length')|join }}{{ body.items|map(attribute='tags.0', default='-')|join }}",
        "201t-v",
    ),
    (
        "{{ body.price|float + 1 }}{{ '7'|int + 1 }}{{ body.id|string ~ 'x' }}{{ -1|abs }}",
        "3.587x1",
    ),
];

#[test]
fn what_people_write_does_what_it_says() {
    for (text, written) in WRITTEN {
        assert_eq!(
            super::render(text, Form::Text, Some(BODY)).as_deref(),
            Ok(*written),
            "{text}"
        );
    }
}

#[test]
fn json_is_made_of_parts_of_the_body() {
    for (text, written) in [
        (
            r#"{"id": {{ body.id }}, "all": {{ body.items|map(attribute="id")|list|tojson }}}"#,
            r#"{"id":7,"all":[1,2,3]}"#,
        ),
        (
            r#"{{ {"a": body.first, "b": [body.n], "c": body.items[1].tags}|tojson }}"#,
            r#"{"a":"Ada","b":[3],"c":[]}"#,
        ),
        (
            "{{ {'t': body.tags, 's': body.tags|sort} }}",
            r#"{"s":["a","b","b"],"t":["b","a","b"]}"#,
        ),
        (
            "[{% for i in body.items %}{{ {'i': i.id, 'n': i.name} }}{% if not loop.last %},{% endif %}{% endfor %}]",
            r#"[{"i":1,"n":"b"},{"i":2,"n":"A"},{"i":3,"n":"c"}]"#,
        ),
        (
            "[{{ body.items|map('tojson')|map('length')|list|length }}]",
            "[3]",
        ),
        ("{{ body.none }}", "null"),
    ] {
        let out = super::render(text, Form::Json, Some(BODY)).unwrap();
        let out = Json::read(out.as_bytes()).unwrap().write();
        assert_eq!(String::from_utf8(out).unwrap(), written, "{text}");
    }
}

#[test]
fn lines_are_those_of_the_template() {
    for text in [
        "a\n{# x\n#}{{ body.x\n}}",
        "\n\n{{\nbody.x ~ 1 }}",
        "{% set a = [1,\n2,\n  body.x ~ 1] %}",
        "{% if true %}\n\n{{ body.x }}{% endif %}",
        "\n\n{{ body.x|upper }}",
    ] {
        let line = 1 + text.split("body.x").next().unwrap().matches('\n').count();
        let error = super::render(text, Form::Text, Some(BODY)).unwrap_err();
        let there = format!("(line {line} of the template)");
        assert!(error.ends_with(&there), "{text:?}: {error}");
    }
}

/// Templates, the place of what is wrong with them, and what is said.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "{{ body.a|uper }}",
        "uper",
        "there is no filter `uper`; did you mean `upper`?",
    ),
    (
        "{{ body.a|pprint }}",
        "pprint",
        "there is no filter `pprint`",
    ),
    (
        "{{ body.a|sort|uniqe }}",
        "uniqe",
        "there is no filter `uniqe`; did you mean `unique`?",
    ),
    (
        "{{ body.a is defind }}",
        "defind",
        "there is no test `defind`; did you mean `defined`?",
    ),
    (
        "{{ rnge(3) }}",
        "rnge",
        "there is no function `rnge`; did you mean `range`?",
    ),
    ("{{ debug() }}", "debug", "there is no function `debug`"),
    ("{{ __text(1) }}", "__text", "there is no function `__text`"),
    ("{{ __text }}", "__text", "there is no `__text`"),
    ("{{ 1|__text }}", "__text", "there is no filter `__text`"),
    (
        "{{ range }}",
        "range",
        "`range` is a function; call it: `range(…)`",
    ),
    (
        "{{ body.a.upper() }}",
        "upper()",
        "values have no functions; filter them: `|upper`",
    ),
    (
        "{{ body.a.nope() }}",
        "nope()",
        "there is no `nope()`; values have no functions",
    ),
    (
        "{{ body.a|map(body.b) }}",
        "map",
        "`map` takes an attribute or the name of a filter: `map(attribute=\"id\")`, `map(\"upper\")`",
    ),
    (
        "{{ body.a|map('sort') }}",
        "map",
        "there is no filter for `map` `sort`",
    ),
    (
        "{{ body.a|select(body.b) }}",
        "select",
        "`select` takes the name of a test in quotes, such as `\"equalto\"`",
    ),
    (
        "{{ body.a|selectattr('a', 'eqalto', 1) }}",
        "selectattr",
        "there is no test `eqalto`; did you mean `equalto`?",
    ),
    (
        "{{ body.a|sum(start='') }}",
        "sum",
        "`sum` adds numbers and takes at most an attribute",
    ),
    (
        "{{ range(*body.a) }}",
        "range(*body.a)",
        "arguments are written one by one, without `*`",
    ),
    (
        "{% filter upper %}a{% endfilter %}",
        "filter",
        "there are no filter blocks; `{% set name %}`, and filter the name",
    ),
    (
        "{% set a | upper %}a{% endset %}",
        "set",
        "a block that is set has no filter; set it, and filter the name",
    ),
    (
        "{% autoescape false %}{% endautoescape %}",
        "autoescape",
        "values are always written as it is right where they stand",
    ),
    ("{% do range(1) %}", "do", "there is no `do`; use `set`"),
    (
        "{% for a in body recursive %}{% endfor %}",
        "for",
        "a loop is not recursive; write one loop within another",
    ),
    (
        "{% set body.a = 1 %}",
        "body",
        "only members of a `namespace` can be set: `{% set ns = namespace(n=0) %}`",
    ),
    (
        "{{ loop.cycle() }}",
        "cycle()",
        "there is no `cycle()`; values have no functions",
    ),
];

#[test]
fn what_is_not_known_is_a_fault_that_says_what_to_write() {
    for (text, at, said) in FAULTS {
        let fault = check(text, Form::Text, true).expect_err(text);
        assert_eq!(fault.problem, *said, "{text}");
        let there = text.get(fault.range.unwrap()).unwrap();
        assert!(there.contains(at), "{text}");
    }
}
