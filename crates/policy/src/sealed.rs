//! Short texts that only this installation can have written: each is followed by an HMAC of itself
//! and of whom or what it was written for.

use postern_model::entity::KeyDigest;
use postern_model::key::{Keyer, digest};
use std::fmt::Write as _;

/// Writes a text and its seal: `<text>.<HMAC>`. `whom`: what it is for, which is not in it.
pub(crate) fn seal(keyer: &Keyer, text: &str, whom: &str) -> String {
    let KeyDigest(mac) = keyer.keyed(&digest(&together(text, whom)));
    let mut sealed = format!("{text}.");
    for byte in mac {
        // Writing to a String cannot fail.
        let _ = write!(sealed, "{byte:02x}");
    }
    sealed
}

/// The text, if its seal is whole. Compares in constant time.
pub(crate) fn open<'a>(keyer: &Keyer, sealed: &'a [u8], whom: &str) -> Option<&'a str> {
    let (text, written) = std::str::from_utf8(sealed).ok()?.rsplit_once('.')?;
    let lower = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if written.len() != 64 || !written.bytes().all(lower) {
        return None;
    }
    let mut mac = [0; 32];
    for (slot, pair) in mac.iter_mut().zip(written.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let genuine = keyer.verify(&together(text, whom), &KeyDigest(mac));
    genuine.then_some(text)
}

fn together(text: &str, whom: &str) -> Vec<u8> {
    format!("{text}.{whom}").into_bytes()
}
