//! Bearer tokens (RFC 6750 §2.1), of which those are read that an issuer signed.

use super::{Found, Presented, Verifier, scheme};
use crate::facts::{CredentialVerdict, Facts, OtherKind, values};
use crate::fields::Known;
use crate::snapshot::Snapshot;
use postern_model::entity::{Authentication, Issuer};
use postern_model::key::ApiKey;
use postern_proof::{Fault, KeySet, Keys, Token, Trusted, Unverified};
use std::sync::Arc;

/// The bearer token of a request. `Authorization` stands once (RFC 9110 §5.3): where it is there
/// again, each is taken for a credential.
pub(super) fn find<'a>(facts: &'a dyn Facts, found: &mut Found<'a>) {
    if !values(facts, Known::Authorization).any(|value| scheme::after(value, "bearer").is_some()) {
        return;
    }
    for value in values(facts, Known::Authorization) {
        found.add(Presented::Bearer(
            scheme::after(value, "bearer").unwrap_or(value),
        ));
    }
}

/// Whether a token is genuine.
pub(super) fn verify(
    token: &[u8],
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    if ApiKey::parse(token).is_ok() {
        return CredentialVerdict::KindNotAccepted {
            sent: OtherKind::KeyAsBearer,
        };
    }
    let all = &snapshot.rules.configuration().issuers;
    let mut issuers = accepted.issuers.iter().filter_map(|&at| all.get(at));
    let mark = snapshot.rules.mark();
    let remembered = by.remembered.map(|all| (all, all.name(token)));
    if let Some((remembered, name)) = &remembered {
        let is_current = |said: &Token, keys: &Arc<KeySet>| {
            let accepted = issuers.clone().any(|issuer| issuer.name == said.issuer);
            let now = by.keyring.of(&said.issuer);
            accepted && matches!(&now.known, Some(known) if Arc::ptr_eq(known, keys))
        };
        if let Some(token) = remembered.get(name, mark, is_current) {
            return CredentialVerdict::Token(token);
        }
    }
    let token = match Unverified::parse(token) {
        Ok(token) => token,
        Err(fault) => return CredentialVerdict::TokenFault(fault),
    };
    let Some(issuer) = issuers.find(|issuer| Some(&*issuer.iss) == token.issuer()) else {
        return CredentialVerdict::TokenFault(token.of_nobody());
    };
    let now = by.keyring.of(&issuer.name);
    let Some(keys) = &now.known else {
        return no_keys(issuer, now);
    };
    match token.verify(&Trusted { issuer, keys }) {
        Ok(token) => {
            let token = Arc::new(token);
            if let Some((remembered, name)) = remembered {
                remembered.put(name, mark, &token, keys);
            }
            CredentialVerdict::Token(token)
        }
        // Its issuer may have made that key since it was last heard of.
        Err(Fault::KeyUnknown { .. }) if now.away.is_some() => no_keys(issuer, now),
        Err(fault) => CredentialVerdict::TokenFault(fault),
    }
}

/// The keys that it takes are not to be had.
fn no_keys(issuer: &Issuer, keys: &Keys) -> CredentialVerdict {
    CredentialVerdict::NoKeys {
        issuer: issuer.name.clone(),
        since: keys.away.as_ref().map(|away| away.since),
        error: keys.away.as_ref().map(|away| away.error.clone()),
    }
}
