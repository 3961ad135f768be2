//! Settings of the gateway as a whole.

use crate::located::At;
use crate::scalar::address::{ListenAddress, Network};
use crate::scalar::duration::Duration;
use crate::scalar::host::{Host, Url};
use crate::scalar::name::Pseudonym;
use crate::scalar::reference::FilePath;
use crate::scalar::size::Size;
use crate::scalar::staleness::StalenessLimit;
use schemars::JsonSchema;
use serde::Deserialize;

/// The admin address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Admin {
    /// The address and the port. Without it, the command line says. Keep it from strangers: a
    /// loopback address, or a network of your own.
    pub address: Option<At<ListenAddress>>,
    /// The names that it answers to, besides its own address and `localhost`. A browser can be led
    /// to ask under any other name.
    #[schemars(extend("default" = []))]
    pub hosts: Option<Vec<Host>>,
    /// Where people reach it, for links: `https://manage.example.com`. It answers to that host, too.
    /// Without it, links begin with the address that was asked, or listened on.
    pub url: Option<Url>,
    /// How the address of whoever asks is found, by which attempts to sign in are counted.
    pub client: Option<Client>,
}

/// How the client's address is found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Proxies in front of the gateway whose forwarding header is believed.
    #[schemars(extend("default" = []))]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Lists of the platform on which such proxies stand, such as one that a provider publishes. One
    /// that is stale or has expired makes nobody trusted. Not for the `admin` address.
    #[schemars(extend("default" = []))]
    pub trusted_proxy_lists: Option<At<Vec<At<String>>>>,
    /// The header that these proxies write.
    #[schemars(extend("default" = "x-forwarded-for"))]
    pub header: Option<At<ForwardedHeader>>,
    /// A request with more hops in that header is refused.
    #[schemars(extend("default" = 32), range(min = 1, max = 1000))]
    pub max_hops: Option<u32>,
}

/// The header that carries the client's address.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Databases that say where addresses are, in the MMDB format (GeoLite2, DB-IP, IPinfo and
/// others). None is shipped. A file that is replaced is read again; one that cannot be read then
/// changes nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Geo {
    /// The file that knows countries, for `allow_countries` and `deny_countries` of policies.
    pub country: Option<At<FilePath>>,
    /// The file that knows autonomous systems, for `allow_asns` and `deny_asns`; it may be the same
    /// one.
    pub asn: Option<At<FilePath>>,
}

/// Bounds of what a client may send or hold.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// The longest path and query.
    #[schemars(extend("default" = "8KiB", "x-minimum" = 64, "x-maximum" = 1 << 20))]
    pub uri: Option<Size>,
    /// The longest header field, name and value together.
    #[schemars(extend("default" = "16KiB", "x-minimum" = 64, "x-maximum" = 1 << 20))]
    pub header: Option<Size>,
    /// All header fields together.
    #[schemars(extend("default" = "64KiB", "x-minimum" = 256, "x-maximum" = 4 << 20))]
    pub headers: Option<Size>,
    /// The most header fields.
    #[schemars(extend("default" = 128), range(min = 4, max = 4096))]
    pub header_count: Option<u32>,
    /// The most connections of clients at one time.
    #[schemars(extend("default" = 20_000), range(min = 1, max = 10_000_000))]
    pub connections: Option<u32>,
    /// The most connections from one address (IPv6: from one /64) at one time; 0 for no bound.
    #[schemars(extend("default" = 0), range(max = 10_000_000))]
    pub connections_per_address: Option<u32>,
    /// Requests are refused while the process holds more memory than this; 0 for no bound.
    #[schemars(extend("default" = 0))]
    pub memory: Option<Size>,
    /// The most requests at one time on one HTTP/2 connection.
    #[schemars(extend("default" = 128), range(min = 1, max = 10_000))]
    pub http2_streams: Option<u32>,
}

/// How long a client may take.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timeouts {
    /// From the first byte of a request's head to its end; also for the TLS handshake and the
    /// PROXY header.
    #[schemars(extend("default" = "10s"))]
    pub header: Option<Duration>,
    /// How long a connection may stay open without a request.
    #[schemars(extend("default" = "1m15s"))]
    pub idle: Option<Duration>,
    /// How long a client may let pass without sending a byte of a body, or without taking a byte
    /// of the response.
    #[schemars(extend("default" = "30s"))]
    pub body: Option<Duration>,
    /// The least bytes of a body per second, on average, after the time `body`; 0 for no bound.
    #[schemars(extend("default" = 0))]
    pub body_rate: Option<Size>,
    /// How long open requests may still take when the gateway ends.
    #[schemars(extend("default" = "30s", "x-minimum" = 0))]
    pub drain: Option<Duration>,
}

/// What nodes do that share a database and do not reach it.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staleness {
    /// How long callers with credentials are let in, by what was read last. After that they are
    /// refused (`gateway.configuration_stale`), since the gateway cannot know of revocations.
    /// `0s`: as soon as it notices, after 5 s. `never`: they are always let in.
    #[schemars(extend("default" = "5m"))]
    pub limit: Option<StalenessLimit>,
}

/// Where the gateway may connect to: public addresses always, any other only if it is listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Egress {
    /// Ranges that are allowed although they are loopback, link-local, private or multicast.
    #[schemars(extend("default" = []))]
    pub allow: Option<Vec<Network>>,
    /// Ranges that are never allowed, whatever `allow` says.
    #[schemars(extend("default" = []))]
    pub deny: Option<Vec<Network>>,
}

/// What the call log keeps.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallLog {
    /// Which requests get a row.
    #[schemars(extend("default" = "all"))]
    pub record: Option<Recorded>,
    /// Bounds of `call_log_days` of tenants.
    pub tenant_days: Option<At<TenantDays>>,
}

/// For how many days tenants may have their records kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantDays {
    /// The fewest days that a tenant may say.
    #[schemars(extend("default" = 1), range(min = 1, max = 30))]
    pub least: Option<u16>,
    /// The most days that a tenant may say.
    #[schemars(extend("default" = 30), range(min = 1, max = 30))]
    pub most: Option<u16>,
}

/// Which requests get a row in the call log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recorded {
    /// Every one.
    All,
    /// Those that the gateway or the upstream refused, and those that the caller left.
    Refused,
    /// None: what was refused cannot be explained afterwards.
    None,
}

/// What the gateway adds to the requests and responses that it passes on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forwarding {
    /// The gateway's name in `Via` and `Proxy-Status`.
    #[schemars(extend("default" = "postern"))]
    pub name: Option<Pseudonym>,
    /// How often the gateway's own name may stand in the `Via` of a request. Beyond that, the
    /// request goes in a circle and is refused.
    #[schemars(extend("default" = 1), range(max = 100))]
    pub max_loops: Option<u32>,
    /// Whether `Forwarded` (RFC 7239) is written beside `X-Forwarded-*`.
    #[schemars(extend("default" = false))]
    pub forwarded: Option<bool>,
    /// Where the pages about denial codes are. Without it, on the gateway itself.
    pub public_docs_url: Option<Url>,
}
