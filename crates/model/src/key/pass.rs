//! What opens the management: tokens, sessions and one-time links.

use super::written::{BASE_32, BASE_62, CHECKSUM, ID, SECRET, checksum, is_id, letter, text};
use crate::Secret;
use std::fmt;

/// Characters of what it begins with.
const BEGIN: usize = 4;
/// Where the checksum begins.
const CHECKED: usize = BEGIN + ID + 1 + SECRET;

/// What a [`Pass`] opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opens {
    /// The management API, for programs, until it expires.
    Token,
    /// The management, for a browser, until its person signs out.
    Session,
    /// One act, once: accepting an invitation, choosing a password.
    Link,
}

impl Opens {
    /// What it begins with, so that a found one can be told.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Token => "pmt_",
            Self::Session => "pms_",
            Self::Link => "pml_",
        }
    }
}

/// A secret of the management, written as API keys are: `pmt_<id>_<secret><checksum>`. Shown once,
/// when it is made; its [`Keyer`](super::Keyer)'s HMAC is what is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass([u8; Self::LEN]);

impl Pass {
    /// Its length, in bytes.
    pub const LEN: usize = CHECKED + CHECKSUM;

    /// Random bytes that it is made from: one for each character of the id, two for each of the
    /// secret.
    pub const RANDOM: usize = ID + 2 * SECRET;

    /// Makes one of random bytes: 80 bits become its id, more than 190 its secret.
    pub fn generate(opens: Opens, random: &[u8; Self::RANDOM]) -> Self {
        let (id, secret) = random.split_at(ID);
        let id = id.iter().map(|byte| letter(BASE_32, u32::from(byte % 32)));
        let secret = secret.chunks_exact(2).map(|pair| {
            let number = pair.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            letter(BASE_62, number % 62)
        });
        let mut whole = [0; Self::LEN];
        let begin = opens.begin().bytes();
        for (slot, byte) in whole
            .iter_mut()
            .zip(begin.chain(id).chain([b'_']).chain(secret))
        {
            *slot = byte;
        }
        if let Some((checked, end)) = whole.split_at_mut_checked(CHECKED) {
            end.copy_from_slice(&checksum(checked));
        }
        Self(whole)
    }

    /// Reads one that was presented; none if it has another form. One that can be read need not
    /// exist.
    pub fn parse(opens: Opens, presented: &str) -> Option<Self> {
        let whole: [u8; Self::LEN] = presented.as_bytes().try_into().ok()?;
        let (checked, end) = whole.split_at_checked(CHECKED)?;
        let rest = checked.strip_prefix(opens.begin().as_bytes())?;
        let (id, rest) = rest.split_at_checked(ID)?;
        let secret = rest.strip_prefix(b"_")?;
        let formed = is_id(id) && secret.iter().all(u8::is_ascii_alphanumeric);
        (formed && end == checksum(checked)).then_some(Self(whole))
    }

    /// Its id: not secret.
    pub fn id(&self) -> &str {
        text(self.0.get(BEGIN..BEGIN + ID).unwrap_or_default())
    }

    /// The whole of it, for the one time that it is shown.
    pub fn reveal(&self) -> Secret<&str> {
        Secret::new(text(&self.0))
    }

    /// The SHA-256 of the whole of it.
    pub fn digest(&self) -> [u8; 32] {
        super::digest(&self.0)
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_[secret]", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(opens: Opens) -> Pass {
        let mut random = [0; Pass::RANDOM];
        for (at, byte) in (0_u8..).zip(&mut random) {
            *byte = at.wrapping_mul(37);
        }
        Pass::generate(opens, &random)
    }

    #[test]
    fn what_was_made_can_be_read_as_what_it_is_and_nothing_else() {
        for opens in [Opens::Token, Opens::Session, Opens::Link] {
            let pass = made(opens);
            let whole = (*pass.reveal().expose()).to_owned();
            assert!(whole.starts_with(opens.begin()), "{whole}");
            assert_eq!(Pass::parse(opens, &whole), Some(pass.clone()));
            for other in [Opens::Token, Opens::Session, Opens::Link] {
                assert_eq!(Pass::parse(other, &whole).is_some(), other == opens);
            }
            assert!(!format!("{pass:?}").contains(whole.split_at(21).1));
        }
    }

    #[test]
    fn a_changed_character_is_seen() {
        let whole = (*made(Opens::Token).reveal().expose()).to_owned();
        for at in 0..whole.len() {
            let mut other = whole.clone().into_bytes();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(Pass::parse(Opens::Token, &other), None, "{other}");
        }
        assert_eq!(Pass::parse(Opens::Token, ""), None);
        assert_eq!(Pass::parse(Opens::Token, &format!("{whole}x")), None);
    }
}
