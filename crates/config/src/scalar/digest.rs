//! Digests of keys.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Name;
use postern_model::key::imported;

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

/// What another gateway kept of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign(pub(crate) Vec<u8>);

scalar!(Foreign, {
    "description": "What another gateway kept of an API key: a SHA-256, SHA-512 or SHA-1 in hexadecimal or base64.",
    "type": "string",
    "minLength": 27,
    "maxLength": 128,
    "x-secret": true
});

/// What is taken, with an example.
const TAKEN: &str = "expected a SHA-256 (64 hexadecimal digits, or 44 characters of base64), \
     a SHA-512 (128, or 88) or a SHA-1 (40, or 28), as `printf %s KEY | sha256sum` prints it";

impl Scalar for Foreign {
    const KIND: &'static str = "foreign_digest";
    const CODE: Code = Code::InvalidDigest;
    const WHAT: &'static str = "a digest that can be looked up";
    const EXAMPLE: &'static str = "a9993e364706816aba3e25717850c26c9cd0d89d";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(digest) = imported::read(text) {
            return Ok(Self(digest));
        }
        let slow = [
            "$2", "$argon2", "$scrypt", "$pbkdf2", "$5$", "$6$", "$apr1$",
        ];
        if slow.iter().any(|begin| text.starts_with(begin)) {
            return Err(Problem::new(format!(
                "a password hash has a salt of its own, so that no key can be found by it; {TAKEN}"
            )));
        }
        let length = text.chars().count();
        Err(Problem::new(format!("{TAKEN}; found {length} characters")))
    }
}

/// What another gateway put around each key before it digested it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Salt(pub(crate) Name);

scalar!(Salt, {
    "description": "A text that stands before or behind each key when it is digested, 1 to 256 bytes.",
    "type": "string",
    "minLength": 1,
    "maxLength": 256,
    "x-secret": true
});

impl Scalar for Salt {
    const KIND: &'static str = "salt";
    const CODE: Code = Code::InvalidText;
    const WHAT: &'static str = "a salt";
    const EXAMPLE: &'static str = "9c1185a5";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.is_empty() || text.len() > 256 {
            let found = text.len();
            return Err(Problem::new(format!(
                "expected 1 to 256 bytes, found {found}"
            )));
        }
        Ok(Self(text.into()))
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
