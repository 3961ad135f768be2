//! Whether a request would pass.

use super::answer::Answer;
use crate::exchange::{enforced, standing};
use crate::refusal::StandingWindow;
use postern_model::entity::Measure;
use postern_policy::facts::Reading;
use postern_policy::policies::LimitUse;
use postern_policy::router::Route;
use postern_policy::{Allowed, Rules};
use serde::Serialize;
use std::borrow::Cow;

/// What is left of a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Left {
    name: String,
    /// What its counter is kept by. Empty: all requests together.
    by: Vec<Cow<'static, str>>,
    limit: u64,
    /// Seconds; absent: so many at a time, or in what `period` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<u64>,
    /// Of a quota: `month`, `day (Europe/Berlin)`, `12h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// Of a quota: how much of it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    remaining: u64,
    /// In how many seconds everything is free again; of a quota, in how many it is renewed.
    reset: u64,
}

/// What is left of limits of which nothing was taken.
pub(crate) fn left(uses: &[LimitUse], readings: &[Reading]) -> Vec<Left> {
    let all = enforced(uses, readings).map(|(one, reading)| {
        let standing = standing(one, reading, 0);
        let quota = match one.limit.measure {
            Measure::Quota { per, .. } => Some(per),
            _ => None,
        };
        Left {
            name: standing.name.to_owned(),
            by: one.words(),
            limit: standing.limit,
            window: match standing.window {
                StandingWindow::Seconds(window) => Some(window),
                StandingWindow::Calendar | StandingWindow::AtOnce => None,
            },
            period: quota.map(|per| per.to_string()),
            used: quota.map(|_| standing.limit.saturating_sub(standing.remaining)),
            remaining: standing.remaining,
            reset: standing.reset,
        }
    });
    all.collect()
}

#[derive(Debug, Serialize)]
struct Checked<'a> {
    request_id: &'a str,
    decision: &'static str,
    service: &'a str,
    version: &'a str,
    operation: &'a str,
    environment: &'a str,
    /// Null: the operation asks nobody who calls.
    app: Option<&'a str>,
    scopes: Vec<&'a str>,
    limits: Vec<Left>,
}

/// The answer about a request that would pass.
pub(crate) fn answer(
    id: &str,
    allowed: &Allowed<'_>,
    readings: &[Reading],
    rules: &Rules,
) -> Option<Answer> {
    let route = &allowed.route;
    let identity = allowed.identity;
    let scopes = identity.map(|identity| identity.scopes(rules).map(|scope| &**scope).collect());
    Answer::personal(
        200,
        &Checked {
            request_id: id,
            decision: "allowed",
            service: &rules.service(route).name,
            version: &rules.version(route).name,
            operation: &rules.operation(route).name,
            environment: rules.environment(allowed.environment),
            app: identity.map(|identity| &*identity.app.name),
            scopes: scopes.unwrap_or_default(),
            limits: left(allowed.limits, readings),
        },
    )
}

#[derive(Debug, Serialize)]
struct Beforehand<'a> {
    request_id: &'a str,
    decision: &'static str,
    service: &'a str,
    version: &'a str,
    operation: &'a str,
    /// It is a browser's question, which asks nobody who calls.
    preflight: bool,
}

/// The answer about a browser's question that would be answered with yes.
pub(crate) fn beforehand(id: &str, route: &Route, rules: &Rules) -> Option<Answer> {
    Answer::personal(
        200,
        &Beforehand {
            request_id: id,
            decision: "allowed",
            service: &rules.service(route).name,
            version: &rules.version(route).name,
            operation: &rules.operation(route).name,
            preflight: true,
        },
    )
}
