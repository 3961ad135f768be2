//! Texts of any kind: what follows a secret's name, and what looks like a secret by itself.

use super::REDACTED;
use super::names::Names;
use memchr::{memchr, memchr3, memmem};
use std::borrow::Cow;

/// The longest name that is looked at, and the longest tag, bytes.
const NAME: usize = 64;
const TAG: usize = 512;

/// Takes out what follows the name of a secret: `name=value`, `name: value`, `"name":"value"`,
/// `<name>value</name>`.
pub(super) fn redacted<'t>(text: &'t str, names: &Names<'_>) -> Cow<'t, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = memchr3(
        b'=',
        b':',
        b'>',
        text.as_bytes().get(at..).unwrap_or_default(),
    ) {
        let separator = at + found;
        at = separator + 1;
        let before = text.get(..separator).unwrap_or_default();
        let after = text.get(at..).unwrap_or_default();
        let is_tag = text.as_bytes().get(separator) == Some(&b'>');
        let name = if is_tag { tag(before) } else { name(before) };
        // Before its value is looked for, which may be long.
        if name.is_empty() || !names.anywhere(name, false) {
            continue;
        }
        let (start, end) = if is_tag {
            (0, memchr(b'<', after.as_bytes()).unwrap_or(after.len()))
        } else {
            value(after, name)
        };
        let value = after.get(start..end).unwrap_or_default();
        let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        if value.is_empty() || (number && !names.anywhere(name, true)) {
            continue;
        }
        out.push_str(text.get(copied..at + start).unwrap_or_default());
        out.push_str(REDACTED);
        at += end;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The name before a separator.
fn name(before: &str) -> &str {
    let before = before.trim_end_matches(|c: char| c.is_ascii_whitespace() || "\"'\\".contains(c));
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"_-.$[]".contains(b);
    let length = before.bytes().rev().take(NAME).take_while(fits).count();
    before.get(before.len() - length..).unwrap_or_default()
}

/// The name of the element whose tag ends there.
fn tag(before: &str) -> &str {
    let from = before.floor_char_boundary(before.len().saturating_sub(TAG));
    let near = before.get(from..).unwrap_or_default();
    let Some((_, tag)) = near.rsplit_once('<') else {
        return "";
    };
    tag.split(|c: char| c.is_ascii_whitespace())
        .next()
        .unwrap_or_default()
}

/// Where the value after a separator begins and ends.
fn value(after: &str, name: &str) -> (usize, usize) {
    let bytes = after.as_bytes();
    let blank = bytes.iter().take_while(|b| b" \t".contains(b)).count();
    let rest = after.get(blank..).unwrap_or_default();
    let slashes = rest.bytes().take_while(|b| *b == b'\\').count();
    if let Some(quote @ (b'"' | b'\'')) = rest.as_bytes().get(slashes) {
        let start = blank + slashes + 1;
        return (
            start,
            start + quoted(bytes.get(start..).unwrap_or_default(), *quote, slashes),
        );
    }
    if rest.starts_with(['{', '[']) {
        // What is inside has names of its own: nobody can tell where it ends.
        return (blank, after.len());
    }
    let line = || rest.find(['\r', '\n']).unwrap_or(rest.len());
    if ["authorization", "cookie"]
        .iter()
        .any(|whole| name.to_ascii_lowercase().ends_with(whole))
    {
        return (blank, blank + line());
    }
    (blank, blank + word(rest))
}

/// How long a text in quotes is, which stand after so many backslashes.
fn quoted(text: &[u8], quote: u8, slashes: usize) -> usize {
    let mut run = 0;
    for (at, byte) in text.iter().enumerate() {
        match *byte {
            b'\\' => run += 1,
            byte if byte == quote && (run == slashes || slashes == 0 && run % 2 == 0) => {
                return at - run.min(slashes);
            }
            _ => run = 0,
        }
    }
    text.len()
}

/// How long a word is, with the one after it where it is the name of a scheme.
fn word(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "&;,\"'<>)}]\\".contains(c);
    let first = text.find(ends).unwrap_or(text.len());
    let scheme = text.get(..first).unwrap_or_default();
    let is_scheme = ["bearer", "basic", "digest", "token", "apikey", "negotiate"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let rest = text.get(first..).unwrap_or_default();
    let next = rest.trim_start_matches([' ', '\t']);
    if !is_scheme || next.len() == rest.len() {
        return first;
    }
    text.len() - next.len() + next.find(ends).unwrap_or(next.len())
}

/// Takes out what looks like a secret whatever its name: our keys, tokens after `Bearer` and
/// `Basic`, JSON Web Tokens, private keys.
pub(super) fn patterns(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let key = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let token = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    text = cut(text, "pst_", false, 0, key);
    text = cut(text, "eyJ", false, 16, token);
    for scheme in ["bearer ", "basic "] {
        text = cut(text, scheme, true, 6, token);
    }
    cut(text, "PRIVATE KEY-----", true, 0, |b| b != b'-')
}

/// Takes out what begins there, or `after` it, for as long as bytes fit, if it is as long as that.
fn cut<'t>(
    text: Cow<'t, str>,
    begin: &str,
    after: bool,
    least: usize,
    fits: impl Fn(u8) -> bool,
) -> Cow<'t, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = find(bytes.get(at..).unwrap_or_default(), begin.as_bytes()) {
        let body = at + found + begin.len();
        let start = if after { body } else { body - begin.len() };
        at = body;
        let inside = least > 0
            && !after
            && start > 0
            && bytes.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
        if inside {
            continue;
        }
        let rest = bytes.get(body..).unwrap_or_default();
        let length = rest.iter().take_while(|b| fits(**b)).count();
        if length < least.max(1) {
            continue;
        }
        at = body + length;
        out.push_str(text.get(copied..start).unwrap_or_default());
        out.push_str(REDACTED);
        copied = at;
    }
    if copied == 0 {
        return text;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Finds it, its first letter in either case.
fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let (first, rest) = what.split_first()?;
    if !first.is_ascii_lowercase() || rest.ends_with(b"_") {
        return memmem::find(text, what);
    }
    let mut from = 0;
    loop {
        let at = from + memmem::find(text.get(from..)?, rest)?;
        if at > 0
            && text
                .get(at - 1)
                .is_some_and(|b| b.eq_ignore_ascii_case(first))
        {
            return Some(at - 1);
        }
        from = at + 1;
    }
}

/// Takes the queries out of what looks like a URL or a path, and who signs in there.
pub(super) fn without_queries(value: &str) -> Cow<'_, str> {
    if !(value.starts_with('/') || value.contains("://")) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('?') {
        out.push_str(before);
        out.push('?');
        let end = after.find(|c: char| c.is_whitespace() || "<>\"',#".contains(c));
        let end = end.unwrap_or(after.len());
        if end > 0 {
            out.push_str(REDACTED);
        }
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    let mut at = 0;
    while let Some(found) = out.get(at..).and_then(|rest| rest.find("://")) {
        at += found + 3;
        let rest = out.get(at..).unwrap_or_default();
        let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
        if let Some(sign) = rest.get(..end).and_then(|authority| authority.rfind('@')) {
            out.replace_range(at..at + sign, REDACTED);
        }
    }
    Cow::Owned(out)
}
