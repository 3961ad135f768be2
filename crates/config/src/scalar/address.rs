//! Addresses to listen on, and address ranges.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use ipnet::IpNet;
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
            return Ok(Self(IpNet::from(address)));
        }
        match text.parse::<IpNet>() {
            Ok(network) if network.addr() == network.network() => Ok(Self(network)),
            Ok(network) => Err(Problem::new("the address has bits beyond the prefix")
                .suggest(network.trunc().to_string())),
            Err(_) => Err(Problem::new(
                "expected an address, or an address and a prefix length",
            )),
        }
    }
}
