//! The targets of an upstream.

use super::{Problem, Scalar, host, scalar};
use crate::code::Code;
use postern_model::entity::{self, Name};

/// How the scheme of a target was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `https://…`: the upstream speaks TLS.
    Https,
    /// `http://…`: it does not.
    Http,
}

/// A host and a port, maybe with a scheme; or a target inside of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetText {
    pub scheme: Option<Scheme>,
    /// Without brackets.
    pub host: Name,
    pub port: u16,
}

scalar!(TargetText, {
    "description": "A host and a port, `127.0.0.1:9000`, or a scheme and a host, `https://api.example.com`. `builtin:echo` is an upstream inside of the gateway, to try things with.",
    "type": "string"
});

impl Scalar for TargetText {
    const KIND: &'static str = "target";
    const CODE: Code = Code::InvalidTarget;
    const WHAT: &'static str = "a target";
    const EXAMPLE: &'static str = "127.0.0.1:9000";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(name) = text.strip_prefix("builtin:") {
            return if text == entity::BUILTIN_ECHO {
                Ok(Self {
                    scheme: None,
                    host: text.into(),
                    port: 0,
                })
            } else {
                let label = format!("there is no builtin target `{name}`");
                Err(Problem::new(label).suggest(entity::BUILTIN_ECHO))
            };
        }
        let (scheme, rest) = match text.split_once("://") {
            Some(("https", rest)) => (Some(Scheme::Https), rest),
            Some(("http", rest)) => (Some(Scheme::Http), rest),
            Some(_) => return Err(Problem::new("the schemes are `http` and `https`")),
            None => (None, text),
        };
        let authority = rest.split('/').next().unwrap_or("");
        if authority.contains('@') {
            return Err(Problem::new("a target has no user and password"));
        }
        if authority.len() < rest.len() {
            let prefix = text.len() - rest.len();
            let problem =
                Problem::new("a target has no path; the upstream's `path` has a `prefix`");
            let better = text.get(..prefix + authority.len()).unwrap_or(authority);
            return Err(if Self::read(better).is_ok() {
                problem.suggest(better)
            } else {
                problem
            });
        }
        let (host, port) = split_port(authority);
        let host = host.to_ascii_lowercase();
        host::check_host(&host).map_err(|problem| Problem::new(problem.label))?;
        let port = match (port, scheme) {
            (Some(port), _) => port
                .parse::<u16>()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| Problem::new("ports are from 1 to 65535"))?,
            (None, Some(Scheme::Https)) => 443,
            (None, Some(Scheme::Http)) => 80,
            (None, None) => {
                // An empty host has failed by now.
                let better = format!("{authority}:80");
                return Err(Problem::new("the port is missing").suggest(better));
            }
        };
        Ok(Self {
            scheme,
            host: host.trim_matches(['[', ']']).into(),
            port,
        })
    }
}

/// Host and port of an authority; the colons of an IPv6 address in brackets do not count.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority.rfind(':') {
        Some(at) if at >= after_bracket => {
            let (host, port) = authority.split_at_checked(at).unwrap_or((authority, ""));
            (host, port.strip_prefix(':'))
        }
        _ => (authority, None),
    }
}
