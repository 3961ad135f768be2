//! Deleting what tenants keep for a shorter time than the log does: their rows, out of days that
//! stay. A little in each pass, so that segments are moved between.

use crate::Result;
use crate::day::Day;
use crate::index::DayFile;
use crate::index::day_file::Cursor;
use crate::writer::Shared;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a pass works at it. There is one each second.
const BUDGET: Duration = Duration::from_millis(200);
/// Rows that one step looks at.
const ROWS: u32 = 5_000;
/// Pages that one step gives back.
const PAGES: u32 = 500;

type Names = BTreeSet<Arc<str>>;

/// What is being deleted, and what need not be looked at again.
#[derive(Debug, Default)]
pub(super) struct Tenants {
    work: Option<Work>,
    /// The tenants that have no rows left in a day.
    settled: BTreeMap<Day, Names>,
}

/// A day that is being gone through.
#[derive(Debug)]
struct Work {
    day: Day,
    file: DayFile,
    due: Names,
    /// Their numbers in the day's file.
    numbers: Vec<i64>,
    cursor: Cursor,
    /// Whether all rows were looked at, and pages are given back.
    is_through: bool,
    deleted: u64,
}

impl Tenants {
    /// Something was written into a day's file, perhaps of a tenant that had nothing left there.
    pub(super) fn written(&mut self, day: Day) {
        self.settled.remove(&day);
    }

    /// Goes on with what was begun, for [`BUDGET`] at most; `look`: whether it is time to look for
    /// more. `now` is Unix time in milliseconds.
    pub(super) fn pass(&mut self, shared: &Shared, now: u64, look: bool) -> Result<()> {
        let until = Instant::now() + BUDGET;
        loop {
            let mut work = match self.work.take() {
                Some(work) => work,
                None if look => match self.next(shared, now)? {
                    Some(work) => work,
                    None => return Ok(()),
                },
                None => return Ok(()),
            };
            // The whole day may have gone meanwhile.
            if !work.file.is_there() {
                continue;
            }
            if work.step()? {
                self.finish(work);
            } else {
                self.work = Some(work);
            }
            if Instant::now() >= until {
                return Ok(());
            }
        }
    }

    fn finish(&mut self, work: Work) {
        if work.deleted > 0 {
            tracing::info!(
                day = %work.day, rows = work.deleted,
                "call log: records were deleted, as their tenants are told to keep no more"
            );
        }
        self.settled.entry(work.day).or_default().extend(work.due);
    }

    /// The oldest day with rows that have to go.
    fn next(&mut self, shared: &Shared, now: u64) -> Result<Option<Work>> {
        let kept = shared.tenant_days.ask();
        if kept.is_empty() {
            return Ok(None);
        }
        let dir = &shared.options.dir;
        let today = Day::of_millis(now);
        let days = Day::list(dir)?;
        self.settled.retain(|day, _| days.contains(day));
        for day in days {
            let due = kept.iter().filter(|(_, n)| day < today.minus((*n).into()));
            let due: Names = due.map(|(name, _)| name.clone()).collect();
            let settled = self.settled.get(&day);
            if due.is_empty() || settled.is_some_and(|settled| due.is_subset(settled)) {
                continue;
            }
            let file = DayFile::open(dir, day)?;
            let numbers = file.begin_forgetting(&due)?;
            if numbers.is_empty() {
                self.settled.entry(day).or_default().extend(due);
                continue;
            }
            return Ok(Some(Work {
                day,
                file,
                due,
                numbers,
                cursor: Cursor::default(),
                is_through: false,
                deleted: 0,
            }));
        }
        Ok(None)
    }
}

impl Work {
    /// A step; whether it was the last.
    fn step(&mut self) -> Result<bool> {
        if self.is_through {
            return self.file.give_back(PAGES);
        }
        let (deleted, is_through) = self.file.forget(&self.numbers, &mut self.cursor, ROWS)?;
        self.deleted += deleted;
        self.is_through = is_through;
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
