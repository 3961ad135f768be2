//! What the store needs of a database: rows in transactions, and nothing of what they mean.
//!
//! Written for threads that may block. Where an order is asked for, text is compared by its bytes
//! (PostgreSQL: `COLLATE "C"`).

use std::ops::RangeInclusive;

use crate::change::{ChangeFilter, ChangeMeta, Entry, LoggedChange};
use crate::document::{Document, Kind, Scope};
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
    /// For directory documents.
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

/// What is called for each row. It ends the reading by an error.
pub(crate) type Visit<'a, T> = &'a mut dyn FnMut(T) -> Result<(), StoreError>;

/// One transaction.
pub(crate) trait Transaction {
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
    fn put_document(&self, document: &Document, digest: &[u8; 32]) -> Result<(), StoreError>;
    fn delete_document(&self, kind: &Kind, id: &str) -> Result<(), StoreError>;
    /// Kind, id and digest of every rules document, in the order of kind and id.
    fn rules_digests(&self, visit: &mut dyn FnMut(&str, &str, &[u8])) -> Result<(), StoreError>;

    fn append_change_set(
        &self,
        sequence: u64,
        revision: Option<&Revision>,
        meta: &ChangeMeta,
    ) -> Result<(), StoreError>;
    fn append_entry(&self, sequence: u64, ordinal: u64, entry: &Entry) -> Result<(), StoreError>;
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
    /// Forgets changes up to the horizons, revisions and checkpoints before a number, and change
    /// sets of which nothing is left. Returns how many changes and revisions went.
    fn forget(&self, horizons: &Horizons, before: u64) -> Result<(u64, u64), StoreError>;
}
