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
        Ok(found)
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
