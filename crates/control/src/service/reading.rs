//! Documents, as they stand.

use super::{Service, Source, apart};
use crate::credential::conceal;
use crate::service::Listing;
use crate::{Actor, Refusal, documents};
use postern_model::permission::Grants;
use postern_store::{Document, Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// Documents given at most.
const MOST: usize = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    kind: String,
    /// Only this one.
    #[serde(default)]
    id: Option<String>,
    /// Only those whose members are these texts; a member that is not there is what it means
    /// then, or the empty text.
    #[serde(default, rename = "where")]
    having: BTreeMap<String, String>,
    #[serde(default = "most")]
    limit: usize,
}

const fn most() -> usize {
    MOST
}

/// What a member means that is not there.
const MEANT: [(&str, &str, &str); 4] = [
    ("app", "state", "active"),
    ("credential", "environment", "production"),
    ("tenant", "state", "active"),
    ("user", "state", "active"),
];

/// What a member means where it is not there; the empty text if that is nothing.
pub(super) fn unsaid(kind: &str, member: &str) -> &'static str {
    let found = MEANT
        .iter()
        .find(|(of, name, _)| *of == kind && *name == member);
    found.map_or("", |(_, _, meant)| meant)
}

/// What a member says, or means where it is not there; the empty text if that is nothing.
pub(super) fn meant<'a>(kind: &str, member: &str, document: &'a Value) -> &'a str {
    let value = document.get(member).and_then(Value::as_str);
    value.unwrap_or_else(|| unsaid(kind, member))
}

/// What is found.
#[derive(Debug, Default)]
struct Found {
    documents: Vec<Value>,
    more: bool,
}

impl Wanted {
    fn visit(&self, found: &mut Found, id: &str, version: Option<u64>, mut document: Value) {
        let has = |(member, text): (&String, &String)| meant(&self.kind, member, &document) == text;
        if self.id.as_ref().is_some_and(|wanted| wanted != id) || !self.having.iter().all(has) {
            return;
        }
        if found.documents.len() >= self.limit.min(MOST) {
            found.more = true;
            return;
        }
        conceal(&mut document);
        found
            .documents
            .push(json!({"id": id, "version": version, "document": document}));
    }
}

impl Service {
    /// Documents of a kind, in the order of their ids.
    pub(super) async fn documents(&self, actor: &Actor, wanted: Wanted) -> Result<Value, Refusal> {
        let kind = documents::kind(&wanted.kind)?;
        if actor.grants != Grants::everything() {
            return self.documents_seen(actor, wanted).await;
        }
        let found = match &self.source {
            Source::Store(stored) => {
                let state = (wanted, Found::default());
                let visit = |(wanted, found): &mut (Wanted, Found), document: Document| {
                    if let Ok(value) = document.value() {
                        wanted.visit(found, &document.id, Some(document.version), value);
                    }
                };
                let store = &stored.store;
                if let Some(id) = state.0.id.clone() {
                    let (wanted, mut found) = state;
                    if let Some(document) = store.document(kind, &id).await? {
                        let value = document.value()?;
                        wanted.visit(&mut found, &id, Some(document.version), value);
                    }
                    found
                } else {
                    store.fold(Scope::Kind(kind), state, visit).await?.1.1
                }
            }
            Source::File(path) => {
                let mut found = Found::default();
                for document in file(path).await? {
                    if document.kind == kind {
                        wanted.visit(&mut found, &document.id, None, document.value);
                    }
                }
                found
            }
        };
        Ok(json!({"documents": found.documents, "more": found.more}))
    }
}

impl Service {
    /// The same for somebody who does not see everything.
    async fn documents_seen(&self, actor: &Actor, wanted: Wanted) -> Result<Value, Refusal> {
        let kind = wanted.kind.clone();
        let mut found = Found::default();
        if let Some(id) = &wanted.id {
            match self.see(actor, &kind, id).await {
                Ok(seen) => wanted.visit(&mut found, id, seen.version, seen.document),
                Err(refusal) if refusal.code == "not_found" => {}
                Err(refusal) => return Err(refusal),
            }
            return Ok(json!({"documents": found.documents, "more": false}));
        }
        let mut listing = Listing {
            limit: wanted.limit,
            ..Listing::default()
        };
        loop {
            let page = self.list(actor, &kind, &listing).await?;
            for seen in page.items {
                wanted.visit(&mut found, &seen.id, seen.version, seen.document);
            }
            if page.next.is_none() || found.more {
                return Ok(json!({"documents": found.documents, "more": found.more}));
            }
            listing.after = page.next;
        }
    }
}

/// What the file says now.
pub(super) async fn file(path: &Path) -> Result<Vec<documents::Document>, Refusal> {
    let path = path.to_owned();
    apart(move || read_file(&path)).await
}

pub(super) fn read_file(path: &Path) -> Result<Vec<documents::Document>, Refusal> {
    const LONGEST: u64 = 17 << 20;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| Refusal::new("failed", format!("{}: {error}", path.display())))?;
    let values = postern_config::values(&path.display().to_string(), &text)?;
    documents::split(values)
}
