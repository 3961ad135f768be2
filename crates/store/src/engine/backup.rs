//! Everything that is stored as lines of JSON, and back. One form for every database.
//!
//! Of notes, only those that are state are in it: sessions and links that were ended since must not
//! come back. Of what is noted about the database as a whole, the wrapped keys of sealed secrets.

mod item;
mod restore;

use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::item::bytes;
use self::item::{Begin, Change, Checkpoint, Document, End, Item, Note, Revision, Set};
pub(crate) use self::restore::restore;
use crate::canonical::{canonical, hex};
use crate::document::Scope;
use crate::error::StoreError;
use crate::note::IN_BACKUPS;
use crate::rows::{NoteRange, Transaction};
use crate::seal::KEYS;
use crate::store::FINGERPRINT;

/// The version of the form.
const FORM: u64 = 2;

/// Change sets and revisions that are read at a time.
const PART: usize = 200;

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// The newest change set in it.
    pub sequence: u64,
    /// Documents in it.
    pub documents: u64,
    /// Change sets in it.
    pub change_sets: u64,
}

/// Hands out lines, and counts and hashes them.
struct Writer<'a> {
    sink: &'a mut dyn FnMut(Value) -> bool,
    hash: Context,
    lines: u64,
}

impl Writer<'_> {
    fn write(&mut self, item: &Item) -> Result<(), StoreError> {
        let line = serde_json::to_value(item).map_err(|_| StoreError::Abandoned)?;
        add(&mut self.hash, &line);
        self.lines = self.lines.saturating_add(1);
        self.send(line)
    }

    fn send(&mut self, line: Value) -> Result<(), StoreError> {
        // Whoever wanted it is gone.
        (self.sink)(line).then_some(()).ok_or(StoreError::Abandoned)
    }
}

/// Adds a line to the hash of all.
fn add(hash: &mut Context, line: &Value) {
    hash.update(canonical(line).as_bytes());
    hash.update(b"\n");
}

/// Writes everything, line by line, until `sink` says `false`; then nobody has a whole backup, and
/// the error says so.
pub(crate) fn backup(
    transaction: &dyn Transaction,
    now_ms: i64,
    sink: &mut dyn FnMut(Value) -> bool,
) -> Result<BackedUp, StoreError> {
    let mut writer = Writer {
        sink,
        hash: Context::new(&SHA256),
        lines: 0,
    };
    let head = transaction.head()?;
    let horizons = transaction.horizons()?;
    writer.write(&Item::Postern(Begin {
        backup: FORM,
        installation: transaction.meta(FINGERPRINT)?.unwrap_or_default(),
        made_ms: now_ms,
        sequence: head.sequence,
        revision: head.revision.number,
        revision_hash: hex(&head.revision.hash),
        rules_horizon: horizons.rules,
        directory_horizon: horizons.directory,
        keys: transaction.meta(KEYS)?,
    }))?;
    let change_sets = write_change_sets(transaction, &mut writer)?;
    write_revisions(transaction, &mut writer)?;
    let mut documents = 0_u64;
    transaction.documents(&Scope::Everything, &mut |document| {
        documents = documents.saturating_add(1);
        writer.write(&Item::Document(Document::of(&document)?))
    })?;
    write_notes(transaction, now_ms, &mut writer)?;
    let end = Item::End(End {
        lines: writer.lines,
        sha256: hex(writer.hash.clone().finish().as_ref()),
    });
    let end = serde_json::to_value(end).map_err(|_| StoreError::Abandoned)?;
    writer.send(end)?;
    Ok(BackedUp {
        sequence: head.sequence,
        documents,
        change_sets,
    })
}

fn write_change_sets(
    transaction: &dyn Transaction,
    writer: &mut Writer<'_>,
) -> Result<u64, StoreError> {
    let (mut after, mut count) = (0, 0_u64);
    loop {
        let sets = transaction.change_sets(after, PART)?;
        if sets.is_empty() {
            return Ok(count);
        }
        for (set, hash) in sets {
            let sequence = set.sequence;
            writer.write(&Item::Set(Set::of(set, &hash.unwrap_or_default())))?;
            transaction.entries(sequence, &mut |kept| {
                writer.write(&Item::Change(Change::of(sequence, kept)?))
            })?;
            after = sequence;
            count = count.saturating_add(1);
        }
    }
}

fn write_notes(
    transaction: &dyn Transaction,
    now_ms: i64,
    writer: &mut Writer<'_>,
) -> Result<(), StoreError> {
    for space in IN_BACKUPS {
        let mut after: Option<Box<str>> = None;
        loop {
            let range = NoteRange {
                prefix: "",
                after: after.as_deref(),
                ends_after_ms: now_ms,
            };
            let notes = transaction.notes(space, &range, PART)?;
            let Some(last) = notes.last().map(|note| note.key.clone()) else {
                break;
            };
            for note in notes {
                writer.write(&Item::Note(Note::of(space, note)?))?;
            }
            after = Some(last);
        }
    }
    Ok(())
}

fn write_revisions(
    transaction: &dyn Transaction,
    writer: &mut Writer<'_>,
) -> Result<(), StoreError> {
    let mut below = u64::MAX;
    loop {
        let records = transaction.revisions(0..=below, PART)?;
        let Some(oldest) = records.last().map(|record| record.revision.number) else {
            return Ok(());
        };
        for record in records {
            let number = record.revision.number;
            writer.write(&Item::Revision(Revision {
                number,
                hash: hex(&record.revision.hash),
                sequence: record.sequence,
            }))?;
            if transaction.checkpoint_before(number)? == Some(number) {
                transaction.checkpoint(number, &mut |document| {
                    writer.write(&Item::Checkpoint(Checkpoint {
                        revision: number,
                        document: Document::of(&document)?,
                    }))
                })?;
            }
        }
        let Some(next) = oldest.checked_sub(1) else {
            return Ok(());
        };
        below = next;
    }
}
