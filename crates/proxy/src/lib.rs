//! The data plane: listeners, HTTP codecs, upstream pools, balancing, health, streaming.
//!
//! Owns every byte between caller and upstream. Refuses to own decisions (`postern-policy`),
//! storage and management; it is handed snapshots.

pub mod metrics;
pub mod proxy_protocol;
pub mod record;
pub mod refusal;
pub mod tls;
pub mod upstream;
