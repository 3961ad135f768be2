//! What publishing a version changes for callers.

use super::breaking::breaks;
use super::state;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// What publishing a version would change for callers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The version that it is compared with: the last one that is published; none: there is none.
    pub against: Option<String>,
    /// Operations that are new.
    pub added: Vec<String>,
    /// Operations that are no longer there.
    pub removed: Vec<String>,
    /// Operations that changed, each with what changed in it.
    pub changed: Vec<Changed>,
    /// What changed of the version as a whole: `access_roles`, `environments`.
    pub version: Vec<MemberChange>,
    /// Whether callers of the other version may fail: operations are gone, or changed so, or the
    /// version has.
    pub breaking: bool,
}

/// An operation that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed {
    /// Its name.
    pub operation: String,
    /// What changed in it: `path`, `scopes`.
    pub members: Vec<String>,
    /// The same with what they said, in the same order.
    pub changes: Vec<MemberChange>,
    /// Whether callers may fail at one of them.
    pub breaking: bool,
}

/// A member of an operation that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MemberChange {
    /// Its name.
    pub member: String,
    /// What it said; none: it was not there.
    pub before: Option<Value>,
    /// What it says; none: it is not there.
    pub after: Option<Value>,
    /// Whether callers may fail at it.
    pub breaking: bool,
}

/// What a version of a service changes for callers of the last one that is published.
pub(super) fn against_last(service: &Value, version: &str, found: &Value) -> Difference {
    let others = service.get("versions").and_then(Value::as_object);
    let published = others.into_iter().flatten().filter(|(name, other)| {
        *name != version && matches!(state(other), "published" | "deprecated")
    });
    // Names are compared by the numbers in them: v10 comes after v9.
    let last = published.max_by_key(|(name, _)| numbers(name));
    match last {
        Some((name, other)) => {
            let found_differs = differs(operations(other), operations(found));
            let mut version = members_changed(other, found);
            version.retain(|one| OF_ALL.contains(&&*one.member));
            Difference {
                against: Some(name.clone()),
                breaking: found_differs.breaking || version.iter().any(|one| one.breaking),
                version,
                ..found_differs
            }
        }
        None => differs(None, operations(found)),
    }
}

/// What a version says of all its operations, and callers notice.
const OF_ALL: [&str; 2] = ["access_roles", "environments"];

fn operations(version: &Value) -> Option<&Map<String, Value>> {
    version.get("operations").and_then(Value::as_object)
}

/// The numbers in a name, for an order that people expect.
fn numbers(name: &str) -> (Vec<u64>, String) {
    let parts = name.split(|c: char| !c.is_ascii_digit());
    let numbers = parts.filter_map(|part| part.parse().ok());
    (numbers.collect(), name.to_owned())
}

fn differs(before: Option<&Map<String, Value>>, after: Option<&Map<String, Value>>) -> Difference {
    let empty = Map::new();
    let (before, after) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
    let missing = |from: &Map<String, Value>, to: &Map<String, Value>| {
        let names = from.keys().filter(|name| !to.contains_key(*name));
        names.cloned().collect()
    };
    let changed = before.iter().filter_map(|(name, old)| {
        let new = after.get(name)?;
        let changes = members_changed(old, new);
        (!changes.is_empty()).then(|| Changed {
            operation: name.clone(),
            members: changes.iter().map(|one| one.member.clone()).collect(),
            breaking: changes.iter().any(|one| one.breaking),
            changes,
        })
    });
    let changed: Vec<Changed> = changed.collect();
    let removed: Vec<String> = missing(before, after);
    Difference {
        against: None,
        version: Vec::new(),
        added: missing(after, before),
        breaking: !removed.is_empty() || changed.iter().any(|one| one.breaking),
        removed,
        changed,
    }
}

fn members_changed(old: &Value, new: &Value) -> Vec<MemberChange> {
    let empty = Map::new();
    let (old, new) = (
        old.as_object().unwrap_or(&empty),
        new.as_object().unwrap_or(&empty),
    );
    let mut names: Vec<&String> = old
        .keys()
        .chain(new.keys())
        .filter(|name| old.get(*name) != new.get(*name))
        .collect();
    names.sort();
    names.dedup();
    let changed = names.into_iter().map(|name| {
        let (before, after) = (old.get(name), new.get(name));
        MemberChange {
            member: name.clone(),
            before: before.cloned(),
            after: after.cloned(),
            breaking: breaks(name, before, after),
        }
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_version_says_of_all_its_operations_counts() {
        let operations = json!({"all": {"path": "/{*rest}"}});
        let version = |state: &str, roles: &[&str]| json!({"state": state, "access_roles": roles, "operations": operations, "title": state});
        let found = |old: &[&str], new: &[&str]| {
            let new = version("draft", new);
            let service = json!({"versions": {"v1": version("published", old), "v2": new}});
            against_last(&service, "v2", &service["versions"]["v2"])
        };
        let more = found(&["a"], &["a", "b"]);
        assert!(!more.breaking);
        assert_eq!(more.version.len(), 1, "{more:?}");
        let less = found(&["a", "b"], &["a"]);
        assert!(less.breaking && less.changed.is_empty());
    }
}
