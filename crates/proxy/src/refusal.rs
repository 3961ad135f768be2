//! Refusals as bytes: what a caller gets who is turned away, in the form that it reads.
//!
//! Owns headers and bodies of refusals: RFC 9457 problem documents, gRPC statuses and pages for
//! browsers, and the pages about codes. Refuses to own decisions, and the connection they are written to.

mod challenge;
mod form;
mod grpc;
mod headers;
mod html;
mod limits;
mod pages;
mod problem;
#[cfg(test)]
mod tests;

pub use challenge::{Challenge, INSUFFICIENT};
pub use form::Form;
pub(crate) use form::{Reads, reads};
pub use headers::{Headers, Name};
pub use limits::{Standing, StandingWindow, limit_fields};
pub(crate) use pages::PAGE_POLICY;
pub use pages::{page, page_html, page_json};

use crate::sessions::percent_encode;
use crate::wellknown::session::LONGEST_BACK;
use headers::names;
use postern_model::Stage;
use postern_model::denial::{Aside, Code, Retry, Shown, Value};
use postern_model::id::EncodedId;
use postern_policy::cors::Grant;
use std::fmt::Write as _;
use std::ops::Range;

/// Where pages and records live on the gateway itself.
const RESERVED: &str = "/.well-known/postern";

/// What a refusal is rendered with besides the denial.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The request's id.
    pub id: EncodedId,
    /// The form that the caller reads.
    pub form: Form,
    /// Whether the method is `HEAD`: the same headers, no body.
    pub head_only: bool,
    /// The gateway's name in `Proxy-Status`.
    pub pseudonym: &'a str,
    /// Base of the pages about codes (`Forwarding::public_docs_url`); `None`: this gateway.
    pub docs: Option<&'a str>,
    /// Whether the request came over TLS.
    pub tls: bool,
    /// The authority asked for, if the head got that far.
    pub authority: Option<&'a [u8]>,
    /// Path and query as sent (origin form), for the redirection to HTTPS.
    pub target: Option<&'a [u8]>,
    /// How the operation's callers may prove who they are, for a 401.
    pub challenges: &'a [Challenge<'a>],
    /// A nonce for the proof of the next attempt, for a 401 (RFC 9449 §9).
    pub nonce: Option<&'a str>,
    /// How the limits stand that the request met.
    pub limits: &'a [Standing<'a>],
    /// Whether to send the `X-RateLimit-` fields too.
    pub classic_limits: bool,
    /// A link under which this refusal can be read without credentials: path and query on this
    /// gateway.
    pub help: Option<&'a str>,
    /// Port of the HTTPS listener to redirect to; `None`: 443.
    pub https_port: Option<u16>,
}

/// A refusal, ready to be written. `Connection` and `Date` are the business of the connection.
#[derive(Debug)]
pub struct Refusal {
    /// The status line's code; 200 for gRPC.
    pub status: u16,
    /// Every header but `Content-Length`.
    pub headers: Headers,
    /// The body: empty for gRPC and `HEAD`.
    pub body: Vec<u8>,
    /// What `Content-Length` says: for `HEAD` the length that `GET` would have brought.
    pub content_length: usize,
    /// Whether this is a gRPC trailers-only response: on HTTP/2 the headers end the stream.
    pub trailers_only: bool,
    /// Where in a problem document the member `help` stands, with the comma before it.
    help: Range<usize>,
}

impl Refusal {
    /// Adds what pages of other origins may read.
    pub(crate) fn tell_browsers(&mut self, grant: &Grant<'_>) {
        grant.fields(|name, value| {
            // Names and origins are ASCII.
            let value = std::str::from_utf8(value).unwrap_or_default();
            let name = Name {
                title: name,
                lower: name,
            };
            self.headers.push(name, value);
        });
    }

    /// The body without the link that leads to the record, which is a key to it.
    pub(crate) fn body_without_help(&self) -> Vec<u8> {
        let part = |range| self.body.get(range).unwrap_or_default();
        [
            part(0..self.help.start),
            part(self.help.end..self.body.len()),
        ]
        .concat()
    }
}

/// Renders a refusal as its caller is shown it.
pub fn render(shown: &Shown<'_>, context: &Context<'_>) -> Refusal {
    let location = match shown.status() {
        302 => decider_location(shown),
        303 => sign_in_location(context),
        _ => https_location(shown, context),
    };
    let status = match (shown.status(), &location) {
        // There is nowhere to send the caller: say no instead.
        (302 | 303 | 308, None) => shown.code().row().status,
        (status, _) => status,
    };
    let mut headers = Headers::new();
    if let Form::Grpc(content_type) = context.form {
        headers.push(names::CONTENT_TYPE, content_type);
        grpc::headers(shown, status, &mut headers);
        common(shown, context, &mut headers);
        return Refusal {
            status: 200,
            headers,
            body: Vec::new(),
            content_length: 0,
            trailers_only: true,
            help: 0..0,
        };
    }
    let (mut body, help) = if matches!(context.form, Form::Html) {
        headers.push(names::CONTENT_TYPE, "text/html; charset=utf-8");
        headers.push(names::CONTENT_SECURITY_POLICY, html::POLICY);
        headers.push(names::CONTENT_TYPE_OPTIONS, "nosniff");
        headers.push(names::REFERRER_POLICY, "no-referrer");
        (html::body(shown, status, context), 0..0)
    } else {
        headers.push(
            names::CONTENT_TYPE,
            match context.form {
                Form::OAuth => "application/json",
                _ => "application/problem+json",
            },
        );
        problem::body(shown, status, context)
    };
    common(shown, context, &mut headers);
    by_status(shown, status, context, &mut headers);
    if let Some(location) = location.filter(|_| matches!(status, 302 | 303 | 308)) {
        headers.push(names::LOCATION, &location);
    }
    let content_length = body.len();
    if context.head_only {
        body = Vec::new();
    }
    Refusal {
        status,
        headers,
        body,
        content_length,
        trailers_only: false,
        help,
    }
}

/// The headers of every refusal.
fn common(shown: &Shown<'_>, context: &Context<'_>, headers: &mut Headers) {
    headers.push(names::CACHE_CONTROL, "no-store");
    headers.push(names::REQUEST_ID, context.id.as_str());
    headers.push(names::DENIAL, shown.name());
    if !shown.proxy_error().is_empty() {
        headers.write(names::PROXY_STATUS, |out| {
            push_item(out, context.pseudonym);
            // A code and an error type are made of characters that need no escape.
            let _ = write!(
                out,
                "; error={}; details=\"{}\"",
                shown.proxy_error(),
                shown.name()
            );
        });
    }
}

/// The headers that a status asks for.
fn by_status(shown: &Shown<'_>, status: u16, context: &Context<'_>, headers: &mut Headers) {
    if status == 401 {
        match others_word(shown, "challenge", |aside| aside.challenge.as_deref()) {
            // Another service has refused, and knows what it wants to see.
            Some(challenge) if is_plain(challenge) => {
                headers.push(names::WWW_AUTHENTICATE, challenge);
            }
            _ => challenge::push(shown, context, headers),
        }
        if let Some(nonce) = context.nonce {
            headers.push(names::DPOP_NONCE, nonce);
        }
    }
    if status == 403 {
        challenge::step_up(shown, context, headers);
    }
    if status == 415 {
        accept(shown, headers);
    }
    if status == 405 {
        // RFC 9110 §15.5.6 wants the field even when it is empty.
        headers.write(names::ALLOW, |out| {
            if shown.code() == Code::MethodNotAllowed
                && let Some(Value::List(methods)) = shown.for_header("allowed")
            {
                for (i, method) in methods.iter().filter(|m| is_token(m)).enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(method);
                }
            }
        });
    }
    // RFC 7725 §4.
    let is_link = |url: &str| url.bytes().all(|b| b.is_ascii_graphic() && b != b'>');
    if status == 451
        && let Some(Value::Text(by)) = shown.for_header("blocked_by")
        && is_link(by)
    {
        headers.write(names::LINK, |out| {
            let _ = write!(out, "<{by}>; rel=\"blocked-by\"");
        });
    }
    // Whoever is told which condition it is, or that it is blocked, is told when that is over.
    let ends = [Code::ConditionUnmet, Code::Blocked];
    let ends = ends.iter().any(|code| shown.name() == code.name());
    if let Retry::After(seconds) = shown.retry()
        && (ends || matches!(status, 404 | 429 | 503))
    {
        headers.write(names::RETRY_AFTER, |out| {
            let _ = write!(out, "{seconds}");
        });
    }
    // Limits are told only by what stands for a stage that may know them: a refusal that shows as
    // an unknown path has met none.
    let stage = shown.code().row().stage;
    if stage == Stage::Edge || stage >= Stage::Limits {
        limit_fields(
            context.limits,
            context.classic_limits,
            &mut String::new(),
            |name, value| headers.push(name, value),
        );
    }
}

/// The media types or codings that a 415 would have been spared with (RFC 9110 §15.5.16).
fn accept(shown: &Shown<'_>, headers: &mut Headers) {
    let Some(accepted) = shown.for_header("accepted") else {
        return;
    };
    let types = match accepted {
        Value::List(types) => types.as_slice(),
        Value::Text(one) => std::slice::from_ref(one),
        Value::Number(_) => return,
    };
    let of_codings = shown.code() == Code::EncodingUnsupported;
    let is_right = |text: &str| match text.split_once('/') {
        Some((kind, subtype)) => !of_codings && is_token(kind) && is_token(subtype),
        None => of_codings && is_token(text),
    };
    let name = if of_codings {
        names::ACCEPT_ENCODING
    } else {
        names::ACCEPT
    };
    let mut types = types.iter().filter(|t| is_right(t));
    if let Some(first) = types.next() {
        headers.write(name, |out| {
            out.push_str(first);
            for one in types {
                out.push_str(", ");
                out.push_str(one);
            }
        });
    }
}

/// Where the same resource is over HTTPS, for a refusal that redirects.
fn https_location(shown: &Shown<'_>, context: &Context<'_>) -> Option<String> {
    if shown.status() != 308 {
        return None;
    }
    let authority = safe_authority(context.authority?)?;
    let target = context
        .target
        .filter(|t| t.first() == Some(&b'/') && t.iter().all(u8::is_ascii_graphic))?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let target = std::str::from_utf8(target).ok()?;
    Some(match context.https_port {
        None | Some(443) => format!("https://{host}{target}"),
        Some(port) => format!("https://{host}:{port}{target}"),
    })
}

/// Where another service that has refused sends whoever navigates.
fn decider_location(shown: &Shown<'_>) -> Option<String> {
    let location = others_word(shown, "location", |aside| aside.location.as_deref())?;
    let is_safe = location.bytes().all(|b| b.is_ascii_graphic());
    is_safe.then(|| location.to_owned())
}

/// What another service that has refused wants in a header: whole, where the evidence says a part.
fn others_word<'s>(
    shown: &'s Shown<'_>,
    name: &str,
    whole: impl Fn(&Aside) -> Option<&str>,
) -> Option<&'s str> {
    let evidence = || match shown.for_header(name) {
        Some(Value::Text(text)) => Some(&**text),
        _ => None,
    };
    shown.aside().and_then(whole).or_else(evidence)
}

/// Whether a text may stand in a header as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Where somebody signs in at this host, to be sent back to what was asked for.
fn sign_in_location(context: &Context<'_>) -> Option<String> {
    let mut location = format!("{RESERVED}/session/sign-in");
    let target = context
        .target
        .filter(|target| target.len() <= LONGEST_BACK)?;
    location.push_str("?return=");
    percent_encode(target, &mut location);
    Some(location)
}

/// Writes the URL of the page about a code, or a family of codes.
fn push_page(
    out: &mut impl std::fmt::Write,
    name: &str,
    context: &Context<'_>,
) -> std::fmt::Result {
    if let Some(base) = context.docs {
        return write!(out, "{}/denials/{name}", base.trim_end_matches('/'));
    }
    push_origin(out, context)?;
    write!(out, "{RESERVED}/denials/{name}")
}

/// Writes where this gateway is. Without a trustworthy authority references stay relative
/// (RFC 9457 §3.1.1).
fn push_origin(out: &mut impl std::fmt::Write, context: &Context<'_>) -> std::fmt::Result {
    let Some(authority) = context.authority.and_then(safe_authority) else {
        return Ok(());
    };
    let scheme = if context.tls { "https" } else { "http" };
    write!(out, "{scheme}://{authority}")
}

/// The authority as text, if it is nothing but a host and perhaps a port.
pub(crate) fn safe_authority(bytes: &[u8]) -> Option<&str> {
    let safe = |b: &u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(b);
    let fits = !bytes.is_empty() && bytes.len() <= 255 && bytes.iter().all(safe);
    fits.then(|| std::str::from_utf8(bytes).ok()).flatten()
}

/// Writes the gateway's name: a token, or a quoted string (RFC 9209 §2, RFC 8941 §3.3).
fn push_item(out: &mut String, name: &str) {
    let token = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&b));
    if token {
        out.push_str(name);
        return;
    }
    push_string(out, name);
}

/// Writes a quoted string, as structured fields have it (RFC 8941 §3.3.3) and RFC 9110 too.
fn push_string(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        // As names are.
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            // A structured string is ASCII.
            _ => out.push('?'),
        }
    }
    out.push('"');
}

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
