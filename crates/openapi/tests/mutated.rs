//! Documents that were changed at random: an import always ends, soon, and what it makes can stand
//! in a configuration.

use postern_openapi::fuzz;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MESSY: &[u8] = include_bytes!("../src/import/tests/messy.yaml");
const SWAGGER: &[u8] = include_bytes!("../src/import/tests/swagger.json");

/// Names that mean something, and some that do not.
static NAMES: [&str; 24] = [
    "$ref",
    "/a/{b}",
    "/a/{c}.json",
    "/{x}/{x}",
    "anyOf",
    "basePath",
    "components",
    "consumes",
    "get",
    "host",
    "in",
    "info",
    "name",
    "nullable",
    "openapi",
    "operationId",
    "parameters",
    "post",
    "requestBody",
    "security",
    "servers",
    "swagger",
    "x-a",
    "<<",
];

/// Texts that mean something, and some that do not.
static TEXTS: [&str; 12] = [
    "",
    "#",
    "#/paths",
    "#/paths/~1a",
    "3.0.0",
    "{",
    "header",
    "http://{a}/b",
    "oauth2",
    "path",
    "\u{202e}",
    "../x%2F",
];

/// A value that looks a little like a part of a document.
fn part() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&NAMES[..]), inner), 0..6).prop_map(
                |members| {
                    let members = members.into_iter();
                    Value::Object(
                        members
                            .map(|(name, value)| (name.to_owned(), value))
                            .collect(),
                    )
                }
            ),
        ]
    })
}

fn holds(data: &[u8]) -> Result<(), TestCaseError> {
    let started = Instant::now();
    fuzz(data).map_err(TestCaseError::fail)?;
    prop_assert!(started.elapsed() < Duration::from_secs(5));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn parts_of_documents(paths in part(), components in part(), security in part()) {
        for head in [json!({"openapi": "3.0.0"}), json!({"openapi": "3.1.0"}), json!({"swagger": "2.0"})] {
            let mut document = head;
            document["paths"] = json!({"/a/{b}": paths, "/a/{c}": {"get": paths, "post": components}});
            document["components"] = components.clone();
            document["securityDefinitions"] = components.clone();
            document["security"] = security.clone();
            holds(document.to_string().as_bytes())?;
        }
    }

    #[test]
    fn bytes_in_the_middle(
        which in any::<bool>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        put in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut bytes = if which { MESSY.to_vec() } else { SWAGGER.to_vec() };
        let from = at.index(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, put);
        holds(&bytes)?;
    }

    #[test]
    fn a_part_twice(at in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), length in 1_usize..300) {
        let mut bytes = MESSY.to_vec();
        let start = from.index(bytes.len());
        let part = bytes[start..(start + length).min(bytes.len())].to_vec();
        let place = at.index(bytes.len());
        bytes.splice(place..place, part);
        holds(&bytes)?;
    }
}

#[test]
fn documents_as_they_are() {
    fuzz(MESSY).unwrap();
    fuzz(SWAGGER).unwrap();
}
