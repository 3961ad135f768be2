//! Keys that callers sign their requests with, and what a service asks of the signatures.

use super::Name;
use crate::Secret;
use std::sync::Arc;
use std::time::Duration;

/// How a message is signed (RFC 9421 §3.3 and §6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-512.
    RsaPssSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaV15Sha256,
    /// ECDSA over P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA over P-384 with SHA-384.
    EcdsaP384Sha384,
    /// `EdDSA` over Curve25519.
    Ed25519,
    /// HMAC with SHA-256, of a secret that both sides have.
    HmacSha256,
}

impl SignatureAlgorithm {
    /// Those of a public key. Of two that one key can be used with, the better one is first.
    pub const PUBLIC: [Self; 5] = [
        Self::RsaPssSha512,
        Self::RsaV15Sha256,
        Self::EcdsaP256Sha256,
        Self::EcdsaP384Sha384,
        Self::Ed25519,
    ];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaPssSha512 => "rsa-pss-sha512",
            Self::RsaV15Sha256 => "rsa-v1_5-sha256",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Self::Ed25519 => "ed25519",
            Self::HmacSha256 => "hmac-sha256",
        }
    }
}

/// A key that an app signs its requests with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// What signatures call it (`keyid`); `None`: the id of its credential.
    pub name: Option<Name>,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// What it is checked with.
    pub material: SigningMaterial,
}

/// What a signature is checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningMaterial {
    /// A public key: a JWK, or PEM text.
    Public(Arc<str>),
    /// The secret itself: whoever can check by it can sign, too.
    Shared(Secret<Arc<[u8]>>),
}

/// What a service asks of signed requests (RFC 9421 §1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureTerms {
    /// What a signature has to cover, in lower case, as it names it.
    pub components: Vec<Name>,
    /// How old one may be.
    pub max_age: Duration,
    /// How far the clocks of callers and ours may be apart.
    pub leeway: Duration,
    /// Whether each has to carry a nonce.
    pub nonce: bool,
    /// Whether a body has to be covered, by its digest.
    pub digest: bool,
    /// Most bytes of a body that is covered: it is read before it goes on.
    pub max_body: u64,
}

impl Default for SignatureTerms {
    fn default() -> Self {
        let components = ["@method", "@authority", "@path", "@query"];
        Self {
            components: components.map(Into::into).into(),
            max_age: Duration::from_mins(5),
            leeway: Duration::from_secs(30),
            nonce: false,
            digest: true,
            max_body: 1 << 20,
        }
    }
}
