//! The task that keeps the keys of one issuer fresh.

use super::fetch::{self, Fetch, Permit};
use super::standing::Board;
use super::{lock, now};
use arc_swap::ArcSwap;
use postern_model::entity::{Fetched, Issuer, IssuerKeys};
use postern_proof::{Away, KeySet, Keyring, Keys};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long an issuer is left alone after it has answered, whatever callers ask for: whoever sends
/// tokens that name keys of nobody makes no load elsewhere.
pub(super) const REST: Duration = Duration::from_secs(2);

/// The first and the longest wait after a failure; it doubles in between.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// The longest that one attempt may take.
pub(super) const ATTEMPT: Duration = Duration::from_secs(4);

impl Shared {
    /// Whoever has asked during an attempt has been answered by it.
    async fn answered(&self) {
        for one in [&self.asked, &self.insisted] {
            tokio::select! {
                biased;
                () = one.notified() => {}
                () = std::future::ready(()) => {}
            }
        }
    }
}

/// What a task works with.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) issuer: Issuer,
    pub(super) from: Fetched,
    pub(super) fetch: Arc<dyn Fetch>,
    pub(super) keyring: Arc<ArcSwap<Keyring>>,
    pub(super) board: Board,
}

/// What a task and those who ask it share.
#[derive(Debug)]
struct Shared {
    permit: Mutex<Permit>,
    asked: Notify,
    /// Somebody wants it fetched now, however long it is to rest.
    insisted: Notify,
    /// The earliest time at which it may be asked again.
    rests_until: Mutex<Instant>,
    /// Counts what came of the attempts.
    done: watch::Sender<u64>,
}

/// A running task; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watched {
    issuer: Issuer,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watched {
    pub(super) fn start(runtime: &Handle, task: Task, permit: Permit) -> Self {
        let shared = Arc::new(Shared {
            permit: Mutex::new(permit),
            asked: Notify::new(),
            insisted: Notify::new(),
            rests_until: Mutex::new(Instant::now()),
            done: watch::Sender::new(0),
        });
        Self {
            issuer: task.issuer.clone(),
            shared: shared.clone(),
            task: runtime.spawn(task.run(shared)).abort_handle(),
        }
    }

    /// Whether it is for that issuer as it is now.
    pub(super) fn is_of(&self, issuer: &Issuer) -> bool {
        self.issuer == *issuer
    }

    pub(super) fn guarded_by(&self, permit: Permit) {
        *lock(&self.shared.permit) = permit;
    }

    /// Asks for keys, and gives what tells when there is news; `None` if there will be none within
    /// that time, since it rests.
    pub(super) fn ask(&self, patience: Duration) -> Option<watch::Receiver<u64>> {
        let news = self.shared.done.subscribe();
        if Instant::now() + patience <= *lock(&self.shared.rests_until) {
            return None;
        }
        self.shared.asked.notify_one();
        Some(news)
    }

    /// Has keys fetched at once, and gives what tells when that is done.
    pub(super) fn insist(&self) -> watch::Receiver<u64> {
        let news = self.shared.done.subscribe();
        self.shared.insisted.notify_one();
        news
    }
}

impl Task {
    /// Fetches again and again.
    async fn run(self, shared: Arc<Shared>) {
        let mut last_good: Option<Instant> = None;
        let mut failing_since: Option<i64> = None;
        let mut wait = FIRST;
        loop {
            let permit = lock(&shared.permit).clone();
            let attempt = tokio::time::timeout(ATTEMPT, self.attempt(permit)).await;
            let got = attempt.unwrap_or_else(|_| Err("it did not answer in 4 s".to_owned()));
            let (rest, next) = match got {
                Ok(keys) => {
                    self.took(keys, failing_since.take().is_some());
                    last_good = Some(Instant::now());
                    wait = FIRST;
                    (REST, self.from.every)
                }
                Err(error) => {
                    let since = *failing_since.get_or_insert_with(now);
                    let fresh = last_good.is_some_and(|at| at.elapsed() < self.from.keep);
                    self.failed(&error, since, fresh);
                    let rest = wait;
                    wait = (wait * 2).min(LONGEST);
                    (rest, rest)
                }
            };
            let rests_until = Instant::now() + rest;
            *lock(&shared.rests_until) = rests_until;
            self.board.next(&self.issuer.name, next);
            shared.done.send_modify(|count| *count += 1);
            shared.answered().await;
            let due = async {
                tokio::time::sleep_until(rests_until).await;
                tokio::select! {
                    () = shared.asked.notified() => {}
                    () = tokio::time::sleep(next.saturating_sub(rest)) => {}
                }
            };
            tokio::select! {
                () = due => {}
                () = shared.insisted.notified() => {}
            }
        }
    }

    async fn attempt(&self, permit: Permit) -> Result<KeySet, String> {
        let (fetch, url) = (&*self.fetch, &*self.from.url);
        match self.issuer.keys {
            IssuerKeys::Discovery(_) => {
                fetch::discovered(fetch, url, &self.issuer.iss, permit).await
            }
            _ => fetch::keys(fetch, url, permit).await,
        }
    }

    fn took(&self, keys: KeySet, again: bool) {
        let (issuer, known) = (&*self.issuer.name, keys.len());
        if again {
            tracing::info!(issuer, known, "the keys of an issuer can be had again");
        }
        if keys.left_out() > 0 {
            let left_out = keys.left_out();
            tracing::debug!(issuer, left_out, "keys of an issuer are of no use here");
        }
        self.keep(&Keys::of(Arc::new(keys)));
        self.board.good(&self.issuer.name);
    }

    /// What was known counts on for a while.
    fn failed(&self, error: &str, since: i64, fresh: bool) {
        let issuer = &*self.issuer.name;
        self.board.failed(&self.issuer.name, since, error);
        let ring = self.keyring.load();
        let known = ring.of(issuer).known.clone().filter(|_| fresh);
        if known.is_some() {
            tracing::warn!(
                issuer,
                "the keys of an issuer cannot be had, and the last count on: {error}"
            );
        } else {
            tracing::error!(issuer, "the keys of an issuer cannot be had: {error}");
        }
        let away = Away {
            since,
            error: error.into(),
        };
        self.keep(&Keys {
            known,
            away: Some(away),
        });
    }

    fn keep(&self, keys: &Keys) {
        let name = &self.issuer.name;
        self.keyring
            .rcu(|ring| ring.with(name.clone(), keys.clone()));
    }
}
