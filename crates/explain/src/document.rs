//! Documents as JSON, and changes to them.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A typed change: the document of that kind and id, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FixChange")]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The kind, a section's name in the singular: `subscription`. `edge`, `client` and the other
    /// sections that hold one document are their own kind and id.
    pub kind: String,
    /// The document's name in its section.
    pub id: String,
    /// A JSON Merge Patch (RFC 7396); `null` for the whole removes the document.
    pub patch: Value,
}

impl Change {
    pub(crate) fn new(kind: &str, id: &str, patch: Value) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
            patch,
        }
    }
}

/// Sections that hold documents by name, each with the kind of these.
const SECTIONS: [(&str, &str); 19] = [
    ("assignment", "assignments"),
    ("category", "categories"),
    ("certificate", "certificates"),
    ("tenant_default", "tenant_defaults"),
    ("listener", "listeners"),
    ("service", "services"),
    ("upstream", "upstreams"),
    ("environment", "environments"),
    ("tenant", "tenants"),
    ("issuer", "issuers"),
    ("access_role", "access_roles"),
    ("group", "groups"),
    ("app", "apps"),
    ("credential", "credentials"),
    ("plan", "plans"),
    ("subscription", "subscriptions"),
    ("token_revocation", "token_revocations"),
    ("list", "lists"),
    ("policy", "policies"),
];

/// Sections that are one document.
const SINGLE: [&str; 10] = [
    "admin",
    "call_log",
    "edge",
    "client",
    "limits",
    "timeouts",
    "staleness",
    "egress",
    "forwarding",
    "geo",
];

fn section(kind: &str) -> Option<&'static str> {
    let found = SECTIONS.iter().find(|(singular, _)| *singular == kind);
    found.map(|(_, section)| *section)
}

/// A change that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// There is no such kind of document.
    #[error("there is no kind of document called `{0}`")]
    Kind(String),
}

/// Every document, as one configuration file has them: sections by name, in each the documents by
/// name. It may be a part of them: rows of the directory that no question is about may be left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Documents(Map<String, Value>);

impl Documents {
    /// Takes a configuration as JSON; anything but an object has no documents.
    pub fn new(root: Value) -> Self {
        match root {
            Value::Object(map) => Self(map),
            _ => Self::default(),
        }
    }

    /// One document.
    pub fn get(&self, kind: &str, id: &str) -> Option<&Value> {
        match section(kind) {
            Some(section) => self.0.get(section)?.get(id),
            None => self.0.get(kind).filter(|_| kind == id),
        }
    }

    /// The documents of one kind, by id.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        let section = section(kind).and_then(|section| self.0.get(section));
        section.and_then(Value::as_object).into_iter().flatten()
    }

    /// Applies a change, as the store would.
    ///
    /// # Errors
    /// A kind that there is not.
    pub fn apply(&mut self, change: &Change) -> Result<(), PatchError> {
        let unknown = || PatchError::Kind(change.kind.clone());
        let (place, id) = match section(&change.kind) {
            Some(section) => {
                let place = self.0.entry(section).or_insert_with(object);
                if !place.is_object() {
                    *place = object();
                }
                (place.as_object_mut().ok_or_else(unknown)?, &change.id)
            }
            None if SINGLE.contains(&&*change.kind) => (&mut self.0, &change.kind),
            None => return Err(unknown()),
        };
        if change.patch.is_null() {
            place.shift_remove(id);
        } else {
            merge_patch(
                place.entry(id.clone()).or_insert_with(object),
                &change.patch,
            );
        }
        Ok(())
    }

    /// The sections that rules are compiled from, and the tenants that they name. Listeners are
    /// among them: a service that requires TLS is not valid without one that speaks it.
    pub(crate) fn rules(&self) -> Self {
        let without = [
            "admin",
            "apps",
            "credentials",
            "subscriptions",
            "token_revocations",
        ];
        let kept = self
            .0
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()));
        Self(
            kept.map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// Leaves out all of one kind.
    pub(crate) fn drop_kind(&mut self, kind: &str) {
        if let Some(section) = section(kind) {
            self.0.shift_remove(section);
        }
    }

    /// Puts a document in its place.
    pub(crate) fn put(&mut self, kind: &str, id: &str, document: Value) {
        if let Some(section) = section(kind)
            && let Some(place) = self.0.entry(section).or_insert_with(object).as_object_mut()
        {
            place.insert(id.to_owned(), document);
        }
    }

    /// The whole as JSON text: a configuration file.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

fn object() -> Value {
    Value::Object(Map::new())
}

/// Applies a JSON Merge Patch (RFC 7396 §2).
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = object();
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            merge_patch(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
