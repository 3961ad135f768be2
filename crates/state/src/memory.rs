//! Counters in the memory of this process.

#[cfg(test)]
mod tests;

use crate::counters::{Check, CommitError, Counters, Key, Reading, Readings, Unavailable};
use crate::gcra::Cell;
use crate::table::{Place, Shard, Table, Usage};
use smallvec::SmallVec;
use std::sync::MutexGuard;

/// Limit cells in memory, shared by all cores. Counting in cells that exist allocates nothing for
/// up to eight checks at once.
#[derive(Debug)]
pub struct Memory {
    cells: Table<Key, Cell>,
}

type Held<'a> = (usize, MutexGuard<'a, Shard<Key, Cell>>);

/// How many checks of one request need no allocation.
const USUAL: usize = 8;

impl Memory {
    /// At most `capacity` cells, rounded up to a multiple of 64. A cell takes about 70 bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            cells: Table::new(capacity),
        }
    }

    /// As [`Counters::read`], at once.
    pub fn read(&self, checks: &[Check], cost: u64, now: u64) -> Readings {
        checks
            .iter()
            .map(|check| self.reading(check, cost, now))
            .collect()
    }

    fn reading(&self, check: &Check, cost: u64, now: u64) -> Reading {
        let place = self.cells.place(&check.key);
        let mut shard = self.cells.lock(place.shard);
        let (cell, time) = settled(&mut shard, place, check, now);
        drop(shard);
        cell.reading(&check.limit, cost, time, now)
    }

    /// As [`Counters::commit`], at once. The error is the position of the first check that
    /// refused.
    pub fn commit(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), usize> {
        let [check] = checks else {
            return self.commit_together(checks, cost, now);
        };
        self.charge(check, cost, now).map_err(|_| 0)
    }

    /// As [`Self::commit`] of one check. A refusal comes with what the cell said at that moment.
    pub(crate) fn charge(&self, check: &Check, cost: u64, now: u64) -> Result<(), Reading> {
        let place = self.cells.place(&check.key);
        let mut shard = self.cells.lock(place.shard);
        let (cell, time) = settled(&mut shard, place, check, now);
        if let Ok(charged) = cell.charged(&check.limit, cost, time) {
            shard.put(place, check.key, charged, now);
            return Ok(());
        }
        drop(shard);
        Err(cell.reading(&check.limit, cost, time, now))
    }

    /// Holds all shards while it looks at all cells, and writes only when none refused.
    fn commit_together(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), usize> {
        let places: SmallVec<[Place; USUAL]> = checks
            .iter()
            .map(|check| self.cells.place(&check.key))
            .collect();
        let mut held = self.lock_all(&places);
        let mut planned: SmallVec<[Cell; USUAL]> = SmallVec::new();
        for (position, (check, place)) in checks.iter().zip(&places).enumerate() {
            let shard = shard_of(&mut held, *place).ok_or(position)?;
            let (mut cell, time) = settled(shard, *place, check, now);
            let earlier = checks.iter().zip(&planned).rev();
            if let Some((_, same)) = earlier
                .into_iter()
                .find(|(other, _)| other.key == check.key)
            {
                cell = *same;
            }
            planned.push(
                cell.charged(&check.limit, cost, time)
                    .map_err(|_| position)?,
            );
        }
        for ((check, place), cell) in checks.iter().zip(&places).zip(planned) {
            if let Some(shard) = shard_of(&mut held, *place) {
                shard.put(*place, check.key, cell, now);
            }
        }
        Ok(())
    }

    /// Locks each shard once, in ascending order, so that no two requests wait for each other.
    fn lock_all(&self, places: &[Place]) -> SmallVec<[Held<'_>; USUAL]> {
        let mut shards: SmallVec<[usize; USUAL]> = places.iter().map(|place| place.shard).collect();
        shards.sort_unstable();
        shards.dedup();
        shards
            .into_iter()
            .map(|shard| (shard, self.cells.lock(shard)))
            .collect()
    }

    /// Forgets what one cell counted.
    pub fn forget(&self, key: &Key) {
        let place = self.cells.place(key);
        self.cells.lock(place.shard).remove(place, key);
    }

    /// How full it is.
    pub fn usage(&self) -> Usage {
        self.cells.usage()
    }
}

fn shard_of<'a>(held: &'a mut [Held<'_>], place: Place) -> Option<&'a mut Shard<Key, Cell>> {
    held.iter_mut()
        .find(|(shard, _)| *shard == place.shard)
        .map(|(_, guard)| &mut **guard)
}

/// The cell as it is at `now`, and the time that counts for it. Following a clock that was set
/// back is written down even if the request is refused: it is no charge, and without it the cell
/// would wait for the old time to come round.
fn settled(shard: &mut Shard<Key, Cell>, place: Place, check: &Check, now: u64) -> (Cell, u64) {
    if let Some(cell) = shard.get(place, &check.key) {
        let time = cell.settle_under(&check.limit, now);
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
        Self::commit(self, checks, cost, now).map_err(CommitError::Refused)
    }
}
