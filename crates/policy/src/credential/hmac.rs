//! Signatures in `Authorization`, as clients of other gateways make them
//! (draft-cavage-http-signatures-12, and Kong's `hmac`).

use super::{Found, Presented, scheme};
use crate::facts::{Facts, values};
use crate::fields::Known;

/// What stands behind the scheme, if it is one of these.
pub(super) fn after(value: &[u8]) -> Option<&[u8]> {
    let mut schemes = ["signature", "hmac"].into_iter();
    schemes.find_map(|name| scheme::after(value, name))
}

/// The signature of a request. `Authorization` stands once (RFC 9110 §5.3).
pub(super) fn find<'a>(facts: &'a dyn Facts, found: &mut Found<'a>) {
    if values(facts, Known::Authorization).any(|value| after(value).is_some()) {
        for value in values(facts, Known::Authorization) {
            found.add(Presented::Hmac(after(value).unwrap_or(value)));
        }
    }
}
