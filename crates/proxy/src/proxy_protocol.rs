//! The PROXY protocol, versions 1 and 2: the few bytes before a connection's first request
//! in which a load balancer says whom it speaks for.
//!
//! After haproxy's `doc/proxy-protocol.txt`; section numbers below are that document's. The
//! parser is a pure function of the bytes read so far, allocates nothing and never looks
//! further than [`MAX_LENGTH`]. Whether the peer may send a header at all is the listener's
//! business, not ours.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// Longest header that is read, in bytes. Version 1 ends within 107 (§2.1). Version 2 could
/// announce 64 KiB; addresses and the type-length-value fields of common senders stay far
/// below this.
pub const MAX_LENGTH: usize = 2048;

const V1_PREFIX: &[u8] = b"PROXY ";
const V1_MAX_LENGTH: usize = 107;
const V2_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const V2_FIXED_LENGTH: usize = 16;

/// What the bytes read so far amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsed {
    /// The start of a header; more bytes are needed. Never returned for [`MAX_LENGTH`] bytes.
    Partial,
    /// A whole header.
    Done {
        /// Its length in bytes; what follows belongs to the connection.
        consumed: usize,
        /// What it says.
        header: Header,
    },
    /// Not a header: the connection is to be closed.
    Invalid(Invalid),
}

/// What a PROXY header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The connection was made over TCP between these two.
    Addresses {
        /// The client.
        source: SocketAddr,
        /// Where it connected to.
        destination: SocketAddr,
    },
    /// The sender could not or would not say (`UNKNOWN`, unspecified, datagram or Unix
    /// addresses): the connection's own addresses count.
    Unknown,
    /// The sender speaks for itself, as in health checks: the connection's own addresses
    /// count.
    Local,
}

/// Why bytes are not a PROXY header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The first bytes are of neither version.
    #[error("the connection does not start with a PROXY protocol header")]
    Signature,
    /// Version 1: no CRLF within 107 bytes.
    #[error("the version 1 header does not end within 107 bytes")]
    NotEnded,
    /// Version 1: a CR or LF that is not part of the CRLF at the end.
    #[error("the version 1 header does not end in CRLF")]
    LineEnd,
    /// Version 1: a protocol that is not `TCP4`, `TCP6` or `UNKNOWN`.
    #[error("the version 1 header names a protocol other than TCP4, TCP6 or UNKNOWN")]
    Protocol,
    /// Version 1: not two addresses and two ports, one space between each.
    #[error("the version 1 header is not two addresses and two ports with one space between")]
    Fields,
    /// Version 1: an address that is not one of the protocol's family.
    #[error("the version 1 header has an address that is not of its family")]
    Address,
    /// Version 1: a port that is not 0 to 65535 without leading zeros.
    #[error("the version 1 header has a port that is not 0 to 65535")]
    Port,
    /// Version 2: a version other than 2.
    #[error("the binary header has a version other than 2")]
    Version,
    /// Version 2: a command other than LOCAL and PROXY.
    #[error("the version 2 header has a command other than LOCAL and PROXY")]
    Command,
    /// Version 2: a reserved address family or transport.
    #[error("the version 2 header has a reserved address family or transport")]
    Family,
    /// Version 2: shorter than its family's addresses.
    #[error("the version 2 header is too short for its addresses")]
    TooShort,
    /// Version 2: longer than [`MAX_LENGTH`].
    #[error("the version 2 header is longer than 2048 bytes")]
    TooLong,
}

/// Reads the header at the start of a connection, from all bytes received so far.
pub fn parse(data: &[u8]) -> Parsed {
    if starts_alike(data, V1_PREFIX) {
        if data.len() <= V1_PREFIX.len() {
            return Parsed::Partial;
        }
        return v1(data);
    }
    if starts_alike(data, V2_SIGNATURE) {
        return v2(data).unwrap_or_else(Parsed::Invalid);
    }
    Parsed::Invalid(Invalid::Signature)
}

/// Whether a connection that starts like this is certainly not going to be one with a PROXY
/// header. For listeners where a header is optional: until this is true or [`parse`] is done,
/// more bytes are needed. No HTTP/1 request with a method we know, no HTTP/2 preface and no
/// TLS record is mistaken for a header.
pub fn surely_absent(data: &[u8]) -> bool {
    !starts_alike(data, V1_PREFIX) && !starts_alike(data, V2_SIGNATURE)
}

/// Whether `data` and `prefix` agree as far as both go.
fn starts_alike(data: &[u8], prefix: &[u8]) -> bool {
    data.iter().zip(prefix).all(|(a, b)| a == b)
}

/// Version 1 (§2.1); the prefix has been seen.
fn v1(data: &[u8]) -> Parsed {
    let line_end = data
        .iter()
        .take(V1_MAX_LENGTH)
        .position(|b| matches!(b, b'\r' | b'\n'));
    let Some(end) = line_end else {
        return if data.len() < V1_MAX_LENGTH {
            Parsed::Partial
        } else {
            Parsed::Invalid(Invalid::NotEnded)
        };
    };
    match (data.get(end), data.get(end + 1)) {
        (Some(b'\r'), _) if end + 2 > V1_MAX_LENGTH => Parsed::Invalid(Invalid::NotEnded),
        (Some(b'\r'), None) => Parsed::Partial,
        (Some(b'\r'), Some(b'\n')) => match data.get(V1_PREFIX.len()..end).map(v1_line) {
            Some(Ok(header)) => Parsed::Done {
                consumed: end + 2,
                header,
            },
            Some(Err(invalid)) => Parsed::Invalid(invalid),
            None => Parsed::Invalid(Invalid::LineEnd),
        },
        _ => Parsed::Invalid(Invalid::LineEnd),
    }
}

/// What stands between `PROXY ` and CRLF.
fn v1_line(line: &[u8]) -> Result<Header, Invalid> {
    let mut fields = line.split(|b| *b == b' ');
    match fields.next() {
        Some(b"TCP4") => v1_addresses::<Ipv4Addr>(fields),
        Some(b"TCP6") => v1_addresses::<Ipv6Addr>(fields),
        // Whatever follows UNKNOWN is to be ignored (§2.1).
        Some(b"UNKNOWN") => Ok(Header::Unknown),
        _ => Err(Invalid::Protocol),
    }
}

fn v1_addresses<'a, A>(mut fields: impl Iterator<Item = &'a [u8]>) -> Result<Header, Invalid>
where
    A: FromStr + Into<std::net::IpAddr>,
{
    let mut next = || fields.next().ok_or(Invalid::Fields);
    let (source, destination) = (next()?, next()?);
    let (source_port, destination_port) = (next()?, next()?);
    if fields.next().is_some() {
        return Err(Invalid::Fields);
    }
    Ok(Header::Addresses {
        source: SocketAddr::new(address::<A>(source)?.into(), port(source_port)?),
        destination: SocketAddr::new(address::<A>(destination)?.into(), port(destination_port)?),
    })
}

/// An address literal. The standard library's parsers refuse leading zeros in IPv4, brackets
/// and zones.
fn address<A: FromStr>(field: &[u8]) -> Result<A, Invalid> {
    std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(Invalid::Address)
}

/// A port: digits without leading zeros; `u16::from_str` alone would take `+80` and `080`.
fn port(field: &[u8]) -> Result<u16, Invalid> {
    let canonical = field == b"0"
        || (field.iter().all(u8::is_ascii_digit) && field.first().is_some_and(|b| *b != b'0'));
    if !canonical {
        return Err(Invalid::Port);
    }
    std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(Invalid::Port)
}

/// Version 2 (§2.2).
fn v2(data: &[u8]) -> Result<Parsed, Invalid> {
    // Each byte is judged as soon as it is there, so that a stranger is not waited for.
    let Some(version_command) = data.get(12).copied() else {
        return Ok(Parsed::Partial);
    };
    if version_command >> 4 != 2 {
        return Err(Invalid::Version);
    }
    let local = match version_command & 0x0f {
        0 => true,
        1 => false,
        _ => return Err(Invalid::Command),
    };
    let Some(family) = data.get(13).copied() else {
        return Ok(Parsed::Partial);
    };
    // With LOCAL, the family is ignored (§2.2).
    if !local && (family >> 4 > 3 || family & 0x0f > 2) {
        return Err(Invalid::Family);
    }
    let (Some(high), Some(low)) = (data.get(14), data.get(15)) else {
        return Ok(Parsed::Partial);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let consumed = V2_FIXED_LENGTH + length;
    if consumed > MAX_LENGTH {
        return Err(Invalid::TooLong);
    }
    let needed = match family {
        _ if local => 0,
        0x11 | 0x12 => 12,
        0x21 | 0x22 => 36,
        0x31 | 0x32 => 216,
        _ => 0,
    };
    if length < needed {
        return Err(Invalid::TooShort);
    }
    let Some(block) = data.get(V2_FIXED_LENGTH..consumed) else {
        return Ok(Parsed::Partial);
    };
    let header = match family {
        _ if local => Header::Local,
        0x11 => v2_addresses::<4>(block)?,
        0x21 => v2_addresses::<16>(block)?,
        // Valid, but nothing that a TCP connection could have come from: §2.2 leaves it to
        // the receiver to fall back to the connection's own addresses.
        _ => Header::Unknown,
    };
    Ok(Parsed::Done { consumed, header })
}

/// Source, destination and both ports of `N`-byte addresses; the fields that may follow are
/// skipped.
fn v2_addresses<const N: usize>(block: &[u8]) -> Result<Header, Invalid>
where
    std::net::IpAddr: From<[u8; N]>,
{
    let (source, rest) = block.split_first_chunk::<N>().ok_or(Invalid::TooShort)?;
    let (destination, rest) = rest.split_first_chunk::<N>().ok_or(Invalid::TooShort)?;
    let (source_port, rest) = rest.split_first_chunk::<2>().ok_or(Invalid::TooShort)?;
    let (destination_port, _) = rest.split_first_chunk::<2>().ok_or(Invalid::TooShort)?;
    Ok(Header::Addresses {
        source: SocketAddr::new((*source).into(), u16::from_be_bytes(*source_port)),
        destination: SocketAddr::new((*destination).into(), u16::from_be_bytes(*destination_port)),
    })
}

/// Checks on any bytes what must hold for all: the entry for a fuzzer.
///
/// # Panics
/// When the parser contradicts itself.
#[doc(hidden)]
pub fn fuzz(data: &[u8]) {
    match parse(data) {
        Parsed::Done { consumed, .. } => {
            assert!(consumed <= data.len() && consumed <= MAX_LENGTH);
            let header = data.get(..consumed).unwrap_or_default();
            assert_eq!(parse(header), parse(data), "what follows does not matter");
            let shorter = header.get(..consumed - 1).unwrap_or_default();
            assert_eq!(parse(shorter), Parsed::Partial);
        }
        Parsed::Partial => assert!(data.len() < MAX_LENGTH && !surely_absent(data)),
        Parsed::Invalid(reason) => {
            assert_eq!(reason == Invalid::Signature, surely_absent(data));
            let mut longer = data.to_vec();
            longer.push(b'\n');
            assert!(matches!(parse(&longer), Parsed::Invalid(_)));
        }
    }
}
