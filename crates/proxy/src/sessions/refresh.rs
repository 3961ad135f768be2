//! Fresh tokens for sessions, before those that there are end (OpenID Connect Core 1.0 §12).
//!
//! One attempt at a time for a session on a node, and on all nodes together: whoever attempts it has
//! put a claim into what is kept, for a refresh token that is shown twice may end the session.

use super::kept::{Kept, Tokens};
use super::{Browsers, Client, Granted, Inner, KeepAway, SignOnFault, key, now};
use crate::gateway::Snapshot;
use postern_model::Secret;
use postern_model::entity::{Issuer, KeyDigest, SessionRule};
use postern_policy::session::Failed;
use postern_proof::id_token::{self, Expected, IdFault};
use postern_proof::{Fault, Keyring, Token, Trusted};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long before its tokens end a session gets new ones, in seconds; of tokens that last shorter
/// than three times that, a third of their time.
const AHEAD: u32 = 30;
/// How long a provider that could not be asked is left alone, in seconds.
const REST: i64 = 5;
/// How long a claim counts, in seconds: longer than an attempt takes.
const CLAIMED: i64 = 15;
/// How often, and how many times, it is looked what another node makes of its claim.
const LOOK: Duration = Duration::from_millis(300);
const LOOKS: usize = 20;

/// For which service tokens are refreshed, and by what they are checked.
#[derive(Debug)]
pub(crate) struct By {
    client: Client,
    issuer: Issuer,
    keyring: Arc<Keyring>,
}

impl By {
    /// `None`: the service's issuer is gone.
    pub(crate) fn new(
        rule: &SessionRule,
        snapshot: &Snapshot,
        keyring: Arc<Keyring>,
    ) -> Option<Self> {
        let issuer = snapshot.configuration().issuers.get(rule.issuer)?;
        Some(Self {
            // Where browsers come back to is filled in when it is known.
            client: super::client(rule, issuer, "", snapshot),
            issuer: issuer.clone(),
            keyring,
        })
    }
}

/// Until when tokens are good, and from when on better ones are got.
pub(super) fn times(granted: &Granted, now: i64) -> Option<(i64, i64)> {
    granted.refresh_token.as_ref()?;
    let lasts = granted.expires_in?;
    let ahead = AHEAD.min(lasts / 3);
    Some((now.saturating_add(i64::from(lasts)), i64::from(ahead)))
}

impl Browsers {
    /// Gets fresh tokens, and waits for what comes of it; whether anything is known of that.
    pub(crate) async fn refresh(&self, digest: KeyDigest, by: By) -> bool {
        let inner = self.inner.clone();
        let done = self.outside(async move { inner.refresh(digest, &by).await });
        done.await.is_some()
    }

    /// Gets fresh tokens where those that there are end soon; nobody waits for that.
    pub(crate) fn refresh_ahead(&self, digest: KeyDigest, by: impl FnOnce() -> Option<By>) {
        if !self.inner.known.is_to_refresh(&digest, now()) {
            return;
        }
        let inner = self.inner.clone();
        if let (Some(runtime), Some(by), true) =
            (&self.runtime, by(), !self.inner.is_under_way(&digest))
        {
            runtime.spawn(async move { inner.refresh(digest, &by).await });
        }
    }
}

impl Inner {
    /// Whether an attempt for a session is under way.
    fn is_under_way(&self, digest: &KeyDigest) -> bool {
        let flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights
            .get(digest)
            .is_some_and(|one| one.strong_count() > 0)
    }

    fn flight(&self, digest: KeyDigest) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = flights.get(&digest).and_then(std::sync::Weak::upgrade) {
            return one;
        }
        flights.retain(|_, one| one.strong_count() > 0);
        let one = Arc::new(tokio::sync::Mutex::new(()));
        flights.insert(digest, Arc::downgrade(&one));
        one
    }

    async fn refresh(&self, digest: KeyDigest, by: &By) {
        let flight = self.flight(digest);
        let _held = flight.lock().await;
        for _ in 0..LOOKS {
            // Whoever was faster has done it for all who waited.
            if !self.known.is_to_refresh(&digest, now()) {
                return;
            }
            match self.attempt(digest, by).await {
                Ok(Attempt::Done) => return,
                Ok(Attempt::OfAnother) => tokio::time::sleep(LOOK).await,
                Err(KeepAway(error)) => {
                    tracing::warn!("tokens of a session cannot be refreshed: {error}");
                    return;
                }
            }
        }
    }

    async fn attempt(&self, digest: KeyDigest, by: &By) -> Result<Attempt, KeepAway> {
        let key = key(&digest);
        let Some(value) = self.outside.keep.get(&key).await? else {
            self.lost(digest).await;
            return Ok(Attempt::Done);
        };
        let Some(mut kept) = Kept::read(&value) else {
            return Ok(Attempt::Done);
        };
        let is_claimed = kept.refreshing_until.is_some_and(|until| now() < until);
        if is_claimed {
            return Ok(Attempt::OfAnother);
        }
        if !kept.is_to_refresh(now()) {
            self.known.put(kept.known(digest), now());
            return Ok(Attempt::Done);
        }
        let Some(token) = self.open_tokens(&kept).and_then(|all| all.refresh_token) else {
            return Ok(Attempt::Done);
        };
        kept.refreshing_until = Some(now().saturating_add(CLAIMED));
        let claimed = kept.written();
        let gone_at = kept.gone_at();
        let swap = self
            .outside
            .keep
            .swap(&key, value, claimed.clone(), gone_at);
        if !swap.await? {
            return Ok(Attempt::OfAnother);
        }
        let client = Client {
            redirect_uri: format!("{}{}", kept.origin, by.client.redirect_uri).into(),
            ..by.client.clone()
        };
        let answer = self
            .outside
            .sign_on
            .refresh(client, Secret::new(token))
            .await;
        kept.refreshing_until = None;
        let mut failed = None;
        match answer {
            Ok(granted) => failed = self.granted(&mut kept, granted, by),
            Err(SignOnFault::Refused(error)) => {
                tracing::info!(session = %postern_policy::session::Session::id_of(&digest), "a session ends: {error}");
                kept.refused_at = Some(now());
                kept.sealed = String::new();
            }
            Err(SignOnFault::Provider(error) | SignOnFault::Gateway(error)) => {
                failed = Some(error);
            }
        }
        let gone_at = kept.gone_at();
        let swap = self
            .outside
            .keep
            .swap(&key, claimed, kept.written(), gone_at);
        if !swap.await? {
            // It was ended meanwhile.
            self.lost(digest).await;
            return Ok(Attempt::Done);
        }
        let mut read = kept.known(digest);
        read.tokens.failed = failed.map(|error| Failed {
            since: (self.known.failed_since(&digest)).unwrap_or_else(|| now().saturating_mul(1000)),
            again_at: now().saturating_add(REST),
            error: error.into(),
        });
        self.known.put(read, now());
        Ok(Attempt::Done)
    }

    /// Takes over what was granted; why not, if what it says of who it is cannot be believed. The
    /// refresh token is kept in any case: the one before it is good for nothing any more.
    fn granted(&self, kept: &mut Kept, mut granted: Granted, by: &By) -> Option<String> {
        let before = self.open_tokens(kept).unwrap_or_default();
        let mut tokens = Tokens {
            id_token: before.id_token,
            refresh_token: (granted.refresh_token.as_ref())
                .map(|token| token.expose().clone())
                .or(before.refresh_token),
        };
        let said = granted.id_token.as_ref().map(|id_token| {
            let checked = checked(id_token, kept, &granted, by);
            (id_token.expose().clone(), checked)
        });
        let mut wrong = None;
        match said {
            Some((id_token, Ok(token))) => {
                tokens.id_token = Some(id_token);
                kept.token = Token {
                    scopes: kept.token.scopes.clone(),
                    ..token
                };
            }
            // Its keys are fetched in their own time; the session is still that of the same person.
            Some((_, Err(None | Some(IdFault::NotGenuine(Fault::KeyUnknown { .. }))))) | None => {}
            Some((_, Err(Some(fault)))) => {
                wrong = Some(format!(
                    "its ID token is not accepted: it {}",
                    fault.words()
                ));
            }
        }
        if let Some(sealed) = self.seal_tokens(&tokens) {
            kept.sealed = sealed;
        }
        if wrong.is_some() {
            return wrong;
        }
        if let (Some(scope), Some(_)) = (&granted.scope, &kept.token.scopes) {
            kept.token.scopes = Some(super::sign_in::scopes(scope));
        }
        granted.refresh_token = tokens.refresh_token.map(Secret::new);
        let times = times(&granted, now());
        kept.fresh_until = times.map(|(until, _)| until);
        kept.ahead = times.map_or(0, |(_, ahead)| ahead);
        None
    }
}

fn checked(
    id_token: &Secret<String>,
    kept: &Kept,
    granted: &Granted,
    by: &By,
) -> Result<Token, Option<IdFault>> {
    let Some(keys) = &by.keyring.of(&by.issuer.name).known else {
        return Err(None);
    };
    let issuer = &by.issuer;
    let access = granted.access_token.as_ref();
    let expected = Expected {
        client_id: &by.client.id,
        nonce: None,
        subject: kept.token.subject.as_deref(),
        access_token: access.map(|token| token.expose().as_str()),
        now: now(),
    };
    let trusted = Trusted { issuer, keys };
    id_token::verify(id_token.expose().as_bytes(), &trusted, &expected).map_err(Some)
}

/// What an attempt was.
enum Attempt {
    /// Over, for better or worse.
    Done,
    /// Another node's, who is at it.
    OfAnother,
}

#[cfg(test)]
mod tests;
