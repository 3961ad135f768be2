//! Forgetting what is old.

use super::history::documents_at;
use crate::error::StoreError;
use crate::rows::{Horizons, Transaction};

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Lines of the change log.
    pub changes: u64,
    /// Revisions.
    pub revisions: u64,
}

/// Forgets changes made before a time, and revisions that were no longer in force at it; never the
/// newest revision nor the one before. The oldest kept revision gets a checkpoint and keeps its
/// changes.
///
/// Where clocks went back, what lies after the first change set of the kept time is kept.
pub(crate) fn prune(transaction: &dyn Transaction, before_ms: i64) -> Result<Pruned, StoreError> {
    let head = transaction.head()?;
    let kept = transaction.horizons()?;
    let first_kept = match transaction.first_change_set_since(before_ms)? {
        Some(sequence) => sequence,
        None => head.sequence.saturating_add(1),
    };
    let newest = head.revision.number;
    let oldest = transaction
        .revision_before(first_kept)?
        .map(|in_force| in_force.min(newest.saturating_sub(1)));

    let mut horizons = Horizons {
        rules: kept.rules,
        directory: kept.directory.max(first_kept.saturating_sub(1)),
    };
    let mut before = 0;
    if let Some(oldest) = oldest
        && let Some(record) = transaction.revisions(oldest..=oldest, 1)?.pop()
    {
        if transaction.checkpoint_before(oldest)? != Some(oldest)
            && let Some((_, documents)) = documents_at(transaction, oldest)?
        {
            transaction.write_checkpoint(oldest, &documents)?;
        }
        horizons.rules = kept.rules.max(record.sequence.saturating_sub(1));
        before = oldest;
    }
    let (changes, revisions) = transaction.forget(&horizons, before)?;
    Ok(Pruned { changes, revisions })
}
