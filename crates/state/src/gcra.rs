//! The Generic Cell Rate Algorithm, in its virtual scheduling form (ITU-T I.371, annex A).
//!
//! A cell keeps its *theoretical arrival time* (TAT): when its next request would come if all came
//! evenly. A request at time `t` that costs `c` moves it to `max(TAT, t) + c × interval`, and is
//! refused if that is further ahead of `t` than the tolerance. One number per cell says all: a
//! TAT in the past is an idle cell, which is the same as none. Our tolerance is `capacity ×
//! interval` and is compared after the move, so that exactly `capacity` pass at once.

use crate::counters::{Reading, Verdict};
use crate::limit::Limit;
use crate::table::Entry;

/// How far time may go back between two calls and still be taken for cores that read their clocks
/// at different moments, in nanoseconds: 100 ms. If each such step were believed, it would give
/// back what was taken in that time. So a caller counts within 100 ms of reading its clock.
pub const CLOCK_SKEW: u64 = 100_000_000;

/// Instants from 2262 on count as this one, so that sums do not overflow.
pub(crate) const LAST: u64 = i64::MAX.cast_unsigned();

/// What one subject owes under one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    tat: u64,
    /// The latest time at which it was charged.
    seen: u64,
}

/// Why a charge was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It would be taken after so many nanoseconds.
    For(u64),
    /// It costs more than the limit's capacity.
    Forever,
}

impl Cell {
    /// The time that counts for this cell, which follows a clock that was set back.
    pub(crate) fn settle(&mut self, now: u64) -> u64 {
        let now = now.min(LAST);
        let back = self.seen.saturating_sub(now);
        if back == 0 {
            return now;
        }
        if back <= CLOCK_SKEW {
            return self.seen;
        }
        self.tat = self.tat.saturating_sub(back);
        self.seen = now;
        now
    }

    /// As [`Self::settle`]. Forgives what is owed beyond what `limit` could have granted, as after
    /// a change of its numbers.
    pub(crate) fn settle_under(&mut self, limit: &Limit, now: u64) -> u64 {
        let time = self.settle(now);
        self.tat = self.tat.min(time.saturating_add(limit.tolerance));
        time
    }

    /// The cell after a request of this `cost` at `time`.
    pub(crate) fn charged(&self, limit: &Limit, cost: u64, time: u64) -> Result<Self, Refused> {
        let increment = cost
            .checked_mul(limit.interval)
            .filter(|increment| *increment <= limit.tolerance)
            .ok_or(Refused::Forever)?;
        let tat = self.tat.max(time).saturating_add(increment);
        let latest = time.saturating_add(limit.tolerance);
        if tat <= latest {
            Ok(Self { tat, seen: time })
        } else {
            Err(Refused::For(tat - latest))
        }
    }

    /// What the cell says at `time`, told to somebody whose clock says `now`.
    pub(crate) fn reading(&self, limit: &Limit, cost: u64, time: u64, now: u64) -> Reading {
        let owed = self.tat.saturating_sub(time);
        let behind = time.saturating_sub(now);
        Reading {
            limit: limit.capacity(),
            // The interval is at least 1.
            remaining: limit
                .tolerance
                .saturating_sub(owed)
                .checked_div(limit.interval)
                .unwrap_or(0),
            reset_after: if owed == 0 { 0 } else { owed + behind },
            verdict: match self.charged(limit, cost, time) {
                Ok(_) => Verdict::Passes,
                Err(Refused::For(wait)) => Verdict::RetryAfter(wait + behind),
                Err(Refused::Forever) => Verdict::Never,
            },
        }
    }

    /// Charges one of `limit` whether or not there is room, and says how long to wait until there
    /// would have been. Never runs further ahead than a whole burst and `longest`.
    pub(crate) fn push(&mut self, limit: &Limit, longest: u64, now: u64) -> u64 {
        let time = self.settle(now);
        let most = time.saturating_add(limit.tolerance).saturating_add(longest);
        self.tat = self.tat.max(time).saturating_add(limit.interval).min(most);
        self.seen = time;
        self.tat
            .saturating_sub(time)
            .saturating_sub(limit.tolerance)
    }
}

impl Entry for Cell {
    /// What it owes. Skew counts as owed: a core with a slower clock may still need it.
    fn worth(&mut self, now: u64) -> u64 {
        let time = self.settle(now);
        self.tat.saturating_add(CLOCK_SKEW).saturating_sub(time)
    }
}
