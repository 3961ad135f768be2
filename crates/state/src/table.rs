//! A bounded map that many cores share.
//!
//! 64 shards behind locks of their own. A shard is a list of slots and an index over them, so that
//! a hand can go round the slots: each insertion looks at a few, drops those that are worth
//! nothing and, in a full shard, the one that is worth least. All of it is O(1).
//!
//! Where nothing of worth may be dropped, a table can be shared: then no party has more than a part
//! of a shard.

mod shares;
#[cfg(test)]
mod tests;

use hashbrown::{DefaultHashBuilder, HashTable};
pub(crate) use shares::Party;
use shares::{PartyOf, Shares};
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that can be judged when room is needed.
pub(crate) trait Entry {
    /// What would be lost with it at `now`: 0 for nothing, so that it may be dropped at any time;
    /// `u64::MAX` for what must never be dropped.
    fn worth(&mut self, now: u64) -> u64;
}

/// How full a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Entries, idle ones that were not dropped yet included.
    pub entries: usize,
    /// The most entries there can be.
    pub capacity: usize,
    /// Entries dropped for want of room while they still meant something.
    pub lost: u64,
}

const SHARDS: usize = 64;
/// How many old entries a new one looks at.
const LOOKS: usize = 2;
/// How many in a full shard.
const LOOKS_WHEN_FULL: usize = 8;

#[derive(Debug)]
pub(crate) struct Table<K, V> {
    shards: Box<[Aligned<K, V>]>,
    hasher: DefaultHashBuilder,
}

/// Locks of neighbours lie on different cache lines.
#[derive(Debug)]
#[repr(align(128))]
struct Aligned<K, V>(Mutex<Shard<K, V>>);

#[derive(Debug)]
pub(crate) struct Shard<K, V> {
    index: HashTable<usize>,
    slots: Vec<Slot<K, V>>,
    hand: usize,
    capacity: usize,
    lost: u64,
    shares: Option<Shares<K, V>>,
}

#[derive(Debug)]
struct Slot<K, V> {
    hash: u64,
    key: K,
    value: V,
}

/// Where a key lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) shard: usize,
    hash: u64,
}

impl<K: Copy + Eq + Hash, V: Entry> Table<K, V> {
    /// At most `capacity` entries, rounded up to a multiple of 64. Memory is taken as needed.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::with(capacity, None)
    }

    /// The same, of which no party has more than an eighth (and one place in each shard at least).
    pub(crate) fn shared(capacity: usize, of: PartyOf<K, V>) -> Self {
        Self::with(capacity, Some(of))
    }

    fn with(capacity: usize, of: Option<PartyOf<K, V>>) -> Self {
        let places = capacity.div_ceil(SHARDS).max(1);
        let shard = || Shard {
            index: HashTable::new(),
            slots: Vec::new(),
            hand: 0,
            capacity: places,
            lost: 0,
            shares: of.map(|of| Shares::new(of, places)),
        };
        Self {
            shards: (0..SHARDS).map(|_| Aligned(Mutex::new(shard()))).collect(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn place(&self, key: &K) -> Place {
        let hash = self.hasher.hash_one(key);
        // Bits that the index uses neither for its position (the lowest) nor as tag (the highest).
        let bits = usize::try_from((hash >> 40) & 0xffff).unwrap_or(0);
        Place {
            shard: bits % SHARDS,
            hash,
        }
    }

    /// Whoever holds several takes them in ascending order.
    #[expect(
        clippy::indexing_slicing,
        reason = "`place` gives numbers below `SHARDS`, and there are that many"
    )]
    pub(crate) fn lock(&self, shard: usize) -> MutexGuard<'_, Shard<K, V>> {
        // Nothing panics while it holds a lock; if it did, counts would still be counts.
        self.shards[shard]
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows `visit` every entry, one shard at a time.
    pub(crate) fn each(&self, mut visit: impl FnMut(&K, &mut V)) {
        for shard in 0..SHARDS {
            for slot in &mut self.lock(shard).slots {
                visit(&slot.key, &mut slot.value);
            }
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        let mut usage = Usage {
            entries: 0,
            capacity: 0,
            lost: 0,
        };
        for shard in 0..SHARDS {
            let shard = self.lock(shard);
            usage.entries += shard.slots.len();
            usage.capacity += shard.capacity;
            usage.lost += shard.lost;
        }
        usage
    }
}

impl<K: Copy + Eq + Hash, V: Entry> Shard<K, V> {
    fn position(&self, place: Place, key: &K) -> Option<usize> {
        self.index
            .find(place.hash, |&at| {
                self.slots.get(at).is_some_and(|slot| slot.key == *key)
            })
            .copied()
    }

    /// In a shared table, for whom the entry is counted must stay: [`Self::put`] changes that.
    pub(crate) fn get(&mut self, place: Place, key: &K) -> Option<&mut V> {
        let at = self.position(place, key)?;
        self.slots.get_mut(at).map(|slot| &mut slot.value)
    }

    /// Puts `value` in, in place of what was there. `false`, and what was there stays, if there is
    /// no room and all that was looked at has to stay, or if its party has its share.
    pub(crate) fn put(&mut self, place: Place, key: K, value: V, now: u64) -> bool {
        if let Some(at) = self.position(place, &key) {
            return self.replace(at, value);
        }
        let shares = self.shares.as_ref();
        if shares.is_some_and(|shares| !shares.has_room(&key, &value)) || !self.make_room(now) {
            return false;
        }
        if let Some(shares) = &mut self.shares {
            shares.enter(&key, &value);
        }
        let Self { index, slots, .. } = self;
        index.insert_unique(place.hash, slots.len(), |&at| {
            slots.get(at).map_or(0, |slot| slot.hash)
        });
        slots.push(Slot {
            hash: place.hash,
            key,
            value,
        });
        true
    }

    fn replace(&mut self, at: usize, value: V) -> bool {
        let Some(slot) = self.slots.get_mut(at) else {
            return false;
        };
        if let Some(shares) = &mut self.shares
            && !shares.change(&slot.key, &slot.value, &value)
        {
            return false;
        }
        slot.value = value;
        true
    }

    pub(crate) fn remove(&mut self, place: Place, key: &K) -> Option<V> {
        let at = self.position(place, key)?;
        self.take(at)
    }

    fn make_room(&mut self, now: u64) -> bool {
        let full = self.slots.len() >= self.capacity;
        let looks = if full { LOOKS_WHEN_FULL } else { LOOKS };
        let mut least: Option<(u64, usize)> = None;
        let mut dropped = false;
        for _ in 0..looks.min(self.slots.len()) {
            if self.hand >= self.slots.len() {
                self.hand = 0;
            }
            let at = self.hand;
            let Some(slot) = self.slots.get_mut(at) else {
                break;
            };
            match slot.value.worth(now) {
                // The last slot moves here and is looked at next. What was found to be least may
                // have been that one; whoever dropped something needs no least any more.
                0 => {
                    self.take(at);
                    dropped = true;
                }
                worth => {
                    if worth != u64::MAX && least.is_none_or(|(other, _)| worth < other) {
                        least = Some((worth, at));
                    }
                    self.hand += 1;
                }
            }
        }
        if !full || dropped {
            return true;
        }
        let Some((_, at)) = least else {
            return false;
        };
        self.take(at);
        self.lost = self.lost.saturating_add(1);
        true
    }

    /// Takes a slot out; the last one moves into its place.
    fn take(&mut self, at: usize) -> Option<V> {
        let last = self.slots.len().checked_sub(1)?;
        let hash = self.slots.get(at)?.hash;
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == at) {
            entry.remove();
        }
        let slot = self.slots.swap_remove(at);
        if let Some(moved) = self.slots.get(at)
            && let Some(number) = self.index.find_mut(moved.hash, |&other| other == last)
        {
            *number = at;
        }
        if let Some(shares) = &mut self.shares {
            shares.leave(&slot.key, &slot.value);
        }
        Some(slot.value)
    }
}
