//! The HTTP API of the management, below `/api/v1`.
//!
//! An endpoint is a type ([`endpoint::Endpoint`]) that says what it needs, takes and answers; the
//! [`Table`] has them all. Routing, the OpenAPI document and the table of permissions are made from
//! it.

mod about;
mod answers;
mod asks;
mod bodies;
mod commands;
pub mod describe;
pub(crate) mod dispatch;
pub mod endpoint;
mod fields;
mod finding;
mod idempotency;
mod identity;
pub mod input;
mod notifications;
pub mod people;
pub mod permission;
pub mod problem;
mod questions;
mod reached;
pub mod reply;
pub mod resource;
mod table;
#[cfg(test)]
mod tests;
mod workflow;

pub use identity::{Identities, Presented};
pub use table::{Row, Table};

use people::SignOn;
use postern_control::Service;
use std::sync::{Arc, OnceLock};

/// What endpoints are done with.
pub struct Api {
    service: Arc<Service>,
    identities: Arc<dyn Identities>,
    openapi: OnceLock<String>,
    sign_on: Option<Arc<dyn SignOn>>,
    bodies: bodies::Bodies,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl Api {
    /// The API to what runs.
    pub fn new(service: Arc<Service>, identities: Arc<dyn Identities>) -> Self {
        Self {
            service,
            identities,
            openapi: OnceLock::new(),
            sign_on: None,
            bodies: bodies::Bodies::default(),
        }
    }

    /// The OpenAPI document as text.
    pub(crate) fn openapi(&self) -> String {
        let made = || describe::openapi(&table()).to_string();
        self.openapi.get_or_init(made).clone()
    }

    /// The same with somebody who signs people in with identity providers.
    #[must_use]
    pub fn with_sign_on(mut self, sign_on: Arc<dyn SignOn>) -> Self {
        self.sign_on = Some(sign_on);
        self
    }

    pub(crate) fn sign_on(&self) -> Option<&dyn SignOn> {
        self.sign_on.as_deref()
    }

    /// What is asked and changed.
    pub fn service(&self) -> &Service {
        &self.service
    }
}

/// Every endpoint.
pub fn table() -> Table {
    let mut table = Table::default();
    about::add(&mut table);
    people::add(&mut table);
    resource::add(&mut table);
    workflow::add(&mut table);
    finding::add(&mut table);
    questions::add(&mut table);
    asks::add(&mut table);
    reached::add(&mut table);
    commands::add(&mut table);
    notifications::add(&mut table);
    table
}
