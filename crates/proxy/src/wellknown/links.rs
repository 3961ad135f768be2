//! Links under which one refusal can be read without credentials.

use crate::decimal::decimal;
use aws_lc_rs::hmac;
use postern_model::RequestId;
use postern_policy::router::RESERVED;

/// How long a link is good, in seconds.
pub const HELP_VALID: i64 = 24 * 60 * 60;

/// Bytes of a signature.
const SIGNATURE: usize = 32;

/// Signs links to the records of refused requests, and knows its own again: a link says until when
/// it is good, and an HMAC-SHA-256 (RFC 2104) over that and the request's id.
#[derive(Clone)]
pub struct Links(hmac::Key);

impl Links {
    /// Signs with a key that serves nothing else, such as one derived from the installation's.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The link for a request, path and query; good for [`HELP_VALID`] from `now` (Unix time in
    /// seconds).
    pub fn sign(&self, id: RequestId, now: i64) -> String {
        let until = now.saturating_add(HELP_VALID).max(0);
        let signature = hmac::sign(&self.0, &message(id, until));
        let (id, mut digits) = (id.encode(), [0; 20]);
        let until = decimal(until.cast_unsigned(), &mut digits);
        let mut link = String::with_capacity(192);
        for part in [RESERVED, "/requests/", id.as_str(), "?sig="] {
            link.push_str(part);
        }
        link.push_str(std::str::from_utf8(until).unwrap_or_default());
        link.push('.');
        for byte in signature.as_ref() {
            for half in [byte >> 4, byte & 15] {
                let letter = if half < 10 { b'0' } else { b'a' - 10 };
                link.push(char::from(letter + half));
            }
        }
        link
    }

    /// Whether a query carries the signature for a request, and its time is not over. Compares in
    /// constant time.
    pub(crate) fn verify(&self, id: RequestId, query: &[u8], now: i64) -> bool {
        let mut signatures = query
            .split(|&b| b == b'&')
            .filter_map(|pair| pair.strip_prefix(b"sig="));
        let (Some(written), None) = (signatures.next(), signatures.next()) else {
            return false;
        };
        let Some((until, signature)) = read(written) else {
            return false;
        };
        let genuine = hmac::verify(&self.0, &message(id, until), &signature).is_ok();
        genuine && now < until
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

fn message(id: RequestId, until: i64) -> [u8; 24] {
    let mut message = [0; 24];
    let bytes = id
        .bits()
        .to_be_bytes()
        .into_iter()
        .chain(until.to_be_bytes());
    for (slot, byte) in message.iter_mut().zip(bytes) {
        *slot = byte;
    }
    message
}

/// `<until>.<64 hexadecimal digits>`, in the one spelling that is signed.
fn read(written: &[u8]) -> Option<(i64, [u8; SIGNATURE])> {
    let text = std::str::from_utf8(written).ok()?;
    let (until, digits) = text.split_once('.')?;
    let plain = !until.is_empty() && until.bytes().all(|b| b.is_ascii_digit());
    let lower = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if !plain || digits.len() != 2 * SIGNATURE || !digits.bytes().all(lower) {
        return None;
    }
    let mut signature = [0; SIGNATURE];
    for (slot, pair) in signature.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some((until.parse().ok()?, signature))
}
