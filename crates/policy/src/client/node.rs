//! One node of a forwarding header: address, or a name that hides it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who a hop says it had the request from (RFC 7239 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// An address; its port is not of interest.
    Address(IpAddr),
    /// `unknown`, or an obfuscated identifier `_name`.
    Hidden,
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`, `unknown`, `_name`.
pub(super) fn parse(value: &[u8]) -> Option<Node> {
    let text = std::str::from_utf8(value).ok()?;
    let (name, _) = text.split_once(':').unwrap_or((text, ""));
    if name.eq_ignore_ascii_case("unknown") || (name.len() > 1 && name.starts_with('_')) {
        let legal = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        return legal.then_some(Node::Hidden);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        return is_port(port).then_some(Node::Address(IpAddr::V6(address)));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Node::Address(address));
    }
    let address: Ipv4Addr = name.parse().ok()?;
    is_port(text.strip_prefix(name)?).then_some(Node::Address(IpAddr::V4(address)))
}

/// Nothing, `:80`, or an obfuscated port `:_name`.
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else {
        return text.is_empty();
    };
    match port.strip_prefix('_') {
        Some(name) => !name.is_empty(),
        None => port.len() <= 5 && port.parse::<u16>().is_ok() && !port.starts_with('+'),
    }
}
