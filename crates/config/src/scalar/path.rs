//! Paths in normal form: what the gateway makes of a request's path before it is matched, so that
//! a prefix or template in any other form would never match.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Name;
use postern_policy::path::normalise;
use postern_policy::router::MAX_PARAMS;
use std::fmt::Write as _;

/// A prefix of paths: empty, or `/` and segments without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BasePath(pub(crate) Name);

scalar!(BasePath, {
    "description": "A prefix of paths: empty, or beginning with `/` and not ending in one.",
    "type": "string",
    "pattern": "^(/[^/?#{}\\\\ ]+)*$"
});

impl Scalar for BasePath {
    const KIND: &'static str = "base-path";
    const CODE: Code = Code::InvalidPath;
    const WHAT: &'static str = "a path prefix";
    const EXAMPLE: &'static str = "/shop";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Ok(Self(text.into()));
        }
        if text == "/" {
            return Err(Problem::new("the prefix of all paths is empty: `\"\"`"));
        }
        let better = |problem: Problem| {
            let mended = mend(text.trim_end_matches('/'));
            let valid =
                segments(&mended).is_ok() && !mended.contains(['{', '}']) && !mended.ends_with('/');
            if valid {
                problem.suggest(mended)
            } else {
                problem
            }
        };
        if text.ends_with('/') {
            return Err(better(Problem::new("a prefix has no `/` at its end")));
        }
        for segment in segments(text).map_err(better)? {
            if segment.contains(['{', '}']) {
                return Err(Problem::new("a prefix has no parameters"));
            }
        }
        Ok(Self(text.into()))
    }
}

/// The path template of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(pub(crate) Name);

scalar!(Template, {
    "description": "A path template, beginning with `/`: literal segments, `{name}` for one segment, and at the end `{*name}` for any rest. A `/` at the end counts.",
    "type": "string",
    "pattern": "^/[^?#\\\\ ]*$"
});

impl Scalar for Template {
    const KIND: &'static str = "path-template";
    const CODE: Code = Code::InvalidPath;
    const WHAT: &'static str = "a path template";
    const EXAMPLE: &'static str = "/orders/{id}";

    fn read(text: &str) -> Result<Self, Problem> {
        let better = |problem: Problem| {
            let mended = mend(text);
            if mended != text && Self::read(&mended).is_ok() {
                problem.suggest(mended)
            } else {
                problem
            }
        };
        let found: Vec<_> = segments(text).map_err(better)?.collect();
        let mut names = Vec::new();
        for (at, segment) in found.iter().enumerate() {
            let Some(name) = parameter(segment).map_err(better)? else {
                continue;
            };
            if name.starts_with('*') && at + 1 != found.len() {
                return Err(Problem::new(format!(
                    "`{{{name}}}` takes the rest, so it stands at the end"
                )));
            }
            let name = name.trim_start_matches('*');
            if names.contains(&name) {
                return Err(Problem::new(format!("`{name}` stands twice")));
            }
            names.push(name);
        }
        if names.len() > MAX_PARAMS {
            let label = format!("more than {MAX_PARAMS} parameters");
            return Err(Problem::new(label));
        }
        Ok(Self(text.into()))
    }
}

/// The target of a request that the gateway makes itself: a path, maybe with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestTarget(pub(crate) Name);

scalar!(RequestTarget, {
    "description": "A path, beginning with `/`, and maybe a query.",
    "type": "string",
    "pattern": "^/[^# ]*$"
});

impl Scalar for RequestTarget {
    const KIND: &'static str = "request-target";
    const CODE: Code = Code::InvalidPath;
    const WHAT: &'static str = "a path";
    const EXAMPLE: &'static str = "/healthz";

    fn read(text: &str) -> Result<Self, Problem> {
        if !text.starts_with('/') {
            let problem = Problem::new("paths begin with `/`");
            let better = format!("/{text}");
            return Err(if Self::read(&better).is_ok() {
                problem.suggest(better)
            } else {
                problem
            });
        }
        let fits = |b: u8| b.is_ascii_graphic() && b != b'#' && b != b'\\';
        if text.bytes().all(fits) {
            return Ok(Self(text.into()));
        }
        Err(Problem::new(
            "a path has visible ASCII characters only, and no `#`",
        ))
    }
}

/// The parts of a path template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// This very segment.
    Literal(&'a str),
    /// Any one segment.
    One(&'a str),
    /// Any rest.
    Rest(&'a str),
}

impl<'a> Part<'a> {
    /// The name, if it is a parameter.
    pub(crate) fn parameter(self) -> Option<&'a str> {
        match self {
            Self::Literal(_) => None,
            Self::One(name) | Self::Rest(name) => Some(name),
        }
    }
}

/// The parts of a template that was read before; of `/a/` the last is an empty literal.
pub(crate) fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let segments = template.split('/').skip(1);
    segments.map(|segment| match parameter(segment) {
        Ok(Some(name)) => match name.strip_prefix('*') {
            Some(name) => Part::Rest(name),
            None => Part::One(name),
        },
        _ => Part::Literal(segment),
    })
}

/// The name in a segment that is a parameter, with its `*`.
fn parameter(segment: &str) -> Result<Option<&str>, Problem> {
    if !segment.contains(['{', '}']) {
        return Ok(None);
    }
    let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
    let Some(inner) = inner.filter(|s| !s.contains(['{', '}'])) else {
        return Err(Problem::new(
            "a parameter is a whole segment: `/{name}/`, not a part of one",
        ));
    };
    let name = inner.strip_prefix('*').unwrap_or(inner);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if begins && name.bytes().all(fits) {
        return Ok(Some(inner));
    }
    Err(Problem::new(
        "a parameter's name is letters, digits, `_` and `-`, and does not begin with a digit",
    ))
}

/// Checks that a path is in normal form and gives its segments. Only the last may be empty.
fn segments(text: &str) -> Result<impl Iterator<Item = &str>, Problem> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(Problem::new("paths begin with `/`"));
    };
    let mut left = rest.split('/').count();
    for segment in rest.split('/') {
        left -= 1;
        if segment.is_empty() && left > 0 {
            return Err(Problem::new("an empty segment never matches"));
        }
        check_segment(segment)?;
    }
    Ok(rest.split('/'))
}

/// A literal segment must be what the gateway makes of it in a request, or it would never match.
fn check_segment(segment: &str) -> Result<(), Problem> {
    if segment.contains('?') {
        return Err(Problem::new("a path has no query"));
    }
    let path = format!("/{segment}");
    let normal = match normalise(path.as_bytes()) {
        Err(rejected) => {
            let reason = rejected.reason.describe();
            return Err(Problem::new(format!("never matches: {reason}")));
        }
        Ok(normal) if normal.has_parameters => {
            return Err(Problem::new(
                "never matches: `;` parameters are not compared",
            ));
        }
        Ok(normal) => normal.text,
    };
    if normal == path {
        return Ok(());
    }
    let normal = normal.trim_start_matches('/');
    Err(Problem::new(format!(
        "never matches: requests are brought to the form `{normal}`"
    )))
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

const fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~')
}

/// The path that was probably meant.
fn mend(text: &str) -> String {
    let slash = text.ends_with('/');
    let kept = text.split('/').filter(|s| !s.is_empty() && *s != ".");
    let mut out = String::with_capacity(text.len());
    for segment in kept {
        out.push('/');
        out.push_str(&mend_segment(segment));
    }
    if slash || out.is_empty() {
        out.push('/');
    }
    out
}

fn mend_segment(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    let mut rest = segment.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let ahead = rest.as_slice();
        let escape = match (byte, ahead) {
            (b'%', [high, low, ..]) => hex(*high, *low),
            _ => None,
        };
        match escape {
            Some(value) => {
                rest.nth(1);
                if is_unreserved(value) {
                    out.push(char::from(value));
                } else {
                    let _ = write!(out, "%{value:02X}");
                }
            }
            None if byte.is_ascii_graphic() && byte != b'%' => out.push(char::from(byte)),
            None => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
