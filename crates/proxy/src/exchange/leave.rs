//! What a caller was let in by, looked at again while its request takes long.

use super::decide::Deciding;
use crate::connection::Caller;
use crate::gateway::{Core, CoreState};
use postern_model::Denial;
use postern_policy::facts::{CredentialVerdict, GenuineProof, Possession, ProofVerdict, Used};
use postern_policy::head::Head;
use postern_policy::nonce::NonceVerdict;
use postern_policy::{Live, Snapshot};
use postern_proof::Token;
use std::sync::Arc;
use std::time::SystemTime;

/// A request that was let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leave<'a> {
    pub(super) core: &'a Core,
    pub(super) state: &'a CoreState,
    pub(super) caller: &'a Caller,
    pub(super) head: &'a Head,
    pub(super) deciding: &'a Deciding,
}

impl Leave<'_> {
    /// Sees to it that it is looked at when it ends.
    pub(super) fn noted(&self) {
        let identity = self.deciding.walk().identity();
        if let Some(end) = identity.and_then(postern_policy::Identity::ends_at) {
            self.core.ends_at(end);
        }
    }

    /// Why the caller would not be let in any more; none if it would.
    pub(super) fn lapsed(&self) -> Option<Denial> {
        let walk = self.deciding.walk();
        let identity = walk.identity()?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX);
        let known = self.core.shared.browsers.known();
        let verdict = match (&identity.session, &identity.token) {
            (Some(session), _) => match known.again(session, now.div_euclid(1000)) {
                Ok(session) => CredentialVerdict::Session(session),
                Err(fault) => CredentialVerdict::NoSession(fault),
            },
            (None, Some(token)) => held(token, now.div_euclid(1000)),
            (None, None) => CredentialVerdict::Verified {
                id: identity.credential.id.clone(),
            },
        };
        let live = Live::new(self.head, &self.caller.facts, now);
        live.provide_credential(verdict);
        let directory = self.core.shared.directory.load();
        let snapshot = Snapshot {
            rules: &self.state.snapshot().rules,
            directory: &directory,
        };
        let denial = walk.lapsed(&snapshot, &live);
        if denial.is_none() {
            self.noted();
        }
        denial
    }
}

/// A token that was good when it came. That whoever sent it has its key was shown then, once.
/// `now` is Unix time in seconds.
fn held(token: &Arc<Token>, now: i64) -> CredentialVerdict {
    let Some(key) = token.bound_to.clone() else {
        return CredentialVerdict::Token(token.clone());
    };
    let proof = GenuineProof::known(key, now, NonceVerdict::Good, Used::First);
    CredentialVerdict::Possession(Box::new(Possession {
        token: token.clone(),
        proof: ProofVerdict::Genuine(proof),
    }))
}
