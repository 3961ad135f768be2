//! What of a message a signature covers (RFC 9421 §2).

use super::Wrong;
use crate::structured::{Bare, Item, write_item, write_text};

/// A piece of a request: a header field, or what stands outside of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// A header field, by its name in lower case (§2.1).
    Field(Box<str>),
    /// `@method` (§2.2.1).
    Method,
    /// `@target-uri` (§2.2.2).
    TargetUri,
    /// `@authority` (§2.2.3).
    Authority,
    /// `@scheme` (§2.2.4).
    Scheme,
    /// `@request-target` (§2.2.5).
    RequestTarget,
    /// `@path` (§2.2.6).
    Path,
    /// `@query` (§2.2.7).
    Query,
    /// `@query-param` (§2.2.8), by the parameter's name, percent-encoded.
    QueryParam(Box<str>),
}

impl Component {
    /// Those that have no name of their own beside it.
    const DERIVED: [(&'static str, Self); 7] = [
        ("@method", Self::Method),
        ("@target-uri", Self::TargetUri),
        ("@authority", Self::Authority),
        ("@scheme", Self::Scheme),
        ("@request-target", Self::RequestTarget),
        ("@path", Self::Path),
        ("@query", Self::Query),
    ];

    /// Reads the name of a component that a signature has to cover: that of a header field, or one
    /// with `@`. No parameters are taken.
    ///
    /// # Errors
    /// It is no such name; in words that follow "it".
    pub fn parse(name: &str) -> Result<Self, Wrong> {
        if let Some((_, known)) = Self::DERIVED.iter().find(|(known, _)| *known == name) {
            return Ok(known.clone());
        }
        if name.starts_with('@') {
            return Err("is not a part of a request that signatures cover".into());
        }
        let fits =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || name.len() > 256 || !name.bytes().all(fits) {
            return Err("is not the name of a header field in lower case".into());
        }
        Ok(Self::Field(name.into()))
    }

    /// Reads a component of a signature.
    pub(super) fn read(item: &Item) -> Result<Self, Wrong> {
        let Bare::Text(name) = &item.bare else {
            return Err("covers something whose name is not a text in quotes".into());
        };
        if &**name == "@query-param" {
            return match &*item.parameters {
                [(key, Bare::Text(param))] if &**key == "name" => {
                    Ok(Self::QueryParam(param.clone()))
                }
                _ => Err("covers `@query-param` without `name` alone".into()),
            };
        }
        if let Some((key, _)) = item.parameters.first() {
            return Err(format!(
                "covers `{name}` with the parameter `{key}`, which is not understood here: cover the whole field as it is sent"
            )
            .into());
        }
        Self::parse(name).map_err(|what| format!("covers `{}`, which {what}", shown(name)).into())
    }

    /// As it stands in a signature's base (RFC 9421 §2.5): its name in quotes, and its parameters.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::QueryParam(name) => {
                let name = ("name".into(), Bare::Text(name.clone()));
                let bare = Bare::Text("@query-param".into());
                let parameters = vec![name];
                write_item(&Item { bare, parameters }, out);
            }
            other => write_text(other.name(), out),
        }
    }

    /// Its name, without parameters.
    pub fn name(&self) -> &str {
        match self {
            Self::Field(name) => name,
            Self::QueryParam(_) => "@query-param",
            other => Self::DERIVED
                .iter()
                .find(|(_, known)| known == other)
                .map_or("", |(name, _)| name),
        }
    }
}

/// Whether a signature that covers `have` covers `wanted`, too; both as they are written.
pub fn covers(have: &str, wanted: &str) -> bool {
    have == wanted
        || match have {
            "@target-uri" => matches!(wanted, "@scheme" | "@authority" | "@path" | "@query"),
            "@request-target" => matches!(wanted, "@path" | "@query"),
            _ => false,
        }
}

/// As people read it: `@method`, `@query-param;name="id"`.
impl std::fmt::Display for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        if let Self::QueryParam(name) = self {
            write!(f, ";name=\"{}\"", shown(name))?;
        }
        Ok(())
    }
}

/// What somebody sent as a name, cut.
fn shown(name: &str) -> String {
    postern_model::denial::printable(name.as_bytes(), 64)
}
