//! Stage 11: whether the app may call this service.

use super::authenticate::seconds;
use super::connection::moment;
use super::route::{hidden, not_found};
use super::{Check, Outcome};
use crate::decision::Depth;
use crate::facts::Facts;
use crate::identity::Caller;
use crate::router::Route;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Coverage, Name, Subscription, SubscriptionState, Visibility};
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[isolation, subscription, coverage];

/// A private service is there for its own tenant, and for those that it is shared with.
fn isolation(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let service = rules.service(&route);
    let Visibility::Private { shared_with } = &service.visibility else {
        return Outcome::Pass;
    };
    let identity = match &progress.caller {
        Caller::Unknown => return Outcome::NotKept("identity"),
        Caller::Anonymous => None,
        Caller::Known(identity) => Some(identity),
    };
    let tenant = identity.map(|identity| &identity.tenant.name);
    if tenant.is_some_and(|t| service.tenant.as_ref() == Some(t) || shared_with.contains(t)) {
        return Outcome::Pass;
    }
    let denial = hidden(Code::TenantIsolated, not_found(progress, rules, facts))
        .saw("service", service.name.to_string());
    Outcome::Refuse(match identity {
        Some(identity) => denial
            .saw("app", identity.app.name.to_string())
            .saw("tenant", identity.tenant.name.to_string()),
        None => denial,
    })
}

/// Finds the app's subscription. One that is in force is noted; without one, only those pass who
/// need none: the service asks for none, or whoever has no key may pass as well.
fn subscription(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let Some(route) = progress.route else {
        return Outcome::Pass;
    };
    let depth = progress.depth;
    let identity = match &mut progress.caller {
        Caller::Unknown => return Outcome::NotKept("identity"),
        Caller::Anonymous => return Outcome::Pass,
        Caller::Known(identity) => identity,
    };
    let service = rules.service(&route);
    let needed = needs_one(rules, &route);
    let about = |code| {
        Denial::new(code)
            .saw("app", identity.app.name.to_string())
            .saw("service", service.name.to_string())
    };
    let row = snapshot
        .directory
        .subscription(&identity.app.name, &service.name);
    let Some(row) = row else {
        return if !needed {
            Outcome::Pass
        } else if facts.knows_subscription(&service.name) {
            Outcome::Refuse(about(Code::SubscriptionMissing))
        } else {
            Outcome::NotKept("subscription")
        };
    };
    match out_of_force(row, seconds(facts), about) {
        Some(denial) if needed => {
            if depth == Depth::Everything {
                // What would come next is judged as if it were in force.
                identity.plan = rules.access().plan(&row.plan);
                identity.subscription = Some(row.clone());
            }
            Outcome::Refuse(denial)
        }
        Some(_) => Outcome::Pass,
        None => {
            identity.plan = rules.access().plan(&row.plan);
            identity.subscription = Some(row.clone());
            Outcome::Pass
        }
    }
}

pub(super) fn needs_one(rules: &Rules, route: &Route) -> bool {
    let accepted = rules.authentication(route);
    accepted.is_some_and(|a| a.subscription) && !rules.operation(route).anonymous
}

/// Why a subscription is not in force; `None` if it is.
fn out_of_force(row: &Subscription, now: i64, about: impl Fn(Code) -> Denial) -> Option<Denial> {
    let decided = row.decided.as_ref();
    let comment = decided.and_then(|decided| decided.comment.as_ref());
    let mut denial = match row.state {
        SubscriptionState::Approved => {
            let ended = row.expires_at.filter(|end| now >= *end)?;
            about(Code::SubscriptionExpired).saw("since", moment(ended))
        }
        SubscriptionState::Pending => {
            let mut denial = about(Code::SubscriptionPending);
            if let Some(at) = row.requested.at {
                denial = denial.saw("requested_at", moment(at));
            }
            note(denial, "requested_by", row.requested.by.as_ref())
        }
        SubscriptionState::Rejected => {
            let mut denial = about(Code::SubscriptionRejected);
            if let Some(decided) = decided {
                denial = denial.saw("decided_at", moment(decided.at));
                denial = note(denial, "decided_by", decided.by.as_ref());
            }
            note(denial, "comment", comment)
        }
        state => {
            let (code, ended) = match state {
                SubscriptionState::Suspended => (Code::SubscriptionSuspended, None),
                SubscriptionState::Expired => (Code::SubscriptionExpired, row.expires_at),
                _ => (Code::SubscriptionCancelled, None),
            };
            let since = row.since.or(ended).or(decided.map(|decided| decided.at));
            let mut denial = about(code);
            if let Some(since) = since {
                denial = denial.saw("since", moment(since));
            }
            note(denial, "reason", comment)
        }
    };
    denial = denial.saw("subscription", row.id.to_string());
    Some(denial.saw("plan", row.plan.to_string()))
}

fn note(denial: Denial, name: &'static str, text: Option<&Name>) -> Denial {
    match text {
        Some(text) => denial.saw(name, text.to_string()),
        None => denial,
    }
}

/// Whether the plan covers the version and the operation. A plan that is gone covers nothing.
fn coverage(progress: &mut Progress, snapshot: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let (Some(route), Some(identity)) = (progress.route, progress.caller.identity()) else {
        return Outcome::Pass;
    };
    let Some(subscription) = &identity.subscription else {
        return Outcome::Pass;
    };
    let covers = identity.plan(rules).map_or(&[][..], |plan| &plan.covers);
    if !needs_one(rules, &route) || covers.iter().any(|part| covered(part, rules, &route)) {
        return Outcome::Pass;
    }
    let covers: Vec<Cow<'static, str>> = covers.iter().flat_map(words).collect();
    Outcome::Refuse(
        Denial::new(Code::SubscriptionNotCovered)
            .saw("app", identity.app.name.to_string())
            .saw("service", rules.service(&route).name.to_string())
            .saw("operation", rules.operation(&route).name.to_string())
            .saw("plan", subscription.plan.to_string())
            .saw("covers", covers)
            .saw("subscription", subscription.id.to_string()),
    )
}

fn covered(part: &Coverage, rules: &Rules, route: &Route) -> bool {
    let holds = |list: &[Name], name: &Name| list.is_empty() || list.contains(name);
    part.service == rules.service(route).name
        && holds(&part.versions, &rules.version(route).name)
        && holds(&part.operations, &rules.operation(route).name)
}

/// What a plan covers, in words: `service`, `service v1` or `service v1 operation`.
fn words(part: &Coverage) -> Vec<Cow<'static, str>> {
    let mut words = vec![part.service.to_string()];
    for list in [&part.versions, &part.operations] {
        if !list.is_empty() {
            let each = words
                .iter()
                .flat_map(|before| list.iter().map(move |name| format!("{before} {name}")));
            words = each.collect();
        }
    }
    words.into_iter().map(Cow::Owned).collect()
}
