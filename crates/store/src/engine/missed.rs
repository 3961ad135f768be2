//! What changed since a change set.

use std::collections::HashMap;

use crate::change::{ChangeFilter, Entry, Order, Position};
use crate::document::Kind;
use crate::error::StoreError;
use crate::rows::Transaction;

/// The meta key under which the number of the newest restore is: of what was before it, the change
/// log tells nothing.
pub(super) const RESTORED: &str = "store.restored";

/// Entries that are put together; beyond, it is quicker to read everything.
const MOST: usize = 20_000;

/// The documents that differ from how they were after a change set, in the order in which they were
/// first touched; none if the change log does not tell, so that everything has to be read.
pub(crate) fn missed(
    transaction: &dyn Transaction,
    since: u64,
) -> Result<Option<Vec<Entry>>, StoreError> {
    let head = transaction.head()?;
    if since == head.sequence {
        return Ok(Some(Vec::new()));
    }
    let horizons = transaction.horizons()?;
    let restored = transaction.meta(RESTORED)?;
    let restored = restored.and_then(|number| number.parse().ok()).unwrap_or(0);
    let told_from = horizons.rules.max(horizons.directory).max(restored);
    if since > head.sequence || since < told_from {
        return Ok(None);
    }
    let changes = transaction.changes(&ChangeFilter {
        kind: None,
        id: None,
        since_ms: None,
        from: Some(Position {
            sequence: since,
            ordinal: u64::MAX,
        }),
        order: Order::OldestFirst,
        limit: MOST + 1,
    })?;
    if changes.len() > MOST {
        return Ok(None);
    }
    let entries = changes.into_iter().map(|change| change.entry);
    Ok(Some(merged(entries)))
}

/// Entries of several change sets as one. What ends as it was is left out.
pub(super) fn merged(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut places: HashMap<(Kind, Box<str>), usize> = HashMap::new();
    for entry in entries {
        let next = all.len();
        let place = places.entry((entry.kind.clone(), entry.id.clone()));
        match all.get_mut(*place.or_insert(next)) {
            Some(earlier) => earlier.after = entry.after,
            None => all.push(entry),
        }
    }
    all.retain(|entry| entry.before != entry.after);
    all
}
