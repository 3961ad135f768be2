//! Identifiers.

use std::fmt;

/// Crockford's base 32 alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The id of one request: 48 bits of milliseconds since 1970 and 80 random bits, written as 26
/// characters of Crockford's base 32, so that ids sort by time (the ULID layout).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u128);

impl RequestId {
    /// Length of the written form, in bytes.
    pub const LEN: usize = 26;

    /// Makes an id. `millis` is Unix time in milliseconds (its low 48 bits count), `random` gives
    /// the low 80 bits.
    pub const fn new(millis: u64, random: u128) -> Self {
        Self(((millis as u128) << 80) | (random & ((1 << 80) - 1)))
    }

    /// The written form, without allocating.
    pub fn encode(self) -> EncodedId {
        let mut out = [0u8; Self::LEN];
        let mut rest = self.0;
        for slot in out.iter_mut().rev() {
            *slot = ALPHABET.get((rest & 31) as usize).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        EncodedId(out)
    }

    /// Reads the written form; `None` unless it is exactly 26 characters of the alphabet (any
    /// case) and fits in 128 bits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::LEN {
            return None;
        }
        let mut value: u128 = 0;
        for (i, byte) in text.bytes().enumerate() {
            let upper = byte.to_ascii_uppercase();
            let digit = ALPHABET.iter().position(|&c| c == upper)?;
            if i == 0 && digit > 7 {
                return None;
            }
            value = (value << 5) | digit as u128;
        }
        Some(Self(value))
    }

    /// All 128 bits.
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// When the request came in: Unix time in milliseconds.
    pub const fn millis(self) -> u64 {
        (self.0 >> 80) as u64
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.encode().as_str())
    }
}

/// The written form of a [`RequestId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodedId([u8; RequestId::LEN]);

impl EncodedId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        // Only characters of the alphabet are ever written.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The id as bytes of text.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_and_read_back_and_sort_by_time() {
        let early = RequestId::new(1_700_000_000_000, u128::MAX);
        let late = RequestId::new(1_700_000_000_001, 0);
        assert!(early.to_string() < late.to_string());
        assert_eq!(RequestId::parse(&early.to_string()), Some(early));
        assert_eq!(early.millis(), 1_700_000_000_000);
    }

    #[test]
    fn what_is_not_an_id_is_not_read() {
        assert_eq!(RequestId::parse(""), None);
        assert_eq!(RequestId::parse("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), None);
        assert_eq!(RequestId::parse("0000000000000000000000000U"), None);
    }
}
