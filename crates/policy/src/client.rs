//! Whose request it is: from the peer over trusted hops to the client.
//!
//! The forwarding header is read from right to left. Each value was written by the hop to its
//! right, so that it counts only as long as every hop so far is trusted; the first address that is
//! not a trusted proxy is the client's. What stands left of it is hearsay and never read.

mod forwarded;
mod node;
#[cfg(test)]
mod tests;

use crate::facts::{Facts, values};
use crate::fields::Known;
use crate::rules::Rules;
use ipnet::IpNet;
use node::Node;
use postern_model::entity::{Client, ForwardedHeader};
use std::fmt;
use std::net::IpAddr;

/// The client's address, and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address; an IPv4 address in IPv6 clothes is undressed.
    pub address: IpAddr,
    /// Where it came from.
    pub provenance: Provenance,
    /// Whether whoever is connected to us is a trusted proxy, so that its other forwarding headers
    /// count too.
    pub via_trusted_proxy: bool,
}

impl ClientAddress {
    /// Whether it may be held against the address what comes from it: a trusted proxy's own
    /// address stands for everybody behind it.
    pub const fn is_its_own(&self) -> bool {
        !self.via_trusted_proxy || !matches!(self.provenance, Provenance::Peer)
    }
}

/// Where an address came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// The TCP connection.
    Peer,
    /// The PROXY protocol header of a listed peer.
    ProxyProtocol,
    /// `X-Forwarded-For`: which value, counted from the right from 1.
    XForwardedFor(usize),
    /// `Forwarded` (RFC 7239): which element, counted from the right from 1.
    Forwarded(usize),
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer => f.write_str("peer"),
            Self::ProxyProtocol => f.write_str("proxy_protocol"),
            Self::XForwardedFor(hop) => write!(f, "x-forwarded-for[{hop}]"),
            Self::Forwarded(hop) => write!(f, "forwarded[{hop}]"),
        }
    }
}

/// What the caller speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// Plain HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A trusted hop's forwarding header cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unparseable {
    /// The header's name.
    pub header: &'static str,
    /// Which value, counted from the right from 1.
    pub hop: usize,
    /// The trusted hop that sent it.
    pub sent_by: IpAddr,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a forwarding header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Not an address.
    NotAnAddress,
    /// `unknown` or `_name`: legal (RFC 7239 §6), but an address rule cannot be decided on it, and
    /// the proxy's own address must not stand in for its client's.
    Hidden,
    /// More hops than allowed.
    TooManyHops,
}

impl Problem {
    /// A short phrase for evidence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::NotAnAddress => "not an address",
            Self::Hidden => "the hop hides the address",
            Self::TooManyHops => "more hops than max_hops",
        }
    }
}

/// Why the client's address is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfound {
    /// A trusted hop's header cannot be read.
    Unparseable(Unparseable),
    /// Whether an address is on a list that comes from elsewhere has to be obtained first.
    Listed {
        /// Index into [`Configuration::lists`](postern_model::entity::Configuration).
        list: usize,
        /// The address.
        address: IpAddr,
    },
}

/// Whether a hop is trusted.
type Trusts<'a> = &'a dyn Fn(IpAddr) -> Result<bool, Unfound>;

/// Finds the client's address where only ranges are trusted.
///
/// # Errors
/// A trusted hop's header that cannot be read; an untrusted peer's is not looked at.
pub fn find(facts: &dyn Facts, config: &Client) -> Result<ClientAddress, Unparseable> {
    let by_range = |address| Ok(is_trusted(&config.trusted_proxies, address));
    match walk(facts, config, &by_range) {
        Ok(found) => Ok(found),
        Err(Unfound::Unparseable(why)) => Err(why),
        // No list is asked.
        Err(Unfound::Listed { .. }) => Ok(start(facts)),
    }
}

/// Finds the client's address as rules say.
///
/// # Errors
/// As [`find`], or a fact is missing.
pub fn find_by(facts: &dyn Facts, rules: &Rules) -> Result<ClientAddress, Unfound> {
    let config = &rules.configuration().client;
    let trusts = |address: IpAddr| {
        if is_trusted(&config.trusted_proxies, address) {
            return Ok(true);
        }
        for &at in &config.trusted_lists {
            let Some(list) = rules.policies().list(at) else {
                continue;
            };
            if list.has_expired(facts.now()) {
                continue;
            }
            let is_on = if list.is_sourced {
                let listed = facts.listed(&list.name, address);
                listed
                    .ok_or(Unfound::Listed { list: at, address })?
                    .lets_in()
            } else {
                list.find(address, facts.now()).is_some()
            };
            if is_on {
                return Ok(true);
            }
        }
        Ok(false)
    };
    walk(facts, config, &trusts)
}

/// Whoever is connected to us, or whom the PROXY protocol names.
fn start(facts: &dyn Facts) -> ClientAddress {
    let (address, provenance) = match facts.proxied_source() {
        Some(source) => (source, Provenance::ProxyProtocol),
        None => (facts.peer(), Provenance::Peer),
    };
    ClientAddress {
        address: address.to_canonical(),
        provenance,
        via_trusted_proxy: false,
    }
}

fn walk(facts: &dyn Facts, config: &Client, trusts: Trusts<'_>) -> Result<ClientAddress, Unfound> {
    let start = start(facts);
    if !trusts(start.address)? {
        return Ok(start);
    }
    let mut walk = HopWalk {
        at: ClientAddress {
            via_trusted_proxy: true,
            ..start
        },
        hop: 0,
        config,
        trusts,
    };
    match config.header {
        ForwardedHeader::XForwardedFor => walk.x_forwarded_for(facts)?,
        ForwardedHeader::Forwarded => walk.forwarded(facts)?,
    }
    Ok(walk.at)
}

/// What the caller speaks: TLS with us, or with the trusted proxy that says so. Of several values
/// the last counts: the nearest hop wrote it.
pub fn scheme(facts: &dyn Facts, config: &Client, client: &ClientAddress) -> Scheme {
    if facts.tls().is_some() {
        return Scheme::Https;
    }
    if !client.via_trusted_proxy {
        return Scheme::Http;
    }
    let said = match config.header {
        ForwardedHeader::XForwardedFor => values(facts, Known::XForwardedProto)
            .last()
            .and_then(|v| v.rsplit(|&b| b == b',').next())
            .map(<[u8]>::trim_ascii),
        ForwardedHeader::Forwarded => values(facts, Known::Forwarded)
            .last()
            .and_then(|line| forwarded::nth_from_right(line, 0).ok().flatten())
            .and_then(|element| element.proto),
    };
    match said {
        Some(said) if said.eq_ignore_ascii_case(b"https") => Scheme::Https,
        _ => Scheme::Http,
    }
}

fn is_trusted(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// What to do after a hop.
#[derive(PartialEq, Eq)]
enum Next {
    Further,
    Arrived,
}

struct HopWalk<'a> {
    at: ClientAddress,
    hop: usize,
    config: &'a Client,
    trusts: Trusts<'a>,
}

impl HopWalk<'_> {
    fn x_forwarded_for(&mut self, facts: &dyn Facts) -> Result<(), Unfound> {
        let lines = values(facts, Known::XForwardedFor).count();
        for nth in (0..lines).rev() {
            let line = facts.header(Known::XForwardedFor, nth).unwrap_or_default();
            for value in line.rsplit(|&b| b == b',').map(<[u8]>::trim_ascii) {
                if value.is_empty() {
                    continue;
                }
                if self.hop(node::parse(value))? == Next::Arrived {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn forwarded(&mut self, facts: &dyn Facts) -> Result<(), Unfound> {
        let lines = values(facts, Known::Forwarded).count();
        for nth in (0..lines).rev() {
            let line = facts.header(Known::Forwarded, nth).unwrap_or_default();
            for index in 0.. {
                let node = match forwarded::nth_from_right(line, index) {
                    Ok(None) => break,
                    Ok(Some(element)) => element.node.and_then(node::parse),
                    Err(forwarded::Malformed) => None,
                };
                if self.hop(node)? == Next::Arrived {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn hop(&mut self, node: Option<Node>) -> Result<Next, Unfound> {
        self.hop += 1;
        let (header, provenance) = match self.config.header {
            ForwardedHeader::XForwardedFor => {
                ("X-Forwarded-For", Provenance::XForwardedFor(self.hop))
            }
            ForwardedHeader::Forwarded => ("Forwarded", Provenance::Forwarded(self.hop)),
        };
        let bad = |problem| {
            Unfound::Unparseable(Unparseable {
                header,
                hop: self.hop,
                sent_by: self.at.address,
                problem,
            })
        };
        if self.hop > self.config.max_hops {
            return Err(bad(Problem::TooManyHops));
        }
        let address = match node {
            None => return Err(bad(Problem::NotAnAddress)),
            Some(Node::Hidden) => return Err(bad(Problem::Hidden)),
            Some(Node::Address(address)) => address.to_canonical(),
        };
        self.at.address = address;
        self.at.provenance = provenance;
        Ok(if (self.trusts)(address)? {
            Next::Further
        } else {
            Next::Arrived
        })
    }
}

/// For fuzzing: one forwarding header value of a trusted peer.
///
/// # Errors
/// What did not hold.
pub fn fuzz(value: &[u8]) -> Result<(), &'static str> {
    for index in 0..4 {
        if let Ok(Some(element)) = forwarded::nth_from_right(value, index)
            && let Some(node) = element.node
        {
            let _ = node::parse(node);
        }
    }
    for part in value.split(|&b| b == b',') {
        if let Some(Node::Address(address)) = node::parse(part.trim_ascii()) {
            let text = match address {
                IpAddr::V4(v4) => v4.to_string(),
                IpAddr::V6(v6) => format!("[{v6}]"),
            };
            if node::parse(text.as_bytes()) != Some(Node::Address(address)) {
                return Err("an address does not read back as itself");
            }
        }
    }
    Ok(())
}
