//! The header fields that are passed on: what is dropped, what is added, in which order.
//!
//! Framing is the codec's: `Host` (or `:authority`), `Content-Length`, `Transfer-Encoding`,
//! `Connection` and `Upgrade` are never emitted here, and neither is `Expect`, which the gateway
//! answers itself. Everything else that an upstream or a caller is to see comes out of here, one
//! field at a time, through a closure and without allocation: values that have to be put together
//! are written into a scratch buffer of the caller's.
//!
//! `Connection` may name fields to drop (RFC 9110 §7.6.1), but not those that the gateway itself
//! acts on or that say what the message means: naming a field of [`Known`] that is not hop-by-hop
//! has no effect. So nobody can have `Authorization`, `Cookie` or `Content-Type` removed behind
//! the back of a rule that has read it.

mod proxy_status;
mod request;
mod response;
#[cfg(test)]
mod tests;
pub mod trace;

pub use request::{
    Consumer, RequestContext, Written, append_query, client_request_id, request, request_trailers,
    say,
};
pub use response::{ResponseContext, response};

use crate::fields::{Field, Fields, Known, list_members};
use crate::head::Version;

/// Whether a field may stand among trailers that are passed on, either way. Framing, routing,
/// credentials and what the gateway says itself may not (RFC 9110 §6.5.1). Of a request, neither may
/// what [`request_trailers`] leaves out.
pub const fn may_be_trailer(name: Known) -> bool {
    matches!(name, Known::Other)
}

/// Fields that are about one connection (RFC 9110 §7.6.1), or that the codec writes.
const fn is_hop_by_hop(name: Known) -> bool {
    matches!(
        name,
        Known::Connection
            | Known::KeepAlive
            | Known::ProxyConnection
            | Known::ProxyAuthenticate
            | Known::ProxyAuthorization
            | Known::Te
            | Known::TransferEncoding
            | Known::Upgrade
            | Known::Http2Settings
            | Known::Host
            | Known::ContentLength
            | Known::Expect
    )
}

/// The names in `Connection`, as far as they matter.
struct Named<'a> {
    fields: &'a Fields,
    any: bool,
}

impl<'a> Named<'a> {
    fn new(fields: &'a Fields) -> Self {
        let any = fields
            .all(Known::Connection)
            .flat_map(list_members)
            .any(|option| {
                !(option.eq_ignore_ascii_case(b"keep-alive")
                    || option.eq_ignore_ascii_case(b"close"))
            });
        Self { fields, any }
    }

    fn drops(&self, field: &Field<'_>) -> bool {
        self.any
            && field.known == Known::Other
            && self
                .fields
                .all(Known::Connection)
                .flat_map(list_members)
                .any(|option| option.eq_ignore_ascii_case(field.name))
    }
}

/// Writes every value of a list field into `scratch`, in order, as one list.
fn join<'a>(scratch: &mut Vec<u8>, values: impl Iterator<Item = &'a [u8]>, separator: &[u8]) {
    for value in values.filter(|v| !v.is_empty()) {
        separate(scratch, separator);
        scratch.extend_from_slice(value);
    }
}

fn separate(scratch: &mut Vec<u8>, separator: &[u8]) {
    if !scratch.is_empty() {
        scratch.extend_from_slice(separator);
    }
}

/// Writes `Via` with our own entry at its end (RFC 9110 §7.6.3). `received` is the version of the
/// message that came in.
fn via(
    fields: &Fields,
    received: Version,
    name: &str,
    scratch: &mut Vec<u8>,
    out: &mut impl FnMut(&[u8], &[u8]),
) {
    scratch.clear();
    join(scratch, fields.all(Known::Via), b", ");
    separate(scratch, b", ");
    scratch.extend_from_slice(match received {
        Version::Http10 => b"1.0 ",
        Version::Http11 => b"1.1 ",
        Version::Http2 => b"2 ",
    });
    scratch.extend_from_slice(name.as_bytes());
    out(b"Via", scratch);
}

/// For fuzzing: what is emitted for fields made of those bytes, both ways, and what must hold of
/// it. Lines are fields; what is before the first colon is the name.
///
/// # Errors
/// What did not hold.
pub fn fuzz(text: &[u8]) -> Result<(), &'static str> {
    use crate::client::{ClientAddress, Provenance, Scheme};
    use postern_model::entity::{ForwardedHeader, Forwarding, UpstreamProtocol};

    let mut head = crate::head::Head::default();
    for line in text.split(|&b| b == b'\n').take(64) {
        // The codec lets no such bytes through.
        let legal = |b: &u8| *b == b'\t' || (*b >= b' ' && *b != 0x7f);
        let Some(colon) = line.iter().position(|&b| b == b':') else {
            continue;
        };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if !name.is_empty() && name.iter().all(u8::is_ascii_graphic) && value.iter().all(legal) {
            head.fields.push(name, value);
        }
    }
    let forwarding = Forwarding {
        forwarded: true,
        ..Forwarding::default()
    };
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    let mut scratch = Vec::new();
    let mut wrong = None;
    for trusted in [false, true] {
        let client = ClientAddress {
            address,
            provenance: Provenance::Peer,
            via_trusted_proxy: trusted,
        };
        let trace = trace::Trace::new(head.fields.all(Known::Traceparent), 1, 1, false);
        let context = RequestContext {
            forwarding: &forwarding,
            trusted_header: ForwardedHeader::XForwardedFor,
            client: &client,
            peer: address,
            scheme: Scheme::Http,
            request_id: b"id",
            trace: &trace,
            to: UpstreamProtocol::Http1,
            withheld: &[],
            session: None,
            consumer: None,
            written: &[],
        };
        request(&head, &context, &mut scratch, |name, value| {
            wrong = wrong.or(complaint(name, value));
        });
    }
    let context = ResponseContext {
        forwarding: &forwarding,
        deprecation: None,
        sunset: None,
        request_id: b"id",
        status: 404,
        received: Version::Http11,
        limited: true,
        cors: true,
    };
    let mut statuses = 0;
    response(&head.fields, &context, &mut scratch, |name, value| {
        wrong = wrong.or(complaint(name, value));
        if Known::of(name) == Known::ProxyStatus {
            statuses += 1;
            if value
                .windows(7)
                .filter(|w| w.eq_ignore_ascii_case(b"postern"))
                .count()
                > 1
                && proxy_status::speakers(value, b"postern") != 1
            {
                wrong = Some("somebody else speaks in our name");
            }
        }
    });
    if statuses != 1 {
        return Err("Proxy-Status does not stand once");
    }
    wrong.map_or(Ok(()), Err)
}

fn complaint(name: &[u8], value: &[u8]) -> Option<&'static str> {
    if is_hop_by_hop(Known::of(name)) {
        return Some("a hop-by-hop field was passed on");
    }
    if name.is_empty()
        || name
            .iter()
            .chain(value)
            .any(|b| matches!(b, b'\r' | b'\n' | 0))
    {
        return Some("a field would break the message");
    }
    None
}
