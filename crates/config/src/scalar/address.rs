//! Addresses to listen on, and address ranges.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, SocketAddr};

/// An address and a port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListenAddress(pub(crate) SocketAddr);

scalar!(ListenAddress, {
    "description": "An address and a port to listen on: `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:80`.",
    "type": "string"
});

impl Scalar for ListenAddress {
    const KIND: &'static str = "listen-address";
    const CODE: Code = Code::InvalidAddress;
    const WHAT: &'static str = "an address to listen on";
    const EXAMPLE: &'static str = "127.0.0.1:8080";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        if let Ok(port) = text.parse::<u16>() {
            let problem = Problem::new("the address is missing");
            return Err(problem.suggest(format!("127.0.0.1:{port}")));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            let better = SocketAddr::new(ip, 8080).to_string();
            return Err(Problem::new("the port is missing").suggest(better));
        }
        let expected = Problem::new("expected an IP address and a port");
        let port = text.rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse::<u16>().ok()?;
            Some((host, port))
        });
        Err(match port {
            Some(("" | "*", port)) => expected.suggest(format!("0.0.0.0:{port}")),
            Some(("localhost", port)) => expected.suggest(format!("127.0.0.1:{port}")),
            Some((host, port)) => match host.parse::<IpAddr>() {
                Ok(ip) => expected.suggest(SocketAddr::new(ip, port).to_string()),
                Err(_) => expected,
            },
            None => expected,
        })
    }
}

/// A range of addresses; a single one is a range too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network(pub(crate) IpNet);

scalar!(Network, {
    "description": "A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.",
    "type": "string"
});

impl Scalar for Network {
    const KIND: &'static str = "network";
    const CODE: Code = Code::InvalidNetwork;
    const WHAT: &'static str = "an address range";
    const EXAMPLE: &'static str = "10.0.0.0/8";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(canonical(IpNet::from(address))));
        }
        match text.parse::<IpNet>() {
            Ok(network) if network.addr() == network.network() => Ok(Self(canonical(network))),
            Ok(network) => Err(Problem::new("the address has bits beyond the prefix")
                .suggest(network.trunc().to_string())),
            Err(_) => Err(Problem::new(
                "expected an address, or an address and a prefix length",
            )),
        }
    }
}

/// IPv4 ranges that are written as IPv6 (RFC 4291, section 2.5.5.2) as IPv4: that is how clients'
/// addresses are compared, so a range in the other form would hold nobody.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(written) = network else {
        return network;
    };
    let mapped = written.addr().to_ipv4_mapped();
    let length = written.prefix_len().checked_sub(96);
    match (mapped, length) {
        (Some(address), Some(length)) => Ipv4Net::new(address, length).map_or(network, IpNet::V4),
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_range_is_the_range_that_it_means() {
        for (written, meant) in [
            ("::ffff:5.6.7.8", "5.6.7.8/32"),
            ("::ffff:5.6.7.0/120", "5.6.7.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::1", "::1/128"),
        ] {
            let read = Network::read(written).map_err(|_| written).unwrap();
            assert_eq!(read.0.to_string(), meant, "{written}");
        }
    }
}
