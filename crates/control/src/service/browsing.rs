//! Documents, as somebody may see them: one, or a page of a list.

use super::{Service, Source};
use crate::ownership::{may_see, owners};
use crate::{Actor, Refusal, documents};
use postern_store::Scope;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Documents on a page at most.
pub const MOST_ON_A_PAGE: usize = 1000;

/// A document that may be seen. What could be tried against a guessed key is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Its version; none where a file owns the configuration.
    pub version: Option<u64>,
    /// What it says.
    pub document: Value,
}

/// Which documents of a kind, and how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only those whose members are these texts.
    pub having: BTreeMap<String, String>,
    /// Only those whose id or title has this in it.
    pub phrase: Option<String>,
    /// Only those after this id, in the order asked for.
    pub after: Option<String>,
    /// From the last id to the first.
    pub descending: bool,
    /// At most so many; see [`MOST_ON_A_PAGE`].
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What is on it, in the order of ids.
    pub items: Vec<Seen>,
    /// Whether there is more.
    pub more: bool,
}

impl Service {
    /// A document, if somebody may see it.
    ///
    /// # Errors
    /// There is none, or none for them; the store cannot be read.
    pub async fn see(&self, actor: &Actor, kind: &str, id: &str) -> Result<Seen, Refusal> {
        let missing = || {
            let id: String = id.chars().take(80).flat_map(char::escape_debug).collect();
            Refusal::new("not_found", format!("there is no {kind} `{id}`"))
        };
        let found = self.stored(kind, id).await?;
        let Some(found) = found else {
            return Err(missing());
        };
        let look = |kind: &str, id: &str| self.look(kind, id);
        if !may_see(actor, kind, id, &found.document, &look) {
            return Err(missing());
        }
        Ok(found)
    }

    /// A page of a list, of what somebody may see.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn list(
        &self,
        actor: &Actor,
        kind: &str,
        listing: &Listing,
    ) -> Result<Page, Refusal> {
        let mut found = self.every(kind).await?;
        if listing.descending {
            found.reverse();
        }
        let look = |kind: &str, id: &str| self.look(kind, id);
        let limit = listing.limit.clamp(1, MOST_ON_A_PAGE);
        let mut items = Vec::new();
        for seen in found {
            let past = match &listing.after {
                None => true,
                Some(after) if listing.descending => seen.id < *after,
                Some(after) => seen.id > *after,
            };
            if past
                && listing.fits(kind, &seen, &look)
                && may_see(actor, kind, &seen.id, &seen.document, &look)
            {
                if items.len() == limit {
                    return Ok(Page { items, more: true });
                }
                items.push(seen);
            }
        }
        Ok(Page { items, more: false })
    }

    /// Finds what tells whose a document is, in what is served.
    pub(crate) fn look(&self, kind: &str, id: &str) -> Option<Value> {
        match kind {
            "app" => {
                let directory = self.running.directory();
                let app = directory.app(id)?;
                Some(json!({"tenant": &*app.tenant}))
            }
            "service" => {
                let configuration = self.running.configuration();
                let service = configuration.services.iter().find(|one| *one.name == *id)?;
                Some(json!({"tenant": service.tenant.as_deref()}))
            }
            _ => None,
        }
    }

    async fn stored(&self, kind: &str, id: &str) -> Result<Option<Seen>, Refusal> {
        let wanted = documents::kind(kind)?;
        match &self.source {
            Source::Store(stored) => {
                let found = stored.store.document(wanted, id).await?;
                let seen = found
                    .map(|found| Ok::<_, Refusal>(seen(id, Some(found.version), found.value()?)));
                seen.transpose()
            }
            Source::File(_) => {
                let all = self.every(kind).await?;
                Ok(all.into_iter().find(|seen| seen.id == id))
            }
        }
    }

    /// Every document of a kind, in the order of ids.
    async fn every(&self, kind: &str) -> Result<Vec<Seen>, Refusal> {
        let kind = documents::kind(kind)?;
        match &self.source {
            Source::Store(stored) => {
                let visit = |all: &mut Vec<Seen>, found: postern_store::Document| {
                    if let Ok(value) = found.value() {
                        all.push(seen(&found.id, Some(found.version), value));
                    }
                };
                let scope = Scope::Kind(kind);
                let (_, all) = stored.store.fold(scope, Vec::new(), visit).await?;
                Ok(all)
            }
            Source::File(path) => {
                let all = super::reading::file(path)?;
                let mut all: Vec<Seen> = all
                    .into_iter()
                    .filter(|document| document.kind == kind)
                    .map(|document| seen(&document.id, None, document.value))
                    .collect();
                all.sort_by(|one, other| one.id.cmp(&other.id));
                Ok(all)
            }
        }
    }
}

fn seen(id: &str, version: Option<u64>, mut document: Value) -> Seen {
    super::reading::conceal(&mut document);
    Seen {
        id: id.to_owned(),
        version,
        document,
    }
}

impl Listing {
    fn fits(&self, kind: &str, seen: &Seen, look: crate::ownership::Look<'_>) -> bool {
        let has = |(member, text): (&String, &String)| {
            if member == "tenant" {
                let (owner, other) = owners(kind, &seen.id, &seen.document, look);
                let is = |tenant: Option<&str>| tenant == Some(text);
                return is(owner.tenant()) || other.is_some_and(|other| is(other.tenant()));
            }
            super::reading::meant(kind, member, &seen.document) == *text
        };
        let phrase = self.phrase.as_ref().map(|phrase| phrase.to_lowercase());
        let said = |text: &str| {
            phrase
                .as_ref()
                .is_none_or(|phrase| text.to_lowercase().contains(phrase))
        };
        let title = seen.document.get("title").and_then(Value::as_str);
        self.having.iter().all(has) && (said(&seen.id) || title.is_some_and(said))
    }
}
