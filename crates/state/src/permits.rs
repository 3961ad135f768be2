//! How many at once.

#[cfg(test)]
mod tests;

use crate::counters::Key;
use crate::table::{Entry, Table, Usage};
use std::sync::Arc;

/// Counts of what is under way, by key. Cheap to clone; clones share the counts.
///
/// A key is kept only while permits for it are out, so there are never more keys than requests
/// under way. Where even those fill the table, a new key is refused: a count that was dropped
/// could not be given back.
#[derive(Debug, Clone)]
pub struct Permits {
    counts: Arc<Table<Key, Count>>,
}

/// Permits that are out for one key; never 0 outside of a lock.
#[derive(Debug, Clone, Copy)]
struct Count(u64);

impl Entry for Count {
    fn worth(&mut self, _now: u64) -> u64 {
        u64::MAX
    }
}

/// Leave for one request to be under way. Given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    counts: Arc<Table<Key, Count>>,
    key: Key,
}

impl Permits {
    /// At most `capacity` keys with permits out, rounded up to a multiple of 64.
    pub fn new(capacity: usize) -> Self {
        Self {
            counts: Arc::new(Table::new(capacity)),
        }
    }

    /// A permit, if fewer than `limit` are out for `key`.
    pub fn acquire(&self, key: Key, limit: u64) -> Option<Permit> {
        let place = self.counts.place(&key);
        let mut shard = self.counts.lock(place.shard);
        match shard.get(place, &key) {
            Some(count) if count.0 >= limit => return None,
            Some(count) => count.0 += 1,
            None if limit == 0 => return None,
            None => {
                if !shard.put(place, key, Count(1), 0) {
                    return None;
                }
            }
        }
        drop(shard);
        Some(Permit {
            counts: Arc::clone(&self.counts),
            key,
        })
    }

    /// How many permits are out for `key`.
    pub fn in_use(&self, key: &Key) -> u64 {
        let place = self.counts.place(key);
        let mut shard = self.counts.lock(place.shard);
        shard.get(place, key).map_or(0, |count| count.0)
    }

    /// How many keys have permits out.
    pub fn usage(&self) -> Usage {
        self.counts.usage()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let place = self.counts.place(&self.key);
        let mut shard = self.counts.lock(place.shard);
        if let Some(count) = shard.get(place, &self.key) {
            count.0 = count.0.saturating_sub(1);
            if count.0 == 0 {
                shard.remove(place, &self.key);
            }
        }
    }
}
