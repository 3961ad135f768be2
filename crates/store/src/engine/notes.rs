//! Notes, over any transaction. What has ended is not found, and goes a little at a time.

use serde_json::Value;

use crate::canonical::canonical;
use crate::error::{Invalid, StoreError};
use crate::note::{self, MAX_NOTE, Note, NoteWrite};
use crate::rows::{NoteRange, StoredNote, Transaction};

/// Notes that have ended and go with a write: more than are written, so that they come to an end.
const SWEPT: usize = 64;

/// Notes that have ended and go in one transaction when it is asked for.
const SWEEP: usize = 5_000;

type Result<T> = std::result::Result<T, StoreError>;

/// A note that has not ended.
pub(crate) fn note(
    transaction: &dyn Transaction,
    space: &str,
    key: &str,
    now_ms: i64,
) -> Result<Option<Note>> {
    note::check(space, key)?;
    let found = transaction.note(space, key)?;
    let found = found.filter(|found| found.expires_at_ms > now_ms);
    found.map(|found| read(space, found)).transpose()
}

/// Writes notes, each in the place of one with its key.
pub(crate) fn put_notes(
    transaction: &dyn Transaction,
    space: &str,
    notes: &[Note],
    now_ms: i64,
) -> Result<()> {
    for note in notes {
        put(transaction, space, note)?;
    }
    transaction.sweep_notes(now_ms, SWEPT.saturating_add(notes.len()))?;
    Ok(())
}

/// Writes and deletes notes of several spaces.
pub(crate) fn write_notes(
    transaction: &dyn Transaction,
    writes: &[NoteWrite],
    now_ms: i64,
) -> Result<()> {
    for write in writes {
        match write {
            NoteWrite::Put { space, note } => put(transaction, space, note)?,
            NoteWrite::Delete { space, key } => {
                transaction.delete_note(space, key)?;
            }
        }
    }
    transaction.sweep_notes(now_ms, SWEPT.saturating_add(writes.len()))?;
    Ok(())
}

/// Writes a note unless there is one with its key that has not ended. Returns that one.
pub(crate) fn put_if_absent(
    transaction: &dyn Transaction,
    space: &str,
    note: &Note,
    now_ms: i64,
) -> Result<Option<Note>> {
    let found = self::note(transaction, space, &note.key, now_ms)?;
    if found.is_none() {
        put_notes(transaction, space, std::slice::from_ref(note), now_ms)?;
    }
    Ok(found)
}

/// Writes a note if the one with its key still says what is expected. Returns whether it did.
pub(crate) fn swap_note(
    transaction: &dyn Transaction,
    space: &str,
    expected: &Value,
    note: &Note,
    now_ms: i64,
) -> Result<bool> {
    let found = self::note(transaction, space, &note.key, now_ms)?;
    let same = found.is_some_and(|found| found.value == *expected);
    if same {
        put_notes(transaction, space, std::slice::from_ref(note), now_ms)?;
    }
    Ok(same)
}

/// A note that has not ended, which is gone then.
pub(crate) fn take_note(
    transaction: &dyn Transaction,
    space: &str,
    key: &str,
    now_ms: i64,
) -> Result<Option<Note>> {
    let found = note(transaction, space, key, now_ms)?;
    transaction.delete_note(space, key)?;
    Ok(found)
}

/// Notes of a space that have not ended, in the order of their keys.
pub(crate) fn notes(
    transaction: &dyn Transaction,
    space: &str,
    range: &NoteRange<'_>,
    limit: usize,
) -> Result<Vec<Note>> {
    let found = transaction.notes(space, range, limit)?;
    found.into_iter().map(|note| read(space, note)).collect()
}

/// Deletes notes that have ended. Returns how many; there may be more.
pub(crate) fn sweep_notes(transaction: &dyn Transaction, now_ms: i64) -> Result<u64> {
    transaction.sweep_notes(now_ms, SWEEP)
}

fn put(transaction: &dyn Transaction, space: &str, note: &Note) -> Result<()> {
    note::check(space, &note.key)?;
    let json = canonical(&note.value);
    if json.len() > MAX_NOTE {
        return Err(StoreError::Invalid(Invalid::NoteTooLong {
            key: note.key.clone(),
            length: json.len(),
            limit: MAX_NOTE,
        }));
    }
    let stored = StoredNote {
        key: note.key.clone(),
        json: json.into(),
        expires_at_ms: note.expires_at_ms,
    };
    transaction.put_note(space, &stored)
}

fn read(space: &str, note: StoredNote) -> Result<Note> {
    Ok(Note {
        value: note::read(space, &note)?,
        key: note.key,
        expires_at_ms: note.expires_at_ms,
    })
}
