//! Origins: where a page comes from, as browsers write it.

#[cfg(test)]
mod tests;

use crate::client::Scheme;
use crate::facts::Facts;
use crate::fields::{Known, list_members};
use crate::host;
use postern_model::entity::{Client, ForwardedHeader, OriginPattern};
use regex::bytes::{Regex, RegexBuilder};
use std::fmt;

/// Longest origin that is compared with anything, bytes.
const MOST: usize = 512;
/// Most bytes that a compiled expression may take.
const EXPRESSION: usize = 64 << 10;

/// A set of origins, compiled.
#[derive(Debug, Default)]
pub(crate) struct Origins(Box<[Pattern]>);

#[derive(Debug)]
enum Pattern {
    Plain(OriginPattern),
    Expression(Regex),
}

/// A regular expression that is none, or too large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError(Box<str>);

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ExpressionError {}

/// Compiles a regular expression that is to match a whole origin. It is matched in time linear in
/// the origin's length, whatever it says.
///
/// # Errors
/// What is wrong with it, on one line.
fn expression(text: &str) -> Result<Regex, ExpressionError> {
    let compiled = |text: &str| {
        let mut builder = RegexBuilder::new(text);
        builder.unicode(false).size_limit(EXPRESSION).nest_limit(32);
        builder.build()
    };
    let wrong = |error: regex::Error| {
        // The last line says what is wrong; those before it show where.
        let text = match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            error => error.to_string(),
        };
        let last = text.lines().last().unwrap_or_default();
        ExpressionError(last.trim_start_matches("error: ").into())
    };
    // By itself too: what is not balanced must not end the group around it.
    compiled(text).map_err(wrong)?;
    compiled(&format!("^(?:{text})$")).map_err(wrong)
}

/// Checks a regular expression for origins.
///
/// # Errors
/// What is wrong with it, on one line.
pub fn check_expression(text: &str) -> Result<(), ExpressionError> {
    expression(text).map(|_| ())
}

impl Origins {
    pub(crate) fn new(patterns: &[OriginPattern]) -> Result<Self, ExpressionError> {
        let patterns = patterns.iter().map(|pattern| {
            Ok(match pattern {
                OriginPattern::Expression(text) => Pattern::Expression(expression(text)?),
                plain => Pattern::Plain(plain.clone()),
            })
        });
        Ok(Self(patterns.collect::<Result<_, ExpressionError>>()?))
    }

    /// Whether it is one of them. `null` never is: it is the origin of every page that has none.
    pub(crate) fn allow(&self, origin: &[u8]) -> bool {
        is_origin(origin) && self.0.iter().any(|pattern| pattern.covers(origin))
    }
}

impl Pattern {
    fn covers(&self, origin: &[u8]) -> bool {
        match self {
            Self::Plain(OriginPattern::Any) => true,
            Self::Plain(OriginPattern::Exact(text) | OriginPattern::Expression(text)) => {
                text.as_bytes() == origin
            }
            Self::Plain(OriginPattern::Below { before, after }) => origin
                .strip_prefix(before.as_bytes())
                .and_then(|rest| rest.strip_suffix(after.as_bytes()))
                .is_some_and(|labels| {
                    !labels.is_empty() && labels.split(|&b| b == b'.').all(is_label)
                }),
            Self::Expression(expression) => expression.is_match(origin),
        }
    }
}

fn is_label(label: &[u8]) -> bool {
    let fits = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(b);
    !label.is_empty() && label.iter().all(fits)
}

/// Whether a value has the form of an origin that is some host's.
fn is_origin(value: &[u8]) -> bool {
    let has_host = value.windows(3).any(|three| three == b"://");
    has_host && value.len() <= MOST && value.iter().all(u8::is_ascii_graphic)
}

/// What a request says of its page's origin: one value, or nothing that counts.
pub(crate) fn sent(facts: &dyn Facts) -> Option<&[u8]> {
    let origin = facts.header(Known::Origin, 0)?;
    // Two origins are none.
    Some(match facts.header(Known::Origin, 1) {
        None => origin,
        Some(_) => b"",
    })
}

/// Whether an origin is the one that the request was sent to, so that the page is our own: by
/// scheme, host and port.
pub(crate) fn is_own(
    origin: &[u8],
    facts: &dyn Facts,
    scheme: Scheme,
    forwarded: Option<&Client>,
) -> bool {
    let (ours, usual): (&[u8], _) = match scheme {
        Scheme::Http => (b"http://", 80),
        Scheme::Https => (b"https://", 443),
    };
    let Some(theirs) = origin.strip_prefix(ours) else {
        return false;
    };
    is_host_of(theirs, usual, facts, forwarded)
}

/// As [`is_own`], by host and port only: behind a proxy that ends TLS and does not say so, our
/// scheme is not the page's.
pub(crate) fn is_own_host(origin: &[u8], facts: &dyn Facts, forwarded: Option<&Client>) -> bool {
    let Some(at) = origin.windows(3).position(|three| three == b"://") else {
        return false;
    };
    let (scheme, rest) = origin.split_at(at);
    let usual = if scheme == b"http" { 80 } else { 443 };
    is_host_of(rest.get(3..).unwrap_or_default(), usual, facts, forwarded)
}

/// The part of a URL that is its origin: what stands before the path.
pub fn of_url(url: &[u8]) -> &[u8] {
    let Some(at) = url.windows(3).position(|three| three == b"://") else {
        return b"";
    };
    let authority = at + 3;
    let rest = url.get(authority..).unwrap_or_default();
    let ends = |b: &u8| matches!(b, b'/' | b'?' | b'#');
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    url.get(..authority + length).unwrap_or_default()
}

/// Whether host and port are those that the request was sent to, to us or to the trusted proxy in
/// front of us (`forwarded`, where it is trusted). `usual` is the port of whoever names none.
fn is_host_of(theirs: &[u8], usual: u16, facts: &dyn Facts, forwarded: Option<&Client>) -> bool {
    let Ok(theirs) = host::parse(theirs) else {
        return false;
    };
    let is = |authority: &[u8]| {
        host::parse(authority).is_ok_and(|ours| {
            ours.host == theirs.host && ours.port.unwrap_or(usual) == theirs.port.unwrap_or(usual)
        })
    };
    facts.authority().is_some_and(is)
        || forwarded.is_some_and(|client| forwarded_host(facts, client).is_some_and(is))
}

/// The host that a trusted proxy was asked for, if it says one.
fn forwarded_host<'a>(facts: &'a dyn Facts, client: &Client) -> Option<&'a [u8]> {
    if client.header != ForwardedHeader::XForwardedFor {
        return None;
    }
    let value = facts.header(Known::XForwardedHost, 0)?;
    let mut members = list_members(value);
    let first = members.next()?;
    let alone = members.next().is_none() && facts.header(Known::XForwardedHost, 1).is_none();
    alone.then_some(first)
}

/// For fuzzing: any bytes, and what must hold of the result.
///
/// # Errors
/// What did not hold.
pub fn fuzz(raw: &[u8]) -> Result<(), &'static str> {
    // An expression, and an origin behind it.
    let mut parts = raw.splitn(2, |&b| b == b'\n');
    let text = parts.next().unwrap_or_default();
    let origin = parts.next().unwrap_or_default();
    let mut patterns = vec![OriginPattern::Any];
    if let Ok(text) = std::str::from_utf8(text)
        && text.len() <= MOST
        && check_expression(text).is_ok()
    {
        patterns.push(OriginPattern::Expression(text.into()));
    }
    let compiled = |patterns: &[OriginPattern]| {
        Origins::new(patterns).map_err(|_| "what was checked does not compile")
    };
    let any = compiled(&patterns)?.allow(origin);
    if any != is_origin(origin) {
        return Err("`*` is not every origin");
    }
    if let Some(expression) = patterns.get(1..).filter(|rest| !rest.is_empty())
        && compiled(expression)?.allow(origin)
        && !is_origin(origin)
    {
        return Err("an expression lets in what is no origin");
    }
    Ok(())
}
