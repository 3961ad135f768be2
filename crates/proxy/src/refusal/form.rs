//! Which form of a refusal a caller reads.

use postern_policy::fields::{Known, list_members};
use postern_policy::head::Head;

/// The form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// A gRPC status without messages, with the content type to answer in.
    Grpc(&'static str),
    /// A page, for somebody at a browser.
    Html,
    /// JSON as OAuth has it (RFC 6749 §5.2, RFC 7009 §2.2.1), with everything of a problem document besides.
    OAuth,
}

impl Form {
    /// The form for a request, of which the head is known.
    pub fn of(head: &Head) -> Self {
        if let Some(grpc) = head.get(Known::ContentType).and_then(grpc) {
            return grpc;
        }
        if asks_an_issuer(head.path()) {
            return Self::OAuth;
        }
        let navigates = match head.get(Known::SecFetchMode) {
            Some(mode) => mode == b"navigate",
            // Browsers before 2023 and on plain HTTP do not send it.
            None => {
                matches!(head.method(), b"GET" | b"HEAD")
                    && prefers_html(head.fields.all(Known::Accept))
            }
        };
        if navigates { Self::Html } else { Self::Problem }
    }
}

/// Whether a path is where an issuer of the gateway's own makes tokens, or takes them back.
fn asks_an_issuer(path: &[u8]) -> bool {
    let below = path.strip_prefix(b"/.well-known/postern/issuers/");
    below.is_some_and(|below| below.ends_with(b"/token") || below.ends_with(b"/revoke"))
}

/// The form for a gRPC content type. gRPC-Web clients look for their own type in the answer.
fn grpc(content_type: &[u8]) -> Option<Form> {
    let essence = content_type
        .split(|&b| b == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let is = |name: &str| {
        let rest = essence
            .get(..name.len())
            .filter(|start| start.eq_ignore_ascii_case(name.as_bytes()))
            .and_then(|_| essence.get(name.len()..));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"+"))
    };
    [
        "application/grpc",
        "application/grpc-web",
        "application/grpc-web-text",
    ]
    .into_iter()
    .find(|name| is(name))
    .map(Form::Grpc)
}

/// Whether HTML is accepted by name, and at least as gladly as JSON by name: equal weights are
/// decided by order (browsers send `text/html` first and do not name JSON).
fn prefers_html<'a>(accept: impl Iterator<Item = &'a [u8]>) -> bool {
    let (html, json) = weights(accept);
    html > json
}

/// The form of a page about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// A page for a browser, and for whoever does not say.
    Html,
    /// `application/json`.
    Json,
    /// `text/markdown` (RFC 7763).
    Markdown,
    /// The same as `text/plain`.
    Plain,
}

/// The form that is accepted by name, and most gladly; equal weights are decided by order.
pub(crate) fn reads(head: &Head) -> Reads {
    let mut best = (0, Reads::Html);
    for range in head.fields.all(Known::Accept).flat_map(list_members) {
        let mut parts = range.split(|&b| b == b';').map(<[u8]>::trim_ascii);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(weight).unwrap_or(1000);
        let form = match name {
            _ if is_html(name) => Reads::Html,
            _ if is_json(name) => Reads::Json,
            _ if name.eq_ignore_ascii_case(b"text/markdown") => Reads::Markdown,
            _ if name.eq_ignore_ascii_case(b"text/plain") => Reads::Plain,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, form);
        }
    }
    best.1
}

/// The weights of HTML and of JSON, in thousandths. JSON that is named after HTML counts only
/// where it weighs more.
fn weights<'a>(accept: impl Iterator<Item = &'a [u8]>) -> (u32, u32) {
    let mut html = 0;
    let mut json = 0;
    for range in accept.flat_map(list_members) {
        let mut parts = range.split(|&b| b == b';').map(<[u8]>::trim_ascii);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(weight).unwrap_or(1000);
        if is_html(name) {
            html = html.max(weight);
        } else if is_json(name) && html < weight {
            json = json.max(weight);
        }
    }
    (html, json)
}

fn is_html(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"text/html") || name.eq_ignore_ascii_case(b"application/xhtml+xml")
}

fn is_json(name: &[u8]) -> bool {
    let ends = |suffix: &[u8]| {
        name.len()
            .checked_sub(suffix.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    };
    ends(b"/json") || ends(b"+json")
}

/// The thousandths of a `q` parameter (RFC 9110 §12.4.2); `None` for other parameters.
fn weight(parameter: &[u8]) -> Option<u32> {
    let value = parameter
        .strip_prefix(b"q=")
        .or_else(|| parameter.strip_prefix(b"Q="))?;
    let value = std::str::from_utf8(value).ok()?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if whole != "0" {
        return Some(1000);
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    Some(digits.fold(0, |sum, b| {
        sum * 10 + u32::from(b.saturating_sub(b'0').min(9))
    }))
}
