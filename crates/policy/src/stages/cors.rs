//! Stage 6: which pages of other origins may call. Questions that browsers ask beforehand
//! (preflights) are answered here, so that they never meet authentication: they carry no
//! credentials.

use super::{Check, Outcome};
use crate::facts::{Facts, values};
use crate::fields::{Known, list_members};
use crate::origin;
use crate::policies::{Compiled, Cors, Holds, holds};
use crate::router::Route;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial, Fault, printable};
use postern_model::entity::Method;
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[origin, answer];

/// Longest origin and most headers in evidence.
const SHOWN: usize = 255;
const HEADERS: usize = 20;

/// What a browser asks before a request of a page of another origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The operation that the request would be for.
    pub(crate) route: Route,
    /// Its method.
    pub(crate) method: Method,
    /// The gateway answers, by a policy that is enforced.
    pub(crate) answered: bool,
}

/// The method that a preflight asks about (Fetch Standard §3.3.2); `None` of what is none.
pub(super) fn asked<'a>(method: Method, rules: &Rules, facts: &'a dyn Facts) -> Option<&'a [u8]> {
    if method != Method::Options || !rules.policies().have_cors() {
        return None;
    }
    facts.header(Known::Origin, 0)?;
    facts.header(Known::AccessControlRequestMethod, 0)
}

/// Whether pages of the origin may send this, or what the preflight asks about. The nearest policy
/// holds; those nearer that are in shadow mode say what they would have refused.
fn origin(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let policies = rules.policies();
    let Some(route) = progress
        .preflight
        .map(|asked| asked.route)
        .or(progress.route)
    else {
        return Outcome::Pass;
    };
    let Some(set) = policies.of(route.plan).filter(|set| !set.cors.is_empty()) else {
        return Outcome::Pass;
    };
    if !facts.came(Known::Origin) {
        return Outcome::Pass;
    }
    for &at in set.cors.iter().rev() {
        let (Some(policy), Some(Compiled::Cors(cors))) = (rules.policy(at), policies.compiled(at))
        else {
            continue;
        };
        let holds = holds(policy, facts.now());
        if holds == Holds::Off {
            continue;
        }
        let found = match progress.preflight {
            Some(asked) => of_preflight(cors, asked.method, facts),
            None => of_request(cors, progress, rules, facts),
        };
        let mut found = found
            .into_iter()
            .map(|denial| denial.by_policy(policy.name.clone()));
        if holds == Holds::Shadow {
            progress.shadow.extend(found);
            continue;
        }
        let Some(first) = found.next() else {
            break;
        };
        progress.also.extend(found);
        return Outcome::Refuse(first);
    }
    Outcome::Pass
}

/// A preflight ends here: nothing behind this stage is asked of it.
fn answer(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    match progress.preflight {
        Some(asked) if asked.answered => Outcome::Preflight,
        _ => Outcome::Pass,
    }
}

fn of_preflight(cors: &Cors, method: Method, facts: &dyn Facts) -> Vec<Denial> {
    let origin = origin::sent(facts).unwrap_or_default();
    if !cors.allows_origin(origin) {
        return vec![not_allowed(cors, origin)];
    }
    let list = |texts: &mut dyn Iterator<Item = String>| -> Vec<Cow<'static, str>> {
        texts.map(Cow::Owned).collect()
    };
    // The origin may: what its policy lacks is for the owners to add.
    let seen = |code| {
        let mut denial = Denial::new(code).saw("origin", printable(origin, SHOWN));
        denial.fault = Fault::Publisher;
        denial
    };
    let mut found = Vec::new();
    if !cors.allows_method(method) {
        let allowed = Method::ALL.iter().filter(|m| cors.allows_method(**m));
        let allowed = list(&mut allowed.map(|m| m.as_str().to_owned()));
        let denial = seen(Code::CorsMethodNotAllowed).saw("asked", method.as_str());
        found.push(denial.with("allowed", allowed, Audience::Publisher));
    }
    let headers = values(facts, Known::AccessControlRequestHeaders).flat_map(list_members);
    let missing = headers.filter(|name| !cors.allows_header(name));
    let missing = list(&mut missing.take(HEADERS).map(|name| printable(name, 64)));
    if !missing.is_empty() {
        let allowed = list(&mut cors.headers.iter().map(ToString::to_string));
        let denial = seen(Code::CorsHeaderNotAllowed).saw("asked", missing);
        found.push(denial.with("allowed", allowed, Audience::Publisher));
    }
    found
}

/// Whoever calls without asking: refused only where the policy says so.
fn of_request(cors: &Cors, progress: &Progress, rules: &Rules, facts: &dyn Facts) -> Vec<Denial> {
    if !cors.enforce_origin || is_our_own(progress, rules, facts) {
        return Vec::new();
    }
    let origin = origin::sent(facts).unwrap_or_default();
    if !cors.allows_origin(origin) {
        return vec![not_allowed(cors, origin)];
    }
    // The handshake of a WebSocket has cookies whether the page wants them or not.
    if !cors.credentials && !progress.websocket && facts.came(Known::Cookie) {
        let denial = Denial::new(Code::CorsCredentialsNotAllowed);
        let denial = denial.saw("origin", printable(origin, SHOWN));
        return vec![denial.saw("asked", "Cookie")];
    }
    Vec::new()
}

fn not_allowed(cors: &Cors, origin: &[u8]) -> Denial {
    let allowed = cors.shown.iter().map(|text| Cow::Owned(text.to_string()));
    let allowed: Vec<Cow<'static, str>> = allowed.collect();
    Denial::new(Code::OriginNotAllowed)
        .saw("origin", printable(origin, SHOWN))
        .with("allowed", allowed, Audience::Publisher)
}

/// Whether the page is of the very origin that it calls: browsers say `Origin` there too.
fn is_our_own(progress: &Progress, rules: &Rules, facts: &dyn Facts) -> bool {
    let fetch_site = facts.header(Known::SecFetchSite, 0);
    if fetch_site == Some(b"same-origin") {
        return true;
    }
    let origin = origin::sent(facts).unwrap_or_default();
    let trusted = progress
        .client
        .is_some_and(|client| client.via_trusted_proxy);
    let client = &rules.configuration().client;
    origin::is_own(origin, facts, progress.scheme, trusted.then_some(client))
}
