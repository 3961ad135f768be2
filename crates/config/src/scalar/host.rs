//! Hosts, host patterns and URLs.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Name;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The host of a request, without a port: a DNS name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host(pub(crate) Name);

scalar!(Host, {
    "description": "A DNS name or an IP address, in lower case, without a port.",
    "type": "string"
});

impl Scalar for Host {
    const KIND: &'static str = "host";
    const CODE: Code = Code::InvalidHost;
    const WHAT: &'static str = "a host";
    const EXAMPLE: &'static str = "api.example.com";

    fn read(text: &str) -> Result<Self, Problem> {
        check_host(text)?;
        Ok(Self(text.into()))
    }
}

/// A host, maybe with a port, as in the field `Host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority(pub(crate) Name);

scalar!(Authority, {
    "description": "A DNS name or an IP address, in lower case, maybe with a port.",
    "type": "string"
});

impl Scalar for Authority {
    const KIND: &'static str = "authority";
    const CODE: Code = Code::InvalidHost;
    const WHAT: &'static str = "a host";
    const EXAMPLE: &'static str = "internal.example.com:8080";

    fn read(text: &str) -> Result<Self, Problem> {
        let (host, port) = super::target::split_port(text);
        if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
            return Err(Problem::new("ports are from 1 to 65535"));
        }
        check_host(host).map_err(|problem| Problem::new(problem.label))?;
        Ok(Self(text.into()))
    }
}

/// A host, or `*.` and a domain for every host below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern(pub(crate) Name);

scalar!(HostPattern, {
    "description": "A host without a port, or `*.` and a domain for every host below that domain.",
    "type": "string"
});

impl Scalar for HostPattern {
    const KIND: &'static str = "host-pattern";
    const CODE: Code = Code::InvalidHost;
    const WHAT: &'static str = "a host";
    const EXAMPLE: &'static str = "*.example.com";

    fn read(text: &str) -> Result<Self, Problem> {
        if text == "*" {
            return Err(Problem::new("to answer on any host, leave `hosts` out"));
        }
        match text.strip_prefix("*.") {
            Some(domain) => check_name(domain).map_err(|problem| Problem {
                suggestion: problem.suggestion.map(|better| format!("*.{better}")),
                ..problem
            })?,
            None if text.contains('*') => {
                return Err(Problem::new(
                    "`*` stands only at the beginning, before a dot",
                ));
            }
            None => check_host(text)?,
        }
        Ok(Self(text.into()))
    }
}

/// An absolute `http` or `https` URL without query, fragment or user, and without a slash at its
/// end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url(pub(crate) Name);

scalar!(Url, {
    "description": "An absolute `http` or `https` URL without query, fragment or user.",
    "type": "string",
    "pattern": "^https?://[^ ?#@]+$"
});

impl Scalar for Url {
    const KIND: &'static str = "url";
    const CODE: Code = Code::InvalidUrl;
    const WHAT: &'static str = "a URL";
    const EXAMPLE: &'static str = "https://docs.example.com/gateway";

    fn read(text: &str) -> Result<Self, Problem> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or_else(|| Problem::new("expected `https://` or `http://` at the beginning"))?;
        let fits = |b: u8| b.is_ascii_graphic() && !b"?#@\\\"<>`{}|^".contains(&b);
        if rest.is_empty() || rest.starts_with('/') || !rest.bytes().all(fits) {
            return Err(Problem::new("expected a host and a path, nothing else"));
        }
        Ok(Self(text.trim_end_matches('/').into()))
    }
}

/// Whether a text is a host: a DNS name in lower case, an IPv4 address, or an IPv6 address in
/// brackets.
pub(crate) fn check_host(text: &str) -> Result<(), Problem> {
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return match inner.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(Problem::new("not an IPv6 address")),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(Problem::new("IPv6 addresses stand in brackets").suggest(format!("[{text}]")));
    }
    if text.parse::<Ipv4Addr>().is_ok() {
        return Ok(());
    }
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or("");
        let problem = Problem::new("expected a host without scheme, port and path");
        return Err(match check_name(host) {
            Ok(()) => problem.suggest(host),
            Err(_) => problem,
        });
    }
    check_name(text)
}

fn check_name(text: &str) -> Result<(), Problem> {
    let better = text
        .split([':', '/'])
        .next()
        .unwrap_or("")
        .trim_end_matches('.')
        .to_ascii_lowercase();
    let suggest = |problem: Problem| {
        if better != text && is_name(&better) {
            problem.suggest(better.clone())
        } else {
            problem
        }
    };
    let label = if is_name(text) {
        return Ok(());
    } else if text.is_empty() {
        "empty"
    } else if text.contains(':') {
        "expected a host without a port"
    } else if text.contains('/') {
        "expected a host without a path"
    } else if text.ends_with('.') {
        "without the dot at the end"
    } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
        "hosts are written in lower case"
    } else if !text.is_ascii() {
        "write an internationalised name in its ASCII form, `xn--…`"
    } else {
        "not a DNS name"
    };
    Err(suggest(Problem::new(label)))
}

/// Labels of 1 to 63 characters, 253 in all. Underscores are not for hosts, but are in use.
fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}
