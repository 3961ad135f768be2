//! Reading what is sent to an endpoint; what is wrong is named by its place.

use super::endpoint::Nothing;
use super::problem::{Code, Place, Problem};
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use std::collections::BTreeSet;

mod json;

/// A body that an endpoint can take.
pub trait FromBody: Sized + Send + 'static {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, by its place.
    fn from_body(headers: &HeaderMap, bytes: Bytes) -> Result<Self, Problem>;

    /// Its schema, if there is a body.
    fn schema(generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema>;
}

impl FromBody for Nothing {
    fn from_body(_: &HeaderMap, bytes: Bytes) -> Result<Self, Problem> {
        if bytes.iter().all(u8::is_ascii_whitespace) || &*bytes == b"{}" {
            return Ok(Self {});
        }
        Err(Problem::field(
            Place::Body,
            "",
            "This takes no body.",
            "no body",
        ))
    }

    fn schema(_: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        None
    }
}

/// A body that is read as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> FromBody for Json<T> {
    fn from_body(headers: &HeaderMap, bytes: Bytes) -> Result<Self, Problem> {
        is_json(headers)?;
        let value = json::read(&bytes)?;
        typed(value).map(Self)
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        Some(generator.subschema_for::<T>())
    }
}

/// Whether the body says that it is JSON, or a merge patch, which is.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let sent = headers.get(CONTENT_TYPE);
    let sent = sent.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = sent.split(';').next().unwrap_or("").trim();
    let known = ["application/json", "application/merge-patch+json"];
    if known.iter().any(|kind| essence.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let said = if sent.is_empty() {
        "The body says no media type.".to_owned()
    } else {
        let sent: String = sent.chars().take(80).flat_map(char::escape_debug).collect();
        format!("The body is said to be `{sent}`.")
    };
    Err(Problem::new(Code::ContentTypeUnsupported, said))
}

/// Reads a typed body; what does not fit is named by its place.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                }
                Segment::Map { key } | Segment::Enum { variant: key } => {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Segment::Unknown => {}
            }
        }
        wrong(Place::Body, &pointer, &error.inner().to_string())
    })
}

/// Reads parameters that are encoded as in a query. Numbers and booleans are read as such where
/// they are wanted.
pub(crate) fn parameters<T: DeserializeOwned>(text: &str, place: Place) -> Result<T, Problem> {
    let mut seen = BTreeSet::new();
    for (name, _) in form_urlencoded::parse(text.as_bytes()) {
        if !seen.insert(name.to_string()) {
            let detail = "The parameter stands twice.";
            return Err(Problem::field(place, &name, detail, "each parameter once"));
        }
    }
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let name = error.path().to_string();
        let name = if name == "." { "" } else { &name };
        wrong(place, name, &error.inner().to_string())
    })
}

/// A value that does not fit. serde says what would after a comma: "…, expected one of …".
fn wrong(place: Place, pointer: &str, said: &str) -> Problem {
    let (detail, accepted) = said.split_once(", expected ").unwrap_or((said, ""));
    Problem::field(place, pointer, detail, accepted)
}
