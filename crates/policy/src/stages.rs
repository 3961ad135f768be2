//! The stages of a request's life: one ordered list.

mod about;
mod account;
pub(crate) mod authenticate;
mod authorize;
pub mod body;
mod client;
mod connection;
mod content;
mod contract;
pub(crate) mod cors;
pub(crate) mod csrf;
mod edge;
pub(crate) mod external;
mod headers;
pub(crate) mod limits;
mod network;
pub mod response;
pub(crate) mod route;
mod subscription;
pub mod upstream;

pub use authorize::cedar::NearMiss;
pub(crate) use authorize::cedar::{Open as CedarOpen, near_miss};
pub use route::concealed;

use crate::decision::{Depth, FactRequest};
use crate::facts::Facts;
use crate::policies::{Compiled, Effective, Holds, holds};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::Stage;
use postern_model::denial::Denial;
use std::time::Duration;

/// What a check says.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Nothing against it.
    Pass,
    /// A fact is missing.
    Need(FactRequest),
    /// Refused.
    Refuse(Denial),
    /// A record did not keep what it takes to tell; what that is.
    NotKept(&'static str),
    /// The gateway answers it itself; nothing else is asked.
    Own,
    /// A browser's question, which ends here; nothing else is asked.
    Preflight,
}

/// One question of a stage. It writes what it finds into the progress, so that it is asked once.
pub(crate) type Check = fn(&mut Progress, &Snapshot<'_>, &dyn Facts) -> Outcome;

/// One line of the list.
#[derive(Debug)]
pub struct Line {
    /// The stage.
    pub stage: Stage,
    /// Why it stands where it stands.
    pub why: &'static str,
    /// What it asks, in order. Empty: nothing of it can be configured, so that it passes.
    pub(crate) checks: &'static [Check],
}

const fn line(stage: Stage, checks: &'static [Check], why: &'static str) -> Line {
    Line { stage, why, checks }
}

/// Every stage, in the order in which they run.
///
/// `upstream` and `response` decide nothing before the request goes out: what they do is in
/// [`upstream`] and [`response`], called by the data plane.
#[rustfmt::skip]
pub const STAGES: [Line; Stage::COUNT as usize] = [
    line(Stage::Connection,   connection::CHECKS,   "nothing is known before"),
    line(Stage::Client,       client::CHECKS,       "every later rule about addresses must agree on the client's"),
    line(Stage::Edge,         edge::CHECKS,         "before routing, so that scans and preflights count"),
    line(Stage::Route,        route::CHECKS,        "an unknown path is 404 for everybody, never 401 or 403; what the service asks of the connection follows as soon as it is known"),
    line(Stage::Network,      network::CHECKS,      "cheap, shields everything behind it"),
    line(Stage::Cors,         cors::CHECKS,         "a preflight carries no credentials, so it must not meet authentication"),
    line(Stage::Headers,      headers::CHECKS,      "still cheap, no body read yet"),
    line(Stage::Authenticate, authenticate::CHECKS, "strangers are known as such before anything costs more"),
    line(Stage::Csrf,         csrf::CHECKS,         "only now it is known whether the credential is an ambient one"),
    line(Stage::Account,      account::CHECKS,      "identity is known"),
    line(Stage::Subscription, subscription::CHECKS, "the app is known and may act"),
    line(Stage::Authorize,    authorize::CHECKS,    "the subscription's scopes are known"),
    line(Stage::Limits,       limits::CHECKS,       "only callers who may call consume"),
    line(Stage::Body,         body::CHECKS,         "strangers cannot make the gateway buffer"),
    line(Stage::Content,      content::CHECKS,      "rules about the body need the body"),
    line(Stage::Upstream,     &[],                  "everything that may refuse has spoken"),
    line(Stage::Response,     &[],                  "there is an answer"),
];

/// Asks the policies of one kind that hold for the matched operation. An enforced one that
/// refuses ends it, unless everything is to be known: then the first refusal is the outcome and
/// the others are noted. What those in shadow mode would refuse is noted apart.
fn judge(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    now: i64,
    kind: impl Fn(&Effective) -> &[u32],
    mut refuses: impl FnMut(&mut Progress, &Compiled) -> Option<Denial>,
) -> Outcome {
    let rules = snapshot.rules;
    let policies = rules.policies();
    let Some(set) = progress.route.and_then(|route| policies.of(route.plan)) else {
        return Outcome::Pass;
    };
    let mut first = None;
    for &at in kind(set) {
        let (Some(policy), Some(compiled)) = (rules.policy(at), policies.compiled(at)) else {
            continue;
        };
        let holds = holds(policy, now);
        if holds == Holds::Off {
            continue;
        }
        let Some(denial) = refuses(progress, compiled) else {
            continue;
        };
        let denial = denial.by_policy(policy.name.clone());
        if holds == Holds::Shadow {
            progress.shadow.push(denial);
        } else if first.is_none() {
            first = Some(denial);
            if progress.depth == Depth::FirstDenial {
                break;
            }
        } else {
            progress.also.push(denial);
        }
    }
    first.map_or(Outcome::Pass, Outcome::Refuse)
}

/// Milliseconds as whole seconds, rounded up: what `Retry-After` takes.
fn seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1000))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// A duration in milliseconds, for evidence.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
