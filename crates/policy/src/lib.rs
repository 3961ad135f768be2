//! Deciding: what may pass, where to, and why not.
//!
//! Owns the request's facts, the one meaning of a path, the router, the ordered list of stages and
//! the machine that walks it. Pure and synchronous: no clock, network, randomness or tokio; the
//! edges obtain what it asks for. Refuses to own bytes on the wire (`postern-proxy`).

pub mod caller;
pub mod client;
pub mod cookie;
pub mod cors;
pub mod credential;
pub mod csrf;
pub mod date;
pub mod decision;
pub mod directory;
pub mod facts;
pub mod fields;
pub mod fingerprint;
pub mod forward;
pub mod head;
pub mod host;
pub mod hours;
pub mod identity;
pub mod kept;
mod lapse;
pub mod listing;
pub mod nonce;
pub mod origin;
pub mod own;
pub mod path;
pub mod policies;
pub mod recorded;
pub mod router;
pub mod rules;
mod sealed;
pub mod session;
pub mod snapshot;
pub mod stages;
#[cfg(test)]
mod testing;
pub mod walk;

pub use decision::{Allowed, Decision, Depth, FactRequest, Step};
pub use directory::{Change, Directory};
pub use facts::{Connection, Facts, Live};
pub use identity::{Acting, Identity};
pub use own::Own;
pub use recorded::Recorded;
pub use rules::{CompileError, Rules};
pub use snapshot::Snapshot;
pub use walk::Walk;
