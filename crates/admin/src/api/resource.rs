//! Documents as resources: lists, one, made, replaced, patched, removed.
//!
//! Every kind of document has the same six endpoints. What is particular to a kind is a line of
//! the list below, or an endpoint of its own elsewhere.

mod answer;
mod declare;
mod endpoints;
mod kinds;
mod query;

pub(crate) use answer::{problem, reply, shown};
pub(crate) use declare::resources;
pub use endpoints::{Create, Delete, Get, List, Patch, Replace};
pub(crate) use endpoints::{create, page_of};
pub use query::{ById, Pointing, TheOne, Which, Why};

use super::describe::Describer;
use super::permission::Permission;
use super::table::Table;
use serde_json::Value;

/// A kind of document with endpoints.
pub trait Resource: Send + Sync + 'static {
    /// What seeing it takes.
    type Read: Permission;
    /// What changing it takes.
    type Write: Permission;
    /// The parameters in the path of one.
    type Path: Pointing;

    /// The kind of its documents.
    const KIND: &'static str;
    /// What it is called in sentences.
    const CALLED: &'static str;
    /// The path of its list: `/services`.
    const ALL: &'static str;
    /// The path of one: `/services/{id}`.
    const ONE: &'static str;
    /// The names of its endpoints: list, get, create, replace, patch, delete.
    const IDS: [&'static str; 6];
    /// What its endpoints do.
    const SUMMARIES: [&'static str; 6];
    /// The room of the reference.
    const TAG: &'static str;

    /// The schema of its documents, with `id` and `version`.
    fn schema(describer: &mut Describer) -> Value;
}

/// Adds the endpoints of a kind.
pub(crate) fn add_kind<R: Resource>(table: &mut Table) {
    table.add::<List<R>>();
    table.add::<Create<R>>();
    table.add::<Get<R>>();
    table.add::<Replace<R>>();
    table.add::<Patch<R>>();
    table.add::<Delete<R>>();
}

/// Adds the endpoints of every kind.
pub(crate) fn add(table: &mut Table) {
    kinds::add(table);
}
