//! What the change log says that happened.

mod credentials;
mod decisions;
mod subscriptions;
mod versions;

use super::happened::{Doer, Happened};
use jiff::Timestamp;
use postern_outbound::webhook::EventKind;
use postern_store::LoggedChange;
use serde_json::Value;

/// One document before and after, and who changed it.
struct Change<'a> {
    id: &'a str,
    before: Value,
    after: Value,
    by: Doer,
    comment: &'a str,
    at: Timestamp,
    /// Where links of mails begin.
    links: &'a str,
    name: [String; 2],
}

/// What one line of the change log says that happened. `links`: where links of mails begin.
pub(super) fn derive(line: &LoggedChange, links: &str) -> Vec<Happened> {
    let read = |json: Option<&str>| -> Value {
        json.and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    };
    let change = Change {
        id: &line.entry.id,
        before: read(line.entry.before.as_deref()),
        after: read(line.entry.after.as_deref()),
        by: Doer {
            who: line.meta.who.clone(),
            kind: line.meta.actor,
        },
        comment: &line.meta.comment,
        at: Timestamp::from_millisecond(line.meta.at_ms).unwrap_or_default(),
        links,
        name: [
            line.position.sequence.to_string(),
            line.position.ordinal.to_string(),
        ],
    };
    match line.entry.kind.as_str() {
        "subscription" => change.subscription().into_iter().collect(),
        "change_request" => change.change_request().into_iter().collect(),
        "user" => change.user().into_iter().collect(),
        "credential" => change.credential().into_iter().collect(),
        "service" => change.service(),
        _ => Vec::new(),
    }
}

fn text<'a>(document: &'a Value, member: &str) -> &'a str {
    document
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// Adds what there is to know, if it is known.
fn add(data: &mut Value, name: &str, value: Option<String>) {
    if let (Value::Object(members), Some(value)) = (data, value) {
        members.insert(name.to_owned(), value.into());
    }
}

impl Change<'_> {
    fn happened(&self, kind: EventKind, data: Value) -> Happened {
        Happened::new(self.name.to_vec(), kind, self.at, data)
    }

    fn link(&self, room: &str) -> String {
        format!("{}/{room}/{}", self.links, self.id)
    }

    /// The document, or the one that there was.
    fn document(&self) -> &Value {
        if self.after.is_null() {
            &self.before
        } else {
            &self.after
        }
    }

    /// Whom the document names as the one who did something, or who made the change.
    fn doer(&self, member: &str) -> String {
        said(text(&self.after, member)).unwrap_or_else(|| self.by.who.clone())
    }
}
