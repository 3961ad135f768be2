//! Every endpoint, in one list.

use super::describe::{Describer, Description};
use super::dispatch::{Of, Served};
use super::endpoint::Endpoint;
use super::permission::{Need, Permission as _};
use axum::http::Method;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One endpoint.
pub struct Row {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`.
    pub path: &'static str,
    /// Its name.
    pub id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The room of the reference that it stands in.
    pub tag: &'static str,
    /// What it needs.
    pub need: Need,
    /// Bytes that its body may have.
    pub(crate) max_body: usize,
    /// Whether it honours `If-Match` and the like.
    pub(super) is_conditional: bool,
    /// Whether what it answers can be kept, and answered again.
    pub(super) is_kept: bool,
    pub(crate) served: Box<dyn Served>,
    pub(crate) describe: fn(&mut Describer) -> Description,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.need.name())
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds an endpoint.
    pub fn add<E: Endpoint>(&mut self) {
        self.0.push(Row {
            method: E::METHOD,
            path: E::PATH,
            id: E::ID,
            summary: E::SUMMARY,
            tag: E::TAG,
            need: E::Permission::NEED,
            max_body: E::MAX_BODY,
            is_conditional: E::CONDITIONAL,
            is_kept: E::KEPT,
            served: Box::new(Of::<E>::new()),
            describe: E::describe,
        });
    }

    /// The endpoints, in the order in which they were added.
    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    /// The endpoints of each path.
    pub(crate) fn by_path(self) -> BTreeMap<&'static str, Arc<[Arc<Row>]>> {
        let mut paths: BTreeMap<&'static str, Vec<Arc<Row>>> = BTreeMap::new();
        for row in self.0 {
            paths.entry(row.path).or_default().push(Arc::new(row));
        }
        let shared = paths.into_iter();
        shared.map(|(path, rows)| (path, rows.into())).collect()
    }
}
