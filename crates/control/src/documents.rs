//! Documents and sections: which part of a configuration a document of the store is.
//!
//! A configuration has *named* sections (`services`, `plans`), each member of which is one document
//! of a kind (`service`, `plan`), and *settings* (`edge`, `timeouts`), each of which is one document
//! with the id [`SETTINGS`].

use crate::Refusal;
use postern_store::Kind;
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// The id of a document that there is one of.
pub const SETTINGS: &str = "platform";

/// Kinds and sections whose members have names.
const NAMED: [(&str, &str); 19] = [
    ("access_role", "access_roles"),
    ("app", "apps"),
    ("assignment", "assignments"),
    ("category", "categories"),
    ("certificate", "certificates"),
    ("credential", "credentials"),
    ("environment", "environments"),
    ("group", "groups"),
    ("issuer", "issuers"),
    ("list", "lists"),
    ("listener", "listeners"),
    ("plan", "plans"),
    ("policy", "policies"),
    ("service", "services"),
    ("subscription", "subscriptions"),
    ("tenant", "tenants"),
    ("tenant_default", "tenant_defaults"),
    ("token_revocation", "token_revocations"),
    ("upstream", "upstreams"),
];

/// Sections that are one document each, and its kind.
const SINGLE: [&str; 10] = [
    "admin",
    "call_log",
    "client",
    "edge",
    "egress",
    "forwarding",
    "geo",
    "limits",
    "staleness",
    "timeouts",
];

/// Kinds of the management, which no configuration has.
const MANAGEMENT: [&str; 9] = crate::management::KINDS;

/// Those of them of which there is one document each.
const MANAGEMENT_SINGLE: [&str; 1] = [crate::management::mail::KIND];

/// One document, wherever it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: Box<str>,
    /// What it says.
    pub value: Value,
}

/// The kind of this name, or of this section.
///
/// # Errors
/// There is none.
pub fn kind(name: &str) -> Result<Kind, Refusal> {
    let named = NAMED
        .iter()
        .find(|(kind, section)| *kind == name || *section == name);
    let found = named
        .map(|(kind, _)| *kind)
        .or_else(|| SINGLE.into_iter().find(|kind| *kind == name))
        .or_else(|| MANAGEMENT.into_iter().find(|kind| *kind == name));
    if let Some(kind) = found {
        return Ok(Kind::new(kind)?);
    }
    let named = NAMED.iter().map(|(kind, _)| *kind);
    let mut kinds: Vec<_> = named.chain(SINGLE).chain(MANAGEMENT).collect();
    kinds.sort_unstable();
    let name: String = name.chars().take(40).flat_map(char::escape_debug).collect();
    let refusal = Refusal::invalid(format!("there is no kind of document `{name}`"));
    Err(refusal.help(format!("there are: {}", kinds.join(", "))))
}

/// The kind of this name, for whoever reads only: change requests too, which are changed by steps of
/// their own.
///
/// # Errors
/// There is none.
pub(crate) fn readable(name: &str) -> Result<Kind, Refusal> {
    if name == crate::management::change_request::KIND {
        return Ok(Kind::new(name)?);
    }
    kind(name)
}

/// Whether documents of a kind have names of their own; there is one of every other kind.
pub fn is_named(kind: &str) -> bool {
    !SINGLE.contains(&kind) && !MANAGEMENT_SINGLE.contains(&kind)
}

/// Where findings about a document begin, as a JSON pointer (RFC 6901): where it stands in a
/// configuration, or its kind and id.
pub fn place(kind: &str, id: &str) -> String {
    let step = |text: &str| text.replace('~', "~0").replace('/', "~1");
    match section(kind) {
        Some((section, true)) => format!("/{}/{}", step(section), step(id)),
        Some((section, false)) => format!("/{}", step(section)),
        None => format!("/{}/{}", step(kind), step(id)),
    }
}

/// The section that documents of a kind stand in, and whether its members have names.
pub fn section(kind: &str) -> Option<(&'static str, bool)> {
    let named = NAMED.iter().find(|(name, _)| *name == kind);
    named.map(|(_, section)| (*section, true)).or_else(|| {
        let single = SINGLE.into_iter().find(|name| *name == kind);
        single.map(|section| (section, false))
    })
}

/// Kinds in the order in which people read a configuration: each, where that is possible, after
/// those that it refers to.
const READ: [&str; 28] = [
    "listener",
    "admin",
    "environment",
    "tenant",
    "tenant_default",
    "assignment",
    "category",
    "certificate",
    "upstream",
    "issuer",
    "service",
    "plan",
    "access_role",
    "group",
    "app",
    "credential",
    "subscription",
    "token_revocation",
    "list",
    "policy",
    "edge",
    "geo",
    "client",
    "limits",
    "timeouts",
    "egress",
    "forwarding",
    "call_log",
];

/// The place of a kind among others in what people read.
pub(crate) fn rank(kind: &str) -> usize {
    let place = READ.iter().position(|name| *name == kind);
    place.unwrap_or_else(|| {
        // Kinds of sections that nobody has put in order yet follow, each with a place of its own.
        let named = NAMED.iter().map(|(name, _)| *name).chain(SINGLE);
        let place = named.enumerate().find(|(_, name)| *name == kind);
        READ.len() + place.map_or(usize::from(u8::MAX), |(place, _)| place)
    })
}

/// Puts a document into a configuration.
pub fn insert(configuration: &mut Map<String, Value>, kind: &str, id: &str, value: Value) {
    match section(kind) {
        Some((section, true)) => {
            let members = configuration
                .entry(section)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(members) = members {
                members.insert(id.to_owned(), value);
            }
        }
        Some((section, false)) => {
            configuration.insert(section.to_owned(), value);
        }
        None => {}
    }
}

/// Takes a configuration apart. What `postern_config::parse` accepts can be taken apart.
///
/// # Errors
/// Something in it stands where no document can.
pub fn split(configuration: Value) -> Result<Vec<Document>, Refusal> {
    let sections = match configuration {
        Value::Object(sections) => sections,
        Value::Null => Map::new(),
        _ => return Err(Refusal::invalid("a configuration is a mapping of sections")),
    };
    let mut documents = Vec::new();
    for (section, value) in sections {
        if section == "$schema" || value.is_null() {
            continue;
        }
        if MANAGEMENT.contains(&&*section) {
            let message = format!("a configuration has no section `{section}`");
            return Err(Refusal::invalid(message));
        }
        let kind = kind(&section)?;
        let named = NAMED.iter().any(|(_, name)| *name == section);
        match value {
            Value::Object(members) if named => {
                documents.extend(members.into_iter().map(|(id, value)| Document {
                    kind: kind.clone(),
                    id: id.into(),
                    value: object(value),
                }));
            }
            value => documents.push(Document {
                kind,
                id: SETTINGS.into(),
                value: object(value),
            }),
        }
    }
    Ok(documents)
}

/// `name:` with nothing after it says as much as `name: {}`.
fn object(value: Value) -> Value {
    if value.is_null() {
        Value::Object(Map::new())
    } else {
        value
    }
}
