//! Stage 12: whether the caller holds the scopes that the operation requires, and one of the access
//! roles that it names; then what policies say of some requests, and what Cedar policies say, which
//! cost more.

pub(crate) mod cedar;

use super::subscription::needs_one;
use super::{Check, Outcome, about, external};
use crate::facts::Facts;
use crate::identity::{Caller, Identity};
use crate::router::Route;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Method, Name};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Others are asked last: what is refused here already is nothing for them.
pub(super) const CHECKS: &[Check] = &[
    scopes,
    denied,
    roles,
    about::without_body,
    cedar::policies,
    external::by_head,
];

/// What counts is what was granted and what the credential carries. Whoever may pass without a
/// key needs no scopes.
fn scopes(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
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
    let unknown = |scope: &Name| !facts.knows_token_scope(scope);
    if identity.token.is_some() && operation.scopes.iter().any(unknown) {
        return Outcome::NotKept("token_scopes");
    }
    let granted = identity.granted(rules);
    let carries = |scope: &Name| identity.carries(scope);
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
    // The near misses: where one of the parts has what another lacks.
    let not_granted = names(&mut lacking().filter(|scope| !granted.contains(scope)));
    if !not_granted.is_empty() {
        denial = denial.saw("not_granted", not_granted);
    }
    let not_in_token = names(&mut lacking().filter(|scope| !identity.token_carries(scope)));
    if !not_in_token.is_empty() {
        denial = denial.saw("not_in_token", not_in_token);
    }
    let not_carried = names(&mut lacking().filter(|scope| !identity.credential_carries(scope)));
    if !not_carried.is_empty() {
        denial = denial
            .saw("key", identity.credential.id.to_string())
            .saw("not_carried", not_carried);
    }
    Outcome::Refuse(denial)
}

/// What an access role denies, nobody calls who has it, by itself or inherited, whatever else it
/// has: a credential that leaves the role out, or an operation that asks for no credential, opens
/// nothing.
fn denied(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(route), Some(method)) = (progress.route, progress.method) else {
        return Outcome::Pass;
    };
    if !rules.roles_deny(&route) {
        return Outcome::Pass;
    }
    let identity = match &progress.caller {
        Caller::Unknown => return Outcome::NotKept("identity"),
        Caller::Anonymous => return Outcome::Pass,
        Caller::Known(identity) => identity,
    };
    if !facts.knows_access_roles() {
        return Outcome::NotKept("access_roles");
    }
    let mut given = identity.given_roles();
    let Some(role) = given.find(|role| rules.role_denies(role, &route, method)) else {
        return Outcome::Pass;
    };
    let mut denial = Denial::new(Code::Forbidden)
        .saw("role", role.to_string())
        .saw("app", identity.app.name.to_string())
        .saw("service", rules.service(&route).name.to_string())
        .saw("operation", rules.operation(&route).name.to_string())
        .saw("method", method.as_str());
    if let Some(by) = rules
        .denying_role(role, &route, method)
        .filter(|by| *by != role)
    {
        denial = denial.saw("inherited_from", by.to_string());
    }
    Outcome::Refuse(denial)
}

/// One access role is enough: the operation names it, it allows the operation with this method, the
/// app carries it, or one that inherits it, by itself, by a group or by its token, and so does the
/// credential. Whoever may pass without a key needs none.
fn roles(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(route), Some(method)) = (progress.route, progress.method) else {
        return Outcome::Pass;
    };
    let operation = rules.operation(&route);
    if operation.access_roles.is_empty() || operation.anonymous {
        return Outcome::Pass;
    }
    let identity = match &progress.caller {
        Caller::Unknown => return Outcome::NotKept("identity"),
        // A service without authentication is open.
        Caller::Anonymous => return Outcome::Pass,
        Caller::Known(identity) => identity,
    };
    if !facts.knows_access_roles() {
        return Outcome::NotKept("access_roles");
    }
    let mut counting = identity.access_roles();
    if counting.any(|role| rules.role_passes(role, &route, method)) {
        return Outcome::Pass;
    }
    Outcome::Refuse(role_missing(identity, rules, &route, method))
}

/// What of other services the caller carries is nothing for the publisher of this one.
fn role_missing(identity: &Identity, rules: &Rules, route: &Route, method: Method) -> Denial {
    let (service, operation) = (rules.service(route), rules.operation(route));
    let required = &operation.access_roles;
    let names = |list: &mut dyn Iterator<Item = &Name>| -> Vec<Cow<'static, str>> {
        let names: BTreeSet<&Name> = list.collect();
        names.into_iter().map(|n| n.to_string().into()).collect()
    };
    let allows = |role: &Name| rules.role_allows(role, route, Some(method));
    let is_about = |role: &&Name| {
        let mut included = rules.roles_included(role);
        included.any(|role| role.is_about(&service.name))
    };
    let mut denial = Denial::new(Code::RoleMissing)
        .saw(
            "required",
            names(&mut required.iter().filter(|r| allows(r))),
        )
        .saw("has", names(&mut identity.access_roles().filter(is_about)))
        .saw("app", identity.app.name.to_string())
        .saw("service", service.name.to_string())
        .saw("operation", operation.name.to_string())
        .saw("method", method.as_str());
    // The near misses: the role is there, but the key leaves it out, or it is for other methods.
    let counting: Vec<&Name> = identity.access_roles().collect();
    let named = |role: &&Name| required.contains(role);
    let left_out = |role: &&Name| allows(role) && !counting.contains(role);
    let not_carried = names(&mut identity.given_roles().filter(named).filter(left_out));
    if !not_carried.is_empty() {
        denial = denial
            .saw("key", identity.credential.id.to_string())
            .saw("not_carried", not_carried);
    }
    let not_allowing = names(&mut identity.access_roles().filter(named));
    if !not_allowing.is_empty() {
        denial = denial.saw("not_allowing", not_allowing);
    }
    denial
}
