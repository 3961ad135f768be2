//! What callers prove themselves with, and whether it is genuine: signed tokens (JWS, RFC 7515),
//! signed messages (RFC 9421), the keys that both are signed with (JWK, RFC 7517), what issuers say
//! of tokens (RFC 7662), and passwords (RFC 9106).
//!
//! Owns the reading of foreign bytes that claim to be a proof, and the check of their signatures.
//! Refuses to own I/O, clocks, where keys come from (`postern-proxy`), and what a proof is worth:
//! who it is, whether it is still good, and for what (`postern-policy`).

mod algorithm;
mod claims;
mod decoy;
pub mod dpop;
mod fuzz;
pub mod id_token;
pub mod introspection;
mod json;
pub mod jwk;
mod jws;
mod keyring;
pub mod logout_token;
pub mod message;
pub mod password;
mod signing;
mod structured;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod token;

#[doc(hidden)]
pub use fuzz::fuzz;
pub use jwk::KeySet;
pub use keyring::{Away, Keyring, Keys};
pub use signing::SigningKey;
pub use token::{Claim, Fault, Token, Trusted, Unverified};
