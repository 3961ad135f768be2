//! Secrets that were seen, and are taken out wherever else they stand.

use super::REDACTED;
use memchr::memmem;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Shorter ones are words of any text.
const SHORTEST: usize = 6;
/// So many spellings are looked for.
const MOST: usize = 128;
/// So much of a secret at the end of a text that was cut gives it away in part.
const BEGINNING: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Seen {
    spellings: Vec<String>,
    /// There are more than are looked for.
    is_full: bool,
}

impl Seen {
    /// Takes note of a secret, in each way in which others may write it.
    pub(super) fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST || self.spellings.iter().any(|known| known == secret) {
            return;
        }
        if self.spellings.len() >= MOST {
            self.is_full = true;
            return;
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if !secret.bytes().all(plain) {
            if let Ok(json) = serde_json::to_string(secret) {
                let inner = json.trim_matches('"');
                if inner != secret {
                    self.spellings.push(inner.to_owned());
                }
            }
            let mut escaped = String::new();
            for byte in secret.bytes() {
                if plain(byte) {
                    escaped.push(char::from(byte));
                } else {
                    // Writing to a String cannot fail.
                    let _ = write!(escaped, "%{byte:02X}");
                }
            }
            self.spellings.push(escaped);
            if secret.contains('/') {
                // As some write it in JSON.
                self.spellings.push(secret.replace('/', "\\/"));
            }
        }
        self.spellings.push(secret.to_owned());
    }

    /// What an `Authorization` field holds: the credentials after the scheme, and the password
    /// among them (RFC 7617).
    pub(super) fn authorization(&mut self, value: &str) {
        let value = value.trim();
        self.add(value);
        let Some((scheme, credentials)) = value.split_once([' ', '\t']) else {
            return;
        };
        let credentials = credentials.trim();
        self.add(credentials);
        if scheme.eq_ignore_ascii_case("basic")
            && let Some(pair) = base64(credentials)
            && let Some((_, password)) = pair.split_once(':')
        {
            self.add(password);
        }
    }

    /// Whether there were more than are looked for.
    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Whether one of them stands in it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let mut spellings = self.spellings.iter();
        spellings.any(|secret| memmem::find(text.as_bytes(), secret.as_bytes()).is_some())
    }

    /// The text without any of them.
    pub(super) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.spellings {
            if memmem::find(text.as_bytes(), secret.as_bytes()).is_some() {
                text = Cow::Owned(text.replace(secret.as_str(), REDACTED));
            }
        }
        text
    }

    /// The text without the beginning of a secret at its end.
    pub(super) fn without_beginnings<'t>(&self, text: &'t str) -> &'t str {
        let overlaps = self.spellings.iter().map(|secret| overlap(text, secret));
        let longest = overlaps.filter(|bytes| *bytes >= BEGINNING).max();
        text.get(..text.len() - longest.unwrap_or_default())
            .unwrap_or_default()
    }
}

/// How much of a secret's beginning a text ends in, bytes. Knuth, Morris and Pratt's way: both may
/// be long, and made to be slow.
fn overlap(text: &str, secret: &str) -> usize {
    let secret = secret.as_bytes();
    let mut falls: Vec<usize> = Vec::with_capacity(secret.len());
    let fall = |falls: &[usize], at: usize| match at.checked_sub(1) {
        Some(before) => falls.get(before).copied().unwrap_or_default(),
        None => 0,
    };
    let step = |falls: &[usize], mut matched: usize, byte: u8| {
        loop {
            if secret.get(matched) == Some(&byte) {
                return matched + 1;
            }
            if matched == 0 {
                return 0;
            }
            matched = fall(falls, matched);
        }
    };
    let mut matched = 0;
    falls.push(0);
    for byte in secret.iter().skip(1) {
        matched = step(&falls, matched, *byte);
        falls.push(matched);
    }
    let start = text.len().saturating_sub(secret.len());
    let tail = text.as_bytes().get(start..).unwrap_or_default();
    tail.iter()
        .fold(0, |matched, byte| step(&falls, matched, *byte))
}

/// At most so many bytes, in whole characters.
pub(super) fn prefix(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// Reads Base64 (RFC 4648 §4 and §5), as far as it is text.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_in_every_spelling() {
        let mut seen = Seen::default();
        seen.add("p\"ss wörd");
        seen.add("short");
        assert_eq!(seen.mask("a p\"ss wörd b"), "a [redacted] b");
        assert_eq!(seen.mask(r#"{"x":"p\"ss wörd"}"#), r#"{"x":"[redacted]"}"#);
        assert_eq!(seen.mask("x=p%22ss%20w%C3%B6rd"), "x=[redacted]");
        assert_eq!(seen.mask("short"), "short");
    }

    #[test]
    fn the_password_of_basic_is_found() {
        let mut seen = Seen::default();
        // ann:hunter22
        seen.authorization("Basic YW5uOmh1bnRlcjIy");
        assert_eq!(
            seen.mask("ann has hunter22 and YW5uOmh1bnRlcjIy"),
            "ann has [redacted] and [redacted]"
        );
    }

    #[test]
    fn the_beginning_of_a_secret_at_a_cut_goes_too() {
        let mut seen = Seen::default();
        seen.add("Canary7Canary7");
        assert_eq!(seen.without_beginnings("it is Canary7C"), "it is ");
        assert_eq!(seen.without_beginnings("it is Can"), "it is Can");
        assert_eq!(seen.without_beginnings("Canary7C no"), "Canary7C no");
        assert_eq!(seen.without_beginnings("it is Canary7Canary7"), "it is ");
        assert_eq!(overlap("xababa", "ababc"), 3);
        assert_eq!(overlap("Canary7Canary7Canary7", "Canary7Canary7"), 14);
        assert_eq!(overlap("", "ab"), 0);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let mut seen = Seen::default();
        for number in 0..MOST {
            seen.add(&format!("secret{number}"));
        }
        assert!(!seen.is_full());
        seen.add("secret1");
        assert!(!seen.is_full(), "it is known");
        seen.add("secret");
        assert!(seen.is_full());
    }
}
