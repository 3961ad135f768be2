//! Names: of entities, header fields, cookies, methods, and the gateway's own.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::{Method, Name};
use postern_proof::message::Component;

/// The name of an entity, which is its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityName;

scalar!(EntityName, {
    "description": "Letters, digits, `.`, `_` and `-`, at most 64, beginning with a letter or digit.",
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
});

impl Scalar for EntityName {
    const KIND: &'static str = "name";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "a name";
    const EXAMPLE: &'static str = "create-order";

    fn read(text: &str) -> Result<Self, Problem> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if text.len() > 64 {
            return Err(Problem::new("longer than 64 characters"));
        }
        let begins = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if begins && text.bytes().all(fits) {
            return Ok(Self);
        }
        Err(Problem::new(
            "names are letters, digits, `.`, `_`, `-`, and begin with a letter or digit",
        ))
    }
}

/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.len() <= 256 && text.bytes().all(fits)
}

/// The name of a header field, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderName(pub(crate) Name);

scalar!(HeaderName, {
    "description": "The name of a header field.",
    "type": "string",
    "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
});

impl Scalar for HeaderName {
    const KIND: &'static str = "header-name";
    const CODE: Code = Code::InvalidHeader;
    const WHAT: &'static str = "the name of a header field";
    const EXAMPLE: &'static str = "X-Tenant";

    fn read(text: &str) -> Result<Self, Problem> {
        if is_token(text) {
            return Ok(Self(text.to_ascii_lowercase().into()));
        }
        let better = text.trim_end_matches(':').trim();
        let problem = Problem::new("not a token");
        Err(if is_token(better) {
            problem.suggest(better)
        } else {
            problem
        })
    }
}

/// A part of a request that signatures cover: `@method`, or the name of a header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComponentName(pub(crate) Name);

scalar!(ComponentName, {
    "description": "A part of a request: `@method`, `@target-uri`, `@authority`, `@scheme`, `@request-target`, `@path`, `@query`, or the name of a header field.",
    "type": "string",
    "pattern": "^@?[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
});

impl Scalar for ComponentName {
    const KIND: &'static str = "component-name";
    const CODE: Code = Code::InvalidHeader;
    const WHAT: &'static str = "a part of a request";
    const EXAMPLE: &'static str = "@method";

    fn read(text: &str) -> Result<Self, Problem> {
        let name = text.to_ascii_lowercase();
        if name == "@signature-params" {
            return Err(Problem::new(
                "every signature covers what it says of itself",
            ));
        }
        match Component::parse(&name) {
            Ok(_) => Ok(Self(name.into())),
            Err(what) => Err(Problem::new(format!("it {what}"))),
        }
    }
}

/// The name of a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CookieName(pub(crate) Name);

scalar!(CookieName, {
    "description": "The name of a cookie.",
    "type": "string",
    "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
});

impl Scalar for CookieName {
    const KIND: &'static str = "cookie-name";
    const CODE: Code = Code::InvalidHeader;
    const WHAT: &'static str = "the name of a cookie";
    const EXAMPLE: &'static str = "session";

    fn read(text: &str) -> Result<Self, Problem> {
        if is_token(text) {
            return Ok(Self(text.into()));
        }
        Err(Problem::new("not a token"))
    }
}

/// The name of a field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldName(pub(crate) Name);

scalar!(FieldName, {
    "description": "The name of a field of a form: up to 64 visible ASCII characters.",
    "type": "string",
    "pattern": "^[!-~]{1,64}$"
});

impl Scalar for FieldName {
    const KIND: &'static str = "field-name";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "the name of a field";
    const EXAMPLE: &'static str = "csrf_token";

    fn read(text: &str) -> Result<Self, Problem> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            return Ok(Self(text.into()));
        }
        Err(Problem::new("expected up to 64 visible ASCII characters"))
    }
}

/// A name for ourselves in `Via` and `Proxy-Status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pseudonym(pub(crate) Name);

scalar!(Pseudonym, {
    "description": "A name for the gateway: letters, digits, `.`, `_` and `-`, beginning with a letter.",
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,63}$"
});

impl Scalar for Pseudonym {
    const KIND: &'static str = "pseudonym";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "a name for the gateway";
    const EXAMPLE: &'static str = "postern";

    fn read(text: &str) -> Result<Self, Problem> {
        EntityName::read(text)?;
        // RFC 9209 §2: a token of structured fields begins with a letter.
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Problem::new("it begins with a letter"));
        }
        Ok(Self(text.into()))
    }
}

/// A request method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MethodName(pub(crate) Method);

impl schemars::JsonSchema for MethodName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Method".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<_> = routable().map(Method::as_str).collect();
        schemars::json_schema!({
            "description": "A request method, in capitals.",
            "type": "string",
            "enum": names,
            "x-kind": Self::KIND
        })
    }
}

impl<'de> serde::Deserialize<'de> for MethodName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).map_err(|problem| serde::de::Error::custom(problem.label))
    }
}

/// The methods an operation may have: a `CONNECT` is never proxied.
fn routable() -> impl Iterator<Item = Method> {
    let connect = |m: &Method| *m != Method::Connect;
    Method::ALL.into_iter().filter(connect)
}

impl Scalar for MethodName {
    const KIND: &'static str = "method";
    const CODE: Code = Code::InvalidMethod;
    const WHAT: &'static str = "a method";
    const EXAMPLE: &'static str = "GET";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(method) = routable().find(|m| m.as_str() == text) {
            return Ok(Self(method));
        }
        if text == Method::Connect.as_str() {
            return Err(Problem::new("CONNECT is never passed on"));
        }
        let upper = text.to_ascii_uppercase();
        if routable().any(|m| m.as_str() == upper) {
            return Err(Problem::new("methods are written in capitals").suggest(upper));
        }
        let problem = Problem::new("the gateway does not know this method");
        let near = crate::findings::nearest(text, routable().map(Method::as_str));
        Err(match near {
            Some(near) => problem.suggest(near),
            None => problem,
        })
    }
}
