//! Whom the edge counts as one.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address, or the /64 of an IPv6 address: what one customer of a provider is given, who
/// could otherwise come from a new address each time (RFC 6177, section 2; RFC 7421).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(IpAddr);

const PREFIX: u128 = !0 << 64;

impl From<IpAddr> for Source {
    /// An IPv4 address mapped into IPv6 (RFC 4291, section 2.5.5.2) is that IPv4 address.
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & PREFIX)),
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl Source {
    /// The address, or the first one of the /64.
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// A number of its own: different for different sources, since the lower half of a mapped
    /// IPv4 address is not zero.
    pub fn bits(self) -> u128 {
        match self.0 {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) => address.to_bits(),
        }
    }
}

impl fmt::Display for Source {
    /// `192.0.2.7`, or `2001:db8::/64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}
