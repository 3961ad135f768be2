//! Fixes for tenants, apps, subscriptions and scopes.

use super::Candidate;
use super::about;
use super::case::{Case, strings, text};
use super::credential::{another_key, held, named};
use super::{decider, role, statement};
use crate::document::Change;
use crate::explanation::{Audience, Step};
use crate::time;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Coverage, Name, Plan};
use serde_json::{Value as Json, json};

/// For how long an expired subscription is good once more: 30 days, and to the end of the last
/// one. Whoever makes the fix a moment later gets the same.
const EXTENSION: i64 = 30 * 86_400;
/// Most plans that are offered.
const MOST_PLANS: usize = 3;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::TenantSuspended => active(case, denial, "tenant").into_iter().collect(),
        Code::AppSuspended => active(case, denial, "app").into_iter().collect(),
        Code::TenantIsolated => shared(case).into_iter().collect(),
        Code::SubscriptionMissing => created(case),
        Code::SubscriptionNotCovered => covered(case),
        Code::ScopeMissing => scopes(case),
        Code::RoleMissing => role::candidates(case, denial),
        Code::ExternalDenied | Code::ExternalUnavailable => decider::candidates(case, denial),
        Code::Forbidden if denial.evidence("role").is_some() => role::undenied(case, denial),
        Code::Forbidden | Code::NotPermitted => statement::candidates(case, denial),
        Code::AuthorizationUnavailable => Vec::new(),
        Code::ConditionUnmet | Code::NotOwner | Code::StepUpRequired => {
            about::candidates(case, denial)
        }
        _ => state(case, denial).into_iter().collect(),
    }
}

/// A suspended tenant or app is active again.
fn active(case: &Case<'_>, denial: &Denial, kind: &'static str) -> Option<Candidate> {
    let id = text(denial, kind)?;
    case.document(kind, id)?;
    let patch = json!({"state": "active", "suspended_at": null, "reason": null});
    let step = Step::Change(Change::new(kind, id, patch));
    Some(
        Candidate::new(denial.code, format!("reactivate {kind} `{id}`"), step)
            .reach(format!("everything that {kind} `{id}` may call"))
            .if_wrong(),
    )
}

/// The private service is shared with the caller's tenant.
fn shared(case: &Case<'_>) -> Option<Candidate> {
    let tenant = &case.decided.identity.as_ref()?.tenant.name;
    let service = &case.service()?.name;
    let mut with = strings(case.document("service", service)?, "shared_with");
    with.push(tenant.to_string());
    let patch = json!({"visibility": "private", "shared_with": with});
    let step = Step::Change(Change::new("service", service, patch));
    let sentence = format!("share service `{service}` with tenant `{tenant}`");
    Some(
        Candidate::new(Code::TenantIsolated, sentence, step)
            .reach(format!(
                "every app of tenant `{tenant}` can see `{service}`"
            ))
            .if_wrong(),
    )
}

/// A subscription in another state is in force.
fn state(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let id = text(denial, "subscription")?;
    let document = case.document("subscription", id)?;
    let until = time::rfc3339(time::end_of_day(case.now + EXTENSION));
    let approved = || json!({"state": "approved"});
    let (sentence, patch, on_purpose) = match denial.code {
        Code::SubscriptionPending => (format!("approve subscription `{id}`"), approved(), false),
        Code::SubscriptionRejected => (format!("approve subscription `{id}`"), approved(), true),
        Code::SubscriptionSuspended => (format!("resume subscription `{id}`"), approved(), true),
        Code::SubscriptionCancelled => (format!("renew subscription `{id}`"), approved(), true),
        Code::SubscriptionExpired => (
            format!("extend subscription `{id}` until {until}"),
            json!({"state": "approved", "expires_at": until}),
            false,
        ),
        _ => return None,
    };
    let ends = document.get("expires_at").is_some();
    let patch = if denial.code != Code::SubscriptionExpired && ends {
        // One that has ended in the meantime is in force without an end.
        with_end(case, patch)
    } else {
        patch
    };
    let plain = patch == approved() && denial.code == Code::SubscriptionPending;
    let step = Step::Change(Change::new("subscription", id, patch));
    let mut candidate = Candidate::new(denial.code, sentence, step)
        .reach(reach(case, document))
        .audience(Audience::Publisher);
    if plain {
        candidate = candidate.command(format!("postern subscriptions approve {id}"));
    }
    Some(if on_purpose {
        candidate.if_wrong()
    } else {
        candidate
    })
}

/// The patch, without an end that has passed.
fn with_end(case: &Case<'_>, mut patch: Json) -> Json {
    let ended = case
        .decided
        .identity
        .as_ref()
        .zip(case.service())
        .and_then(|(identity, service)| {
            let directory = case.world.snapshot.directory;
            directory
                .subscription(&identity.app.name, &service.name)?
                .expires_at
        })
        .is_some_and(|end| end <= case.now);
    if let (true, Some(fields)) = (ended, patch.as_object_mut()) {
        fields.insert("expires_at".to_owned(), Json::Null);
    }
    patch
}

/// What a subscription opens: the operations that its plan covers.
fn reach(case: &Case<'_>, document: &Json) -> String {
    let field = |name| {
        document
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
    };
    let (app, service, plan) = (field("app"), field("service"), field("plan"));
    let plans = &case.rules().configuration().plans;
    let plan = plans.iter().find(|known| *known.name == *plan);
    let count = plan.map_or(0, |plan| operations(case, plan, service));
    let word = if count == 1 {
        "operation"
    } else {
        "operations"
    };
    format!("app `{app}` on {count} {word} of `{service}`")
}

/// How many operations of a service a plan covers.
fn operations(case: &Case<'_>, plan: &Plan, service: &str) -> usize {
    let services = &case.rules().configuration().services;
    let Some(service) = services.iter().find(|known| *known.name == *service) else {
        return 0;
    };
    let versions = service.versions.iter();
    versions
        .flat_map(|version| {
            version
                .operations
                .iter()
                .map(move |operation| (version, operation))
        })
        .filter(|(version, operation)| {
            let mut parts = plan.covers.iter();
            parts.any(|part| covers(part, &service.name, &version.name, &operation.name))
        })
        .count()
}

fn covers(part: &Coverage, service: &Name, version: &Name, operation: &Name) -> bool {
    let holds = |list: &[Name], name: &Name| list.is_empty() || list.contains(name);
    part.service == *service && holds(&part.versions, version) && holds(&part.operations, operation)
}

/// The plans that cover the operation, those that cover the least first.
fn plans<'a>(case: &Case<'a>) -> Vec<&'a Plan> {
    let Some((service, version, operation)) = case.place() else {
        return Vec::new();
    };
    let all = case.rules().configuration().plans.iter();
    let mut plans: Vec<&Plan> = all
        .filter(|plan| {
            plan.covers
                .iter()
                .any(|part| covers(part, service, version, operation))
        })
        .collect();
    plans.sort_by_key(|plan| operations(case, plan, service));
    plans.truncate(MOST_PLANS);
    plans
}

/// A subscription where there is none.
fn created(case: &Case<'_>) -> Vec<Candidate> {
    let (Some(identity), Some(service)) = (&case.decided.identity, case.service()) else {
        return Vec::new();
    };
    let (app, service) = (&identity.app.name, &service.name);
    let id = format!("sub_{app}_{service}");
    if case.document("subscription", &id).is_some() {
        return Vec::new();
    }
    let one = |(index, plan): (usize, &Plan)| {
        let document = json!({
            "app": &**app, "service": &**service, "plan": &*plan.name, "state": "approved",
        });
        let reach = reach(case, &document);
        let step = Step::Change(Change::new("subscription", &id, document));
        let sentence = format!(
            "subscribe app `{app}` to `{service}` under plan `{}`",
            plan.name
        );
        Candidate::new(Code::SubscriptionMissing, sentence, step)
            .reach(reach)
            .audience(Audience::Publisher)
            .weight(2 + u32::try_from(index).unwrap_or(u32::MAX))
    };
    plans(case).into_iter().enumerate().map(one).collect()
}

/// Another plan, or a plan that covers more.
fn covered(case: &Case<'_>) -> Vec<Candidate> {
    let subscription = case
        .decided
        .identity
        .as_ref()
        .and_then(|identity| identity.subscription.as_ref());
    let (Some(row), Some((service, version, operation))) = (subscription, case.place()) else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = plans(case)
        .into_iter()
        .map(|plan| {
            let patch = json!({"plan": &*plan.name});
            let step = Step::Change(Change::new("subscription", &row.id, patch));
            let sentence = format!("put subscription `{}` under plan `{}`", row.id, plan.name);
            let document = json!({
                "app": &*row.app, "service": &*row.service, "plan": &*plan.name,
            });
            Candidate::new(Code::SubscriptionNotCovered, sentence, step)
                .reach(reach(case, &document))
                .audience(Audience::Publisher)
                .weight(2)
        })
        .collect();
    if let Some(document) = case.document("plan", &row.plan) {
        let mut parts = document
            .get("covers")
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default();
        parts.push(json!({
            "service": &**service, "versions": [&**version], "operations": [&**operation],
        }));
        let step = Step::Change(Change::new("plan", &row.plan, json!({ "covers": parts })));
        let sentence = format!("let plan `{}` cover `{operation}` of `{service}`", row.plan);
        let wider = Candidate::new(Code::SubscriptionNotCovered, sentence, step)
            .reach(format!(
                "every app under plan `{}`, on `{operation}`",
                row.plan
            ))
            .weight(4);
        found.push(wider);
    }
    found
}

/// Scopes for the subscription, for the key, or another key.
fn scopes(case: &Case<'_>) -> Vec<Candidate> {
    let (Some(identity), Some(operation)) = (&case.decided.identity, case.operation()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let required = &operation.scopes;
    let carried = identity.credential.scopes.as_deref();
    let granted: &[Name] = match &identity.subscription {
        Some(row) => match &row.scopes {
            Some(scopes) => scopes,
            None => identity.plan(case.rules()).map_or(&[], |plan| &plan.scopes),
        },
        None => carried.unwrap_or_default(),
    };
    let lacking = |have: &[Name]| -> Vec<Name> {
        required
            .iter()
            .filter(|scope| !have.contains(scope))
            .cloned()
            .collect()
    };
    let with = |have: &[Name], more: &[Name]| -> Vec<String> {
        have.iter().chain(more).map(ToString::to_string).collect()
    };
    let quoted = |names: &[Name]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let missing = lacking(granted);
    if let (false, Some(row)) = (missing.is_empty(), &identity.subscription) {
        let patch = json!({"scopes": with(granted, &missing)});
        let step = Step::Change(Change::new("subscription", &row.id, patch));
        let sentence = format!("grant {} to subscription `{}`", quoted(&missing), row.id);
        found.push(
            Candidate::new(Code::ScopeMissing, sentence, step)
                .reach(format!(
                    "every operation of `{}` that requires it, for app `{}`",
                    row.service, row.app
                ))
                .audience(Audience::Publisher),
        );
    }
    let missing = carried.map(lacking).unwrap_or_default();
    if !missing.is_empty() {
        let row = &identity.credential;
        let patch = json!({"scopes": with(carried.unwrap_or_default(), &missing)});
        let step = Step::Change(Change::new("credential", &row.id, patch));
        let sentence = format!("let {} carry {}", named(row), quoted(&missing));
        found.push(Candidate::new(Code::ScopeMissing, sentence, step).reach(held(row)));
        found.extend(another_key(case, &identity.credential.environment));
    }
    found
}
