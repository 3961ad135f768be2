//! Keys that another gateway made, known by the digests that it kept.

use super::digest;
use crate::entity::Name;
use aws_lc_rs::digest as sha;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt;

/// How many formats of imported keys there may be at once: a presented key that is not of this
/// gateway is digested once for each of them.
pub const MAX_FORMATS: usize = 4;

/// A function that another gateway digests keys with. All are fast and without randomness, so that
/// a digest is made of what is presented, and looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-512 (FIPS 180-4).
    Sha512,
    /// SHA-1 (FIPS 180-4), which is broken where collisions count, and is taken for what there is.
    Sha1,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha512, Self::Sha1];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Sha1 => "sha1",
        }
    }

    /// Bytes of its digests.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
            Self::Sha1 => 20,
        }
    }

    /// Whether keys should not stay digested by it.
    pub const fn is_weak(self) -> bool {
        matches!(self, Self::Sha1)
    }

    fn function(self) -> &'static sha::Algorithm {
        match self {
            Self::Sha256 => &sha::SHA256,
            Self::Sha512 => &sha::SHA512,
            Self::Sha1 => &sha::SHA1_FOR_LEGACY_USE_ONLY,
        }
    }
}

/// What another gateway made digests of, and how: one for many keys.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyFormat {
    /// The function.
    pub algorithm: Algorithm,
    /// What it put before each key.
    pub salt_prefix: Name,
    /// What it put behind each key.
    pub salt_suffix: Name,
}

impl KeyFormat {
    /// What a credential with this key is found by, once it went through a
    /// [`Keyer`](super::Keyer). Allocates nothing.
    pub fn digest(&self, key: &[u8]) -> [u8; 32] {
        let mut context = sha::Context::new(self.algorithm.function());
        context.update(self.salt_prefix.as_bytes());
        context.update(key);
        context.update(self.salt_suffix.as_bytes());
        kept(context.finish().as_ref())
    }
}

impl fmt::Debug for KeyFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.algorithm.name())
    }
}

/// What stands for another gateway's digest: its SHA-256, so that digests of all lengths go through
/// a [`Keyer`](super::Keyer), and none is what is kept of a key of this gateway.
pub fn kept(foreign: &[u8]) -> [u8; 32] {
    digest(foreign)
}

/// Reads a digest in hexadecimal or in base64 (RFC 4648 §4 or §5, padded or not), with as many
/// bytes as one of [`Algorithm::ALL`] makes.
pub fn read(text: &str) -> Option<Vec<u8>> {
    let bytes = hexadecimal(text).or_else(|| base64(text))?;
    let known = |algorithm: &Algorithm| algorithm.length() == bytes.len();
    Algorithm::ALL.iter().any(known).then_some(bytes)
}

/// As many digits as one of the digests has; others may be base64 that looks like digits.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let known = |algorithm: &Algorithm| algorithm.length() == pairs.len();
    if !Algorithm::ALL.iter().any(known) {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok();
    pairs.iter().map(byte).collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decode = |alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok();
    decode(&STANDARD).or_else(|| decode(&URL_SAFE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(algorithm: Algorithm, salt_prefix: &str, salt_suffix: &str) -> KeyFormat {
        KeyFormat {
            algorithm,
            salt_prefix: salt_prefix.into(),
            salt_suffix: salt_suffix.into(),
        }
    }

    /// As Python's hashlib has them.
    const OF_ABC: [(Algorithm, &str, &str); 3] = [
        (
            Algorithm::Sha1,
            "a9993e364706816aba3e25717850c26c9cd0d89d",
            "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
        ),
        (
            Algorithm::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        ),
        (
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
        ),
    ];

    #[test]
    fn a_key_is_found_by_the_digest_that_another_gateway_kept() {
        for (algorithm, hex, base64) in OF_ABC {
            let plain = base64.trim_end_matches('=');
            let url = plain.replace('+', "-").replace('/', "_");
            for text in [hex, &hex.to_uppercase(), base64, plain, &url] {
                let given = read(text).unwrap();
                assert_eq!(given.len(), algorithm.length(), "{text}");
                assert_eq!(format(algorithm, "", "").digest(b"abc"), kept(&given));
                assert_eq!(format(algorithm, "a", "c").digest(b"b"), kept(&given));
                assert_ne!(format(algorithm, "", "").digest(b"abd"), kept(&given));
            }
        }
    }

    #[test]
    fn a_digest_of_another_length_or_alphabet_is_none() {
        for text in [
            "",
            "abc",
            "900150983cd24fb0d6963f7d28e17f72",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            "a9993e364706816aba3e25717850c26c9cd0d89g",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_kept_is_not_what_is_kept_of_a_key_of_this_gateway() {
        assert_ne!(
            format(Algorithm::Sha256, "", "").digest(b"abc"),
            digest(b"abc")
        );
    }

    #[test]
    fn a_salt_is_not_shown() {
        let shown = format!("{:?}", format(Algorithm::Sha1, "pepper", "salt"));
        assert_eq!(shown, "sha1");
    }
}
