//! Questions to the name servers of `/etc/resolv.conf`, with `/etc/hosts` before them.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::system_conf::read_system_conf;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Longest time for one name, all servers and repetitions together.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A stub resolver without a cache: who asks knows when to ask again.
#[derive(Debug)]
pub struct Resolver(TokioResolver);

/// The addresses of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// At least one.
    pub addresses: Vec<IpAddr>,
    /// How long the server lets them be used.
    pub ttl: Duration,
}

/// Why a name has no addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It cannot be asked for.
    #[error("not a DNS name")]
    NotAName,
    /// The server or the way to it.
    #[error("{0}")]
    Lookup(String),
    /// The name has records, but none of them is an address.
    #[error("the name has no address records")]
    Empty,
    /// No answer in time.
    #[error("no answer within {} s", TIMEOUT.as_secs())]
    Timeout,
}

impl Resolver {
    /// Reads the system's configuration; without a readable one, the name server of this machine
    /// is asked, as `resolv.conf(5)` says. The files are read once: a reload makes a new resolver.
    pub fn from_system() -> Result<Self, ResolveError> {
        let (config, options) = read_system_conf().unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read /etc/resolv.conf; asking 127.0.0.1");
            let local = NameServerConfig::udp_and_tcp(Ipv4Addr::LOCALHOST.into());
            let config = ResolverConfig::from_name_servers(vec![local]);
            (config, ResolverOpts::default())
        });
        Self::new(config, options)
    }

    pub(super) fn new(
        config: ResolverConfig,
        mut options: ResolverOpts,
    ) -> Result<Self, ResolveError> {
        options.cache_size = 0;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Always;
        options.try_tcp_on_error = true;
        let provider = TokioRuntimeProvider::default();
        let resolver = TokioResolver::builder_with_config(config, provider)
            .with_options(options)
            .build();
        resolver
            .map(Self)
            .map_err(|error| ResolveError::Lookup(error.to_string()))
    }

    /// Asks for the IPv4 and IPv6 addresses of `host`.
    pub async fn lookup(&self, host: &str) -> Result<Answer, ResolveError> {
        // Not as an IDNA name where it is ASCII: that would refuse `_`, which stands in the names
        // of containers.
        let name = if host.is_ascii() {
            Name::from_ascii(host)
        } else {
            Name::from_utf8(host)
        };
        let name = name
            .ok()
            .filter(|name| name.iter().next().is_some())
            .ok_or(ResolveError::NotAName)?;
        let found = tokio::time::timeout(TIMEOUT, Box::pin(self.0.lookup_ip(name)))
            .await
            .map_err(|_| ResolveError::Timeout)?
            .map_err(|error| ResolveError::Lookup(error.to_string()))?;
        let addresses: Vec<_> = found.iter().collect();
        if addresses.is_empty() {
            return Err(ResolveError::Empty);
        }
        // Of aliases on the way, too.
        let records = found.as_lookup().answers();
        let ttl = records.iter().map(|record| record.ttl).min();
        Ok(Answer {
            addresses,
            ttl: Duration::from_secs(ttl.unwrap_or(0).into()),
        })
    }
}
