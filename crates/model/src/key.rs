//! API keys: how they are written, and what is kept of them.
//!
//! A key reads `pst_<id>_<secret><checksum>`: the id in lower-case Crockford base 32, the secret
//! and the checksum (CRC-32 of all before it) in base 62. The credential of a key has the id
//! `key_<id>`. What a file names is the SHA-256 of the whole key; what a running gateway and its
//! store keep is an HMAC of that, which tells nothing without the installation's key.
//!
//! Keys that another gateway made can be [`imported`] by their digests. Of a [`password`] a slow hash
//! is kept.
//!
//! What opens the management is written alike, see [`Pass`].

pub mod imported;
mod keyer;
mod pass;
pub mod password;
mod written;

pub use keyer::{Keyer, digest};
pub use pass::{Opens, Pass};
pub use written::{ApiKey, CREDENTIAL_PREFIX, MAX_LEN, Malformed, Parsed, is_credential_id};

#[cfg(test)]
mod tests;
