//! Where requests go.

use super::{CertificateFiles, Name};
use std::sync::Arc;
use std::time::Duration;

/// A pool of targets and how they are used.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    /// Its name.
    pub name: Name,
    /// Where requests go.
    pub targets: Vec<Target>,
    /// What is spoken to them.
    pub protocol: UpstreamProtocol,
    /// TLS to them.
    pub tls: Option<UpstreamTls>,
    /// How a target is chosen.
    pub balance: Balance,
    /// Health checks that we make.
    pub active_health: Option<ActiveHealth>,
    /// Consecutive failures after which a target is set aside, and outlier ejection.
    pub outlier: Outlier,
    /// When the whole upstream is given a rest.
    pub breaker: Option<Breaker>,
    /// What is tried again.
    pub retry: Retry,
    /// How long it may take.
    pub timeouts: UpstreamTimeouts,
    /// Connections.
    pub pool: Pool,
    /// The `Host` it gets.
    pub host: HostMode,
    /// The path it gets.
    pub path: PathRewrite,
    /// Bounds on the lifetime of a DNS answer.
    pub dns: Dns,
}

/// The host of a target that the gateway itself serves: it answers every request with what it got.
/// No host on a network has a colon in its name and is not an address.
pub const BUILTIN_ECHO: &str = "builtin:echo";

/// One target of an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// DNS name or address literal (IPv6 without brackets), or [`BUILTIN_ECHO`].
    pub host: Name,
    /// Port; 0 for [`BUILTIN_ECHO`].
    pub port: u16,
    /// Share relative to the others; 0 gets nothing.
    pub weight: u32,
}

/// The protocol spoken to an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpstreamProtocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, by prior knowledge without.
    Http2,
}

/// TLS to an upstream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpstreamTls {
    /// PEM file with authorities; `None`: the system's.
    pub authorities: Option<Arc<std::path::Path>>,
    /// Name for SNI and verification; `None`: the target's host.
    pub server_name: Option<Name>,
    /// Our own certificate.
    pub certificate: Option<CertificateFiles>,
    /// Do not verify the target's certificate.
    pub insecure_skip_verify: bool,
}

/// How a target is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Balance {
    /// In turn, by weight.
    #[default]
    RoundRobin,
    /// The less busy of two taken at random (power of two choices).
    LeastRequests,
    /// The same value goes to the same target while the targets stay the same.
    ConsistentHash(HashKey),
}

/// What a consistent hash looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashKey {
    /// A request header, lower case.
    Header(Name),
    /// A cookie.
    Cookie(Name),
    /// The client's address.
    Address,
}

/// Health checks that the gateway makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveHealth {
    /// Request target of the check.
    pub path: Name,
    /// Time between checks of one target.
    pub interval: Duration,
    /// A check that takes longer has failed.
    pub timeout: Duration,
    /// Successes in a row that make a target healthy.
    pub healthy_after: u32,
    /// Failures in a row that make it unhealthy.
    pub unhealthy_after: u32,
    /// Statuses that mean healthy: first and last.
    pub statuses: (u16, u16),
    /// `Host` of the check; `None`: the target's.
    pub host: Option<Name>,
}

/// Passive health: targets that fail real requests are set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlier {
    /// Failures in a row (connect errors, resets, timeouts, 502–504) that eject a target; 0: never.
    pub consecutive_failures: u32,
    /// First ejection; each further one lasts this much longer.
    pub ejection: Duration,
    /// Longest ejection.
    pub max_ejection: Duration,
    /// Most targets out at once, percent, though one may always be, and never the last.
    pub max_ejected_percent: u8,
}

impl Default for Outlier {
    fn default() -> Self {
        Self {
            consecutive_failures: 5,
            ejection: Duration::from_secs(10),
            max_ejection: Duration::from_mins(5),
            max_ejected_percent: 50,
        }
    }
}

/// A circuit breaker over a whole upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    /// Share of failures, percent, that opens it.
    pub failure_percent: u8,
    /// Requests in the window below which it stays closed.
    pub min_requests: u32,
    /// Length of the window.
    pub window: Duration,
    /// How long it stays open before one probe goes through.
    pub open: Duration,
    /// Requests in flight above which more are refused; 0: no limit.
    pub max_in_flight: u32,
}

/// What is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Attempts after the first.
    pub attempts: u32,
    /// Retries allowed as a share of requests, percent.
    pub budget_percent: u8,
    /// Retries per second that are allowed in any case.
    pub budget_min_per_second: u32,
    /// Upstream statuses that are tried again for idempotent methods.
    pub statuses: Vec<u16>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 2,
            budget_percent: 20,
            budget_min_per_second: 10,
            statuses: Vec::new(),
        }
    }
}

/// How long an upstream may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamTimeouts {
    /// Resolving, connecting and the TLS handshake.
    pub connect: Duration,
    /// From the last byte of the request to the end of the response's head.
    pub first_byte: Duration,
    /// Without a byte of the response's body, and without room for a byte of the request.
    pub idle: Duration,
    /// The whole exchange; `None` for streams that do not end.
    pub total: Option<Duration>,
}

impl Default for UpstreamTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_mins(1),
            idle: Duration::from_mins(1),
            total: None,
        }
    }
}

/// Connections to an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Idle connections kept per core and target.
    pub max_idle: usize,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// Streams on one HTTP/2 connection before another one is opened.
    pub http2_streams: u32,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            max_idle: 1024,
            idle_timeout: Duration::from_secs(55),
            http2_streams: 100,
        }
    }
}

/// The `Host` an upstream gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum HostMode {
    /// The caller's.
    #[default]
    Pass,
    /// The target's host (and port, unless it is the scheme's own).
    Target,
    /// Always this.
    Fixed(Name),
}

/// The path an upstream gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PathRewrite {
    /// The caller's.
    #[default]
    Keep,
    /// Without this prefix, which the route is known to have, and behind that one.
    Replace {
        /// Prefix taken away (normal form, no slash at its end; may be empty).
        strip: Name,
        /// Prefix put in front (normal form, no slash at its end; may be empty).
        prefix: Name,
    },
    /// A template with the operation's parameters: `/internal/{id}`.
    Template(Name),
}

/// Bounds on how long a DNS answer is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns {
    /// At least this long.
    pub min_ttl: Duration,
    /// At most this long.
    pub max_ttl: Duration,
}

impl Default for Dns {
    fn default() -> Self {
        Self {
            min_ttl: Duration::from_secs(1),
            max_ttl: Duration::from_mins(1),
        }
    }
}
