//! What is compared: loads on proxies, and on Postern set up in several ways.

mod ways;

use std::net::Ipv4Addr;

use self::ways::{OPEN, OVER_TLS, WAYS};
use crate::load::Fresh;

/// The caller's side of the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Front {
    /// HTTP/1.1.
    Plain,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 with prior knowledge.
    H2c,
    /// HTTP/2 over TLS.
    H2Tls,
}

/// How fast is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As fast as answers come.
    Closed,
    /// At half of what this proxy answers at most.
    HalfOfOwn,
    /// At half of what the slowest proxy answers at most: the same rate for all.
    HalfOfSlowest,
}

/// What Postern is set up to do. Other proxies do nothing but proxying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Setup {
    /// `bench/plain.yaml`: to proxy.
    Plain,
    /// `bench/full.yaml`: a key, a subscription, a scope, a limit, and every request recorded.
    Full,
    /// The same, and nothing is recorded.
    Unrecorded,
    /// `bench/refusals.yaml`: the same as `Full`, with callers that are refused.
    Refusals,
    /// As `Unrecorded`, and callers are told the least about refusals.
    Minimal,
    /// As `Unrecorded`, and callers are told everything about refusals.
    Verbose,
    /// `bench/ways.yaml`: a service for each way in. Nothing is counted.
    Ways,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// A path, with a body of so many bytes; a request with one is a POST.
    Made(&'static str, usize),
    /// A request as a `curl` command.
    Curl(&'static str),
    /// The same, signed anew each time.
    Fresh(&'static str, Fresh),
}

/// Who competes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entrants {
    /// Every proxy, Postern set up in this way. Ratios are to nginx.
    Proxies(Setup),
    /// Postern with itself. Ratios are to the first.
    Variants(&'static [Variant]),
    /// Postern, asked in several ways, beside an nginx that does nothing but proxying. Ratios are
    /// to that.
    Ways(&'static [Variant]),
}

/// One way of asking Postern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) setup: Setup,
    pub(super) ask: Ask,
    /// The status of the answers.
    pub(super) status: u16,
    /// The refusal that the answers are, as callers are told it.
    pub(super) code: Option<&'static str>,
    /// The first of the addresses that the connections come from, and how many there are.
    pub(super) from: Option<(Ipv4Addr, u32)>,
}

/// One table of the report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) entrants: Entrants,
    pub(super) front: Front,
    pub(super) pace: Pace,
    pub(super) ask: Ask,
    pub(super) connections: usize,
    pub(super) streams: usize,
}

impl Scenario {
    /// Whom ratios are to.
    pub(super) fn base(&self) -> &'static str {
        match self.entrants {
            Entrants::Proxies(_) | Entrants::Ways(_) => "nginx",
            Entrants::Variants(variants) => variants.first().map_or("", |first| first.name),
        }
    }

    /// What Postern has to be set up for.
    pub(super) fn setups(&self) -> Vec<Setup> {
        match self.entrants {
            Entrants::Proxies(setup) => vec![setup],
            Entrants::Variants(variants) | Entrants::Ways(variants) => {
                variants.iter().map(|v| v.setup).collect()
            }
        }
    }
}

const SMALL: &str = "/v1/items/42";
/// The request that `bench/full.yaml` lets pass.
pub(super) const FULL: &str = include_str!("../../full.curl");
/// What most APIs do most: the others vary one thing of it.
const POST: Scenario = Scenario {
    name: "post-32",
    about: "POST of 200 bytes, 32 connections",
    entrants: Entrants::Proxies(Setup::Plain),
    front: Front::Plain,
    pace: Pace::Closed,
    ask: Ask::Made(SMALL, 200),
    connections: 32,
    streams: 1,
};
const GET: Scenario = Scenario {
    name: "get-32",
    about: "GET, 32 connections",
    ask: Ask::Made(SMALL, 0),
    ..POST
};

/// Every scenario, in the order of the report.
pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "get-1",
        about: "GET, 1 connection",
        connections: 1,
        ..GET
    },
    GET,
    Scenario {
        name: "get-256",
        about: "GET, 256 connections",
        connections: 256,
        ..GET
    },
    Scenario {
        name: "post-1",
        about: "POST of 200 bytes, 1 connection",
        connections: 1,
        ..POST
    },
    POST,
    Scenario {
        name: "post-256",
        about: "POST of 200 bytes, 256 connections",
        connections: 256,
        ..POST
    },
    Scenario {
        name: "down-64k",
        about: "GET of 64 kB, 16 connections",
        ask: Ask::Made("/bytes/65536", 0),
        connections: 16,
        ..GET
    },
    Scenario {
        name: "down-10m",
        about: "GET of 10 MB, 4 connections",
        ask: Ask::Made("/bytes/10000000", 0),
        connections: 4,
        ..GET
    },
    Scenario {
        name: "up-64k",
        about: "POST of 64 kB, 16 connections",
        ask: Ask::Made(SMALL, 65_536),
        connections: 16,
        ..POST
    },
    Scenario {
        name: "tls-post-32",
        about: "POST of 200 bytes over TLS, 32 connections",
        front: Front::Tls,
        ..POST
    },
    Scenario {
        name: "h2c-post-32",
        about: "POST of 200 bytes, HTTP/2, 4 connections of 8 streams",
        front: Front::H2c,
        connections: 4,
        streams: 8,
        ..POST
    },
    Scenario {
        name: "h2-tls-post-32",
        about: "POST of 200 bytes, HTTP/2 over TLS, 4 connections of 8 streams",
        front: Front::H2Tls,
        connections: 4,
        streams: 8,
        ..POST
    },
    Scenario {
        name: "half-own",
        about: "POST of 200 bytes, open loop at half of the proxy's own most",
        pace: Pace::HalfOfOwn,
        ..POST
    },
    Scenario {
        name: "half-slowest",
        about: "POST of 200 bytes, open loop at half of the slowest proxy's most",
        pace: Pace::HalfOfSlowest,
        ..POST
    },
    Scenario {
        name: "full",
        about: "the request of bench/full.curl, 32 connections; Postern checks key, subscription, \
                scope and limit and records every request, the others only proxy",
        entrants: Entrants::Proxies(Setup::Full),
        ask: Ask::Curl(FULL),
        ..POST
    },
    Scenario {
        name: "refusals",
        about: "Postern with bench/refusals.yaml, one request that passes and others that are \
                refused; 64 connections from as many addresses, so that few refusals are folded \
                in the call log, and from one address, so that most are",
        entrants: Entrants::Variants(REFUSALS),
        ask: Ask::Curl(FULL),
        connections: 64,
        ..POST
    },
    Scenario {
        name: "record",
        about: "Postern with bench/full.yaml, as it is and with `call_log: { record: none }`; \
                the difference on the cores' threads is what a record costs a request",
        entrants: Entrants::Variants(RECORD),
        ask: Ask::Curl(FULL),
        ..POST
    },
    Scenario {
        name: "explain",
        about: "Postern with a service that would tell callers the least and the most about \
                refusals, asked for what passes; nothing is recorded",
        entrants: Entrants::Variants(EXPLAIN),
        ask: Ask::Curl(FULL),
        ..POST
    },
    Scenario {
        name: "ways",
        about: "Postern with bench/ways.yaml, which records and counts nothing: a POST in each \
                way in, 32 connections, beside an nginx that only proxies",
        entrants: Entrants::Ways(WAYS),
        ask: Ask::Curl(OPEN),
        ..POST
    },
    Scenario {
        name: "ways-tls",
        about: "the same over TLS, where callers can have certificates",
        entrants: Entrants::Ways(OVER_TLS),
        front: Front::Tls,
        ask: Ask::Curl(OPEN),
        ..POST
    },
];

/// Addresses of callers of `bench/refusals.yaml`, and of those that it denies.
const CALLERS: Ipv4Addr = Ipv4Addr::new(127, 1, 0, 1);
const STRANGERS: Ipv4Addr = Ipv4Addr::new(127, 9, 0, 1);
const PASSES: Variant = Variant {
    name: "allowed",
    setup: Setup::Refusals,
    ask: Ask::Curl(FULL),
    status: 200,
    code: None,
    from: Some((CALLERS, 64)),
};
const INVALID: Variant = Variant {
    name: "credential.invalid",
    ask: Ask::Curl(
        "curl -X POST -H 'X-API-Key: \
           pst_bench00000000001_BenchmarkOnlyThisSecretIsWrong011gvJBS' -H 'Content-Type: \
           application/json' -d '{\"item\":\"lamp\",\"count\":2}' http://127.0.0.1:8080/orders",
    ),
    status: 401,
    code: Some("credential.invalid"),
    ..PASSES
};
const PENDING: Variant = Variant {
    name: "subscription.pending",
    ask: Ask::Curl(
        "curl -X POST -H 'X-API-Key: \
           pst_bench00000000002_BenchmarkOnlyNeverUseThisKey00021DlXLk' -H 'Content-Type: \
           application/json' -d '{\"item\":\"lamp\",\"count\":2}' http://127.0.0.1:8080/orders",
    ),
    status: 403,
    code: Some("subscription.pending"),
    ..PASSES
};
const EXCEEDED: Variant = Variant {
    name: "limit.rate_exceeded",
    ask: Ask::Curl(
        "curl -X POST -H 'X-API-Key: \
           pst_bench00000000003_BenchmarkOnlyNeverUseThisKey00030JZt6u' -H 'Content-Type: \
           application/json' -d '{\"item\":\"lamp\",\"count\":2}' http://127.0.0.1:8080/orders",
    ),
    status: 429,
    code: Some("limit.rate_exceeded"),
    ..PASSES
};
const NOT_FOUND: Variant = Variant {
    name: "route.not_found",
    ask: Ask::Curl(
        "curl -X POST -H 'X-API-Key: \
           pst_bench00000000001_BenchmarkOnlyNeverUseThisKey00013KsSwq' -H 'Content-Type: \
           application/json' -d '{\"item\":\"lamp\",\"count\":2}' http://127.0.0.1:8080/order",
    ),
    status: 404,
    code: Some("route.not_found"),
    ..PASSES
};
const DENIED: Variant = Variant {
    name: "edge.address_denied",
    status: 403,
    code: Some("edge.address_denied"),
    from: Some((STRANGERS, 64)),
    ..PASSES
};

/// The same from one address.
const fn flood(name: &'static str, of: Variant) -> Variant {
    let from = match of.from {
        Some((first, _)) => Some((first, 1)),
        None => None,
    };
    Variant { name, from, ..of }
}

pub(super) const REFUSALS: &[Variant] = &[
    PASSES,
    INVALID,
    PENDING,
    EXCEEDED,
    NOT_FOUND,
    DENIED,
    flood("credential.invalid, one address", INVALID),
    flood("subscription.pending, one address", PENDING),
    flood("limit.rate_exceeded, one address", EXCEEDED),
    flood("route.not_found, one address", NOT_FOUND),
    flood("edge.address_denied, one address", DENIED),
];

/// The request of `bench/full.curl`.
const RECORDED: Variant = Variant {
    name: "record: all",
    setup: Setup::Full,
    from: None,
    ..PASSES
};
pub(super) const RECORD: &[Variant] = &[
    Variant {
        name: "record: none",
        setup: Setup::Unrecorded,
        ..RECORDED
    },
    RECORDED,
];

const MINIMAL: Variant = Variant {
    name: "minimal",
    setup: Setup::Minimal,
    ask: Ask::Curl(
        "curl -X POST -H 'X-API-Key: pst_bench00000000001_BenchmarkOnlyNeverUseThisKey00013KsSwq' \
           -H 'Content-Type: application/json' -d '{\"item\":\"lamp\",\"count\":2}' \
           http://staging.example.com/orders",
    ),
    ..RECORDED
};
pub(super) const EXPLAIN: &[Variant] = &[
    MINIMAL,
    Variant {
        name: "verbose",
        setup: Setup::Verbose,
        ..MINIMAL
    },
];

/// The scenario that a proxy's most is found with.
pub(super) const CAPACITY: &Scenario = &POST;

/// Whether a name matches one of the comma-separated patterns: a name, `prefix*` or `*suffix`; any
/// does where there are none.
pub(super) fn selected(patterns: Option<&str>, name: &str) -> bool {
    let Some(patterns) = patterns else {
        return true;
    };
    patterns.split(',').map(str::trim).any(|pattern| {
        if let Some(prefix) = pattern.strip_suffix('*') {
            name.starts_with(prefix)
        } else if let Some(suffix) = pattern.strip_prefix('*') {
            name.ends_with(suffix)
        } else {
            name == pattern
        }
    })
}

#[cfg(test)]
mod tests;
