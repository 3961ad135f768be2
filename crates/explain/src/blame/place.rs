//! Where a request went to and came from: what the gateway does not know of that it should.

use super::Blame;
use crate::callers::routed;
use crate::fix::Others;
use crate::fix::case::Case;
use postern_model::denial::{Denial, Fault, printable};
use postern_model::egress::{Class, classify};
use postern_model::entity::ForwardedHeader;
use postern_policy::client::Provenance;
use postern_policy::fields::Known;
use postern_policy::router::Route;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Most hosts that are looked at, and most prefixes.
const MOST: usize = 32;

/// Where the same request would go at another path or host.
fn at(case: &Case<'_>, path: &str, host: Option<&str>) -> Option<Route> {
    let method = std::str::from_utf8(case.facts.method()).ok()?;
    let found = routed(case.rules(), [method, path], host, case.facts.now());
    found.ok()?.ok()
}

/// An operation as people call it.
fn named(case: &Case<'_>, route: &Route) -> String {
    let rules = case.rules();
    format!(
        "operation `{}` of `{}` {}",
        rules.operation(route).name,
        rules.service(route).name,
        rules.version(route).name
    )
}

/// Whether a host is one that a pattern of the configuration means.
fn is_meant(pattern: &str, host: &str) -> bool {
    pattern
        .strip_prefix('*')
        .map_or(pattern == host, |rest| host.ends_with(rest))
}

/// The name led here, no service and no environment has it, and elsewhere there is such an
/// operation. Whoever asks for an address or a name of a single label has not been sent by anybody.
pub(super) fn on_another_host(case: &Case<'_>, _: &Denial, _: Others<'_>) -> Option<Blame> {
    let host = case.decided.host.as_deref()?;
    if !host.contains('.') || host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let configuration = case.rules().configuration();
    let services = configuration
        .services
        .iter()
        .flat_map(|service| &service.hosts);
    let environments = configuration.environments.iter();
    let hosts: BTreeSet<&str> = services
        .chain(environments.flat_map(|environment| &environment.hosts))
        .map(|host| &**host)
        .collect();
    if hosts.iter().any(|pattern| is_meant(pattern, host)) {
        return None;
    }
    let path = case.decided.path.as_deref()?;
    let whole = hosts.into_iter().filter(|host| !host.starts_with('*'));
    whole.take(MOST).find_map(|other| {
        let route = at(case, path, Some(other))?;
        let because = format!(
            "no service has the host `{}`; on `{other}` this is {}",
            printable(host.as_bytes(), 255),
            named(case, &route)
        );
        Some(Blame::of(Fault::Operator, because))
    })
}

/// Whether a path begins with a prefix, by whole segments.
fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The operation is there, below a prefix that its own path repeats.
pub(super) fn below_its_prefix_twice(case: &Case<'_>, _: &Denial, _: Others<'_>) -> Option<Blame> {
    let path = case.decided.path.as_deref()?;
    let services = case.rules().configuration().services.iter();
    let prefixes: BTreeSet<String> = services
        .flat_map(|service| {
            let whole = |version: &str| format!("{}{version}", service.base_path);
            let versions = service.versions.iter();
            versions.map(move |version| whole(&version.base_path))
        })
        .filter(|prefix| !prefix.is_empty() && is_below(path, prefix))
        .take(MOST)
        .collect();
    prefixes.into_iter().find_map(|prefix| {
        let twice = format!("{prefix}{path}");
        let route = at(case, &twice, case.decided.host.as_deref())?;
        let template = &case.rules().plan(&route).template;
        // Whatever a parameter takes in was not written down as a prefix.
        let repeated = is_below(template.strip_prefix(&*prefix)?, &prefix);
        let because = format!(
            "{} is at `{template}`: its path repeats the prefix `{prefix}`",
            named(case, &route)
        );
        repeated.then(|| Blame::of(Fault::Publisher, because))
    })
}

/// Something on a private network that passed a request on for somebody else, and is not trusted to
/// say for whom; with the header in which it says so.
pub(crate) fn untrusted_proxy(case: &Case<'_>) -> Option<(IpAddr, &'static str)> {
    let client = case.decided.client?;
    let near = matches!(classify(client.address), Class::Private | Class::Loopback);
    if client.via_trusted_proxy || client.provenance != Provenance::Peer || !near {
        return None;
    }
    let (header, name) = match case.rules().configuration().client.header {
        ForwardedHeader::XForwardedFor => (Known::XForwardedFor, "X-Forwarded-For"),
        ForwardedHeader::Forwarded => (Known::Forwarded, "Forwarded"),
    };
    case.facts.came(header).then_some((client.address, name))
}

/// The address is that of a proxy of the gateway's own.
pub(super) fn of_a_proxy(case: &Case<'_>, _: &Denial, _: Others<'_>) -> Option<Blame> {
    let (address, header) = untrusted_proxy(case)?;
    let because = format!(
        "`{address}` is on a private network and sent `{header}`, but is none of `trusted_proxies`"
    );
    Some(Blame::of(Fault::Operator, because))
}
