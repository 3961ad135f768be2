//! People whom their provider has signed out (OpenID Connect Back-Channel Logout 1.0).

use super::kept::Kept;
use super::sign_in::{away, provider, shown};
use super::{Browsers, Inner, KeepAway, digest, now};
use crate::issuers::Issuers;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Issuer, Name};
use postern_policy::facts::Once;
use postern_policy::session::{How, Whose};
use postern_proof::id_token::IdFault;
use postern_proof::logout_token::{self, Logout};
use postern_proof::{Fault, Trusted};

/// How long it is remembered at most that a token was used, in seconds. One that is older ends
/// nothing that anybody would miss: sessions that began after it was made go on.
const REMEMBERED: i64 = 60 * 60;

/// An issuer that signs people in on a host, and what services are called there.
#[derive(Debug)]
pub(crate) struct Clients<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) ids: Vec<&'a Name>,
}

/// A logout that is believed.
#[derive(Debug)]
pub(crate) struct Believed<'a> {
    pub(crate) logout: Logout,
    pub(crate) issuer: &'a Issuer,
    /// It counts once.
    pub(crate) once: Once,
}

/// Nobody was signed out (§2.8).
pub(crate) fn refused(error: &str) -> Denial {
    Denial::new(Code::SessionInvalid)
        .status(400)
        .saw("signing", "out")
        .saw("error", shown(error))
}

fn not_accepted(fault: &IdFault) -> Denial {
    refused(&format!("the token {}", fault.words()))
}

impl Browsers {
    /// Whom a token signs out, if it is one of an issuer that signs people in here. The issuer's
    /// keys are fetched if they are not known.
    ///
    /// # Errors
    /// Why it is not believed.
    pub(crate) async fn believed<'a>(
        &self,
        token: &[u8],
        clients: &'a [Clients<'a>],
        issuers: &Issuers,
    ) -> Result<Believed<'a>, Denial> {
        let said = logout_token::issuer(token).map_err(|fault| not_accepted(&fault))?;
        let is_said = |one: &&Clients<'_>| said.as_deref() == Some(&*one.issuer.iss);
        let mut denial = refused("the token is of an issuer that signs nobody in here");
        for one in clients.iter().filter(is_said) {
            match checked(token, one, issuers).await {
                Ok(logout) => {
                    let issuer = one.issuer;
                    let once = self.inner.once(&logout, issuer);
                    return Ok(Believed {
                        logout,
                        issuer,
                        once,
                    });
                }
                Err(why) => denial = why,
            }
        }
        Err(denial)
    }

    /// Ends the sessions that a logout is about, on every node; how many.
    ///
    /// # Errors
    /// It is not certain that they have ended.
    pub(crate) async fn log_out(&self, believed: Believed<'_>) -> Result<usize, Denial> {
        let Believed { logout, issuer, .. } = believed;
        let leeway = i64::try_from(issuer.leeway.as_secs()).unwrap_or(i64::MAX);
        let of = Of {
            issuer: issuer.name.clone(),
            before: logout.issued_at.saturating_add(leeway),
            logout,
        };
        let inner = self.inner.clone();
        let ended = self
            .outside(async move { inner.end_those(&of).await })
            .await;
        let ended = ended.unwrap_or_else(|| Err(KeepAway("it takes too long".to_owned())));
        ended.map_err(|KeepAway(error)| away(&error))
    }
}

/// Which sessions end.
struct Of {
    issuer: Name,
    /// Those that began by then: whoever has signed in since is not meant.
    before: i64,
    logout: Logout,
}

impl Of {
    fn is(&self, kept: &Kept) -> bool {
        let token = &kept.token;
        let (client, subject) = (token.client.as_ref(), self.logout.subject.as_ref());
        token.issuer == self.issuer
            && client.is_some_and(|client| self.logout.clients.contains(client))
            && subject.is_none_or(|subject| token.subject.as_ref() == Some(subject))
            && kept.begun_at <= self.before
    }
}

impl Inner {
    async fn end_those(&self, of: &Of) -> Result<usize, KeepAway> {
        let (issuer, logout) = (&of.issuer, &of.logout);
        let subject = logout.subject.as_deref().unwrap_or_default();
        let session = logout.session.as_deref();
        let whose = Whose {
            person: self.person(issuer, subject),
            at_provider: session.map(|session| self.at_provider(issuer, session)),
        };
        let mut ended = 0;
        for (key, value) in self.outside.keep.of(&whose).await? {
            if !Kept::read(&value).is_some_and(|kept| of.is(&kept)) {
                continue;
            }
            if let Some(digest) = digest(&key) {
                self.known.gone(digest, now());
            }
            if self.outside.keep.end(&key, How::Provider).await? {
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// What a token is remembered by.
    fn once(&self, logout: &Logout, issuer: &Issuer) -> Once {
        let name = format!("logout\n{}\n{}", issuer.name, logout.id);
        let kept = self.known.key().name(name.as_bytes()).0;
        let thing = kept.first_chunk().copied().unwrap_or_default();
        let leeway = i64::try_from(issuer.leeway.as_secs()).unwrap_or(i64::MAX);
        let over = logout.expires_at.saturating_add(leeway).saturating_add(1);
        Once {
            thing: u128::from_be_bytes(thing),
            until: over.min(now().saturating_add(REMEMBERED)),
        }
    }
}

async fn checked(token: &[u8], clients: &Clients<'_>, issuers: &Issuers) -> Result<Logout, Denial> {
    let issuer = clients.issuer;
    let check = || match &issuers.keyring().of(&issuer.name).known {
        Some(keys) => {
            let by = Trusted { issuer, keys };
            logout_token::verify(token, &by, &clients.ids, now()).map_err(Some)
        }
        None => Err(None),
    };
    let mut checked = check();
    if matches!(
        checked,
        Err(None | Some(IdFault::NotGenuine(Fault::KeyUnknown { .. })))
    ) && issuers.ask(&issuer.name).await
    {
        checked = check();
    }
    checked.map_err(|fault| match fault {
        Some(fault) => not_accepted(&fault),
        None => provider(issuer, "its keys cannot be had"),
    })
}

#[cfg(test)]
mod tests;
