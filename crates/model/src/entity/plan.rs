//! Plans and the limits in them.

use super::Name;
use std::time::Duration;

/// Limits and scopes that a service offers to its subscribers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: Name,
    /// What it covers.
    pub covers: Vec<Coverage>,
    /// Scopes that a subscription grants if it says nothing else.
    pub scopes: Vec<Name>,
    /// Its limits.
    pub limits: Vec<Limit>,
}

/// A service that a plan covers, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The service.
    pub service: Name,
    /// Its versions; empty: all.
    pub versions: Vec<Name>,
    /// Its operations; empty: all.
    pub operations: Vec<Name>,
}

/// How much of something may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its name: refusals and limit headers say it.
    pub name: Name,
    /// How much.
    pub measure: Measure,
    /// Who shares one counter.
    pub by: Vec<LimitKey>,
}

/// How much may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Requests over time, by the generic cell rate algorithm.
    Rate {
        /// Requests per period.
        count: u32,
        /// The period.
        per: Duration,
        /// How many of them may come at once.
        burst: u32,
    },
    /// A spike arrest: requests are at least this far apart.
    Spacing {
        /// The least time between two requests.
        apart: Duration,
    },
    /// Requests under way at once.
    Concurrency {
        /// How many.
        most: u32,
    },
}

/// What a counter is kept for. Several together: each combination has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitKey {
    /// The client's address (IPv6: its /64).
    Address,
    /// The credential.
    Credential,
    /// The app.
    App,
    /// The app's tenant.
    Tenant,
    /// The service.
    Service,
    /// The operation.
    Operation,
}
