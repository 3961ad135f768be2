//! Stage 4: host, path and method to an operation.

use super::cors::{self, Asked};
use super::{Check, Outcome, connection};
use crate::facts::Facts;
use crate::path::{self, Reason, Rejected};
use crate::router::template::is_reserved;
use crate::router::{Found, Leaf, Params, Route};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::{NormalPath, Progress};
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{Lifecycle, Method, Version};
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[
    normal_path,
    preflight,
    operation,
    published,
    accepted,
    connection::tls_required,
    connection::certificate,
    connection::websocket,
];

/// Most bytes of a foreign path in evidence, and of a foreign method.
const SHOWN: usize = 512;
const TOKEN: usize = 32;

/// `*` asks about the server as a whole (RFC 9110 §9.3.7); no operation stands for that, so that
/// `OPTIONS *` is answered here and never forwarded: `route.not_found`. So is OPTIONS in absolute
/// form without a path, which means the same (RFC 9112 §3.2.4). With other methods an absolute
/// form without a path means `/`.
fn normal_path(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    if let Some(routed) = facts.routed() {
        progress.has_encoded_slash = routed.encoded_slash;
        progress.has_parameters = routed.parameters;
        progress.path = Some(NormalPath::Changed(routed.template.clone()));
        return Outcome::Pass;
    }
    let raw = facts.path();
    if raw.is_empty() {
        let star = facts.target() == b"*";
        if progress.method == Some(Method::Options) {
            return Outcome::Refuse(nothing_at(progress.host(facts), "*", rules));
        }
        if star {
            return Outcome::Refuse(rejected(facts.target(), Reason::NotAbsolute));
        }
        progress.path = Some(NormalPath::Changed("/".into()));
    } else if path::is_plain(raw) {
        progress.path = Some(NormalPath::begin(raw));
    } else {
        match path::normalise(raw) {
            Ok(normal) => {
                progress.has_encoded_slash = normal.has_encoded_slash;
                progress.has_parameters = normal.has_parameters;
                progress.path = Some(NormalPath::new(normal.text));
            }
            Err(Rejected { segment, reason }) => {
                return Outcome::Refuse(rejected(segment.of(raw), reason));
            }
        }
    }
    if let Some(query) = facts.query()
        && let Err(Rejected { reason, .. }) = path::check_query(query)
    {
        // The query itself is not evidence: it may hold secrets.
        let denial = Denial::new(Code::PathRejected).saw("part", "query");
        return Outcome::Refuse(denial.saw("error", reason.describe()));
    }
    Outcome::Pass
}

fn rejected(segment: &[u8], reason: Reason) -> Denial {
    Denial::new(Code::PathRejected)
        .saw("segment", printable(segment, 128))
        .saw("error", reason.describe())
}

/// A browser's question is about the request that would follow: the operation is that request's.
/// Where no policy answers it, it is a request like any other.
fn preflight(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(method), Some(path)) = (progress.method, progress.path_bytes(facts)) else {
        return Outcome::Pass;
    };
    let Some(token) = cors::asked(method, rules, facts) else {
        return Outcome::Pass;
    };
    if is_reserved(path) || may_lead_elsewhere(rules, facts) {
        return Outcome::Pass;
    }
    let mut params = Params::default();
    let host = progress.host_bytes(facts);
    let Some(leaf) = rules.router().leaf(host, path, &mut params) else {
        return Outcome::Pass;
    };
    let chosen = Method::parse(token).and_then(|method| Some((leaf.choose(method)?.route, method)));
    if let Some((route, method)) = chosen {
        let answered = rules.cors(&route, facts.now()).is_some();
        progress.preflight = Some(Asked {
            route,
            method,
            answered,
        });
        if answered {
            progress.route = Some(route);
            progress.params = params;
        }
        return Outcome::Pass;
    }
    let here = rules.access().environment_of(|| host);
    let beside = beside(rules, leaf, here, facts.now());
    if beside.is_none() || progress.has_encoded_slash || progress.has_parameters {
        return Outcome::Pass;
    }
    // As the request would be refused.
    let Some((denial, service)) = other_methods(rules, token, leaf, here) else {
        return Outcome::Pass;
    };
    progress.environment = here;
    progress.service = service;
    progress.beside = beside;
    Outcome::Refuse(denial)
}

/// Whether a record names an operation in place of the path, and it cannot be told whether that
/// path leads there by these rules: the same rules lead the template where they led the path.
fn may_lead_elsewhere(rules: &Rules, facts: &dyn Facts) -> bool {
    facts.routed().is_some_and(|routed| {
        facts.revision() != Some(rules.revision())
            && rules.templates().any(|other| routed.may_match(other))
    })
}

fn operation(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(method), Some(path)) = (progress.method, progress.path_bytes(facts)) else {
        return Outcome::Pass;
    };
    if progress.route.is_some() || progress.beside.is_some() {
        // A preflight was answered for.
        return Outcome::Pass;
    }
    if may_lead_elsewhere(rules, facts) {
        return Outcome::NotKept("path");
    }
    if is_reserved(path) {
        return Outcome::Own;
    }
    let mut params = Params::default();
    let host = progress.host_bytes(facts);
    let denial = match rules.router().find(host, path, method, &mut params) {
        Found::Operation(candidate) => {
            progress.route = Some(candidate.route);
            progress.params = params;
            return Outcome::Pass;
        }
        _ if progress.has_encoded_slash => offending(facts, b"%2F", Reason::EncodedSlash),
        _ if progress.has_parameters => offending(facts, b";", Reason::Parameters),
        Found::OtherMethods(leaf) => {
            let here = rules.access().environment_of(|| host);
            progress.environment = here;
            let beside = beside(rules, leaf, here, facts.now());
            if let Some((denial, service)) =
                other_methods(rules, method.as_str().as_bytes(), leaf, here)
            {
                progress.service = service;
                progress.beside = beside;
                denial
            } else {
                let routes = leaf.candidates.iter().map(|c| c.route);
                elsewhere(progress, rules, facts, here, routes)
            }
        }
        Found::Draft => {
            let denial = not_found(progress, rules, facts);
            hidden(Code::NotPublished, denial).saw("state", "draft")
        }
        Found::Nothing { host_known: false } if facts.tls().is_some() => {
            connection::misdirected_denial(progress, facts)
        }
        Found::Nothing { .. } => not_found(progress, rules, facts),
    };
    Outcome::Refuse(denial)
}

/// An operation at a path that is published here, and whose policy is about pages of other origins.
fn beside(rules: &Rules, leaf: &Leaf, here: usize, now: i64) -> Option<Route> {
    let mut routes = leaf.candidates.iter().map(|candidate| candidate.route);
    routes.find(|route| is_here(rules, route, here) && rules.cors(route, now).is_some())
}

/// A version may be published in some environments only; elsewhere it is not there.
fn published(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    progress.environment = rules.access().environment_of(|| progress.host_bytes(facts));
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    if is_here(rules, &route, progress.environment) {
        return Outcome::Pass;
    }
    let here = progress.environment;
    Outcome::Refuse(elsewhere(progress, rules, facts, here, [route]))
}

/// Whether the version of an operation is published in an environment.
fn is_here(rules: &Rules, route: &Route, environment: usize) -> bool {
    let version = rules.version(route);
    let here = rules.environment(environment);
    version.environments.is_empty() || version.environments.iter().any(|e| e == here)
}

/// Operations that are published, but not here.
fn elsewhere(
    progress: &Progress,
    rules: &Rules,
    facts: &dyn Facts,
    here: usize,
    routes: impl IntoIterator<Item = Route>,
) -> Denial {
    let routes = routes.into_iter();
    let environments = routes.flat_map(|route| &rules.version(&route).environments);
    let mut published: Vec<&str> = environments.map(|name| &**name).collect();
    published.dedup();
    let (published, here) = (published.join(", "), rules.environment(here));
    hidden(Code::NotPublished, not_found(progress, rules, facts))
        .saw("state", format!("published in {published}, not in {here}"))
}

/// What the matched service does not accept.
fn accepted(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let rules = snapshot.rules;
    let service = rules.service(&route);
    let denial = if progress.has_encoded_slash && !service.encoded_slash {
        Some(offending(facts, b"%2F", Reason::EncodedSlash))
    } else if progress.has_parameters && !service.path_parameters {
        Some(offending(facts, b";", Reason::Parameters))
    } else {
        retired(rules.version(&route))
    };
    denial.map_or(Outcome::Pass, Outcome::Refuse)
}

/// A refusal that in public is `route.not_found`: it takes the same evidence and work.
pub(super) fn hidden(code: Code, mut not_found: Denial) -> Denial {
    let hidden = Denial::new(code);
    not_found.code = hidden.code;
    not_found.fault = hidden.fault;
    not_found.retry = hidden.retry;
    not_found
}

/// `None` unless the version is retired.
fn retired(version: &Version) -> Option<Denial> {
    let Lifecycle::Retired { at, successor } = &version.state else {
        return None;
    };
    let denial = Denial::new(Code::VersionRetired)
        .saw("version", version.name.to_string())
        .saw("retired_at", connection::moment(*at));
    Some(match successor {
        Some(successor) => denial.saw("successor", successor.to_string()),
        None => denial,
    })
}

/// A rejection that names the segment with that piece in it, in any case.
fn offending(facts: &dyn Facts, piece: &[u8], reason: Reason) -> Denial {
    let segment = facts
        .path()
        .split(|&b| b == b'/')
        .find(|s| {
            s.windows(piece.len())
                .any(|w| w.eq_ignore_ascii_case(piece))
        })
        .unwrap_or_default();
    rejected(segment, reason)
}

/// The operations at a path have other methods; with the service, if it is one. `None` if none of
/// them is published here.
fn other_methods(
    rules: &Rules,
    method: &[u8],
    leaf: &Leaf,
    here: usize,
) -> Option<(Denial, Option<usize>)> {
    let candidates = || {
        let all = leaf.candidates.iter();
        all.filter(|c| is_here(rules, &c.route, here))
    };
    let first = candidates().next()?.route;
    let alone = candidates().all(|c| c.route.service == first.service);
    let service = alone.then_some(first.service);
    // A path that only retired versions have is gone, whatever the method.
    if candidates().all(|c| c.retired)
        && let Some(denial) = retired(rules.version(&first))
    {
        return Some((denial, service));
    }
    let allowed: Vec<Cow<'static, str>> = Method::ALL
        .into_iter()
        .filter(|&m| candidates().any(|c| !c.retired && c.methods.answers(m)))
        .map(|m| Cow::Borrowed(m.as_str()))
        .collect();
    let denial = Denial::new(Code::MethodNotAllowed)
        .saw("method", printable(method, TOKEN))
        .saw("allowed", allowed);
    Some((denial, service))
}

pub(super) fn not_found(progress: &Progress, rules: &Rules, facts: &dyn Facts) -> Denial {
    let path = progress.path(facts).unwrap_or_default();
    nothing_at(progress.host(facts), path, rules)
}

/// A refusal with the evidence of a `route.not_found`, for services that conceal themselves: as
/// that one it is told.
#[must_use]
pub fn concealed(mut denial: Denial, host: &str, path: &str, rules: &Rules) -> Denial {
    let host = Some(host).filter(|host| !host.is_empty());
    let mut told = nothing_at(host, path, rules);
    denial.evidence.append(&mut told.evidence);
    denial
}

/// Nothing answers at that path of that host.
pub(crate) fn nothing_at(host: Option<&str>, path: &str, rules: &Rules) -> Denial {
    let here = rules.access().environment_of(|| host.map(str::as_bytes));
    let nearest: Vec<Cow<'static, str>> = rules
        .router()
        .nearest(host, path, |route| is_here(rules, route, here))
        .into_iter()
        .map(Cow::Owned)
        .collect();
    let denial = Denial::new(Code::NotFound)
        .saw("host", printable(host.unwrap_or_default().as_bytes(), 255))
        .saw("path", printable(path.as_bytes(), SHOWN));
    if nearest.is_empty() {
        denial
    } else {
        denial.saw("nearest", nearest)
    }
}
