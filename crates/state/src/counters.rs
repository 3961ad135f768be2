//! The interface to counters of limits, wherever they are kept.

use crate::limit::Limit;
use crate::quota::Quota;
use smallvec::SmallVec;
use std::ops::Deref;

/// Which cell: a limit, and whom it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The limit's number, the same for as long as its counts should go on.
    pub limit: u64,
    /// What tells its subjects apart: a hash, or an address itself.
    pub subject: u128,
}

/// One limit that a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The cell.
    pub key: Key,
    /// What it allows.
    pub limit: Allowance,
}

/// What a limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// So many over time.
    Rate(Limit),
    /// So many in each period.
    Quota(Quota),
}

impl From<Limit> for Allowance {
    fn from(limit: Limit) -> Self {
        Self::Rate(limit)
    }
}

impl From<Quota> for Allowance {
    fn from(quota: Quota) -> Self {
        Self::Quota(quota)
    }
}

/// What a cell says about a request that was not counted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What `remaining` is when nothing was used: [`Limit::capacity`], or [`Quota::count`].
    pub limit: u64,
    /// How many more may come at once. The request asked about is not subtracted.
    pub remaining: u64,
    /// Nanoseconds until `remaining` is `limit` if nothing comes; of a quota, until its period ends,
    /// whatever was used.
    pub reset_after: u64,
    /// Whether the request would pass.
    pub verdict: Verdict,
}

/// Whether a request would pass one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Now.
    Passes,
    /// Not before so many nanoseconds from now.
    RetryAfter(u64),
    /// It costs more than the limit ever allows at once.
    Never,
}

impl Reading {
    /// Whether the request would pass now.
    pub fn would_pass(&self) -> bool {
        self.verdict == Verdict::Passes
    }

    /// Nanoseconds until the request would pass; `None` if it would pass now, or never will.
    pub fn retry_after(&self) -> Option<u64> {
        match self.verdict {
            Verdict::RetryAfter(wait) => Some(wait),
            Verdict::Passes | Verdict::Never => None,
        }
    }
}

/// One reading per check, in their order. Up to four are kept without allocating.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings(SmallVec<[Reading; 4]>);

impl Deref for Readings {
    type Target = [Reading];

    fn deref(&self) -> &[Reading] {
        &self.0
    }
}

impl FromIterator<Reading> for Readings {
    fn from_iter<I: IntoIterator<Item = Reading>>(readings: I) -> Self {
        Self(readings.into_iter().collect())
    }
}

/// Counters that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the counters in {backend} cannot be reached")]
pub struct Unavailable {
    /// Where they are, in words for people.
    pub backend: Box<str>,
    /// Since when, in nanoseconds since the Unix epoch.
    pub since: u64,
}

/// Why nothing was counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The check at this position, the first that did, refused.
    #[error("limit {0} of the request refuses it")]
    Refused(usize),
    /// The check at this position would need a counter, and there is no room for one: counts of
    /// quotas are never dropped for others. Or the limit has as many as any one may have, so that
    /// others find room.
    #[error("there is no room to count limit {0} of the request")]
    NoRoom(usize),
    /// The counters did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Counters of limits. `now` is in nanoseconds since the Unix epoch.
///
/// Whatever passes `conformance::run` may stand in for any other.
pub trait Counters: Send + Sync {
    /// What each cell says about a request of this `cost`. Counts nothing. Other requests may be
    /// counted between two of the readings, and after them: only a commit decides.
    fn read(
        &self,
        checks: &[Check],
        cost: u64,
        now: u64,
    ) -> impl Future<Output = Result<Readings, Unavailable>> + Send;

    /// Counts a request of this `cost` in every cell, or in none if one refuses. A cell that is
    /// named twice is charged twice.
    fn commit(
        &self,
        checks: &[Check],
        cost: u64,
        now: u64,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}
