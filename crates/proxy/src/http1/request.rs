//! Reading a request's head (RFC 9112 §3, §5), strictly, and keeping it as it came.

#[cfg(test)]
mod tests;

use super::body::{only_crlf, span_in};
use super::length::{self, Invalid, Length};
use memchr::memmem::Finder;
use postern_model::denial::printable;
use postern_model::entity::Limits;
use postern_model::{Code, Denial};
use postern_policy::fields::{Known, Span, list_members};
use postern_policy::head::{Head, Version};
use std::mem::MaybeUninit;
use std::sync::LazyLock;

/// Most fields that a configuration may allow.
const MOST_FIELDS: usize = 256;
/// Room for a method, a version and the blanks between them in a request line, bytes.
const MOST_METHOD: usize = 64;
const LINE: &str = "the request line is not `method target version`";
/// Bytes of a target or name that evidence shows.
const SHOWN: usize = 120;

/// Finds an empty line; made once, since making it costs more than a search.
static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n\r\n"));

/// Where a complete head ends, if it is there; `from` is how far earlier calls have looked.
pub(super) fn end_of_head(filled: &[u8], from: usize) -> Option<usize> {
    let from = from.saturating_sub(3);
    END.find(filled.get(from..)?).map(|at| from + at + 4)
}

/// What the head says about the message and the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Framing {
    /// The body's length.
    pub(super) length: Length,
    /// Whether the connection may be used again.
    pub(super) keep_alive: bool,
    /// Whether the caller waits for `100 Continue`.
    pub(super) expects: bool,
}

/// Looks at the beginning of a head that is not complete, so that what cannot become one (another
/// protocol, say) is refused before its sender has run out of time.
///
/// # Errors
/// The refusal.
pub(super) fn check_beginning(filled: &[u8], limits: &Limits) -> Result<(), Denial> {
    let mut slots = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let most = limits.header_count.min(MOST_FIELDS);
    let slots = slots.get_mut(..most).unwrap_or_default();
    match httparse::Request::new(&mut []).parse_with_uninit_headers(filled, slots) {
        Ok(httparse::Status::Partial) => {}
        // The parser forgives a bare LF, and so sees an end where there is none.
        Ok(httparse::Status::Complete(_)) => return Err(bare_lf()),
        Err(error) => return Err(refused(error, filled, limits)),
    }
    check_line(filled, limits)
}

/// Bounds the request line. Whether all of the head is there must not matter.
fn check_line(filled: &[u8], limits: &Limits) -> Result<(), Denial> {
    let line = memchr::memchr(b'\n', filled).unwrap_or(filled.len());
    if line > limits.uri + MOST_METHOD {
        Err(uri_too_long(line, limits))
    } else {
        Ok(())
    }
}

fn bare_lf() -> Denial {
    malformed("RFC 9112 §2.2", "a line ends in something other than CR LF")
}

/// The most bytes that a head may have.
pub(super) const fn most(limits: &Limits) -> usize {
    limits.uri + limits.headers + MOST_METHOD
}

/// Reads the complete head in `block`, which came over TLS or not.
///
/// # Errors
/// The refusal; the connection has to be closed after it.
pub(super) fn read(
    block: &[u8],
    limits: &Limits,
    tls: bool,
    head: &mut Head,
) -> Result<Framing, Denial> {
    head.clear();
    let mut slots = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let most = limits.header_count.min(MOST_FIELDS);
    let slots = slots.get_mut(..most).unwrap_or_default();
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(block, slots) {
        Ok(httparse::Status::Complete(n)) if n == block.len() => {}
        Ok(_) => return Err(bare_lf()),
        Err(error) => return Err(refused(error, block, limits)),
    }
    if !only_crlf(block) {
        return Err(bare_lf());
    }
    let (Some(method), Some(target), Some(version)) =
        (request.method, request.path, request.version)
    else {
        return Err(malformed("RFC 9112 §3", "the request line is incomplete"));
    };
    if target.len() > limits.uri {
        return Err(uri_too_long(target.len(), limits));
    }
    check_line(block, limits)?;
    if block.len() > limits.headers + target.len() + MOST_METHOD {
        return Err(headers_too_large(block.len(), limits));
    }
    head.fields.load(block);
    head.version = if version == 0 {
        Version::Http10
    } else {
        Version::Http11
    };
    head.method = span_in(block, method.as_bytes());
    head.target = span_in(block, target.as_bytes());
    for header in request.headers.iter() {
        let value = header.value.trim_ascii();
        if header.name.len() + value.len() > limits.header {
            return Err(header_too_large(
                header.name,
                header.name.len() + value.len(),
                limits,
            ));
        }
        head.fields.point(
            span_in(block, header.name.as_bytes()),
            span_in(block, value),
        );
    }
    authority(head, tls).map_err(|Invalid { section, what }| malformed(section, what))?;
    let framing = framing(head).map_err(|Invalid { section, what }| malformed(section, what))?;
    head.has_body = !matches!(framing.length, Length::None | Length::Exact(0));
    Ok(framing)
}

/// Finds authority, path and query (RFC 9112 §3.2).
fn authority(head: &mut Head, tls: bool) -> Result<(), Invalid> {
    let host = host(head)?;
    let target = head.target;
    let bytes = head.target();
    let http = |prefix: &[u8]| {
        bytes
            .get(..prefix.len())
            .is_some_and(|p| p.eq_ignore_ascii_case(prefix))
            .then_some(prefix.len())
    };
    if bytes.starts_with(b"/") {
        head.authority = host;
        head.split_path(target);
        return Ok(());
    }
    if head.method() == b"CONNECT" {
        head.authority = Some(target);
        return Ok(());
    }
    if bytes == b"*" && head.method() == b"OPTIONS" {
        head.authority = host;
        head.path = target;
        return Ok(());
    }
    let Some(scheme) = http(b"http://").or_else(|| http(b"https://")) else {
        return Err(Invalid {
            section: "RFC 9112 §3.2",
            what: "the request target has no known form",
        });
    };
    if !tls && scheme == b"https://".len() {
        return Err(Invalid {
            section: "RFC 9110 §7.4",
            what: "the target's scheme is https, but the connection is not secured",
        });
    }
    let rest = bytes.get(scheme..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|b| matches!(b, b'/' | b'?'))
        .unwrap_or(rest.len());
    let named = Span::new(target.start() + scheme, target.start() + scheme + end);
    if host.is_some_and(|host| !head.bytes(host).eq_ignore_ascii_case(head.bytes(named))) {
        return Err(Invalid {
            section: "RFC 9112 §3.2.2",
            what: "the target's authority and Host differ",
        });
    }
    if named.start() == named.end() {
        return Err(Invalid {
            section: "RFC 9110 §4.2.1",
            what: "the target's authority is empty",
        });
    }
    head.authority = Some(named);
    let after = Span::new(named.end(), target.end());
    if head.bytes(after).starts_with(b"/") {
        head.split_path(after);
    } else {
        head.split_path(after);
        head.path = head.fields.append(b"/");
    }
    Ok(())
}

/// The one `Host` (RFC 9112 §3.2): required by HTTP/1.1, never twice, never empty.
fn host(head: &Head) -> Result<Option<Span>, Invalid> {
    let section = "RFC 9112 §3.2";
    let mut hosts = head.fields.all(Known::Host);
    match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => Err(Invalid {
            section,
            what: "Host is there more than once",
        }),
        (Some([]), None) => Err(Invalid {
            section,
            what: "Host is empty",
        }),
        (Some(host), None) => Ok(Some(span_in(head.fields.bytes(), host))),
        (None, _) if head.version == Version::Http10 => Ok(None),
        (None, _) => Err(Invalid {
            section,
            what: "Host is missing",
        }),
    }
}

fn framing(head: &Head) -> Result<Framing, Invalid> {
    let http11 = head.version == Version::Http11;
    let length = length::of_request(&head.fields, http11)?;
    Ok(Framing {
        length,
        keep_alive: keeps_alive(head.fields.all(Known::Connection), http11),
        expects: http11
            && length != Length::None
            && head
                .get(Known::Expect)
                .is_some_and(|v| v.eq_ignore_ascii_case(b"100-continue")),
    })
}

/// Whether the connection persists (RFC 9112 §9.3).
pub(super) fn keeps_alive<'a>(connection: impl Iterator<Item = &'a [u8]>, http11: bool) -> bool {
    let mut keep = http11;
    for member in connection.flat_map(list_members) {
        if member.eq_ignore_ascii_case(b"close") {
            return false;
        }
        keep |= member.eq_ignore_ascii_case(b"keep-alive");
    }
    keep
}

/// The refusal for a head that is too long to be complete; `filled` is its beginning.
pub(super) fn too_long(filled: &[u8], limits: &Limits) -> Denial {
    if let Err(denial) = check_line(filled, limits) {
        return denial;
    }
    let longest = filled
        .split(|&b| b == b'\n')
        .skip(1)
        .max_by_key(|line| line.len())
        .filter(|line| line.len() > limits.header)
        .and_then(|line| Some((line.split(|&b| b == b':').next()?, line.len())));
    match longest {
        Some((name, size)) => header_too_large(&printable(name, 64), size, limits),
        None => headers_too_large(filled.len(), limits),
    }
}

fn refused(error: httparse::Error, block: &[u8], limits: &Limits) -> Denial {
    use httparse::Error;
    let line = block
        .split(|&b| b == b'\r' || b == b'\n')
        .next()
        .unwrap_or_default();
    match error {
        Error::TooManyHeaders => {
            let count = memchr::memchr_iter(b'\n', block).count().saturating_sub(2);
            too_many_fields(count, limits)
        }
        Error::Version => version(line),
        Error::HeaderName => malformed(
            "RFC 9112 §5.1",
            "a header field's name is not a token, or white space stands where none may",
        ),
        Error::HeaderValue => {
            malformed("RFC 9110 §5.5", "a header field's value has a control byte")
        }
        Error::NewLine => bare_lf(),
        Error::Token | Error::Status => malformed("RFC 9112 §3", LINE),
    }
    .with(
        "line",
        without_secrets(line),
        postern_model::denial::Audience::Operator,
    )
}

/// A request line as it is shown: without its query, and from its first slash on where it may name
/// a user and a password.
fn without_secrets(line: &[u8]) -> String {
    let cut = |at: u8| line.split(|&byte| byte == at).next().unwrap_or_default();
    let shown = if line.contains(&b'@') {
        cut(b'/')
    } else {
        cut(b'?')
    };
    let mut out = printable(shown, SHOWN);
    if shown.len() < line.len() && shown.len() <= SHOWN {
        out.push('…');
    }
    out
}

fn version(line: &[u8]) -> Denial {
    let mut words = line.split(|&b| b == b' ');
    let (Some(_), Some(_), Some(token), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return malformed("RFC 9112 §3", LINE);
    };
    let shape = token.len() == 8
        && token.starts_with(b"HTTP/")
        && matches!(token.get(5..), Some([major, b'.', minor]) if major.is_ascii_digit() && minor.is_ascii_digit());
    if shape {
        Denial::new(Code::VersionUnsupported).saw("version", printable(token, 8))
    } else {
        malformed(
            "RFC 9112 §2.3",
            "the request line does not end in an HTTP version",
        )
    }
}

/// A refusal for broken framing.
pub(crate) fn malformed(section: &'static str, what: &'static str) -> Denial {
    Denial::new(Code::Malformed)
        .saw("section", section)
        .saw("error", what)
}

pub(crate) fn uri_too_long(size: usize, limits: &Limits) -> Denial {
    Denial::new(Code::UriTooLong)
        .saw("limit", limits.uri as u64)
        .saw("size", size as u64)
}

pub(crate) fn header_too_large(name: &str, size: usize, limits: &Limits) -> Denial {
    Denial::new(Code::HeaderTooLarge)
        .saw("limit", limits.header as u64)
        .saw("name", printable(name.as_bytes(), 64))
        .saw("size", size as u64)
}

pub(crate) fn too_many_fields(count: usize, limits: &Limits) -> Denial {
    Denial::new(Code::HeaderTooLarge)
        .saw("limit", limits.header_count as u64)
        .saw("name", "number of header fields")
        .saw("size", count as u64)
}

pub(crate) fn headers_too_large(size: usize, limits: &Limits) -> Denial {
    Denial::new(Code::HeaderTooLarge)
        .saw("limit", limits.headers as u64)
        .saw("name", "all header fields together")
        .saw("size", size as u64)
}
