//! Verifying a credential, and obtaining what that takes: of requests to operations, and of questions
//! to the gateway itself.

use crate::gateway::Core;
use postern_model::entity::Authentication;
use postern_policy::credential::{Heard, Verifier, bearer_token, verify_in};
use postern_policy::facts::{CredentialVerdict, Wanted};
use postern_policy::{Live, Snapshot};

/// A credential that is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looking<'a> {
    pub(super) core: &'a Core,
    pub(super) snapshot: &'a Snapshot<'a>,
    pub(super) live: &'a Live<'a>,
    /// What is accepted.
    pub(super) accepted: &'a Authentication,
}

impl Looking<'_> {
    /// Finds and verifies it. What that takes and is not in memory is obtained once: the keys of a
    /// token's issuer, and what that says of the token.
    pub(super) async fn verdict(&self) -> CredentialVerdict {
        let issuers = &self.core.shared.issuers;
        let mut verdict = self.verify(None);
        if let Some(Wanted::Keys { issuer }) = verdict.wants()
            && issuers.ask(issuer).await
        {
            verdict = self.verify(None);
        }
        let mark = self.snapshot.rules.mark();
        if let Some(Wanted::Answer { issuer }) = verdict.wants()
            && let Some(token) = bearer_token(self.live)
            && let Some(heard) = issuers.about(issuer, token, mark).await
        {
            verdict = self.verify(Some(&heard));
        }
        verdict
    }

    fn verify(&self, heard: Option<&Heard>) -> CredentialVerdict {
        let shared = &self.core.shared;
        let by = Verifier {
            keyer: &shared.keyer,
            keyring: &shared.issuers.keyring(),
            remembered: Some(&self.core.remembered),
            answers: Some(shared.issuers.answers()),
            heard,
        };
        verify_in(self.accepted, self.live, self.snapshot, by)
    }
}
