//! Schemas and values that would take forever.

use super::*;
use proptest::prelude::*;

fn document(schemas: &Value) -> Document {
    let root = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}});
    Document::new(root).unwrap()
}

/// The one called `S`.
fn compile(schemas: &Value) -> Result<Schema, Vec<Fault>> {
    let document = document(schemas);
    let found = document.root().member("components").unwrap();
    let found = found.member("schemas").unwrap().member("S").unwrap();
    Schema::compile(&document, &found)
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object around an object around …, with something at the very end.
fn nested(depth: usize, members: &Value, within: &str, last: Value) -> Value {
    let mut value = last;
    for _ in 0..depth {
        let mut around = members.clone();
        around[within] = value;
        value = around;
    }
    value
}

/// What is told of a value in one line.
fn line(schema: &Schema, value: &Value) -> String {
    let told = schema.against(value);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].to_string()
}

fn expressions() -> Value {
    let operation = |name: &str| {
        json!({
            "type": "object", "required": ["op", "left"],
            "properties": {"op": {"const": name}, "left": to("S")},
        })
    };
    json!({"S": {"oneOf": [operation("and"), operation("or"), {"type": "string"}]}})
}

#[test]
fn alternatives_within_alternatives_end() {
    let schema = compile(&expressions()).unwrap();
    for depth in [1, 40, 90] {
        let good = nested(depth, &json!({"op": "or"}), "left", json!("a"));
        assert!(schema.admits(&good), "{depth}");
        assert!(schema.against(&good).is_empty(), "{depth}");
    }
    for depth in [40, 90] {
        let bad = nested(depth, &json!({"op": "or"}), "left", json!(7));
        assert!(!schema.admits(&bad), "{depth}");
        let told = line(&schema, &bad);
        assert!(told.starts_with("schema: expected what"), "{told}");
    }
    // Where it is cheap, the best is told.
    let bad = nested(2, &json!({"op": "or"}), "left", json!(7));
    let told = schema.against(&bad);
    assert!(told.iter().any(|one| &*one.rule == "oneOf"), "{told:?}");
    assert!(told.iter().all(|one| &*one.rule != "schema"), "{told:?}");
}

#[test]
fn alternatives_of_two_schemas_that_refer_to_each_other_end() {
    let schemas = json!({
        "S": {"anyOf": [
            {"type": "object", "properties": {"x": to("T")}, "required": ["x"]},
            {"type": "object", "properties": {"x": to("T")}, "minProperties": 1},
        ]},
        "T": {"oneOf": [
            {"type": "object", "properties": {"x": to("S"), "a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "properties": {"x": to("S"), "a": {"type": "null"}}, "required": ["a"]},
            {"type": "string"},
        ]},
    });
    let schema = compile(&schemas).unwrap();
    let odd = nested(89, &json!({"a": "b"}), "x", json!({"x": "c"}));
    let bad = nested(90, &json!({"a": "b"}), "x", json!(7));
    assert!(schema.admits(&json!({"x": "c"})));
    // Whichever of the two the last object is for.
    let even = nested(88, &json!({"a": "b"}), "x", json!({"x": "c"}));
    assert!(schema.admits(&even));
    assert!(!schema.admits(&odd) && !schema.admits(&bad));
    assert!(!schema.against(&odd).is_empty());
    assert!(!schema.against(&bad).is_empty());
}

#[test]
fn alternatives_within_compositions_end() {
    let schemas = json!({
        "S": {"allOf": [
            {"anyOf": [{"properties": {"x": to("S")}, "type": "object"}, {"type": "string"}]},
            {"anyOf": [{"properties": {"x": to("S")}}, {"properties": {"x": to("S")}, "not": {"type": "null"}}]},
            {"if": {"properties": {"x": to("S")}}, "then": {"properties": {"x": to("S")}}, "else": false},
        ]},
    });
    let schema = compile(&schemas).unwrap();
    let good = nested(60, &json!({}), "x", json!("a"));
    assert!(schema.admits(&good));
    let bad = nested(60, &json!({}), "x", json!(7));
    assert!(!schema.admits(&bad));
    assert!(!schema.against(&bad).is_empty());
}

/// No reference leads back here, so that nothing of it is remembered.
fn ladder(rung: impl Fn(Value) -> Value) -> Value {
    let mut schemas = Map::new();
    for at in 1..50 {
        schemas.insert(format!("R{at}"), rung(to(&format!("R{}", at + 1))));
    }
    schemas.insert("R50".to_owned(), json!({"type": "string"}));
    schemas.insert("S".to_owned(), rung(to("R1")));
    Value::Object(schemas)
}

#[test]
fn what_is_referred_to_twice_at_each_step_ends() {
    let twice = compile(&ladder(|next| json!({"allOf": [next.clone(), next]}))).unwrap();
    assert!(!twice.admits(&json!(7)));
    assert!(line(&twice, &json!("a")).starts_with("schema: expected what takes fewer steps"));
    let either = compile(&ladder(|next| json!({"anyOf": [next.clone(), next]}))).unwrap();
    assert!(either.admits(&json!("a")));
    assert!(line(&either, &json!(7)).starts_with("schema: "));
    let inner = |next: Value| json!({"properties": {"x": next}, "type": "object"});
    let deep = ladder(|next| json!({"oneOf": [inner(next.clone()), inner(next), false]}));
    let deep = compile(&deep).unwrap();
    let value = nested(50, &json!({}), "x", json!(7));
    assert!(line(&deep, &value).starts_with("schema: "));
    // Nothing of what ran out is left for those after it.
    assert!(either.admits(&json!("a")));
}

#[test]
fn long_ways_of_references_do_not_take_the_stack() {
    let mut schemas = Map::new();
    for at in 1..4_000 {
        let next = to(&format!("R{}", at + 1));
        schemas.insert(format!("R{at}"), json!({"allOf": [next]}));
    }
    schemas.insert("R4000".to_owned(), json!({"type": "string"}));
    schemas.insert("S".to_owned(), to("R1"));
    let schema = compile(&Value::Object(schemas)).unwrap();
    assert!(!schema.against(&json!(7)).is_empty());
}

#[test]
fn what_is_unevaluated_reaches_little() {
    let twice = ladder(
        |next| json!({"allOf": [next.clone(), next.clone()], "dependentSchemas": {"a": next}, "unevaluatedProperties": false}),
    );
    let faults = compile(&twice).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].what.contains("reaches too many"), "{faults:?}");
    let base = json!({"S": {"allOf": [to("Base")], "properties": {"b": true}, "unevaluatedProperties": false},
        "Base": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let base = compile(&base).unwrap();
    assert!(base.admits(&json!({"a": "x", "b": 1})));
    assert!(line(&base, &json!({"a": "x", "c": 1})).starts_with("/c: unevaluatedProperties"));
    let items = json!({"S": {"prefixItems": [{"type": "string"}], "allOf": [to("T")], "unevaluatedItems": false},
        "T": {"prefixItems": [true, {"type": "integer"}]}});
    let items = compile(&items).unwrap();
    assert!(items.admits(&json!(["a", 1])) && !items.admits(&json!(["a", 1, 2])));
}

#[test]
fn read_only_is_looked_for_once() {
    let schemas = ladder(|next| json!({"allOf": vec![next; 16]}));
    let schema = compile(&schemas).unwrap();
    assert!(!schema.against(&json!(7)).is_empty());
}

#[test]
fn wide_alternatives_are_told_of_precisely() {
    let form = |at: usize| {
        json!({
            "type": "object", "required": ["kind", "size"], "additionalProperties": false,
            "properties": {"kind": {"const": format!("k{at}")}, "size": {"type": "integer", "minimum": 1}},
        })
    };
    let forms: Vec<Value> = (0..200).map(form).collect();
    let schema = compile(&json!({"S": {"type": "array", "items": {"oneOf": forms}}})).unwrap();
    let good = json!([{"kind": "k7", "size": 1}, {"kind": "k199", "size": 2}]);
    assert!(schema.admits(&good));
    let told = schema.against(&json!([{"kind": "k7", "size": 1}, {"kind": "k199", "size": 0}]));
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let wanted = [
        "/1: oneOf: expected one of 200 forms, came an object",
        "/1/size: minimum: expected at least 1, came an integer",
    ];
    for line in wanted {
        assert!(told.iter().any(|one| one == line), "{line} in {told:?}");
    }
}

#[test]
fn large_bodies_have_more_steps() {
    let form = |at: usize| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": at}}});
    let forms: Vec<Value> = (0..50).map(form).collect();
    let schema = compile(&json!({"S": {"type": "array", "items": {"anyOf": forms}}})).unwrap();
    assert!(schema.admits(&json!(vec![json!({"kind": 49}); 10_000])));
}

/// Schemas that refer to three: for what is in a value to any of them, and for the value itself
/// only to the next, so that each value has one meaning.
fn recursive(own: usize) -> impl Strategy<Value = Value> {
    let next = if own < 2 {
        to(&format!("R{}", own + 1))
    } else {
        json!(true)
    };
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "object"})),
        Just(json!({"required": ["x"]})),
        Just(json!(true)),
        Just(json!(false)),
        Just(next),
        (0..3_usize).prop_map(|at| json!({"properties": {"x": to(&format!("R{at}"))}})),
        (0..3_usize).prop_map(|at| json!({"items": to(&format!("R{at}"))})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            list.clone().prop_map(|all| json!({"oneOf": all})),
            list.clone().prop_map(|all| json!({"anyOf": all})),
            list.prop_map(|all| json!({"allOf": all})),
            inner.clone().prop_map(|one| json!({"not": one})),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
            (inner.clone(), inner.clone())
                .prop_map(|(x, y)| json!({"properties": {"x": x, "y": y}})),
            inner
                .clone()
                .prop_map(|one| json!({"dependentSchemas": {"x": one}})),
            (inner.clone(), inner)
                .prop_map(|(a, b)| json!({"allOf": [a], "unevaluatedProperties": b})),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!("a")), Just(json!(1)), Just(json!(null))];
    leaf.prop_recursive(12, 30, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| json!({"x": x})),
            (inner.clone(), inner.clone()).prop_map(|(x, y)| json!({"x": x, "y": y})),
            proptest::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    })
}

proptest! {
    /// Paying changes no verdict, but for what is too much.
    #[test]
    fn a_metered_schema_admits_the_same(
        schemas in (recursive(0), recursive(1), recursive(2)),
        value in value(),
    ) {
        let (r0, r1, r2) = schemas;
        let schemas = json!({"S": {"allOf": [to("R0"), true]}, "R0": r0, "R1": r1, "R2": r2});
        let document = document(&schemas);
        let found = document.root().member("components").unwrap();
        let found = found.member("schemas").unwrap().member("S").unwrap();
        // Those whose unevaluated members reach too much are no schemas.
        if let Ok(schema) = Schema::compile(&document, &found) {
            let told = schema.against(&value);
            prop_assert_eq!(told.is_empty(), schema.admits(&value));
            prop_assert!(told.len() <= MOST);
            let verdict = schema.verdict(&value);
            if verdict != Verdict::TooMuch {
                let plain = Normal::of(&document, &found).unwrap();
                let plain = options(LARGE).build(&plain).unwrap();
                prop_assert_eq!(verdict == Verdict::Admitted, plain.is_valid(&value));
            }
        }
    }
}
