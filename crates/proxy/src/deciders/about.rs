//! What a decider may know of a request.

use crate::redact::Redactor;
use postern_model::entity::{ExternalRule, Method, Name};
use postern_policy::client::{ClientAddress, Scheme};
use postern_policy::facts::Facts as _;
use postern_policy::fields::{Known, list_members};
use postern_policy::forward::Consumer;
use postern_policy::router::Route;
use postern_policy::{Live, Rules};
use std::borrow::Cow;

/// Longest reason that is kept, bytes.
const REASON: usize = 256;

/// The beginning of a body that is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether that is all of it.
    pub(crate) whole: bool,
}

/// A request, as somebody is asked about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) live: &'a Live<'a>,
    pub(crate) rules: &'a Rules,
    pub(crate) route: &'a Route,
    pub(crate) method: Method,
    /// The normal path.
    pub(crate) path: &'a str,
    /// The host asked for, in its one spelling.
    pub(crate) host: &'a str,
    pub(crate) client: &'a ClientAddress,
    pub(crate) scheme: Scheme,
    /// Who calls, if that is known.
    pub(crate) consumer: Option<Consumer<'a>>,
    pub(crate) body: Option<Shown<'a>>,
    /// Our id for it.
    pub(crate) id: &'a str,
}

impl About<'_> {
    /// Path and query, without credentials that stand in the query, unless the policy shows them.
    pub(super) fn target(&self, rule: &ExternalRule) -> Vec<u8> {
        let mut target = self.path.as_bytes().to_vec();
        let places = self.rules.credential_places(self.route);
        let hidden: &[Name] = if rule.credentials { &[] } else { &places.query };
        postern_policy::forward::append_query(self.live.query(), hidden, &mut target);
        target
    }

    /// The headers that the policy shows, in its order.
    pub(super) fn headers(&self, rule: &ExternalRule) -> Vec<(Name, Vec<u8>)> {
        let places = self.rules.credential_places(self.route);
        let mut found = Vec::new();
        for name in &rule.headers {
            let is_credential = !rule.credentials && places.headers.contains(name);
            if is_credential || !may_be_shown(Known::of(name.as_bytes())) {
                continue;
            }
            let values = (0..).map_while(|nth| self.live.header_named(name.as_bytes(), nth));
            // One field says it all, as lists may (RFC 9110 §5.3); cookies have their own way.
            let between: &[u8] = if Known::of(name.as_bytes()) == Known::Cookie {
                b"; "
            } else {
                b", "
            };
            let mut whole: Option<Vec<u8>> = None;
            for value in values {
                match &mut whole {
                    Some(whole) => {
                        whole.extend_from_slice(between);
                        whole.extend_from_slice(value);
                    }
                    None => whole = Some(value.to_vec()),
                }
            }
            found.extend(whole.map(|value| (name.clone(), value)));
        }
        found
    }

    /// Who calls, as upstreams are told of it.
    pub(super) fn caller(&self, rule: &ExternalRule) -> Vec<(&'static str, String)> {
        let Some(consumer) = self.consumer.as_ref().filter(|_| rule.identity) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        postern_policy::forward::say(consumer, &mut Vec::new(), &mut |name, value: &[u8]| {
            found.push((name, String::from_utf8_lossy(value).into_owned()));
        });
        found
    }

    /// A reason in a decider's words, as it may be kept: printable, not long, and without what is
    /// secret.
    pub(super) fn reason(&self, text: &str) -> Option<Box<str>> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let service = self.rules.service(self.route);
        let redactor = Redactor::new(self.live.head(), Some(service));
        let told = redactor.header(b"", text.as_bytes(), REASON);
        Some(told.into())
    }

    /// What a decider wants to see from callers, as it may be kept: as a reason is, but that what
    /// follows the name of a scheme is no credential where it is a parameter.
    pub(super) fn challenge(&self, text: &str) -> Option<Box<str>> {
        let told = self.reason(&spaced(text))?;
        Some(told.replace("  ", " ").into())
    }

    /// Where a decider sends browsers, as it may be kept: scheme, host and path, without what is
    /// secret, and a mark for the rest, in which it may have repeated what the caller sent.
    pub(super) fn location(&self, text: &str) -> Option<Box<str>> {
        let (kept, mark) = without_rest(text);
        let kept = self.reason(kept)?;
        Some(format!("{kept}{mark}").into())
    }

    /// Whether the body is in a content coding: its bytes are not what whoever gets them reads.
    pub(super) fn is_coded(&self) -> bool {
        let values = (0..).map_while(|nth| self.live.header(Known::ContentEncoding, nth));
        is_coding(values)
    }

    /// The address of the client.
    pub(super) fn address(&self) -> String {
        self.client.address.to_canonical().to_string()
    }
}

/// Whether a header may be repeated to somebody else: none that is about one connection, frames a
/// message, or is written by the gateway.
const fn may_be_shown(name: Known) -> bool {
    matches!(
        name,
        Known::Other
            | Known::Accept
            | Known::AccessControlRequestHeaders
            | Known::AccessControlRequestMethod
            | Known::Authorization
            | Known::ContentEncoding
            | Known::ContentType
            | Known::Cookie
            | Known::Origin
            | Known::SecFetchMode
            | Known::SecFetchSite
    )
}

/// A challenge with one more blank before each parameter (RFC 9110 §11.2), so that none stands right
/// behind its scheme, as a credential does. Padding at the end of a credential makes no parameter.
pub(super) fn spaced(challenge: &str) -> String {
    let is_parameter = |word: &str| {
        word.split_once('=').is_some_and(|(name, value)| {
            let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            let begins = |b: u8| b == b'"' || b.is_ascii_alphanumeric();
            !name.is_empty()
                && name.bytes().all(is_name)
                && value.bytes().next().is_some_and(begins)
        })
    };
    let mut out = String::with_capacity(challenge.len() + 8);
    for (at, word) in challenge.split(' ').enumerate() {
        if at > 0 {
            out.push_str(if is_parameter(word) { "  " } else { " " });
        }
        out.push_str(word);
    }
    out
}

/// An address without its query and fragment (RFC 3986 §3.4), and what stands for them.
pub(super) fn without_rest(location: &str) -> (&str, &'static str) {
    let end = location.find(['?', '#']);
    match end.and_then(|end| location.split_at_checked(end)) {
        Some((kept, rest)) if rest.starts_with('?') => (kept, "?…"),
        Some((kept, _)) => (kept, "#…"),
        None => (location, ""),
    }
}

/// Whether these values of `Content-Encoding` say a coding (RFC 9110 §8.4): `identity` is none.
pub(super) fn is_coding<'v>(mut values: impl Iterator<Item = &'v [u8]>) -> bool {
    values.any(|value| {
        let mut codings = list_members(value);
        codings.any(|coding| !coding.eq_ignore_ascii_case(b"identity"))
    })
}

/// Text, whatever bytes it was.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
