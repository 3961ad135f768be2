//! One thing that the provider publishes, kept for a while.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long it is used without asking again.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// How long it is used when asking again fails.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// How long the provider is left alone after it was asked.
const REST: SignedDuration = SignedDuration::from_secs(10);

/// Fetched by one at a time: whoever comes meanwhile waits, and gets what that one got.
#[derive(Debug)]
pub(super) struct Cache<T> {
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    value: Option<(Arc<T>, Timestamp)>,
    asked: Option<Timestamp>,
    failure: String,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        let kept = Kept {
            value: None,
            asked: None,
            failure: String::new(),
        };
        Self {
            kept: Mutex::new(kept),
        }
    }
}

impl<T> Cache<T> {
    /// The value. Where it is old, `fetch` is asked, unless that was just done.
    pub(super) async fn get(
        &self,
        now: Timestamp,
        fetch: impl AsyncFnOnce() -> Result<T, String>,
    ) -> Result<Arc<T>, String> {
        self.find(now, fetch, |_| true).await
    }

    /// The same, and also asks where the value there is is not `enough`. What comes back may still
    /// not be.
    pub(super) async fn find(
        &self,
        now: Timestamp,
        fetch: impl AsyncFnOnce() -> Result<T, String>,
        enough: impl Fn(&T) -> bool,
    ) -> Result<Arc<T>, String> {
        let mut kept = self.kept.lock().await;
        if let Some((value, at)) = &kept.value
            && within(*at, now, FRESH)
            && enough(value)
        {
            return Ok(Arc::clone(value));
        }
        if !kept.asked.is_some_and(|asked| within(asked, now, REST)) {
            // Kept also if the one who asks does not wait for the answer.
            kept.asked = Some(now);
            "it was just asked, and has not answered".clone_into(&mut kept.failure);
            match fetch().await {
                Ok(value) => kept.value = Some((Arc::new(value), now)),
                Err(failure) => kept.failure = failure,
            }
        }
        match &kept.value {
            Some((value, at)) if within(*at, now, STALE) => Ok(Arc::clone(value)),
            _ => Err(kept.failure.clone()),
        }
    }
}

/// Whether `now` is not later than `at` by more than `limit`. A clock that was set back makes what
/// lies ahead old, not young for ever.
fn within(at: Timestamp, now: Timestamp, limit: SignedDuration) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age <= limit
}
