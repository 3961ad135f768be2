//! From a document to operations.

mod collisions;
mod media;
mod names;
mod operation;
mod paths;
mod security;
mod servers;
mod template;
mod unknown;

pub(crate) use template::{parameters, shape as parameter_shape};

use crate::pointer::Pointer;
use crate::read::{self, Unreadable, text_of};
use crate::report::{Report, quote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

#[cfg(test)]
mod tests;

/// Most operations that are imported.
pub const MAX_OPERATIONS: usize = 20_000;

/// Characters of a text for people.
const TEXT: usize = 1_000;

/// Tags of an operation at most.
const TAGS: usize = 20;

/// Which rules a document was written by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// Swagger 2.0.
    #[serde(rename = "swagger-2")]
    Swagger2,
    /// `OpenAPI` 3.0.
    #[serde(rename = "openapi-3.0")]
    OpenApi30,
    /// `OpenAPI` 3.1, and what came after it.
    #[serde(rename = "openapi-3.1")]
    OpenApi31,
}

impl Dialect {
    /// Its name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Swagger2 => "Swagger 2.0",
            Self::OpenApi30 => "OpenAPI 3.0",
            Self::OpenApi31 => "OpenAPI 3.1",
        }
    }
}

/// Where a document says that an API key stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPlaces {
    /// Headers.
    pub headers: Vec<String>,
    /// Query parameters.
    pub query: Vec<String>,
}

/// One operation of a document. What stands in it can stand in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its name: the `operationId` as far as it can be a name, or made of method and path.
    pub name: String,
    /// Its method, in capitals.
    pub method: String,
    /// Its path template, without any prefix.
    pub path: String,
    /// Scopes that a caller needs, all of them.
    pub scopes: Vec<String>,
    /// Whether callers without a credential may pass.
    pub anonymous: bool,
    /// One line about it.
    pub title: Option<String>,
    /// More about it, on one line.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Media types of its request body; none if nothing is said.
    pub media_types: Vec<String>,
    /// The largest request body in bytes, where the document bounds it.
    pub max_body: Option<u64>,
    /// Where it stands in the document, as a JSON Pointer.
    pub pointer: String,
}

/// What a document says.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// How it was written.
    pub dialect: Dialect,
    /// The API's title.
    pub title: Option<String>,
    /// The API's version, as the document calls it.
    pub version: Option<String>,
    /// What the API is for.
    pub description: Option<String>,
    /// The prefix of its paths, in the form that a configuration has; empty for none.
    pub base_path: String,
    /// Where it says that it is served, as URLs.
    pub servers: Vec<String>,
    /// Its scopes, and what each allows.
    pub scopes: BTreeMap<String, String>,
    /// Where it says that API keys stand.
    pub key_places: KeyPlaces,
    /// Whether it says anything about who may call.
    pub secured: bool,
    /// Its operations, in the order of the document.
    pub operations: Vec<Operation>,
    /// What was not understood.
    pub report: Report,
    /// The document itself, as JSON.
    pub document: Value,
}

/// Reads a document.
///
/// # Errors
/// It is no `OpenAPI` document, or larger than what is read.
pub fn import(bytes: &[u8]) -> Result<Imported, Unreadable> {
    let mut report = Report::default();
    let document = read::read(bytes, &mut report)?;
    let (dialect, members) = dialect(&document, &mut report)?;
    let mut reader = Reader {
        root: &document,
        dialect,
        report,
        sizes: HashMap::new(),
    };
    let security = reader.security(members);
    let (servers, base_path) = reader.servers(members);
    let mut scopes = security.scopes.clone();
    let operations = reader.operations(members, &security, &mut scopes)?;
    reader.around(members);
    let (title, version, description) = reader.info(members);
    let (key_places, secured) = (security.key_places, security.secured);
    let report = reader.report;
    Ok(Imported {
        dialect,
        title,
        version,
        description,
        base_path,
        servers,
        scopes,
        key_places,
        secured,
        operations,
        report,
        document,
    })
}

/// Reads one document.
struct Reader<'a> {
    root: &'a Value,
    dialect: Dialect,
    report: Report,
    /// How many values path items have that are referred to.
    sizes: HashMap<String, usize>,
}

type Members = Map<String, Value>;

impl Reader<'_> {
    /// Title, version and description.
    fn info(&mut self, members: &Members) -> (Option<String>, Option<String>, Option<String>) {
        let at = Pointer::ROOT;
        let Some(info) = members.get("info").filter(|info| info.is_object()) else {
            self.report.add(
                at.member("info"),
                "the document does not say what it is about",
                "title and version are left out",
            );
            return (None, None, None);
        };
        let text = |name: &str| info.get(name).and_then(text_of).and_then(|t| one_line(&t));
        (text("title"), text("version"), text("description"))
    }

    /// A member that should be a mapping; absent where it is not.
    fn mapping<'v>(
        &mut self,
        value: &'v Value,
        name: &str,
        at: &Pointer<'_>,
    ) -> Option<&'v Members> {
        let value = value.get(name)?;
        let found = value.as_object();
        if found.is_none() {
            self.report.add(
                at.member(name),
                format!("{} is not a mapping", quote(name)),
                "left out",
            );
        }
        found
    }
}

/// How a document was written.
fn dialect<'a>(
    document: &'a Value,
    report: &mut Report,
) -> Result<(Dialect, &'a Members), Unreadable> {
    const EXPECTED: &str =
        "expected `openapi: 3.0.x` or `3.1.x`, or `swagger: \"2.0\"`, at its top";
    let Some(members) = document.as_object() else {
        let message = "the document is no OpenAPI document: it is not a mapping";
        return Err(Unreadable::new(message).help(EXPECTED));
    };
    let said = |name: &str| members.get(name).and_then(text_of);
    if let Some(version) = said("openapi") {
        let version = version.trim();
        let at = Pointer::ROOT;
        let at = at.member("openapi");
        return match version.split('.').take(2).collect::<Vec<_>>().as_slice() {
            ["3", "0"] | ["3"] => Ok((Dialect::OpenApi30, members)),
            ["3", "1"] => Ok((Dialect::OpenApi31, members)),
            ["3", _] => {
                let what = format!("the version {}", quote(version));
                report.add(at, what, "read as OpenAPI 3.1");
                Ok((Dialect::OpenApi31, members))
            }
            _ => {
                let message = format!("OpenAPI {} is not read", quote(version));
                Err(Unreadable::new(message).help(EXPECTED))
            }
        };
    }
    if let Some(version) = said("swagger") {
        return if version == "2" || version.starts_with("2.") {
            Ok((Dialect::Swagger2, members))
        } else {
            let message = format!("Swagger {} is not read", quote(&version));
            Err(Unreadable::new(message).help(EXPECTED))
        };
    }
    if said("swaggerVersion").is_some() {
        let message = "Swagger 1 is not read";
        return Err(Unreadable::new(message).help("convert it to Swagger 2 or OpenAPI 3"));
    }
    if members.contains_key("paths") {
        report.add(
            Pointer::ROOT,
            "the document does not say which version of OpenAPI it is",
            "read as OpenAPI 3.0",
        );
        return Ok((Dialect::OpenApi30, members));
    }
    Err(Unreadable::new("the document is no OpenAPI document").help(EXPECTED))
}

/// A text for people, on one line and not too long; none of an empty one.
fn one_line(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if length > 0 {
            out.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length + 1 >= TEXT {
                out.push('…');
                return Some(out);
            }
            out.push(c);
            length += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}
