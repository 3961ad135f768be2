//! The keys of issuers: read from files, or fetched, and kept as fresh as they are said to be. And
//! what issuers say of tokens, where they are asked.
//!
//! Requests are decided by the [`Keyring`], which is replaced whole. What is fetched is fetched by
//! one task for each issuer, on the runtime that the gateway was started on; a request that needs
//! keys that are not there wakes that task and waits a moment for what becomes of it.

mod ask;
pub(crate) mod built_in;
mod fetch;
mod given_up;
mod standing;
#[cfg(test)]
mod tests;
mod watch;

pub use fetch::{
    Asking, Fetch, Fetching, MOST_ANSWER, MOST_BYTES, Nowhere, Permit, Question, Reply,
};
pub use given_up::{GivenUp, Giving, NobodyRevokes, Revoke};
pub use standing::Standing;

use crate::gateway::Snapshot;
use crate::metrics::Metrics;
use arc_swap::{ArcSwap, Guard};
use ask::Asked;
use built_in::Made;
use postern_model::entity::{Issuer, IssuerKeys, Name};
use postern_model::key::Keyer;
use postern_policy::credential::{Answers, Heard};
use postern_proof::{KeySet, Keyring, Keys};
use standing::Board;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;
use watch::{ATTEMPT, Watched};

/// How long a request waits for keys: until an issuer that rests is asked and that attempt is given
/// up, so that whoever waits learns whose fault it is.
const PATIENCE: Duration = Duration::from_secs(7);
const _: () = assert!(PATIENCE.as_secs() > watch::REST.as_secs() + watch::ATTEMPT.as_secs());

/// Most bytes of a file of keys.
const MOST_FILE: u64 = postern_proof::jwk::MOST_BYTES as u64;

/// What is known of issuers, and who keeps it fresh.
#[derive(Debug)]
pub(crate) struct Issuers {
    keyring: Arc<ArcSwap<Keyring>>,
    watched: Mutex<HashMap<Name, Watched>>,
    asked: Mutex<HashMap<Name, Arc<Asked>>>,
    answers: Arc<Answers>,
    metrics: Arc<Metrics>,
    board: Board,
    fetch: Arc<dyn Fetch>,
    runtime: Option<Handle>,
    /// What the keys are made of that sign here.
    keyer: Keyer,
    own: Mutex<HashMap<Name, Made>>,
}

impl Issuers {
    /// Those of nobody; keys are fetched on the runtime that this is called on. What is said of
    /// tokens is kept by what that key makes of them.
    pub(crate) fn new(fetch: Arc<dyn Fetch>, keyer: &Keyer, metrics: Arc<Metrics>) -> Self {
        Self {
            keyring: Arc::default(),
            watched: Mutex::default(),
            asked: Mutex::default(),
            answers: Arc::new(Answers::new(keyer)),
            metrics,
            board: Board::default(),
            fetch,
            runtime: Handle::try_current().ok(),
            keyer: keyer.derived(built_in::PURPOSE),
            own: Mutex::default(),
        }
    }

    /// The keys that are known now.
    pub(crate) fn keyring(&self) -> Guard<Arc<Keyring>> {
        self.keyring.load()
    }

    /// What issuers said of tokens of late.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Keeps the keys of a configuration's issuers fresh from now on, and those of others no more.
    /// What was fetched for an issuer that is the same as before stays.
    pub(crate) fn follow(&self, snapshot: &Arc<Snapshot>) {
        self.follow_asked(snapshot);
        let mut watched = lock(&self.watched);
        let all = &snapshot.configuration().issuers;
        let is_there = |name: &str| all.iter().any(|issuer| *issuer.name == *name);
        watched.retain(|name, _| is_there(name));
        self.board.only(is_there);
        self.keyring.rcu(|ring| {
            let mut next = ring.only(is_there);
            for (name, keys) in &snapshot.keys {
                next = next.with(name.clone(), Keys::of(keys.clone()));
            }
            next
        });
        for (name, _) in &snapshot.keys {
            self.board.forget(name);
            self.board.good(name);
        }
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.clear();
        for issuer in all {
            if let IssuerKeys::BuiltIn(built_in) = &issuer.keys {
                own.insert(issuer.name.clone(), Made::new(issuer, built_in));
            }
        }
        drop(own);
        for issuer in all {
            if matches!(issuer.keys, IssuerKeys::BuiltIn(_)) {
                self.make(&issuer.name);
            }
            let (IssuerKeys::Url(from) | IssuerKeys::Discovery(from)) = &issuer.keys else {
                // A task would replace what was read.
                watched.remove(&issuer.name);
                continue;
            };
            if let Some(one) = watched.get(&issuer.name)
                && one.is_of(issuer)
            {
                one.guarded_by(permit(snapshot, issuer));
                continue;
            }
            let Some(runtime) = &self.runtime else {
                continue;
            };
            let task = watch::Task {
                issuer: issuer.clone(),
                from: from.clone(),
                fetch: self.fetch.clone(),
                keyring: self.keyring.clone(),
                board: self.board.clone(),
            };
            self.board.forget(&issuer.name);
            // What was known of another one of that name says nothing of this one.
            self.keyring
                .rcu(|ring| ring.with(issuer.name.clone(), Keys::default()));
            let one = Watched::start(runtime, task, permit(snapshot, issuer));
            watched.insert(issuer.name.clone(), one);
        }
    }

    /// Makes the keys of an issuer that is built in, if these are not the last ones; says whether it
    /// did.
    fn make(&self, issuer: &str) -> bool {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let made = own.get_mut(issuer);
        let Some(keys) = made.and_then(|made| made.anew(&self.keyer, built_in::now())) else {
            return false;
        };
        let keys = Keys::of(Arc::new(keys));
        self.keyring
            .rcu(|ring| ring.with(issuer.into(), keys.clone()));
        true
    }

    /// What the keys are made of that sign here.
    pub(crate) const fn signing(&self) -> &Keyer {
        &self.keyer
    }

    /// Has the keys of an issuer fetched, and waits for what comes of it; says whether anything did.
    /// However many ask, an issuer that has just answered is left alone for a moment, which they
    /// wait, and one that is away for longer, which they do not.
    pub(crate) async fn ask(&self, issuer: &str) -> bool {
        if self.make(issuer) {
            return true;
        }
        let asked = {
            let watched = lock(&self.watched);
            watched.get(issuer).and_then(|one| one.ask(PATIENCE))
        };
        let Some(mut asked) = asked else {
            return false;
        };
        let done = tokio::time::timeout(PATIENCE, asked.changed()).await;
        matches!(done, Ok(Ok(())))
    }

    /// How the keys of issuers stand.
    pub(crate) fn standings(&self, issuers: &[Issuer]) -> Vec<Standing> {
        let ring = self.keyring();
        let standing = |issuer| self.board.standing(issuer, &ring);
        issuers.iter().map(standing).collect()
    }

    /// Has the keys of an issuer fetched or read now, and waits for what comes of it; what that is,
    /// [`Issuers::standings`] says. Keys that were good stay while others cannot be had.
    pub(crate) async fn refresh(&self, issuer: &Issuer) {
        match &issuer.keys {
            IssuerKeys::Url(_) | IssuerKeys::Discovery(_) => {
                let news = {
                    let watched = lock(&self.watched);
                    watched.get(&issuer.name).map(Watched::insist)
                };
                if let Some(mut news) = news {
                    // Whoever asks while an attempt is made gets what comes of that.
                    let _ = tokio::time::timeout(ATTEMPT * 2, news.changed()).await;
                }
            }
            IssuerKeys::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || from_file(&path)).await;
                match read.unwrap_or_else(|error| Err(error.to_string())) {
                    Ok(keys) => {
                        let keys = Keys::of(Arc::new(keys));
                        self.keyring
                            .rcu(|ring| ring.with(issuer.name.clone(), keys.clone()));
                        self.board.good(&issuer.name);
                    }
                    Err(error) => {
                        let since = self.board.failing_since(&issuer.name);
                        let since = since.unwrap_or_else(now);
                        self.board.failed(&issuer.name, since, &error);
                    }
                }
            }
            // It was read with the configuration, and is read again with the next; or there is none.
            IssuerKeys::Shared(_) | IssuerKeys::Untold => {}
            IssuerKeys::BuiltIn(_) => {
                self.make(&issuer.name);
            }
        }
    }

    /// From now on those of a configuration are asked that are to be, and no others.
    fn follow_asked(&self, snapshot: &Arc<Snapshot>) {
        let mut asked = lock(&self.asked);
        let mut next = HashMap::new();
        for issuer in &snapshot.configuration().issuers {
            let permit = permit(snapshot, issuer);
            let one = match asked.remove(&issuer.name).filter(|one| one.is_of(issuer)) {
                Some(same) => {
                    same.guarded_by(permit);
                    Some(same)
                }
                None => Asked::new(issuer, permit, self),
            };
            next.extend(one.map(|one| (issuer.name.clone(), one)));
        }
        *asked = next;
    }

    /// What an issuer says of a token; `None` if it is not asked. `mark` is of the rules by which
    /// that is read.
    pub(crate) async fn about(&self, issuer: &str, token: &[u8], mark: u32) -> Option<Arc<Heard>> {
        let asked = lock(&self.asked).get(issuer).cloned()?;
        Some(asked.about(token, mark, self.runtime.as_ref()?).await)
    }
}

/// Unix time in milliseconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where an issuer may be, and where it may lead. Whoever runs the platform may have one anywhere; a
/// tenant's is where the egress rule allows.
pub(crate) fn permit(snapshot: &Snapshot, issuer: &Issuer) -> Permit {
    Permit {
        anywhere: issuer.tenant.is_none(),
        egress: snapshot.configuration().egress.clone(),
        own: snapshot.own.clone(),
    }
}

/// Keys that were read, each set with the name of its issuer.
pub(crate) type ReadKeys = Vec<(Name, Arc<KeySet>)>;

/// The keys of issuers that are not fetched.
///
/// # Errors
/// The issuer, and what is wrong with its keys.
pub(crate) fn read(issuers: &[Issuer]) -> Result<ReadKeys, (Name, String)> {
    let mut found = Vec::new();
    for issuer in issuers {
        let keys = match &issuer.keys {
            IssuerKeys::File(path) => from_file(path),
            IssuerKeys::Shared(secret) => {
                KeySet::shared(secret.expose()).map_err(|what| format!("its secret {what}"))
            }
            IssuerKeys::Url(_)
            | IssuerKeys::Discovery(_)
            | IssuerKeys::Untold
            | IssuerKeys::BuiltIn(_) => continue,
        };
        let keys = keys.map_err(|what| (issuer.name.clone(), what))?;
        found.push((issuer.name.clone(), Arc::new(keys)));
    }
    Ok(found)
}

fn from_file(path: &Path) -> Result<KeySet, String> {
    use std::io::Read as _;
    let wrong = |what: String| format!("{} {what}", path.display());
    let file = std::fs::File::open(path);
    let file = file.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let mut text = String::new();
    let read = file.take(MOST_FILE + 1).read_to_string(&mut text);
    read.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let keys = if text.trim_start().starts_with('{') {
        KeySet::parse(text.as_bytes())
    } else {
        KeySet::from_pem(&text)
    };
    keys.map_err(wrong)
}
