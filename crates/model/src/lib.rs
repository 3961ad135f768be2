//! The words of Postern: ids, entities, stages, denials, secrets.
//!
//! Owns the vocabulary that every other crate speaks, in its validated form. Refuses to own I/O,
//! clocks, randomness, file formats (`postern-config`) and decisions (`postern-policy`).

pub mod denial;
pub mod egress;
pub mod entity;
pub mod holder;
pub mod id;
pub mod key;
pub mod permission;
pub mod secret;
pub mod stage;

pub use denial::{Code, Denial, Fault};
pub use holder::Holder;
pub use id::RequestId;
pub use secret::Secret;
pub use stage::Stage;
