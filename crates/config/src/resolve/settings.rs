//! Settings of the gateway as a whole: what is given replaces the default.

use crate::document::settings as document;
use crate::scalar::address::Network;
use ipnet::IpNet;
use postern_model::entity::{
    Admin, CallLog, Client, Egress, ForwardedHeader, Forwarding, FrontTimeouts, Limits, Name,
    Recorded, Staleness, TenantDays,
};

/// Puts what is given in the place of what is there.
pub(super) fn set<T, U: Into<T>>(place: &mut T, given: Option<U>) {
    if let Some(given) = given {
        *place = given.into();
    }
}

/// A count that fits a `usize` on every machine that the gateway runs on.
pub(super) fn count(given: Option<u32>) -> Option<usize> {
    given.and_then(|n| usize::try_from(n).ok())
}

pub(super) fn networks(given: Option<Vec<Network>>) -> Vec<IpNet> {
    given
        .into_iter()
        .flatten()
        .map(|network| network.0)
        .collect()
}

pub(super) fn admin(given: document::Admin) -> Admin {
    let mut hosts: Vec<Name> = given
        .hosts
        .into_iter()
        .flatten()
        .map(|host| host.0)
        .collect();
    let url = given.url.map(|url| url.0);
    hosts.extend(url.as_deref().map(host));
    Admin {
        address: given.address.map(|address| address.value.0),
        hosts,
        url,
        client: given.client.map(client).unwrap_or_default(),
    }
}

/// The host of a URL, without its port.
fn host(url: &str) -> Name {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or(rest);
    let port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    match authority.rsplit_once(':') {
        Some((host, after)) if port(after) => host.into(),
        _ => authority.into(),
    }
}

pub(super) fn client(given: document::Client) -> Client {
    let mut client = Client {
        trusted_proxies: networks(given.trusted_proxies),
        ..Client::default()
    };
    set(&mut client.max_hops, count(given.max_hops));
    if let Some(header) = given.header {
        client.header = match header.value {
            document::ForwardedHeader::XForwardedFor => ForwardedHeader::XForwardedFor,
            document::ForwardedHeader::Forwarded => ForwardedHeader::Forwarded,
        };
    }
    client
}

pub(super) fn limits(given: document::Limits) -> Limits {
    let mut limits = Limits::default();
    let size = |size: Option<crate::scalar::size::Size>| {
        size.and_then(|size| usize::try_from(size.0).ok())
    };
    set(&mut limits.uri, size(given.uri));
    set(&mut limits.header, size(given.header));
    set(&mut limits.headers, size(given.headers));
    set(&mut limits.header_count, count(given.header_count));
    set(&mut limits.connections, count(given.connections));
    set(
        &mut limits.connections_per_address,
        count(given.connections_per_address),
    );
    set(&mut limits.memory, given.memory.map(|size| size.0));
    set(&mut limits.http2_streams, given.http2_streams);
    limits
}

pub(super) fn timeouts(given: document::Timeouts) -> FrontTimeouts {
    let mut timeouts = FrontTimeouts::default();
    set(&mut timeouts.header, given.header.map(|d| d.0));
    set(&mut timeouts.idle, given.idle.map(|d| d.0));
    set(&mut timeouts.body, given.body.map(|d| d.0));
    set(&mut timeouts.body_rate, given.body_rate.map(|size| size.0));
    set(&mut timeouts.drain, given.drain.map(|d| d.0));
    timeouts
}

pub(super) fn staleness(given: document::Staleness) -> Staleness {
    let mut staleness = Staleness::default();
    set(&mut staleness.limit, given.limit.map(|limit| limit.0));
    staleness
}

pub(super) fn egress(given: document::Egress) -> Egress {
    Egress {
        allow: networks(given.allow),
        deny: networks(given.deny),
    }
}

pub(super) fn call_log(given: &document::CallLog) -> CallLog {
    CallLog {
        record: match given.record {
            None | Some(document::Recorded::All) => Recorded::All,
            Some(document::Recorded::Refused) => Recorded::Refused,
            Some(document::Recorded::None) => Recorded::None,
        },
        tenant_days: given
            .tenant_days
            .as_ref()
            .map_or_else(TenantDays::default, |days| {
                let usual = TenantDays::default();
                TenantDays {
                    least: days.value.least.unwrap_or(usual.least),
                    most: days.value.most.unwrap_or(usual.most),
                }
            }),
    }
}

pub(super) fn forwarding(given: document::Forwarding) -> Forwarding {
    let mut forwarding = Forwarding {
        public_docs_url: given.public_docs_url.map(|url| url.0),
        ..Forwarding::default()
    };
    set(&mut forwarding.name, given.name.map(|name| name.0));
    set(&mut forwarding.max_loops, count(given.max_loops));
    set(&mut forwarding.forwarded, given.forwarded);
    forwarding
}
