//! What may be used once: nonces, the ids of proofs, signatures.

#[cfg(test)]
mod tests;

use crate::table::{Entry, Table, Usage};

/// Things that were used, each until nobody would accept it any more anyway. Shared by all cores.
///
/// Nothing is dropped before its time: whoever fills the table could use again what was dropped.
/// Where there is no room, a new thing is refused instead ([`Use::NoRoom`]).
#[derive(Debug)]
pub struct Replays {
    used: Table<u128, Until>,
}

/// When a thing may be forgotten.
#[derive(Debug, Clone, Copy)]
struct Until(u64);

impl Entry for Until {
    fn worth(&mut self, now: u64) -> u64 {
        if self.0 <= now { 0 } else { u64::MAX }
    }
}

/// What becomes of a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is the first.
    First,
    /// The thing was used before.
    Again,
    /// There is no room to remember it, so that it must not be taken for the first.
    NoRoom,
}

impl Replays {
    /// At most `capacity` things at a time, rounded up to a multiple of 64.
    pub fn new(capacity: usize) -> Self {
        Self {
            used: Table::new(capacity),
        }
    }

    /// Uses a thing, and remembers that before `until`. Of several at the same time one is the
    /// first. `thing` is a digest under a key: what somebody chose could be made to collide.
    pub fn once(&self, thing: u128, until: u64, now: u64) -> Use {
        let place = self.used.place(&thing);
        let mut shard = self.used.lock(place.shard);
        if shard.get(place, &thing).is_some_and(|known| known.0 > now) {
            return Use::Again;
        }
        if shard.put(place, thing, Until(until), now) {
            Use::First
        } else {
            Use::NoRoom
        }
    }

    /// What [`Replays::once`] would say now. Nothing is used.
    pub fn peek(&self, thing: u128, now: u64) -> Use {
        let place = self.used.place(&thing);
        let mut shard = self.used.lock(place.shard);
        match shard.get(place, &thing) {
            Some(known) if known.0 > now => Use::Again,
            _ => Use::First,
        }
    }

    /// How full it is.
    pub fn usage(&self) -> Usage {
        self.used.usage()
    }
}
