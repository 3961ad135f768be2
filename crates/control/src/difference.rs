//! What differs between two documents, path by path.

use crate::yaml;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Characters of a value that are shown.
const SHOWN: usize = 120;

/// Members that nobody needs to see: a guessed key could be tried against them.
const HIDDEN: [&str; 5] = ["digest", "hmac", "salt_prefix", "salt_suffix", "sha256"];

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Where: `limits.per-app.rate`; of a list that gained or lost something, `entries[]`.
    pub path: String,
    /// What stands there before, cut after 120 characters; none if nothing does.
    pub before: Option<String>,
    /// What stands there after; none if nothing does.
    pub after: Option<String>,
}

/// Every difference, in the order of the second document, what only the first has at the end of
/// each mapping.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut found, "", before, after);
    found
}

fn compare(found: &mut Vec<Difference>, path: &str, before: &Value, after: &Value) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => members(found, path, before, after),
        (Value::Array(before), Value::Array(after)) => items(found, path, before, after),
        _ => found.push(difference(path, Some(before), Some(after))),
    }
}

fn members(
    found: &mut Vec<Difference>,
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    for (name, value) in after {
        let path = member(path, name);
        match before.get(name) {
            Some(other) => compare(found, &path, other, value),
            None => found.push(difference(&path, None, Some(value))),
        }
    }
    for (name, value) in before {
        if !after.contains_key(name) {
            found.push(difference(&member(path, name), Some(value), None));
        }
    }
}

/// Of lists it is told what came and went; the whole where only their order differs.
fn items(found: &mut Vec<Difference>, path: &str, before: &[Value], after: &[Value]) {
    let gone = without(before, after);
    let new = without(after, before);
    if gone.is_empty() && new.is_empty() {
        let (before, after) = (Value::from(before), Value::from(after));
        found.push(difference(path, Some(&before), Some(&after)));
        return;
    }
    let path = format!("{path}[]");
    found.extend(gone.iter().map(|item| difference(&path, Some(item), None)));
    found.extend(new.iter().map(|item| difference(&path, None, Some(item))));
}

/// The items of a list that another does not have, or has fewer times.
fn without<'a>(all: &'a [Value], others: &[Value]) -> Vec<&'a Value> {
    let mut counts = std::collections::HashMap::<String, usize>::new();
    for other in others {
        *counts.entry(sorted(other).to_string()).or_default() += 1;
    }
    let missing = all
        .iter()
        .filter(|item| match counts.get_mut(&sorted(item).to_string()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
    missing.collect()
}

/// A value with the members of its mappings in the order of their names: two that are equal read
/// alike.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_str());
            let members = members.into_iter();
            Value::Object(members.map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        other => other.clone(),
    }
}

fn member(path: &str, name: &str) -> String {
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let name = if plain && !name.is_empty() {
        name.to_owned()
    } else {
        yaml::quoted(name)
    };
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

fn difference(path: &str, before: Option<&Value>, after: Option<&Value>) -> Difference {
    let last = path.rsplit('.').next().unwrap_or_default();
    let hidden = HIDDEN.contains(&last);
    let show = |value: &Value| {
        if hidden {
            "(hidden)".to_owned()
        } else {
            shown(value)
        }
    };
    Difference {
        path: path.to_owned(),
        before: before.map(show),
        after: after.map(show),
    }
}

/// A value whose hidden members say only that they are there.
fn without_hidden(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let shown = if HIDDEN.contains(&name.as_str()) {
                    Value::from("(hidden)")
                } else {
                    without_hidden(value)
                };
                (name.clone(), shown)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(without_hidden).collect(),
        other => other.clone(),
    }
}

/// A value on one line, cut where it is long.
fn shown(value: &Value) -> String {
    let text = yaml::flow(&without_hidden(value));
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
