//! The authority of a request: host and port, in one spelling.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An authority (RFC 3986 §3.2) without user information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority<'a> {
    /// The host: lower case, no dot at its end; IPv6 in brackets in its shortest form. Borrowed
    /// where it came so.
    pub host: Cow<'a, str>,
    /// The port, where one was given.
    pub port: Option<u16>,
}

/// Why an authority is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostError {
    /// Nothing where the host should be.
    Empty,
    /// `user@host`.
    UserInformation,
    /// A byte that stands in no host name.
    Byte,
    /// An empty label, a label over 63 or a name over 253 bytes (RFC 1035 §2.3.4).
    Label,
    /// Brackets without an IPv6 address between them.
    Ipv6,
    /// A port that is not a number up to 65535.
    Port,
}

impl HostError {
    /// A short phrase for evidence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Empty => "the host is empty",
            Self::UserInformation => "user information before the host",
            Self::Byte => "a byte that stands in no host name",
            Self::Label => "a label that is empty or too long",
            Self::Ipv6 => "brackets without an IPv6 address",
            Self::Port => "the port is not a number up to 65535",
        }
    }
}

/// Reads an authority.
///
/// # Errors
/// What is wrong with it.
pub fn parse(raw: &[u8]) -> Result<Authority<'_>, HostError> {
    if raw.contains(&b'@') {
        return Err(HostError::UserInformation);
    }
    if raw.first() == Some(&b'[') {
        return parse_ipv6(raw);
    }
    let (host, port) = match raw.iter().position(|&b| b == b':') {
        Some(at) => (
            raw.get(..at).unwrap_or_default(),
            parse_port(raw.get(at + 1..).unwrap_or_default())?,
        ),
        None => (raw, None),
    };
    let host = host.strip_suffix(b".").unwrap_or(host);
    if host.is_empty() {
        return Err(HostError::Empty);
    }
    let mut label = 0usize;
    let mut upper = false;
    for &byte in host {
        match byte {
            b'.' if label == 0 => return Err(HostError::Label),
            b'.' => label = 0,
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => label += 1,
            b'A'..=b'Z' => {
                upper = true;
                label += 1;
            }
            _ => return Err(HostError::Byte),
        }
        if label > 63 {
            return Err(HostError::Label);
        }
    }
    if label == 0 || host.len() > 253 {
        return Err(HostError::Label);
    }
    let text = std::str::from_utf8(host).map_err(|_| HostError::Byte)?;
    Ok(Authority {
        host: if upper {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        },
        port,
    })
}

/// What a byte is in a host in its one spelling.
const ODD: u8 = 1;
const DOT: u8 = 2;
#[expect(clippy::indexing_slicing, reason = "at compile time")]
const CLASSES: [u8; 256] = {
    let mut classes = [ODD; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' {
            classes[byte as usize] = 0;
        }
        byte += 1;
    }
    classes[b'.' as usize] = DOT;
    classes
};

/// The host of an authority that is in its one spelling at first sight; with at most 63 bytes no
/// label can be too long. `None`: it takes a second look.
pub(crate) fn plain(raw: &[u8]) -> Option<&[u8]> {
    let host = match raw {
        [host @ .., b':', a, b, c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit) => host,
        all => all,
    };
    // Neither the first byte nor the last is a dot, and no two dots stand side by side.
    let (mut before, mut wrong) = (DOT, 0);
    for &byte in host {
        #[expect(
            clippy::indexing_slicing,
            reason = "there are as many classes as bytes"
        )]
        let class = CLASSES[usize::from(byte)];
        wrong |= (class & ODD) | (before & class);
        before = class;
    }
    (wrong == 0 && before == 0 && host.len() <= 63).then_some(host)
}

fn parse_ipv6(raw: &[u8]) -> Result<Authority<'_>, HostError> {
    let close = raw.iter().position(|&b| b == b']').ok_or(HostError::Ipv6)?;
    let port = match raw.get(close + 1..).unwrap_or_default() {
        [] => None,
        [b':', port @ ..] => parse_port(port)?,
        _ => return Err(HostError::Port),
    };
    let literal =
        std::str::from_utf8(raw.get(..=close).unwrap_or_default()).map_err(|_| HostError::Ipv6)?;
    let address: Ipv6Addr = literal
        .strip_prefix('[')
        .and_then(|l| l.strip_suffix(']'))
        .and_then(|l| l.parse().ok())
        .ok_or(HostError::Ipv6)?;
    let canonical = format!("[{address}]");
    Ok(Authority {
        host: if canonical == literal {
            Cow::Borrowed(literal)
        } else {
            Cow::Owned(canonical)
        },
        port,
    })
}

/// An empty port is no port (RFC 3986 §3.2.3).
fn parse_port(raw: &[u8]) -> Result<Option<u16>, HostError> {
    if raw.is_empty() {
        return Ok(None);
    }
    if raw.len() > 5 {
        return Err(HostError::Port);
    }
    raw.iter()
        .try_fold(0u32, |port, &b| {
            b.is_ascii_digit().then(|| port * 10 + u32::from(b - b'0'))
        })
        .and_then(|port| u16::try_from(port).ok())
        .map(Some)
        .ok_or(HostError::Port)
}

/// Whether a host is an address rather than a name.
pub fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// The host of a URL, in its one spelling.
pub(crate) fn of_url(url: &[u8]) -> Option<Cow<'_, str>> {
    let at = url.windows(3).position(|w| w == b"://")?;
    let rest = url.get(at + 3..)?;
    let authority = rest.split(|b| matches!(b, b'/' | b'?' | b'#')).next()?;
    if authority.contains(&b'@') {
        return None;
    }
    parse(authority).ok().map(|parsed| parsed.host)
}

/// Whether a host is the one of a pattern: `*.example.com` stands for one or more labels before the
/// rest.
pub(crate) fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => pattern == host,
    }
}

/// For fuzzing: any bytes, and what must hold of the result.
///
/// # Errors
/// What did not hold.
pub fn fuzz(raw: &[u8]) -> Result<(), &'static str> {
    let Ok(authority) = parse(raw) else {
        return match plain(raw) {
            Some(_) => Err("what is refused was found plain"),
            None => Ok(()),
        };
    };
    if plain(raw).is_some_and(|host| host != authority.host.as_bytes()) {
        return Err("a host in another spelling was found plain");
    }
    let host = authority.host.as_ref();
    if host.is_empty() || host.ends_with('.') || host.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err("the host is not in its one spelling");
    }
    match parse(host.as_bytes()) {
        Ok(again) if again.host == host && again.port.is_none() => Ok(()),
        _ => Err("the host does not read back as itself"),
    }
}
