//! Upstreams.

use super::either::text_or_mapping;
use super::listener::Certificate;
use crate::located::At;
use crate::scalar::duration::Duration;
use crate::scalar::host::{Authority, Host};
use crate::scalar::name::{CookieName, HeaderName};
use crate::scalar::path::{BasePath, RequestTarget, Template};
use crate::scalar::reference::FilePath;
use crate::scalar::status::StatusRange;
use crate::scalar::target::TargetText;
use crate::scalar::text::Description;
use schemars::JsonSchema;
use serde::Deserialize;

/// Targets, and how they are used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upstream {
    /// The tenant it belongs to; only its services go there. Without one, it is the platform's, for
    /// any.
    pub tenant: Option<At<String>>,
    /// What is there.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
    /// Where requests go: `127.0.0.1:9000`, `https://api.example.com`, or with a weight.
    #[schemars(required, length(min = 1, max = 10_000))]
    pub targets: Option<At<Vec<At<Target>>>>,
    /// What is spoken to the targets.
    #[schemars(extend("default" = "http1"))]
    pub protocol: Option<Protocol>,
    /// TLS to the targets; targets that begin with `https://` have it without this section.
    pub tls: Option<At<UpstreamTls>>,
    /// How a target is chosen.
    #[schemars(extend("default" = "round_robin"))]
    pub balance: Option<At<Balance>>,
    /// What a consistent hash looks at; with the balance `consistent_hash` only, and required
    /// there. Exactly one of its fields.
    pub hash: Option<At<Hash>>,
    /// Checks that the gateway makes. Without it, it makes none.
    pub health_check: Option<At<HealthCheck>>,
    /// When a target that fails real requests is set aside.
    pub outlier: Option<Outlier>,
    /// When the whole upstream is given a rest. Without it, never.
    pub breaker: Option<Breaker>,
    /// What is tried again.
    pub retry: Option<Retry>,
    /// How long a target may take.
    pub timeouts: Option<UpstreamTimeouts>,
    /// The connections to a target.
    pub pool: Option<Pool>,
    /// The `Host` that a target gets: `pass` for the client's, `target` for its own, or
    /// `{fixed: …}`.
    #[schemars(extend("default" = "pass"))]
    pub host: Option<HostMode>,
    /// The path that a target gets. Without it, the client's.
    pub path: Option<At<Path>>,
    /// Bounds of how long an answer of the DNS is used.
    pub dns: Option<At<Dns>>,
}

/// One target.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Target {
    /// Its address.
    Address(TargetText),
    /// Its address and its share.
    Weighted(WeightedTarget),
}

/// A target and its share of the requests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeightedTarget {
    /// Where it is.
    #[schemars(required)]
    pub address: Option<At<TargetText>>,
    /// Its share, relative to the others; 0 gets nothing.
    #[schemars(extend("default" = 1), range(max = 65_535))]
    pub weight: Option<u32>,
}

text_or_mapping!(Target, Target::Address, Target::Weighted);
text_or_mapping!(HostMode, HostMode::Kind, HostMode::Fixed);

/// What is spoken to a target.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2: by ALPN with TLS, by prior knowledge without. gRPC needs it.
    Http2,
}

/// TLS to the targets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamTls {
    /// A PEM file with the authorities that are trusted. Without it, the system's.
    pub authorities: Option<At<FilePath>>,
    /// The name that is sent and that the certificate must have. Without it, the target's host.
    pub server_name: Option<Host>,
    /// The gateway's own certificate, for targets that ask for one.
    pub certificate: Option<Certificate>,
    /// Do not verify the target's certificate: whoever stands in between can read and change
    /// everything.
    #[schemars(extend("default" = false))]
    pub insecure_skip_verify: Option<At<bool>>,
}

/// How a target is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Balance {
    /// In turn, by weight.
    RoundRobin,
    /// The less busy of two that are taken at random.
    LeastRequests,
    /// The same value goes to the same target while the targets stay the same; see `hash`.
    ConsistentHash,
}

/// What a consistent hash looks at: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hash {
    /// A header field.
    pub header: Option<HeaderName>,
    /// A cookie.
    pub cookie: Option<CookieName>,
    /// The client's address.
    pub address: Option<bool>,
}

/// Checks that the gateway makes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthCheck {
    /// The path that is asked for.
    #[schemars(extend("default" = "/"))]
    pub path: Option<RequestTarget>,
    /// The time between two checks of one target.
    #[schemars(extend("default" = "10s", "x-minimum" = 100))]
    pub interval: Option<At<Duration>>,
    /// A check that takes longer has failed.
    #[schemars(extend("default" = "2s"))]
    pub timeout: Option<At<Duration>>,
    /// So many good checks in a row make a target healthy.
    #[schemars(extend("default" = 1), range(min = 1, max = 1000))]
    pub healthy_after: Option<u32>,
    /// So many bad checks in a row make it unhealthy.
    #[schemars(extend("default" = 3), range(min = 1, max = 1000))]
    pub unhealthy_after: Option<u32>,
    /// The statuses that mean healthy.
    #[schemars(extend("default" = "200-299"))]
    pub statuses: Option<StatusRange>,
    /// The `Host` of the check. Without it, the target's.
    pub host: Option<Authority>,
}

/// When a target that fails real requests is set aside.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outlier {
    /// So many failures in a row (no connection, a broken one, too slow, 502 to 504) set a target
    /// aside; 0 for never.
    #[schemars(extend("default" = 5), range(max = 10_000))]
    pub consecutive_failures: Option<u32>,
    /// For how long at first; each further time lasts this much longer.
    #[schemars(extend("default" = "10s"))]
    pub ejection: Option<At<Duration>>,
    /// For how long at most.
    #[schemars(extend("default" = "5m"))]
    pub max_ejection: Option<At<Duration>>,
    /// How many targets may be set aside at one time, in percent; one always may.
    #[schemars(extend("default" = 50), range(max = 100))]
    pub max_ejected_percent: Option<u8>,
}

/// When a whole upstream is given a rest.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Breaker {
    /// The share of failures that opens it, in percent.
    #[schemars(extend("default" = 50), range(min = 1, max = 100))]
    pub failure_percent: Option<u8>,
    /// It stays closed while there are fewer requests than this in the window.
    #[schemars(extend("default" = 20), range(min = 1, max = 1_000_000))]
    pub min_requests: Option<u32>,
    /// The length of the window.
    #[schemars(extend("default" = "10s"))]
    pub window: Option<Duration>,
    /// How long it stays open before one request may try.
    #[schemars(extend("default" = "10s"))]
    pub open: Option<Duration>,
    /// More requests at one time than this are refused; 0 for no bound.
    #[schemars(extend("default" = 0), range(max = 1_000_000))]
    pub max_in_flight: Option<u32>,
}

/// What is tried again: any request that was surely not processed, and idempotent ones after other
/// failures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retry {
    /// How often, after the first time.
    #[schemars(extend("default" = 2), range(max = 10))]
    pub attempts: Option<u32>,
    /// How many retries there may be, in percent of the requests.
    #[schemars(extend("default" = 20), range(max = 100))]
    pub budget_percent: Option<u8>,
    /// How many retries there may be in any case, per second.
    #[schemars(extend("default" = 10), range(max = 1_000_000))]
    pub budget_min_per_second: Option<u32>,
    /// Statuses of a target that are tried again too, for idempotent methods.
    #[schemars(extend("default" = []), inner(range(min = 400, max = 599)))]
    pub statuses: Option<Vec<u16>>,
}

/// How long a target may take.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamTimeouts {
    /// To resolve its name, connect, and finish the TLS handshake.
    #[schemars(extend("default" = "5s"))]
    pub connect: Option<Duration>,
    /// From the last byte of the request to the end of the response's head.
    #[schemars(extend("default" = "1m"))]
    pub first_byte: Option<Duration>,
    /// Without sending a byte of the response, or taking a byte of the request.
    #[schemars(extend("default" = "1m"))]
    pub idle: Option<Duration>,
    /// The whole exchange. Without it, there is no bound: streams may go on for ever.
    pub total: Option<Duration>,
}

/// The connections to a target.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pool {
    /// How many idle ones are kept, per core and target.
    #[schemars(extend("default" = 1024), range(max = 100_000))]
    pub max_idle: Option<u32>,
    /// How long an idle one is kept.
    #[schemars(extend("default" = "55s"))]
    pub idle_timeout: Option<Duration>,
    /// How many requests at one time on one HTTP/2 connection before there is another one.
    #[schemars(extend("default" = 100), range(min = 1, max = 10_000))]
    pub http2_streams: Option<u32>,
}

/// The `Host` that a target gets.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum HostMode {
    /// The client's or the target's.
    Kind(HostKind),
    /// Always the same.
    Fixed(FixedHost),
}

/// Whose host it is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HostKind {
    /// The client's.
    Pass,
    /// The target's, with its port unless that is the scheme's own.
    Target,
}

/// A host that is always the same.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedHost {
    /// The host, maybe with a port.
    #[schemars(required)]
    pub fixed: Option<Authority>,
}

/// The path that a target gets: `strip` and `prefix`, or a `template`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Path {
    /// A prefix that is taken away; all paths that are routed here must have it.
    #[schemars(extend("default" = ""))]
    pub strip: Option<At<BasePath>>,
    /// A prefix that is put in front, after that.
    #[schemars(extend("default" = ""))]
    pub prefix: Option<At<BasePath>>,
    /// A whole path, with the parameters of the operation's: `/internal/{id}`.
    pub template: Option<At<Template>>,
}

/// Bounds of how long an answer of the DNS is used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dns {
    /// At least so long.
    #[schemars(extend("default" = "1s", "x-minimum" = 0))]
    pub min_ttl: Option<At<Duration>>,
    /// At most so long.
    #[schemars(extend("default" = "1m"))]
    pub max_ttl: Option<At<Duration>>,
}
