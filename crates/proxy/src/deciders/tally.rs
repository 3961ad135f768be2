//! How a decider fares: what became of its questions, and since when it fails.

use super::protocol::{Asked, Failure};
use crate::metrics::{BUCKETS, DeciderState};
use postern_model::entity::Name;
use postern_policy::facts::{DeciderAnswer, Nothing};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// What became of the questions of one decider; it outlives configurations.
#[derive(Debug)]
pub(crate) struct Tally {
    policy: Name,
    passed: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    micros: AtomicU64,
    /// By how long they took, the last for those that took longer.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    /// Since when it has not answered, Unix time in milliseconds.
    failing: Mutex<Option<i64>>,
}

impl Tally {
    pub(super) fn new(policy: &Name) -> Self {
        Self {
            policy: policy.clone(),
            passed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            buckets: [const { AtomicU64::new(0) }; BUCKETS.len() + 1],
            failing: Mutex::new(None),
        }
    }

    /// Takes note of what came of a question, and gives that as a fact.
    pub(super) fn note(&self, asked: Asked, took: Duration) -> DeciderAnswer {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|bound| micros <= *bound);
        if let Some(counter) = self.buckets.get(bucket.unwrap_or(BUCKETS.len())) {
            counter.fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(micros, Relaxed);
        match asked {
            Ok(answer) => {
                match &answer {
                    DeciderAnswer::Passes { .. } => &self.passed,
                    _ => &self.refused,
                }
                .fetch_add(1, Relaxed);
                self.answered();
                answer
            }
            Err(failure) => {
                self.failed.fetch_add(1, Relaxed);
                DeciderAnswer::Nothing(self.fails(failure))
            }
        }
    }

    fn answered(&self) {
        let before = std::mem::take(&mut *self.failing());
        if before.is_some() {
            let policy = &*self.policy;
            tracing::info!(policy, "a decider answers again");
        }
    }

    fn fails(&self, failure: Failure) -> Nothing {
        let mut failing = self.failing();
        let is_first = failing.is_none();
        let since = *failing.get_or_insert_with(now);
        drop(failing);
        if is_first {
            let (policy, error) = (&*self.policy, &failure.error);
            tracing::error!(policy, "a decider gives no answer: {error}");
        }
        Nothing {
            error: failure.error.into(),
            since: Some(since),
        }
    }

    fn failing(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        // A moment is whole, whatever happened elsewhere.
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands, for whoever scrapes.
    pub(crate) fn state(&self) -> DeciderState<'_> {
        DeciderState {
            policy: &self.policy,
            results: [&self.passed, &self.refused, &self.failed].map(|one| one.load(Relaxed)),
            micros: self.micros.load(Relaxed),
            buckets: self.buckets.each_ref().map(|one| one.load(Relaxed)),
        }
    }
}

/// Unix time in milliseconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}
