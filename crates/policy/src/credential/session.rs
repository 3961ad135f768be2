//! Sessions of browsers, by the secret in their cookie.

use super::{Found, Presented, Verifier};
use crate::cookie;
use crate::facts::{CredentialVerdict, Facts};
use crate::session::SessionFault;
use crate::snapshot::Snapshot;
use postern_model::entity::{Authentication, Name, SessionRule};

/// What stands in the cookie of a service's sessions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    pub(super) rule: &'a SessionRule,
    value: &'a [u8],
}

impl Held<'_> {
    /// The cookie's name, as documents have it.
    pub(super) const fn cookie(&self) -> &Name {
        &self.rule.cookie
    }
}

/// The cookie of sessions. A browser that sends it twice has one that somebody else has planted, and
/// nothing says which: each is taken for a credential.
pub(super) fn find<'a>(
    accepted: &'a Authentication,
    facts: &'a dyn Facts,
    secure: bool,
    found: &mut Found<'a>,
) {
    let Some(rule) = accepted.session.as_deref() else {
        return;
    };
    for (name, value) in cookie::all(facts) {
        if rule.is_cookie(name, secure) {
            found.add(Presented::Session(Held { rule, value }));
        }
    }
}

/// Whether it is a session of the service that is good.
pub(super) fn verify(
    held: &Held<'_>,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let rule = held.rule;
    let issuers = &snapshot.rules.configuration().issuers;
    let (Some(sessions), Some(issuer)) = (by.sessions, issuers.get(rule.issuer)) else {
        return CredentialVerdict::NoSession(SessionFault::NotOurs);
    };
    let is_here = |name: &str, client: Option<&Name>| {
        *name == *issuer.name && client == Some(&rule.client_id)
    };
    let now = facts.now().div_euclid(1000);
    match sessions.find(held.value, now, is_here) {
        Ok(session) => CredentialVerdict::Session(session),
        Err(fault) => CredentialVerdict::NoSession(fault),
    }
}
