//! What a database may hold from before a rule, and no longer: mended at the start, so that nobody
//! stands without a gateway.

use crate::load::Loader;
use crate::service::meta;
use crate::shorthand::moment;
use crate::{Actor, Refusal};
use jiff::Timestamp;
use postern_store::{Action, ApplyError, Change, Document, Expect, Kind, Proposal, Scope, Store};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Removes all but one of the subscriptions that an app has to a service. The one that is kept is
/// in force, if one is, and was decided last. What the others said stays in the audit trail. Gives
/// what was done, in sentences; nothing where there is nothing to mend, or where something else is
/// wrong as well.
///
/// # Errors
/// The store cannot be used.
pub(crate) async fn subscriptions(
    store: &Store,
    loader: &Arc<Loader>,
) -> Result<Vec<String>, Refusal> {
    let kind = Kind::new("subscription")?;
    let visit = |found: &mut Vec<Row>, document: Document| found.extend(Row::of(&document));
    let state = Vec::new();
    let (_, rows) = store.fold(Scope::Kind(kind.clone()), state, visit).await?;
    let (mut changes, mut said) = (Vec::new(), Vec::new());
    for (kept, removed) in twice(rows, Timestamp::now()) {
        for row in removed {
            said.push(format!(
                "app `{}` had two subscriptions to service `{}`: `{}` is kept ({}), and `{}` was \
                 removed ({}); see it with `postern audit log --kind subscription --id {}`, and \
                 change `{}` if that one was right",
                kept.app, kept.service, kept.id, kept.state, row.id, row.state, row.id, kept.id,
            ));
            let change = Change::new(kind.clone(), &row.id, Action::Delete);
            changes.push(change.expecting(Expect::Version(row.version)));
        }
    }
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let comment = "an app has one subscription to a service: the one in force that was decided \
                   last is kept";
    let meta = meta(&Actor::system("start"), comment.to_owned(), "repair");
    let reader = loader.clone();
    let validate = move |proposal: &Proposal<'_>| {
        let read = reader.whole(proposal);
        read.map(drop).map_err(ApplyError::Refused)
    };
    match store.apply(changes, meta, validate).await {
        Ok(_) => Ok(said),
        // Something else is wrong too, or another node was faster: a second look tells.
        Err(ApplyError::Refused(_) | ApplyError::Conflict { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// What of a subscription tells which one is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    id: Box<str>,
    version: u64,
    app: String,
    service: String,
    state: String,
    decided: Option<Timestamp>,
    expires: Option<Timestamp>,
}

impl Row {
    fn of(document: &Document) -> Option<Self> {
        let value = document.value().ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Self {
            id: document.id.clone(),
            version: document.version,
            app: text("app")?.to_owned(),
            service: text("service")?.to_owned(),
            state: text("state")?.to_owned(),
            decided: text("decided_at").and_then(moment),
            expires: text("expires_at").and_then(moment),
        })
    }

    /// Whether it says what its app may do now: that it may, or that this is held back.
    fn is_in_force(&self, now: Timestamp) -> bool {
        matches!(self.state.as_str(), "approved" | "suspended")
            && self.expires.is_none_or(|end| now < end)
    }
}

/// For each app and service with more than one: which is kept, and the others.
fn twice(rows: Vec<Row>, now: Timestamp) -> Vec<(Row, Vec<Row>)> {
    let mut grouped: HashMap<(String, String), Vec<Row>> = HashMap::new();
    for row in rows {
        let of = (row.app.clone(), row.service.clone());
        grouped.entry(of).or_default().push(row);
    }
    let mut found: Vec<_> = grouped
        .into_values()
        .filter(|rows| rows.len() > 1)
        .filter_map(|mut rows| {
            rows.sort_by_key(|row| Reverse((row.is_in_force(now), row.decided, row.version)));
            let mut rows = rows.into_iter();
            Some((rows.next()?, rows.collect()))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    found
}
