//! What waits for a decision.

#[cfg(test)]
mod tests;

use super::subscriptions::sides;
use super::text;
use super::time::{is_past, read};
use crate::{Actor, Listing, MOST_ON_A_PAGE, Refusal, Seen, Service};
use jiff::Timestamp;
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// When a subscription was decided about, and which: the order of decisions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Decided {
    /// Unix time in milliseconds.
    at: i64,
    id: String,
}

impl Decided {
    fn written(&self) -> String {
        format!("{}.{}", self.at, self.id)
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        let parsed = text.split_once('.').and_then(|(at, id)| {
            let at = at.parse().ok()?;
            Some(Self {
                at,
                id: id.to_owned(),
            })
        });
        parsed.ok_or_else(|| {
            Refusal::invalid("`before` is not the `next` of a page".to_owned())
                .help("leave it out to begin with the newest")
        })
    }
}

/// One thing that waits for a decision.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Waiting {
    /// What it is: `subscription`, `change_request`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Option<u64>,
    /// What is asked for.
    pub document: Value,
    /// Whose app asks, of a subscription.
    pub asker: Option<Asker>,
}

/// Whose app asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asker {
    /// What people call the app.
    pub app_title: Option<String>,
    /// Its tenant.
    pub tenant: String,
    /// What people call that.
    pub tenant_title: Option<String>,
}

/// A subscription that was decided about.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DecidedSubscription {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Option<u64>,
    /// What it says.
    pub document: Value,
}

/// Decisions about subscriptions, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Decisions {
    /// The subscriptions, as they are now.
    pub items: Vec<DecidedSubscription>,
    /// Where to go on: the `before` of the next page, if there is one.
    pub next: Option<String>,
}

/// What waits for somebody's decision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Approvals {
    /// The oldest requests first.
    pub items: Vec<Waiting>,
    /// Whether there are more than are listed.
    pub more: bool,
}

impl Waiting {
    /// Since when; what does not say it comes first.
    fn since(&self) -> Option<Timestamp> {
        let member = match &*self.kind {
            "subscription" => "requested_at",
            _ => "proposed_at",
        };
        read(text(&self.document, member))
    }
}

impl Service {
    /// What waits for somebody's decision, 1000 things at most.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn approvals(&self, actor: &Actor) -> Result<Approvals, Refusal> {
        let mut found = Approvals::default();
        for (kind, state) in [("subscription", "pending"), ("change_request", "open")] {
            let mut listing = Listing {
                limit: MOST_ON_A_PAGE,
                ..Listing::default()
            };
            listing.having.insert("state".to_owned(), state.to_owned());
            loop {
                let page = self.list(actor, kind, &listing).await?;
                for seen in page.items {
                    if self.decides(actor, kind, &seen) {
                        found.items.push(Waiting {
                            kind: kind.to_owned(),
                            id: seen.id,
                            version: seen.version,
                            document: seen.document,
                            asker: None,
                        });
                    }
                }
                let more = page.next.is_some() && found.items.len() >= MOST_ON_A_PAGE;
                found.more |= more;
                if page.next.is_none() || more {
                    break;
                }
                listing.after = page.next;
            }
        }
        found.items.sort_by_key(Waiting::since);
        self.tell_who_asks(&mut found.items);
        Ok(found)
    }

    /// Adds whose apps ask.
    fn tell_who_asks(&self, items: &mut [Waiting]) {
        let directory = self.running().directory();
        for item in items.iter_mut().filter(|item| item.kind == "subscription") {
            item.asker = directory.app(text(&item.document, "app")).map(|app| Asker {
                app_title: app.title.as_deref().map(str::to_owned),
                tenant: app.tenant.to_string(),
                tenant_title: directory
                    .tenant(&app.tenant)
                    .and_then(|tenant| tenant.title.as_deref().map(str::to_owned)),
            });
        }
    }

    /// Subscriptions that were decided about, the newest decision first, as far as somebody may see
    /// them. `before`: the `next` of the page before.
    ///
    /// # Errors
    /// `before` is none that was given, or the store cannot be read.
    pub async fn decisions(
        &self,
        actor: &Actor,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Decisions, Refusal> {
        let before = before.map(Decided::parse).transpose()?;
        let newest = self.newest_decisions(actor, before.as_ref(), limit + 1);
        let mut found = Decisions::default();
        if newest.len() > limit {
            found.next = newest.get(limit.saturating_sub(1)).map(Decided::written);
        }
        for Decided { id, .. } in newest.into_iter().take(limit) {
            match self.see(actor, "subscription", &id).await {
                Ok(seen) => found.items.push(DecidedSubscription {
                    id: seen.id,
                    version: seen.version,
                    document: seen.document,
                }),
                // It went meanwhile.
                Err(refusal) if refusal.code == "not_found" => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(found)
    }

    fn newest_decisions(
        &self,
        actor: &Actor,
        before: Option<&Decided>,
        most: usize,
    ) -> Vec<Decided> {
        let (directory, configuration) =
            (self.running().directory(), self.running().configuration());
        let publishers: HashMap<&str, Option<&str>> = configuration
            .services
            .iter()
            .map(|service| (&*service.name, service.tenant.as_deref()))
            .collect();
        let sees = |tenant: Option<&str>| actor.grants.allow(Point::SubscriptionsRead, tenant);
        let mut newest: BinaryHeap<Reverse<Decided>> = BinaryHeap::with_capacity(most + 1);
        for one in directory.subscriptions() {
            let Some(decision) = &one.decided else {
                continue;
            };
            let at = decision.at * 1000 + i64::from(decision.millis);
            let key = (at, &*one.id);
            let is_new = newest.len() < most
                || newest
                    .peek()
                    .is_some_and(|Reverse(oldest)| key > (oldest.at, &*oldest.id));
            if !is_new || before.is_some_and(|before| key >= (before.at, &*before.id)) {
                continue;
            }
            let publisher = publishers.get(&*one.service).copied().flatten();
            let consumer = directory.app(&one.app).map(|app| &*app.tenant);
            if !(sees(publisher) || consumer.is_some_and(|tenant| sees(Some(tenant)))) {
                continue;
            }
            newest.push(Reverse(Decided {
                at,
                id: one.id.to_string(),
            }));
            if newest.len() > most {
                newest.pop();
            }
        }
        let newest = newest.into_sorted_vec();
        newest.into_iter().map(|Reverse(decided)| decided).collect()
    }

    /// Whether the decision is theirs. Nobody approves what they have proposed themselves, and what
    /// has expired waits for nobody.
    fn decides(&self, actor: &Actor, kind: &str, seen: &Seen) -> bool {
        let document = &seen.document;
        if kind == "subscription" {
            let (_, publisher) = sides(self, document);
            return actor
                .grants
                .allow(Point::SubscriptionsDecide, publisher.tenant());
        }
        let tenant = document.get("tenant").and_then(Value::as_str);
        actor.grants.allow(Point::ChangesDecide, tenant)
            && text(document, "proposed_by") != actor.who
            && !is_past(text(document, "expires_at"))
    }
}
