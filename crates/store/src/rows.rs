//! What the store needs of a database: rows in transactions, and nothing of what they mean.
//!
//! Written for threads that may block. Where an order is asked for, text is compared by its bytes
//! (PostgreSQL: `COLLATE "C"`).

use std::ops::RangeInclusive;

use crate::change::{AuditFilter, AuditLine, ChangeFilter, ChangeMeta, Entry, Event, LoggedChange};
use crate::document::{Document, Kind, Page, Scope};
use crate::error::StoreError;
use crate::revision::{Head, Revision, RevisionRecord};

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Sees one state throughout.
    Read,
    /// The only one that writes; waits for another.
    Write,
}

/// A connection to a database.
pub(crate) trait Database: Send {
    /// Begins a transaction. Dropped without a commit, it did nothing.
    fn begin(&mut self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError>;
}

/// From which change set on the change log is complete: all after these are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Horizons {
    /// For rules documents.
    pub(crate) rules: u64,
    /// For documents of the directory and of the management.
    pub(crate) directory: u64,
}

/// What a change set did to a rules document.
#[derive(Debug)]
pub(crate) struct RulesChange {
    pub(crate) sequence: u64,
    pub(crate) kind: Kind,
    pub(crate) id: Box<str>,
    /// Its JSON after it; none if it went.
    pub(crate) after: Option<Box<str>>,
}

/// A change set, as it is written down and linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeSet {
    pub(crate) sequence: u64,
    /// The number of the revision that it made.
    pub(crate) revision: Option<u64>,
    pub(crate) meta: ChangeMeta,
    pub(crate) event: Option<Event>,
    pub(crate) digests: Digests,
}

/// What is kept of a change set's entries for ever: a digest of those that a horizon forgets
/// together; none where there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Digests {
    pub(crate) rules: Option<[u8; 32]>,
    /// Of the directory and of the management.
    pub(crate) others: Option<[u8; 32]>,
}

/// A change set and its hash, if it has one.
pub(crate) type Linked = (ChangeSet, Option<[u8; 32]>);

/// The tenants that an entry concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Concerns {
    /// Whose document it is.
    pub(crate) tenant: Option<String>,
    /// Whose it was before, or who provides the service that it names. The column is `provider`.
    pub(crate) other: Option<String>,
}

/// An entry of a change set, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptEntry {
    pub(crate) ordinal: u64,
    pub(crate) entry: Entry,
    pub(crate) concerns: Concerns,
}

/// A note, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredNote {
    pub(crate) key: Box<str>,
    pub(crate) json: Box<str>,
    pub(crate) expires_at_ms: i64,
}

/// What is called for each row. It ends the reading by an error.
pub(crate) type Visit<'a, T> = &'a mut dyn FnMut(T) -> Result<(), StoreError>;

/// One transaction.
pub(crate) trait Transaction: Chained + Notes {
    /// Makes everything permanent before it returns.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;

    fn meta(&self, key: &str) -> Result<Option<String>, StoreError>;
    fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError>;

    fn head(&self) -> Result<Head, StoreError>;
    fn set_head(&self, head: &Head) -> Result<(), StoreError>;
    fn horizons(&self) -> Result<Horizons, StoreError>;

    fn document(&self, kind: &Kind, id: &str) -> Result<Option<Document>, StoreError>;
    /// In the order of kind and id.
    fn documents(&self, scope: &Scope, visit: Visit<'_, Document>) -> Result<(), StoreError>;
    /// A part of the documents of a kind.
    fn page(&self, page: &Page) -> Result<Vec<Document>, StoreError>;
    fn put_document(&self, document: &Document, digest: &[u8; 32]) -> Result<(), StoreError>;
    fn delete_document(&self, kind: &Kind, id: &str) -> Result<(), StoreError>;
    /// Kind, id and digest of every rules document, in the order of kind and id.
    fn rules_digests(&self, visit: &mut dyn FnMut(&str, &str, &[u8])) -> Result<(), StoreError>;

    fn append_change_set(&self, set: &ChangeSet, hash: &[u8; 32]) -> Result<(), StoreError>;
    fn append_revision(&self, revision: &Revision, sequence: u64) -> Result<(), StoreError>;
    fn append_entry(
        &self,
        sequence: u64,
        ordinal: u64,
        entry: &Entry,
        concerns: &Concerns,
    ) -> Result<(), StoreError>;
    fn changes(&self, filter: &ChangeFilter) -> Result<Vec<LoggedChange>, StoreError>;
    /// The first kept change of a document after a change set.
    fn next_change(&self, kind: &Kind, id: &str, after: u64) -> Result<Option<Entry>, StoreError>;
    /// What change sets did to rules documents, in their order.
    fn rules_changes(
        &self,
        sequences: RangeInclusive<u64>,
        visit: Visit<'_, RulesChange>,
    ) -> Result<(), StoreError>;

    /// The kept revisions with these numbers, newest first.
    fn revisions(
        &self,
        numbers: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<RevisionRecord>, StoreError>;
    /// The newest checkpoint that is not newer than this revision.
    fn checkpoint_before(&self, number: u64) -> Result<Option<u64>, StoreError>;
    fn checkpoint(&self, number: u64, visit: Visit<'_, Document>) -> Result<(), StoreError>;
    /// Writes down the whole rules of a kept revision.
    fn write_checkpoint(&self, number: u64, documents: &[Document]) -> Result<(), StoreError>;

    /// The number of the first change set at or after a time, in Unix milliseconds.
    fn first_change_set_since(&self, at_ms: i64) -> Result<Option<u64>, StoreError>;
    /// The number of the last revision made by a change set before this one.
    fn revision_before(&self, sequence: u64) -> Result<Option<u64>, StoreError>;
    /// Forgets changes up to the horizons, and revisions and checkpoints before a number. Change
    /// sets stay, with the digests of what they did. Returns how many changes and revisions went.
    fn forget(&self, horizons: &Horizons, before: u64) -> Result<(u64, u64), StoreError>;
}

/// The change log as a chain.
pub(crate) trait Chained {
    /// The hash of the newest change set that has one.
    fn newest_hash(&self) -> Result<Option<[u8; 32]>, StoreError>;
    /// Change sets after a number, oldest first, with their hashes; none where a schema without
    /// hashes wrote them.
    fn change_sets(&self, after: u64, limit: usize) -> Result<Vec<Linked>, StoreError>;
    /// The kept entries of a change set, in their order.
    fn entries(&self, sequence: u64, visit: Visit<'_, KeptEntry>) -> Result<(), StoreError>;
    /// Writes down the link of a change set that has none.
    fn link(&self, sequence: u64, digests: &Digests, hash: &[u8; 32]) -> Result<(), StoreError>;
    /// A document that is not what its last kept change made of it, or that a kept change made and
    /// that is not there. One whose changes are forgotten is of a change set that was made.
    fn unlogged_document(&self) -> Result<Option<(Kind, Box<str>)>, StoreError>;
    /// Deletes everything but what is noted about the database as a whole.
    fn clear(&self) -> Result<(), StoreError>;
    /// Lines of the audit trail.
    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditLine>, StoreError>;
}

/// Notes. None of these looks at a clock: what has ended is still found.
pub(crate) trait Notes {
    fn note(&self, space: &str, key: &str) -> Result<Option<StoredNote>, StoreError>;
    fn put_note(&self, space: &str, note: &StoredNote) -> Result<(), StoreError>;
    /// Returns whether there was one.
    fn delete_note(&self, space: &str, key: &str) -> Result<bool, StoreError>;
    /// Notes that end after a time and whose keys begin so and come after one, in the order of
    /// their keys.
    fn notes(
        &self,
        space: &str,
        range: &NoteRange<'_>,
        limit: usize,
    ) -> Result<Vec<StoredNote>, StoreError>;
    /// Deletes notes that ended at or before a time, at most so many; returns how many.
    fn sweep_notes(&self, now_ms: i64, limit: usize) -> Result<u64, StoreError>;
}

/// Which notes of a space.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoteRange<'a> {
    /// The beginning of their keys.
    pub(crate) prefix: &'a str,
    /// Only keys beyond this one.
    pub(crate) after: Option<&'a str>,
    /// Only those that end after this time, in Unix milliseconds.
    pub(crate) ends_after_ms: i64,
}
