//! Slowing those who guess secrets.
//!
//! A shaper, not a limit: each wrong secret takes the next free place in a queue of so many a time
//! and is held back until then, so that guesses sent at the same time gain nothing. Whoever knows
//! the secret is not in the queue and cannot be locked out by those who are.

use crate::Limit;
use crate::gcra::Cell;
use crate::table::{Table, Usage};

/// The longest that a refusal is held back, in nanoseconds: 30 s. Beyond it the wait would cost
/// the gateway connections rather than the guesser time; the refusal rate of the guesser's
/// address has its say long before.
pub const LONGEST_DELAY: u64 = 30 * SECOND;

const SECOND: u64 = 1_000_000_000;

/// Wrong secrets per presented id.
#[derive(Debug)]
pub(super) struct WrongSecrets {
    cells: Table<u128, Cell>,
}

impl WrongSecrets {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            cells: Table::new(capacity),
        }
    }

    /// Counts one, and says for how many nanoseconds to hold its refusal back.
    pub(super) fn count(&self, limit: &Limit, presented: u128, now: u64) -> u64 {
        let place = self.cells.place(&presented);
        let mut shard = self.cells.lock(place.shard);
        let mut cell = shard.get(place, &presented).copied().unwrap_or_default();
        let delay = cell.push(limit, LONGEST_DELAY, now);
        shard.put(place, presented, cell, now);
        delay
    }

    pub(super) fn usage(&self) -> Usage {
        self.cells.usage()
    }
}
