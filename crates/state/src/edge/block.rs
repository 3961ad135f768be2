//! Temporary blocks.

use super::source::Source;
use crate::gcra::CLOCK_SKEW;
use crate::table::{Entry, Table, Usage};
use postern_model::Code;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source that is refused for a while. Instants are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Who.
    pub source: Source,
    /// From when.
    pub since: u64,
    /// Until when, exclusive.
    pub until: u64,
    /// The code of the refusal that was one too many.
    pub trigger: Code,
}

impl Block {
    /// Follows a clock that was set back, so that a block never lasts longer than it should.
    /// Whether it is in force.
    fn settle(&mut self, now: u64) -> bool {
        let back = self.since.saturating_sub(now);
        if back > CLOCK_SKEW {
            self.since = now;
            self.until = self.until.saturating_sub(back);
        }
        now < self.until
    }
}

impl Entry for Block {
    fn worth(&mut self, now: u64) -> u64 {
        if self.settle(now) {
            // Never so much that it could not be dropped.
            (self.until - now).min(u64::MAX - 1)
        } else {
            0
        }
    }
}

#[derive(Debug)]
pub(super) struct Blocks {
    table: Table<Source, Block>,
    /// No block that was ever put lasts longer than this: while there are none, which is nearly
    /// always, a request need not look.
    latest: AtomicU64,
}

impl Blocks {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            table: Table::new(capacity),
            latest: AtomicU64::new(0),
        }
    }

    /// The block that `source` is under.
    pub(super) fn find(&self, source: Source, now: u64) -> Option<Block> {
        if now >= self.latest.load(Ordering::Acquire) {
            return None;
        }
        let place = self.table.place(&source);
        let mut shard = self.table.lock(place.shard);
        let block = shard.get(place, &source)?;
        block.settle(now).then_some(*block)
    }

    /// `false` if there was no room, or if the block is over before it began.
    pub(super) fn put(&self, block: Block, now: u64) -> bool {
        if block.until <= now {
            return false;
        }
        let place = self.table.place(&block.source);
        let stored = self
            .table
            .lock(place.shard)
            .put(place, block.source, block, now);
        self.latest.fetch_max(block.until, Ordering::Release);
        stored
    }

    pub(super) fn list(&self, now: u64) -> Vec<Block> {
        let mut blocks = Vec::new();
        self.table.each(|_, block| {
            if block.settle(now) {
                blocks.push(*block);
            }
        });
        blocks.sort_unstable_by_key(|block| block.source);
        blocks
    }

    pub(super) fn lift(&self, source: Source, now: u64) -> Option<Block> {
        let place = self.table.place(&source);
        let mut block = self.table.lock(place.shard).remove(place, &source)?;
        block.settle(now).then_some(block)
    }

    pub(super) fn usage(&self) -> Usage {
        self.table.usage()
    }
}
