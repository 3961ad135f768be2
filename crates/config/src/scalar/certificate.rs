//! What client certificates are known by.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::{Name, certificate_digest};

/// The SHA-256 of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) [u8; 32]);

scalar!(Fingerprint, {
    "description": "The SHA-256 of a certificate (DER): 64 hexadecimal digits, with or without colons between them.",
    "type": "string",
    "pattern": "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
});

impl Scalar for Fingerprint {
    const KIND: &'static str = "fingerprint";
    const CODE: Code = Code::InvalidDigest;
    const WHAT: &'static str = "the SHA-256 of a certificate";
    const EXAMPLE: &'static str =
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn read(text: &str) -> Result<Self, Problem> {
        certificate_digest(text).map(Self).ok_or_else(|| {
            Problem::new(
                "expected 64 hexadecimal digits, as `openssl x509 -fingerprint -sha256` prints them",
            )
        })
    }
}

/// A name in a certificate, to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateText(pub(crate) Name);

scalar!(CertificateText, {
    "description": "A name in a certificate, to the letter.",
    "type": "string",
    "minLength": 1,
    "maxLength": 2048
});

impl Scalar for CertificateText {
    const KIND: &'static str = "certificate_text";
    const CODE: Code = Code::InvalidText;
    const WHAT: &'static str = "a name in a certificate";
    const EXAMPLE: &'static str = "CN=till-7,O=Example";

    fn read(text: &str) -> Result<Self, Problem> {
        let length = 1..=2048;
        if length.contains(&text.len()) && !text.chars().any(char::is_control) {
            Ok(Self(text.into()))
        } else {
            Err(Problem::new(
                "expected 1 to 2048 bytes without control characters",
            ))
        }
    }
}
