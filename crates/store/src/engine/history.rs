//! What was stored at an earlier time.

use std::collections::BTreeMap;

use super::apply::RulesHash;
use crate::canonical::sha256;
use crate::document::{Class, Document, Kind};
use crate::error::StoreError;
use crate::revision::Revision;
use crate::rows::Transaction;

/// A document at an earlier time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAt {
    /// Its canonical JSON then.
    Present(Box<str>),
    /// It was not there.
    Absent,
    /// The change log does not reach back so far.
    NotKept,
}

impl From<Option<Box<str>>> for RowAt {
    fn from(json: Option<Box<str>>) -> Self {
        json.map_or(Self::Absent, Self::Present)
    }
}

/// A document after a change set: what the next change of it found, or what is stored if there was
/// none since.
pub(crate) fn row_at(
    transaction: &dyn Transaction,
    kind: &Kind,
    id: &str,
    sequence: u64,
) -> Result<RowAt, StoreError> {
    let horizons = transaction.horizons()?;
    let horizon = match kind.class() {
        Class::Rules => horizons.rules,
        Class::Directory | Class::Management => horizons.directory,
    };
    let now = transaction.document(kind, id)?;
    if sequence < horizon {
        return Ok(match now {
            Some(document) if document.version <= sequence => RowAt::Present(document.json),
            _ => RowAt::NotKept,
        });
    }
    let then = match transaction.next_change(kind, id, sequence)? {
        Some(next) => next.before,
        None => now.map(|document| document.json),
    };
    Ok(then.into())
}

/// The rules documents of a kept revision, in the order of kind and id.
pub(crate) fn documents_at(
    transaction: &dyn Transaction,
    number: u64,
) -> Result<Option<(Revision, Vec<Document>)>, StoreError> {
    if number == 0 {
        return Ok(Some((Revision::EMPTY, Vec::new())));
    }
    let Some(record) = one(transaction, number)? else {
        return Ok(None);
    };
    let damaged = |detail: String| StoreError::Damaged {
        place: format!("revision {number}").into(),
        detail,
    };
    let (from, checkpoint) = match transaction.checkpoint_before(number)? {
        Some(checkpoint) => (one(transaction, checkpoint)?, checkpoint),
        None => (None, 0),
    };
    let from = from.ok_or_else(|| damaged("no checkpoint before it".to_owned()))?;

    let mut documents = BTreeMap::new();
    transaction.checkpoint(checkpoint, &mut |document| {
        documents.insert((document.kind.clone(), document.id.clone()), document);
        Ok(())
    })?;
    let since = from.sequence.saturating_add(1)..=record.sequence;
    transaction.rules_changes(since, &mut |change| {
        let key = (change.kind, change.id);
        match change.after {
            Some(json) => {
                let document = Document {
                    kind: key.0.clone(),
                    id: key.1.clone(),
                    version: change.sequence,
                    json,
                };
                documents.insert(key, document);
            }
            None => {
                documents.remove(&key);
            }
        }
        Ok(())
    })?;

    let documents: Vec<Document> = documents.into_values().collect();
    let mut hash = RulesHash::new();
    for document in &documents {
        let digest = sha256(document.json.as_bytes());
        hash.add(document.kind.as_str(), &document.id, &digest);
    }
    if hash.finish() != record.revision.hash {
        return Err(damaged("its documents do not have its hash".to_owned()));
    }
    Ok(Some((record.revision, documents)))
}

fn one(
    transaction: &dyn Transaction,
    number: u64,
) -> Result<Option<crate::revision::RevisionRecord>, StoreError> {
    Ok(transaction.revisions(number..=number, 1)?.pop())
}
