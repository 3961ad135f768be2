//! Verifying a credential, and obtaining what that takes: of requests to operations, and of questions
//! to the gateway itself.

use crate::gateway::Core;
use postern_model::entity::Authentication;
use postern_policy::credential::{Verifier, verify_in};
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
    /// Finds and verifies it. What that takes and is not in memory is obtained once.
    pub(super) async fn verdict(&self) -> CredentialVerdict {
        let verdict = self.verify();
        let obtained = match verdict.wants() {
            None => false,
            Some(Wanted::Keys { issuer }) => self.core.shared.issuers.ask(issuer).await,
        };
        if obtained { self.verify() } else { verdict }
    }

    fn verify(&self) -> CredentialVerdict {
        let shared = &self.core.shared;
        let by = Verifier {
            keyer: &shared.keyer,
            keyring: &shared.issuers.keyring(),
            remembered: Some(&self.core.remembered),
        };
        verify_in(self.accepted, self.live, self.snapshot, by)
    }
}
