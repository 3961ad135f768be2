//! Bearer tokens (RFC 6750 §2.1), of which those are read that an issuer signed.

use crate::facts::{CredentialVerdict, Facts, OtherKind};
use crate::fields::Known;
use crate::snapshot::Snapshot;
use postern_model::entity::Authentication;
use postern_model::key::ApiKey;
use postern_proof::{Keyring, Keys, Trusted, Unverified};
use std::sync::Arc;

/// The token of a request, if it brings one.
pub(super) fn token(facts: &dyn Facts) -> Option<&[u8]> {
    of(facts.header(Known::Authorization, 0)?)
}

/// The token in a value of `Authorization`; `None` where it is of another scheme. The scheme may be
/// written in any case (RFC 9110 §11.1).
pub(super) fn of(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked("bearer".len())?;
    let ends = rest.first().is_none_or(|&byte| byte == b' ');
    (scheme.eq_ignore_ascii_case(b"bearer") && ends).then(|| rest.trim_ascii())
}

/// Whether a token is genuine.
pub(super) fn verify(
    token: &[u8],
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
    keyring: &Keyring,
) -> CredentialVerdict {
    if ApiKey::parse(token).is_ok() {
        return CredentialVerdict::KindNotAccepted {
            sent: OtherKind::KeyAsBearer,
        };
    }
    let token = match Unverified::parse(token) {
        Ok(token) => token,
        Err(fault) => return CredentialVerdict::TokenFault(fault),
    };
    let all = &snapshot.rules.configuration().issuers;
    let mut issuers = accepted.issuers.iter().filter_map(|&at| all.get(at));
    let Some(issuer) = issuers.find(|issuer| Some(&*issuer.iss) == token.issuer()) else {
        return CredentialVerdict::TokenFault(token.of_nobody());
    };
    match keyring.of(&issuer.name) {
        Keys::Known(keys) => match token.verify(&Trusted { issuer, keys }) {
            Ok(token) => CredentialVerdict::Token(Arc::new(token)),
            Err(fault) => CredentialVerdict::TokenFault(fault),
        },
        Keys::Missing { since, error } => CredentialVerdict::NoKeys {
            issuer: issuer.name.clone(),
            since: *since,
            error: error.clone(),
        },
    }
}
