//! Digests of keys, and the installation's key that they are kept under.

use crate::entity::KeyDigest;
use aws_lc_rs::{constant_time, digest as sha, hmac};

/// The SHA-256 of a whole key (FIPS 180-4).
pub fn digest(key: &[u8]) -> [u8; 32] {
    bytes(sha::digest(&sha::SHA256, key).as_ref())
}

/// Keys digests by HMAC-SHA-256 (RFC 2104) under the installation's key.
#[derive(Clone)]
pub struct Keyer(hmac::Key);

impl Keyer {
    /// Takes the installation's key.
    pub fn new(installation: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, installation))
    }

    /// What is kept of a key with this [`digest`].
    pub fn keyed(&self, digest: &[u8; 32]) -> KeyDigest {
        KeyDigest(bytes(hmac::sign(&self.0, digest).as_ref()))
    }

    /// What is kept of several parts, one after the other.
    pub fn keyed_parts(&self, parts: &[&[u8]]) -> KeyDigest {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        KeyDigest(bytes(context.sign().as_ref()))
    }

    /// One for something else than credentials, which tells nothing of this one. A purpose is never
    /// as long as the 32 bytes of a digest, so that no key of this is what is kept of a credential.
    #[must_use]
    pub fn derived(&self, purpose: &'static str) -> Self {
        debug_assert!(
            purpose.len() != 32,
            "a purpose as long as a digest could be one"
        );
        Self::new(&bytes(hmac::sign(&self.0, purpose.as_bytes()).as_ref()))
    }

    /// Whether a presented key is the one of which this was kept. Takes the same time whatever
    /// the answer.
    pub fn verify(&self, presented: &[u8], kept: &KeyDigest) -> bool {
        let keyed = self.keyed(&digest(presented));
        constant_time::verify_slices_are_equal(&keyed.0, &kept.0).is_ok()
    }
}

impl std::fmt::Debug for Keyer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Both algorithms give 32 bytes.
fn bytes(given: &[u8]) -> [u8; 32] {
    given.try_into().unwrap_or_default()
}
