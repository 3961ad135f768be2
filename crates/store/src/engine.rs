//! What the store does, over any [`Transaction`](crate::rows::Transaction).

mod apply;
mod history;
mod retention;

pub use apply::Proposal;
pub(crate) use apply::apply;
pub use history::RowAt;
pub(crate) use history::{documents_at, row_at};
pub use retention::Pruned;
pub(crate) use retention::prune;

/// Every so many revisions the whole rules are written down.
pub(crate) const CHECKPOINT_EVERY: u64 = 50;
