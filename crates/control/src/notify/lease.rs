//! Of several nodes, one at a time.

use super::millis;
use crate::Refusal;
use jiff::{SignedDuration, Timestamp};
use postern_store::{Note, Store};
use serde_json::json;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The space of what the notifier notes down for itself.
pub(super) const SPACE: &str = "notify";

const KEY: &str = "lease";

/// The right to follow the log, for a while.
#[derive(Debug)]
pub(super) struct Lease {
    store: Store,
    node: String,
    length: SignedDuration,
    /// Until when it is ours.
    until: Mutex<Option<Timestamp>>,
}

impl Lease {
    pub(super) fn new(store: Store, node: String, length: SignedDuration) -> Self {
        Self {
            store,
            node,
            length,
            until: Mutex::new(None),
        }
    }

    /// Takes it, or keeps it. Returns whether it is ours for at least half of its length.
    pub(super) async fn hold(&self, now: Timestamp) -> Result<bool, Refusal> {
        let held = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = now.checked_add(self.length / 2).unwrap_or(now);
        if held.is_some_and(|until| until > enough) {
            return Ok(true);
        }
        let until = now.checked_add(self.length).unwrap_or(now);
        let note = Note {
            key: KEY.into(),
            value: json!({"node": self.node}),
            expires_at_ms: millis(until),
        };
        let (value, now_ms) = (note.value.clone(), millis(now));
        let other = self
            .store
            .note_put_if_absent(SPACE, note.clone(), now_ms)
            .await?;
        let ours = match other {
            None => true,
            Some(other) if other.value == value => {
                self.store.note_swap(SPACE, value, note, now_ms).await?
            }
            Some(_) => false,
        };
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = ours.then_some(until);
        Ok(ours)
    }

    /// Gives it back.
    pub(super) async fn leave(&self, now: Timestamp) {
        let held = self
            .until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if held.is_some() {
            let over = Note {
                key: KEY.into(),
                value: json!({ "node": self.node }),
                expires_at_ms: millis(now),
            };
            // If it is still ours; otherwise it ends by itself.
            let value = over.value.clone();
            let _ = self.store.note_swap(SPACE, value, over, millis(now)).await;
        }
    }
}
