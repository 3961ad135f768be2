//! Stage 16, the pure part: what the request looks like to the upstream. Balancing, retries and
//! streaming are the data plane's.

use crate::credential::query;
use crate::decision::Allowed;
use crate::forward::Consumer;
use crate::router::Params;
use crate::router::template::Template;
use crate::rules::{CompileError, Rules};
use postern_model::entity::{HostMode, Name, Operation, PathRewrite, Target, Upstream};
use std::time::Duration;

/// How long one exchange may take: the upstream's times with the operation's overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving, connecting and the TLS handshake.
    pub connect: Duration,
    /// From the last byte of the request to the end of the response's head.
    pub first_byte: Duration,
    /// Without a byte of the response's body.
    pub idle: Duration,
    /// The whole exchange.
    pub total: Option<Duration>,
}

/// An operation, compiled.
#[derive(Debug)]
pub struct OperationPlan {
    /// The whole template, prefixes included: low in cardinality, for metrics and logs.
    pub template: Name,
    /// The names of its parameters, in the order of [`Params`].
    pub parameters: Box<[Box<str>]>,
    /// The value of `Deprecation` (RFC 9745 §2.1), where it or its version is deprecated.
    pub deprecation: Option<Box<str>>,
    /// The value of `Sunset` (RFC 8594 §3).
    pub sunset: Option<Box<str>>,
    way: Way,
    /// By the number of an environment, where that has another one.
    ways: Box<[(usize, Way)]>,
}

/// Where the requests for an operation go.
#[derive(Debug)]
pub struct Way {
    /// Index into [`Configuration::upstreams`](postern_model::entity::Configuration).
    pub upstream: usize,
    /// How long it may take.
    pub timeouts: Timeouts,
    path: PathPlan,
}

/// An upstream, compiled.
#[derive(Debug)]
pub struct UpstreamPlan {
    host: HostMode,
    /// By target, as `Host` writes it.
    authorities: Box<[Box<str>]>,
}

#[derive(Debug)]
enum PathPlan {
    Keep,
    Replace { strip: Name, prefix: Name },
    Template(Box<[Piece]>),
}

#[derive(Debug)]
enum Piece {
    Literal(Box<str>),
    Param(usize),
}

impl OperationPlan {
    pub(crate) fn new(
        template: &Template,
        deprecation: Option<Box<str>>,
        sunset: Option<String>,
        way: Way,
        ways: Box<[(usize, Way)]>,
    ) -> Self {
        Self {
            template: template.text.as_ref().into(),
            parameters: template.names.clone().into(),
            deprecation,
            sunset: sunset.map(Into::into),
            way,
            ways,
        }
    }

    /// Where requests go in an environment, by its number.
    pub fn way(&self, environment: usize) -> &Way {
        let mut ways = self.ways.iter();
        let other = ways.find(|(number, _)| *number == environment);
        other.map_or(&self.way, |(_, way)| way)
    }

    /// The path as records keep it: the template, with the values of the parameters that `kept`
    /// names. Allocates nothing where it names none.
    pub fn recorded_path(&self, path: &[u8], params: &Params, kept: &[Name]) -> Name {
        if kept.is_empty() {
            return self.template.clone();
        }
        let mut text = self.template.to_string();
        for (index, name) in self.parameters.iter().enumerate() {
            if !kept.iter().any(|kept| **kept == **name) {
                continue;
            }
            let value = params.get(index, path).map(std::str::from_utf8);
            if let Some(Ok(value)) = value {
                for place in [format!("{{{name}}}"), format!("{{*{name}}}")] {
                    text = text.replacen(&place, value, 1);
                }
            }
        }
        text.into()
    }
}

impl Way {
    pub(crate) fn new(
        operation: &Operation,
        (index, upstream): (usize, &Upstream),
        template: &Template,
    ) -> Result<Self, CompileError> {
        let path = match &upstream.path {
            PathRewrite::Keep => PathPlan::Keep,
            PathRewrite::Replace { strip, prefix } => PathPlan::Replace {
                strip: strip.clone(),
                prefix: prefix.clone(),
            },
            PathRewrite::Template(text) => {
                let pieces = pieces(text, &template.names);
                PathPlan::Template(pieces.map_err(|parameter| CompileError::Parameter {
                    upstream: upstream.name.clone(),
                    operation: operation.name.clone(),
                    parameter: parameter.into(),
                })?)
            }
        };
        let theirs = &upstream.timeouts;
        let ours = &operation.timeouts;
        Ok(Self {
            upstream: index,
            timeouts: Timeouts {
                connect: theirs.connect,
                first_byte: ours.first_byte.unwrap_or(theirs.first_byte),
                idle: theirs.idle,
                total: ours.total.or(theirs.total),
            },
            path,
        })
    }

    /// Writes the path that the upstream gets, piece by piece. `path` is the normal path that was
    /// matched, so that what is sent was decided on.
    pub fn write_path(&self, path: &[u8], params: &Params, mut out: impl FnMut(&[u8])) {
        match &self.path {
            PathPlan::Keep => out(path),
            PathPlan::Replace { strip, prefix } => {
                let rest = path
                    .strip_prefix(strip.as_bytes())
                    .filter(|rest| matches!(rest, [] | [b'/', ..]))
                    .unwrap_or(path);
                if prefix.is_empty() && rest.is_empty() {
                    out(b"/");
                } else {
                    out(prefix.as_bytes());
                    out(rest);
                }
            }
            PathPlan::Template(pieces) => {
                for piece in pieces {
                    out(match piece {
                        Piece::Literal(text) => text.as_bytes(),
                        Piece::Param(index) => params.get(*index, path).unwrap_or_default(),
                    });
                }
            }
        }
    }
}

/// Splits a rewriting template at its parameters; the error is the name of an unknown one.
fn pieces(text: &str, names: &[Box<str>]) -> Result<Box<[Piece]>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        let name = name.strip_prefix('*').unwrap_or(name);
        let index = names
            .iter()
            .position(|n| **n == *name)
            .ok_or_else(|| name.to_owned())?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        pieces.push(Piece::Param(index));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.into()));
    }
    Ok(pieces.into())
}

impl UpstreamPlan {
    pub(crate) fn new(upstream: &Upstream) -> Self {
        let own_port = if upstream.tls.is_some() { 443 } else { 80 };
        let authorities = upstream.targets.iter().map(|t| authority(t, own_port));
        Self {
            host: upstream.host.clone(),
            authorities: authorities.collect(),
        }
    }

    /// The `Host` (or `:authority`) that a target gets; `caller` is the authority the caller asked
    /// for, byte for byte. A caller of HTTP/1.0 may have none: then it is the target's.
    pub fn host<'a>(&'a self, target: usize, caller: Option<&'a [u8]>) -> &'a [u8] {
        let own = || {
            self.authorities
                .get(target)
                .map_or(&b""[..], |a| a.as_bytes())
        };
        match &self.host {
            HostMode::Pass => caller.filter(|c| !c.is_empty()).unwrap_or_else(own),
            HostMode::Target => own(),
            HostMode::Fixed(name) => name.as_bytes(),
        }
    }
}

fn authority(target: &Target, own_port: u16) -> Box<str> {
    let host = if target.host.contains(':') {
        format!("[{}]", target.host)
    } else {
        target.host.to_string()
    };
    if target.port == own_port {
        host.into()
    } else {
        format!("{host}:{}", target.port).into()
    }
}

impl Allowed<'_> {
    /// Writes the request target that the upstream gets: the path, rewritten where configured, and
    /// the query byte for byte, but for a credential in it.
    pub fn write_target(&self, rules: &Rules, query: Option<&[u8]>, mut out: impl FnMut(&[u8])) {
        rules.way(self).write_path(self.path, self.params, &mut out);
        let Some(query) = query else {
            return;
        };
        let (_, withheld) = self.withheld(rules);
        if withheld.is_empty() {
            out(b"?");
            out(query);
            return;
        }
        let mut before = b"?";
        let withheld = || withheld.iter().map(|name| name.as_bytes());
        for pair in query.split(|&b| b == b'&') {
            if !query::names(pair, withheld()) {
                out(before);
                out(pair);
                before = b"&";
            }
        }
    }

    /// Headers and query parameters that the upstream does not get because they may hold the
    /// consumer's credential.
    pub fn withheld<'a>(&self, rules: &'a Rules) -> (&'a [Name], &'a [Name]) {
        rules.withheld(&self.route)
    }

    /// The caller, as the upstream is told of it.
    pub fn consumer<'a>(&'a self, rules: &'a Rules) -> Option<Consumer<'a>> {
        let identity = self.identity?;
        Some(Consumer { identity, rules })
    }
}
