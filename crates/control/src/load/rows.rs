//! Stored documents on their way into a configuration text.

use crate::documents::insert;
use crate::{Refusal, documents};
use postern_store::{Class, Document, Kind, Proposal, Scope, StoreError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Documents by section and name.
pub(super) type Configured = Map<String, Value>;

/// A document, as it is stored.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
    pub(super) json: &'a str,
}

impl<'a> From<&'a Document> for Row<'a> {
    fn from(document: &'a Document) -> Self {
        Self {
            kind: document.kind.as_str(),
            id: &document.id,
            json: &document.json,
        }
    }
}

/// Documents as one text, without any regard for who would read it.
pub(super) fn text_of(rows: &[Row<'_>]) -> String {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut sections = Vec::new();
    for row in rows {
        match documents::section(row.kind) {
            Some((section, true)) => {
                let member = format!("{}:{}", Value::from(row.id), row.json);
                named.entry(section).or_default().push(member);
            }
            Some((section, false)) => sections.push(format!("\"{section}\":{}", row.json)),
            None => {}
        }
    }
    let named = named.into_iter();
    sections.extend(named.map(|(name, members)| format!("\"{name}\":{{{}}}", members.join(","))));
    format!("{{{}}}", sections.join(","))
}

/// What everything else may refer to: the rules, and tenants.
pub(super) fn base(proposal: &Proposal<'_>) -> Result<Configured, Refusal> {
    let mut base = Map::new();
    for scope in base_scopes()? {
        for document in collect(proposal, &scope)? {
            put(&mut base, &document)?;
        }
    }
    Ok(base)
}

pub(super) fn base_scopes() -> Result<[Scope; 2], Refusal> {
    Ok([
        Scope::Class(Class::Rules),
        Scope::Kind(Kind::new("tenant")?),
    ])
}

pub(super) fn collect(proposal: &Proposal<'_>, scope: &Scope) -> Result<Vec<Document>, StoreError> {
    let mut found = Vec::new();
    proposal.documents(scope, |document| found.push(document))?;
    Ok(found)
}

pub(super) fn put(all: &mut Configured, document: &Document) -> Result<(), StoreError> {
    insert(all, document.kind.as_str(), &document.id, document.value()?);
    Ok(())
}

/// The groups that an app refers to.
pub(super) fn put_groups(
    all: &mut Configured,
    proposal: &Proposal<'_>,
    app: &Value,
) -> Result<(), Refusal> {
    let groups = app.get("groups").and_then(Value::as_array);
    for name in groups.into_iter().flatten().filter_map(Value::as_str) {
        if let Some(group) = proposal.document(&Kind::new("group")?, name)? {
            put(all, &group)?;
        }
    }
    Ok(())
}

pub(super) fn read(json: Option<&str>) -> Result<Option<Value>, Refusal> {
    json.map(serde_json::from_str)
        .transpose()
        .map_err(|error| Refusal::new("failed", format!("a stored document is damaged: {error}")))
}

pub(super) fn named<'a>(document: &'a Value, member: &str) -> Option<&'a str> {
    document.get(member).and_then(Value::as_str)
}
