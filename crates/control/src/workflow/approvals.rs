//! What waits for a decision.

#[cfg(test)]
mod tests;

use super::subscriptions::sides;
use super::text;
use super::time::{is_past, read};
use crate::{Actor, Listing, MOST_ON_A_PAGE, Refusal, Seen, Service};
use jiff::Timestamp;
use postern_calllog::{CodeFilter, Filter, GroupBy, Outcome};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Services whose refusals are counted for one inbox.
const MOST_COUNTED: usize = 20;

/// When a subscription was decided about, and which: the order of decisions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Decided {
    /// Unix time in seconds.
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
    /// What the app was refused meanwhile, of a subscription; none where that was not counted.
    pub refused: Option<Meanwhile>,
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

/// What was refused for want of a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meanwhile {
    /// How many requests, as far as the call log goes back.
    pub count: u64,
    /// The last of them; Unix time in milliseconds.
    pub last_ms: Option<u64>,
}

/// Decisions about subscriptions, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Decisions {
    /// The subscriptions, as they are now.
    pub items: Vec<Waiting>,
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
                            refused: None,
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
        self.tell_the_story(&mut found.items).await?;
        Ok(found)
    }

    /// Adds whose apps ask, and what they were refused meanwhile.
    async fn tell_the_story(&self, items: &mut [Waiting]) -> Result<(), Refusal> {
        let directory = self.running().directory();
        let mut counted: BTreeMap<String, HashMap<String, Meanwhile>> = BTreeMap::new();
        for item in items.iter_mut().filter(|item| item.kind == "subscription") {
            let (app, service) = (text(&item.document, "app"), text(&item.document, "service"));
            item.asker = directory.app(app).map(|app| Asker {
                app_title: app.title.as_deref().map(str::to_owned),
                tenant: app.tenant.to_string(),
                tenant_title: directory
                    .tenant(&app.tenant)
                    .and_then(|tenant| tenant.title.as_deref().map(str::to_owned)),
            });
            if !counted.contains_key(service) {
                if counted.len() >= MOST_COUNTED {
                    continue;
                }
                let refused = self.refused_meanwhile(service).await?;
                counted.insert(service.to_owned(), refused);
            }
            let of_service = counted.get(service);
            item.refused = of_service.map(|apps| apps.get(app).copied().unwrap_or_default());
        }
        Ok(())
    }

    /// Refusals of a service for want of a decision, by app.
    async fn refused_meanwhile(
        &self,
        service: &str,
    ) -> Result<HashMap<String, Meanwhile>, Refusal> {
        let filter = Filter {
            outcome: Some(Outcome::Refused),
            code: CodeFilter::parse("subscription.pending"),
            service: Some(service.into()),
            ..Filter::default()
        };
        let groups = self
            .groups_of_calls(filter, GroupBy::App, MOST_ON_A_PAGE)
            .await?;
        let told = groups.into_iter().filter_map(|group| {
            let meanwhile = Meanwhile {
                count: group.count,
                last_ms: Some(group.last),
            };
            Some((group.key?, meanwhile))
        });
        Ok(told.collect())
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
            // One that went meanwhile is left out.
            let Ok(seen) = self.see(actor, "subscription", &id).await else {
                continue;
            };
            found.items.push(Waiting {
                kind: "subscription".to_owned(),
                id: seen.id,
                version: seen.version,
                document: seen.document,
                asker: None,
                refused: None,
            });
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
            let decided = Decided {
                at: decision.at,
                id: one.id.to_string(),
            };
            if before.is_some_and(|before| decided >= *before) {
                continue;
            }
            let publisher = publishers.get(&*one.service).copied().flatten();
            let consumer = directory.app(&one.app).map(|app| &*app.tenant);
            if !(sees(publisher) || consumer.is_some_and(|tenant| sees(Some(tenant)))) {
                continue;
            }
            newest.push(Reverse(decided));
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
