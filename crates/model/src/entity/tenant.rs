//! Tenants and their apps.

use super::Name;

/// A team: the unit of isolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Name>,
    /// Set while it may not act.
    pub suspended: Option<Suspension>,
    /// For how many days besides today records of requests to its services are kept; `None`: as long
    /// as the platform keeps all.
    pub call_log_days: Option<u16>,
}

/// A registered application of a tenant: the consumer's side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its name, unique over all tenants.
    pub name: Name,
    /// The tenant it belongs to.
    pub tenant: Name,
    /// What people call it.
    pub title: Option<Name>,
    /// The access roles it carries by itself.
    pub access_roles: Box<[Name]>,
    /// The groups it is in, which may carry more.
    pub groups: Box<[Name]>,
    /// Set while it may not act.
    pub suspended: Option<Suspension>,
}

/// Why somebody may not act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Unix time in seconds.
    pub since: i64,
    /// The reason, for its owner to read.
    pub reason: Option<Name>,
}
