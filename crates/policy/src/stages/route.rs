//! Stage 4: host, path and method to an operation.

use super::{Check, Outcome, connection};
use crate::facts::Facts;
use crate::path::{self, Reason, Rejected};
use crate::router::template::is_reserved;
use crate::router::{Found, Leaf, Params};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::{NormalPath, Progress};
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{Lifecycle, Method, Version};
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[
    normal_path,
    operation,
    published,
    connection::tls_required,
    connection::certificate,
    connection::websocket,
];

/// Most bytes of a foreign path in evidence.
const SHOWN: usize = 512;

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

fn operation(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(method), Some(path)) = (progress.method, progress.path_bytes(facts)) else {
        return Outcome::Pass;
    };
    if facts.routed().is_some_and(|routed| {
        // The same rules lead the template where they led the path.
        facts.revision() != Some(rules.revision())
            && rules.templates().any(|other| routed.may_match(other))
    }) {
        return Outcome::NotKept("path");
    }
    if is_reserved(path) {
        return Outcome::Own;
    }
    let mut params = Params::default();
    let host = progress.host_bytes(facts);
    let denial = match rules.router().find(host, path, method, &mut params) {
        Found::Operation(candidate) => {
            let route = candidate.route;
            let refused = unacceptable(progress, rules, facts, &route);
            progress.route = Some(route);
            progress.params = params;
            match refused {
                None => return Outcome::Pass,
                Some(denial) => denial,
            }
        }
        _ if progress.has_encoded_slash => offending(facts, b"%2F", Reason::EncodedSlash),
        _ if progress.has_parameters => offending(facts, b";", Reason::Parameters),
        Found::OtherMethods(leaf) => other_methods(rules, method, leaf),
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

/// A version may be published in some environments only; elsewhere it is not there.
fn published(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    progress.environment = rules.access().environment_of(|| progress.host_bytes(facts));
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let version = rules.version(&route);
    let here = rules.environment(progress.environment);
    if version.environments.is_empty() || version.environments.iter().any(|e| e == here) {
        return Outcome::Pass;
    }
    let published = version.environments.join(", ");
    let denial = hidden(Code::NotPublished, not_found(progress, rules, facts));
    Outcome::Refuse(denial.saw("state", format!("published in {published}, not in {here}")))
}

/// A refusal that in public is `route.not_found`: it takes the same evidence and work.
pub(super) fn hidden(code: Code, mut not_found: Denial) -> Denial {
    let hidden = Denial::new(code);
    not_found.code = hidden.code;
    not_found.fault = hidden.fault;
    not_found.retry = hidden.retry;
    not_found
}

/// What the matched service does not accept.
fn unacceptable(
    progress: &Progress,
    rules: &Rules,
    facts: &dyn Facts,
    route: &crate::router::Route,
) -> Option<Denial> {
    let service = rules.service(route);
    if progress.has_encoded_slash && !service.encoded_slash {
        return Some(offending(facts, b"%2F", Reason::EncodedSlash));
    }
    if progress.has_parameters && !service.path_parameters {
        return Some(offending(facts, b";", Reason::Parameters));
    }
    retired(rules.version(route))
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

fn other_methods(rules: &Rules, method: Method, leaf: &Leaf) -> Denial {
    // A path that only retired versions have is gone, whatever the method.
    if let Some(first) = leaf.candidates.first()
        && leaf.candidates.iter().all(|c| c.retired)
        && let Some(denial) = retired(rules.version(&first.route))
    {
        return denial;
    }
    let allowed: Vec<Cow<'static, str>> = Method::ALL
        .into_iter()
        .filter(|&m| {
            leaf.candidates
                .iter()
                .any(|c| !c.retired && c.methods.answers(m))
        })
        .map(|m| Cow::Borrowed(m.as_str()))
        .collect();
    Denial::new(Code::MethodNotAllowed)
        .saw("method", method.as_str())
        .saw("allowed", allowed)
}

pub(super) fn not_found(progress: &Progress, rules: &Rules, facts: &dyn Facts) -> Denial {
    let path = progress.path(facts).unwrap_or_default();
    nothing_at(progress.host(facts), path, rules)
}

/// Nothing answers at that path of that host.
pub(crate) fn nothing_at(host: Option<&str>, path: &str, rules: &Rules) -> Denial {
    let nearest: Vec<Cow<'static, str>> = rules
        .router()
        .nearest(host, path)
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
