//! Upstreams.

use super::declared::{TENANT, refer};
use super::settings::{count, set};
use super::{Resolver, egress};
use crate::code::Code;
use crate::document::upstream as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::Scalar as _;
use crate::scalar::target::{Scheme, TargetText};
use crate::source::Span;
use postern_model::Holder;
use postern_model::entity::{
    ActiveHealth, BUILTIN_ECHO, Balance, Breaker, Dns, Egress, HashKey, HostMode, Outlier,
    PathRewrite, Pool, Retry, Target, Upstream, UpstreamProtocol, UpstreamTimeouts, UpstreamTls,
};
use std::net::IpAddr;
use std::time::Duration;

/// An upstream, with the places that are looked at later.
pub(super) struct ResolvedUpstream {
    pub entity: Upstream,
    /// Where its name stands.
    pub span: Span,
    /// Where the path that it gets is described: `strip` or `template`.
    pub path: Option<Span>,
}

impl Resolver<'_, '_> {
    pub(super) fn upstreams(
        &mut self,
        given: Map<document::Upstream>,
        egress: &Egress,
    ) -> Vec<ResolvedUpstream> {
        let resolve = |(name, given): (At<String>, document::Upstream)| {
            let path = given.path.as_ref().map(|path| &path.value);
            let strip = path.and_then(|path| path.strip.as_ref().map(|strip| strip.span));
            let template = path.and_then(|path| path.template.as_ref().map(|t| t.span));
            ResolvedUpstream {
                span: name.span,
                path: template.or(strip),
                entity: self.upstream(&name, given, egress),
            }
        };
        given.0.into_iter().map(resolve).collect()
    }

    fn upstream(
        &mut self,
        name: &At<String>,
        given: document::Upstream,
        egress: &Egress,
    ) -> Upstream {
        if let Some(tenant) = &given.tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                let shown = quote(&name.value);
                format!("upstream {shown} belongs to a tenant that does not exist")
            });
        }
        let tls = self.upstream_tls(name, &given);
        let targets = given
            .targets
            .map(|targets| self.targets(name, &targets, egress));
        let balance = self.balance(name, given.balance.as_ref(), given.hash.as_ref());
        Upstream {
            name: name.value.as_str().into(),
            targets: targets.unwrap_or_default(),
            protocol: match given.protocol {
                Some(document::Protocol::Http2) => UpstreamProtocol::Http2,
                Some(document::Protocol::Http1) => UpstreamProtocol::Http1,
                None => UpstreamProtocol::default(),
            },
            tls,
            balance,
            active_health: given
                .health_check
                .map(|check| self.health_check(check.value)),
            outlier: given.outlier.map(|o| self.outlier(o)).unwrap_or_default(),
            breaker: given.breaker.map(breaker),
            retry: given.retry.map(retry).unwrap_or_default(),
            timeouts: given.timeouts.map(timeouts).unwrap_or_default(),
            pool: given.pool.map(pool).unwrap_or_default(),
            host: match given.host {
                Some(document::HostMode::Kind(document::HostKind::Target)) => HostMode::Target,
                Some(document::HostMode::Fixed(document::FixedHost { fixed: Some(host) })) => {
                    HostMode::Fixed(host.0)
                }
                _ => HostMode::Pass,
            },
            path: given
                .path
                .map(|path| self.path_rewrite(path.value))
                .unwrap_or_default(),
            dns: given.dns.map(|dns| self.dns(dns.value)).unwrap_or_default(),
        }
    }

    fn targets(
        &mut self,
        name: &At<String>,
        given: &At<Vec<At<document::Target>>>,
        rule: &Egress,
    ) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for target in &given.value {
            let (address, span, weight) = match &target.value {
                document::Target::Address(address) => (address, target.span, None),
                document::Target::Weighted(weighted) => match &weighted.address {
                    Some(address) => (&address.value, address.span, weighted.weight),
                    None => continue,
                },
            };
            let same = |t: &Target| t.host == address.host && t.port == address.port;
            if targets.iter().any(same) {
                let message = format!("upstream {} has a target twice", quote(&name.value));
                self.findings
                    .error(Code::DuplicateTarget, span, &message, "the second one")
                    .help("give it a `weight` to send more there");
            } else {
                self.may_connect(address, span, rule);
            }
            targets.push(Target {
                host: address.host.clone(),
                port: address.port,
                weight: weight.unwrap_or(1),
            });
        }
        if given.intact && !targets.is_empty() && targets.iter().all(|t| t.weight == 0) {
            let message = format!(
                "upstream {} has no target with a weight",
                quote(&name.value)
            );
            let span = Span::new(given.span.start, given.span.start);
            self.findings
                .error(Code::NoWeight, span, &message, "all weights are 0")
                .note("a target with the weight 0 gets no requests");
        }
        targets
    }

    fn may_connect(&mut self, target: &TargetText, span: Span, rule: &Egress) {
        let faulty = self.root.get("egress").is_some_and(|node| !node.intact);
        let address = match target.host.parse::<IpAddr>() {
            Ok(address) if !faulty => address,
            _ => return,
        };
        if let Some((label, help)) = egress::refusal(address, rule) {
            let message = format!("the gateway will not connect to {address}");
            let found = self
                .findings
                .warning(Code::EgressForbidden, span, &message, &label);
            if let Some(help) = help {
                found.help(help);
            }
        }
    }

    fn upstream_tls(
        &mut self,
        name: &At<String>,
        given: &document::Upstream,
    ) -> Option<UpstreamTls> {
        let mut secure = None;
        let mut plain = None;
        for target in given.targets.iter().flat_map(|targets| &targets.value) {
            let address = match &target.value {
                document::Target::Address(address) => Some((address, target.span)),
                document::Target::Weighted(weighted) => {
                    weighted.address.as_ref().map(|a| (&a.value, a.span))
                }
            };
            let Some((address, span)) = address else {
                continue;
            };
            match address.scheme {
                Some(Scheme::Https) => secure = secure.or(Some(span)),
                Some(Scheme::Http) => plain = plain.or(Some(span)),
                None if &*address.host == BUILTIN_ECHO => plain = plain.or(Some(span)),
                None => {}
            }
        }
        let tls = given.tls.as_ref();
        if let Some(span) = plain.filter(|_| secure.is_some() || tls.is_some()) {
            let message = format!(
                "upstream {} is both with and without TLS",
                quote(&name.value)
            );
            let label = if tls.is_some() {
                "without TLS, but the upstream has a `tls` section"
            } else {
                "without TLS, but another target is `https://`"
            };
            self.findings
                .error(Code::Conflict, span, &message, label)
                .help("make two upstreams of them");
        }
        let Some(tls) = tls else {
            return secure.map(|_| UpstreamTls::default());
        };
        let holder = Holder {
            kind: "upstream",
            id: &name.value,
            tenant: given.tenant.as_ref().map(|tenant| tenant.value.as_str()),
        };
        let shown = format!("upstream {}", quote(&name.value));
        Some(self.tls_to(&shown, holder, &tls.value))
    }

    /// TLS to something that is `shown`, whose key `holder` has.
    pub(super) fn tls_to(
        &mut self,
        shown: &str,
        holder: Holder<'_>,
        given: &document::UpstreamTls,
    ) -> UpstreamTls {
        let skip = given
            .insecure_skip_verify
            .as_ref()
            .filter(|skip| skip.value);
        if let Some(skip) = skip {
            let message = format!("{shown} is not verified");
            self.findings
                .warning(
                    Code::Unprotected,
                    skip.span,
                    &message,
                    "whoever stands in between can read and change everything",
                )
                .help("name the authority of its certificate in `authorities`");
        }
        UpstreamTls {
            authorities: given.authorities.as_ref().map(|path| self.file(path)),
            // TLS knows no brackets around an address.
            server_name: given
                .server_name
                .as_ref()
                .map(|host| host.0.trim_matches(['[', ']']).into()),
            certificate: given
                .certificate
                .as_ref()
                .and_then(|c| self.certificate(c, holder)),
            insecure_skip_verify: skip.is_some(),
        }
    }

    fn balance(
        &mut self,
        name: &At<String>,
        balance: Option<&At<document::Balance>>,
        hash: Option<&At<document::Hash>>,
    ) -> Balance {
        let node = self
            .root
            .get("upstreams")
            .and_then(|node| node.get(&name.value));
        let certain = node.is_none_or(|node| {
            let fine = |field| node.get(field).is_none_or(|n| n.intact);
            fine("balance") && fine("hash")
        });
        let kind = balance.map_or(document::Balance::RoundRobin, |b| b.value);
        if kind != document::Balance::ConsistentHash {
            if let Some(hash) = hash.filter(|_| certain) {
                let span = Span::new(hash.span.start, hash.span.start);
                let message = "`hash` is for the balance `consistent_hash` only";
                let label = format!("upstream {} is balanced otherwise", quote(&name.value));
                self.findings.error(Code::Conflict, span, message, &label);
            }
            return match kind {
                document::Balance::LeastRequests => Balance::LeastRequests,
                _ => Balance::RoundRobin,
            };
        }
        let keys: Vec<HashKey> = hash
            .into_iter()
            .flat_map(|hash| hash_keys(&hash.value))
            .collect();
        if keys.len() != 1 && certain {
            let span = hash.map_or_else(
                || balance.map_or(name.span, |b| b.span),
                |hash| Span::new(hash.span.start, hash.span.start),
            );
            let message = format!(
                "upstream {} does not say what its hash looks at",
                quote(&name.value)
            );
            let label = "exactly one of `header`, `cookie` and `address: true`";
            let found = self.findings.error(Code::Conflict, span, &message, label);
            if hash.is_none() {
                found.help("add `hash: {header: X-Tenant}`, say");
            }
        }
        let key = keys.into_iter().next().unwrap_or(HashKey::Address);
        Balance::ConsistentHash(key)
    }

    fn health_check(&mut self, given: document::HealthCheck) -> ActiveHealth {
        let interval = given
            .interval
            .as_ref()
            .map_or(Duration::from_secs(10), |d| d.value.0);
        let timeout = given
            .timeout
            .as_ref()
            .map_or(Duration::from_secs(2), |d| d.value.0);
        if let Some(span) = given
            .timeout
            .as_ref()
            .or(given.interval.as_ref())
            .map(|d| d.span)
            && timeout > interval
        {
            let message = "a health check takes longer than the time between two";
            let label = format!("timeout {}, interval {}", show(timeout), show(interval));
            self.findings.error(Code::Conflict, span, message, &label);
        }
        let statuses = given.statuses.map_or((200, 299), |s| (s.0, s.1));
        ActiveHealth {
            path: given.path.map_or_else(|| "/".into(), |path| path.0),
            interval,
            timeout,
            healthy_after: given.healthy_after.unwrap_or(1),
            unhealthy_after: given.unhealthy_after.unwrap_or(3),
            statuses,
            host: given.host.map(|host| host.0),
        }
    }

    fn outlier(&mut self, given: document::Outlier) -> Outlier {
        let mut outlier = Outlier::default();
        set(
            &mut outlier.consecutive_failures,
            given.consecutive_failures,
        );
        set(
            &mut outlier.ejection,
            given.ejection.as_ref().map(|d| d.value.0),
        );
        set(
            &mut outlier.max_ejection,
            given.max_ejection.as_ref().map(|d| d.value.0),
        );
        set(&mut outlier.max_ejected_percent, given.max_ejected_percent);
        let span = given.max_ejection.or(given.ejection).map(|d| d.span);
        self.ordered(
            span,
            ("ejection", outlier.ejection),
            ("max_ejection", outlier.max_ejection),
        );
        outlier
    }

    fn dns(&mut self, given: document::Dns) -> Dns {
        let mut dns = Dns::default();
        set(&mut dns.min_ttl, given.min_ttl.as_ref().map(|d| d.value.0));
        set(&mut dns.max_ttl, given.max_ttl.as_ref().map(|d| d.value.0));
        let span = given.max_ttl.or(given.min_ttl).map(|d| d.span);
        self.ordered(span, ("min_ttl", dns.min_ttl), ("max_ttl", dns.max_ttl));
        dns
    }

    /// The first of two durations must not be longer than the second.
    fn ordered(&mut self, span: Option<Span>, least: (&str, Duration), most: (&str, Duration)) {
        let Some(span) = span.filter(|_| least.1 > most.1) else {
            return;
        };
        let message = format!("`{}` is longer than `{}`", least.0, most.0);
        let label = format!("{} and {}", show(least.1), show(most.1));
        self.findings.error(Code::Conflict, span, &message, &label);
    }

    fn path_rewrite(&mut self, given: document::Path) -> PathRewrite {
        let prefix = given.prefix.as_ref();
        if let Some(template) = given.template {
            if given.strip.is_some() || prefix.is_some() {
                let message = "a path has a `template`, or `strip` and `prefix`, not both";
                let label = "the template is the whole path";
                self.findings
                    .error(Code::Conflict, template.span, message, label);
            }
            return PathRewrite::Template(template.value.0);
        }
        if given.strip.is_none() && prefix.is_none() {
            return PathRewrite::Keep;
        }
        PathRewrite::Replace {
            strip: given.strip.map_or_else(|| "".into(), |path| path.value.0),
            prefix: given.prefix.map_or_else(|| "".into(), |path| path.value.0),
        }
    }
}

/// A duration as it is written.
fn show(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    crate::scalar::duration::Duration::show(millis)
}

fn hash_keys(given: &document::Hash) -> impl Iterator<Item = HashKey> {
    let header = given
        .header
        .as_ref()
        .map(|name| HashKey::Header(name.0.clone()));
    let cookie = given
        .cookie
        .as_ref()
        .map(|name| HashKey::Cookie(name.0.clone()));
    let address = given.address.filter(|on| *on).map(|_| HashKey::Address);
    header.into_iter().chain(cookie).chain(address)
}

fn breaker(given: document::Breaker) -> Breaker {
    Breaker {
        failure_percent: given.failure_percent.unwrap_or(50),
        min_requests: given.min_requests.unwrap_or(20),
        window: given.window.map_or(Duration::from_secs(10), |d| d.0),
        open: given.open.map_or(Duration::from_secs(10), |d| d.0),
        max_in_flight: given.max_in_flight.unwrap_or(0),
    }
}

fn retry(given: document::Retry) -> Retry {
    let mut retry = Retry::default();
    set(&mut retry.attempts, given.attempts);
    set(&mut retry.budget_percent, given.budget_percent);
    set(
        &mut retry.budget_min_per_second,
        given.budget_min_per_second,
    );
    set(&mut retry.statuses, given.statuses);
    retry
}

fn timeouts(given: document::UpstreamTimeouts) -> UpstreamTimeouts {
    let mut timeouts = UpstreamTimeouts {
        total: given.total.map(|d| d.0),
        ..UpstreamTimeouts::default()
    };
    set(&mut timeouts.connect, given.connect.map(|d| d.0));
    set(&mut timeouts.first_byte, given.first_byte.map(|d| d.0));
    set(&mut timeouts.idle, given.idle.map(|d| d.0));
    timeouts
}

fn pool(given: document::Pool) -> Pool {
    let mut pool = Pool::default();
    set(&mut pool.max_idle, count(given.max_idle));
    set(&mut pool.idle_timeout, given.idle_timeout.map(|d| d.0));
    set(&mut pool.http2_streams, given.http2_streams);
    pool
}
