//! The control plane's storage: documents, revisions of the rules, the change log.
//!
//! Owns the data directory and its lock, the installation's key, `postern.db` or a shared PostgreSQL
//! database with its migrations, the copy of it that a node starts from while it is away, and the promise that a change set is applied whole or not at all. Refuses to own what documents
//! mean (`postern-config` validates them, inside the transaction) and call records
//! (`postern-calllog`).
//!
//! Documents are JSON, named by kind and id. [Kinds](Kind) are *rules*, *directory* or *management*:
//! a change set that touches rules makes one new [`Revision`]; any other takes the next sequence
//! number and no more. Change sets, and [events](Event) among them, are a chain: the audit trail.
//! [Notes](Note) stand beside all that. The database is worked by threads of this crate; every method
//! of [`Store`] but [`Store::open`] is async and blocks nobody.

mod canonical;
mod change;
mod directory;
mod document;
mod engine;
mod error;
mod installation;
mod master;
mod merge;
mod note;
mod owner;
mod postgres;
mod replica;
mod revision;
mod rows;
mod seal;
mod sqlite;
mod store;
mod worker;

#[cfg(test)]
mod conformance;

pub use change::{
    Action, ActorKind, Applied, AuditFilter, AuditLine, Change, ChangeFilter, ChangeMeta, Entry,
    Event, Expect, LoggedChange, Order, Position,
};
pub use directory::{DataDirectory, Holder};
pub use document::{Class, Document, Kind, Member, Page, Scope};
pub use engine::{BackedUp, Chain, Fault, Proposal, Pruned, RowAt};
pub use error::{ApplyError, Invalid, StoreError};
pub use installation::InstallationKey;
pub use master::{MasterKey, MasterSource};
pub use merge::merge_patch;
pub use note::{Note, NoteWrite, PASSWORDS};
pub use owner::{Belongs, Says, belongs, says};
pub use postgres::address::Address;
pub use postgres::listen::Contact;
pub use revision::{Head, Revision, RevisionRecord};
pub use seal::{PREFIX as SEALED, SealError, Sealer};
pub use store::{Shared, Store};
