//! Where the store stands.

use std::fmt;

use crate::canonical::hex;

/// A state of the rules: its number, and the hash of every rules document.
///
/// Shown as `41 (9f3ac2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Revision {
    /// Counts from 1; 0 is the empty store.
    pub number: u64,
    /// SHA-256 over kind, id and digest of every rules document in order; zeros for number 0.
    pub hash: [u8; 32],
}

impl Revision {
    /// The revision of a store without rules.
    pub const EMPTY: Self = Self {
        number: 0,
        hash: [0; 32],
    };

    /// The first six hexadecimal digits of the hash.
    pub fn short(&self) -> String {
        let [a, b, c, ..] = self.hash;
        hex(&[a, b, c])
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number, self.short())
    }
}

/// The newest change set and revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// The number of the last change set; 0 before the first.
    pub sequence: u64,
    /// The revision in force.
    pub revision: Revision,
}

/// A kept revision and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRecord {
    /// Which one.
    pub revision: Revision,
    /// The change set that made it.
    pub sequence: u64,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub who: String,
    /// Why.
    pub comment: String,
    /// How it came in.
    pub source: String,
}
