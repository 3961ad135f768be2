//! Forms and queries, without the values of some fields.

use super::REDACTED;
use super::json;
use super::names::Names;
use super::seen::Seen;
use super::text;
use std::borrow::Cow;

/// The longest name that is looked at, bytes as they are written.
const NAME: usize = 512;

/// A form in the way of queries (`application/x-www-form-urlencoded`).
pub(super) fn redacted(source: &str, names: &Names<'_>, seen: &mut Seen) -> String {
    let mut out = String::with_capacity(source.len());
    for (place, pair) in source.split('&').enumerate() {
        if place > 0 {
            out.push('&');
        }
        let Some((name, value)) = pair.split_once('=') else {
            out.push_str(pair);
            continue;
        };
        out.push_str(name);
        out.push('=');
        let plain = decoded(value);
        if hides(name, &plain, names) {
            seen.add(&plain);
            seen.add(value);
            out.push_str(REDACTED);
        } else if *text::redacted(&plain, names) == *plain {
            out.push_str(value);
        } else {
            // It holds more than one thing, a secret among them.
            out.push_str(REDACTED);
        }
    }
    out
}

/// Takes note of what is secret in a query.
pub(super) fn learn(query: &str, names: &Names<'_>, seen: &mut Seen) {
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let plain = decoded(value);
        if hides(name, &plain, names) {
            seen.add(&plain);
            seen.add(value);
        }
    }
}

fn hides(name: &str, value: &str, names: &Names<'_>) -> bool {
    let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    name.len() > NAME || names.field(decoded(name).trim(), number)
}

/// Percent-decoded, `+` as a blank; what is no text becomes U+FFFD.
fn decoded(written: &str) -> Cow<'_, str> {
    if !written.contains(['%', '+']) {
        return Cow::Borrowed(written);
    }
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// A form in parts (`multipart/form-data`, RFC 7578). Files are left out.
pub(super) fn parts(source: &str, boundary: &str, names: &Names<'_>, seen: &mut Seen) -> String {
    let delimiter = format!("--{boundary}");
    let mut out = String::with_capacity(source.len());
    for (place, part) in source.split(delimiter.as_str()).enumerate() {
        if place == 0 {
            // What stands before the first part is nobody's.
            continue;
        }
        out.push_str(&delimiter);
        if part.starts_with("--") {
            out.push_str("--\r\n");
            break;
        }
        let Some((head, value)) = part.split_once("\r\n\r\n") else {
            break;
        };
        out.push_str(head);
        out.push_str("\r\n\r\n");
        let value = value.strip_suffix("\r\n").unwrap_or(value);
        one_part(head, value, names, seen, &mut out);
        out.push_str("\r\n");
    }
    out
}

fn one_part(head: &str, value: &str, names: &Names<'_>, seen: &mut Seen, out: &mut String) {
    if parameter(head, "filename").is_some() || parameter(head, "filename*").is_some() {
        out.push_str("[a file, left out]");
        return;
    }
    let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let name = parameter(head, "name");
    if name.is_none_or(|name| names.field(name, number)) {
        seen.add(value);
        out.push_str(REDACTED);
    } else if value.trim_start().starts_with(['{', '[']) {
        json::redacted(value, names, seen, out);
    } else {
        out.push_str(&text::redacted(value, names));
    }
}

/// A parameter of a part's `Content-Disposition`.
fn parameter<'p>(head: &'p str, wanted: &str) -> Option<&'p str> {
    let line = head.lines().find(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("content-disposition")
    })?;
    line.split(';').skip(1).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case(wanted);
        is_it.then(|| value.trim().trim_matches('"'))
    })
}
