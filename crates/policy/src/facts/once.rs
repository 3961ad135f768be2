//! What may be used once: signatures of requests, and proofs that a token is its sender's.

use serde::{Deserialize, Serialize};

/// Something that may be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// A digest of it, under a key.
    pub thing: u128,
    /// Until when nobody else may use it; Unix time in seconds.
    pub until: i64,
}

/// Whether something that may be used once was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// Nobody has looked.
    Unasked,
    /// It is the first time.
    First,
    /// It was.
    Again,
    /// That cannot be told: there is no room to remember it.
    NoRoom,
}
