//! Verdicts about values, beside those of Python's `jsonschema`, on a generated corpus.

use crate::harness::program::{run_with_input, skipped};
use crate::harness::python::python;
use postern_contract::{Document, Uploads};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

/// Schemas that are made up.
const SCHEMAS: usize = 400;

/// Values that each is asked about.
const VALUES: usize = 12;

/// A generator of numbers (SplitMix64): the same corpus every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = usize::try_from(self.roll(from.len() as u64)).unwrap();
        &from[at]
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.roll(if depth == 0 { 8 } else { 11 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 | 3 => json!(i64::try_from(self.roll(12)).unwrap() - 4),
            4 => json!([0.5, 1.0, -2.5, 3.0][usize::try_from(self.roll(4)).unwrap()]),
            5..=7 => json!(self.pick(&["", "a", "ab", "abc", "1", "é", "2026-02-30", "xyzzy"])),
            8 => {
                let count = self.roll(4);
                Value::Array((0..count).map(|_| self.value(depth - 1)).collect())
            }
            _ => {
                let mut members = serde_json::Map::new();
                for _ in 0..self.roll(4) {
                    let name = (*self.pick(&["a", "b", "c", "x-1"])).to_owned();
                    members.insert(name, self.value(depth - 1));
                }
                Value::Object(members)
            }
        }
    }

    fn schema(&mut self, depth: u32) -> Value {
        if self.roll(20) == 0 {
            return json!(self.roll(4) != 0);
        }
        let mut schema = serde_json::Map::new();
        for _ in 0..=self.roll(3) {
            let (name, value) = self.keyword(depth);
            schema.insert(name.to_owned(), value);
        }
        Value::Object(schema)
    }

    fn schemas(&mut self, depth: u32) -> Value {
        let count = 1 + self.roll(3);
        Value::Array((0..count).map(|_| self.schema(depth)).collect())
    }

    fn keyword(&mut self, depth: u32) -> (&'static str, Value) {
        const TYPES: [&str; 7] = [
            "null", "boolean", "integer", "number", "string", "array", "object",
        ];
        let small = i64::try_from(self.roll(5)).unwrap();
        let plain = self.roll(if depth == 0 { 18 } else { 32 });
        let below = depth.saturating_sub(1);
        match plain {
            0 | 1 => ("type", json!(self.pick(&TYPES))),
            2 => {
                let (one, other) = (*self.pick(&TYPES), *self.pick(&TYPES));
                (
                    "type",
                    if one == other {
                        json!(one)
                    } else {
                        json!([one, other])
                    },
                )
            }
            3 => ("minimum", json!(small - 2)),
            4 => ("maximum", json!(small)),
            5 => ("exclusiveMinimum", json!(small - 2)),
            6 => ("exclusiveMaximum", json!(small)),
            7 => ("multipleOf", json!(small + 1)),
            8 => ("minLength", json!(small)),
            9 => ("maxLength", json!(small)),
            10 => (
                "pattern",
                json!(self.pick(&["^a", "b$", "^(a|b)+$", "[0-9]", "^.{2}$", "c*"])),
            ),
            11 => ("enum", json!([self.value(1), self.value(1), self.value(0)])),
            12 => ("const", self.value(1)),
            13 => ("minItems", json!(small / 2)),
            14 => ("maxItems", json!(small)),
            15 => ("uniqueItems", json!(true)),
            16 => ("required", json!([self.pick(&["a", "b", "c"])])),
            17 => ("maxProperties", json!(small)),
            18 | 19 => (
                "properties",
                json!({"a": self.schema(below), "b": self.schema(below)}),
            ),
            20 => ("additionalProperties", self.schema(below)),
            21 => ("patternProperties", json!({"^x-": self.schema(below)})),
            22 => ("items", self.schema(below)),
            23 => ("prefixItems", self.schemas(below)),
            24 => ("contains", self.schema(below)),
            25 => ("allOf", self.schemas(below)),
            26 => ("anyOf", self.schemas(below)),
            27 => ("oneOf", self.schemas(below)),
            28 => ("not", self.schema(below)),
            29 => ("propertyNames", self.schema(below)),
            30 => ("dependentRequired", json!({"a": ["b"]})),
            _ => ("$ref", json!("#/components/schemas/Shared")),
        }
    }
}

/// What the gateway says of a value by a schema.
fn verdict(shared: &Value, schema: &Value, value: &Value) -> bool {
    let document = json!({
        "openapi": "3.1.0",
        "paths": {"/": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}},
        "components": {"schemas": {"Shared": shared}},
    });
    let document = Document::new(document).expect("a document");
    let contract = document.contract("POST", "/").expect("an operation");
    let contract = contract.unwrap_or_else(|faults| panic!("{faults:?} in {schema}"));
    let media = contract
        .body()
        .and_then(|body| body.media(b"application/json"));
    let bytes = value.to_string();
    let checked = media.expect("a media type").check(
        b"application/json",
        bytes.as_bytes(),
        Uploads::default(),
    );
    checked.is_ok()
}

const ASK: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
out = []
for one in json.load(sys.stdin):
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [one["schema"]],
              "components": {"schemas": {"Shared": one["shared"]}}}
    validator = Draft202012Validator(schema)
    out.append([validator.is_valid(value) for value in one["values"]])
json.dump(out, sys.stdout)
"#;

#[test]
fn verdicts_are_those_of_another_implementation() {
    let Some(python) = python() else { return };
    let mut probe = Command::new(python);
    probe.args(["-c", "import jsonschema"]);
    if !run_with_input(&mut probe, b"", Duration::from_mins(1))
        .status
        .success()
    {
        skipped("Python's jsonschema is not installed (tests/setup.sh python)");
        return;
    }
    let mut dice = Dice(20_261_128);
    let mut corpus = Vec::new();
    for _ in 0..SCHEMAS {
        let (shared, schema) = (dice.schema(0), dice.schema(3));
        let values: Vec<Value> = (0..VALUES).map(|_| dice.value(3)).collect();
        corpus.push((shared, schema, values));
    }
    let asked: Vec<Value> = corpus
        .iter()
        .map(|(shared, schema, values)| json!({"shared": shared, "schema": schema, "values": values}))
        .collect();
    let mut command = Command::new(python);
    command.args(["-c", ASK]);
    let asked = Value::Array(asked).to_string();
    let ran = run_with_input(&mut command, asked.as_bytes(), Duration::from_mins(5));
    assert!(ran.status.success(), "{}", ran.stderr);
    let theirs: Vec<Vec<bool>> = serde_json::from_str(&ran.stdout).expect("verdicts");
    let (mut valid, mut all) = (0, 0);
    for ((shared, schema, values), theirs) in corpus.iter().zip(theirs) {
        for (value, theirs) in values.iter().zip(theirs) {
            let ours = verdict(shared, schema, value);
            assert_eq!(ours, theirs, "{value} by {schema} (Shared: {shared})");
            all += 1;
            valid += usize::from(ours);
        }
    }
    // Neither all nor nothing: the corpus says something.
    assert!(
        all == SCHEMAS * VALUES && valid * 5 > all && valid * 5 < all * 4,
        "{valid} of {all}"
    );
}
