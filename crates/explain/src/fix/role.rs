//! Fixes for callers without the access role that an operation requires.

use super::Candidate;
use super::case::{Case, strings, text, texts};
use super::credential::{held, named};
use crate::document::Change;
use crate::explanation::{Audience, Step};
use postern_model::denial::{Code, Denial};
use postern_model::entity::{AccessRole, Method, Name, Operation, RoleGrant};
use postern_policy::Identity;
use serde_json::{Value as Json, json};

/// Of so many access roles that would do, each is offered.
const MOST_ROLES: usize = 3;
/// To so many of the app's groups.
const MOST_GROUPS: usize = 3;
/// So many operations are named that a fix opens besides.
const MOST_NAMED: usize = 3;

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
    found.extend(no_longer_denied(case, denial, denying));
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

/// It no longer denies the operation with that method. What goes with it, because the same entries
/// deny it, is said.
fn no_longer_denied(case: &Case<'_>, denial: &Denial, role: &str) -> Option<Candidate> {
    let (service, version, operation) = case.place()?;
    let method = Method::parse(text(denial, "method")?.as_bytes())?;
    let place: Place<'_> = [&**service, &**version, &**operation];
    let document = case.document("access_role", role)?;
    let entries = document.get("deny")?.as_array()?.iter();
    let covers = |entry: &&Json| denying(std::slice::from_ref(entry)).denies(place, method);
    let (gone, left): (Vec<&Json>, Vec<&Json>) = entries.partition(covers);
    if gone.is_empty() {
        return None;
    }
    let still = denying(&left);
    let is_left = methods(case.operation()?).any(|method| still.denies(place, method));
    let what = if is_left {
        format!("`{method}` on `{operation}`", method = method.as_str())
    } else {
        format!("`{operation}`")
    };
    let besides = besides(case, place, &gone, &left);
    let mut sentence = format!("let access role `{role}` no longer deny {what}");
    let mut reach = format!("everybody with `{role}`, on `{service}`");
    let mut weight = 4;
    if !besides.is_empty() {
        sentence = format!("{sentence}, nor {}", besides.join(", nor "));
        let all = besides.join(" and ");
        reach = format!("everybody with `{role}`, on {what} and {all}");
        weight = 6;
    }
    let step = Step::Change(Change::new("access_role", role, json!({ "deny": left })));
    Some(
        Candidate::new(Code::Forbidden, sentence, step)
            .reach(reach)
            .audience(audience(case, role))
            .weight(weight),
    )
}

/// Names of service, version and operation.
type Place<'a> = [&'a str; 3];

/// An access role that denies what these entries of a document say, and says nothing else.
fn denying(entries: &[&Json]) -> AccessRole {
    let names = |entry: &Json, field: &str| -> Vec<Name> {
        let names = strings(entry, field).into_iter();
        names.map(Name::from).collect()
    };
    let grant = |entry: &&Json| {
        let methods = strings(entry, "methods");
        let methods = methods.iter();
        Some(RoleGrant {
            service: entry.get("service")?.as_str()?.into(),
            versions: names(entry, "versions"),
            operations: names(entry, "operations"),
            methods: methods
                .filter_map(|method| Method::parse(method.as_bytes()))
                .collect(),
        })
    };
    AccessRole {
        name: "".into(),
        tenant: None,
        title: None,
        inherits: Vec::new(),
        allows: Vec::new(),
        denies: entries.iter().filter_map(grant).collect(),
    }
}

/// The methods that an operation answers; `GET` is for `HEAD` too.
fn methods(operation: &Operation) -> impl Iterator<Item = Method> {
    let named = &operation.methods;
    Method::ALL.into_iter().filter(|one| one.is_among(named))
}

/// What a role no longer denies besides one operation when these entries of it are gone and those
/// are left, in words. An entry without operations is about those that are not there yet, too.
fn besides(case: &Case<'_>, place: Place<'_>, gone: &[&Json], left: &[&Json]) -> Vec<String> {
    let [service, version, _] = place;
    let (wide, named): (Vec<&Json>, Vec<&Json>) = gone
        .iter()
        .copied()
        .partition(|entry| strings(entry, "operations").is_empty());
    let mut found: Vec<String> = wide
        .iter()
        .map(|entry| anything_else(entry, service))
        .collect();
    // What is said already, or denied as before, is nothing more.
    let said = [wide.as_slice(), left].concat();
    let (opened, said) = (denying(&named), denying(&said));
    let mut others: Vec<String> = Vec::new();
    for there in case.service().into_iter().flat_map(|one| &one.versions) {
        let of_version = there.operations.iter().filter(|operation| {
            let other: Place<'_> = [service, &there.name, &operation.name];
            let opens = |method| opened.denies(other, method) && !said.denies(other, method);
            other != place && methods(operation).any(opens)
        });
        others.extend(of_version.map(|operation| {
            let name = &operation.name;
            if *there.name == *version {
                format!("`{name}`")
            } else {
                format!("`{name}` in `{}`", there.name)
            }
        }));
    }
    if others.len() > MOST_NAMED {
        found.push(format!("{} other operations of `{service}`", others.len()));
    } else {
        found.extend(others);
    }
    found
}

/// What an entry without operations denies.
fn anything_else(entry: &Json, service: &str) -> String {
    let part = |before: &str, field: &str| {
        let names = strings(entry, field).into_iter();
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if names.is_empty() {
            String::new()
        } else {
            format!(" {before} {}", names.join(", "))
        }
    };
    let (methods, versions) = (part("with", "methods"), part("in", "versions"));
    format!("anything else{methods}{versions} of `{service}`")
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
