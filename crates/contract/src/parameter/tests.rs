use crate::{Contract, Document, Place, Sent};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Default)]
struct Request {
    path: &'static str,
    query: String,
    headers: Vec<&'static str>,
    cookie: Option<&'static str>,
}

impl Sent for Request {
    fn path(&self, name: &str) -> Option<&[u8]> {
        (name == "id").then_some(self.path.as_bytes())
    }

    fn query(&self) -> Option<&[u8]> {
        Some(self.query.as_bytes())
    }

    fn header<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let value = self
            .headers
            .get(nth)
            .filter(|_| name.eq_ignore_ascii_case("x-h"));
        value.map(|value| value.as_bytes())
    }

    fn cookie<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let value = self.cookie.filter(|_| name == "c" && nth == 0);
        value.map(str::as_bytes)
    }
}

fn contract(parameters: &Value) -> Contract {
    let root =
        json!({"openapi": "3.0.0", "paths": {"/a/{theirs}": {"get": {"parameters": parameters}}}});
    let document = Document::new(root).unwrap();
    document.contract("GET", "/a/{id}").unwrap().unwrap()
}

/// What is wrong: place, name, pointer and rule.
fn wrong(contract: &Contract, request: &Request) -> Vec<String> {
    let against = contract.against(request);
    let all = against.iter().map(|one| {
        let (place, violation) = (one.place.as_str(), &one.violation);
        format!(
            "{place} {} {} {}",
            one.name, violation.pointer, violation.rule
        )
    });
    all.collect()
}

fn query(parameter: &Value, query: &str) -> Vec<String> {
    let contract = contract(&json!([parameter]));
    let query = query.to_owned();
    wrong(
        &contract,
        &Request {
            query,
            ..Request::default()
        },
    )
}

#[test]
fn parameters_of_every_place_are_read() {
    let contract = contract(&json!([
        {"in": "path", "name": "theirs", "required": true, "schema": {"type": "integer", "maximum": 9}},
        {"in": "query", "name": "q", "required": true, "schema": {"type": "boolean"}},
        {"in": "header", "name": "X-H", "schema": {"type": "array", "items": {"type": "integer"}}},
        {"in": "header", "name": "Accept", "required": true, "schema": {"type": "integer"}},
        {"in": "cookie", "name": "c", "schema": {"type": "string", "maxLength": 2}},
    ]));
    let good = Request {
        path: "7",
        query: "q=true".into(),
        headers: vec!["1, 2", "3"],
        cookie: Some("ab"),
    };
    assert!(
        wrong(&contract, &good).is_empty(),
        "{:?}",
        wrong(&contract, &good)
    );
    let bad = Request {
        path: "07",
        query: String::new(),
        headers: vec!["1,x"],
        cookie: Some("abc"),
    };
    assert_eq!(
        wrong(&contract, &bad),
        [
            "path theirs  type",
            "query q  required",
            "header X-H /1 type",
            "cookie c  maxLength"
        ]
    );
    assert_eq!(contract.against(&bad)[0].place, Place::Path);
}

#[test]
fn styles_are_those_of_openapi() {
    let array = json!({"type": "array", "items": {"type": "integer"}, "maxItems": 3});
    let object = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "array", "items": {"type": "string"}}}, "required": ["a"], "additionalProperties": false});
    let of = |style: &str, explode: bool, schema: &Value| json!({"in": "query", "name": "q", "style": style, "explode": explode, "schema": schema});
    for (parameter, good, bad) in [
        (of("form", true, &array), "q=1&q=2", "q=1&q=x"),
        (of("form", false, &array), "q=1,2,3", "q=1,2,3,4"),
        (of("form", false, &array), "q=1", "q=1%2C2"),
        (of("form", false, &array), "q=1,2", "q=1&q=2"),
        (of("pipeDelimited", false, &array), "q=1|2%7c3", "q=1,2"),
        (of("spaceDelimited", false, &array), "q=1%202+3", "q=1|2"),
        (
            of("deepObject", true, &object),
            "q[a]=1&q%5Bb%5D=x&q[b]=y",
            "q[b]=1",
        ),
        (of("deepObject", true, &object), "q[a]=1", "q[a]=1&q[a]=2"),
        (of("deepObject", true, &object), "q[a]=1", "q[a][c]=1"),
        (of("deepObject", true, &object), "q[a]=1", "q[a]=1&q[c]=1"),
        (of("form", false, &object), "q=a,1", "q=a"),
        (of("form", true, &object), "a=1&b=x", "b=x"),
    ] {
        assert!(
            query(&parameter, good).is_empty(),
            "{good}: {:?}",
            query(&parameter, good)
        );
        assert!(!query(&parameter, bad).is_empty(), "{bad}");
    }
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    let text = json!({"in": "query", "name": "q", "schema": {"type": "string"}});
    for (sent, rule) in [
        ("q=%zz", "query q  encoding"),
        ("q=%ff", "query q  encoding"),
        ("q=%", "query q  encoding"),
        ("q=1&q=2", "query q  once"),
        ("%71=1&q=2", "query q  once"),
    ] {
        assert_eq!(query(&text, sent), [rule], "{sent}");
    }
    // Another parameter may be written as it likes.
    assert!(query(&text, "other=%zz&q=a+b").is_empty());
}

#[test]
fn texts_mean_what_their_schema_lets_them() {
    let of = |schema: Value| json!({"in": "query", "name": "q", "schema": schema});
    for (schema, good, bad) in [
        (
            json!({"type": "integer"}),
            &["1", "-1", "1.0", "0"][..],
            &["01", "+1", "1e999", "", "x", "1.5", "0x1", "1_0"][..],
        ),
        (
            json!({"type": "number"}),
            &["1.5", "1e3"],
            &[".5", "1.", "NaN", "Infinity"],
        ),
        (
            json!({"type": "boolean"}),
            &["true", "false"],
            &["True", "1", ""],
        ),
        (
            json!({"type": "string", "nullable": true, "minLength": 1}),
            &["", "null", "x"],
            &[],
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            &["12", "é!"],
            &["123"],
        ),
        (
            json!({"enum": [1, "a", true]}),
            &["1", "a", "true"],
            &["2", "b", "false"],
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^v"}]}),
            &["1", "v1"],
            &["w"],
        ),
        (
            json!({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string", "maxLength": 3}]}),
            &["5", "123"],
            &["1234"],
        ),
        (json!({}), &["anything", ""], &[]),
    ] {
        let parameter = of(schema);
        for value in good {
            assert!(
                query(&parameter, &format!("q={value}")).is_empty(),
                "{parameter} {value}"
            );
        }
        for value in bad {
            assert!(
                !query(&parameter, &format!("q={value}")).is_empty(),
                "{parameter} {value}"
            );
        }
    }
    let json = json!({"in": "query", "name": "q", "content": {"application/json": {"schema": {"type": "array"}}}});
    assert!(query(&json, "q=[1]").is_empty());
    assert_eq!(query(&json, "q=[1"), ["query q  content"]);
    assert_eq!(query(&json, "q={}"), ["query q  type"]);
}

#[test]
fn parameters_that_the_operation_does_not_have_are_found() {
    let contract = contract(&json!([
        {"in": "query", "name": "q", "schema": {"type": "string"}},
        {"in": "query", "name": "d", "style": "deepObject", "schema": {"type": "object"}},
        {"in": "query", "name": "e", "schema": {"type": "object", "properties": {"x": {}}}},
    ]));
    let unknown = |query: &str| {
        let found = contract.unknown(query.as_bytes(), &|name| name == "api_key");
        found
            .iter()
            .map(|one| one.name.to_string())
            .collect::<Vec<_>>()
    };
    assert!(unknown("q=1&d[a]=1&x=1&%71=2&api_key=k&").is_empty());
    assert_eq!(unknown("p=1&p=2&e=1&d=1&%zz=1"), ["p", "e", "d", "%zz"]);
}

proptest! {
    #[test]
    fn whatever_a_query_says_is_judged_once_and_for_all(query in "[a-d=&%+,|\\[\\]0-9q]{0,40}") {
        let contract = contract(&json!([
            {"in": "query", "name": "q", "schema": {"type": "array", "items": {"type": "integer"}}},
            {"in": "query", "name": "d", "style": "deepObject", "schema": {"type": "object"}},
        ]));
        let request = Request { query: query.clone(), ..Request::default() };
        prop_assert_eq!(contract.against(&request), contract.against(&request));
        // A value written with every byte encoded says the same.
        let encoded = query.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
        let text = self::contract(&json!([{"in": "query", "name": "t", "schema": {"type": "string", "enum": [query]}}]));
        let request = Request { query: format!("t={encoded}"), ..Request::default() };
        prop_assert!(text.against(&request).is_empty());
    }
}
