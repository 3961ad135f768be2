//! Issuers of tokens for tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "for tests alone"
)]

pub mod attacks;

use crate::jwk::Brought;
use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPublicKeyUncompressedBin, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKey, KeySize};
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

/// A key that signs.
#[derive(Debug)]
pub struct Signer {
    algorithm: Algorithm,
    kid: String,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Rsa(RsaKey),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Shared(Vec<u8>),
}

/// Base64url without padding (RFC 7515 §2).
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The HMAC-SHA-256 of a text (RFC 2104).
pub fn hmac_sha256(secret: &[u8], text: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    aws_lc_rs::hmac::sign(&key, text).as_ref().to_vec()
}

/// What a proof calls the token that it is for (RFC 9449 §4.2, `ath`).
pub fn hash(token: &str) -> String {
    base64url(digest::digest(&digest::SHA256, token.as_bytes()))
}

impl Signer {
    /// A new key for an algorithm.
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        let curve = match algorithm {
            Algorithm::ES256 => Some(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::ES384 => Some(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::ES512 => Some(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
            _ => None,
        };
        let key = match (curve, algorithm) {
            (Some(curve), _) => Key::Ec(EcdsaKeyPair::generate(curve).unwrap()),
            (_, Algorithm::EdDSA) => Key::Ed25519(Ed25519KeyPair::generate().unwrap()),
            (_, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) => {
                Key::Shared(kid.repeat(32).into_bytes())
            }
            _ => Key::Rsa(RsaKey::generate(KeySize::Rsa2048).unwrap()),
        };
        Self {
            algorithm,
            kid: kid.to_owned(),
            key,
        }
    }

    /// The secret, if it is one.
    pub fn secret(&self) -> Option<&[u8]> {
        match &self.key {
            Key::Shared(secret) => Some(secret),
            _ => None,
        }
    }

    /// The public key, as JWK.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(key) => {
                let public = key.public_key();
                json!({
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                })
            }
            Key::Ec(key) => {
                let point: EcPublicKeyUncompressedBin<'_> = key.public_key().as_be_bytes().unwrap();
                let (x, y) = point.as_ref()[1..].split_at((point.as_ref().len() - 1) / 2);
                let curve = match self.algorithm {
                    Algorithm::ES256 => "P-256",
                    Algorithm::ES384 => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)})
            }
            Key::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_key())})
            }
            Key::Shared(secret) => json!({"kty": "oct", "k": base64url(secret)}),
        };
        jwk["kid"] = self.kid.as_str().into();
        jwk["alg"] = self.algorithm.name().into();
        jwk
    }

    /// The public key as certificates have it (RFC 5280 §4.1, `SubjectPublicKeyInfo`); a secret as
    /// it is.
    pub fn public_der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = match &self.key {
            Key::Rsa(key) => key.public_key().as_der().unwrap(),
            Key::Ec(key) => key.public_key().as_der().unwrap(),
            Key::Ed25519(key) => key.public_key().as_der().unwrap(),
            Key::Shared(secret) => return secret.clone(),
        };
        der.as_ref().to_vec()
    }

    /// The same, as text (RFC 7468 §13).
    pub fn public_pem(&self) -> String {
        let coded = STANDARD.encode(self.public_der());
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        for line in coded.as_bytes().chunks(64) {
            pem.push_str(std::str::from_utf8(line).unwrap());
            pem.push('\n');
        }
        pem + "-----END PUBLIC KEY-----\n"
    }

    /// What tokens call it that are bound to it (RFC 7638).
    pub fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let brought = Brought::read(jwk.as_object().unwrap(), self.algorithm).unwrap();
        brought.thumbprint().to_owned()
    }

    /// A proof that its sender has the key (RFC 9449 §4.2).
    pub fn proof(&self, claims: &Value) -> String {
        let mut jwk = self.jwk();
        for name in ["kid", "alg"] {
            jwk.as_object_mut().unwrap().remove(name);
        }
        let header = json!({"typ": "dpop+jwt", "alg": self.algorithm.name(), "jwk": jwk});
        self.sign(&header, claims)
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm.name(), "kid": self.kid, "typ": "at+jwt"});
        self.sign(&header, claims)
    }

    /// A token with this header, whatever that says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// A token of these bytes.
    pub fn sign_bytes(&self, header: &[u8], claims: &[u8]) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(claims));
        let signature = self.signature(signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }

    /// The signature of these bytes.
    pub fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let padding: &dyn signature::RsaEncoding = match self.algorithm {
                    Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
                    Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
                    Algorithm::PS256 => &signature::RSA_PSS_SHA256,
                    Algorithm::PS384 => &signature::RSA_PSS_SHA384,
                    Algorithm::PS512 => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(padding, &random, signed, &mut out).unwrap();
                out
            }
            Key::Ec(key) => key.sign(&random, signed).unwrap().as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(signed).as_ref().to_vec(),
            Key::Shared(secret) => {
                let algorithm = crate::algorithm::shared(self.algorithm).unwrap();
                let key = aws_lc_rs::hmac::Key::new(algorithm, secret);
                aws_lc_rs::hmac::sign(&key, signed).as_ref().to_vec()
            }
        }
    }
}

/// The set of the public keys of signers (RFC 7517 §5).
pub fn set(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}
