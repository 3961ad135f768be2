//! Documents, as somebody may see them: one, or a page of a list.

use super::reading::{meant, unsaid};
use super::{Service, Source};
use crate::credential::conceal;
use crate::management::change_request;
use crate::ownership::{Spread, may_see, owners, spread, tenants_seen};
use crate::{Actor, Refusal, documents};
use postern_store::{Member, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Documents on a page at most.
pub const MOST_ON_A_PAGE: usize = 1000;

/// Documents read at once for a list.
const PART: usize = 1000;

/// The same of change requests, each of which may have megabytes.
const PART_OF_LARGE: usize = 20;

/// Apps, or services, of a tenant whose documents are looked for one by one; of more, every
/// document of the kind is looked at.
const FEW: usize = 50;

/// Documents looked at for one page at most.
const MOST_LOOKED_AT: usize = 20_000;

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

/// An indexed member, and what it says; none: every document.
type Filter = Option<(Member, String)>;

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// What is on it, in the order asked for.
    pub items: Vec<Seen>,
    /// After which id the next page begins, if there may be one. A page may have fewer items than
    /// were asked for, and yet there is more.
    pub next: Option<String>,
}

impl Service {
    /// A document, if somebody may see it.
    ///
    /// # Errors
    /// There is none, or none for them; the store cannot be read.
    pub async fn see(&self, actor: &Actor, kind: &str, id: &str) -> Result<Seen, Refusal> {
        let found = self.one(kind, id).await?;
        let look = |kind: &str, id: &str| self.look(kind, id);
        let seen = found.filter(|found| may_see(actor, kind, id, &found.document, &look));
        seen.ok_or_else(|| missing(kind, id))
    }

    /// A document as somebody has just left it. Who may change it and not read it is told its id
    /// and version alone.
    ///
    /// # Errors
    /// It is gone again; the store cannot be read.
    pub async fn left(&self, actor: &Actor, kind: &str, id: &str) -> Result<Seen, Refusal> {
        let found = self.one(kind, id).await?.ok_or_else(|| missing(kind, id))?;
        let look = |kind: &str, id: &str| self.look(kind, id);
        if may_see(actor, kind, id, &found.document, &look) {
            return Ok(found);
        }
        Ok(Seen {
            document: Value::Null,
            ..found
        })
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
        let look = |kind: &str, id: &str| self.look(kind, id);
        let shows = |seen: &Seen| {
            listing.fits(kind, seen, &look) && may_see(actor, kind, &seen.id, &seen.document, &look)
        };
        let limit = listing.limit.clamp(1, MOST_ON_A_PAGE);
        let filters = self.filters(actor, kind, listing).await?;
        let part = match filters.len() {
            _ if kind == change_request::KIND => PART_OF_LARGE,
            // Each may have a whole page, and one more to tell that there is more.
            2.. => (limit + 1).min(PART),
            _ => PART,
        };
        let mut page = Page::default();
        let mut after = listing.after.clone();
        let mut looked = 0;
        loop {
            let found = self.some(kind, listing, &filters, after.as_deref(), part);
            let found = found.await?;
            let whole = found.len() < part;
            looked += found.len();
            for seen in found {
                if page.items.len() == limit {
                    page.next = page.items.last().map(|last| last.id.clone());
                    return Ok(page);
                }
                after = Some(seen.id.clone());
                if shows(&seen) {
                    page.items.push(seen);
                }
            }
            if whole || looked >= MOST_LOOKED_AT {
                page.next = after.filter(|_| !whole);
                return Ok(page);
            }
        }
    }

    /// The next documents that a list may have, in its order: `part` of them unless there are no
    /// more.
    async fn some(
        &self,
        kind: &str,
        listing: &Listing,
        filters: &[Filter],
        after: Option<&str>,
        part: usize,
    ) -> Result<Vec<Seen>, Refusal> {
        let Source::Store(stored) = &self.source else {
            let mut all = self.every(kind).await?;
            if listing.descending {
                all.reverse();
            }
            all.retain(|seen| listing.is_past(after, &seen.id));
            all.truncate(part);
            return Ok(all);
        };
        let mut found = BTreeMap::new();
        for filter in filters {
            let page = postern_store::Page {
                kind: documents::readable(kind)?,
                filter: filter.clone(),
                after: after.map(Into::into),
                descending: listing.descending,
                limit: part,
            };
            for document in stored.store.documents_page(page).await? {
                let seen = seen(&document.id, Some(document.version), document.value()?);
                found.insert(document.id, seen);
            }
        }
        let mut found: Vec<Seen> = found.into_values().collect();
        if listing.descending {
            found.reverse();
        }
        found.truncate(part);
        Ok(found)
    }

    /// By which indexed members the documents of a list are found: those of any of these.
    async fn filters(
        &self,
        actor: &Actor,
        kind: &str,
        listing: &Listing,
    ) -> Result<Vec<Filter>, Refusal> {
        let having = |name: &str| listing.having.get(name).cloned();
        for (name, member) in [("app", Member::App), ("service", Member::Service)] {
            if let Some(value) = having(name) {
                return Ok(vec![Some((member, value))]);
            }
        }
        let tenants = having("tenant").map(|tenant| vec![tenant]);
        let tenants = tenants.or_else(|| tenants_seen(actor, kind));
        let Some(tenants) = tenants else {
            // Documents that do not say their state are not found by it.
            let said = |state: &String| *state != unsaid(kind, "state");
            let state = having("state").filter(said);
            return Ok(vec![state.map(|state| (Member::State, state))]);
        };
        let parts = match spread(kind) {
            Spread::OverTenants => vec![],
            Spread::OverApps => vec![("app", Member::App)],
            Spread::OverBoth => vec![("app", Member::App), ("service", Member::Service)],
            Spread::Otherwise => return Ok(vec![None]),
        };
        let mut filters = Vec::new();
        for tenant in tenants {
            if parts.is_empty() {
                filters.push(Some((Member::Tenant, tenant.clone())));
            }
            for (of, member) in &parts {
                let ids = self.of_tenant(of, &tenant).await?;
                if filters.len() + ids.len() > FEW {
                    return Ok(vec![None]);
                }
                filters.extend(ids.into_iter().map(|id| Some((*member, id))));
            }
        }
        Ok(filters)
    }

    /// The ids of a tenant's apps or services; of more than a few, of some.
    async fn of_tenant(&self, kind: &str, tenant: &str) -> Result<Vec<String>, Refusal> {
        let Source::Store(stored) = &self.source else {
            return Ok(Vec::new());
        };
        let part = postern_store::Page {
            kind: documents::readable(kind)?,
            filter: Some((Member::Tenant, tenant.to_owned())),
            after: None,
            descending: false,
            limit: FEW + 1,
        };
        let found = stored.store.documents_page(part).await?;
        Ok(found.into_iter().map(|found| found.id.into()).collect())
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
            "access_role" => {
                let configuration = self.running.configuration();
                let mut roles = configuration.access_roles.iter();
                let role = roles.find(|one| *one.name == *id)?;
                Some(json!({"tenant": role.tenant.as_deref()}))
            }
            "issuer" => {
                let configuration = self.running.configuration();
                let issuer = configuration.issuers.iter().find(|one| *one.name == *id)?;
                Some(json!({"tenant": issuer.tenant.as_deref()}))
            }
            "group" => {
                let directory = self.running.directory();
                let group = directory.group(id)?;
                Some(json!({"tenant": group.tenant.as_deref()}))
            }
            _ => None,
        }
    }

    pub(super) async fn one(&self, kind: &str, id: &str) -> Result<Option<Seen>, Refusal> {
        let wanted = documents::readable(kind)?;
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
        let kind = documents::readable(kind)?;
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
                let all = super::reading::file(path).await?;
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

/// What is not there, or not for whoever asks.
fn missing(kind: &str, id: &str) -> Refusal {
    let id: String = id.chars().take(80).flat_map(char::escape_debug).collect();
    Refusal::new("not_found", format!("there is no {kind} `{id}`"))
}

fn seen(id: &str, version: Option<u64>, mut document: Value) -> Seen {
    conceal(&mut document);
    Seen {
        id: id.to_owned(),
        version,
        document,
    }
}

impl Listing {
    /// Whether an id comes after another in the order of the list.
    fn is_past(&self, after: Option<&str>, id: &str) -> bool {
        match after {
            None => true,
            Some(after) if self.descending => id < after,
            Some(after) => id > after,
        }
    }

    fn fits(&self, kind: &str, seen: &Seen, look: crate::ownership::Look<'_>) -> bool {
        let has = |(member, text): (&String, &String)| {
            if member == "tenant" {
                let (owner, other) = owners(kind, &seen.id, &seen.document, look);
                let is = |tenant: Option<&str>| tenant == Some(text);
                return is(owner.tenant()) || other.is_some_and(|other| is(other.tenant()));
            }
            meant(kind, member, &seen.document) == *text
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
