//! Path templates.

use super::MAX_PARAMS;
use crate::path;

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Exactly this, in normal form. Empty: the slash at the end.
    Literal(Box<str>),
    /// `{name}`: one segment that is not empty.
    Param,
    /// `{*name}`: whatever is left, also nothing.
    Rest,
}

/// A template, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// As written, prefixes included.
    pub(crate) text: Box<str>,
    pub(crate) segments: Vec<Segment>,
    /// Names of the parameters, in order.
    pub(crate) names: Vec<Box<str>>,
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It does not begin with `/`.
    #[error("does not begin with /")]
    NotAbsolute,
    /// A literal is not a path segment.
    #[error("a literal segment is refused in requests: {0}")]
    Literal(&'static str),
    /// `{` or `}` inside a segment.
    #[error("{{name}} has to be a whole segment")]
    PartOfSegment,
    /// A parameter without a name, or two of one name.
    #[error("every parameter needs a name of its own")]
    Name,
    /// `{*name}` not at the end.
    #[error("{{*name}} may only stand at the end")]
    RestNotLast,
    /// Too many.
    #[error("more than 16 parameters")]
    TooMany,
    /// Below the gateway's own prefix.
    #[error("/.well-known/postern belongs to the gateway")]
    Reserved,
}

impl Template {
    /// Parses a template; the empty one is `/`.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = if text.is_empty() { "/" } else { text };
        let Some(rest) = text.strip_prefix('/') else {
            return Err(TemplateError::NotAbsolute);
        };
        if is_reserved(text.as_bytes()) {
            return Err(TemplateError::Reserved);
        }
        let mut segments = Vec::new();
        let mut names: Vec<Box<str>> = Vec::new();
        let mut pieces = rest.split('/').peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            let inner = piece.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
            let Some(inner) = inner else {
                segments.push(Segment::Literal(literal(piece, last)?));
                continue;
            };
            let (name, segment) = match inner.strip_prefix('*') {
                Some(_) if !last => return Err(TemplateError::RestNotLast),
                Some(name) => (name, Segment::Rest),
                None => (inner, Segment::Param),
            };
            if name.is_empty()
                || name.contains(['{', '}', '*'])
                || names.iter().any(|n| **n == *name)
            {
                return Err(TemplateError::Name);
            }
            names.push(name.into());
            segments.push(segment);
        }
        if names.len() > MAX_PARAMS {
            return Err(TemplateError::TooMany);
        }
        Ok(Self {
            text: text.into(),
            segments,
            names,
        })
    }
}

/// Where others look for the description of an issuer: in front of its own path (RFC 8414 §3.1).
const DESCRIBED: &str = "/.well-known/oauth-authorization-server";

/// Whether a path is the gateway's own.
pub(crate) fn is_reserved(path: &[u8]) -> bool {
    let path = path.strip_prefix(DESCRIBED.as_bytes()).unwrap_or(path);
    path.strip_prefix(super::RESERVED.as_bytes())
        .is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

/// What follows the gateway's own prefix: nothing, or something that begins with `/`. Of the
/// description of an issuer, what is looked for below `/.well-known`.
pub(crate) fn below_reserved(path: &str) -> Option<&str> {
    if path.starts_with(DESCRIBED) {
        return path.strip_prefix("/.well-known");
    }
    path.strip_prefix(super::RESERVED)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn literal(piece: &str, last: bool) -> Result<Box<str>, TemplateError> {
    if piece.contains(['{', '}']) {
        return Err(TemplateError::PartOfSegment);
    }
    if piece.is_empty() && last {
        return Ok("".into());
    }
    let rooted = format!("/{piece}");
    let normal = match path::normalise(rooted.as_bytes()) {
        _ if piece.is_empty() => return Err(TemplateError::Literal("empty segment")),
        Err(rejected) => return Err(TemplateError::Literal(rejected.reason.describe())),
        Ok(normal) if normal.has_parameters => {
            return Err(TemplateError::Literal("; parameters"));
        }
        Ok(normal) => normal,
    };
    Ok(normal.text.strip_prefix('/').unwrap_or_default().into())
}
