//! Header fields.

use postern_model::entity::Name;

/// A header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, in the sender's spelling.
    pub name: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}

/// Longest value that a policy gives, bytes.
pub(crate) const LONGEST: usize = 8 << 10;

/// Names that no policy may remove, rename, set or add: those that frame a message or are about one
/// connection (RFC 9110 §7.6.1), and those that the gateway alone says. In any case, and with `_`
/// for `-`.
pub fn is_reserved(name: &str) -> bool {
    const WHOLE: [&str; 21] = [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
        "host",
        "content-length",
        "content-encoding",
        "expect",
        "via",
        "x-request-id",
        "traceparent",
        "tracestate",
        "proxy-status",
        "forwarded",
        "x-real-ip",
    ];
    const BEGINNINGS: [&str; 6] = [
        "x-postern-",
        "postern-",
        "x-forwarded-",
        "sec-websocket-",
        "access-control-",
        "ratelimit",
    ];
    let name = name.to_ascii_lowercase().replace('_', "-");
    WHOLE.contains(&name.as_str())
        || BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning))
}

/// Names under which credentials travel: their values may be removed or set, and are neither shown
/// to templates nor given another name, under which nobody would know them.
pub fn is_credential(name: &str) -> bool {
    ["authorization", "cookie", "set-cookie", "dpop"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

fn is(header: &Header, name: &Name) -> bool {
    header.name.eq_ignore_ascii_case(name.as_bytes())
}

/// Takes the fields of that name out; says how many there were.
pub(crate) fn remove(headers: &mut Vec<Header>, name: &Name) -> usize {
    let before = headers.len();
    headers.retain(|header| !is(header, name));
    before - headers.len()
}

/// Gives the fields of that name another; says how many there were.
pub(crate) fn rename(headers: &mut [Header], name: &Name, to: &Name) -> usize {
    let mut renamed = 0;
    for header in headers.iter_mut().filter(|header| is(header, name)) {
        header.name = to.as_bytes().to_vec();
        renamed += 1;
    }
    renamed
}

/// Adds a field.
pub(crate) fn add(headers: &mut Vec<Header>, name: &Name, value: &str) {
    headers.push(Header {
        name: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    });
}

/// A value as it may stand in a field: printable ASCII, without blanks around it.
pub(crate) fn valid(value: &str) -> Result<&str, &'static str> {
    let value = value.trim_matches([' ', '\t']);
    let legal = |b: u8| b == b'\t' || (b' '..=b'~').contains(&b);
    if value.bytes().all(legal) {
        Ok(value)
    } else {
        Err("a header value has only printable ASCII characters, and this wrote others")
    }
}
