//! Proofs that whoever sends a token has the key that it is bound to (DPoP, RFC 9449).
//!
//! What is checked here is its signature, and that it is for a token. Whether it is for the request
//! that it came with, is too old, or was used before, is for others to say: those who know requests,
//! have a clock, or a memory.

use crate::claims;
use crate::jwk::Brought;
use crate::jws::{Compact, Purpose};
use crate::token::{date, shown};
use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::entity::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Most bytes of a proof that are looked at.
pub const MOST_BYTES: usize = 4096;

/// The algorithms that a proof may be signed with: those of public keys, the better ones first.
pub const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
];

/// A proof whose signature is of the key that it brings, and that is for the token that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub key: Arc<str>,
    /// The method that it is for (`htm`).
    pub method: Box<str>,
    /// The address that it is for (`htu`).
    pub address: Box<str>,
    /// When it was made; Unix time in seconds.
    pub issued_at: i64,
    /// The nonce that it names.
    pub nonce: Option<Box<str>>,
    id: Box<str>,
}

/// Why a proof does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The claim, or the member of its header, that is wrong; `None`: its form.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub claim: Option<Cow<'static, str>>,
    /// What is wrong, in words that follow "the proof".
    pub what: Cow<'static, str>,
    /// What it says, where that is another thing than it should say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<Box<str>>,
    /// What it should say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<Box<str>>,
}

impl Fault {
    /// Something is wrong with its form.
    pub fn of_form(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            claim: None,
            what: what.into(),
            seen: None,
            expected: None,
        }
    }

    /// A claim, or a member of its header, is wrong.
    pub fn of(claim: &'static str, what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            claim: Some(claim.into()),
            ..Self::of_form(what)
        }
    }

    /// What it says, and what it should say.
    #[must_use]
    pub fn other(self, seen: &str, expected: &str) -> Self {
        Self {
            seen: Some(shown(seen)),
            expected: Some(shown(expected)),
            ..self
        }
    }
}

impl Proof {
    /// Reads a proof that came with a token (RFC 9449 §4.3, steps 2 to 7 and 12).
    ///
    /// # Errors
    /// Why it does not count. Its signature is checked before its claims, so that what is said of
    /// them is said to whoever made it.
    pub fn read(proof: &[u8], token: &[u8]) -> Result<Self, Fault> {
        let (compact, key) = Self::signed(proof)?;
        if !key.verifies(compact.signed, &compact.signature) {
            return Err(Fault::of_form("is not signed by the key that it brings"));
        }
        let text = |name: &'static str| match compact.claims.get(name) {
            Some(Value::String(text)) if !text.is_empty() && text.len() <= MOST_BYTES => {
                Ok(&**text)
            }
            Some(_) => Err(Fault::of(
                name,
                format!("has a claim `{name}` that is not a text"),
            )),
            None => Err(Fault::of(name, format!("has no claim `{name}`"))),
        };
        let id = text("jti")?;
        if id.len() > claims::MOST_TEXT {
            let most = claims::MOST_TEXT;
            return Err(Fault::of(
                "jti",
                format!("has a `jti` of more than {most} bytes"),
            ));
        }
        let (method, address) = (text("htm")?.into(), text("htu")?.into());
        let Some(issued_at) = date(&compact.claims, "iat") else {
            return Err(Fault::of("iat", "has no claim `iat` that is a time"));
        };
        let ath = text("ath")?;
        if !is_hash_of(ath, token) {
            return Err(Fault::of("ath", "is for another token (`ath`)"));
        }
        let nonce = match compact.claims.get("nonce") {
            None => None,
            Some(_) => Some(text("nonce")?.into()),
        };
        Ok(Self {
            key: key.thumbprint().into(),
            method,
            address,
            issued_at,
            nonce,
            id: id.into(),
        })
    }

    /// The proof in its parts, and the key that it brings. Its signature was not looked at.
    fn signed(proof: &[u8]) -> Result<(Compact<'_>, Brought), Fault> {
        if proof.len() > MOST_BYTES {
            let most = format!("is longer than {MOST_BYTES} bytes");
            return Err(Fault::of_form(most));
        }
        let compact = Compact::parse(proof, Purpose::Possession).map_err(Fault::of_form)?;
        let header = &compact.header;
        let algorithm = Algorithm::parse(&header.alg);
        let Some(algorithm) = algorithm.filter(|one| ALGORITHMS.contains(one)) else {
            let alg = shown(&header.alg);
            let what = format!("has the `alg` `{alg}`, which is not that of a public key");
            return Err(Fault::of("alg", what));
        };
        let Some(jwk) = &header.jwk else {
            return Err(Fault::of("jwk", "does not bring its key (`jwk`)"));
        };
        let key = Brought::read(jwk, algorithm).map_err(|what| Fault::of("jwk", what))?;
        Ok((compact, key))
    }

    /// What makes it one of a kind, together with its key (`jti`).
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Whether a text is the base64url of a token's SHA-256 (RFC 9449 §4.2, `ath`).
fn is_hash_of(ath: &str, token: &[u8]) -> bool {
    let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token));
    constant_time::verify_slices_are_equal(ath.as_bytes(), hash.as_bytes()).is_ok()
}
