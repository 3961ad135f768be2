//! Where the gateway may connect to: the rule of [`postern_model::egress`], and the question that
//! only a socket answers.

pub use postern_model::egress::{Class, Forbidden, allowed, classify};

use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Whether the address is one of this machine's: only those can be bound to.
pub fn is_this_machine(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}

#[cfg(test)]
mod tests;
