//! What is asked of every proxy.

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

/// One row of the comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) front: Front,
    pub(super) pace: Pace,
    pub(super) path: &'static str,
    /// Bytes of the request body; a request with one is a POST.
    pub(super) body: usize,
    pub(super) connections: usize,
    pub(super) streams: usize,
}

const SMALL: &str = "/v1/items/42";
/// What most APIs do most: the others vary one thing of it.
const POST: Scenario = Scenario {
    name: "post-32",
    about: "POST of 200 bytes, 32 connections",
    front: Front::Plain,
    pace: Pace::Closed,
    path: SMALL,
    body: 200,
    connections: 32,
    streams: 1,
};
const GET: Scenario = Scenario {
    name: "get-32",
    about: "GET, 32 connections",
    body: 0,
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
        path: "/bytes/65536",
        connections: 16,
        ..GET
    },
    Scenario {
        name: "down-10m",
        about: "GET of 10 MB, 4 connections",
        path: "/bytes/10000000",
        connections: 4,
        ..GET
    },
    Scenario {
        name: "up-64k",
        about: "POST of 64 kB, 16 connections",
        body: 65_536,
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
];

/// The scenario that a proxy's most is found with.
pub(super) const CAPACITY: &Scenario = &POST;

/// Scenarios whose name matches one of the comma-separated patterns: a name, `prefix*` or `*suffix`.
pub(super) fn select(patterns: Option<&str>) -> Vec<&'static Scenario> {
    ALL.iter()
        .filter(|scenario| patterns.is_none_or(|patterns| matches(patterns, scenario.name)))
        .collect()
}

fn matches(patterns: &str, name: &str) -> bool {
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
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = ALL.iter().map(|scenario| scenario.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn patterns_select_by_name_prefix_and_suffix() {
        let names = |patterns| {
            select(Some(patterns))
                .iter()
                .map(|scenario| scenario.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names("post-32"), ["post-32"]);
        assert_eq!(names("get*"), ["get-1", "get-32", "get-256"]);
        assert_eq!(names("*-256, up-64k"), ["get-256", "post-256", "up-64k"]);
        assert!(names("nothing").is_empty());
        assert_eq!(select(None).len(), ALL.len());
    }
}
