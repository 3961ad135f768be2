//! Verifying a credential, and obtaining what that takes: of requests to operations, and of questions
//! to the gateway itself.

use crate::gateway::{Core, CoreState};
use crate::sessions::By;
use postern_model::entity::Authentication;
use postern_policy::client::ClientAddress;
use postern_policy::credential::{Heard, Verifier, bearer_token, question, verify_in};
use postern_policy::facts::{CredentialVerdict, Wanted};
use postern_policy::{Facts as _, Live, Snapshot};
use std::sync::Arc;

/// A credential that is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looking<'a> {
    pub(super) core: &'a Core,
    pub(super) state: &'a CoreState,
    pub(super) snapshot: &'a Snapshot<'a>,
    pub(super) live: &'a Live<'a>,
    /// What is accepted.
    pub(super) accepted: &'a Authentication,
    /// Whether the browser speaks TLS, with us or with a trusted proxy.
    pub(super) secure: bool,
    /// Whose request it is.
    pub(super) client: Option<&'a ClientAddress>,
    /// Whether what may be used once is used with it.
    pub(super) spends: bool,
}

impl Looking<'_> {
    /// Finds and verifies it. What that takes and is not in memory is obtained once: the keys of a
    /// token's issuer, what that says of the token, a session, fresh tokens for one, and whether a
    /// password is right.
    pub(super) async fn verdict(&self) -> CredentialVerdict {
        let shared = &self.core.shared;
        let mark = self.snapshot.rules.mark();
        let mut verdict = self.verify(None);
        let mut turns = 0;
        while let Some(wanted) = verdict.wants() {
            // What was obtained and is not enough would not be after another time.
            let turn = turn(&wanted);
            if turn <= turns {
                break;
            }
            turns = turn;
            let mut heard = None;
            let obtained = match wanted {
                Wanted::Keys { issuer } => shared.issuers.ask(issuer).await,
                Wanted::Answer { issuer } => {
                    if let Some(token) = bearer_token(self.live) {
                        heard = shared.issuers.about(issuer, token, mark).await;
                    }
                    heard.is_some()
                }
                Wanted::Session(digest) => shared.browsers.load(*digest).await,
                Wanted::FreshTokens(digest) => match self.refreshes() {
                    Some(by) => shared.browsers.refresh(*digest, by).await,
                    None => false,
                },
                Wanted::Password => self.check_password().await,
                Wanted::Once(_) => false,
            };
            if !obtained {
                break;
            }
            verdict = self.verify(heard.as_deref());
        }
        if let CredentialVerdict::Session(session) = &verdict {
            shared.browsers.used(session);
            (shared.browsers).refresh_ahead(session.digest, || self.refreshes());
        }
        if let Some(Wanted::Once(once)) = verdict.wants() {
            let counting = &self.core.shared.counting;
            verdict.used(counting.once(once, self.spends, self.live.now()));
        }
        verdict
    }

    /// What tokens of sessions are refreshed by.
    fn refreshes(&self) -> Option<By> {
        let rule = self.accepted.session.as_deref()?;
        let keyring = self.core.shared.issuers.keyring();
        By::new(rule, self.state.snapshot(), Arc::clone(&keyring))
    }

    /// Finds out whether the password that was sent is right; says whether that was found out.
    async fn check_password(&self) -> bool {
        let asked = self.by(None, |by| {
            question(self.accepted, self.live, self.snapshot, by)
        });
        let now = self.live.now();
        match asked {
            Some(asked) => self.core.shared.passwords.check(asked, now).await,
            None => false,
        }
    }

    fn verify(&self, heard: Option<&Heard>) -> CredentialVerdict {
        self.by(heard, |by| {
            verify_in(self.accepted, self.live, self.snapshot, by)
        })
    }

    /// Does something with what credentials are verified with.
    fn by<T>(&self, heard: Option<&Heard>, work: impl FnOnce(Verifier<'_>) -> T) -> T {
        let shared = &self.core.shared;
        work(Verifier {
            keyer: &shared.keyer,
            keyring: &shared.issuers.keyring(),
            client: self.client,
            remembered: Some(&self.core.remembered),
            answers: Some(shared.issuers.answers()),
            heard,
            sessions: Some(shared.browsers.known()),
            secure: self.secure,
            passwords: Some(&shared.passwords.known),
        })
    }
}

/// When something is obtained: a session that is read may need tokens besides, and a token whose
/// keys are known an answer.
const fn turn(wanted: &Wanted<'_>) -> u8 {
    match wanted {
        // Once it is known that everything else is good.
        Wanted::Once(_) => 0,
        Wanted::Keys { .. } | Wanted::Session(_) | Wanted::Password => 1,
        Wanted::Answer { .. } | Wanted::FreshTokens(_) => 2,
    }
}
