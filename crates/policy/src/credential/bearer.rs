//! Bearer tokens (RFC 6750 §2.1): those that an issuer signed, and those that it is asked about.

use super::{Found, Presented, Verifier, asked, scheme};
use crate::facts::{CredentialVerdict, Facts, OtherKind, values};
use crate::fields::Known;
use crate::snapshot::Snapshot;
use postern_model::entity::{Authentication, Issuer, JwtProof, KeyDigest};
use postern_model::key::ApiKey;
use postern_proof::introspection::may_be_opaque;
use postern_proof::{Fault, KeySet, Keys, Token, Trusted, Unverified};
use std::sync::Arc;

/// The token of a request, by itself or, where that is accepted, with a proof. `Authorization`
/// stands once (RFC 9110 §5.3): where it is there again, each is taken for a credential.
pub(super) fn find<'a>(accepted: &Authentication, facts: &'a dyn Facts, found: &mut Found<'a>) {
    if !values(facts, Known::Authorization).any(|value| sent(value, accepted).is_some()) {
        return;
    }
    for value in values(facts, Known::Authorization) {
        found.add(sent(value, accepted).unwrap_or(Presented::Bearer(value)));
    }
}

/// The token of a request that has one, for whoever asks its issuer about it.
pub fn of_request(facts: &dyn Facts) -> Option<&[u8]> {
    let value = facts.header(Known::Authorization, 0)?;
    scheme::after(value, "bearer").or_else(|| scheme::after(value, "dpop"))
}

/// The token in a value of `Authorization`, if it is of a scheme for tokens that are accepted.
pub(super) fn sent<'a>(value: &'a [u8], accepted: &Authentication) -> Option<Presented<'a>> {
    if let Some(token) = scheme::after(value, "bearer") {
        return Some(Presented::Bearer(token));
    }
    accepted.dpop.as_ref()?;
    scheme::after(value, "dpop").map(Presented::Possession)
}

/// Whether a token is genuine.
pub(super) fn verify(
    token: &[u8],
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    if ApiKey::parse(token).is_ok() {
        return CredentialVerdict::KindNotAccepted {
            sent: OtherKind::KeyAsBearer,
        };
    }
    let trial = Trial {
        token,
        accepted,
        facts,
        snapshot,
        by,
    };
    let name = by.remembered.map(|all| all.name(token));
    if let Some(verdict) = name.as_ref().and_then(|name| trial.remembered(name)) {
        return verdict;
    }
    trial.verdict(name)
}

/// One token, and what it is judged by.
#[derive(Clone, Copy)]
struct Trial<'a> {
    token: &'a [u8],
    accepted: &'a Authentication,
    facts: &'a dyn Facts,
    snapshot: &'a Snapshot<'a>,
    by: Verifier<'a>,
}

impl<'a> Trial<'a> {
    /// Whose tokens are accepted.
    fn issuers(&self) -> impl Iterator<Item = &'a Issuer> {
        let all = &self.snapshot.rules.configuration().issuers;
        self.accepted.issuers.iter().filter_map(|&at| all.get(at))
    }

    /// What was found out about the same token before.
    fn remembered(&self, name: &KeyDigest) -> Option<CredentialVerdict> {
        let mut issuer = None;
        let is_current = |said: &Token, keys: &Arc<KeySet>| {
            issuer = self.issuers().find(|issuer| issuer.name == said.issuer);
            let now = self.by.keyring.of(&said.issuer);
            issuer.is_some() && matches!(&now.known, Some(known) if Arc::ptr_eq(known, keys))
        };
        let mark = self.snapshot.rules.mark();
        let token = self.by.remembered?.get(name, mark, is_current)?;
        Some(self.genuine(issuer?, token))
    }

    fn verdict(&self, name: Option<KeyDigest>) -> CredentialVerdict {
        let token = match Unverified::parse(self.token) {
            Ok(token) => token,
            Err(fault) => {
                let all = &self.snapshot.rules.configuration().issuers;
                let asked = self.accepted.opaque.and_then(|at| all.get(at));
                return match asked.filter(|_| may_be_opaque(self.token)) {
                    Some(issuer) => self.asked(issuer, None),
                    None => CredentialVerdict::TokenFault(fault),
                };
            }
        };
        let mut issuers = self.issuers();
        let Some(issuer) = issuers.find(|issuer| Some(&*issuer.iss) == token.issuer()) else {
            return CredentialVerdict::TokenFault(token.of_nobody());
        };
        if (issuer.introspects_jwt()).is_some_and(|asked| asked.jwt == JwtProof::Introspection) {
            return self.asked(issuer, None);
        }
        let now = self.by.keyring.of(&issuer.name);
        let Some(keys) = &now.known else {
            return no_keys(issuer, now);
        };
        match token.verify(&Trusted { issuer, keys }) {
            Ok(token) => {
                let token = Arc::new(token);
                if let Some((remembered, name)) = self.by.remembered.zip(name) {
                    remembered.put(name, self.snapshot.rules.mark(), &token, keys);
                }
                self.genuine(issuer, token)
            }
            // Its issuer may have made that key since it was last heard of.
            Err(Fault::KeyUnknown { .. }) if now.away.is_some() => no_keys(issuer, now),
            Err(fault) => CredentialVerdict::TokenFault(fault),
        }
    }

    /// A token that the issuer signed.
    fn genuine(&self, issuer: &Issuer, token: Arc<Token>) -> CredentialVerdict {
        if issuer.introspects_jwt().is_some() {
            self.asked(issuer, Some(token))
        } else {
            CredentialVerdict::Token(token)
        }
    }

    fn asked(&self, issuer: &Issuer, signed: Option<Arc<Token>>) -> CredentialVerdict {
        asked::verify(
            self.token,
            issuer,
            signed,
            self.facts,
            self.snapshot,
            self.by,
        )
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
