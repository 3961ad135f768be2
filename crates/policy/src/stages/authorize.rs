//! Stage 12: whether the caller holds the scopes that the operation requires.

use super::subscription::needs_one;
use super::{Check, Outcome};
use crate::facts::Facts;
use crate::identity::Caller;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::Name;
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[scopes];

/// What counts is what was granted and what the credential carries. Whoever may pass without a
/// key needs no scopes.
fn scopes(progress: &mut Progress, snapshot: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let operation = rules.operation(&route);
    if operation.scopes.is_empty() || operation.anonymous {
        return Outcome::Pass;
    }
    let identity = match &progress.caller {
        Caller::Unknown => return Outcome::NotKept("identity"),
        // A service without authentication is open.
        Caller::Anonymous => return Outcome::Pass,
        Caller::Known(identity) => identity,
    };
    if identity.subscription.is_none() && needs_one(rules, &route) {
        // It is missing, which was refused before: what it would grant nobody knows.
        return Outcome::NotKept("subscription");
    }
    let granted = identity.granted(rules);
    let own = identity.credential.scopes.as_deref();
    let carries = |scope: &Name| own.is_none_or(|list| list.contains(scope));
    let lacks = |scope: &&Name| !granted.contains(scope) || !carries(scope);
    if !operation.scopes.iter().any(|scope| lacks(&scope)) {
        return Outcome::Pass;
    }
    let names = |list: &mut dyn Iterator<Item = &Name>| -> Vec<Cow<'static, str>> {
        list.map(|name| name.to_string().into()).collect()
    };
    let lacking = || operation.scopes.iter().filter(lacks);
    let mut denial = Denial::new(Code::ScopeMissing)
        .saw("required", names(&mut operation.scopes.iter()))
        .saw("granted", names(&mut identity.scopes(rules)))
        .saw("app", identity.app.name.to_string());
    if let Some(subscription) = &identity.subscription {
        denial = denial.saw("subscription", subscription.id.to_string());
    }
    // The near misses: where one of the two halves has what the other lacks.
    let not_granted = names(&mut lacking().filter(|scope| !granted.contains(scope)));
    if !not_granted.is_empty() {
        denial = denial.saw("not_granted", not_granted);
    }
    let not_carried = names(&mut lacking().filter(|scope| !carries(scope)));
    if !not_carried.is_empty() {
        denial = denial
            .saw("key", identity.credential.id.to_string())
            .saw("not_carried", not_carried);
    }
    Outcome::Refuse(denial)
}
