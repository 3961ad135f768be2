//! The written form of an API key.

use crate::Secret;
use std::fmt;

/// What every key begins with.
const PREFIX: &[u8] = b"pst_";
/// Characters of the id.
pub(super) const ID: usize = 16;
/// Characters of the secret.
pub(super) const SECRET: usize = 32;
/// Characters of the checksum.
pub(super) const CHECKSUM: usize = 6;
/// Where the checksum begins.
const CHECKED: usize = PREFIX.len() + ID + 1 + SECRET;

/// Crockford's base 32, lower case: no i, l, o, u.
pub(super) const BASE_32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
pub(super) const BASE_62: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What the ids of credentials begin with; the id of the key follows.
pub const CREDENTIAL_PREFIX: &str = "key_";

/// Bytes of a presented key that are looked at; a longer one is not a key.
pub const MAX_LEN: usize = 512;

/// A whole API key: shown once, when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey([u8; Self::LEN]);

impl ApiKey {
    /// Length of a key, in bytes.
    pub const LEN: usize = CHECKED + CHECKSUM;

    /// Random bytes that a key is made from: one for each character of the id, two for each of
    /// the secret.
    pub const RANDOM: usize = ID + 2 * SECRET;

    /// Makes a key of random bytes: 80 bits become its id, more than 190 its secret.
    pub fn generate(random: &[u8; Self::RANDOM]) -> Self {
        let (id, secret) = random.split_at(ID);
        let id = id.iter().map(|byte| letter(BASE_32, u32::from(byte % 32)));
        // 62 does not divide 2^16; the difference between two characters is less than 0.1 %.
        let secret = secret.chunks_exact(2).map(|pair| {
            let number = pair.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            letter(BASE_62, number % 62)
        });
        let mut key = [0; Self::LEN];
        let text = PREFIX.iter().copied().chain(id).chain([b'_']).chain(secret);
        for (slot, byte) in key.iter_mut().zip(text) {
            *slot = byte;
        }
        if let Some((checked, end)) = key.split_at_mut_checked(CHECKED) {
            end.copy_from_slice(&checksum(checked));
        }
        Self(key)
    }

    /// Reads what was presented as a key; looks at [`MAX_LEN`] bytes at most. A key that can be
    /// read need not exist.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(presented: &[u8]) -> Result<Parsed<'_>, Malformed> {
        well_formed(presented).ok_or_else(|| Malformed::of(presented))
    }

    /// The key's id.
    pub fn id(&self) -> &str {
        let id = self.0.get(PREFIX.len()..PREFIX.len() + ID);
        text(id.unwrap_or_default())
    }

    /// The whole key, for the one time that it is shown.
    pub fn reveal(&self) -> Secret<&str> {
        Secret::new(text(&self.0))
    }

    /// The SHA-256 of the whole key.
    pub fn digest(&self) -> [u8; 32] {
        super::digest(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pst_{}_[secret]", self.id())
    }
}

/// What a presented key says of itself before anything is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// The key's id; its credential is `key_<id>`.
    pub id: &'a str,
}

/// Why something presented as a key cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Malformed {
    /// There is nothing.
    Empty,
    /// More than [`MAX_LEN`] bytes.
    TooLong,
    /// A control byte, or a byte beyond ASCII.
    ControlBytes,
    /// `Bearer ` or another scheme stands before it.
    Scheme,
    /// It stands in quotes.
    Quotes,
    /// White space before, after or inside of it.
    WhiteSpace,
    /// It does not begin with `pst_`: another kind of credential, or another product's key.
    Foreign,
    /// Its end is missing.
    Truncated,
    /// More follows where it should end.
    Trailing,
    /// The checksum does not fit: a character is missing or wrong.
    Checksum,
    /// It is not of this gateway, and none of those that were imported from another one.
    NotImported,
}

impl Malformed {
    /// Every fault of form.
    pub const ALL: [Self; 11] = [
        Self::Empty,
        Self::TooLong,
        Self::ControlBytes,
        Self::Scheme,
        Self::Quotes,
        Self::WhiteSpace,
        Self::Foreign,
        Self::Truncated,
        Self::Trailing,
        Self::Checksum,
        Self::NotImported,
    ];

    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::ControlBytes => "control_bytes",
            Self::Scheme => "scheme",
            Self::Quotes => "quotes",
            Self::WhiteSpace => "white_space",
            Self::Foreign => "foreign",
            Self::Truncated => "truncated",
            Self::Trailing => "trailing",
            Self::Checksum => "checksum",
            Self::NotImported => "not_imported",
        }
    }

    /// What is wrong, as it follows "the key".
    pub const fn what(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::TooLong => "is longer than 512 bytes, and keys are 59 characters long",
            Self::ControlBytes => "has control bytes or bytes beyond ASCII in it",
            Self::Scheme => {
                "has the name of a scheme such as `Bearer` before it, and must stand alone"
            }
            Self::Quotes => "stands in quotes, and must stand without",
            Self::WhiteSpace => "has white space before, after or inside of it",
            Self::Foreign => "does not begin with `pst_`, as keys of this gateway do",
            Self::Truncated => "is cut off: its end is missing",
            Self::Trailing => "has more characters behind its end",
            Self::Checksum => {
                "has a checksum that does not fit: a character of it is missing or wrong"
            }
            Self::NotImported => {
                "is neither a key of this gateway nor one that was imported from another gateway"
            }
        }
    }

    /// Whether it may be a key that another gateway made: visible ASCII, with nothing around it.
    pub const fn may_be_imported(self) -> bool {
        matches!(
            self,
            Self::Foreign | Self::Truncated | Self::Trailing | Self::Checksum
        )
    }

    /// The fault of something that is not a key, the most telling first.
    fn of(presented: &[u8]) -> Self {
        if presented.len() > MAX_LEN {
            return Self::TooLong;
        }
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
        let plain = |byte: &u8| byte.is_ascii_graphic() || blank(byte);
        let (Some(first), Some(last)) = (presented.first(), presented.last()) else {
            return Self::Empty;
        };
        if !presented.iter().all(plain) {
            return Self::ControlBytes;
        }
        if has_scheme(presented) {
            return Self::Scheme;
        }
        if quote(first) || quote(last) {
            return Self::Quotes;
        }
        if presented.iter().any(blank) {
            return Self::WhiteSpace;
        }
        if !presented.starts_with(PREFIX) {
            let begun = PREFIX.starts_with(presented);
            return if begun {
                Self::Truncated
            } else {
                Self::Foreign
            };
        }
        if presented.len() < ApiKey::LEN {
            return Self::Truncated;
        }
        match presented.get(..ApiKey::LEN).and_then(well_formed) {
            Some(_) => Self::Trailing,
            None => Self::Checksum,
        }
    }
}

/// Whether this can be the id of a credential: `key_` and the id of a key.
pub fn is_credential_id(id: &str) -> bool {
    id.strip_prefix(CREDENTIAL_PREFIX)
        .is_some_and(|id| is_id(id.as_bytes()))
}

pub(super) fn is_id(id: &[u8]) -> bool {
    // The digits and letters but i, l, o and u.
    let digit = |byte: &u8| {
        byte.is_ascii_digit()
            || (byte.is_ascii_lowercase() && !matches!(byte, b'i' | b'l' | b'o' | b'u'))
    };
    id.len() == ID && id.iter().all(digit)
}

fn well_formed(presented: &[u8]) -> Option<Parsed<'_>> {
    if presented.len() != ApiKey::LEN {
        return None;
    }
    let (checked, end) = presented.split_at_checked(CHECKED)?;
    let rest = checked.strip_prefix(PREFIX)?;
    let (id, rest) = rest.split_at_checked(ID)?;
    let secret = rest.strip_prefix(b"_")?;
    let whole = is_id(id) && secret.iter().all(u8::is_ascii_alphanumeric);
    (whole && end == checksum(checked)).then(|| Parsed { id: text(id) })
}

/// Whether the name of an authentication scheme (RFC 9110 §11.1) stands before a blank.
fn has_scheme(presented: &[u8]) -> bool {
    let scheme = presented.split(|byte| *byte == b' ').next();
    scheme.is_some_and(|scheme| {
        scheme.len() < presented.len()
            && ["bearer", "apikey", "basic", "token", "key"]
                .iter()
                .any(|name| scheme.eq_ignore_ascii_case(name.as_bytes()))
    })
}

pub(super) fn checksum(checked: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(checked);
    let mut out = [0; CHECKSUM];
    for slot in out.iter_mut().rev() {
        *slot = letter(BASE_62, rest % 62);
        rest /= 62;
    }
    out
}

/// The digit of this value.
pub(super) fn letter(alphabet: &[u8], value: u32) -> u8 {
    let at = usize::try_from(value).unwrap_or(usize::MAX);
    alphabet.get(at).copied().unwrap_or(b'0')
}

/// Keys are ASCII.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
