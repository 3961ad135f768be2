//! Lists of addresses that come from files and URLs: what they say, and what that says of an
//! address.
//!
//! They change without a new revision, so that a decision does not read them: it asks for what
//! they say of one address, and a record keeps the answer.

mod content;
#[cfg(test)]
mod tests;

pub use content::{ContentError, MOST_BYTES, MOST_RANGES, fuzz, parse};

use crate::policies::List;
use ipnet::IpNet;
use postern_model::entity::{AddressList, ListEntry, Name};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What a list from elsewhere says of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The list.
    pub list: Name,
    /// The address that was looked up.
    pub address: IpAddr,
    /// The narrowest range that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<IpNet>,
    /// The range that came closest, where none holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<IpNet>,
    /// Since when the list says what it says: Unix time in seconds; `None`: it never said
    /// anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// It was not confirmed for so long that nobody is let in by it.
    pub stale: bool,
}

impl Listed {
    /// Whether the address is on the list where lists let in.
    pub const fn lets_in(&self) -> bool {
        self.range.is_some() && !self.stale
    }
}

/// What a list said when it was last read.
#[derive(Debug)]
pub struct Contents {
    list: Arc<List>,
    count: usize,
    since: i64,
    /// From when on it is stale; Unix time in seconds.
    stale_at: i64,
}

impl Contents {
    /// Ranges that hold since `since` and are stale from `stale_at` on, Unix times in seconds.
    pub fn new(name: &Name, ranges: &[IpNet], since: i64, stale_at: i64) -> Self {
        let entry = |range: &IpNet| ListEntry {
            range: *range,
            comment: None,
            added_at: None,
            expires_at: None,
        };
        Self {
            list: Arc::new(List::new(&AddressList {
                name: name.clone(),
                tenant: None,
                expires_at: None,
                entries: ranges.iter().map(entry).collect(),
                source: None,
            })),
            count: ranges.len(),
            since,
            stale_at,
        }
    }

    /// The same, stale from another moment on.
    #[must_use]
    pub fn confirmed(&self, stale_at: i64) -> Self {
        Self {
            list: self.list.clone(),
            count: self.count,
            since: self.since,
            stale_at,
        }
    }

    /// How many ranges.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Since when: Unix time in seconds.
    pub const fn since(&self) -> i64 {
        self.since
    }

    /// From when on it is stale: Unix time in seconds.
    pub const fn stale_at(&self) -> i64 {
        self.stale_at
    }

    fn listed(&self, address: IpAddr, now: i64) -> Listed {
        let range = self.list.find(address, now).map(|entry| entry.range);
        let nearest = || self.list.nearest(address, now).map(|entry| entry.range);
        Listed {
            list: self.list.name.clone(),
            address,
            range,
            nearest: if range.is_none() { nearest() } else { None },
            since: Some(self.since),
            stale: now.div_euclid(1000) >= self.stale_at,
        }
    }
}

/// What all lists from elsewhere say.
#[derive(Debug, Default, Clone)]
pub struct Listings(HashMap<Name, Arc<Contents>>);

impl Listings {
    /// The same with another list, or in place of what it said before.
    #[must_use]
    pub fn with(mut self, name: Name, contents: Arc<Contents>) -> Self {
        self.0.insert(name, contents);
        self
    }

    /// What a list says of an address at `now`, Unix time in milliseconds. One that never said
    /// anything holds nobody.
    pub fn listed(&self, name: &Name, address: IpAddr, now: i64) -> Listed {
        match self.0.get(name) {
            Some(contents) => contents.listed(address, now),
            None => Listed {
                list: name.clone(),
                address,
                range: None,
                nearest: None,
                since: None,
                stale: true,
            },
        }
    }
}
