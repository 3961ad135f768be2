//! What is kept of an imported document: the document of kind `api_document`.

use postern_openapi::{Dialect, Imported};
use serde_json::{Map, Value, json};

/// The kind.
pub(super) const KIND: &str = "api_document";

/// Bytes of JSON that the store takes.
const MOST: usize = 16 << 20;

/// The id of what was imported into a version.
pub(super) fn id(service: &str, version: &str) -> String {
    format!("{service}/{version}")
}

/// What was kept.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct KeptDocument {
    /// Which operations came from the document, and as what.
    pub(in crate::service) operations: Map<String, Value>,
    /// Which policies did, by their ids.
    pub(in crate::service) policies: Map<String, Value>,
    /// The prefix of its paths.
    pub(in crate::service) base_path: Option<String>,
    /// The document, where it was not too large, and how it is written.
    pub(in crate::service) original: Option<(Value, Dialect)>,
}

impl KeptDocument {
    /// Reads what was stored.
    pub(super) fn read(mut value: Value) -> Self {
        let mut take = |name: &str| value.get_mut(name).map(Value::take);
        let mut map = |name: &str| match take(name) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        let (operations, policies) = (map("operations"), map("policies"));
        let base_path = take("base_path");
        let base_path = base_path.and_then(|path| path.as_str().map(str::to_owned));
        let dialect = take("dialect").and_then(|dialect| serde_json::from_value(dialect).ok());
        let document = take("document").filter(Value::is_object);
        Self {
            operations,
            policies,
            base_path,
            original: document.zip(dialect),
        }
    }
}

/// What is stored, and whether the original is in it.
pub(super) fn value(
    name: &str,
    digest: &str,
    imported: Imported,
    operations: &Map<String, Value>,
    policies: &Map<String, Value>,
) -> (Value, bool) {
    let mut value = json!({
        "name": name,
        "sha256": digest,
        "dialect": imported.dialect,
        "title": imported.title,
        "version": imported.version,
        "base_path": imported.base_path,
        "operations": operations,
        "policies": policies,
    });
    let size = |value: &Value| value.to_string().len();
    // Its name, a colon and a comma.
    let around = 16;
    let kept = size(&value) + size(&imported.document) + around <= MOST;
    if let (true, Value::Object(members)) = (kept, &mut value) {
        members.insert("document".to_owned(), imported.document);
    }
    (value, kept)
}
