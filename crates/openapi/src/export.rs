//! From the operations of a version to an `OpenAPI` 3.1 document: onto the one that was imported,
//! where that was kept.

mod operation;
mod problem;
mod schema;
mod swagger;

use crate::import::{Dialect, KeyPlaces, parameter_shape};
use crate::read::Budget;
use operation::described;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

#[cfg(test)]
mod tests;

/// The member of an operation that says what a caller needs.
pub(crate) const REQUIREMENTS: &str = "x-postern-requirements";

/// The member of a path item that has operations whose methods `OpenAPI` does not know.
const OTHER_METHODS: &str = "x-postern-methods";

/// The `OpenAPI` that is written.
const VERSION: &str = "3.1.1";

/// Methods that a path item can have.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Methods written for an operation that names none, which is every method.
const EVERY: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// A version, to be written down.
#[derive(Debug, Clone, Default)]
pub struct Export<'a> {
    /// The API's title, where the kept document has none.
    pub title: &'a str,
    /// The version's name, where the kept document has none.
    pub version: &'a str,
    /// The URLs that all its paths begin with.
    pub servers: &'a [String],
    /// Its operations.
    pub operations: &'a [Exported<'a>],
    /// Scopes, and what each allows.
    pub scopes: BTreeMap<String, String>,
    /// Where a key may stand; none if everybody may call.
    pub key_places: Option<KeyPlaces>,
    /// What each operation asks of its callers, by name.
    pub requirements: BTreeMap<String, Value>,
    /// The document that it was imported from.
    pub original: Option<(&'a Value, Dialect)>,
}

/// An operation, to be written down.
#[derive(Debug, Clone, Default)]
pub struct Exported<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its methods; empty for every method.
    pub methods: Vec<&'a str>,
    /// Its path template.
    pub path: &'a str,
    /// Scopes that a caller needs.
    pub scopes: Vec<&'a str>,
    /// Whether callers without a credential may pass.
    pub anonymous: bool,
    /// Media types that its body may have; none for any.
    pub media_types: Vec<&'a str>,
    /// The largest body, in bytes.
    pub max_body: Option<u64>,
    /// Where it stands in the document that it was imported from.
    pub pointer: Option<&'a str>,
}

/// Writes a version as an `OpenAPI` 3.1 document.
pub fn export(export: &Export<'_>) -> Value {
    let original = export.original.map(|(document, dialect)| match dialect {
        Dialect::Swagger2 => swagger::around(document),
        Dialect::OpenApi30 | Dialect::OpenApi31 => schema::around(document, dialect),
    });
    let mut out = Map::new();
    out.insert("openapi".to_owned(), VERSION.into());
    let mut around = original.unwrap_or_default();
    around.shift_remove("openapi");
    out.insert("info".to_owned(), info(export, around.shift_remove("info")));
    if !export.servers.is_empty() {
        let servers = export.servers.iter().map(|url| json!({ "url": url }));
        out.insert("servers".to_owned(), servers.collect());
    }
    out.insert("paths".to_owned(), Value::Object(paths(export)));
    let mut components = match around.shift_remove("components") {
        Some(Value::Object(components)) => components,
        _ => Map::new(),
    };
    components.shift_remove("securitySchemes");
    problem::components(&mut components);
    if let Some(places) = &export.key_places {
        let schemes = key_schemes(places, &export.scopes);
        components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    }
    out.insert("components".to_owned(), Value::Object(components));
    for (name, value) in around {
        out.entry(name).or_insert(value);
    }
    Value::Object(out)
}

/// Title and version are required.
fn info(export: &Export<'_>, original: Option<Value>) -> Value {
    let mut info = match original {
        Some(Value::Object(info)) => info,
        _ => Map::new(),
    };
    for (name, own) in [("title", export.title), ("version", export.version)] {
        let said = info.get(name).and_then(crate::read::text_of);
        let value = said.unwrap_or_else(|| own.to_owned());
        info.insert(name.to_owned(), value.into());
    }
    Value::Object(info)
}

fn paths(export: &Export<'_>) -> Map<String, Value> {
    let mut paths: Map<String, Value> = Map::new();
    // Templates that differ only by the names of their parameters are one path.
    let mut known: HashMap<String, String> = HashMap::new();
    let mut budget = Budget::default();
    for operation in export.operations {
        let path = plain_path(operation.path);
        let path = known
            .entry(parameter_shape(operation.path))
            .or_insert(path)
            .clone();
        let Value::Object(item) = paths.entry(path.clone()).or_insert_with(|| json!({})) else {
            continue;
        };
        let methods: Vec<String> = if operation.methods.is_empty() {
            EVERY.iter().map(|method| (*method).to_owned()).collect()
        } else {
            let methods = operation.methods.iter();
            methods.map(|method| method.to_ascii_lowercase()).collect()
        };
        let several = methods.len() > 1;
        for method in methods {
            let mut written = described(export, operation, &method, &path, &mut budget);
            if several && let Value::Object(written) = &mut written {
                let id = format!("{}-{method}", operation.name);
                written.insert("operationId".to_owned(), id.into());
            }
            let place = if METHODS.contains(&method.as_str()) {
                &mut *item
            } else {
                let others = item.entry(OTHER_METHODS).or_insert_with(|| json!({}));
                let Value::Object(others) = others else {
                    continue;
                };
                others
            };
            // An operation that names its methods goes before one that does not.
            if operation.methods.is_empty() {
                place.entry(method).or_insert(written);
            } else {
                place.insert(method, written);
            }
        }
    }
    paths
}

/// A template as `OpenAPI` has it: without the mark of a parameter that takes any rest.
fn plain_path(path: &str) -> String {
    path.replace("{*", "{")
}

/// The names of the security schemes of these places.
fn key_names(places: &KeyPlaces) -> Vec<String> {
    let count = places.headers.len() + places.query.len();
    let name = |at: usize| match at {
        0 => "postern_api_key".to_owned(),
        at => format!("postern_api_key_{}", at + 1),
    };
    (0..count).map(name).collect()
}

fn key_schemes(places: &KeyPlaces, scopes: &BTreeMap<String, String>) -> Map<String, Value> {
    let headers = places.headers.iter().map(|name| ("header", name));
    let query = places.query.iter().map(|name| ("query", name));
    let names = key_names(places);
    let all = names.into_iter().zip(headers.chain(query));
    all.map(|(scheme, (place, name))| {
        let mut value = json!({
            "type": "apiKey",
            "in": place,
            "name": name,
            "description": "An API key of an app that may call this API.",
        });
        if !scopes.is_empty()
            && let Value::Object(members) = &mut value
        {
            members.insert("x-postern-scopes".to_owned(), json!(scopes));
        }
        (scheme, value)
    })
    .collect()
}
