//! The sessions that a node has in memory.

use super::secret::SessionKey;
use super::{Closed, Ended, Session, SessionFault};
use postern_model::entity::{KeyDigest, Name};
use postern_model::key::Keyer;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Locks, so that cores seldom wait for each other. A power of two.
const SHARDS: usize = 64;
/// Most sessions of the newer and of the older half of a shard each: 131,072 in all.
const HALF: usize = 1024;
/// For how long it is not asked again whether there is a session that there was not, in seconds.
const NEGATIVE: i64 = 5;

/// Sessions in memory, shared by the cores of a node: what was looked up lately, and what was not
/// found.
#[derive(Debug)]
pub struct Sessions {
    key: SessionKey,
    shards: Box<[Mutex<Halves>]>,
}

/// The newer half, and the older one, which goes when the newer is full.
#[derive(Debug, Default)]
struct Halves {
    new: HashMap<KeyDigest, Arc<Entry>>,
    old: HashMap<KeyDigest, Arc<Entry>>,
}

/// What is known of a session. Unix times in seconds.
#[derive(Debug)]
enum Entry {
    There {
        session: Arc<Session>,
        /// How long it lasts without being used, in seconds.
        idle: i64,
        /// When it was last used.
        seen: AtomicI64,
        /// When it was last written down that it was used.
        noted: AtomicI64,
        /// How fresh its tokens are.
        tokens: Freshness,
        /// When it was read.
        read_at: i64,
    },
    /// There is none: asked then.
    Gone { at: i64 },
    /// Somebody has ended it, for good.
    Closed(Arc<Closed>),
}

/// How fresh the tokens of a session are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Freshness {
    /// Until when they are good; `None`: nothing refreshes them, and the session lasts by itself.
    pub until: Option<i64>,
    /// How long before that new ones are got, in seconds.
    pub ahead: i64,
    /// Since when the provider does not stand for the session any more.
    pub refused: Option<i64>,
    /// The last attempt to refresh them found nobody.
    pub failed: Option<Failed>,
}

/// An attempt to refresh tokens that found nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Since when that is so; Unix time in milliseconds.
    pub since: i64,
    /// Before then it is not tried again; Unix time in seconds.
    pub again_at: i64,
    /// Why.
    pub error: Name,
}

/// What was read of a session.
#[derive(Debug, Clone)]
pub struct Read {
    /// Who was signed in.
    pub session: Session,
    /// How long it lasts without being used, in seconds.
    pub idle: i64,
    /// When it was last used, as far as that is written down.
    pub seen: i64,
    /// How fresh its tokens are.
    pub tokens: Freshness,
}

impl Sessions {
    /// None yet.
    pub fn new(keyer: &Keyer) -> Self {
        Self {
            key: SessionKey::new(keyer),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// What makes their secrets.
    pub const fn key(&self) -> &SessionKey {
        &self.key
    }

    fn shard(&self, digest: &KeyDigest) -> MutexGuard<'_, Halves> {
        let [first, ..] = digest.0;
        let at = usize::from(first) % SHARDS;
        #[expect(clippy::indexing_slicing, reason = "there are as many")]
        self.shards[at]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, digest: &KeyDigest) -> Option<Arc<Entry>> {
        #[cfg(test)]
        crate::testing::work::did(&[crate::testing::work::Step::LookUp]);
        let mut halves = self.shard(digest);
        if let Some(found) = halves.new.get(digest) {
            return Some(found.clone());
        }
        let found = halves.old.remove(digest)?;
        halves.put(*digest, found.clone());
        Some(found)
    }

    /// The session that a cookie holds, if it is good at `now` (Unix time in seconds), which counts
    /// as a use. `is_here` says whether those of an issuer and a client are the service's.
    ///
    /// # Errors
    /// Why it is not good, or not known to be.
    pub fn find(
        &self,
        written: &[u8],
        now: i64,
        is_here: impl Fn(&str, Option<&Name>) -> bool,
    ) -> Result<Arc<Session>, SessionFault> {
        let shown = self.key.read(written);
        let entry = self.entry(&shown.digest);
        if !shown.is_ours {
            return Err(SessionFault::NotOurs);
        }
        judge(&shown.digest, entry, now, is_here)
    }

    /// The same session, as it stands now; this is no use of it.
    ///
    /// # Errors
    /// Why it is not good, or not known to be.
    pub fn again(&self, session: &Session, now: i64) -> Result<Arc<Session>, SessionFault> {
        match self.entry(&session.digest).as_deref() {
            Some(Entry::There {
                tokens: Freshness {
                    refused: Some(at), ..
                },
                ..
            }) => Err(SessionFault::Over {
                at: *at,
                why: Ended::Provider,
            }),
            Some(Entry::There { session, .. }) if now < session.ends_at => Ok(session.clone()),
            Some(Entry::There { session, .. }) => Err(SessionFault::Over {
                at: session.ends_at,
                why: Ended::Lifetime,
            }),
            Some(Entry::Gone { .. }) => Err(SessionFault::Unknown),
            Some(Entry::Closed(closed)) => Err(SessionFault::Closed(closed.clone())),
            // What made room for others was not ended.
            None => Ok(Arc::new(session.clone())),
        }
    }

    /// A session was read, or begun, at `now`. One that somebody has ended since it was read stays so.
    pub fn put(&self, read: Read, now: i64) {
        let digest = read.session.digest;
        let mut halves = self.shard(&digest);
        // What this node has seen, and not written down yet, counts on.
        let seen = match halves.known(&digest) {
            Some(Entry::Closed(_)) => return,
            Some(Entry::There { seen, .. }) => seen.load(Relaxed).max(read.seen),
            _ => read.seen,
        };
        let entry = Entry::There {
            session: Arc::new(read.session),
            idle: read.idle,
            seen: AtomicI64::new(seen),
            noted: AtomicI64::new(read.seen),
            tokens: read.tokens,
            read_at: now,
        };
        halves.put(digest, Arc::new(entry));
    }

    /// There is no such session, or no more: it was looked for at `now`, or ended then.
    pub fn gone(&self, digest: KeyDigest, now: i64) {
        let mut halves = self.shard(&digest);
        if !matches!(halves.known(&digest), Some(Entry::Closed(_))) {
            halves.put(digest, Arc::new(Entry::Gone { at: now }));
        }
    }

    /// Somebody has ended a session; whether that is news.
    pub fn close(&self, digest: KeyDigest, closed: Closed) -> bool {
        let mut halves = self.shard(&digest);
        let is_news = !matches!(halves.known(&digest), Some(Entry::Closed(_)));
        if is_news {
            halves.put(digest, Arc::new(Entry::Closed(Arc::new(closed))));
        }
        is_news
    }

    /// When a session was last used, if that is to be written down: it was not for `every` seconds.
    /// Says so once.
    pub fn to_note(&self, digest: &KeyDigest, every: i64) -> Option<i64> {
        let halves = self.shard(digest);
        let Entry::There { seen, noted, .. } = &**halves.new.get(digest)? else {
            return None;
        };
        let (seen, before) = (seen.load(Relaxed), noted.load(Relaxed));
        let due = seen.saturating_sub(before) >= every;
        let claimed = || {
            let swapped = noted.compare_exchange(before, seen, Relaxed, Relaxed);
            swapped.is_ok()
        };
        (due && claimed()).then_some(seen)
    }

    /// Whether tokens end so soon that they are better refreshed now, while they are still good.
    pub fn is_to_refresh(&self, digest: &KeyDigest, now: i64) -> bool {
        let halves = self.shard(digest);
        match halves.new.get(digest).map(|entry| &**entry) {
            Some(Entry::There { tokens, .. }) => {
                let soon = tokens
                    .until
                    .is_some_and(|until| now >= until - tokens.ahead);
                let rests = tokens.failed.as_ref().is_some_and(|f| now < f.again_at);
                soon && !rests && tokens.refused.is_none()
            }
            _ => false,
        }
    }

    /// Since when the tokens of a session cannot be refreshed; Unix time in milliseconds.
    pub fn failed_since(&self, digest: &KeyDigest) -> Option<i64> {
        match &**self.shard(digest).new.get(digest)? {
            Entry::There { tokens, .. } => Some(tokens.failed.as_ref()?.since),
            Entry::Gone { .. } | Entry::Closed(_) => None,
        }
    }
}

/// Whether a session that is known is good.
fn judge(
    digest: &KeyDigest,
    entry: Option<Arc<Entry>>,
    now: i64,
    is_here: impl Fn(&str, Option<&Name>) -> bool,
) -> Result<Arc<Session>, SessionFault> {
    let not_loaded = SessionFault::NotLoaded { digest: *digest };
    let Some(entry) = entry else {
        return Err(not_loaded);
    };
    let (session, idle, seen, tokens, read_at) = match &*entry {
        Entry::Gone { at } if (now - at).abs() < NEGATIVE => return Err(SessionFault::Unknown),
        Entry::Gone { .. } => return Err(not_loaded),
        Entry::Closed(closed) if is_here(&closed.issuer, closed.client.as_ref()) => {
            return Err(SessionFault::Closed(closed.clone()));
        }
        Entry::Closed(_) => return Err(SessionFault::OfAnother),
        Entry::There {
            session,
            idle,
            seen,
            tokens,
            read_at,
            ..
        } => (session, *idle, seen, tokens, *read_at),
    };
    if !is_here(&session.token.issuer, session.token.client.as_ref()) {
        return Err(SessionFault::OfAnother);
    }
    if now >= session.ends_at {
        return Err(SessionFault::Over {
            at: session.ends_at,
            why: Ended::Lifetime,
        });
    }
    if let Some(at) = tokens.refused {
        let why = Ended::Provider;
        return Err(SessionFault::Over { at, why });
    }
    let idle_end = seen.load(Relaxed).saturating_add(idle);
    if now >= idle_end {
        // Another node may have seen it since.
        return Err(if (now - read_at).abs() < NEGATIVE {
            SessionFault::Over {
                at: idle_end,
                why: Ended::Idle,
            }
        } else {
            not_loaded
        });
    }
    if tokens.until.is_some_and(|until| now >= until) {
        let failed = tokens.failed.as_ref();
        return Err(SessionFault::NotRefreshed {
            issuer: session.token.issuer.clone(),
            since: failed.map(|failed| failed.since),
            error: failed.map(|failed| failed.error.clone()),
            digest: *digest,
        });
    }
    seen.fetch_max(now, Relaxed);
    Ok(session.clone())
}

impl Halves {
    fn known(&self, digest: &KeyDigest) -> Option<&Entry> {
        let found = self.new.get(digest).or_else(|| self.old.get(digest));
        found.map(|entry| &**entry)
    }

    fn put(&mut self, digest: KeyDigest, entry: Arc<Entry>) {
        self.old.remove(&digest);
        if self.new.len() >= HALF {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(digest, entry);
    }
}

#[cfg(test)]
mod tests;
