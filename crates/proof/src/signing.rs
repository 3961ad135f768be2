//! Keys that sign tokens here: Ed25519 (RFC 8032, RFC 8037).

use crate::jwk::Brought;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

/// A key that signs tokens.
#[derive(Debug)]
pub struct SigningKey {
    pair: Ed25519KeyPair,
    kid: Box<str>,
}

impl SigningKey {
    /// The key of a seed (RFC 8032 §5.1.5), which whoever has it can make, too.
    pub fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let jwk = json!({
            "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()),
        });
        let kid = Brought::read(jwk.as_object()?, Algorithm::EdDSA).ok()?;
        let kid = kid.thumbprint().into();
        Some(Self { pair, kid })
    }

    /// Its name: its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half (RFC 8037 §2), as a member of a set (RFC 7517 §5).
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(self.pair.public_key()),
        })
    }

    /// An access token (RFC 9068 §2.1) with these claims.
    pub fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": "EdDSA", "kid": self.kid, "typ": "at+jwt"});
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{check, claims, issuer};
    use crate::{Fault, KeySet};

    #[test]
    fn a_seed_is_a_key_whose_tokens_are_believed() {
        let [one, other] = [[1; 32], [2; 32]].map(|seed| SigningKey::from_seed(&seed).unwrap());
        assert_eq!(one.kid(), SigningKey::from_seed(&[1; 32]).unwrap().kid());
        let set = json!({"keys": [one.jwk()]}).to_string();
        let keys = KeySet::parse(set.as_bytes()).unwrap();
        let read = check(one.token(&claims()).as_bytes(), &issuer(), &keys).unwrap();
        assert_eq!(read.kid.as_deref(), Some(one.kid()));
        let refused = check(other.token(&claims()).as_bytes(), &issuer(), &keys);
        assert!(
            matches!(refused, Err(Fault::KeyUnknown { .. })),
            "{refused:?}"
        );
    }
}
