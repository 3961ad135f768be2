//! `OpenAPI` documents: where an operation stands in one, and what its references lead to.

use crate::contract::Contract;
use crate::fault::Fault;
use serde_json::Value;
use std::sync::Arc;

/// References followed one after another.
const MOST: usize = 16;

/// By which rules schemas are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `OpenAPI` 3.0: what stands beside `$ref` does not count, `nullable`, `exclusiveMinimum: true`.
    V30,
    /// `OpenAPI` 3.1 and later: JSON Schema 2020-12.
    V31,
}

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    root: Arc<Value>,
    dialect: Dialect,
}

/// A value of a document and where it stands there, as a JSON Pointer.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a> {
    pub(crate) value: &'a Value,
    pub(crate) pointer: String,
}

impl<'a> Found<'a> {
    /// A member, if there is one.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self {
            value,
            pointer: format!("{}/{}", self.pointer, escaped(name)),
        })
    }

    /// Its items, if it is a list.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let list = self.value.as_array().map_or(&[][..], Vec::as_slice);
        let pointer = self.pointer.clone();
        list.iter().enumerate().map(move |(at, value)| Self {
            value,
            pointer: format!("{pointer}/{at}"),
        })
    }

    /// Its members, if it is a mapping.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let pointer = self.pointer.clone();
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(name, value)| {
            let pointer = format!("{pointer}/{}", escaped(name));
            (name.as_str(), Self { value, pointer })
        })
    }

    /// A text among its members.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    /// Whether a member is `true`.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    pub(crate) fn fault(&self, what: impl Into<String>, help: &'static str) -> Fault {
        Fault::new(self.pointer.clone(), what, help)
    }
}

/// A step of a pointer (RFC 6901 §3).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Document {
    /// A document, as it was read.
    ///
    /// # Errors
    /// It is none of `OpenAPI` 3.
    pub fn new(root: impl Into<Arc<Value>>) -> Result<Self, Fault> {
        let root = root.into();
        let help = "write `openapi: 3.1.0` and `paths`";
        let version = match root.get("openapi") {
            Some(Value::String(version)) => version.clone(),
            // YAML takes `3.1` for a number.
            Some(Value::Number(version)) => version.to_string(),
            _ if root.get("swagger").is_some() => {
                let what = "this is Swagger 2, by which no request is checked";
                return Err(Fault::new("", what, "convert it to OpenAPI 3"));
            }
            _ => {
                let what = "this is no OpenAPI document: it has no `openapi`";
                return Err(Fault::new("", what, help));
            }
        };
        let mut parts = version.split('.');
        let dialect = match (parts.next(), parts.next()) {
            (Some("3"), Some("0")) => Dialect::V30,
            (Some("3"), Some(_)) => Dialect::V31,
            _ => {
                let what = "this is no version of OpenAPI 3";
                return Err(Fault::new("/openapi", what, help));
            }
        };
        if !root.get("paths").is_some_and(Value::is_object) {
            return Err(Fault::new("", "the document has no `paths`", help));
        }
        Ok(Self { root, dialect })
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn root(&self) -> Found<'_> {
        Found {
            value: &self.root,
            pointer: String::new(),
        }
    }

    /// What the document asks of requests with a method to a path template, if it has such an
    /// operation. Parameters need not have the same names in both; HEAD is GET where it does not
    /// stand there itself.
    ///
    /// # Errors
    /// What of it nobody can be held to.
    pub fn contract(&self, method: &str, template: &str) -> Option<Result<Contract, Vec<Fault>>> {
        let (path, item) = self.path(template)?;
        let lower = method.to_ascii_lowercase();
        let operation = item.member(&lower);
        let operation = match operation {
            None if lower == "head" => item.member("get"),
            found => found,
        }?;
        Some(Contract::compile(
            self,
            &item,
            &operation,
            &names(path, template),
        ))
    }

    /// The path item of a template, and how its path is written.
    fn path(&self, template: &str) -> Option<(&str, Found<'_>)> {
        let paths = self.root().member("paths")?;
        let mut found = None;
        for (path, item) in paths.members().filter(|(path, _)| same(path, template)) {
            if path == template || found.is_none() {
                found = Some((path, item));
            }
        }
        let (path, item) = found?;
        Some((path, self.follow(item).ok()?))
    }

    /// What a value that may be a reference stands for.
    ///
    /// # Errors
    /// It leads nowhere.
    pub(crate) fn follow<'a>(&'a self, found: Found<'a>) -> Result<Found<'a>, Fault> {
        let mut found = found;
        for _ in 0..MOST {
            let Some(to) = found.text("$ref") else {
                return Ok(found);
            };
            found = self.find(&found, to)?;
        }
        Err(found.fault(
            "a reference that leads back to itself",
            "let it lead to what is meant",
        ))
    }

    /// What stands where a reference of `from` leads.
    ///
    /// # Errors
    /// It leads nowhere.
    pub(crate) fn find<'a>(&'a self, from: &Found<'_>, to: &str) -> Result<Found<'a>, Fault> {
        let Some(fragment) = to.strip_prefix('#') else {
            return Err(from.fault(
                format!(
                    "a reference to another document, `{}`",
                    crate::violation::cut(to)
                ),
                "put what it refers to into this document",
            ));
        };
        let plain = crate::pairs::decode(fragment.as_bytes(), crate::pairs::Blank::Percent);
        let found = self
            .root
            .pointer(fragment)
            .map(|value| (value, fragment.to_owned()));
        let found = found.or_else(|| {
            let plain = plain?;
            Some((self.root.pointer(&plain)?, plain))
        });
        match found {
            Some((value, pointer)) => Ok(Found { value, pointer }),
            None => Err(from.fault(
                format!(
                    "a reference to `{}`, where nothing is",
                    crate::violation::cut(to)
                ),
                "write a JSON Pointer that begins with `#/`",
            )),
        }
    }

    /// The names of query parameters in which the document takes keys.
    pub(crate) fn key_parameters(&self) -> Vec<Box<str>> {
        let schemes = self.root().member("components");
        let schemes = schemes.and_then(|components| components.member("securitySchemes"));
        let all = schemes.iter().flat_map(Found::members);
        let keys = all.filter(|(_, scheme)| {
            scheme.text("type") == Some("apiKey") && scheme.text("in") == Some("query")
        });
        keys.filter_map(|(_, scheme)| scheme.text("name").map(Into::into))
            .collect()
    }
}

/// The name in a segment that is a parameter.
fn parameter(segment: &str) -> Option<&str> {
    let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
    let inner = inner.trim_matches(['*', '+']);
    (!inner.contains(['{', '}'])).then_some(inner)
}

/// Whether two path templates match the same paths, whatever their parameters are called.
pub fn same(one: &str, other: &str) -> bool {
    let mut segments = one.split('/').zip(other.split('/'));
    one.split('/').count() == other.split('/').count()
        && segments.all(|(a, b)| match (parameter(a), parameter(b)) {
            (Some(_), Some(_)) => true,
            (None, None) => a == b,
            _ => false,
        })
}

/// What the parameters of the document's path are called in the template.
fn names<'a>(path: &'a str, template: &'a str) -> Vec<(&'a str, &'a str)> {
    let pairs = path.split('/').zip(template.split('/'));
    let pairs = pairs.filter_map(|(a, b)| Some((parameter(a)?, parameter(b)?)));
    pairs.collect()
}

#[cfg(test)]
mod tests;
