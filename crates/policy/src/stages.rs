//! The stages of a request's life: one ordered list.

mod client;
mod connection;
mod headers;
pub mod response;
mod route;
pub mod upstream;

use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::Stage;
use postern_model::denial::Denial;

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
    line(Stage::Connection,   connection::CHECKS, "nothing is known before"),
    line(Stage::Client,       client::CHECKS,     "every later rule about addresses must agree on the client's"),
    line(Stage::Edge,         &[],                "before routing, so that scans and preflights count"),
    line(Stage::Route,        route::CHECKS,      "an unknown path is 404 for everybody, never 401 or 403; what the service asks of the connection follows as soon as it is known"),
    line(Stage::Network,      &[],                "cheap, shields everything behind it"),
    line(Stage::Cors,         &[],                "a preflight carries no credentials, so it must not meet authentication"),
    line(Stage::Headers,      headers::CHECKS,    "still cheap, no body read yet"),
    line(Stage::Authenticate, &[],                "strangers are known as such before anything costs more"),
    line(Stage::Csrf,         &[],                "only now it is known whether the credential is an ambient one"),
    line(Stage::Account,      &[],                "identity is known"),
    line(Stage::Subscription, &[],                "the app is known and may act"),
    line(Stage::Authorize,    &[],                "the subscription's scopes are known"),
    line(Stage::Limits,       &[],                "only callers who may call consume"),
    line(Stage::Body,         &[],                "strangers cannot make the gateway buffer"),
    line(Stage::Content,      &[],                "rules about the body need the body"),
    line(Stage::Upstream,     &[],                "everything that may refuse has spoken"),
    line(Stage::Response,     &[],                "there is an answer"),
];
