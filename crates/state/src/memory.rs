//! Counters in the memory of this process.

#[cfg(test)]
mod tests;

use crate::counters::{
    Allowance, Check, CommitError, Counters, Key, Reading, Readings, Unavailable, Verdict,
};
use crate::gcra::Cell;
use crate::limit::Limit;
use crate::quota::{Count, Counted, Quota};
use crate::table::{Entry, Place, Shard, Table, Usage};
use smallvec::SmallVec;
use std::sync::MutexGuard;

/// Limit cells in memory, shared by all cores. Counting in cells that exist allocates nothing for
/// up to eight checks at once.
#[derive(Debug)]
pub struct Memory {
    cells: Table<Key, Cell>,
    quotas: Table<Key, Count>,
}

type Held<'a, V> = SmallVec<[(usize, MutexGuard<'a, Shard<Key, V>>); USUAL]>;

/// How many checks of one request need no allocation.
const USUAL: usize = 8;

impl Memory {
    /// At most `capacity` cells of rates, and as many counts of quotas, rounded up to a multiple
    /// of 64. A cell takes about 70 bytes, a count about 90.
    ///
    /// Counts of quotas are never dropped, so that no limit has more than an eighth of them in one
    /// period: whoever needs very many of one limit takes no room from others.
    pub fn new(capacity: usize) -> Self {
        Self {
            cells: Table::new(capacity),
            quotas: Table::shared(capacity, |key: &Key, count: &Count| count.party(key)),
        }
    }

    /// As [`Counters::read`], at once.
    pub fn read(&self, checks: &[Check], cost: u64, now: u64) -> Readings {
        checks
            .iter()
            .map(|check| match &check.limit {
                Allowance::Rate(limit) => self.reading(check.key, limit, cost, now),
                Allowance::Quota(quota) => self.quota_reading(check.key, quota, cost, now),
            })
            .collect()
    }

    fn reading(&self, key: Key, limit: &Limit, cost: u64, now: u64) -> Reading {
        let place = self.cells.place(&key);
        let mut shard = self.cells.lock(place.shard);
        let (cell, time) = settled(&mut shard, place, key, limit, now);
        drop(shard);
        cell.reading(limit, cost, time, now)
    }

    fn quota_reading(&self, key: Key, quota: &Quota, cost: u64, now: u64) -> Reading {
        let place = self.quotas.place(&key);
        let found = self.quotas.lock(place.shard).get(place, &key).copied();
        let count = found.unwrap_or_default().settled(quota, now);
        count.map_or(NEVER, |count| count.reading(quota, cost, now))
    }

    /// As [`Counters::commit`], at once.
    ///
    /// # Errors
    /// The first check that refused, or that there was no room to count.
    pub fn commit(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), NotCounted> {
        match checks {
            [
                Check {
                    key,
                    limit: Allowance::Rate(limit),
                },
            ] => {
                let charged = self.charge(*key, limit, cost, now);
                charged.map_err(|_| NotCounted::Refused(0))
            }
            _ => self.commit_together(checks, cost, now),
        }
    }

    /// As [`Self::commit`] of one rate. A refusal comes with what the cell said at that moment.
    pub(crate) fn charge(
        &self,
        key: Key,
        limit: &Limit,
        cost: u64,
        now: u64,
    ) -> Result<(), Reading> {
        let place = self.cells.place(&key);
        let mut shard = self.cells.lock(place.shard);
        let (cell, time) = settled(&mut shard, place, key, limit, now);
        if let Ok(charged) = cell.charged(limit, cost, time) {
            shard.put(place, key, charged, now);
            return Ok(());
        }
        drop(shard);
        Err(cell.reading(limit, cost, time, now))
    }

    /// Holds all shards while it looks at all cells. Counts of quotas are written as they are
    /// looked at, since there may be no room for one, and taken back if a later check refuses;
    /// nobody sees them before the shards are let go.
    fn commit_together(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), NotCounted> {
        let mut rates: SmallVec<[Place; USUAL]> = SmallVec::new();
        let mut quotas: SmallVec<[Place; USUAL]> = SmallVec::new();
        for check in checks {
            match check.limit {
                Allowance::Rate(_) => rates.push(self.cells.place(&check.key)),
                Allowance::Quota(_) => quotas.push(self.quotas.place(&check.key)),
            }
        }
        // Whoever holds both kinds took the cells of rates first.
        let mut writing = Writing {
            rates: lock_all(&self.cells, &rates),
            quotas: lock_all(&self.quotas, &quotas),
            planned: SmallVec::new(),
            before: SmallVec::new(),
            cost,
            now,
        };
        let (mut rates, mut quotas) = (rates.into_iter(), quotas.into_iter());
        for (position, check) in checks.iter().enumerate() {
            let outcome = match &check.limit {
                Allowance::Rate(limit) => {
                    let place = rates.next();
                    place
                        .is_some_and(|place| writing.plan(place, check.key, limit))
                        .then_some(())
                        .ok_or(NotCounted::Refused(position))
                }
                Allowance::Quota(quota) => {
                    let place = quotas.next().ok_or(NotCounted::Refused(position))?;
                    writing.count(place, check.key, quota, position)
                }
            };
            if let Err(error) = outcome {
                writing.take_back();
                return Err(error);
            }
        }
        writing.write();
        Ok(())
    }

    /// What was used of quotas whose periods go on at `now`, to be kept beyond the process; `None`
    /// if nothing has changed since the last time. Shards are held one after the other, so that
    /// what is counted meanwhile is in it or not.
    pub fn kept(&self, now: u64) -> Option<Vec<Counted>> {
        let mut all = Vec::new();
        let mut is_new = false;
        self.quotas.each(|key, count| {
            is_new |= std::mem::take(&mut count.is_new);
            all.extend(count.counted(*key, now));
        });
        is_new.then_some(all)
    }

    /// Says that what [`Self::kept`] gave was not kept after all.
    pub fn not_kept(&self) {
        self.quotas.each(|_, count| count.is_new = true);
    }

    /// Takes up what was kept, but for what is over at `now`. Gives how many counts found no room,
    /// in the table or in the share of their limit. Nobody whose count is lost begins afresh while
    /// that is so: there is no room for another one either.
    pub fn restore(&self, kept: &[Counted], now: u64) -> usize {
        let mut lost = 0;
        for one in kept.iter().filter(|one| now < one.window.ends) {
            let place = self.quotas.place(&one.key);
            let mut shard = self.quotas.lock(place.shard);
            let count = shard.get(place, &one.key).copied().unwrap_or_default();
            lost += usize::from(!shard.put(place, one.key, count.restored(one), now));
        }
        lost
    }

    /// Forgets what one cell counted.
    pub fn forget(&self, key: &Key) {
        let place = self.cells.place(key);
        self.cells.lock(place.shard).remove(place, key);
        let place = self.quotas.place(key);
        self.quotas.lock(place.shard).remove(place, key);
    }

    /// How full of rates it is.
    pub fn usage(&self) -> Usage {
        self.cells.usage()
    }

    /// How full of quotas. None of them is ever lost.
    pub fn quota_usage(&self) -> Usage {
        self.quotas.usage()
    }
}

/// Why nothing was counted in memory, and which check it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCounted {
    /// It refuses.
    Refused(usize),
    /// There is no room for its count, or its limit has its share of all there is.
    NoRoom(usize),
}

/// What is said of a quota in a period that there is none of.
const NEVER: Reading = Reading {
    limit: 0,
    remaining: 0,
    reset_after: 0,
    verdict: Verdict::Never,
};

/// A commit while it is made.
struct Writing<'a> {
    rates: Held<'a, Cell>,
    quotas: Held<'a, Count>,
    /// Cells of rates as they will be.
    planned: SmallVec<[(Place, Key, Cell); USUAL]>,
    /// Counts of quotas as they were.
    before: SmallVec<[(Place, Key, Option<Count>); USUAL]>,
    cost: u64,
    now: u64,
}

impl Writing<'_> {
    /// Whether the rate lets the request pass.
    fn plan(&mut self, place: Place, key: Key, limit: &Limit) -> bool {
        let Some(shard) = shard_of(&mut self.rates, place) else {
            return false;
        };
        let (mut cell, time) = settled(shard, place, key, limit, self.now);
        let mut earlier = self.planned.iter().rev();
        if let Some((_, _, same)) = earlier.find(|(_, other, _)| *other == key) {
            cell = *same;
        }
        let charged = cell.charged(limit, self.cost, time);
        self.planned
            .extend(charged.ok().map(|cell| (place, key, cell)));
        charged.is_ok()
    }

    fn count(
        &mut self,
        place: Place,
        key: Key,
        quota: &Quota,
        position: usize,
    ) -> Result<(), NotCounted> {
        let refused = NotCounted::Refused(position);
        let shard = shard_of(&mut self.quotas, place).ok_or(refused)?;
        let before = shard.get(place, &key).copied();
        let settled = before.unwrap_or_default().settled(quota, self.now);
        let charged = settled.and_then(|count| count.charged(quota, self.cost));
        let charged = charged.ok_or(refused)?;
        if !shard.put(place, key, charged, self.now) {
            return Err(NotCounted::NoRoom(position));
        }
        self.before.push((place, key, before));
        Ok(())
    }

    fn take_back(&mut self) {
        while let Some((place, key, before)) = self.before.pop() {
            let Some(shard) = shard_of(&mut self.quotas, place) else {
                continue;
            };
            match before {
                // There is room where it was: nobody enters a period that somebody left for another
                // one at the same moment.
                Some(count) => _ = shard.put(place, key, count, self.now),
                None => _ = shard.remove(place, &key),
            }
        }
    }

    fn write(mut self) {
        for (place, key, cell) in self.planned {
            if let Some(shard) = shard_of(&mut self.rates, place) {
                shard.put(place, key, cell, self.now);
            }
        }
    }
}

/// Locks each shard once, in ascending order, so that no two requests wait for each other.
fn lock_all<'a, V: Entry>(table: &'a Table<Key, V>, places: &[Place]) -> Held<'a, V> {
    let mut shards: SmallVec<[usize; USUAL]> = places.iter().map(|place| place.shard).collect();
    shards.sort_unstable();
    shards.dedup();
    shards
        .into_iter()
        .map(|shard| (shard, table.lock(shard)))
        .collect()
}

fn shard_of<'a, V>(held: &'a mut Held<'_, V>, place: Place) -> Option<&'a mut Shard<Key, V>> {
    held.iter_mut()
        .find(|(shard, _)| *shard == place.shard)
        .map(|(_, guard)| &mut **guard)
}

/// The cell as it is at `now`, and the time that counts for it. Following a clock that was set
/// back is written down even if the request is refused: it is no charge, and without it the cell
/// would wait for the old time to come round.
fn settled(
    shard: &mut Shard<Key, Cell>,
    place: Place,
    key: Key,
    limit: &Limit,
    now: u64,
) -> (Cell, u64) {
    if let Some(cell) = shard.get(place, &key) {
        let time = cell.settle_under(limit, now);
        return (*cell, time);
    }
    let mut idle = Cell::default();
    let time = idle.settle(now);
    (idle, time)
}

impl Counters for Memory {
    async fn read(&self, checks: &[Check], cost: u64, now: u64) -> Result<Readings, Unavailable> {
        Ok(Self::read(self, checks, cost, now))
    }

    async fn commit(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), CommitError> {
        let counted = Self::commit(self, checks, cost, now);
        counted.map_err(|error| match error {
            NotCounted::Refused(at) => CommitError::Refused(at),
            NotCounted::NoRoom(at) => CommitError::NoRoom(at),
        })
    }
}
