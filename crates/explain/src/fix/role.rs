//! Fixes for callers without the access role that an operation requires.

use super::Candidate;
use super::case::{Case, strings, text, texts};
use super::credential::{held, named};
use crate::document::Change;
use crate::explanation::{Audience, Step};
use postern_model::denial::{Code, Denial};
use postern_policy::Identity;
use serde_json::{Value as Json, json};

/// Of so many access roles that would do, each is offered.
const MOST_ROLES: usize = 3;
/// To so many of the app's groups.
const MOST_GROUPS: usize = 3;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let Some(identity) = &case.decided.identity else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for role in texts(denial, "required").into_iter().take(MOST_ROLES) {
        if !identity.given_roles().any(|given| **given == *role) {
            found.extend(for_app(case, identity, role));
            found.extend(for_groups(case, identity, role));
        }
        found.extend(for_key(case, identity, role));
    }
    for role in texts(denial, "not_allowing").into_iter().take(MOST_ROLES) {
        found.extend(wider(
            case,
            role,
            text(denial, "method").unwrap_or_default(),
        ));
    }
    if found.is_empty() {
        found.extend(not_required(case));
    }
    found
}

/// Fixes for callers to whom an access role denies what they call.
pub(super) fn undenied(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let (Some(identity), Some(carried)) = (&case.decided.identity, text(denial, "role")) else {
        return Vec::new();
    };
    let denying = text(denial, "inherited_from").unwrap_or(carried);
    let mut found = Vec::new();
    found.extend(without_role(case, identity, carried));
    found.extend(no_longer_denied(case, denying));
    found
}

/// The app no longer carries it.
fn without_role(case: &Case<'_>, identity: &Identity, role: &str) -> Option<Candidate> {
    let app = &identity.app.name;
    let mut roles = strings(case.document("app", app)?, "access_roles");
    let before = roles.len();
    roles.retain(|one| one != role);
    if roles.len() == before {
        return None;
    }
    let patch = json!({ "access_roles": roles });
    let step = Step::Change(Change::new("app", app, patch));
    let sentence = format!("take the access role `{role}` away from app `{app}`");
    Some(
        Candidate::new(Code::Forbidden, sentence, step)
            .reach(format!("whatever `{role}` denies, for app `{app}`"))
            .audience(audience(case, role))
            .weight(2),
    )
}

/// It no longer denies anything of that operation's service.
fn no_longer_denied(case: &Case<'_>, role: &str) -> Option<Candidate> {
    let (service, _, operation) = case.place()?;
    let document = case.document("access_role", role)?;
    let denied = document.get("deny")?.as_array()?;
    let is_about = |grant: &&Json| {
        let names = |field: &str| strings(grant, field);
        let here = grant.get("service").and_then(Json::as_str) == Some(service);
        let among = names("operations");
        here && (among.is_empty() || among.iter().any(|name| **name == **operation))
    };
    let left: Vec<&Json> = denied.iter().filter(|grant| !is_about(grant)).collect();
    let step = Step::Change(Change::new("access_role", role, json!({ "deny": left })));
    let sentence = format!("let access role `{role}` no longer deny `{operation}`");
    Some(
        Candidate::new(Code::Forbidden, sentence, step)
            .reach(format!("everybody with `{role}`, on `{service}`"))
            .audience(audience(case, role))
            .weight(4),
    )
}

/// Who may give an access role to somebody, at the narrowest: its owner.
fn audience(case: &Case<'_>, role: &str) -> Audience {
    let document = case.document("access_role", role);
    document.map_or(Audience::Operator, |role| case.audience_of_list(role))
}

/// A document's list of access roles with one more.
fn with(document: &Json, role: &str) -> Json {
    let mut roles = strings(document, "access_roles");
    roles.push(role.to_owned());
    json!({ "access_roles": roles })
}

fn for_app(case: &Case<'_>, identity: &Identity, role: &str) -> Option<Candidate> {
    let app = &identity.app.name;
    let patch = with(case.document("app", app)?, role);
    let step = Step::Change(Change::new("app", app, patch));
    let sentence = format!("give app `{app}` the access role `{role}`");
    Some(
        Candidate::new(Code::RoleMissing, sentence, step)
            .reach(format!("everything that `{role}` allows, for app `{app}`"))
            .audience(audience(case, role)),
    )
}

fn for_groups(case: &Case<'_>, identity: &Identity, role: &str) -> Vec<Candidate> {
    let groups = identity.groups.iter().take(MOST_GROUPS);
    let given = groups.filter_map(|group| {
        let name = &group.name;
        let patch = with(case.document("group", name)?, role);
        let step = Step::Change(Change::new("group", name, patch));
        let sentence = format!("give group `{name}` the access role `{role}`");
        let candidate = Candidate::new(Code::RoleMissing, sentence, step)
            .reach(format!(
                "everything that `{role}` allows, for every app in group `{name}`"
            ))
            .weight(3);
        Some(candidate)
    });
    given.collect()
}

/// The credential leaves it out.
fn for_key(case: &Case<'_>, identity: &Identity, role: &str) -> Option<Candidate> {
    let carried = identity
        .credential
        .restriction
        .as_ref()?
        .access_roles
        .as_ref()?;
    if carried.iter().any(|carried| **carried == *role) {
        return None;
    }
    let id = &identity.credential.id;
    let patch = with(case.document("credential", id)?, role);
    let step = Step::Change(Change::new("credential", id, patch));
    let row = &identity.credential;
    let sentence = format!("let {} carry the access role `{role}`", named(row));
    Some(Candidate::new(Code::RoleMissing, sentence, step).reach(held(row)))
}

/// The caller has the access role, and that allows this operation too.
fn wider(case: &Case<'_>, role: &str, method: &str) -> Option<Candidate> {
    let (service, version, operation) = case.place()?;
    let document = case.document("access_role", role)?;
    let mut allows = document.get("allows")?.as_array()?.clone();
    allows.push(json!({
        "service": &**service, "versions": [&**version], "operations": [&**operation],
        "methods": [method],
    }));
    let step = Step::Change(Change::new(
        "access_role",
        role,
        json!({ "allows": allows }),
    ));
    let sentence = format!("let access role `{role}` allow `{method}` on `{operation}`");
    Some(
        Candidate::new(Code::RoleMissing, sentence, step)
            .reach(format!("everybody with `{role}`, on `{operation}`"))
            .audience(audience(case, role))
            .weight(4),
    )
}

/// The operation asks for none.
fn not_required(case: &Case<'_>) -> Option<Candidate> {
    let (service, version, operation) = case.place()?;
    let open = json!({ "access_roles": [] });
    let patch = json!({"versions": {&**version: {"operations": {&**operation: open}}}});
    let step = Step::Change(Change::new("service", service, patch));
    let sentence = format!("let operation `{operation}` of `{service}` ask for no access role");
    Some(
        Candidate::new(Code::RoleMissing, sentence, step)
            .reach(format!(
                "everybody who may call `{service}`, on `{operation}`"
            ))
            .audience(Audience::Publisher)
            .if_wrong(),
    )
}
