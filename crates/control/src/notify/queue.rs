//! Queues of what has to be sent, as notes: an item is in a queue until it is done, and whoever
//! takes it makes it due again for later, so that it is not lost with them.

use crate::Refusal;
use postern_store::{Note, Store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;

/// Notes read at once.
const PART: usize = 500;

/// How long something stays in a queue at most, in milliseconds: a week.
const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A queue. Keys are `LANE/NAME`, or a name alone, which is a lane of its own; of a lane, one item
/// is taken at a time.
#[derive(Debug, Clone)]
pub(super) struct Queue<T> {
    store: Store,
    space: &'static str,
    items: PhantomData<fn() -> T>,
}

/// What is in a queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting<T> {
    /// When it is due, in Unix milliseconds.
    due_ms: i64,
    /// How often it was taken.
    attempt: u32,
    item: T,
}

/// What was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken<T> {
    /// Its key.
    pub(super) key: String,
    /// How often it was taken, this time included.
    pub(super) attempt: u32,
    /// The item.
    pub(super) item: T,
}

/// What may be taken.
struct Due<T> {
    note: Note,
    waiting: Waiting<T>,
}

fn lane(key: &str) -> &str {
    key.split_once('/').map_or(key, |(lane, _)| lane)
}

impl<T: Serialize + DeserializeOwned + Send> Queue<T> {
    pub(super) const fn new(store: Store, space: &'static str) -> Self {
        Self {
            store,
            space,
            items: PhantomData,
        }
    }

    /// Puts something in, due since `since_ms`, but no later than now: of what is due, what
    /// happened first is taken first. Does nothing where something with its key is in.
    pub(super) async fn push(
        &self,
        key: &str,
        item: T,
        since_ms: i64,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let waiting = Waiting {
            due_ms: since_ms.min(now_ms),
            attempt: 0,
            item,
        };
        let note = Note {
            key: key.into(),
            value: value(&waiting)?,
            expires_at_ms: now_ms.saturating_add(LONGEST_MS),
        };
        self.store
            .note_put_if_absent(self.space, note, now_ms)
            .await?;
        Ok(())
    }

    /// How many items of a lane there are, `most` at most.
    pub(super) async fn count(
        &self,
        lane: &str,
        most: usize,
        now_ms: i64,
    ) -> Result<usize, Refusal> {
        let prefix = format!("{lane}/");
        let found = self.store.notes(self.space, &prefix, None, most, now_ms);
        Ok(found.await?.len())
    }

    /// Takes what is due: at most `limit`, at most one of each lane, none of the lanes in `busy`,
    /// the longest due first. It is due again after `lease_ms`.
    pub(super) async fn take(
        &self,
        now_ms: i64,
        lease_ms: i64,
        limit: usize,
        busy: &[String],
    ) -> Result<Vec<Taken<T>>, Refusal> {
        let mut due: Vec<Due<T>> = self.due(now_ms, busy).await?.into_values().collect();
        due.sort_by_key(|due| due.waiting.due_ms);
        let mut taken = Vec::new();
        for Due { note, waiting } in due {
            if taken.len() >= limit {
                break;
            }
            let next = Waiting {
                due_ms: now_ms.saturating_add(lease_ms),
                attempt: waiting.attempt.saturating_add(1),
                item: waiting.item,
            };
            let written = Note {
                value: value(&next)?,
                ..note.clone()
            };
            // Another node may have been faster.
            let ours = self
                .store
                .note_swap(self.space, note.value, written, now_ms);
            if ours.await? {
                taken.push(Taken {
                    key: note.key.into(),
                    attempt: next.attempt,
                    item: next.item,
                });
            }
        }
        Ok(taken)
    }

    /// What is due, the longest due of each lane.
    async fn due(&self, now_ms: i64, busy: &[String]) -> Result<HashMap<String, Due<T>>, Refusal> {
        let mut due: HashMap<String, Due<T>> = HashMap::new();
        let mut after: Option<Box<str>> = None;
        loop {
            let page = self
                .store
                .notes(self.space, "", after.as_deref(), PART, now_ms);
            let page = page.await?;
            let more = page.len() == PART;
            after = page.last().map(|note| note.key.clone());
            for note in page {
                let lane = lane(&note.key).to_owned();
                let Ok(waiting) = serde_json::from_value::<Waiting<T>>(note.value.clone()) else {
                    // Written by another version; it ends by itself.
                    continue;
                };
                if waiting.due_ms > now_ms || busy.contains(&lane) {
                    continue;
                }
                match due.entry(lane) {
                    Entry::Vacant(place) => {
                        place.insert(Due { note, waiting });
                    }
                    Entry::Occupied(mut place) => {
                        if waiting.due_ms < place.get().waiting.due_ms {
                            place.insert(Due { note, waiting });
                        }
                    }
                }
            }
            if !more {
                return Ok(due);
            }
        }
    }

    /// Makes what was taken due at another time, unless it was taken again since.
    pub(super) async fn again(
        &self,
        key: &str,
        attempt: u32,
        at_ms: i64,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        if let Some(Due { note, mut waiting }) = self.held(key, attempt, now_ms).await? {
            waiting.due_ms = at_ms;
            let written = Note {
                value: value(&waiting)?,
                ..note.clone()
            };
            self.store
                .note_swap(self.space, note.value, written, now_ms)
                .await?;
        }
        Ok(())
    }

    /// Takes out what was taken, unless it was taken again since.
    pub(super) async fn done(&self, key: &str, attempt: u32, now_ms: i64) -> Result<(), Refusal> {
        if self.held(key, attempt, now_ms).await?.is_some() {
            self.store.note_delete(self.space, key).await?;
        }
        Ok(())
    }

    /// Makes something due now, and all attempts are left. Returns it; none where it is not in.
    pub(super) async fn hurry(&self, key: &str, now_ms: i64) -> Result<bool, Refusal> {
        let Some(note) = self.store.note_get(self.space, key, now_ms).await? else {
            return Ok(false);
        };
        let Ok(mut waiting) = serde_json::from_value::<Waiting<T>>(note.value.clone()) else {
            return Ok(false);
        };
        waiting.due_ms = now_ms;
        waiting.attempt = 0;
        let written = Note {
            value: value(&waiting)?,
            ..note.clone()
        };
        let swapped = self
            .store
            .note_swap(self.space, note.value, written, now_ms);
        Ok(swapped.await?)
    }

    /// What was taken for this attempt and for no later one.
    async fn held(&self, key: &str, attempt: u32, now_ms: i64) -> Result<Option<Due<T>>, Refusal> {
        let Some(note) = self.store.note_get(self.space, key, now_ms).await? else {
            return Ok(None);
        };
        let waiting = serde_json::from_value::<Waiting<T>>(note.value.clone()).ok();
        let waiting = waiting.filter(|waiting| waiting.attempt == attempt);
        Ok(waiting.map(|waiting| Due { note, waiting }))
    }
}

fn value<T: Serialize>(waiting: &Waiting<T>) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(waiting).map_err(|error| Refusal::new("failed", error.to_string()))
}
