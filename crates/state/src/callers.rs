//! Callers that are blocked for a while: a credential or an app, because it was refused too often
//! for what a policy counts, or because somebody said so.
//!
//! There is room for [`ENTRIES`] of each table. Beyond it the block goes that ends first; one that
//! somebody made by hand never does.

#[cfg(test)]
mod tests;

use crate::counters::Key;
use crate::gcra::CLOCK_SKEW;
use crate::limit::Limit;
use crate::memory::Memory;
use crate::table::{Entry, Table, Usage};
use postern_model::Code;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The capacity of each of the tables.
pub const ENTRIES: usize = 65_536;

/// The number of blocks that somebody made: they hold everywhere.
pub const BY_HAND: u64 = 0;

/// Who is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// A credential, by its id.
    Credential,
    /// An app, by its name.
    App,
}

/// Why somebody is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Too many refusals.
    Abuse {
        /// The policy that counts them.
        policy: Arc<str>,
        /// The code of the refusal that was one too many.
        trigger: Code,
    },
    /// Somebody said so.
    Hand {
        /// Who.
        by: Arc<str>,
        /// Why, for the caller too.
        reason: Option<Arc<str>>,
    },
}

/// A caller that is refused for a while. Instants are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerBlock {
    /// Where it holds: the number of a policy, or [`BY_HAND`].
    pub number: u64,
    /// What it is.
    pub kind: CallerKind,
    /// Who it is.
    pub name: Arc<str>,
    /// Why.
    pub cause: Cause,
    /// It only notes what it would refuse.
    pub shadow: bool,
    /// From when.
    pub since: u64,
    /// Until when, exclusive.
    pub until: u64,
}

impl CallerBlock {
    fn key(&self) -> Key {
        key(self.number, self.kind, &self.name)
    }

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

impl Entry for CallerBlock {
    fn worth(&mut self, now: u64) -> u64 {
        match (self.settle(now), &self.cause) {
            (false, _) => 0,
            (true, Cause::Hand { .. }) => u64::MAX,
            (true, Cause::Abuse { .. }) => (self.until - now).min(u64::MAX - 1),
        }
    }
}

/// Counters of refusals, and blocks. Shared by all cores.
#[derive(Debug)]
pub struct Callers {
    refusals: Memory,
    blocks: Table<Key, CallerBlock>,
    /// No block that was ever put lasts longer than this: while there are none, which is nearly
    /// always, a request need not look.
    latest: AtomicU64,
    /// Something has changed since blocks were written down.
    is_new: AtomicBool,
}

impl Default for Callers {
    fn default() -> Self {
        Self::new(ENTRIES)
    }
}

impl Callers {
    /// At most so many of each.
    pub fn new(capacity: usize) -> Self {
        Self {
            refusals: Memory::new(capacity),
            blocks: Table::new(capacity),
            latest: AtomicU64::new(0),
            is_new: AtomicBool::new(false),
        }
    }

    /// Whether anybody may be blocked.
    pub fn may_block(&self, now: u64) -> bool {
        now < self.latest.load(Ordering::Acquire)
    }

    /// The block that a caller is under by that number.
    pub fn find(&self, number: u64, kind: CallerKind, name: &str, now: u64) -> Option<CallerBlock> {
        if !self.may_block(now) {
            return None;
        }
        let key = key(number, kind, name);
        let place = self.blocks.place(&key);
        let mut shard = self.blocks.lock(place.shard);
        let block = shard.get(place, &key)?;
        block.settle(now).then(|| block.clone())
    }

    /// Counts a refusal of a caller. The one that is too many blocks it, and the block is handed
    /// back; `block` makes it. Refusals of a caller that is blocked change nothing: a block ends
    /// when it said it would.
    pub fn refused(
        &self,
        (number, kind, name): (u64, CallerKind, &str),
        limit: &Limit,
        block: impl FnOnce() -> CallerBlock,
        now: u64,
    ) -> Option<CallerBlock> {
        let counted = self.refusals.charge(key(number, kind, name), limit, 1, now);
        if counted.is_ok() || self.find(number, kind, name, now).is_some() {
            return None;
        }
        let block = block();
        self.put(block.clone(), now).then_some(block)
    }

    /// Blocks a caller. `false` if there was no room, or if the block is over before it began.
    pub fn put(&self, block: CallerBlock, now: u64) -> bool {
        if block.until <= now {
            return false;
        }
        let (key, until) = (block.key(), block.until);
        let place = self.blocks.place(&key);
        let stored = self.blocks.lock(place.shard).put(place, key, block, now);
        self.latest.fetch_max(until, Ordering::Release);
        self.is_new.store(true, Ordering::Release);
        stored
    }

    /// The blocks in force, in the order of their callers.
    pub fn list(&self, now: u64) -> Vec<CallerBlock> {
        let mut blocks = Vec::new();
        self.blocks.each(|_, block| {
            if block.settle(now) {
                blocks.push(block.clone());
            }
        });
        blocks.sort_unstable_by(|a, b| (&a.name, a.number).cmp(&(&b.name, b.number)));
        blocks
    }

    /// Ends every block that a caller is under, and forgets its refusals, so that the next one does
    /// not block it at once. Gives those that were in force.
    pub fn lift(&self, kind: CallerKind, name: &str, now: u64) -> Vec<CallerBlock> {
        let mut lifted = self.list(now);
        lifted.retain(|block| block.kind == kind && *block.name == *name);
        for block in &lifted {
            let key = block.key();
            let place = self.blocks.place(&key);
            self.blocks.lock(place.shard).remove(place, &key);
            self.refusals.forget(&key);
        }
        if !lifted.is_empty() {
            self.is_new.store(true, Ordering::Release);
        }
        lifted
    }

    /// The blocks in force, to be kept beyond the process; `None` if none came or was lifted since
    /// the last time.
    pub fn kept(&self, now: u64) -> Option<Vec<CallerBlock>> {
        let is_new = self.is_new.swap(false, Ordering::AcqRel);
        is_new.then(|| self.list(now))
    }

    /// Says that what [`Self::kept`] gave was not kept after all.
    pub fn not_kept(&self) {
        self.is_new.store(true, Ordering::Release);
    }

    /// How many callers are blocked, and were.
    pub fn usage(&self) -> Usage {
        self.blocks.usage()
    }
}

fn key(number: u64, kind: CallerKind, name: &str) -> Key {
    let (mut high, mut low) = (DefaultHasher::new(), DefaultHasher::new());
    high.write_u8(1);
    (kind, name).hash(&mut high);
    (kind, name).hash(&mut low);
    Key {
        limit: number,
        subject: u128::from(high.finish()) << 64 | u128::from(low.finish()),
    }
}
