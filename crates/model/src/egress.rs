//! Where Postern may connect to: the gateway, and what the control plane sends out. Pure; asked
//! with the resolved address at connect time, so that a name cannot lead somewhere else after it was
//! checked.
//!
//! Public addresses are allowed; the special ones (IANA's special-purpose registries, RFC 6890)
//! only where a range in `allow` holds them. `deny` wins over `allow`, and our own listeners are
//! never allowed. An address that carries an IPv4 address (mapped, NAT64, 6to4) is judged as that
//! one, since that is where the packets end up.

use crate::entity::Egress;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Routed on the Internet.
    Public,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// `0.0.0.0/8`, `::`: this host.
    Unspecified,
    /// `169.254.0.0/16`, `fe80::/10`.
    LinkLocal,
    /// Where clouds serve credentials: `169.254.169.254` and its kin.
    Metadata,
    /// RFC 1918, carrier-grade NAT `100.64.0.0/10`, `fc00::/7`, `fec0::/10`.
    Private,
    /// `224.0.0.0/4`, `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// Documentation, benchmarking, protocol assignments, future use, discard.
    Reserved,
}

impl Class {
    /// In words, for messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Unspecified => "unspecified",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Private => "private",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Reserved => "reserved",
        }
    }
}

/// Why an address is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// A listener of this gateway.
    #[error("{0} is a listener of this gateway")]
    OwnListener(SocketAddr),
    /// In a denied range.
    #[error("{address} is in {range}, which `egress.deny` lists")]
    Denied {
        /// The resolved address.
        address: IpAddr,
        /// The range.
        range: IpNet,
    },
    /// Not public, and in no allowed range.
    #[error("{address} is a {} address, and no range of `egress.allow` holds it", class.as_str())]
    NotAllowed {
        /// The resolved address.
        address: IpAddr,
        /// What it is.
        class: Class,
    },
}

/// Whether a connection to `to` may be made. `own` are the addresses we listen on; `is_local` says
/// whether an address is one of this machine's, and is only asked about a port of a listener that
/// is bound to all addresses.
pub fn allowed(
    to: SocketAddr,
    egress: &Egress,
    own: &[SocketAddr],
    is_local: impl Fn(IpAddr) -> bool,
) -> Result<(), Forbidden> {
    let address = embedded(to.ip());
    let class = classify(address);
    let ours = |listener: &SocketAddr| {
        listener.port() == to.port() && {
            let ip = embedded(listener.ip());
            ip == address
                || class == Class::Unspecified
                || (ip.is_unspecified() && (class == Class::Loopback || is_local(address)))
        }
    };
    if own.iter().any(ours) {
        return Err(Forbidden::OwnListener(to));
    }
    let holds = |range: &&IpNet| range.contains(&address) || range.contains(&to.ip());
    if let Some(range) = egress.deny.iter().find(holds) {
        return Err(Forbidden::Denied {
            address: to.ip(),
            range: *range,
        });
    }
    // Not `to` itself: a range of NAT64 addresses must not open every IPv4 address.
    if class == Class::Public || egress.allow.iter().any(|range| range.contains(&address)) {
        return Ok(());
    }
    Err(Forbidden::NotAllowed {
        address: to.ip(),
        class,
    })
}

/// What an address is, IPv4 inside IPv6 judged as IPv4.
pub fn classify(address: IpAddr) -> Class {
    match embedded(address) {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

/// The IPv4 address that an IPv6 address leads to, or the address itself.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let v4 = match v6.segments() {
        // IPv4-mapped (RFC 4291 §2.5.5.2), IPv4-translated (RFC 2765), NAT64 (RFC 6052), 6to4
        // (RFC 3056); then IPv4-compatible, deprecated but still connectable on some systems.
        [0, 0, 0, 0, 0, 0xFFFF, high, low]
        | [0, 0, 0, 0, 0xFFFF, 0, high, low]
        | [0x64, 0xFF9B, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => (high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 || low > 1 => (high, low),
        _ => return address,
    };
    let [a, b] = v4.0.to_be_bytes();
    let [c, d] = v4.1.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

fn classify_v4(address: Ipv4Addr) -> Class {
    match address.octets() {
        // AWS, Azure, GCP and others; Alibaba; AWS container credentials.
        [169, 254, 169, 254] | [100, 100, 100, 200] | [169, 254, 170, 2] | [168, 63, 129, 16] => {
            Class::Metadata
        }
        [0, ..] => Class::Unspecified,
        [127, ..] => Class::Loopback,
        [169, 254, ..] => Class::LinkLocal,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Class::Private,
        [224..=239, ..] => Class::Multicast,
        [255, 255, 255, 255] => Class::Broadcast,
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Class::Reserved,
        _ => Class::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> Class {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Class::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Class::Loopback,
        // AWS, its container credentials, GCP.
        [0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254 | 0x23] | [0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254] => {
            Class::Metadata
        }
        [0xFE80..=0xFEBF, ..] => Class::LinkLocal,
        [0xFC00..=0xFDFF | 0xFEC0..=0xFEFF, ..] => Class::Private,
        [0xFF00..=0xFFFF, ..] => Class::Multicast,
        // Only global unicast is allocated (RFC 4291 §2.4). The rest has no use yet, or one of its
        // own, such as local NAT64 (RFC 8215), which leads to IPv4 addresses that we cannot see.
        segments @ [0x2000..=0x3FFF, ..] if !is_reserved_unicast(segments) => Class::Public,
        _ => Class::Reserved,
    }
}

/// Reserved ranges inside global unicast: documentation (RFC 3849, RFC 9637), and protocol
/// assignments with Teredo and ORCHID (RFC 2928).
fn is_reserved_unicast(segments: [u16; 8]) -> bool {
    matches!(
        segments,
        [0x2001, 0xDB8 | 0..=0x1FF, ..] | [0x3FFF, 0..=0xFFF, ..]
    )
}

#[cfg(test)]
mod tests;
