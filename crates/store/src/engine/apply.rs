//! Applying a change set.

use std::collections::HashMap;

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::{Map, Value};

use super::concerns::Concerned;
use super::missed::{merged, missed};
use super::{CHECKPOINT_EVERY, chain};
use crate::canonical::{MAX_DEPTH, array, canonical, is_shallow, sha256};
use crate::change::{Action, Applied, Change, ChangeMeta, Entry, Event, Expect};
use crate::document::{self, Class, Document, Kind, Scope};
use crate::error::{ApplyError, Invalid, StoreError};
use crate::merge::merge_patch;
use crate::revision::{Head, Revision};
use crate::rows::{ChangeSet, Transaction};
use crate::seal::{KEYS, Sealer};

/// Bytes of JSON a document may have.
const MAX_DOCUMENT: usize = 16 << 20;

/// What the store would hold after a change set: what the validation looks at, before anything is
/// permanent.
///
/// It reads what it is asked for, so that the validation of a small change of the directory does
/// not cost a walk over a million credentials.
#[derive(Clone, Copy)]
pub struct Proposal<'a> {
    transaction: &'a dyn Transaction,
    entries: &'a [Entry],
    head: Head,
}

impl std::fmt::Debug for Proposal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proposal")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

impl<'a> Proposal<'a> {
    pub(super) const fn new(
        transaction: &'a dyn Transaction,
        entries: &'a [Entry],
        head: Head,
    ) -> Self {
        Self {
            transaction,
            entries,
            head,
        }
    }

    /// What is stored, with nothing that would change.
    pub(crate) fn of(transaction: &'a dyn Transaction) -> Result<Self, StoreError> {
        Ok(Self {
            transaction,
            entries: &[],
            head: transaction.head()?,
        })
    }

    /// Takes over data keys that another node made.
    pub fn renew(&self, sealer: &Sealer) -> Result<(), StoreError> {
        match self.transaction.meta(KEYS)? {
            Some(stored) => sealer.refresh(&stored),
            None => Ok(()),
        }
    }

    /// The documents that would differ from how they were after a change set, whoever changed them;
    /// none if that cannot be told, so that everything has to be read.
    pub fn since(&self, sequence: u64) -> Result<Option<Vec<Entry>>, StoreError> {
        let missed = missed(self.transaction, sequence)?;
        Ok(missed.map(|missed| merged(missed.into_iter().chain(self.entries.iter().cloned()))))
    }

    /// The same, as if these were what would change.
    #[must_use]
    pub const fn with_entries<'b>(&self, entries: &'b [Entry]) -> Proposal<'b>
    where
        'a: 'b,
    {
        Proposal {
            transaction: self.transaction,
            entries,
            head: self.head,
        }
    }

    /// The documents that would change, before and after.
    pub const fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// Where the store would stand.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Whether a rules document would change.
    pub fn touches_rules(&self) -> bool {
        touches_rules(self.entries)
    }

    /// A document as it would be.
    pub fn document(&self, kind: &Kind, id: &str) -> Result<Option<Document>, StoreError> {
        self.transaction.document(kind, id)
    }

    /// A part of the documents of a kind, as they would be.
    pub fn page(&self, page: &document::Page) -> Result<Vec<Document>, StoreError> {
        self.transaction.page(page)
    }

    /// Every document as it would be, in the order of kind and id.
    pub fn documents(
        &self,
        scope: &Scope,
        mut visit: impl FnMut(Document),
    ) -> Result<(), StoreError> {
        self.transaction.documents(scope, &mut |document| {
            visit(document);
            Ok(())
        })
    }
}

/// Writes a change set into the transaction; the caller commits.
pub(crate) fn apply<T, E>(
    transaction: &dyn Transaction,
    changes: Vec<Change>,
    meta: &ChangeMeta,
    validate: impl FnOnce(&Proposal<'_>) -> Result<T, ApplyError<E>>,
) -> Result<(Applied<T>, Head), ApplyError<E>> {
    check_meta(meta)?;
    let before = transaction.head()?;
    let entries = stage(transaction, changes)?;
    if entries.is_empty() {
        let proposal = Proposal {
            transaction,
            entries: &entries,
            head: before,
        };
        let applied = Applied {
            sequence: before.sequence,
            revision: None,
            validated: validate(&proposal)?,
            entries,
        };
        return Ok((applied, before));
    }

    let sequence = before.sequence.saturating_add(1);
    write_documents(transaction, &entries, sequence)?;
    let revision = if touches_rules(&entries) {
        Some(Revision {
            number: before.revision.number.saturating_add(1),
            hash: rules_hash(transaction)?,
        })
    } else {
        None
    };
    let head = Head {
        sequence,
        revision: revision.unwrap_or(before.revision),
    };
    let validated = validate(&Proposal {
        transaction,
        entries: &entries,
        head,
    })?;

    let set = ChangeSet {
        sequence,
        revision: revision.map(|revision| revision.number),
        meta: meta.clone(),
        event: None,
        digests: chain::digests(&entries),
    };
    append(transaction, &set)?;
    let concerned = Concerned::new(transaction, &entries);
    for (ordinal, entry) in (0..).zip(&entries) {
        transaction.append_entry(sequence, ordinal, entry, &concerned.by(entry)?)?;
    }
    if let Some(revision) = &revision {
        transaction.append_revision(revision, sequence)?;
    }
    if let Some(revision) = &revision
        && (revision.number == 1 || revision.number.is_multiple_of(CHECKPOINT_EVERY))
    {
        write_checkpoint(transaction, revision.number)?;
    }
    transaction.set_head(&head)?;
    let applied = Applied {
        sequence,
        revision,
        entries,
        validated,
    };
    Ok((applied, head))
}

/// Writes an event into the transaction; the caller commits. Returns where the store stands then.
pub(crate) fn note_event(
    transaction: &dyn Transaction,
    event: Event,
    meta: ChangeMeta,
) -> Result<Head, StoreError> {
    check_meta(&meta)?;
    if Kind::new(&event.name).is_err() {
        let name = event.name.chars().take(40);
        return Err(Invalid::Event(name.flat_map(char::escape_debug).collect()).into());
    }
    if let Some((kind, id)) = &event.subject {
        check_id(kind, id)?;
    }
    if let Some(tenant) = &event.tenant {
        check_id(&Kind::stored("tenant"), tenant)?;
    }
    let before = transaction.head()?;
    append_event(transaction, &before, before.sequence, event, meta)
}

/// Writes an event under the number after `newest`. Returns where the store stands then.
pub(super) fn append_event(
    transaction: &dyn Transaction,
    before: &Head,
    newest: u64,
    event: Event,
    meta: ChangeMeta,
) -> Result<Head, StoreError> {
    let head = Head {
        sequence: newest.saturating_add(1),
        ..*before
    };
    let set = ChangeSet {
        sequence: head.sequence,
        revision: None,
        meta,
        event: Some(event),
        digests: chain::digests(&[]),
    };
    append(transaction, &set)?;
    transaction.set_head(&head)?;
    Ok(head)
}

/// Appends a change set as the next link of the chain.
fn append(transaction: &dyn Transaction, set: &ChangeSet) -> Result<(), StoreError> {
    let previous = transaction.newest_hash()?.unwrap_or_default();
    transaction.append_change_set(set, &chain::link(&previous, set))
}

fn touches_rules(entries: &[Entry]) -> bool {
    entries
        .iter()
        .any(|entry| entry.kind.class() == Class::Rules)
}

fn check_meta(meta: &ChangeMeta) -> Result<(), Invalid> {
    let words = [
        ("who", &meta.who, 256),
        ("comment", &meta.comment, 4096),
        ("source", &meta.source, 64),
    ];
    let from = meta.from.as_ref().map(|from| ("from", from, 64));
    for (field, text, limit) in words.into_iter().chain(from) {
        if text.contains('\0') {
            return Err(Invalid::Nul { field });
        }
        if text.len() > limit {
            return Err(Invalid::Meta {
                field,
                length: text.len(),
                limit,
            });
        }
    }
    Ok(())
}

/// What a document was before the change set, and what it has become so far.
struct Staged {
    kind: Kind,
    id: Box<str>,
    before: Option<Document>,
    after: Option<Box<str>>,
}

/// Works out what every touched document becomes. Documents that end as they were are left out.
fn stage<E>(
    transaction: &dyn Transaction,
    changes: Vec<Change>,
) -> Result<Vec<Entry>, ApplyError<E>> {
    let mut staged: Vec<Staged> = Vec::with_capacity(changes.len());
    let mut places: HashMap<(Kind, Box<str>), usize> = HashMap::with_capacity(changes.len());
    for change in changes {
        let Change {
            kind,
            id,
            action,
            expect,
        } = change;
        let next = staged.len();
        let place = *places.entry((kind.clone(), id.clone())).or_insert(next);
        if place == next {
            check_id(&kind, &id)?;
            let before = transaction.document(&kind, &id)?;
            staged.push(Staged {
                after: before.as_ref().map(|document| document.json.clone()),
                kind,
                id,
                before,
            });
        }
        let Some(row) = staged.get_mut(place) else {
            continue;
        };
        check_expectation(row, expect)?;
        row.after = act(row, action)?;
    }
    let entries = staged.into_iter().filter_map(|row| {
        let before = row.before.map(|document| document.json);
        (before != row.after).then_some(Entry {
            kind: row.kind,
            id: row.id,
            before,
            after: row.after,
        })
    });
    Ok(entries.collect())
}

fn check_id(kind: &Kind, id: &str) -> Result<(), Invalid> {
    if document::is_id(id) {
        return Ok(());
    }
    Err(Invalid::Id {
        kind: kind.clone(),
        id: id.chars().take(64).flat_map(char::escape_debug).collect(),
    })
}

fn check_expectation<E>(row: &Staged, expected: Expect) -> Result<(), ApplyError<E>> {
    let found = row.before.as_ref().map(|document| document.version);
    let met = match expected {
        Expect::Anything => true,
        Expect::Absent => found.is_none(),
        Expect::Present => found.is_some(),
        Expect::Version(version) => found == Some(version),
    };
    if met {
        return Ok(());
    }
    Err(ApplyError::Conflict {
        kind: row.kind.clone(),
        id: row.id.clone(),
        expected,
        found,
    })
}

fn act<E>(row: &Staged, action: Action) -> Result<Option<Box<str>>, ApplyError<E>> {
    let value = match action {
        Action::Delete => return Ok(None),
        Action::Put(value) => value,
        Action::Merge(patch) => {
            // The patch is walked as deep as it is nested.
            check_depth(row, &patch)?;
            let mut value = match &row.after {
                Some(json) => document::read(&row.kind, &row.id, json)?,
                None => Value::Object(Map::new()),
            };
            merge_patch(&mut value, &patch);
            value
        }
    };
    check_depth(row, &value)?;
    let found = match &value {
        Value::Object(_) => None,
        Value::Array(_) => Some("an array"),
        Value::String(_) => Some("a string"),
        Value::Number(_) => Some("a number"),
        Value::Bool(_) => Some("a boolean"),
        Value::Null => Some("null"),
    };
    if let Some(found) = found {
        return Err(ApplyError::Invalid(Invalid::NotAnObject {
            kind: row.kind.clone(),
            id: row.id.clone(),
            found,
        }));
    }
    let json = canonical(&value);
    if json.len() > MAX_DOCUMENT {
        return Err(ApplyError::Invalid(Invalid::TooLong {
            kind: row.kind.clone(),
            id: row.id.clone(),
            length: json.len(),
            limit: MAX_DOCUMENT,
        }));
    }
    Ok(Some(json.into()))
}

fn check_depth(row: &Staged, value: &Value) -> Result<(), Invalid> {
    if is_shallow(value) {
        return Ok(());
    }
    Err(Invalid::TooDeep {
        kind: row.kind.clone(),
        id: row.id.clone(),
        limit: MAX_DEPTH,
    })
}

fn write_documents(
    transaction: &dyn Transaction,
    entries: &[Entry],
    sequence: u64,
) -> Result<(), StoreError> {
    for entry in entries {
        match &entry.after {
            Some(json) => {
                let digest = sha256(json.as_bytes());
                let document = Document {
                    kind: entry.kind.clone(),
                    id: entry.id.clone(),
                    version: sequence,
                    json: json.clone(),
                };
                transaction.put_document(&document, &digest)?;
            }
            None => transaction.delete_document(&entry.kind, &entry.id)?,
        }
    }
    Ok(())
}

/// Hashes kind, id and digest of documents that come in the order of kind and id. Neither kinds
/// nor ids hold the NUL that ends them here.
pub(super) struct RulesHash(Context);

impl RulesHash {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(super) fn add(&mut self, kind: &str, id: &str, digest: &[u8]) {
        for part in [kind.as_bytes(), b"\0", id.as_bytes(), b"\0", digest] {
            self.0.update(part);
        }
    }

    pub(super) fn finish(self) -> [u8; 32] {
        array(self.0.finish().as_ref())
    }
}

pub(super) fn rules_hash(transaction: &dyn Transaction) -> Result<[u8; 32], StoreError> {
    let mut hash = RulesHash::new();
    transaction.rules_digests(&mut |kind, id, digest| hash.add(kind, id, digest))?;
    Ok(hash.finish())
}

fn write_checkpoint(transaction: &dyn Transaction, number: u64) -> Result<(), StoreError> {
    let mut rules = Vec::new();
    transaction.documents(&Scope::Class(Class::Rules), &mut |document| {
        rules.push(document);
        Ok(())
    })?;
    transaction.write_checkpoint(number, &rules)
}
