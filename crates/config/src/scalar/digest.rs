//! Digests of keys.

use super::{Problem, Scalar, scalar};
use crate::code::Code;

/// The SHA-256 of a whole API key, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sha256(pub(crate) [u8; 32]);

scalar!(Sha256, {
    "description": "The SHA-256 of a whole API key: 64 hexadecimal digits.",
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{64}$",
    "x-secret": true
});

impl Scalar for Sha256 {
    const KIND: &'static str = "sha256";
    const CODE: Code = Code::InvalidDigest;
    const WHAT: &'static str = "the SHA-256 of a key";
    const EXAMPLE: &'static str =
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.starts_with("pst_") {
            return Err(Problem::new(
                "a key is never written here: take the SHA-256 of it, `printf %s KEY | sha256sum`",
            ));
        }
        digest(text).map(Self).ok_or_else(|| {
            Problem::new(format!(
                "expected 64 hexadecimal digits, found {} characters",
                text.chars().count()
            ))
        })
    }
}

/// What is kept of a key, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hmac(pub(crate) [u8; 32]);

scalar!(Hmac, {
    "description": "What an installation keeps of an API key: 64 hexadecimal digits.",
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{64}$",
    "x-secret": true
});

impl Scalar for Hmac {
    const KIND: &'static str = "hmac";
    const CODE: Code = Code::InvalidDigest;
    const WHAT: &'static str = "what an installation keeps of a key";
    const EXAMPLE: &'static str =
        "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0";

    fn read(text: &str) -> Result<Self, Problem> {
        digest(text).map(Self).ok_or_else(|| {
            Problem::new(format!(
                "expected 64 hexadecimal digits, found {} characters",
                text.chars().count()
            ))
        })
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes?.try_into().ok()
}
