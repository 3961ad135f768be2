//! What the store does, over any [`Transaction`](crate::rows::Transaction).

mod apply;
mod backup;
mod chain;
mod concerns;
mod history;
mod missed;
mod notes;
mod retention;

pub use apply::Proposal;
pub(crate) use apply::{apply, note_event};
pub use backup::BackedUp;
pub(crate) use backup::{backup, bytes, restore};
pub use chain::{Chain, Fault};
pub(crate) use chain::{link_unlinked, verify};
pub use history::RowAt;
pub(crate) use history::{documents_at, row_at};
pub(crate) use missed::missed;
pub(crate) use notes::{
    note, notes, put_if_absent, put_notes, swap_note, sweep_notes, take_note, write_notes,
};
pub use retention::Pruned;
pub(crate) use retention::prune;

/// Every so many revisions the whole rules are written down.
pub(crate) const CHECKPOINT_EVERY: u64 = 50;
