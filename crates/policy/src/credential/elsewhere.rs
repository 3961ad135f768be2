//! Credentials of kinds that are not accepted, in the places where those usually stand.

use super::signature::FIELDS;
use super::{hmac, scheme};
use crate::facts::{CredentialVerdict, Facts, OtherKind};
use crate::fields::Known;
use postern_model::entity::{Authentication, CredentialKind};
use postern_model::key::ApiKey;

/// A header in which most callers send API keys.
const USUAL: &[u8] = b"x-api-key";

/// What a request brings that has nothing of what is accepted.
pub(super) fn verdict(accepted: &Authentication, facts: &dyn Facts) -> CredentialVerdict {
    let not = |sent| CredentialVerdict::KindNotAccepted { sent };
    if !accepted.accepts(CredentialKind::ApiKey)
        && let Some(value) = facts.header_named(USUAL, 0)
        && ApiKey::parse(value).is_ok()
    {
        return not(OtherKind::ApiKey);
    }
    let Some(value) = facts.header(Known::Authorization, 0) else {
        let is_signed = !accepted.accepts(CredentialKind::Signature)
            && (FIELDS.iter()).all(|name| facts.header_named(name.as_bytes(), 0).is_some());
        return if is_signed {
            not(OtherKind::Signature)
        } else {
            CredentialVerdict::Missing
        };
    };
    if let Some(token) = scheme::after(value, "bearer") {
        return not(if ApiKey::parse(token).is_ok() {
            OtherKind::KeyAsBearer
        } else {
            OtherKind::Bearer
        });
    }
    if hmac::after(value).is_some() {
        return not(OtherKind::Hmac);
    }
    if scheme::after(value, "dpop").is_some() {
        return not(OtherKind::Dpop);
    }
    if scheme::after(value, "basic").is_some() {
        return not(OtherKind::Basic);
    }
    CredentialVerdict::Missing
}
