//! The keys that a provider signs with (RFC 7517).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// Most keys of a provider that are kept.
const KEYS: usize = 64;

/// A set of keys.
#[derive(Debug, Clone)]
pub(super) struct Keys(Vec<Jwk>);

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Reads a set. A key that we cannot read is left out: there may be others.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(body)
            .map_err(|error| format!("its keys cannot be read: {error}"))?;
        let keys = set
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok());
        Ok(Self(keys.take(KEYS).collect()))
    }

    /// Keys that a token with this header may be signed with.
    pub(super) fn fitting(&self, kid: Option<&str>, alg: Algorithm) -> Vec<DecodingKey> {
        let fits = |key: &&Jwk| fits(key, kid, alg);
        let keys = self.0.iter().filter(fits);
        keys.filter_map(|key| DecodingKey::from_jwk(key).ok())
            .collect()
    }
}

/// Whether a key is the one that is named, for signatures, and of the algorithm. What a key is
/// decides what it may be used with, never the token alone.
fn fits(key: &Jwk, kid: Option<&str>, alg: Algorithm) -> bool {
    let named = kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
    let signs =
        (key.common.public_key_use.as_ref()).is_none_or(|to| *to == PublicKeyUse::Signature);
    let meant = (key.common.key_algorithm).is_none_or(|of| of.to_string() == format!("{alg:?}"));
    named && signs && meant && is_of_kind(&key.algorithm, alg)
}

fn is_of_kind(key: &AlgorithmParameters, alg: Algorithm) -> bool {
    match (key, alg) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => {
            key.curve == EllipticCurve::P384
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519
        }
        _ => false,
    }
}
