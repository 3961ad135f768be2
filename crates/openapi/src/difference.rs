//! What a document changes in a version: what came from an earlier document follows the new one,
//! what was configured by hand stays.

mod places;

use crate::import::{Operation, parameter_shape};
use crate::report::{Report, quote};
use places::{Places, places_of};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

#[cfg(test)]
mod tests;

/// Members of an operation that an import sets. All others are the operator's.
const FIELDS: [&str; 8] = [
    "methods",
    "path",
    "scopes",
    "anonymous",
    "title",
    "description",
    "tags",
    "deprecated",
];

/// Something that was configured by hand and stays.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ImportKept")]
pub struct Kept {
    /// The operation.
    pub operation: String,
    /// The member; none for the whole operation.
    pub member: Option<String>,
    /// What it is here.
    pub here: Value,
    /// What the document would have; none if it says nothing about it.
    pub document: Option<Value>,
}

/// A changed operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ImportChanged")]
pub struct Changed {
    /// The operation.
    pub operation: String,
    /// Its members that are others now.
    pub members: Vec<String>,
}

/// What a version becomes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ImportDifference")]
pub struct Difference {
    /// Its operations from now on, as a configuration has them.
    #[serde(skip)]
    pub operations: Map<String, Value>,
    /// What of them came from the document, by name, for the next import and for the export.
    #[serde(skip)]
    pub origin: Map<String, Value>,
    /// Operations that are new.
    pub added: Vec<String>,
    /// Operations that are others now.
    pub changed: Vec<Changed>,
    /// Operations that are gone: an earlier document had them.
    pub removed: Vec<String>,
    /// How many operations stay as they are.
    pub unchanged: usize,
    /// What was configured by hand and stays.
    pub kept: Vec<Kept>,
}

/// What becomes of the operations `now` of a version, by what a document says, and by what of them
/// came from an earlier document ([`Difference::origin`]; empty if there was none). What cannot be
/// done is added to the report.
pub fn difference(
    imported: &[Operation],
    now: &Map<String, Value>,
    origin: &Map<String, Value>,
    report: &mut Report,
) -> Difference {
    let matched = matched(imported, now);
    let mut out = Difference::default();
    let claimed: HashSet<&str> = matched.iter().map(|name| &**name).collect();
    let mut places = Places::default();
    for (name, value) in now {
        if claimed.contains(name.as_str()) {
            continue;
        }
        if origin.contains_key(name) {
            out.removed.push(name.clone());
            continue;
        }
        places.take(name, value);
        out.operations.insert(name.clone(), value.clone());
        out.kept.push(Kept {
            operation: name.clone(),
            member: None,
            here: value.clone(),
            document: None,
        });
    }
    for (operation, name) in imported.iter().zip(&matched) {
        let merged = merge(name, operation, now.get(name), origin.get(name));
        if let Some(other) = places.taken(&merged.value) {
            let what = format!(
                "{} {} is the operation {} here, made by hand",
                operation.method,
                quote(&operation.path),
                quote(other)
            );
            report.add(&operation.pointer, what, "that one stays");
            // What was there before stays, as far as it is not in the way itself.
            if let Some(before) = now
                .get(name)
                .filter(|before| places.taken(before).is_none())
            {
                places.take(name, before);
                out.operations.insert(name.clone(), before.clone());
                out.unchanged += 1;
            } else if now.contains_key(name) {
                out.removed.push(name.clone());
            }
            continue;
        }
        places.take(name, &merged.value);
        out.tell(name, now.get(name), &merged.value);
        out.kept.extend(merged.kept);
        let entry = json!({"pointer": operation.pointer, "document": document_of(operation)});
        out.origin.insert(name.clone(), entry);
        out.operations.insert(name.clone(), merged.value);
    }
    out
}

impl Difference {
    fn tell(&mut self, name: &str, before: Option<&Value>, after: &Value) {
        match before {
            None => self.added.push(name.to_owned()),
            Some(before) => {
                let changed = |field: &&str| {
                    let (a, b) = (before.get(*field), after.get(*field));
                    !same(field, meant(field, a), meant(field, b))
                };
                let members: Vec<String> = FIELDS
                    .iter()
                    .filter(|field| changed(field))
                    .map(|field| (*field).to_owned())
                    .collect();
                if members.is_empty() {
                    self.unchanged += 1;
                } else {
                    self.changed.push(Changed {
                        operation: name.to_owned(),
                        members,
                    });
                }
            }
        }
    }
}

/// The names of the operations: that of the operation here of the same name, then that of one
/// with the same method and path, else the document's.
fn matched(imported: &[Operation], now: &Map<String, Value>) -> Vec<String> {
    let by_name: HashSet<&str> = imported
        .iter()
        .map(|operation| operation.name.as_str())
        .filter(|name| now.contains_key(*name))
        .collect();
    let mut by_place: HashMap<(String, String), &str> = HashMap::new();
    for (name, value) in now {
        if by_name.contains(name.as_str()) {
            continue;
        }
        for place in places_of(value) {
            by_place.entry(place).or_insert(name);
        }
    }
    let mut claimed: HashSet<&str> = HashSet::new();
    let mut names = Vec::with_capacity(imported.len());
    for operation in imported {
        let place = (parameter_shape(&operation.path), operation.method.clone());
        let other = (!by_name.contains(operation.name.as_str()))
            .then(|| by_place.get(&place).copied())
            .flatten();
        let name = match other {
            // Of several that one operation here stands for, the first is that one.
            Some(other) if claimed.insert(other) => other,
            _ => &operation.name,
        };
        names.push(name.to_owned());
    }
    names
}

/// One operation as a configuration has it, as far as the document says.
fn document_of(operation: &Operation) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("methods".to_owned(), json!([operation.method]));
    out.insert("path".to_owned(), operation.path.clone().into());
    if !operation.scopes.is_empty() {
        out.insert("scopes".to_owned(), operation.scopes.clone().into());
    }
    if operation.anonymous {
        out.insert("anonymous".to_owned(), true.into());
    }
    let texts = [
        ("title", &operation.title),
        ("description", &operation.description),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            out.insert(name.to_owned(), text.clone().into());
        }
    }
    if !operation.tags.is_empty() {
        out.insert("tags".to_owned(), operation.tags.clone().into());
    }
    if operation.deprecated {
        out.insert("deprecated".to_owned(), true.into());
    }
    out
}

struct Merged {
    value: Value,
    kept: Vec<Kept>,
}

fn merge(name: &str, operation: &Operation, now: Option<&Value>, origin: Option<&Value>) -> Merged {
    let document = document_of(operation);
    let Some(now) = now.and_then(Value::as_object) else {
        return Merged {
            value: Value::Object(document),
            kept: Vec::new(),
        };
    };
    let origin = origin.and_then(|origin| origin.get("document"));
    let mut value = now.clone();
    let mut by_hand = Vec::new();
    for field in FIELDS {
        let (here, new) = (now.get(field), document.get(field));
        let untouched = match origin {
            Some(origin) => same(field, meant(field, here), meant(field, origin.get(field))),
            // Nobody is let in because nobody said so.
            None => here.is_none() && field != "anonymous",
        };
        if untouched {
            match new {
                Some(new) => value.insert(field.to_owned(), new.clone()),
                None => value.shift_remove(field),
            };
        } else if !same(field, meant(field, here), meant(field, new)) {
            by_hand.push(field);
        }
    }
    let open = value.get("anonymous") == Some(&Value::Bool(true));
    let scoped = value.get("scopes").and_then(Value::as_array);
    if open && scoped.is_some_and(|scopes| !scopes.is_empty()) {
        // Who needs a scope needs a credential: what was decided by hand holds.
        let gives_way = if by_hand.contains(&"anonymous") {
            by_hand.push("scopes");
            "scopes"
        } else {
            by_hand.push("anonymous");
            "anonymous"
        };
        value.shift_remove(gives_way);
    }
    let others = now.keys().map(String::as_str);
    let others = others.filter(|member| !FIELDS.contains(member));
    let kept = by_hand.iter().copied().chain(others).map(|member| Kept {
        operation: name.to_owned(),
        member: Some(member.to_owned()),
        here: value.get(member).cloned().unwrap_or_default(),
        document: document.get(member).cloned(),
    });
    let mut kept: Vec<Kept> = kept.collect();
    kept.dedup_by(|a, b| a.member == b.member);
    Merged {
        kept,
        value: Value::Object(value),
    }
}

/// A member, or what it means that it is not there.
fn meant(field: &str, value: Option<&Value>) -> Value {
    match value {
        Some(value) if !value.is_null() => value.clone(),
        _ if matches!(field, "anonymous" | "deprecated") => Value::Bool(false),
        _ if matches!(field, "methods" | "scopes" | "tags") => json!([]),
        _ => Value::Null,
    }
}

/// Whether two values say the same. The order of methods and scopes says nothing.
fn same(field: &str, a: Value, b: Value) -> bool {
    let sorted = |value: Value| match value {
        Value::Array(items) if field != "tags" => {
            let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
            texts.sort_unstable();
            texts.dedup();
            Err(texts)
        }
        value => Ok(value),
    };
    sorted(a) == sorted(b)
}
