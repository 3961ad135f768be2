//! Sessions of browsers: people are signed in by OpenID Connect, and known again by a cookie.
//!
//! What a node knows lately is in memory ([`postern_policy::session::Sessions`]); all of it is
//! [kept](Keep) elsewhere, so that it outlives a restart and other nodes know it too. A request
//! whose session is not in memory waits a moment while it is read. Whatever asks others runs on the
//! runtime that the gateway was started on, and goes on if the browser does not wait for it.

mod kept;
mod logout;
mod outside;
mod refresh;
mod seal;
mod sign_in;

pub use kept::Kept;
pub(crate) use logout::{Clients, refused as logout_refused};
pub use outside::{
    Asking, Begun, Client, Granted, Keep, KeepAway, NobodyKeeps, Outside, SignOn, SignOnFault,
};
pub(crate) use refresh::By;
pub(crate) use sign_in::{Place, SignedIn, forgotten, percent_encode};

use crate::gateway::Snapshot;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use postern_model::entity::{Issuer, KeyDigest, Name, SessionRule};
use postern_model::key::Keyer;
use postern_policy::session::{Closed, How, Session, SessionFault, Sessions};
use seal::Seal;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;

/// How long a request waits for what others keep or know.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is written down that a session is used, in seconds.
const NOTED_EVERY: i64 = 60;

/// The sessions of a gateway.
#[derive(Debug)]
pub(crate) struct Browsers {
    inner: Arc<Inner>,
    runtime: Option<Handle>,
    /// Sessions that somebody has ended, as far as this node has learned of it.
    endings: AtomicU64,
}

#[derive(Debug)]
struct Inner {
    known: Sessions,
    outside: Outside,
    seal: Seal,
    /// Whose tokens are being refreshed.
    flights: Mutex<HashMap<KeyDigest, Weak<tokio::sync::Mutex<()>>>>,
}

/// Unix time in seconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

/// What a session is kept under.
fn key(digest: &KeyDigest) -> String {
    let mut key = String::with_capacity(64);
    for byte in digest.0 {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

/// The digest that a session is kept under.
fn digest(key: &str) -> Option<KeyDigest> {
    let mut digest = [0; 32];
    let fits = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (slot, pair) in digest.iter_mut().zip(key.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    fits.then_some(KeyDigest(digest))
}

impl Browsers {
    /// Those of nobody yet. Others are asked on the runtime that this is called on.
    pub(crate) fn new(keyer: &Keyer, outside: Outside) -> Self {
        let inner = Inner {
            known: Sessions::new(keyer),
            outside,
            seal: Seal::new(keyer),
            flights: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
            runtime: Handle::try_current().ok(),
            endings: AtomicU64::new(0),
        }
    }

    /// What is in memory.
    pub(crate) fn known(&self) -> &Sessions {
        &self.inner.known
    }

    /// Has others do something, and waits for it; `None`: there is nobody to do it, or it takes too
    /// long.
    async fn outside<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let task = self.runtime.as_ref()?.spawn(work);
        tokio::time::timeout(PATIENCE, task).await.ok()?.ok()
    }

    /// Reads a session that is not in memory; whether that could be told.
    pub(crate) async fn load(&self, digest: KeyDigest) -> bool {
        let inner = self.inner.clone();
        let read = self.outside(async move { inner.read(digest).await }).await;
        read.unwrap_or(false)
    }

    /// The session whose secret that is, if it is one of the place that is good.
    pub(crate) async fn shown(&self, secret: &[u8], place: &Place<'_>) -> Option<Arc<Session>> {
        let find = || {
            let is_here = |issuer: &str, client: Option<&Name>| place.is_of(issuer, client);
            self.inner.known.find(secret, now(), is_here)
        };
        match find() {
            Err(SessionFault::NotLoaded { digest }) if self.load(digest).await => find().ok(),
            found => found.ok(),
        }
    }

    /// Writes down, now and then, that a session is used.
    pub(crate) fn used(&self, session: &Session) {
        let digest = session.digest;
        let Some(seen) = self.inner.known.to_note(&digest, NOTED_EVERY) else {
            return;
        };
        let inner = self.inner.clone();
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move { inner.write_down(digest, seen).await });
        }
    }

    /// Somebody has ended a session.
    pub(crate) fn ended(&self, key: &str, closed: &Closed) {
        let digest = digest(key);
        if digest.is_some_and(|digest| self.inner.known.close(digest, closed.clone())) {
            self.endings.fetch_add(1, Relaxed);
        }
    }

    /// Changes when somebody has ended sessions: what is under way is to be looked at again.
    pub(crate) fn endings(&self) -> u64 {
        self.endings.load(Relaxed)
    }

    /// Ends a session, here at once, and everywhere soon; whether it is certain that it ended.
    pub(crate) async fn end(&self, digest: KeyDigest, how: How) -> bool {
        self.inner.known.gone(digest, now());
        let inner = self.inner.clone();
        let ended = self.outside(async move { inner.outside.keep.end(&key(&digest), how).await });
        ended.await.is_some_and(|ended| ended.is_ok())
    }
}

impl Inner {
    /// Reads a session into memory.
    async fn read(&self, digest: KeyDigest) -> bool {
        let found = self.outside.keep.get(&key(&digest)).await;
        match found.map(|kept| kept.and_then(|kept| Kept::read(&kept))) {
            Ok(Some(kept)) => self.known.put(kept.known(digest), now()),
            Ok(None) => self.lost(digest).await,
            Err(KeepAway(error)) => {
                tracing::warn!("a session cannot be read: {error}");
                return false;
            }
        }
        true
    }

    /// A session is not kept any more.
    async fn lost(&self, digest: KeyDigest) {
        match self.outside.keep.ended(&key(&digest)).await {
            Ok(Some(closed)) => {
                self.known.close(digest, closed);
            }
            Ok(None) => self.known.gone(digest, now()),
            Err(KeepAway(error)) => {
                tracing::warn!("how a session ended cannot be read: {error}");
                self.known.gone(digest, now());
            }
        }
    }

    async fn write_down(&self, digest: KeyDigest, seen: i64) {
        let key = key(&digest);
        let Ok(Some(before)) = self.outside.keep.get(&key).await else {
            return;
        };
        let Some(mut kept) = Kept::read(&before).filter(|kept| kept.seen < seen) else {
            return;
        };
        kept.seen = seen;
        // Not put: one that was ended meanwhile stays so.
        let swapped = (self.outside.keep)
            .swap(&key, before, kept.written(), kept.gone_at())
            .await;
        if let Err(KeepAway(error)) = swapped {
            tracing::warn!("that a session is used cannot be written down: {error}");
        }
    }

    /// A new secret.
    fn make(&self) -> Option<postern_policy::session::Made> {
        let mut random = [0; 32];
        SystemRandom::new().fill(&mut random).ok()?;
        Some(self.known.key().make(&random))
    }
}

/// Reads bytes as what a cookie holds.
///
/// # Errors
/// What does not hold.
pub(crate) fn fuzz(data: &[u8]) -> Result<(), String> {
    let keyer = Keyer::new(&[1; 32]);
    if Seal::new(&keyer).open("pending", data).is_some() {
        return Err("something that was not sealed is opened".to_owned());
    }
    let sessions = Sessions::new(&keyer);
    match sessions.find(data, 0, |_, _| true) {
        Err(SessionFault::NotOurs) => Ok(()),
        other => Err(format!(
            "a made-up secret is taken for a session: {other:?}"
        )),
    }
}

/// Who a service is to its provider.
fn client(rule: &SessionRule, issuer: &Issuer, origin: &str, snapshot: &Snapshot) -> Client {
    Client {
        issuer: issuer.iss.clone(),
        id: rule.client_id.clone(),
        secret: rule.client_secret.clone(),
        scopes: rule.scopes.clone(),
        redirect_uri: format!("{origin}{}", sign_in::CALLBACK).into(),
        permit: crate::issuers::permit(snapshot, issuer),
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
