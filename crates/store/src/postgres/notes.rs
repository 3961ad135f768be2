//! The statements for notes.

use tokio_postgres::Row;

use super::rows::{Rows, limit};
use crate::error::StoreError;
use crate::rows::{NoteRange, Notes, StoredNote};

type Result<T> = std::result::Result<T, StoreError>;

impl Notes for Rows<'_> {
    fn note(&self, space: &str, key: &str) -> Result<Option<StoredNote>> {
        let sql = "SELECT key, json, expires_at FROM notes WHERE space = $1 AND key = $2";
        self.one(sql, &[&space, &key], |row| self.stored(row))
    }

    fn put_note(&self, space: &str, note: &StoredNote) -> Result<()> {
        self.execute(
            "INSERT INTO notes (space, key, json, expires_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (space, key) DO UPDATE
             SET json = excluded.json, expires_at = excluded.expires_at",
            &[&space, &&*note.key, &&*note.json, &note.expires_at_ms],
        )?;
        Ok(())
    }

    fn delete_note(&self, space: &str, key: &str) -> Result<bool> {
        let sql = "DELETE FROM notes WHERE space = $1 AND key = $2";
        Ok(self.execute(sql, &[&space, &key])? > 0)
    }

    fn notes(&self, space: &str, range: &NoteRange<'_>, most: usize) -> Result<Vec<StoredNote>> {
        // The last character of all ends what begins with the prefix.
        let end = format!("{}\u{10ffff}", range.prefix);
        let begin = range.prefix.max(range.after.unwrap_or_default());
        let mut notes = Vec::new();
        self.each(
            "SELECT key, json, expires_at FROM notes
             WHERE space = $1 AND key >= $2 AND key < $3 AND ($4::text IS NULL OR key > $4)
             AND expires_at > $5 ORDER BY key LIMIT $6",
            &[
                &space,
                &begin,
                &end,
                &range.after,
                &range.ends_after_ms,
                &limit(most),
            ],
            |row| {
                notes.push(self.stored(row)?);
                Ok(())
            },
        )?;
        Ok(notes)
    }

    fn sweep_notes(&self, now_ms: i64, most: usize) -> Result<u64> {
        self.execute(
            "DELETE FROM notes WHERE (space, key) IN
             (SELECT space, key FROM notes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
            &[&now_ms, &limit(most)],
        )
    }
}

impl Rows<'_> {
    fn stored(&self, row: &Row) -> Result<StoredNote> {
        Ok(StoredNote {
            key: self.text(row, 0)?,
            json: self.text(row, 1)?,
            expires_at_ms: self.get(row, 2)?,
        })
    }
}
