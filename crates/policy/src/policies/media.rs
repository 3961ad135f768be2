//! Media types: what a body says it is, and what it looks like.

/// The essence of a `Content-Type` value, `type/subtype`, without parameters and white space
/// (RFC 9110 §8.3.1).
pub(crate) fn essence(value: &[u8]) -> &[u8] {
    let end = value.iter().position(|&b| b == b';');
    value
        .get(..end.unwrap_or(value.len()))
        .unwrap_or_default()
        .trim_ascii()
}

/// Whether a media range such as `application/*` covers a media type, in any case. A range with a
/// structured suffix, `application/*+json`, covers every type with that suffix (RFC 6839).
pub(crate) fn covers(range: &str, essence: &[u8]) -> bool {
    let range = range.as_bytes();
    if range == b"*/*" {
        return true;
    }
    let Some(star) = range.iter().position(|&b| b == b'*') else {
        return range.eq_ignore_ascii_case(essence);
    };
    let (before, after) = range.split_at(star);
    let after = after.get(1..).unwrap_or_default();
    let starts = essence.get(..before.len());
    let ends = essence
        .len()
        .checked_sub(after.len())
        .filter(|&at| at >= before.len())
        .and_then(|at| essence.get(at..));
    starts.is_some_and(|start| start.eq_ignore_ascii_case(before))
        && ends.is_some_and(|end| end.eq_ignore_ascii_case(after))
}

/// Whether a body looks like its media type, if it has one.
pub(crate) fn fits(content_type: Option<&[u8]>, start: &[u8]) -> bool {
    content_type.is_none_or(|sent| agrees(essence(sent), start))
}

/// What bytes can be told by (WHATWG MIME Sniffing §6 and each format's own specification).
const SIGNATURES: [(&[u8], &str); 12] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"RIFF", "audio/wav"),
];

/// What a body looks like by its first bytes, if they can be told by.
pub(super) fn looks_like(start: &[u8]) -> Option<&'static str> {
    let binary = SIGNATURES
        .iter()
        .find(|(magic, _)| start.starts_with(magic));
    if let Some((_, name)) = binary {
        return Some(name);
    }
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    match text.first()? {
        b'{' | b'[' => Some("application/json"),
        b'<' => {
            let html = [&b"<!doctype html"[..], b"<html"];
            let starts = |with: &&[u8]| {
                text.get(..with.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(with))
            };
            Some(if html.iter().any(starts) {
                "text/html"
            } else {
                "application/xml"
            })
        }
        b'-' if text.starts_with(b"--") => Some("multipart/form-data"),
        _ => None,
    }
}

/// Whether a body that begins so can be of the type it says. Only where bytes and type are both
/// understood can they disagree.
pub(super) fn agrees(essence: &[u8], start: &[u8]) -> bool {
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    let first = text.first().copied();
    if covers("application/json", essence) || covers("application/*+json", essence) {
        // RFC 8259 §2: what a JSON text may begin with.
        return first.is_none_or(|b| b"{[\"-tfn".contains(&b) || b.is_ascii_digit());
    }
    if covers("application/xml", essence)
        || covers("text/xml", essence)
        || covers("application/*+xml", essence)
    {
        return first.is_none_or(|b| b == b'<')
            || start.starts_with(b"\xff\xfe")
            || start.starts_with(b"\xfe\xff");
    }
    if covers("multipart/*", essence) {
        // A preamble may stand before the first boundary (RFC 2046 §5.1.1); hardly anybody sends
        // one, but a file that begins like one of ours is none.
        return !matches!(looks_like(start), Some(other) if other != "multipart/form-data");
    }
    if covers("application/x-www-form-urlencoded", essence) {
        return !matches!(first, Some(b'{' | b'[' | b'<')) && !is_binary(start);
    }
    match SIGNATURES.iter().find(|(_, name)| covers(name, essence)) {
        Some((_, name)) => SIGNATURES
            .iter()
            .any(|(magic, of)| of == name && (start.starts_with(magic) || start.is_empty())),
        None if covers("text/*", essence) => !is_binary(start),
        None => true,
    }
}

/// Whether bytes are those of a file that is no text.
fn is_binary(start: &[u8]) -> bool {
    SIGNATURES
        .iter()
        .any(|(magic, _)| magic.len() > 2 && start.starts_with(magic))
        || start.contains(&0)
}
