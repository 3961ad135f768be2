//! One path, one meaning: the string made here is matched, authorised, inspected, logged and sent
//! upstream. What two servers could read in two ways is refused.

#[cfg(test)]
mod tests;

use crate::fields::Span;
use std::borrow::Cow;

/// A path in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normal<'a> {
    /// The path: begins with `/`, printable ASCII, no dot segments, no empty segments but one at
    /// the end, upper-case hex, no encoded unreserved characters. Borrowed where the raw path was
    /// in this form already; never longer than the raw path.
    pub text: Cow<'a, str>,
    /// It holds `%2F`, which only a service with `encoded_slash: keep` accepts.
    pub has_encoded_slash: bool,
    /// It holds `;`, which only a service that allows path parameters accepts.
    pub has_parameters: bool,
}

/// Why a path or a query is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A path that does not begin with `/`.
    NotAbsolute,
    /// `%` without two hexadecimal digits.
    MalformedPercent,
    /// A control byte or a space.
    Control,
    /// A byte above 127 that is not percent-encoded.
    NonAscii,
    /// `\` or `%5C`: some servers read it as `/`.
    Backslash,
    /// `%00`.
    EncodedNull,
    /// Percent-encoded bytes that are not UTF-8.
    InvalidUtf8,
    /// `.` or `..`, raw or encoded, also in front of `;` or next to `%2F`.
    DotSegment,
    /// `//`, also with parameters between.
    EmptySegment,
    /// `#`: some servers cut there.
    Fragment,
    /// `%2F` where the service does not keep it.
    EncodedSlash,
    /// `;` where the service does not allow parameters.
    Parameters,
}

impl Reason {
    /// A short phrase for evidence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::NotAbsolute => "does not begin with /",
            Self::MalformedPercent => "% without two hexadecimal digits",
            Self::Control => "control byte or space",
            Self::NonAscii => "byte above 127 that is not percent-encoded",
            Self::Backslash => "backslash, raw or encoded",
            Self::EncodedNull => "encoded NUL",
            Self::InvalidUtf8 => "encoded bytes that are not UTF-8",
            Self::DotSegment => "dot segment, raw or encoded",
            Self::EmptySegment => "empty segment",
            Self::Fragment => "# in a request target",
            Self::EncodedSlash => "%2F, which this service does not keep",
            Self::Parameters => "; parameters, which this service does not allow",
        }
    }
}

/// A refused path or query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected {
    /// The offending segment (or the whole query) in the raw bytes.
    pub segment: Span,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a raw byte may not stand in a path.
const fn refused(byte: u8) -> Option<Reason> {
    match byte {
        0..=b' ' | 0x7f => Some(Reason::Control),
        0x80..=0xff => Some(Reason::NonAscii),
        b'\\' => Some(Reason::Backslash),
        b'#' => Some(Reason::Fragment),
        _ => None,
    }
}

/// Brings a raw path to its normal form. Without allocation where it has it already.
pub fn normalise(raw: &[u8]) -> Result<Normal<'_>, Rejected> {
    check_bytes(raw)?;
    carefully(raw)
}

/// What a byte is in a path in normal form.
const ODD: u8 = 1;
const SLASH: u8 = 2;
/// What needs a second look behind a slash.
const AFTER: u8 = 4;
#[expect(clippy::indexing_slicing, reason = "at compile time")]
const CLASSES: [u8; 256] = {
    let mut classes = [ODD; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        classes[byte as usize] = match byte {
            b'%' | b';' | b'\\' | b'#' => ODD,
            b'/' => SLASH | AFTER,
            b'.' => AFTER,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Whether a path is in normal form at first sight: nothing in it needs a second look.
pub(crate) fn is_plain(raw: &[u8]) -> bool {
    let (mut before, mut wrong) = (0, 0);
    for &byte in raw {
        #[expect(
            clippy::indexing_slicing,
            reason = "there are as many classes as bytes"
        )]
        let class = CLASSES[usize::from(byte)];
        wrong |= (class & ODD) | ((before << 1) & class & AFTER);
        before = class & SLASH;
    }
    wrong == 0 && raw.first() == Some(&b'/')
}

/// Refuses what no byte of a path may be, and empty segments.
fn check_bytes(raw: &[u8]) -> Result<(), Rejected> {
    if raw.first() != Some(&b'/') {
        return Err(Rejected {
            segment: segment_at(raw, 0),
            reason: Reason::NotAbsolute,
        });
    }
    let mut before = 0u8;
    for (at, &byte) in raw.iter().enumerate() {
        if let Some(reason) = refused(byte) {
            return Err(Rejected {
                segment: segment_at(raw, at),
                reason,
            });
        }
        if byte == b'/' && before == b'/' {
            return Err(Rejected {
                segment: Span::new(at, at),
                reason: Reason::EmptySegment,
            });
        }
        before = byte;
    }
    Ok(())
}

/// A piece of a normal path as a text, its percent-encoding undone; `None`: it is none.
pub(crate) fn decoded(piece: &[u8]) -> Option<String> {
    let digit = |byte: u8| {
        let digit = char::from(byte).to_digit(16);
        digit.and_then(|digit| u8::try_from(digit).ok())
    };
    let mut out = Vec::with_capacity(piece.len());
    let mut rest = piece;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        out.push(match (first, after) {
            (b'%', [high, low, behind @ ..]) => {
                rest = behind;
                digit(*high)? << 4 | digit(*low)?
            }
            (byte, _) => byte,
        });
    }
    String::from_utf8(out).ok()
}

/// Refuses control and non-ASCII bytes in a query, which is otherwise sent on byte for byte.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the compiler vectorises it"
)]
pub fn check_query(raw: &[u8]) -> Result<(), Rejected> {
    let odd = raw.iter().fold(false, |odd, &b| {
        odd | !(b'!'..=b'~').contains(&b) | (b == b'#')
    });
    let reason = |&byte: &u8| refused(byte).filter(|&r| r != Reason::Backslash);
    match odd.then(|| raw.iter().find_map(reason)).flatten() {
        None => Ok(()),
        Some(reason) => Err(Rejected {
            segment: Span::new(0, raw.len()),
            reason,
        }),
    }
}

/// The raw bytes are ASCII by now, so that this cannot fail.
fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or("/")
}

/// The segment around a position.
fn segment_at(raw: &[u8], at: usize) -> Span {
    let (before, after) = raw.split_at_checked(at).unwrap_or((raw, &[]));
    let start = before.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
    let length = after.iter().position(|&b| b == b'/').unwrap_or(after.len());
    Span::new(start.min(at), at + length)
}

/// For paths that hold `%`, `;` or a segment that begins with a dot.
fn carefully(raw: &[u8]) -> Result<Normal<'_>, Rejected> {
    let mut has_encoded_slash = false;
    let mut has_parameters = false;
    let mut changed: Option<String> = None;
    let mut start = 1;
    for segment in raw.get(1..).unwrap_or_default().split(|&b| b == b'/') {
        let span = Span::new(start, start + segment.len());
        let reject = |reason| Rejected {
            segment: span,
            reason,
        };
        let decoded = decode(segment).map_err(reject)?;
        let normal: &[u8] = decoded.as_ref();
        check_dots(normal).map_err(reject)?;
        has_encoded_slash |= normal.windows(3).any(|w| w == b"%2F");
        has_parameters |= normal.contains(&b';');
        if matches!(decoded, Cow::Owned(_)) && changed.is_none() {
            let mut copy = String::with_capacity(raw.len());
            copy.push_str(text(raw.get(..start).unwrap_or_default()));
            changed = Some(copy);
        } else if let Some(out) = &mut changed {
            out.push('/');
        }
        if let Some(out) = &mut changed {
            out.push_str(text_or_empty(normal));
        }
        start += segment.len() + 1;
    }
    Ok(Normal {
        text: changed.map_or_else(|| Cow::Borrowed(text(raw)), Cow::Owned),
        has_encoded_slash,
        has_parameters,
    })
}

fn text_or_empty(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

/// Decodes unreserved characters of one segment and upper-cases hex; nothing else.
fn decode(segment: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    if !segment.contains(&b'%') {
        return Ok(Cow::Borrowed(segment));
    }
    let mut out = Vec::with_capacity(segment.len());
    // What the percent-encoding stands for, to see whether it is UTF-8.
    let mut plain = Vec::with_capacity(segment.len());
    let mut bytes = segment.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            plain.push(byte);
            continue;
        }
        let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else {
            return Err(Reason::MalformedPercent);
        };
        let (Some(a), Some(b)) = (hex(high), hex(low)) else {
            return Err(Reason::MalformedPercent);
        };
        let value = a << 4 | b;
        plain.push(value);
        match value {
            0 => return Err(Reason::EncodedNull),
            b'\\' => return Err(Reason::Backslash),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(value),
            _ => out.extend([b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]),
        }
    }
    if std::str::from_utf8(&plain).is_err() {
        return Err(Reason::InvalidUtf8);
    }
    Ok(if out == segment {
        Cow::Borrowed(segment)
    } else {
        Cow::Owned(out)
    })
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A servlet container cuts parameters off before it resolves dots, and some servers decode `%2F`
/// before they do: neither may turn a segment into a dot segment.
fn check_dots(normal: &[u8]) -> Result<(), Reason> {
    if normal.first() == Some(&b';') {
        return Err(Reason::EmptySegment);
    }
    let mut rest = normal;
    loop {
        let end = rest
            .iter()
            .enumerate()
            .position(|(i, &b)| b == b'%' && rest.get(i..i + 3) == Some(b"%2F"));
        let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let bare = piece.split(|&b| b == b';').next().unwrap_or_default();
        if matches!(bare, b"." | b"..") {
            return Err(Reason::DotSegment);
        }
        match end {
            Some(end) => rest = rest.get(end + 3..).unwrap_or_default(),
            None => return Ok(()),
        }
    }
}

/// For fuzzing: any bytes, and what must hold of the result.
///
/// # Errors
/// What did not hold.
pub fn fuzz(raw: &[u8]) -> Result<(), &'static str> {
    let Ok(normal) = normalise(raw) else {
        return if is_plain(raw) {
            Err("what is refused was found plain")
        } else {
            Ok(())
        };
    };
    let changed = matches!(normal.text, Cow::Owned(_));
    if is_plain(raw) && (changed || normal.has_encoded_slash || normal.has_parameters) {
        return Err("what needs a second look was found plain");
    }
    let text = normal.text.as_ref();
    if text.len() > raw.len() {
        return Err("longer than the raw path");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err("holds a byte that is not printable ASCII");
    }
    let mut segments = text.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if matches!(segment, "." | "..") || (segment.is_empty() && segments.peek().is_some()) {
            return Err("holds a dot segment or an empty segment");
        }
    }
    match normalise(text.as_bytes()) {
        Ok(again) if again == normal && matches!(again.text, Cow::Borrowed(_)) => Ok(()),
        _ => Err("its normal form is not in normal form"),
    }
}
