//! Sessions of browsers at services, as the store keeps them: for all nodes, and over restarts.
//!
//! A session is a note; another one, of the person's sessions together, counts them; and one that was
//! ended leaves a mark for a while, by which other nodes learn of it.

#[cfg(test)]
mod tests;

use postern_store::{DataDirectory, Note, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The notes with sessions, by their keys.
const SPACE: &str = "browser_session";
/// The notes that count them: whose, a colon, and the key.
const WHOSE: &str = "browser_session_of";
/// The notes of those that were ended: when, in milliseconds, a colon, and the key.
const ENDED: &str = "browser_session_end";

/// Sessions of one person at most; the oldest goes.
pub const MOST: usize = 50;
/// How long it is known that a session was ended: longer than a node may be cut off and serve on.
const MARKED_MS: i64 = 60 * 60 * 1000;
/// How far back is looked for marks: further than clocks of nodes are apart.
const LOOKED_BACK_MS: i64 = 60 * 1000;
/// Marks that are read at once.
const MARKS: usize = 10_000;

/// Sessions in a store.
#[derive(Debug)]
pub struct BrowserSessions {
    store: OnceCell<Store>,
    /// Where there is one, or will be, if none was handed in.
    directory: Arc<DataDirectory>,
}

/// What is in a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    whose: String,
    session: Value,
}

/// A session that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSession {
    /// Its key.
    pub key: String,
    /// What is kept of it.
    pub session: Value,
}

impl BrowserSessions {
    /// Those in a store. Where a file owns the configuration there is none: then one is opened in
    /// the data directory as soon as somebody is signed in.
    pub fn new(store: Option<Store>, directory: Arc<DataDirectory>) -> Self {
        Self {
            store: OnceCell::new_with(store),
            directory,
        }
    }

    async fn store(&self) -> Result<&Store, StoreError> {
        let open = async || Store::open(self.directory.clone());
        self.store.get_or_try_init(open).await
    }

    async fn note(&self, key: &str, now_ms: i64) -> Result<Option<(Note, Kept)>, StoreError> {
        let note = self.store().await?.note_get(SPACE, key, now_ms).await?;
        Ok(note.and_then(|note| {
            let kept = Kept::deserialize(&note.value).ok()?;
            Some((note, kept))
        }))
    }

    /// What is kept under a key.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn get(&self, key: &str, now_ms: i64) -> Result<Option<Value>, StoreError> {
        let found = self.note(key, now_ms).await?;
        Ok(found.map(|(_, kept)| kept.session))
    }

    /// Keeps a new session of somebody. Whoever has as many as one may loses the oldest: gives their
    /// keys.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn put(
        &self,
        key: &str,
        whose: &str,
        session: Value,
        gone_at_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<String>, StoreError> {
        let store = self.store().await?;
        let prefix = format!("{whose}:");
        let mut others = store.notes(WHOSE, &prefix, None, MOST * 2, now_ms).await?;
        let begun = |note: &Note| note.value.get("begun_ms").and_then(Value::as_i64);
        others.sort_by_key(begun);
        let mut ended = Vec::new();
        for note in others.iter().take((others.len() + 1).saturating_sub(MOST)) {
            let oldest = note.key.strip_prefix(&*prefix).unwrap_or_default();
            self.end(oldest, now_ms).await?;
            store.note_delete(WHOSE, &note.key).await?;
            ended.push(oldest.to_owned());
        }
        let counted = Note {
            key: format!("{prefix}{key}").into(),
            value: json!({ "begun_ms": now_ms }),
            expires_at_ms: gone_at_ms,
        };
        store.note_put(WHOSE, counted, now_ms).await?;
        let kept = Kept {
            whose: whose.to_owned(),
            session,
        };
        let note = Note {
            key: key.into(),
            value: json!(kept),
            expires_at_ms: gone_at_ms,
        };
        store.note_put(SPACE, note, now_ms).await?;
        Ok(ended)
    }

    /// Keeps another value, if the one that is kept is still the expected one; whether it was.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn swap(
        &self,
        key: &str,
        expected: &Value,
        session: Value,
        gone_at_ms: i64,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let Some((note, kept)) = self.note(key, now_ms).await? else {
            return Ok(false);
        };
        if kept.session != *expected {
            return Ok(false);
        }
        let store = self.store().await?;
        let (counted, whose) = (format!("{}:{key}", kept.whose), kept.whose.clone());
        let then = Note {
            key: key.into(),
            value: json!(Kept { whose, session }),
            expires_at_ms: gone_at_ms,
        };
        let swapped = store.note_swap(SPACE, note.value, then, now_ms).await?;
        if swapped && let Some(note) = store.note_get(WHOSE, &counted, now_ms).await? {
            // It lasts as long as what it counts.
            let note = Note {
                expires_at_ms: gone_at_ms,
                ..note
            };
            store.note_put(WHOSE, note, now_ms).await?;
        }
        Ok(swapped)
    }

    /// Ends a session; whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end(&self, key: &str, now_ms: i64) -> Result<bool, StoreError> {
        let store = self.store().await?;
        let Some(note) = store.note_take(SPACE, key, now_ms).await? else {
            return Ok(false);
        };
        if let Ok(kept) = Kept::deserialize(&note.value) {
            let counted = format!("{}:{key}", kept.whose);
            store.note_delete(WHOSE, &counted).await?;
        }
        let mark = Note {
            key: format!("{now_ms:015}:{key}").into(),
            value: Value::Null,
            expires_at_ms: now_ms.saturating_add(MARKED_MS),
        };
        store.note_put(ENDED, mark, now_ms).await?;
        Ok(true)
    }

    /// The keys of sessions that were ended of late, on whatever node.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn ended_lately(&self, now_ms: i64) -> Result<Vec<String>, StoreError> {
        // Where nobody was ever signed in nothing is opened for it.
        let Some(store) = self.store.get() else {
            return Ok(Vec::new());
        };
        let after = format!("{:015}", now_ms.saturating_sub(LOOKED_BACK_MS));
        let marks = store.notes(ENDED, "", Some(&after), MARKS, now_ms).await?;
        let key = |note: &Note| Some(note.key.split_once(':')?.1.to_owned());
        Ok(marks.iter().filter_map(key).collect())
    }

    /// Sessions in the order of their keys, at most `limit` after a key.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(
        &self,
        after: Option<&str>,
        limit: usize,
        now_ms: i64,
    ) -> Result<Vec<KeptSession>, StoreError> {
        let notes = self.store().await?.notes(SPACE, "", after, limit, now_ms);
        let read = |note: Note| {
            let kept = Kept::deserialize(&note.value).ok()?;
            Some(KeptSession {
                key: note.key.into(),
                session: kept.session,
            })
        };
        Ok(notes.await?.into_iter().filter_map(read).collect())
    }
}
