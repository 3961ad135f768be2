//! What the data plane knows that is asked for by whoever manages it: where the gateway is, and how
//! upstreams are.

use super::Service;
use super::concealing::FORBIDDEN;
use crate::{Actor, Refusal};
use postern_model::entity::PRODUCTION;
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

/// An address that the gateway listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// The address, as it is bound.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
}

/// Where callers reach the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GatewayAddresses {
    /// One for each environment, `production` first.
    pub urls: Vec<EnvironmentAddress>,
    /// What it listens on, as URLs, those with TLS first: for whoever may read the settings of the
    /// platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listeners: Option<Vec<String>>,
}

/// Where callers reach an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EnvironmentAddress {
    /// The environment.
    pub environment: String,
    /// Its address: that of its first host that is a name, as the first listener is reached; none:
    /// it has no such host.
    pub url: Option<String>,
    /// Its hosts: `*.example.com` is any below it. Of `production`: none; it is every other host.
    pub hosts: Vec<String>,
}

/// How an upstream is, as this process sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UpstreamHealth {
    /// Its breaker: `closed`, `open`, `half_open`; none: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<String>,
    /// Since when the breaker is open: Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_since_ms: Option<i64>,
    /// Requests on its targets now.
    pub in_flight: u32,
    /// Its targets, in the order of the configuration.
    pub targets: Vec<TargetHealth>,
}

/// How a target is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TargetHealth {
    /// Host and port.
    pub address: String,
    /// Its share relative to the others; 0 gets nothing.
    pub weight: u32,
    /// Whether it gets requests, as far as this says.
    pub healthy: bool,
    /// `healthy`: checks say so; `unhealthy`: checks failed; `ejected`: set aside after failed
    /// requests; `unresolved`: its name has no address; `unknown`: nothing checks it, or no check
    /// has come back yet.
    pub state: String,
    /// Why it is out, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when checks say what they say: Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<i64>,
    /// When it is tried again, if it was set aside: Unix time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// Whether it is checked, besides by requests.
    pub checked: bool,
    /// What the last check that failed said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// Requests on it now.
    pub in_flight: u32,
    /// Failed requests since the last good one.
    pub failures: u32,
    /// How often it was ever set aside.
    pub ejections: u64,
    /// The addresses that its name has; `forbidden` in place of one that the gateway may not
    /// connect to, for whoever may not read the settings of the platform.
    pub addresses: Vec<String>,
    /// Those of the addresses that the gateway may not connect to.
    #[serde(skip)]
    pub forbidden: Vec<SocketAddr>,
}

impl TargetHealth {
    /// Leaves out what would say where a name leads that leads where it must not.
    fn conceal(&mut self) {
        for forbidden in &self.forbidden {
            let (whole, address) = (forbidden.to_string(), forbidden.ip().to_string());
            for told in &mut self.addresses {
                if *told == whole {
                    FORBIDDEN.clone_into(told);
                }
            }
            for text in [&mut self.reason, &mut self.last_failure]
                .into_iter()
                .flatten()
            {
                *text = text.replace(&whole, FORBIDDEN);
                *text = text.replace(&address, FORBIDDEN);
            }
        }
    }
}

impl Service {
    /// Where callers reach the gateway. `asked`: the host by which this was asked for, which a
    /// listener on every address is reached by, too.
    pub fn gateway_addresses(&self, actor: &Actor, asked: Option<&str>) -> GatewayAddresses {
        let mut listening = self.running.listeners();
        listening.sort_by_key(|one| !one.tls);
        let base = |one: &Listening| {
            let ip = one.address.ip();
            let host = match asked {
                Some(host) if ip.is_unspecified() => host.to_owned(),
                _ if ip.is_unspecified() => "localhost".to_owned(),
                _ => host_of(ip),
            };
            url(one, &host)
        };
        let first = listening.first();
        let configuration = self.running.configuration();
        let mut urls = vec![EnvironmentAddress {
            environment: PRODUCTION.to_string(),
            url: first.map(base),
            hosts: Vec::new(),
        }];
        for environment in &configuration.environments {
            let hosts: Vec<String> = environment.hosts.iter().map(ToString::to_string).collect();
            let named = hosts.iter().find(|host| !host.contains('*'));
            let found = EnvironmentAddress {
                environment: environment.name.to_string(),
                url: named.zip(first).map(|(host, one)| url(one, host)),
                hosts,
            };
            match urls.first_mut() {
                Some(production) if found.environment == *PRODUCTION => {
                    production.url = found.url.or_else(|| production.url.take());
                    production.hosts = found.hosts;
                }
                _ => urls.push(found),
            }
        }
        GatewayAddresses {
            urls,
            listeners: reads_settings(actor).then(|| listening.iter().map(base).collect()),
        }
    }

    /// How an upstream is that somebody may see.
    ///
    /// # Errors
    /// There is none, or none for them.
    pub async fn upstream_health(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<UpstreamHealth, Refusal> {
        self.see(actor, "upstream", id).await?;
        let mut health = self.running.upstream_health(id).ok_or_else(|| {
            let id = id.escape_debug();
            Refusal::new("not_found", format!("no upstream `{id}` is served"))
        })?;
        if !reads_settings(actor) {
            for target in &mut health.targets {
                target.conceal();
            }
        }
        Ok(health)
    }
}

/// Whether somebody may know what the platform is made of.
fn reads_settings(actor: &Actor) -> bool {
    actor.grants.allow_everywhere(Point::SettingsRead)
}

fn host_of(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

fn url(one: &Listening, host: &str) -> String {
    let (scheme, usual) = if one.tls {
        ("https", 443)
    } else {
        ("http", 80)
    };
    match one.address.port() {
        port if port == usual => format!("{scheme}://{host}"),
        port => format!("{scheme}://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_port_where_that_is_not_the_usual_one() {
        let told = |address: &str, tls| {
            let address: SocketAddr = address.parse().unwrap();
            url(&Listening { address, tls }, &host_of(address.ip()))
        };
        assert_eq!(told("192.0.2.1:80", false), "http://192.0.2.1");
        assert_eq!(told("192.0.2.1:443", false), "http://192.0.2.1:443");
        assert_eq!(told("[2001:db8::1]:443", true), "https://[2001:db8::1]");
        assert_eq!(told("[::1]:8443", true), "https://[::1]:8443");
    }
}
