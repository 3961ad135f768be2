//! Back from a backup.

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::Value;

use super::item::{Begin, Item, bytes};
use super::{BackedUp, FORM, add};
use crate::canonical::{hex, sha256};
use crate::change::{ChangeMeta, Event};
use crate::document::Document;
use crate::engine::apply::{append_event, rules_hash};
use crate::engine::missed::RESTORED;
use crate::engine::{Proposal, chain};
use crate::error::{ApplyError, StoreError};
use crate::revision::{Head, Revision};
use crate::rows::{Horizons, Transaction};
use crate::seal::{KEYS, Sealer};
use crate::store::FINGERPRINT;

/// What a line could not be used for.
type Why = Result<(), String>;

/// Puts a backup in the place of everything; the caller commits. `validate` sees the result. That
/// it was restored is an event, whose number is beyond every one that was taken before and that the
/// backup has: nobody takes the state from before for newer, nor for one that the log goes on from.
/// Keys of sealed secrets are never lost: those of the backup are added to those that there are.
pub(crate) fn restore<T, E>(
    transaction: &dyn Transaction,
    lines: &mut dyn Iterator<Item = Result<Value, String>>,
    sealer: &Sealer,
    meta: ChangeMeta,
    validate: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>>,
) -> Result<(BackedUp, T, Head), ApplyError<E>> {
    let before = transaction.head()?;
    transaction.clear()?;
    let mut reader = Reader {
        transaction,
        hash: Context::new(&SHA256),
        lines: 0,
        checkpoint: None,
        found: BackedUp {
            sequence: 0,
            documents: 0,
            change_sets: 0,
        },
    };
    let begin = reader.everything(lines)?;
    let head = finish(transaction, &begin)?;
    if let Some(keys) = &begin.keys {
        transaction.set_meta(KEYS, &ring(transaction, sealer, keys)?)?;
    }
    let comment = format!(
        "A backup of change set {} took the place of change set {}. {}",
        head.sequence, before.sequence, meta.comment
    );
    let meta = ChangeMeta {
        comment: comment.chars().take(1_000).collect(),
        ..meta
    };
    let newest = before.sequence.max(head.sequence);
    let head = append_event(transaction, &head, newest, Event::new("restore"), meta)?;
    transaction.set_meta(RESTORED, &head.sequence.to_string())?;
    let validated = validate(&Proposal::new(transaction, &[], head))?;
    Ok((reader.found, validated, head))
}

/// Checks what was read as a whole.
fn finish(transaction: &dyn Transaction, begin: &Begin) -> Result<Head, StoreError> {
    let whole = |detail: String| StoreError::Backup { line: 0, detail };
    let hash = bytes(&begin.revision_hash).ok_or_else(|| whole("no revision".to_owned()))?;
    let head = Head {
        sequence: begin.sequence,
        revision: Revision {
            number: begin.revision,
            hash,
        },
    };
    transaction.set_head(&head)?;
    let horizons = Horizons {
        rules: begin.rules_horizon,
        directory: begin.directory_horizon,
    };
    transaction.forget(&horizons, 0)?;
    if begin.revision > 0 && rules_hash(transaction)? != hash {
        return Err(whole("its rules do not have their hash".to_owned()));
    }
    if let Some(fault) = chain::verify(transaction, None)?.fault {
        return Err(whole(fault.to_string()));
    }
    Ok(head)
}

/// The keys that there are, with those that the backup has and that are missing.
fn ring(
    transaction: &dyn Transaction,
    sealer: &Sealer,
    backup: &str,
) -> Result<String, StoreError> {
    let merged = sealer.merged(transaction.meta(KEYS)?.as_deref(), backup);
    merged.map_err(|error| match error {
        StoreError::MasterDiffers { expected, found } => StoreError::Backup {
            line: 1,
            detail: format!(
                "it has secrets that are sealed under another master key (known by {expected}; the \
                 one here is known by {found}): put that master.key, with the installation.key, \
                 into an empty data directory, and restore there"
            ),
        },
        other => other,
    })
}

/// Takes lines into a database that is empty.
struct Reader<'a> {
    transaction: &'a dyn Transaction,
    hash: Context,
    lines: u64,
    /// The checkpoint whose documents come.
    checkpoint: Option<(u64, Vec<Document>)>,
    found: BackedUp,
}

impl Reader<'_> {
    fn everything(
        &mut self,
        lines: &mut dyn Iterator<Item = Result<Value, String>>,
    ) -> Result<Begin, StoreError> {
        let at = |line: u64, detail: String| StoreError::Backup { line, detail };
        let Some(first) = lines.next() else {
            return Err(at(1, "the file is empty".to_owned()));
        };
        let begin = first.and_then(|line| self.begin(&line));
        let begin = begin.map_err(|why| at(1, why))?;
        for line in lines {
            let number = self.lines.saturating_add(1);
            let line = line.map_err(|why| at(number, why))?;
            let item = read(&line).map_err(|why| at(number, why))?;
            if let Item::End(end) = item {
                self.flush()?;
                let found = hex(self.hash.clone().finish().as_ref());
                if end.lines != self.lines || end.sha256 != found {
                    return Err(at(number, "what comes before it was changed".to_owned()));
                }
                return Ok(begin);
            }
            add(&mut self.hash, &line);
            self.lines = number;
            self.take(item)?.map_err(|why| at(number, why))?;
        }
        let why = "the file ends before the backup does: it was cut off".to_owned();
        Err(at(self.lines.saturating_add(1), why))
    }

    fn begin(&mut self, line: &Value) -> Result<Begin, String> {
        let Ok(Item::Postern(begin)) = read(line) else {
            return Err("this is no backup of Postern's".to_owned());
        };
        if begin.backup != FORM {
            return Err(format!(
                "it has the form {}, and this Postern knows {FORM}: restore it with the Postern \
                 that wrote it",
                begin.backup
            ));
        }
        let here = self.transaction.meta(FINGERPRINT);
        let here = here.map_err(|error| error.to_string())?;
        if here.as_deref() != Some(&begin.installation) {
            return Err(
                "it was made with another installation.key, without which none of its \
                 credentials could be verified: put that file into an empty data directory, and \
                 restore there"
                    .to_owned(),
            );
        }
        add(&mut self.hash, line);
        self.lines = 1;
        self.found.sequence = begin.sequence;
        Ok(begin)
    }

    /// Outside: the database failed. Inside: the line is at fault.
    fn take(&mut self, item: Item) -> Result<Why, StoreError> {
        let transaction = self.transaction;
        let malformed = || Ok(Err("something in it has not the form it should".to_owned()));
        match item {
            Item::Set(set) => {
                let Some((set, hash)) = set.read() else {
                    return malformed();
                };
                transaction.append_change_set(&set, &hash)?;
                self.found.change_sets = self.found.change_sets.saturating_add(1);
            }
            Item::Change(change) => {
                let Some((sequence, kept)) = change.read() else {
                    return malformed();
                };
                transaction.append_entry(sequence, kept.ordinal, &kept.entry, &kept.concerns)?;
            }
            Item::Revision(revision) => {
                self.flush()?;
                let Some(hash) = bytes(&revision.hash) else {
                    return malformed();
                };
                let made = Revision {
                    number: revision.number,
                    hash,
                };
                transaction.append_revision(&made, revision.sequence)?;
            }
            Item::Checkpoint(checkpoint) => {
                let Some(document) = checkpoint.document.read() else {
                    return malformed();
                };
                match &mut self.checkpoint {
                    Some((number, documents)) if *number == checkpoint.revision => {
                        documents.push(document);
                    }
                    _ => {
                        self.flush()?;
                        self.checkpoint = Some((checkpoint.revision, vec![document]));
                    }
                }
            }
            Item::Document(document) => {
                self.flush()?;
                let Some(document) = document.read() else {
                    return malformed();
                };
                transaction.put_document(&document, &sha256(document.json.as_bytes()))?;
                self.found.documents = self.found.documents.saturating_add(1);
            }
            Item::Note(note) => {
                self.flush()?;
                let Some((space, note)) = note.read() else {
                    return malformed();
                };
                transaction.put_note(space, &note)?;
            }
            Item::Postern(_) | Item::End(_) => {
                return Ok(Err("it does not stand where it should".to_owned()));
            }
        }
        Ok(Ok(()))
    }

    /// Writes down the checkpoint whose documents have come.
    fn flush(&mut self) -> Result<(), StoreError> {
        match self.checkpoint.take() {
            Some((number, documents)) => self.transaction.write_checkpoint(number, &documents),
            None => Ok(()),
        }
    }
}

fn read(line: &Value) -> Result<Item, String> {
    serde::Deserialize::deserialize(line)
        .map_err(|error: serde_json::Error| format!("it cannot be read: {error}"))
}
