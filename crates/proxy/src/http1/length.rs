//! How long a body is (RFC 9112 §6.3), read strictly: whatever two readers could read differently
//! is refused.

use postern_policy::fields::{Fields, Known};

/// The length of a message's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// No body.
    None,
    /// So many bytes.
    Exact(u64),
    /// Chunks until the last one.
    Chunked,
    /// Until the connection closes: responses only.
    UntilClose,
}

/// What is wrong with a message's framing: the sentence and its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// Where the rule stands.
    pub(crate) section: &'static str,
    /// What was wrong, as a sentence's end.
    pub(crate) what: &'static str,
}

pub(crate) const fn invalid<T>(section: &'static str, what: &'static str) -> Result<T, Invalid> {
    Err(Invalid { section, what })
}

/// The framing that the fields declare; `None` where they declare none.
fn declared(fields: &Fields, http11: bool) -> Result<Option<Length>, Invalid> {
    let mut lengths = fields.all(Known::ContentLength);
    let length = lengths.next();
    if lengths.next().is_some() {
        return invalid("RFC 9112 §6.3", "Content-Length is there more than once");
    }
    let mut codings = fields.all(Known::TransferEncoding);
    let Some(coding) = codings.next() else {
        return length
            .map(|value| exact(value).map(Length::Exact))
            .transpose();
    };
    if length.is_some() {
        return invalid(
            "RFC 9112 §6.1",
            "both Content-Length and Transfer-Encoding are there",
        );
    }
    if !http11 {
        return invalid(
            "RFC 9112 §6.1",
            "Transfer-Encoding is there in an HTTP/1.0 message",
        );
    }
    if codings.next().is_some() || !coding.eq_ignore_ascii_case(b"chunked") {
        return invalid(
            "RFC 9112 §6.1",
            "Transfer-Encoding is not exactly `chunked`",
        );
    }
    Ok(Some(Length::Chunked))
}

fn exact(value: &[u8]) -> Result<u64, Invalid> {
    let bad = Invalid {
        section: "RFC 9112 §6.3",
        what: "Content-Length is not a number",
    };
    if value.is_empty() || value.len() > 18 || !value.iter().all(u8::is_ascii_digit) {
        return Err(bad);
    }
    // 18 digits fit.
    let number = value
        .iter()
        .fold(0, |n, digit| n * 10 + u64::from(digit - b'0'));
    Ok(number)
}

/// The length of a request's body.
pub(crate) fn of_request(fields: &Fields, http11: bool) -> Result<Length, Invalid> {
    Ok(declared(fields, http11)?.unwrap_or(Length::None))
}

/// The length of a final response's body. `head` says whether it answers HEAD.
pub(crate) fn of_response(
    fields: &Fields,
    http11: bool,
    status: u16,
    head: bool,
) -> Result<Length, Invalid> {
    let declared = declared(fields, http11)?;
    if head || status == 204 || status == 304 {
        return Ok(Length::None);
    }
    Ok(declared.unwrap_or(Length::UntilClose))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in list {
            fields.push(name.as_bytes(), value.as_bytes());
        }
        fields
    }

    #[test]
    fn lengths_that_two_readers_could_read_differently_are_refused() {
        for list in [
            &[("Content-Length", "5"), ("Content-Length", "5")][..],
            &[("Content-Length", "5, 5")],
            &[("Content-Length", "+5")],
            &[("Content-Length", "0x5")],
            &[("Content-Length", "")],
            &[("Content-Length", "9999999999999999999")],
            &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
            &[("Transfer-Encoding", "gzip, chunked")],
            &[
                ("Transfer-Encoding", "chunked"),
                ("Transfer-Encoding", "chunked"),
            ],
            &[("Transfer-Encoding", "identity")],
            &[("Transfer-Encoding", "")],
        ] {
            assert!(of_request(&fields(list), true).is_err(), "{list:?}");
        }
        assert!(of_request(&fields(&[("Transfer-Encoding", "chunked")]), false).is_err());
    }

    #[test]
    fn plain_lengths_are_read() {
        let of = |list: &[_]| of_request(&fields(list), true);
        assert_eq!(of(&[]), Ok(Length::None));
        assert_eq!(of(&[("content-length", "0")]), Ok(Length::Exact(0)));
        assert_eq!(of(&[("content-length", "007")]), Ok(Length::Exact(7)));
        assert_eq!(of(&[("transfer-encoding", "Chunked")]), Ok(Length::Chunked));
    }

    #[test]
    fn a_response_without_a_length_ends_with_its_connection() {
        let none = fields(&[]);
        assert_eq!(of_response(&none, true, 200, false), Ok(Length::UntilClose));
        assert_eq!(of_response(&none, true, 204, false), Ok(Length::None));
        assert_eq!(of_response(&none, true, 200, true), Ok(Length::None));
        let both = fields(&[("Content-Length", "5"), ("Transfer-Encoding", "chunked")]);
        assert!(of_response(&both, true, 304, false).is_err());
    }
}
