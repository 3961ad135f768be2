//! What every address meets before anything is known of its request.

use std::time::Duration;

/// Platform-wide rules about addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Deny-lists, by index into [`Configuration::lists`](super::Configuration::lists).
    pub deny: Vec<usize>,
    /// Requests that one address may make; `None`: any number.
    pub requests: Option<EdgeRate>,
    /// Refusals for `credential.*` and `token.*` that one address may cause before it is blocked;
    /// `None`: any number.
    pub refusals: Option<EdgeRate>,
    /// How long an address is blocked then.
    pub block_for: Duration,
    /// Wrong secrets for one presented credential id before further ones are slowed; `None`: any
    /// number.
    pub wrong_secrets: Option<EdgeRate>,
}

/// So many in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeRate {
    /// How many.
    pub count: u32,
    /// In which time.
    pub per: Duration,
}

impl Default for Edge {
    fn default() -> Self {
        let a_minute = |count| {
            Some(EdgeRate {
                count,
                per: Duration::from_mins(1),
            })
        };
        Self {
            deny: Vec::new(),
            requests: None,
            refusals: a_minute(30),
            block_for: Duration::from_mins(1),
            wrong_secrets: a_minute(10),
        }
    }
}
