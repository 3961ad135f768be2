//! From the caller to the upstream.

use super::trace::Trace;
use super::{Named, is_hop_by_hop, join, separate, via};
use crate::client::{ClientAddress, Provenance, Scheme};
use crate::cookie;
use crate::credential::query;
use crate::fields::{Field, Fields, Known, list_members};
use crate::head::{Head, Version};
use crate::identity::Identity;
use crate::rules::Rules;
use postern_model::entity::{ForwardedHeader, Forwarding, Name, SessionRule, UpstreamProtocol};
use std::borrow::Cow;
use std::io::Write as _;
use std::net::IpAddr;

/// Longest request id of a trusted hop that is kept, bytes.
const MAX_CLIENT_ID: usize = 128;

/// What is said about a request besides what its caller said.
#[derive(Debug, Clone, Copy)]
pub struct RequestContext<'a> {
    /// What the gateway calls itself, and what it adds.
    pub forwarding: &'a Forwarding,
    /// The header that trusted proxies write.
    pub trusted_header: ForwardedHeader,
    /// Whose request it is.
    pub client: &'a ClientAddress,
    /// Whoever connected to us: a PROXY protocol source goes before the TCP peer.
    pub peer: IpAddr,
    /// What the caller speaks.
    pub scheme: Scheme,
    /// Our id for it.
    pub request_id: &'a [u8],
    /// Its place in a trace.
    pub trace: &'a Trace,
    /// What the upstream speaks.
    pub to: UpstreamProtocol,
    /// Headers that held the consumer's credential, which is nobody else's business: lower case.
    /// What is named like them but for `_` in place of `-` stays behind, too.
    pub withheld: &'a [Name],
    /// The sessions of the service, whose cookies are nobody else's business either.
    pub session: Option<&'a SessionRule>,
    /// Who calls, if that is known.
    pub consumer: Option<Consumer<'a>>,
    /// What others write, whom policies asked.
    pub written: &'a [Written],
}

/// A header that somebody else writes, in place of whatever the caller has sent in it, `_` for `-`
/// or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name, lower case.
    pub name: Name,
    /// Its values, each in a field of its own; none: the header is taken out.
    pub values: Vec<Box<[u8]>>,
}

/// A caller, as the upstream is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Consumer<'a> {
    /// Who it is.
    pub identity: &'a Identity,
    /// What that was found by.
    pub rules: &'a Rules,
}

/// Emits the fields that the upstream gets. `scratch` is emptied and used.
pub fn request(
    head: &Head,
    context: &RequestContext<'_>,
    scratch: &mut Vec<u8>,
    mut out: impl FnMut(&[u8], &[u8]),
) {
    let fields = &head.fields;
    let named = Named::new(fields);
    let trusted = context.client.via_trusted_proxy;
    // HTTP/2 may bring a cookie in pieces; HTTP/1 has one field for it (RFC 9113 §8.2.3).
    let join_cookies = context.to == UpstreamProtocol::Http1
        && head.version == Version::Http2
        && fields.all(Known::Cookie).nth(1).is_some();
    let is_own = |value| (context.session).is_some_and(|rule| cookie::has_own(value, rule));
    for field in fields.iter() {
        let keep = match field.known {
            Known::Other => !named.drops(&field),
            // Only we say these.
            Known::XPostern
            | Known::Disguised
            // These are written anew below.
            | Known::Forwarded
            | Known::XForwardedFor
            | Known::XForwardedProto
            | Known::XForwardedHost
            | Known::XRealIp
            | Known::Via
            | Known::XRequestId
            | Known::Traceparent => false,
            Known::ForwardedOther => trusted,
            Known::Tracestate => context.trace.is_continued(),
            Known::Cookie => !join_cookies && !is_own(field.value),
            known => !is_hop_by_hop(known),
        };
        if keep && !is_gone(field.name, context.withheld, context.written) {
            out(field.name, field.value);
        }
    }
    cookies(fields, context.session, join_cookies, scratch, &mut out);
    if context.to == UpstreamProtocol::Http2 && wants_trailers(fields) {
        out(b"TE", b"trailers");
    }
    forwarded_for(head, context, scratch, &mut out);
    via(
        fields,
        head.version,
        &context.forwarding.name,
        scratch,
        &mut out,
    );
    out(b"traceparent", &context.trace.encode());
    out(b"X-Request-Id", context.request_id);
    if let Some(theirs) = client_request_id(fields, context.client) {
        out(b"X-Postern-Client-Request-Id", theirs);
    }
    if let Some(consumer) = &context.consumer {
        say(consumer, scratch, &mut |name, value| {
            out(name.as_bytes(), value);
        });
    }
    for one in context.written {
        for value in &one.values {
            out(one.name.as_bytes(), value);
        }
    }
}

/// The trailers of a request without those that stay behind where they stand in its head: what the
/// consumer's credential is taken from, and what others write ([`RequestContext`]).
pub fn request_trailers<'a>(
    trailers: &'a Fields,
    withheld: &[Name],
    written: &[Written],
) -> Cow<'a, Fields> {
    let stays = |field: &Field<'_>| is_gone(field.name, withheld, written);
    if !trailers.iter().any(|field| stays(&field)) {
        return Cow::Borrowed(trailers);
    }
    let mut passed = Fields::default();
    for field in trailers.iter().filter(|field| !stays(field)) {
        passed.push(field.name, field.value);
    }
    Cow::Owned(passed)
}

/// Whether what the caller sends under that name stays behind: in it, or in what upstreams may take
/// for it, nobody else is to speak.
fn is_gone(name: &[u8], withheld: &[Name], written: &[Written]) -> bool {
    let mut names = withheld.iter().chain(written.iter().map(|one| &one.name));
    names.any(|other| is_same(name, other.as_bytes()))
}

/// Whether two names are one to upstreams that read headers as variables (RFC 3875 §4.1.18): those
/// tell neither the case of letters nor `-` from `_`.
fn is_same(name: &[u8], other: &[u8]) -> bool {
    let folded = |byte: &u8| match *byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    };
    name.len() == other.len() && name.iter().map(folded).eq(other.iter().map(folded))
}

/// The cookies that are not passed on as they came: joined, or without the gateway's own.
fn cookies(
    fields: &Fields,
    session: Option<&SessionRule>,
    joined: bool,
    scratch: &mut Vec<u8>,
    out: &mut impl FnMut(&[u8], &[u8]),
) {
    scratch.clear();
    for value in fields.all(Known::Cookie).filter(|value| !value.is_empty()) {
        let rule = session.filter(|rule| cookie::has_own(value, rule));
        if !joined && rule.is_none() {
            continue;
        }
        let begun = scratch.len();
        separate(scratch, b"; ");
        let after = scratch.len();
        match rule {
            Some(rule) => cookie::append_others(value, rule, scratch),
            None => scratch.extend_from_slice(value),
        }
        if scratch.len() == after {
            scratch.truncate(begun);
        }
        if !joined && !scratch.is_empty() {
            out(b"Cookie", scratch);
            scratch.clear();
        }
    }
    if joined && !scratch.is_empty() {
        out(b"Cookie", scratch);
    }
}

/// Writes a query with its `?`, but for the parameters of those names.
pub fn append_query(query: Option<&[u8]>, but: &[Name], to: &mut Vec<u8>) {
    let mut before = b'?';
    let names = || but.iter().map(|name| name.as_bytes());
    for pair in query
        .into_iter()
        .flat_map(|query| query.split(|&b| b == b'&'))
    {
        if !query::names(pair, names()) {
            to.push(before);
            to.extend_from_slice(pair);
            before = b'&';
        }
    }
}

/// Emits who calls. Names have been validated; scopes are separated by blanks (RFC 6749 §3.3).
pub fn say(
    consumer: &Consumer<'_>,
    scratch: &mut Vec<u8>,
    out: &mut impl FnMut(&'static str, &[u8]),
) {
    let identity = consumer.identity;
    out("X-Postern-App", identity.app.name.as_bytes());
    out("X-Postern-Tenant", identity.tenant.name.as_bytes());
    if let Some(user) = identity
        .token
        .as_ref()
        .and_then(|token| token.user.as_ref())
    {
        // A token says what it likes: bytes that no header has are left out.
        let plain = user.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if plain && user.trim().len() == user.len() {
            out("X-Postern-User", user.as_bytes());
        }
    }
    if let Some(plan) = identity.plan(consumer.rules) {
        out("X-Postern-Plan", plan.name.as_bytes());
    }
    scratch.clear();
    let scopes = identity.scopes(consumer.rules);
    join(scratch, scopes.map(|scope| scope.as_bytes()), b" ");
    if !scratch.is_empty() {
        out("X-Postern-Scopes", scratch);
    }
}

/// `TE: trailers` is the only transfer coding that HTTP/2 knows (RFC 9113 §8.2.2); gRPC needs it.
fn wants_trailers(fields: &Fields) -> bool {
    fields
        .all(Known::Te)
        .flat_map(list_members)
        .any(|member| member.eq_ignore_ascii_case(b"trailers"))
}

/// The id that a trusted hop gave the request: at most 128 letters, digits and `-._~:/+=@`.
/// Whoever is not trusted has none.
pub fn client_request_id<'a>(fields: &'a Fields, client: &ClientAddress) -> Option<&'a [u8]> {
    if !client.via_trusted_proxy {
        return None;
    }
    let mut ids = fields.all(Known::XRequestId);
    let (id, None) = (ids.next()?, ids.next()) else {
        return None;
    };
    let safe = |b: &u8| b.is_ascii_alphanumeric() || b"-._~:/+=@".contains(b);
    (!id.is_empty() && id.len() <= MAX_CLIENT_ID && id.iter().all(safe)).then_some(id)
}

/// Writes an address. IPv4 by hand: the general way costs more than everything else here.
fn address(out: &mut Vec<u8>, address: IpAddr) {
    let IpAddr::V4(v4) = address else {
        // Writing to a vector cannot fail.
        let _ = write!(out, "{address}");
        return;
    };
    for (place, octet) in v4.octets().into_iter().enumerate() {
        if place > 0 {
            out.push(b'.');
        }
        if octet >= 100 {
            out.push(b'0' + octet / 100);
        }
        if octet >= 10 {
            out.push(b'0' + octet / 10 % 10);
        }
        out.push(b'0' + octet % 10);
    }
}

/// `X-Forwarded-*` and, where configured, `Forwarded` (RFC 7239). What a trusted proxy wrote is
/// kept from the client's address on, and we add whom we had the request from; what anybody else
/// wrote is not.
fn forwarded_for(
    head: &Head,
    context: &RequestContext<'_>,
    scratch: &mut Vec<u8>,
    out: &mut impl FnMut(&[u8], &[u8]),
) {
    let fields = &head.fields;
    let client = context.client;
    let peer = context.peer.to_canonical();
    let trusts = |header| client.via_trusted_proxy && context.trusted_header == header;
    // Where the hops came in the other header, this one names the client and the last hop.
    let only_client = client.via_trusted_proxy && client.address != peer;

    scratch.clear();
    if let Provenance::XForwardedFor(hops) = client.provenance {
        // What stands left of the client's address was written by the client.
        let all = || fields.all(Known::XForwardedFor).flat_map(list_members);
        let hearsay = all().count().saturating_sub(hops);
        join(scratch, all().skip(hearsay), b", ");
    } else if only_client {
        address(scratch, client.address);
    }
    separate(scratch, b", ");
    address(scratch, peer);
    out(b"X-Forwarded-For", scratch);
    out(b"X-Forwarded-Proto", context.scheme.as_str().as_bytes());
    let theirs = fields
        .get(Known::XForwardedHost)
        .filter(|_| trusts(ForwardedHeader::XForwardedFor));
    if let Some(host) = theirs.or_else(|| head.authority()) {
        out(b"X-Forwarded-Host", host);
    }

    if context.forwarding.forwarded {
        scratch.clear();
        if only_client {
            scratch.extend_from_slice(b"for=");
            node(scratch, client.address);
        }
        separate(scratch, b", ");
        scratch.extend_from_slice(b"for=");
        node(scratch, peer);
        scratch.extend_from_slice(b";proto=");
        scratch.extend_from_slice(context.scheme.as_str().as_bytes());
        if let Some(host) = head.authority().filter(|h| quotable(h)) {
            scratch.extend_from_slice(b";host=\"");
            scratch.extend_from_slice(host);
            scratch.push(b'"');
        }
        out(b"Forwarded", scratch);
    }
}

/// An IPv6 address is bracketed and quoted (RFC 7239 §6).
fn node(scratch: &mut Vec<u8>, address: IpAddr) {
    let _ = match address {
        IpAddr::V4(v4) => write!(scratch, "{v4}"),
        IpAddr::V6(v6) => write!(scratch, "\"[{v6}]\""),
    };
}

fn quotable(text: &[u8]) -> bool {
    text.iter()
        .all(|&b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}
