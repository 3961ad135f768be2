//! The data plane: listeners, HTTP codecs, pools, balancing, streaming, refusals.
//!
//! Owns every byte on a socket. Refuses to own decisions (`postern-policy`), documents
//! (`postern-config`), storage and management: it is handed snapshots.

mod back;
mod connection;
pub mod counting;
mod date;
mod deciders;
mod decimal;
mod exchange;
pub mod freshness;
#[doc(hidden)]
pub mod fuzzing;
mod gateway;
mod http1;
mod http2;
mod io;
pub mod issuers;
pub mod metrics;
mod passwords;
pub mod proxy_protocol;
pub mod record;
mod redact;
pub mod refusal;
pub mod rehearsal;
pub mod sessions;
pub mod tls;
mod tunnel;
pub mod upstream;
pub mod wellknown;

pub use gateway::{Gateway, GatewayError, ListenError, Options, Revision, SnapshotError, check};
