//! What people do in more than one step: asking for access and deciding about it, the life of a
//! version, keys that change without an outage.
//!
//! Each step is an ordinary change of documents: it is judged, validated and written to the audit
//! trail like any other. What is here works out which change it is, and refuses steps that make no
//! sense where things stand.

mod approvals;
mod asked;
mod catalogue;
mod finding;
mod history;
mod keys;
mod subscriptions;
mod time;
mod versions;

pub use approvals::{Approvals, Asker, DecidedSubscription, Decisions, Waiting};
pub use catalogue::{Offer, OfferedPlan, OfferedVersion};
pub use finding::{FoundOperation, KnownAddress, ListedAddress, UseOfList};
pub use history::Told;
pub use keys::{CreatedKey, KeyKind, KeyWanted, Rotated, Rotation, rotated};
pub(crate) use subscriptions::is_offered;
pub use subscriptions::{Access, Cause, Decision, Step};
pub use versions::{
    Caller, Changed, Difference, Ending, Endings, Lifecycle, Lived, MemberChange, Retirement,
    month_ago,
};

use crate::shorthand::{Change, Expectation};
use crate::{Actor, ChangeSet, Refusal, Seen, Service};
use serde_json::Value;

impl Service {
    /// Makes the changes of a step.
    async fn step(
        &self,
        actor: &Actor,
        changes: Vec<Change>,
        comment: &str,
    ) -> Result<Value, Refusal> {
        let set = ChangeSet {
            changes,
            comment: comment.to_owned(),
            source: Some("api".to_owned()),
        };
        self.change(actor, set).await
    }

    /// A document that somebody may see, in the version that they have read if they say which.
    async fn see_in(
        &self,
        actor: &Actor,
        kind: &str,
        id: &str,
        expect: Option<u64>,
    ) -> Result<Seen, Refusal> {
        let seen = self.see(actor, kind, id).await?;
        if expect.is_some() && seen.version != expect {
            let message = format!("somebody has changed {kind} `{}` since", seen.id);
            return Err(cannot(message).help("look at it again, and decide anew"));
        }
        Ok(seen)
    }
}

/// A change of a document that was read: made only if it still is what it was.
fn of(seen: &Seen, kind: &str, patch: Value) -> Change {
    let change = Change::patch(kind, &seen.id, patch);
    match seen.version {
        Some(version) => change.expecting(Expectation::Version(version)),
        None => change,
    }
}

/// Takes members away by a patch, as far as the document has them.
fn without(mut patch: Value, document: &Value, members: &[&str]) -> Value {
    if let Value::Object(patch) = &mut patch {
        let there = members.iter().filter(|name| document.get(**name).is_some());
        patch.extend(there.map(|name| ((*name).to_owned(), Value::Null)));
    }
    patch
}

/// A text of a document; the empty one where it has none.
fn text<'a>(document: &'a Value, member: &str) -> &'a str {
    document
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A step that makes no sense where things stand.
fn cannot(message: String) -> Refusal {
    Refusal::new("conflict", message)
}
