//! Notes: small things with an end, outside of the change log.

use serde_json::Value;

use crate::document::is_id;
use crate::error::{Invalid, StoreError};
use crate::rows::StoredNote;

/// Bytes of JSON that a note may have.
pub(crate) const MAX_NOTE: usize = 1 << 20;

/// The space of what is kept of passwords.
pub const PASSWORDS: &str = "password";

/// Spaces whose notes are state, and are in backups.
pub(crate) const IN_BACKUPS: [&str; 1] = [PASSWORDS];

/// A note, as it is kept. Sessions, idempotency keys, one-time links, what waits to be delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its name in its space.
    pub key: Box<str>,
    /// What it says.
    pub value: Value,
    /// When it ends, in Unix milliseconds. From then on nobody finds it.
    pub expires_at_ms: i64,
}

/// What happens to a note of a space.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteWrite {
    /// It is written, in the place of one with its key.
    Put {
        /// The space.
        space: &'static str,
        /// The note.
        note: Note,
    },
    /// It goes, if it is there.
    Delete {
        /// The space.
        space: &'static str,
        /// Its key.
        key: Box<str>,
    },
}

/// What a stored note says.
pub(crate) fn read(space: &str, note: &StoredNote) -> Result<Value, StoreError> {
    serde_json::from_str(&note.json).map_err(|error| StoreError::Damaged {
        place: format!("the note `{}` in `{space}`", note.key).into(),
        detail: error.to_string(),
    })
}

/// Refuses a space or a key that cannot name notes. A space has the form of a kind.
pub(crate) fn check(space: &str, key: &str) -> Result<(), Invalid> {
    crate::document::Kind::new(space).map_err(|_| Invalid::Note {
        what: "space",
        given: cut(space),
        right: "lower-case letters, digits and `_`, a letter first, at most 32",
    })?;
    if is_id(key) {
        return Ok(());
    }
    Err(Invalid::Note {
        what: "key",
        given: cut(key),
        right: "1 to 256 bytes and no control characters",
    })
}

fn cut(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}
