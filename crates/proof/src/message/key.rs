//! The keys that messages are signed with, and whether a signature is of one.

use crate::decoy;
use crate::json;
use crate::jwk::{Checked, KeySet};
use aws_lc_rs::rsa::PublicEncryptingKey;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use postern_model::entity::{Algorithm, SignatureAlgorithm};

/// Most bytes of a public key as text.
const MOST_TEXT: usize = 8 * 1024;
/// Bytes of the modulus of the RSA key of nobody.
const DECOY_MODULUS: usize = 256;

/// One key, and the one way in which it signs: that is never taken from the message (RFC 9421 §3.2,
/// §7.3.6).
#[derive(Debug, Clone)]
pub struct MessageKey {
    algorithm: SignatureAlgorithm,
    keys: KeySet,
    /// Bytes of its signatures.
    length: usize,
}

impl MessageKey {
    /// Reads a public key: a JWK (RFC 7517 §4) or one in PEM (RFC 7468 §13). Without an algorithm it
    /// is the key's only one, of an RSA key [`SignatureAlgorithm::RsaPssSha512`].
    ///
    /// # Errors
    /// It is no such key, or does not sign so; in words that follow "it".
    pub fn public(text: &str, asked: Option<SignatureAlgorithm>) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MOST_TEXT {
            return Err(format!("is longer than {MOST_TEXT} bytes"));
        }
        let keys = if text.starts_with('{') {
            KeySet::one(text.as_bytes())?
        } else {
            KeySet::from_pem(text)?
        };
        if keys.len() > 1 {
            return Err("has more than one key".to_owned());
        }
        let fits = |one: &SignatureAlgorithm| keys.has(jose(*one));
        let mut fitting = SignatureAlgorithm::PUBLIC.into_iter().filter(fits);
        let Some(usual) = fitting.next() else {
            return Err("is of a kind that messages are not signed with here".to_owned());
        };
        let algorithm = match asked {
            None => usual,
            Some(asked) if asked == usual || fitting.any(|one| one == asked) => asked,
            Some(asked) => return Err(format!("does not sign by {}", asked.name())),
        };
        let length = match algorithm {
            SignatureAlgorithm::EcdsaP384Sha384 => 96,
            SignatureAlgorithm::RsaPssSha512 | SignatureAlgorithm::RsaV15Sha256 => {
                modulus(text).ok_or("has a modulus that cannot be read")?
            }
            _ => 64,
        };
        Ok(Self {
            algorithm,
            keys,
            length,
        })
    }

    /// The key of a shared secret.
    ///
    /// # Errors
    /// It is too short to be one; in words that follow "it".
    pub fn shared(secret: &[u8]) -> Result<Self, String> {
        Ok(Self {
            algorithm: SignatureAlgorithm::HmacSha256,
            keys: KeySet::shared(secret)?,
            length: 32,
        })
    }

    /// How it signs.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// Whether a signature is of a key; of no key none is. One that is not takes as long whether there
/// is a key or not, and whatever key it is: besides the key's own check, what a signature of that
/// length could be is checked with keys of nobody.
pub fn is_genuine(key: Option<&MessageKey>, signed: &[u8], signature: &[u8]) -> bool {
    let own = key.map(|key| (key, verify(&key.keys, key.algorithm, signed, signature)));
    if let Some((_, true)) = own {
        return true;
    }
    for algorithm in possible(signature.len()) {
        let checked = own.is_some_and(|(key, _)| {
            key.length == signature.len() && kind(key.algorithm) == kind(*algorithm)
        });
        if !checked {
            let cut = match kind(*algorithm) {
                Kind::Rsa => signature.get(..DECOY_MODULUS).unwrap_or(signature),
                _ => signature,
            };
            std::hint::black_box(verify(decoy::keys(), *algorithm, signed, cut));
        }
    }
    false
}

fn verify(keys: &KeySet, algorithm: SignatureAlgorithm, signed: &[u8], signature: &[u8]) -> bool {
    #[cfg(test)]
    super::tests::count(algorithm);
    keys.check(None, jose(algorithm), signed, signature) == Checked::Genuine
}

/// How a signature of that length can have been made.
const fn possible(length: usize) -> &'static [SignatureAlgorithm] {
    use SignatureAlgorithm as A;
    match length {
        32 => &[A::HmacSha256],
        64 => &[A::EcdsaP256Sha256, A::Ed25519],
        96 => &[A::EcdsaP384Sha384],
        DECOY_MODULUS.. => &[A::RsaPssSha512],
        _ => &[],
    }
}

/// Ways to sign that cost the same.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
    Hmac,
}

const fn kind(algorithm: SignatureAlgorithm) -> Kind {
    match algorithm {
        SignatureAlgorithm::RsaPssSha512 | SignatureAlgorithm::RsaV15Sha256 => Kind::Rsa,
        SignatureAlgorithm::EcdsaP256Sha256 => Kind::P256,
        SignatureAlgorithm::EcdsaP384Sha384 => Kind::P384,
        SignatureAlgorithm::Ed25519 => Kind::Ed25519,
        SignatureAlgorithm::HmacSha256 => Kind::Hmac,
    }
}

/// What RFC 7518 §3.1 and RFC 8037 §3.1 call the same: the same octets come out.
const fn jose(algorithm: SignatureAlgorithm) -> Algorithm {
    match algorithm {
        SignatureAlgorithm::RsaPssSha512 => Algorithm::PS512,
        SignatureAlgorithm::RsaV15Sha256 => Algorithm::RS256,
        SignatureAlgorithm::EcdsaP256Sha256 => Algorithm::ES256,
        SignatureAlgorithm::EcdsaP384Sha384 => Algorithm::ES384,
        SignatureAlgorithm::Ed25519 => Algorithm::EdDSA,
        SignatureAlgorithm::HmacSha256 => Algorithm::HS256,
    }
}

/// Bytes of the modulus of an RSA key.
fn modulus(text: &str) -> Option<usize> {
    if text.starts_with('{') {
        let jwk = json::object(text.as_bytes()).ok()?;
        let n = URL_SAFE_NO_PAD.decode(jwk.get("n")?.as_str()?).ok()?;
        return Some(n.len() - n.iter().take_while(|byte| **byte == 0).count());
    }
    let (_, begun) = text.split_once("-----BEGIN PUBLIC KEY-----")?;
    let (inside, _) = begun.split_once("-----END")?;
    let joined: String = inside.split_ascii_whitespace().collect();
    let der = STANDARD.decode(joined).ok()?;
    let key = PublicEncryptingKey::from_der(&der).ok()?;
    Some(key.key_size_bytes())
}
