//! What holds for the whole gateway.

use super::Name;
use ipnet::IpNet;
use std::time::Duration;

/// How the client's address is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Proxies in front of us whose forwarding headers we believe.
    pub trusted_proxies: Vec<IpNet>,
    /// Lists on which such proxies stand, by index into
    /// [`Configuration::lists`](super::Configuration::lists).
    pub trusted_lists: Vec<usize>,
    /// Which header they write.
    pub header: ForwardedHeader,
    /// More hops than this are refused.
    pub max_hops: usize,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            trusted_lists: Vec::new(),
            header: ForwardedHeader::XForwardedFor,
            max_hops: 32,
        }
    }
}

/// The header that carries the hops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Bounds on what a peer may send or hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest request target, bytes.
    pub uri: usize,
    /// Longest single header field (name and value), bytes.
    pub header: usize,
    /// All header fields together, bytes.
    pub headers: usize,
    /// Most header fields.
    pub header_count: usize,
    /// Client connections open at once, over all cores.
    pub connections: usize,
    /// Client connections open at once from one address (IPv6: one /64); 0 means no limit.
    pub connections_per_address: usize,
    /// Resident memory above which new requests are refused, bytes; 0 means no limit.
    pub memory: u64,
    /// Concurrent streams of one HTTP/2 connection.
    pub http2_streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            uri: 8 << 10,
            header: 16 << 10,
            headers: 64 << 10,
            header_count: 128,
            connections: 20_000,
            connections_per_address: 0,
            memory: 0,
            http2_streams: 128,
        }
    }
}

/// How long the caller may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontTimeouts {
    /// From the first byte of a head to its end; also the TLS handshake and PROXY header.
    pub header: Duration,
    /// Without a request on an open connection.
    pub idle: Duration,
    /// Without a byte of a request body that we wait for, and without room for a byte of the
    /// response.
    pub body: Duration,
    /// Least bytes of a request body per second, averaged from its beginning after a grace of
    /// [`FrontTimeouts::body`]; 0 means no limit.
    pub body_rate: u64,
    /// How long open requests may still take once the gateway drains.
    pub drain: Duration,
}

impl Default for FrontTimeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            body_rate: 0,
            drain: Duration::from_secs(30),
        }
    }
}

/// How long what is served is relied on, without knowing whether it still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staleness {
    /// Credentials are refused after that; none: never.
    pub limit: Option<Duration>,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            limit: Some(Duration::from_mins(5)),
        }
    }
}

/// Where the gateway may connect to. Public addresses always; everything else only if listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    /// Ranges that are allowed although they are loopback, link-local, private or multicast.
    pub allow: Vec<IpNet>,
    /// Ranges that are never allowed; they win over `allow`.
    pub deny: Vec<IpNet>,
}

/// What the call log keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallLog {
    /// Which requests get a row.
    pub record: Recorded,
    /// For how many days tenants may have their records kept.
    pub tenant_days: TenantDays,
}

/// Bounds of a tenant's `call_log_days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantDays {
    /// At least.
    pub least: u16,
    /// At most.
    pub most: u16,
}

impl TenantDays {
    /// For how many days besides today the platform keeps records, room permitting.
    pub const KEPT: u16 = 30;
}

impl Default for TenantDays {
    fn default() -> Self {
        Self {
            least: 1,
            most: Self::KEPT,
        }
    }
}

/// Which requests get a row in the call log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Recorded {
    /// Every one.
    #[default]
    All,
    /// Those that were refused, by whom ever, and those that the caller left.
    Refused,
    /// None.
    None,
}

/// What the gateway adds to the requests and responses that it passes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    /// The pseudonym in `Via` and `Proxy-Status`.
    pub name: Name,
    /// How often our own `Via` may stand in a request before it is a loop.
    pub max_loops: usize,
    /// Whether `Forwarded` (RFC 7239) is written beside `X-Forwarded-*`.
    pub forwarded: bool,
    /// Base of the pages about denial codes; `None`: the gateway itself.
    pub public_docs_url: Option<Name>,
}

impl Default for Forwarding {
    fn default() -> Self {
        Self {
            name: "postern".into(),
            max_loops: 1,
            forwarded: false,
            public_docs_url: None,
        }
    }
}
