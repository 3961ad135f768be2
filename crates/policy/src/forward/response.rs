//! From the upstream to the caller.

use super::{Named, is_hop_by_hop, proxy_status, separate, via};
use crate::fields::{Fields, Known};
use crate::head::Version;
use crate::stages::response::attribution;
use postern_model::entity::Forwarding;
use std::io::Write as _;

/// What is said about a response besides what the upstream said.
#[derive(Debug, Clone, Copy)]
pub struct ResponseContext<'a> {
    /// What the gateway calls itself.
    pub forwarding: &'a Forwarding,
    /// [`OperationPlan::deprecation`](crate::stages::upstream::OperationPlan).
    pub deprecation: Option<&'a str>,
    /// [`OperationPlan::sunset`](crate::stages::upstream::OperationPlan).
    pub sunset: Option<&'a str>,
    /// Our id for the request.
    pub request_id: &'a [u8],
    /// The upstream's status.
    pub status: u16,
    /// What the upstream speaks.
    pub received: Version,
    /// Fields about limits of our own follow: the upstream's would contradict them.
    pub limited: bool,
    /// Fields for browsers follow, by our own policy about pages of other origins.
    pub cors: bool,
}

/// Emits the fields that the caller gets. `scratch` is emptied and used.
pub fn response(
    fields: &Fields,
    context: &ResponseContext<'_>,
    scratch: &mut Vec<u8>,
    mut out: impl FnMut(&[u8], &[u8]),
) {
    let named = Named::new(fields);
    for field in fields.iter() {
        let keep = match field.known {
            Known::Other => !(named.drops(&field) || is_replaced(field.name, context)),
            Known::Disguised => {
                !(imitates_us(field.name) || context.limited && is_about_limits(field.name))
            }
            // Ours, or written anew below.
            Known::Postern | Known::ProxyStatus | Known::XRequestId | Known::Via => false,
            known => !is_hop_by_hop(known),
        };
        if keep {
            out(field.name, field.value);
        }
    }
    let own_name = context.forwarding.name.as_bytes();
    let refused = attribution(context.status).is_some();
    if refused || fields.has(Known::ProxyStatus) {
        scratch.clear();
        for value in fields.all(Known::ProxyStatus) {
            proxy_status::copy_others(value, own_name, scratch);
        }
        if refused {
            separate(scratch, b", ");
            scratch.extend_from_slice(own_name);
            // Writing to a vector cannot fail.
            let _ = write!(scratch, "; received-status={}", context.status);
        }
        if !scratch.is_empty() {
            out(b"Proxy-Status", scratch);
        }
    }
    via(
        fields,
        context.received,
        &context.forwarding.name,
        scratch,
        &mut out,
    );
    out(b"X-Request-Id", context.request_id);
    if let Some(deprecation) = context.deprecation {
        out(b"Deprecation", deprecation.as_bytes());
    }
    if let Some(sunset) = context.sunset {
        out(b"Sunset", sunset.as_bytes());
    }
}

/// What we know better than the upstream: about a deprecated version, and about limits of ours.
fn is_replaced(name: &[u8], context: &ResponseContext<'_>) -> bool {
    (context.deprecation.is_some() && name.eq_ignore_ascii_case(b"deprecation"))
        || (context.sunset.is_some() && name.eq_ignore_ascii_case(b"sunset"))
        || (context.limited && is_about_limits(name))
        || (context.cors && begins(name, b"access-control-"))
}

/// `RateLimit`, `RateLimit-Policy`, `X-RateLimit-…`, and what earlier drafts called
/// `RateLimit-Limit` and the like.
fn is_about_limits(name: &[u8]) -> bool {
    begins(name, b"x-ratelimit-")
        || begins(name, b"ratelimit") && matches!(name.get(9), None | Some(b'-' | b'_'))
}

/// `Postern_Denial` is not `Postern-Denial`, but some clients cannot tell.
fn imitates_us(name: &[u8]) -> bool {
    begins(name, b"postern-") || begins(name, b"proxy-status") || begins(name, b"x-request-id")
}

/// Whether a name begins so, whatever the case, and with `_` for `-`.
fn begins(name: &[u8], with: &[u8]) -> bool {
    name.len() >= with.len()
        && name
            .iter()
            .zip(with)
            .all(|(&a, &b)| (if a == b'_' { b'-' } else { a }).eq_ignore_ascii_case(&b))
}
