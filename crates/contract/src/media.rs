//! Media types and ranges of them (RFC 9110 §8.3.1, §12.5.1).

/// A media type without its parameters.
pub(crate) fn essence(value: &[u8]) -> &[u8] {
    let end = value.iter().position(|&b| b == b';');
    let value = value.get(..end.unwrap_or(value.len()));
    value.unwrap_or_default().trim_ascii()
}

/// A media type, or a range: `*/*`, `text/*`, `application/*+json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range<'a> {
    kind: &'a [u8],
    subtype: &'a [u8],
}

impl<'a> Range<'a> {
    /// Reads one; `None` if it is none.
    pub(crate) fn of(written: &'a [u8]) -> Option<Self> {
        let (kind, subtype) = crate::pairs::split(written, b'/')?;
        let is_token = |text: &[u8]| !text.is_empty() && text.iter().all(|&b| is_token(b));
        let whole = is_token(kind) && is_token(subtype) && (kind != b"*" || subtype == b"*");
        whole.then_some(Self { kind, subtype })
    }

    /// Whether something is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let kind =
            self.kind == b"*" || other.kind == b"*" || self.kind.eq_ignore_ascii_case(other.kind);
        kind && (wild(self.subtype, other.subtype) || wild(other.subtype, self.subtype))
    }

    /// Whether a media type is in it.
    pub(crate) fn covers(&self, media: &Range<'_>) -> bool {
        (self.kind == b"*" || self.kind.eq_ignore_ascii_case(media.kind))
            && wild(self.subtype, media.subtype)
    }

    /// How precise it is; the larger one counts.
    pub(crate) fn precision(&self) -> u8 {
        match (self.kind, self.subtype) {
            (b"*", _) => 0,
            (_, b"*") => 1,
            (_, subtype) if subtype.starts_with(b"*+") => 2,
            _ => 3,
        }
    }
}

fn wild(range: &[u8], subtype: &[u8]) -> bool {
    match range.strip_prefix(b"*") {
        Some([]) => true,
        Some(suffix) => {
            let at = subtype.len().checked_sub(suffix.len());
            let end = at.and_then(|at| subtype.get(at..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        }
        None => range.eq_ignore_ascii_case(subtype),
    }
}

/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
pub(crate) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Whether a range covers a media type, both as written; `false` where one of them is none.
pub(crate) fn covers(range: &str, media: &[u8]) -> bool {
    let range = Range::of(essence(range.as_bytes()));
    let media = Range::of(essence(media));
    range
        .zip(media)
        .is_some_and(|(range, media)| range.covers(&media))
}

/// How bodies of a media type are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON (RFC 8259), and what is written in it (`+json`, RFC 6839 §3.1).
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data` (RFC 7578).
    Multipart,
    /// XML (RFC 7303): `application/xml`, `text/xml`, and what is written in it (`+xml`).
    Xml,
    /// `text/plain`.
    Text,
    /// Anything else, which is not read.
    Other,
}

impl Format {
    /// That of a media type.
    pub(crate) fn of(media: &[u8]) -> Self {
        let is = |range: &str| covers(range, media);
        if is("application/json") || is("application/*+json") || is("text/json") {
            Self::Json
        } else if is("application/x-www-form-urlencoded") {
            Self::Form
        } else if is("multipart/form-data") {
            Self::Multipart
        } else if is("application/xml") || is("application/*+xml") || is("text/xml") {
            Self::Xml
        } else if is("text/plain") {
            Self::Text
        } else {
            Self::Other
        }
    }
}

/// A parameter of a media type: a token or a quoted text. `None` where there is none, or two, or
/// where it cannot be read.
pub(crate) fn parameter(value: &[u8], wanted: &str) -> Option<String> {
    let mut found = None;
    let mut rest = value.get(essence_length(value)..)?;
    loop {
        rest = rest.trim_ascii_start();
        let Some(after) = rest.strip_prefix(b";") else {
            return rest.is_empty().then_some(found)?;
        };
        rest = after.trim_ascii_start();
        if rest.is_empty() {
            return found;
        }
        let (name, value, behind) = one(rest)?;
        rest = behind;
        if name.eq_ignore_ascii_case(wanted.as_bytes()) && found.replace(value).is_some() {
            return None;
        }
    }
}

fn essence_length(value: &[u8]) -> usize {
    value.iter().position(|&b| b == b';').unwrap_or(value.len())
}

/// The first `name=value`, and what stands behind it.
pub(crate) fn one(rest: &[u8]) -> Option<(&[u8], String, &[u8])> {
    let (name, after) = crate::pairs::split(rest, b'=')?;
    if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
        return None;
    }
    let (value, behind) = if let Some(quoted) = after.strip_prefix(b"\"") {
        let (value, behind) = crate::pairs::split(quoted, b'"')?;
        // Readers differ about what a backslash means.
        if value.iter().any(|&b| b == b'\\' || b.is_ascii_control()) {
            return None;
        }
        (value, behind)
    } else {
        let end = after.iter().position(|&b| !is_token(b));
        let (value, behind) = after.split_at_checked(end.unwrap_or(after.len()))?;
        if value.is_empty() {
            return None;
        }
        (value, behind)
    };
    Some((name, String::from_utf8(value.to_vec()).ok()?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_strictly() {
        let of = |value: &str| parameter(value.as_bytes(), "boundary");
        assert_eq!(of("multipart/form-data; boundary=ab"), Some("ab".into()));
        assert_eq!(
            of("multipart/form-data;Boundary=\"a b\""),
            Some("a b".into())
        );
        assert_eq!(
            of("multipart/form-data; x=1; boundary=ab ;"),
            Some("ab".into())
        );
        for wrong in [
            "multipart/form-data",
            "multipart/form-data; boundary",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=\"a\\\"b\"",
            "multipart/form-data; boundary=\"a",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; boundary=\"a\"b",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn formats_are_told_by_their_type() {
        for (media, format) in [
            ("application/json", Format::Json),
            ("Application/Merge-Patch+JSON; charset=utf-8", Format::Json),
            ("application/x-www-form-urlencoded", Format::Form),
            ("multipart/form-data; boundary=x", Format::Multipart),
            ("multipart/mixed", Format::Other),
            ("text/plain", Format::Text),
            ("json", Format::Other),
        ] {
            assert_eq!(Format::of(media.as_bytes()), format, "{media}");
        }
    }
}
