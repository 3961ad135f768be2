//! Which documents refer to which.

use crate::Refusal;
use postern_store::{Document, Kind, Proposal, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

#[cfg(test)]
mod tests;

/// Where documents of a kind name documents of another: the kind, the path (`*` is every member or
/// item, `@` the name of every member), and the kind of what is named there.
const REFERENCES: [(&str, &str, &str); 56] = [
    ("access_role", "inherits.*", "access_role"),
    ("access_role", "tenant", "tenant"),
    ("app", "access_roles.*", "access_role"),
    ("app", "groups.*", "group"),
    ("app", "tenant", "tenant"),
    ("assignment", "tenant", "tenant"),
    ("certificate", "tenant", "tenant"),
    ("credential", "access_roles.*", "access_role"),
    ("credential", "app", "app"),
    ("credential", "client.issuer", "issuer"),
    ("credential", "environment", "environment"),
    ("credential", "replaces", "credential"),
    ("credential", "restricted_to.services.*", "service"),
    ("edge", "deny.*", "list"),
    ("group", "access_roles.*", "access_role"),
    ("group", "tenant", "tenant"),
    ("issuer", "tenant", "tenant"),
    ("list", "tenant", "tenant"),
    ("listener", "tls.certificates.*", "certificate"),
    ("plan", "covers.*.service", "service"),
    ("plan", "services.*", "service"),
    ("plan", "tenant", "tenant"),
    ("policy", "allow.*", "list"),
    ("policy", "deny.*", "list"),
    ("policy", "except.access_roles.*", "access_role"),
    ("policy", "except.apps.*", "app"),
    ("policy", "except.groups.*", "group"),
    ("policy", "on.service", "service"),
    ("policy", "on.tenant", "tenant"),
    ("policy", "require.access_roles.*", "access_role"),
    ("policy", "require.apps.*", "app"),
    ("policy", "require.environments.*", "environment"),
    ("policy", "require.groups.*", "group"),
    ("policy", "require.lists.*", "list"),
    ("policy", "when.access_roles.*", "access_role"),
    ("policy", "when.apps.*", "app"),
    ("policy", "when.environments.*", "environment"),
    ("policy", "when.groups.*", "group"),
    ("policy", "when.lists.*", "list"),
    ("service", "access_roles.*", "access_role"),
    ("service", "authentication.jwt.issuers.*", "issuer"),
    ("service", "authentication.session.issuer", "issuer"),
    ("service", "categories.*", "category"),
    ("service", "shared_with.*", "tenant"),
    ("service", "tenant", "tenant"),
    ("service", "versions.*.access_roles.*", "access_role"),
    ("service", "versions.*.environments.*", "environment"),
    (
        "service",
        "versions.*.operations.*.access_roles.*",
        "access_role",
    ),
    ("service", "versions.*.upstream", "upstream"),
    ("service", "versions.*.upstreams.*", "upstream"),
    ("service", "versions.*.upstreams.@", "environment"),
    ("subscription", "app", "app"),
    ("subscription", "plan", "plan"),
    ("subscription", "service", "service"),
    ("token_revocation", "issuer", "issuer"),
    ("upstream", "tenant", "tenant"),
];

/// Things that are told of, and what refers to each.
const MOST_THINGS: usize = 10;
const MOST_OTHERS: usize = 5;

/// Calls back with the kind and name of everything that a document refers to.
fn named(kind: &str, value: &Value, found: &mut dyn FnMut(&'static str, &str)) {
    for (_, path, target) in REFERENCES.iter().filter(|(from, ..)| *from == kind) {
        walk(value, path, &mut |name| found(target, name));
    }
}

/// Calls back with every text at a path of a document.
pub(crate) fn walk(value: &Value, path: &str, found: &mut dyn FnMut(&str)) {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let next = |value: &Value, found: &mut dyn FnMut(&str)| match (rest, value.as_str()) {
        ("", Some(name)) => found(name),
        ("", None) => {}
        _ => walk(value, rest, found),
    };
    match (step, value) {
        ("*", Value::Array(items)) => items.iter().for_each(|item| next(item, found)),
        ("*", Value::Object(members)) => members.values().for_each(|item| next(item, found)),
        ("@", Value::Object(members)) => members.keys().for_each(|name| found(name)),
        _ => {
            if let Some(member) = value.get(step) {
                next(member, found);
            }
        }
    }
}

/// Whether a document may be named.
pub(crate) type Sees<'a> = &'a dyn Fn(&str, &str, &Value) -> bool;

/// What would be left referring to something that goes.
struct Dangling<'a> {
    gone: HashSet<(String, String)>,
    others: BTreeMap<(String, String), Others>,
    sees: Sees<'a>,
}

/// What refers to one thing.
#[derive(Default)]
struct Others {
    /// The first of those that may be named.
    named: Vec<String>,
    /// The one that was counted last.
    last: String,
    count: usize,
}

impl Dangling<'_> {
    fn look_at(&mut self, document: &Document) {
        let Ok(value) = document.value() else { return };
        let kind = document.kind.as_str();
        named(kind, &value, &mut |target, name| {
            let key = (target.to_owned(), name.to_owned());
            if !self.gone.contains(&key) {
                return;
            }
            let id = &document.id;
            let other = format!("{kind} `{}`", id.escape_debug());
            let others = self.others.entry(key).or_default();
            if others.last == other {
                return;
            }
            others.count += 1;
            if others.named.len() < MOST_OTHERS && (self.sees)(kind, id, &value) {
                others.named.push(other.clone());
            }
            others.last = other;
        });
    }

    fn refusal(&self) -> Option<Refusal> {
        let line = |((kind, id), others): (&(String, String), &Others)| {
            let Others { named, count, .. } = others;
            let (id, list) = (id.escape_debug(), named.join(", "));
            let verb = if *count == 1 { "refers" } else { "refer" };
            let who = match (named.len(), count - named.len()) {
                (_, 0) => list,
                (0, 1) => "one thing of another tenant".to_owned(),
                (0, more) => format!("{more} things of other tenants"),
                (_, more) => format!("{list} and {more} more"),
            };
            format!("{kind} `{id}` cannot go: {who} {verb} to it")
        };
        let mut lines: Vec<_> = self.others.iter().take(MOST_THINGS).map(line).collect();
        if lines.is_empty() {
            return None;
        }
        if self.others.len() > MOST_THINGS {
            let more = self.others.len() - MOST_THINGS;
            lines.push(format!("… and {more} more cannot go"));
        }
        let refusal = Refusal::new("in_use", lines.join("\n"));
        Some(
            refusal
                .help("remove those as well, or let them refer to something else, in one change"),
        )
    }
}

/// If a proposal removes what others refer to, says so. Reads everything that is stored: for a
/// proposal that was found to be wrong. Names what `sees` lets it name, and counts the rest.
///
/// # Errors
/// The store failed.
pub(crate) fn explain(proposal: &Proposal<'_>, sees: Sees<'_>) -> Result<Option<Refusal>, Refusal> {
    let gone = proposal.entries().iter().filter(|e| e.after.is_none());
    let gone: HashSet<_> = gone
        .map(|entry| (entry.kind.as_str().to_owned(), entry.id.to_string()))
        .collect();
    if gone.is_empty() {
        return Ok(None);
    }
    let kinds: HashSet<&str> = gone.iter().map(|(kind, _)| kind.as_str()).collect();
    let refer = REFERENCES
        .iter()
        .filter(|(.., target)| kinds.contains(target));
    let mut from: Vec<_> = refer.map(|(from, ..)| *from).collect();
    from.dedup();
    let mut dangling = Dangling {
        gone,
        others: BTreeMap::new(),
        sees,
    };
    for kind in from {
        let scope = Scope::Kind(Kind::new(kind)?);
        proposal.documents(&scope, |document| dangling.look_at(&document))?;
    }
    Ok(dangling.refusal())
}
