//! The validated entities of one configuration: what `postern-config` produces and
//! `postern-policy` compiles. Every reference is resolved, every unit is in the type.

use crate::Secret;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A name that documents use to refer to each other.
pub type Name = Arc<str>;

/// Everything one configuration declares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// Where the gateway listens. Empty: the addresses of the command line only.
    pub listeners: Vec<Listener>,
    /// The admin address.
    pub admin: Admin,
    /// Published APIs, in the order of the file.
    pub services: Vec<Service>,
    /// Where requests go, by index from [`Version::upstream`].
    pub upstreams: Vec<Upstream>,
    /// Who may tell us the client's address.
    pub client: Client,
    /// Bounds of what a peer may send or hold.
    pub limits: Limits,
    /// How long the caller's side may take.
    pub timeouts: FrontTimeouts,
    /// Where the gateway may connect to.
    pub egress: Egress,
    /// How the gateway names itself and what it adds to forwarded requests.
    pub forwarding: Forwarding,
}

/// The admin address: metrics and health.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admin {
    /// Where it is; `None`: the command line says, or its default.
    pub address: Option<SocketAddr>,
    /// Names it answers to besides its own address and `localhost`, without ports.
    pub hosts: Vec<Name>,
}

/// One listening address.
#[derive(Debug, Clone, PartialEq)]
pub struct Listener {
    /// Its name in the file.
    pub name: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Certificates, when it speaks TLS.
    pub tls: Option<ListenerTls>,
    /// Whether a PROXY protocol header precedes every connection.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Whether HTTP/2 is spoken (ALPN `h2`, or prior knowledge without TLS).
    pub http2: bool,
    /// How connections reach cores.
    pub distribution: Distribution,
}

/// How a listener's connections are spread over the cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// `SO_REUSEPORT`: the kernel chooses by a hash of the connection.
    #[default]
    ReusePort,
    /// Each connection goes to the core with the fewest: for few long-lived connections.
    LeastLoaded,
}

/// TLS on a listener.
#[derive(Debug, Clone, PartialEq)]
pub struct ListenerTls {
    /// Certificates; the first is used where SNI is absent or matches none.
    pub certificates: Vec<CertificateFiles>,
    /// Oldest protocol version accepted.
    pub min_version: TlsVersion,
    /// Whether clients are asked for a certificate. What it is worth is judged per service.
    pub request_client_certificate: bool,
}

/// A TLS protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// A certificate chain and its key, both PEM. The files are read again when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// PEM chain, leaf first.
    pub certificate: Arc<std::path::Path>,
    /// PEM private key (PKCS#8, PKCS#1 or SEC1).
    pub key: KeySource,
}

/// Where a private key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A PEM file, read again when it changes.
    File(Arc<std::path::Path>),
    /// PEM text that was in an environment variable.
    Text(Secret<Arc<str>>),
}

/// The PROXY protocol (versions 1 and 2) on a listener.
#[derive(Debug, Clone, PartialEq)]
pub struct ProxyProtocol {
    /// Peers that may send it; a connection from any other is closed.
    pub from: Vec<IpNet>,
    /// Whether a listed peer may leave it out.
    pub optional: bool,
}

/// How the client's address is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Proxies in front of us whose forwarding headers we believe.
    pub trusted_proxies: Vec<IpNet>,
    /// Which header they write.
    pub header: ForwardedHeader,
    /// More hops than this are refused.
    pub max_hops: usize,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
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

/// Where the gateway may connect to. Public addresses always; everything else only if listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    /// Ranges that are allowed although they are loopback, link-local, private or multicast.
    pub allow: Vec<IpNet>,
    /// Ranges that are never allowed; they win over `allow`.
    pub deny: Vec<IpNet>,
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

/// An API that is published here.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// Hosts it answers on, lower case; `*.example.com` matches one or more labels. Empty: any.
    pub hosts: Vec<Name>,
    /// Prefix of all its paths, normal form, without a slash at its end; empty for the root.
    pub base_path: Name,
    /// Whether plain HTTP is refused (redirected for GET and HEAD).
    pub tls_required: bool,
    /// What client certificates are accepted, if any.
    pub client_certificate: Option<ClientCertificate>,
    /// Whether `%2F` inside a segment is kept as data.
    pub encoded_slash: bool,
    /// Whether `;` parameters may stand in a path.
    pub path_parameters: bool,
    /// Its versions.
    pub versions: Vec<Version>,
}

/// Client certificates of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientCertificate {
    /// Whether a request without one is refused.
    pub required: bool,
    /// PEM file with the authorities trusted.
    pub authorities: Arc<std::path::Path>,
    /// PEM file with revocation lists, if any.
    pub revocations: Option<Arc<std::path::Path>>,
}

/// One version of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its name, `v1`.
    pub name: Name,
    /// Prefix of its paths after the service's; may be empty.
    pub base_path: Name,
    /// Where it is in its life.
    pub state: Lifecycle,
    /// Index into [`Configuration::upstreams`].
    pub upstream: usize,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// The life of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// Not routed yet.
    Draft,
    /// Routed.
    Published,
    /// Routed, with a `Deprecation` header (RFC 9745) and, if given, `Sunset` (RFC 8594).
    Deprecated {
        /// Unix time in seconds since when.
        since: i64,
        /// Unix time in seconds when it ends.
        sunset: Option<i64>,
    },
    /// Answers 410.
    Retired {
        /// Unix time in seconds.
        at: i64,
        /// The version to move to.
        successor: Option<Name>,
    },
}

/// A method and a path template.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name, unique in the version.
    pub name: Name,
    /// Methods; empty means any that we know.
    pub methods: Vec<Method>,
    /// Path template after the prefixes: literal segments, `{name}` for one segment, and
    /// `{*name}` at the end for any rest.
    pub path: Name,
    /// Whether a WebSocket may be opened here.
    pub websocket: bool,
    /// Overrides of the upstream's timeouts.
    pub timeouts: TimeoutOverrides,
}

/// Timeouts of one operation, where they differ from its upstream's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeoutOverrides {
    /// See [`UpstreamTimeouts::first_byte`].
    pub first_byte: Option<Duration>,
    /// See [`UpstreamTimeouts::total`].
    pub total: Option<Duration>,
}

/// A request method that the gateway knows; any other token is refused with 501.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the methods")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Trace,
    Connect,
    Query,
    Propfind,
    Proppatch,
    Mkcol,
    Copy,
    Move,
    Lock,
    Unlock,
    Report,
    Search,
}

impl Method {
    /// Every method, in the order of the variants.
    pub const ALL: [Self; 19] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
        Self::Trace,
        Self::Connect,
        Self::Query,
        Self::Propfind,
        Self::Proppatch,
        Self::Mkcol,
        Self::Copy,
        Self::Move,
        Self::Lock,
        Self::Unlock,
        Self::Report,
        Self::Search,
    ];

    /// The method's token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Connect => "CONNECT",
            Self::Query => "QUERY",
            Self::Propfind => "PROPFIND",
            Self::Proppatch => "PROPPATCH",
            Self::Mkcol => "MKCOL",
            Self::Copy => "COPY",
            Self::Move => "MOVE",
            Self::Lock => "LOCK",
            Self::Unlock => "UNLOCK",
            Self::Report => "REPORT",
            Self::Search => "SEARCH",
        }
    }

    /// Reads a token; methods are case-sensitive (RFC 9110 §9.1).
    pub fn parse(token: &[u8]) -> Option<Self> {
        match token {
            b"GET" => Some(Self::Get),
            b"POST" => Some(Self::Post),
            _ => Self::ALL
                .into_iter()
                .find(|m| m.as_str().as_bytes() == token),
        }
    }

    /// Whether repeating it does no more than sending it once (RFC 9110 §9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch | Self::Connect | Self::Lock)
    }
}

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
#[derive(Debug, Clone, Default, PartialEq)]
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
            max_idle: 128,
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
