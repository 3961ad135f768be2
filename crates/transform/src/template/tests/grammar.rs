//! Templates that nobody has written: all that is allowed, put together at random.

use super::*;
use minijinja::Environment;
use proptest::prelude::*;

/// Something that has a value.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("body.a".to_owned()),
        Just("body.l".to_owned()),
        Just("body.m".to_owned()),
        Just("ns.x".to_owned()),
        Just("ns.y".to_owned()),
        Just("v".to_owned()),
        Just("i".to_owned()),
        Just("request.path".to_owned()),
        Just("'it\\'s \"\\\\n'".to_owned()),
        Just("[]".to_owned()),
        Just("range(50)".to_owned()),
        (0..2000_u32).prop_map(|n| n.to_string()),
        (-2.0..2.0_f64).prop_map(|n| format!("{n:?}")),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let binary = prop::sample::select(vec![
            "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in",
            "not in", "and", "or",
        ]);
        let plain = prop::sample::select(vec![
            "string",
            "upper",
            "title",
            "length",
            "first",
            "last",
            "list",
            "sort",
            "unique",
            "reverse",
            "join",
            "sum",
            "min",
            "max",
            "items",
            "dictsort",
            "tojson",
            "abs",
            "int(0)",
            "float(0)",
            "round(2)",
            "bool",
            "default(1)",
            "split",
            "lines",
            "trim",
            "capitalize",
            "batch(2)",
            "slice(2)",
            "zip",
            "map('string')",
            "map('length')",
            "map(attribute='a')",
            "select",
            "reject('defined')",
            "select('eq', 1)",
            "groupby('a')",
            "indent(2)",
            "replace('a', 'bb')",
            "format",
            "safe",
            "e",
            "attr('a')",
        ]);
        let with = prop::sample::select(vec!["default", "chain", "zip", "join", "attr", "split"]);
        let test = prop::sample::select(vec![
            "defined",
            "undefined",
            "none",
            "string",
            "number",
            "mapping",
            "iterable",
            "true",
            "lower",
            "not sequence",
        ]);
        let tested = prop::sample::select(vec!["eq", "lt", "in", "ge", "ne"]);
        prop_oneof![
            (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), plain).prop_map(|(a, f)| format!("{a}|{f}")),
            (inner.clone(), with, inner.clone()).prop_map(|(a, f, b)| format!("({a})|{f}({b})")),
            (inner.clone(), test).prop_map(|(a, t)| format!("({a} is {t})")),
            (inner.clone(), tested, inner.clone()).prop_map(|(a, t, b)| format!("{a} is {t}({b})")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("(not {a})")),
            inner.clone().prop_map(|a| format!("-{a}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{'a': {a}, {b}: 1}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("dict(a={a}, b={b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}:]")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} if ({b}) else {c})")),
        ]
    })
}

fn statements() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        expression().prop_map(|e| format!("{{{{ {e} }}}}")),
        expression().prop_map(|e| format!("{{% set ns.x = {e} %}}")),
        expression().prop_map(|e| format!("{{% set ns.y = {e} %}}")),
        expression().prop_map(|e| format!("{{% set v = {e} %}}")),
        Just("{{ ns.x|tojson }}".to_owned()),
        Just("{% set ns.x = [ns.x, ns.y] %}".to_owned()),
        Just("\n text { ".to_owned()),
        Just("{% raw %}{{ {% endraw %}".to_owned()),
        Just("{#- no -#}".to_owned()),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let all = prop::collection::vec(inner, 1..4).prop_map(|all| all.concat());
        prop_oneof![
            (expression(), all.clone())
                .prop_map(|(e, s)| format!("{{% for i in ({e}) %}}{s}{{% endfor %}}")),
            all.clone()
                .prop_map(|s| format!("{{% for i in range(500) %}}{s}{{% endfor %}}")),
            (expression(), all.clone(), all.clone())
                .prop_map(|(e, s, t)| format!("{{% if ({e}) %}}{s}{{% else %}}{t}{{% endif %}}")),
            (expression(), expression(), all.clone()).prop_map(|(e, f, s)| format!(
                "{{% if ({e}) -%}} a {{%- elif ({f}) %}}{s}{{% endif %}}"
            )),
            (expression(), all.clone())
                .prop_map(|(e, s)| format!("{{% with w = {e} %}}{s}{{% endwith %}}")),
            all.clone()
                .prop_map(|s| format!("{{% set v %}}{s}{{% endset %}}")),
            all,
        ]
    })
}

const BODY: &str = r#"{
    "a": "some text", "l": [3, 1, 2, "x", [1, {"a": 1}]],
    "m": {"a": 1, "b": [1, 2], "c": {"a": null}}
}"#;

/// The same template without guards, and with the engine's own filters.
fn unguarded(text: &str, root: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_formatter(write_value);
    environment.add_filter("tojson", to_json);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.render_str(text, root)
}

/// Whether it is a template at all, which not all that comes out of chance is.
fn is_template(text: &str) -> bool {
    minijinja::machinery::parse(text, "", minijinja::syntax::SyntaxConfig::default()).is_ok()
}

proptest! {
    /// It ends, and its guards can be read.
    #[test]
    fn whatever_is_allowed_ends(text in statements()) {
        let text = format!("{{% set ns = namespace(x=[1], y='a') %}}{{% set v = 1 %}}{{% set i = 2 %}}{text}");
        prop_assume!(is_template(&text));
        let body = value(&Json::read(BODY.as_bytes()).unwrap());
        for form in [Form::Text, Form::Json] {
            let mut templates = Templates::default();
            let (template, _) = templates
                .add(&text, form, true)
                .map_err(|fault| TestCaseError::fail(format!("{text}: {fault}")))?;
            let _ = templates.render(&template, scene().root(Some(&body)), 1 << 20);
        }
    }

    /// Guards change nothing but what comes to an end; and that views of lists are lists, which
    /// the engine puts in an order.
    #[test]
    fn guards_leave_values_as_they_are(expression in expression()) {
        let has = |words: &[&str]| words.iter().any(|word| expression.contains(word));
        let views = ["zip", "reverse", ":]", "range", "items"];
        // Which the engine takes slices of wrongly.
        prop_assume!(!has(&["chain"]));
        prop_assume!(!(has(&views) && has(&["<", ">", " lt(", " ge(", "sequence"])));
        let text = format!(
            "{{% set ns = namespace(x=1, y='a') %}}{{% set v = 1 %}}{{% set i = 2 %}}\n{{{{ ({expression})|tojson }}}}"
        );
        prop_assume!(is_template(&text));
        let body = value(&Json::read(BODY.as_bytes()).unwrap());
        let root = scene().root(Some(&body));
        let mut templates = Templates::default();
        let (template, _) = templates.add(&text, Form::Text, true).unwrap();
        let guarded = templates.render(&template, root.clone(), 1 << 20);
        if let (Ok(guarded), Ok(plain)) = (guarded, unguarded(&text, root)) {
            prop_assert_eq!(guarded, plain, "{}", text);
        }
    }
}
