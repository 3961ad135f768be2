//! Deciding: what may pass, where to, and why not.
//!
//! Owns the request's facts, the one meaning of a path, the router, the ordered list of stages and
//! the machine that walks it. Pure and synchronous: no clock, network, randomness or tokio; the
//! edges obtain what it asks for. Refuses to own bytes on the wire (`postern-proxy`).

pub mod fields;
pub mod head;
