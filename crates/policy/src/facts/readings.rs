//! What the edge of the system reads for the stages: counters, credentials, bodies.

use postern_model::Code;
use postern_model::entity::{Credential, Name};
use smallvec::SmallVec;
use std::sync::Arc;

/// What was found where credentials are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialVerdict {
    /// Nothing.
    Missing,
    /// Something that cannot be a key.
    Malformed {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A credential of a kind that is not accepted here, `bearer` or `basic`.
    KindNotAccepted {
        /// What was sent.
        sent: &'static str,
    },
    /// Several, or one given twice.
    Ambiguous {
        /// The places where they stood.
        places: Vec<Name>,
    },
    /// A well-formed key that nobody has.
    Unknown {
        /// Its public id, if it is of our own format.
        id: Option<Name>,
    },
    /// The id of a key that exists, with another secret.
    WrongSecret {
        /// The credential's id.
        id: Name,
    },
    /// The whole secret was verified.
    Verified(Arc<Credential>),
}

/// What the counters of the client's address say. Reading them counts the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeReading {
    /// It is blocked for a while.
    pub blocked: Option<Blocked>,
    /// It has made too many requests.
    pub exceeded: Option<Exceeded>,
}

/// A temporary block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Until when; Unix time in milliseconds.
    pub until: i64,
    /// The code that it was refused with too often.
    pub trigger: Code,
}

/// More requests than one address may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// How many it may make.
    pub limit: u32,
    /// In how many milliseconds one more may come.
    pub retry_after: u64,
}

/// What most requests need: no room is asked for.
pub type Readings = SmallVec<[Reading; 4]>;

/// What one limit says before anything is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whether one more request fits.
    pub passes: bool,
    /// How many more fit now.
    pub remaining: u32,
    /// In how many milliseconds everything is free again.
    pub reset: u64,
    /// In how many milliseconds one more fits; 0 if it does now.
    pub retry_after: u64,
}

impl Reading {
    /// Of a limit that cannot be counted: nothing passes.
    pub const CLOSED: Self = Self {
        passes: false,
        remaining: 0,
        reset: 0,
        retry_after: 1000,
    };
}
