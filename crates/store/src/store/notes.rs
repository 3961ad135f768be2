//! Notes in the store.

use serde_json::Value;

use super::Store;
use crate::engine;
use crate::error::StoreError;
use crate::note::{Note, NoteWrite};
use crate::rows::NoteRange;

/// Notes are named by a space (`session`, the form of a kind) and a key in it. They take no
/// sequence number and are in no revision. `now_ms` is the time in Unix milliseconds: what has
/// ended by then is not found, and is deleted with later writes.
impl Store {
    /// Writes a note, in the place of one with its key.
    pub async fn note_put(&self, space: &str, note: Note, now_ms: i64) -> Result<(), StoreError> {
        self.notes_put(space, vec![note], now_ms).await
    }

    /// Writes notes, all or none.
    pub async fn notes_put(
        &self,
        space: &str,
        notes: Vec<Note>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let space = space.to_owned();
        self.write(move |transaction| engine::put_notes(transaction, &space, &notes, now_ms))
            .await
    }

    /// Writes and deletes notes of several spaces, all or none.
    pub async fn notes_write(&self, writes: Vec<NoteWrite>, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |transaction| engine::write_notes(transaction, &writes, now_ms))
            .await
    }

    /// Writes a note unless there is one with its key. Returns the one that there is; none if this
    /// one was written.
    pub async fn note_put_if_absent(
        &self,
        space: &str,
        note: Note,
        now_ms: i64,
    ) -> Result<Option<Note>, StoreError> {
        let space = space.to_owned();
        self.write(move |transaction| engine::put_if_absent(transaction, &space, &note, now_ms))
            .await
    }

    /// Writes a note if the one with its key still says what is expected. Returns whether it did.
    pub async fn note_swap(
        &self,
        space: &str,
        expected: Value,
        note: Note,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let space = space.to_owned();
        self.write(move |transaction| {
            engine::swap_note(transaction, &space, &expected, &note, now_ms)
        })
        .await
    }

    /// A note.
    pub async fn note_get(
        &self,
        space: &str,
        key: &str,
        now_ms: i64,
    ) -> Result<Option<Note>, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.read(move |transaction| engine::note(transaction, &space, &key, now_ms))
            .await
    }

    /// A note, which is deleted with it: of several who take it, one gets it.
    pub async fn note_take(
        &self,
        space: &str,
        key: &str,
        now_ms: i64,
    ) -> Result<Option<Note>, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.write(move |transaction| engine::take_note(transaction, &space, &key, now_ms))
            .await
    }

    /// Deletes a note. Returns whether there was one.
    pub async fn note_delete(&self, space: &str, key: &str) -> Result<bool, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.write(move |transaction| transaction.delete_note(&space, &key))
            .await
    }

    /// Notes whose keys begin with `prefix` and come after a key, in the order of their keys, at
    /// most `limit`.
    pub async fn notes(
        &self,
        space: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        now_ms: i64,
    ) -> Result<Vec<Note>, StoreError> {
        let (space, prefix) = (space.to_owned(), prefix.to_owned());
        let after = after.map(str::to_owned);
        self.read(move |transaction| {
            let range = NoteRange {
                prefix: &prefix,
                after: after.as_deref(),
                ends_after_ms: now_ms,
            };
            engine::notes(transaction, &space, &range, limit)
        })
        .await
    }

    /// Deletes notes that have ended, of every space. Returns how many.
    pub async fn notes_sweep(&self, now_ms: i64) -> Result<u64, StoreError> {
        let mut gone = 0_u64;
        loop {
            let part = self
                .write(move |transaction| engine::sweep_notes(transaction, now_ms))
                .await?;
            if part == 0 {
                return Ok(gone);
            }
            gone = gone.saturating_add(part);
        }
    }
}
