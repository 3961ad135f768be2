//! Sessions of browsers at services, as the store keeps them: for all nodes, and over restarts.
//!
//! A session is a note; another one, of the person's sessions together, counts them. One that was
//! ended leaves two: a mark, by which other nodes learn of it, and how it ended, for whoever shows it
//! later.

#[cfg(test)]
mod tests;

use postern_policy::session::{Closed, How, Whose};
use postern_store::{DataDirectory, Note, NoteWrite, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The notes with sessions, by their keys.
const SPACE: &str = "browser_session";
/// The notes that count them: whose, a colon, and the key.
const WHOSE: &str = "browser_session_of";
/// The notes that find them by the session at the provider: which, a colon, and the key.
const AT_PROVIDER: &str = "browser_session_at";
/// The notes of those that were ended: when, in milliseconds, a colon, and the first one's key.
const ENDED: &str = "browser_session_end";
/// The notes that say how those ended that are no more, by their keys.
const CLOSED: &str = "browser_session_closed";

/// Sessions of one person at most; the oldest goes.
pub const MOST: usize = 50;
/// How long it is known that a session was ended: longer than a node may be cut off and serve on.
const MARKED_MS: i64 = 60 * 60 * 1000;
/// For how long it is told at most how a session ended.
const TOLD_MS: i64 = 7 * 24 * MARKED_MS;
/// Marks that are read at once.
const MARKS: usize = 10_000;
/// Sessions of one mark at most.
const OF_A_MARK: usize = 500;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_provider: Option<String>,
    session: Value,
}

/// A session that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSession {
    /// Its key.
    pub key: String,
    /// What is kept of it.
    pub session: Value,
    /// The notes that it is counted and found by.
    found_by: Vec<(&'static str, String)>,
}

/// How sessions are ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How.
    pub how: How,
    /// Who revokes them.
    pub by: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
}

impl Kept {
    /// The notes that it is counted and found by: their spaces and keys.
    fn found_by(&self, key: &str) -> Vec<(&'static str, String)> {
        let person = (WHOSE, format!("{}:{key}", self.whose));
        let at_provider = self.at_provider.as_ref();
        let at_provider = at_provider.map(|session| (AT_PROVIDER, format!("{session}:{key}")));
        std::iter::once(person).chain(at_provider).collect()
    }

    fn under(self, key: String) -> KeptSession {
        KeptSession {
            found_by: self.found_by(&key),
            key,
            session: self.session,
        }
    }
}

impl From<How> for Ending {
    fn from(how: How) -> Self {
        Self {
            how,
            by: None,
            reason: None,
        }
    }
}

/// A session that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSession {
    /// The service that somebody had signed in for.
    pub service: String,
    /// How it ended.
    pub closed: Closed,
}

/// What is in a mark.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    keys: Vec<String>,
    closed: Closed,
}

impl EndedSession {
    fn of(session: &Value, ending: &Ending, now_ms: i64) -> Self {
        let text = |pointer: &str| session.pointer(pointer).and_then(Value::as_str);
        Self {
            service: text("/service").unwrap_or_default().to_owned(),
            closed: Closed {
                at: now_ms.div_euclid(1000),
                how: ending.how,
                by: ending.by.as_deref().map(Into::into),
                reason: ending.reason.as_deref().map(Into::into),
                issuer: text("/token/issuer").unwrap_or_default().into(),
                client: text("/token/client").map(Into::into),
            },
        }
    }
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
        whose: &Whose,
        session: Value,
        gone_at_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<String>, StoreError> {
        let store = self.store().await?;
        let prefix = format!("{}:", whose.person);
        let mut others = store.notes(WHOSE, &prefix, None, MOST * 2, now_ms).await?;
        let begun = |note: &Note| note.value.get("begun_ms").and_then(Value::as_i64);
        others.sort_by_key(begun);
        let mut ended = Vec::new();
        for note in others.iter().take((others.len() + 1).saturating_sub(MOST)) {
            let oldest = note.key.strip_prefix(&*prefix).unwrap_or_default();
            self.end(oldest, &How::TooMany.into(), now_ms).await?;
            store.note_delete(WHOSE, &note.key).await?;
            ended.push(oldest.to_owned());
        }
        let kept = Kept {
            whose: whose.person.clone(),
            at_provider: whose.at_provider.clone(),
            session,
        };
        let begun = json!({ "begun_ms": now_ms });
        let found_by = kept.found_by(key).into_iter();
        let mut writes: Vec<NoteWrite> = found_by
            .map(|(space, name)| put(space, name, begun.clone(), gone_at_ms))
            .collect();
        writes.push(put(SPACE, key.to_owned(), json!(kept), gone_at_ms));
        store.notes_write(writes, now_ms).await?;
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
        let found_by = kept.found_by(key);
        let then = Note {
            key: key.into(),
            value: json!(Kept { session, ..kept }),
            expires_at_ms: gone_at_ms,
        };
        let swapped = store.note_swap(SPACE, note.value, then, now_ms).await?;
        for (space, name) in found_by.into_iter().filter(|_| swapped) {
            // They last as long as what they count.
            if let Some(note) = store.note_get(space, &name, now_ms).await? {
                let note = Note {
                    expires_at_ms: gone_at_ms,
                    ..note
                };
                store.note_put(space, note, now_ms).await?;
            }
        }
        Ok(swapped)
    }

    /// Ends a session; whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end(&self, key: &str, ending: &Ending, now_ms: i64) -> Result<bool, StoreError> {
        let Some((_, kept)) = self.note(key, now_ms).await? else {
            return Ok(false);
        };
        let one = kept.under(key.to_owned());
        self.end_all(&[one], ending, now_ms).await?;
        Ok(true)
    }

    /// Ends sessions, all or none: gives how, by their keys.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn end_all(
        &self,
        sessions: &[KeptSession],
        ending: &Ending,
        now_ms: i64,
    ) -> Result<Vec<(String, Closed)>, StoreError> {
        let mut writes = Vec::with_capacity(sessions.len().saturating_mul(3));
        let mut marked = HashMap::<_, Vec<(String, Closed)>>::new();
        for one in sessions {
            let ended = EndedSession::of(&one.session, ending, now_ms);
            let ends_ms = one.session.get("ends_at").and_then(Value::as_i64);
            let ends_ms = ends_ms.unwrap_or_default().saturating_mul(1000);
            let until = ends_ms.clamp(now_ms + MARKED_MS, now_ms + TOLD_MS);
            writes.push(NoteWrite::Delete {
                space: SPACE,
                key: one.key.as_str().into(),
            });
            for (space, name) in &one.found_by {
                writes.push(NoteWrite::Delete {
                    space,
                    key: name.as_str().into(),
                });
            }
            writes.push(put(CLOSED, one.key.clone(), json!(ended), until));
            let closed = ended.closed;
            let alike = (
                closed.issuer.to_string(),
                closed.client.as_ref().map(ToString::to_string),
            );
            let marked = marked.entry(alike).or_default();
            marked.push((one.key.clone(), closed));
        }
        let marks = marked.values().flat_map(|alike| alike.chunks(OF_A_MARK));
        for part in marks {
            let Some((first, closed)) = part.first() else {
                continue;
            };
            let mark = Mark {
                keys: part.iter().map(|(key, _)| key.clone()).collect(),
                closed: closed.clone(),
            };
            let key = format!("{now_ms:015}:{first}");
            writes.push(put(ENDED, key, json!(mark), now_ms + MARKED_MS));
        }
        self.store().await?.notes_write(writes, now_ms).await?;
        Ok(marked.into_values().flatten().collect())
    }

    /// How a session ended that is no more, as long as that is told.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn ended(&self, key: &str, now_ms: i64) -> Result<Option<EndedSession>, StoreError> {
        let note = self.store().await?.note_get(CLOSED, key, now_ms).await?;
        Ok(note.and_then(|note| EndedSession::deserialize(&note.value).ok()))
    }

    /// The same of the first one whose key begins so.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn ended_like(
        &self,
        prefix: &str,
        now_ms: i64,
    ) -> Result<Option<EndedSession>, StoreError> {
        let store = self.store().await?;
        let found = store.notes(CLOSED, prefix, None, 1, now_ms).await?;
        let read = |note: &Note| EndedSession::deserialize(&note.value).ok();
        Ok(found.first().and_then(read))
    }

    /// The keys of sessions that were ended within so many milliseconds, on whatever node, and how.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn ended_lately(
        &self,
        within_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<(String, Closed)>, StoreError> {
        // Where nobody was ever signed in nothing is opened for it.
        let Some(store) = self.store.get() else {
            return Ok(Vec::new());
        };
        let after = format!("{:015}", now_ms.saturating_sub(within_ms));
        let marks = store.notes(ENDED, "", Some(&after), MARKS, now_ms).await?;
        let read = |note: &Note| Mark::deserialize(&note.value).ok();
        let of_a_mark = |mark: Mark| {
            let closed = mark.closed;
            let keys = mark.keys.into_iter();
            keys.map(move |key| (key, closed.clone()))
        };
        Ok(marks.iter().filter_map(read).flat_map(of_a_mark).collect())
    }

    /// The sessions of a session at the provider; where none is named, of a person.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn of(&self, whose: &Whose, now_ms: i64) -> Result<Vec<KeptSession>, StoreError> {
        let (space, name) = match &whose.at_provider {
            Some(session) => (AT_PROVIDER, session),
            None => (WHOSE, &whose.person),
        };
        let (store, prefix) = (self.store().await?, format!("{name}:"));
        let notes = store.notes(space, &prefix, None, MOST * 2, now_ms).await?;
        let mut found = Vec::new();
        for note in &notes {
            let key = note.key.strip_prefix(&*prefix).unwrap_or_default();
            if let Some((_, kept)) = self.note(key, now_ms).await? {
                found.push(kept.under(key.to_owned()));
            }
        }
        Ok(found)
    }

    /// The session whose key begins so.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn like(&self, prefix: &str, now_ms: i64) -> Result<Option<KeptSession>, StoreError> {
        let store = self.store().await?;
        let found = store.notes(SPACE, prefix, None, 1, now_ms).await?;
        Ok(found.into_iter().find_map(read))
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
        Ok(notes.await?.into_iter().filter_map(read).collect())
    }
}

fn read(note: Note) -> Option<KeptSession> {
    let kept = Kept::deserialize(&note.value).ok()?;
    Some(kept.under(note.key.into()))
}

fn put(space: &'static str, key: String, value: Value, expires_at_ms: i64) -> NoteWrite {
    let note = Note {
        key: key.into(),
        value,
        expires_at_ms,
    };
    NoteWrite::Put { space, note }
}
