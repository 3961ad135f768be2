//! Texts for people, and the tokens of scopes, media types and parameters.

use super::name::is_token;
use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Name;

/// Longest text for people, in characters.
const MAX_TEXT: usize = 1000;

/// A text for people: a title, a reason, a comment, who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Name);

scalar!(Text, {
    "description": "A text for people, on one line, at most 1000 characters.",
    "type": "string",
    "minLength": 1,
    "maxLength": 1000
});

impl Scalar for Text {
    const KIND: &'static str = "text";
    const CODE: Code = Code::InvalidText;
    const WHAT: &'static str = "a text";
    const EXAMPLE: &'static str = "Field force";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.trim().is_empty() {
            return Err(Problem::new("there is nothing in it"));
        }
        if text.chars().count() > MAX_TEXT {
            return Err(Problem::new("longer than 1000 characters"));
        }
        if text.trim_end().chars().any(char::is_control) {
            return Err(Problem::new(
                "it has control characters or more than one line",
            ));
        }
        Ok(Self(text.trim_end().into()))
    }
}

/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 20_000;

/// A longer text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description(pub(crate) Name);

scalar!(Description, {
    "description": "A text for people, maybe of several lines, at most 20000 characters. Markdown is shown as such.",
    "type": "string",
    "minLength": 1,
    "maxLength": 20000
});

impl Scalar for Description {
    const KIND: &'static str = "description";
    const CODE: Code = Code::InvalidText;
    const WHAT: &'static str = "a text";
    const EXAMPLE: &'static str = "Orders from the road";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.trim().is_empty() {
            return Err(Problem::new("there is nothing in it"));
        }
        if text.chars().count() > MAX_DESCRIPTION {
            return Err(Problem::new("longer than 20000 characters"));
        }
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if text.chars().any(odd) {
            return Err(Problem::new("it has control characters"));
        }
        Ok(Self(text.trim_end().into()))
    }
}

/// The name of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScopeName;

scalar!(ScopeName, {
    "description": "The name of a scope: visible ASCII characters but `\"` and `\\`, at most 128.",
    "type": "string",
    "pattern": "^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,128}$"
});

impl Scalar for ScopeName {
    const KIND: &'static str = "scope";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "the name of a scope";
    const EXAMPLE: &'static str = "orders:write";

    /// RFC 6749 §3.3.
    fn read(text: &str) -> Result<Self, Problem> {
        let fits = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        if text.is_empty() || text.len() > 128 || !text.bytes().all(fits) {
            return Err(Problem::new(
                "scopes are 1 to 128 visible ASCII characters, without blanks and quotes",
            ));
        }
        Ok(Self)
    }
}

/// A media type without parameters, or a range of them, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType(pub(crate) Name);

scalar!(MediaType, {
    "description": "A media type without parameters; `application/*` and `*/*` stand for many.",
    "type": "string"
});

impl Scalar for MediaType {
    const KIND: &'static str = "media-type";
    const CODE: Code = Code::InvalidMediaType;
    const WHAT: &'static str = "a media type";
    const EXAMPLE: &'static str = "application/json";

    /// RFC 9110 §8.3.1 and §12.5.1.
    fn read(text: &str) -> Result<Self, Problem> {
        if let Some((before, _)) = text.split_once(';') {
            let problem = Problem::new("parameters do not count, and are left out");
            let better = before.trim();
            return Err(match Self::read(better) {
                Ok(_) => problem.suggest(better),
                Err(_) => problem,
            });
        }
        let parts = text
            .split_once('/')
            .filter(|(kind, subtype)| is_token(kind) && is_token(subtype));
        match parts {
            None => Err(Problem::new("expected a type, `/` and a subtype")),
            Some(("*", subtype)) if subtype != "*" => {
                Err(Problem::new("`*` stands for any type only in `*/*`"))
            }
            Some((_, subtype)) if subtype.contains('*') && subtype != "*" => {
                Err(Problem::new("`*` stands for a whole subtype only"))
            }
            Some(_) => Ok(Self(text.to_ascii_lowercase().into())),
        }
    }
}

/// The name of a path or query parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParameterName(pub(crate) Name);

scalar!(ParameterName, {
    "description": "The name of a parameter, as it is before it is percent-encoded.",
    "type": "string"
});

impl Scalar for ParameterName {
    const KIND: &'static str = "parameter-name";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "the name of a parameter";
    const EXAMPLE: &'static str = "api_key";

    fn read(text: &str) -> Result<Self, Problem> {
        let fits = |c: char| !c.is_control() && !c.is_whitespace() && !"&=#%+?".contains(c);
        if text.is_empty() || text.len() > 128 || !text.chars().all(fits) {
            return Err(Problem::new(
                "parameters have 1 to 128 characters, without blanks and `&=#%+?`",
            ));
        }
        Ok(Self(text.into()))
    }
}

/// A member of JSON documents: by its name, wherever it stands, or by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonPlace {
    /// Every member of that name.
    Member(Name),
    /// The steps from the root; `*` is any.
    Place(Vec<Name>),
}

scalar!(JsonPlace, {
    "description": "The name of a member, or its place as a JSON Pointer (RFC 6901) in which `*` stands for any step.",
    "type": "string",
    "minLength": 1,
    "maxLength": 256
});

impl Scalar for JsonPlace {
    const KIND: &'static str = "json-place";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "a member of a JSON document";
    const EXAMPLE: &'static str = "/customer/iban";

    /// RFC 6901 §3 and §4.
    fn read(text: &str) -> Result<Self, Problem> {
        if text.is_empty() || text.len() > 256 || text.chars().any(char::is_control) {
            return Err(Problem::new(
                "names and places have 1 to 256 bytes, without control characters",
            ));
        }
        let Some(steps) = text.strip_prefix('/') else {
            if text.contains('/') {
                let problem = Problem::new("a place begins with `/`");
                let better = format!("/{text}");
                return Err(match Self::read(&better) {
                    Ok(_) => problem.suggest(better),
                    Err(_) => problem,
                });
            }
            return Ok(Self::Member(text.into()));
        };
        let step = |step: &str| {
            let broken = step
                .split('~')
                .skip(1)
                .any(|rest| !rest.starts_with(['0', '1']));
            (!broken).then(|| step.replace("~1", "/").replace("~0", "~").into())
        };
        let steps: Option<Vec<Name>> = steps.split('/').map(step).collect();
        steps
            .map(Self::Place)
            .ok_or_else(|| Problem::new("in a place, `~` is written `~0`, and `/` in a name `~1`"))
    }
}

/// A value that a header may have; `*` at its end stands for any rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderValue(pub(crate) Name);

scalar!(HeaderValue, {
    "description": "The value of a header field; `*` at its end stands for any rest.",
    "type": "string"
});

impl Scalar for HeaderValue {
    const KIND: &'static str = "header-value";
    const CODE: Code = Code::InvalidHeader;
    const WHAT: &'static str = "the value of a header field";
    const EXAMPLE: &'static str = "2026-*";

    /// RFC 9110 §5.5, without what a recipient may not see.
    fn read(text: &str) -> Result<Self, Problem> {
        let fits = |b: u8| b.is_ascii_graphic() || b == b' ';
        if text.len() > 1000 || !text.bytes().all(fits) || text.trim() != text {
            return Err(Problem::new(
                "expected visible ASCII characters, without blanks at its ends",
            ));
        }
        let before = text.strip_suffix('*').unwrap_or(text);
        if before.contains('*') {
            return Err(Problem::new("`*` stands only at the end"));
        }
        Ok(Self(text.into()))
    }
}
