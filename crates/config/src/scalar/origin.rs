//! Origins of pages, as browsers write them.

use super::host::{Authority, HostPattern};
use super::target::split_port;
use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::OriginPattern;
use postern_policy::origin::check_expression;

/// Longest expression, bytes.
const LONGEST: usize = 512;

/// `*`, an origin, or one with `*.` for every host below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(pub(crate) OriginPattern);

scalar!(Origin, {
    "description": "The origin of a page as its browser writes it: scheme, host, and the port if it is not the usual one. `https://*.example.com` stands for every host below that domain, `*` for every origin but `null`.",
    "type": "string"
});

impl Scalar for Origin {
    const KIND: &'static str = "origin";
    const CODE: Code = Code::InvalidUrl;
    const WHAT: &'static str = "an origin";
    const EXAMPLE: &'static str = "https://app.example.com";

    /// RFC 6454 §6.2.
    fn read(text: &str) -> Result<Self, Problem> {
        match text {
            "*" => return Ok(Self(OriginPattern::Any)),
            "null" => {
                return Err(Problem::new(
                    "every page from a file and every sandbox is `null`: it is never allowed",
                ));
            }
            _ => {}
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let problem = Problem::new("expected a scheme, `://` and a host");
            let better = format!("https://{text}");
            return Err(match Self::read(&better) {
                Ok(_) if !text.contains("://") => problem.suggest(better),
                _ => problem,
            });
        };
        if !is_scheme(scheme) {
            return Err(Problem::new("schemes are written in lower case"));
        }
        if let Some((host, _)) = rest.split_once(['/', '?', '#']) {
            let problem = Problem::new("an origin has no path, and no slash at its end");
            let better = format!("{scheme}://{host}");
            return Err(match Self::read(&better) {
                Ok(_) => problem.suggest(better),
                Err(_) => problem,
            });
        }
        let usual = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => "",
        };
        if !usual.is_empty() && rest.ends_with(usual) {
            let better = text.strip_suffix(usual).unwrap_or(text);
            let problem = Problem::new("browsers leave the usual port out");
            return Err(problem.suggest(better));
        }
        let (host, port) = split_port(rest);
        if let Some(domain) = host.strip_prefix("*.") {
            HostPattern::read(host)?;
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            Authority::read(&format!("{domain}{port}"))?;
            return Ok(Self(OriginPattern::Below {
                before: format!("{scheme}://").into(),
                after: format!(".{domain}{port}").into(),
            }));
        }
        if host.contains('*') {
            return Err(Problem::new(
                "`*` stands only before a dot, for every host below; for more, write `origin_patterns`",
            ));
        }
        Authority::read(rest).map_err(|problem| Problem {
            suggestion: problem
                .suggestion
                .map(|better| format!("{scheme}://{better}")),
            ..problem
        })?;
        Ok(Self(OriginPattern::Exact(text.into())))
    }
}

/// A regular expression for whole origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OriginExpression(pub(crate) OriginPattern);

scalar!(OriginExpression, {
    "description": "A regular expression that matches origins from beginning to end, at most 512 bytes. It takes time linear in what it is matched with; there are no look-arounds and back-references.",
    "type": "string",
    "minLength": 1,
    "maxLength": 512
});

impl Scalar for OriginExpression {
    const KIND: &'static str = "origin-expression";
    const CODE: Code = Code::InvalidUrl;
    const WHAT: &'static str = "a regular expression for origins";
    const EXAMPLE: &'static str = "https://pr-[0-9]+\\.preview\\.example\\.com";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.is_empty() || text.len() > LONGEST || !text.is_ascii() {
            return Err(Problem::new("expressions have 1 to 512 ASCII characters"));
        }
        check_expression(text).map_err(|error| Problem::new(error.to_string()))?;
        Ok(Self(OriginPattern::Expression(text.into())))
    }
}

/// RFC 3986 §3.1, in lower case.
fn is_scheme(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(fits)
}
