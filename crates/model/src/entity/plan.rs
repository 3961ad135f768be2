//! Plans and the limits in them.

use super::{Name, QuotaPeriod};
use std::borrow::Cow;
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
    /// Requests in a period that begins and ends at fixed moments, counted one by one.
    Quota {
        /// How many.
        count: u32,
        /// The period.
        per: QuotaPeriod,
    },
}

/// What a counter is kept for. Several together: each combination has its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The person behind a token or a session. Whoever calls for no person is told apart by the
    /// credential.
    User,
    /// What a header of that name (lower case) says. All requests without it share one counter.
    Header(Name),
}

impl LimitKey {
    /// What refusals and tools call it: `app`, `header x-region`.
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Address => "address",
            Self::Credential => "credential",
            Self::App => "app",
            Self::Tenant => "tenant",
            Self::Service => "service",
            Self::Operation => "operation",
            Self::User => "user",
            Self::Header(name) => return Cow::Owned(format!("header {name}")),
        })
    }
}

impl Measure {
    /// The kind of a limit that measures so, as documents name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Rate { .. } => "rate",
            Self::Spacing { .. } => "spacing",
            Self::Concurrency { .. } => "concurrency",
            Self::Quota { .. } => "quota",
        }
    }

    /// How much it lets pass when nothing was used.
    pub const fn most(&self) -> u32 {
        match *self {
            Self::Rate { burst, .. } => burst,
            Self::Spacing { .. } => 1,
            Self::Concurrency { most } => most,
            Self::Quota { count, .. } => count,
        }
    }
}
