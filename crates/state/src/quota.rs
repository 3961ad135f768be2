//! Quotas: so many in a period that begins and ends at fixed moments, each counted.
//!
//! A count knows the window that it is of, so that what asks it in that window compares two
//! numbers; the calendar is looked at when a window begins.

#[cfg(test)]
mod tests;

use crate::counters::{Key, Reading, Verdict};
use crate::gcra::{CLOCK_SKEW, LAST};
use crate::limit::LimitError;
use crate::table::{Entry, Party};
use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, ToSpan as _};
use postern_model::entity::{CalendarUnit, QuotaPeriod};
use std::sync::LazyLock;

/// So many requests in each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quota {
    count: u64,
    per: QuotaPeriod,
}

impl Quota {
    /// `count` requests in each period.
    ///
    /// # Errors
    /// A count or a period of 0.
    pub const fn new(count: u64, per: QuotaPeriod) -> Result<Self, LimitError> {
        if count == 0 {
            return Err(LimitError::ZeroCount);
        }
        if let QuotaPeriod::Fixed(length) = per
            && length.is_zero()
        {
            return Err(LimitError::ZeroPeriod);
        }
        Ok(Self { count, per })
    }

    /// How many.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// In what.
    pub const fn per(&self) -> QuotaPeriod {
        self.per
    }
}

/// From when until when something is counted together: nanoseconds since the Unix epoch, the end
/// exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// The first moment.
    pub start: u64,
    /// The moment at which the next one starts.
    pub ends: u64,
}

/// The zones that come with the program. Each is read once, when it is needed.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Window {
    /// The one that holds `now`; `None` only for a zone or a moment that there is none of.
    pub fn at(per: QuotaPeriod, now: u64) -> Option<Self> {
        let now = now.min(LAST);
        match per {
            QuotaPeriod::Fixed(length) => {
                let length = u64::try_from(length.as_nanos()).ok()?;
                let start = now - now.checked_rem(length)?;
                let ends = start.saturating_add(length);
                Some(Self { start, ends })
            }
            QuotaPeriod::Calendar { unit, zone } => {
                let zone = ZONES.get(zone.name()).ok()?;
                let today = Timestamp::from_nanosecond(now.into())
                    .ok()?
                    .to_zoned(zone.clone())
                    .date();
                let (first, next) = span(unit, today)?;
                // The first moment of a day is midnight, or the one that a clock shows that is set
                // forward over it; of two midnights it is the first.
                let moment = |date: Date| {
                    let at = date.to_zoned(zone.clone()).ok()?.timestamp();
                    // A day that begins before 1970 is taken to begin with it.
                    Some(u64::try_from(at.as_nanosecond()).unwrap_or(0))
                };
                Some(Self {
                    start: moment(first)?,
                    ends: moment(next)?,
                })
            }
        }
    }

    const fn holds(&self, now: u64) -> bool {
        self.start <= now.saturating_add(CLOCK_SKEW) && now < self.ends
    }
}

/// The first day of the unit that a day is in, and of the one after it.
fn span(unit: CalendarUnit, day: Date) -> Option<(Date, Date)> {
    let (first, length) = match unit {
        CalendarUnit::Day => (day, 1.day()),
        CalendarUnit::Week => {
            let since_monday = day.weekday().to_monday_zero_offset();
            (day.checked_sub(since_monday.days()).ok()?, 1.week())
        }
        CalendarUnit::Month => (day.first_of_month(), 1.month()),
    };
    Some((first, first.checked_add(length).ok()?))
}

/// What one subject has used of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Count {
    window: Window,
    used: u64,
    /// Nobody has written it down since it changed.
    pub(crate) is_new: bool,
}

/// What was used of a quota, to be kept beyond the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Which quota, and whose.
    pub key: Key,
    /// When it was used.
    pub window: Window,
    /// How much.
    pub used: u64,
}

impl Count {
    /// The count of the window that holds `now`. Of a clock that was set back further than
    /// [`CLOCK_SKEW`], what was used goes along: it gives nothing back.
    pub(crate) fn settled(mut self, quota: &Quota, now: u64) -> Option<Self> {
        let now = now.min(LAST);
        if self.window.holds(now) {
            return Some(self);
        }
        if now >= self.window.ends {
            self.used = 0;
        }
        self.window = Window::at(quota.per, now)?;
        Some(self)
    }

    /// The count after a request of this `cost`; `None`: it does not fit.
    pub(crate) fn charged(mut self, quota: &Quota, cost: u64) -> Option<Self> {
        self.used = self
            .used
            .checked_add(cost)
            .filter(|used| *used <= quota.count || cost == 0)?;
        self.is_new = true;
        Some(self)
    }

    pub(crate) fn reading(&self, quota: &Quota, cost: u64, now: u64) -> Reading {
        let remaining = quota.count.saturating_sub(self.used);
        let reset_after = self.window.ends.saturating_sub(now);
        Reading {
            limit: quota.count,
            remaining,
            reset_after,
            verdict: if cost <= remaining {
                Verdict::Passes
            } else if cost > quota.count {
                Verdict::Never
            } else {
                Verdict::RetryAfter(reset_after)
            },
        }
    }

    /// What is to be kept of it; `None` of what is over, or was never used.
    pub(crate) fn counted(&self, key: Key, now: u64) -> Option<Counted> {
        let goes_on = self.used > 0 && now < self.window.ends;
        goes_on.then_some(Counted {
            key,
            window: self.window,
            used: self.used,
        })
    }

    /// In whose share of the table it is: its limit's, in its period. What was never used may be
    /// dropped at any time, and is in nobody's.
    pub(crate) fn party(&self, key: &Key) -> Option<Party> {
        (self.used > 0).then_some(Party {
            limit: key.limit,
            ends: self.window.ends,
        })
    }

    /// What was kept, taken up again: never less than was counted since.
    pub(crate) fn restored(self, kept: &Counted) -> Self {
        let same = self.window == kept.window;
        Self {
            window: kept.window,
            used: if same {
                kept.used.max(self.used)
            } else {
                kept.used
            },
            is_new: self.is_new,
        }
    }
}

impl Entry for Count {
    /// A count is dropped when its window is over and no core is behind any more, and never
    /// before.
    fn worth(&mut self, now: u64) -> u64 {
        if self.used == 0 || self.window.ends.saturating_add(CLOCK_SKEW) <= now {
            0
        } else {
            u64::MAX
        }
    }
}
