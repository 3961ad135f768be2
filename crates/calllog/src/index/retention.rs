//! Deleting what is too old or too much.

mod tenants;

use super::day_file::beside;
use crate::Result;
use crate::day::Day;
use crate::error::CallLogError;
use crate::index::DayFile;
use crate::segment;
use crate::writer::Shared;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tenants::Tenants;

/// How often sizes are looked at.
const PERIOD: Duration = Duration::from_secs(10);
/// A step of the clock that is not believed at once.
const JUMP: Duration = Duration::from_hours(1);
/// Rows deleted in one go from a day that is too large by itself.
const TRIM: u32 = 10_000;
/// Such goes in one pass.
const TRIMS: u32 = 20;

/// What deleting has to remember.
#[derive(Debug)]
pub(crate) struct Retention {
    last: Option<Instant>,
    /// A moment by both clocks.
    clocks: (Instant, u64),
    /// Until when nothing is deleted by age, because the clock jumped.
    hold: Option<Instant>,
    tenants: Tenants,
}

impl Retention {
    /// `now` is Unix time in milliseconds.
    pub(crate) fn new(instant: Instant, now: u64) -> Self {
        Self {
            last: None,
            clocks: (instant, now),
            hold: None,
            tenants: Tenants::default(),
        }
    }

    /// Something was written into a day's file.
    pub(crate) fn written(&mut self, day: Day) {
        self.tenants.written(day);
    }

    /// Deletes what has to go, if it is time to look. A message is something to be alarmed about.
    pub(crate) fn pass(
        &mut self,
        shared: &Shared,
        open: &mut BTreeMap<Day, DayFile>,
        now: u64,
        instant: Instant,
    ) -> Result<Option<String>> {
        self.watch_clock(instant, now);
        let due = self
            .last
            .is_none_or(|last| instant.duration_since(last) >= PERIOD);
        if due {
            self.last = Some(instant);
            if self.hold.is_none() {
                by_age(shared, open, now)?;
            }
            by_bytes(shared, open)?;
        }
        if self.hold.is_none() {
            self.tenants.pass(shared, now, due)?;
        }
        Ok(self.hold.map(|_| {
            "the clock jumped by more than an hour; for an hour nothing is deleted by age"
                .to_owned()
        }))
    }

    /// A clock that jumps into the future would make everything look old.
    fn watch_clock(&mut self, instant: Instant, now: u64) {
        let (then, millis) = self.clocks;
        let passed = instant.duration_since(then).as_millis();
        let step = i128::from(now) - i128::from(millis) - passed.cast_signed();
        self.clocks = (instant, now);
        if step.unsigned_abs() > JUMP.as_millis() {
            self.hold = Some(instant + JUMP);
        } else if self.hold.is_some_and(|until| instant >= until) {
            self.hold = None;
        }
    }
}

fn by_age(shared: &Shared, open: &mut BTreeMap<Day, DayFile>, now: u64) -> Result<()> {
    let dir = &shared.options.dir;
    let first = Day::of_millis(now).minus(shared.options.keep_days.into());
    for day in Day::list(dir)?.into_iter().filter(|day| *day < first) {
        delete(shared, open, day)?;
    }
    Ok(())
}

fn by_bytes(shared: &Shared, open: &mut BTreeMap<Day, DayFile>) -> Result<()> {
    let dir = &shared.options.dir;
    let keep = shared.options.keep_bytes;
    let mut total = 0u64;
    let mut sizes = Vec::new();
    for day in Day::list(dir)? {
        let size = match open.get(&day) {
            Some(file) => file.used()?,
            None => files_of(dir, day).iter().map(|path| size_of(path)).sum(),
        };
        total += size;
        sizes.push((day, size));
    }
    shared.counters.day_bytes.store(total, Ordering::Relaxed);
    let segments = segment::list(dir).map_err(CallLogError::io("cannot list", dir))?;
    for sequence in &segments {
        total += size_of(&segment::path(dir, *sequence));
    }
    let newest = sizes.pop();
    for (day, size) in sizes {
        if total <= keep {
            return Ok(());
        }
        delete(shared, open, day)?;
        total = total.saturating_sub(size);
    }
    // One day is left: its oldest rows make room for its newest.
    if let Some((day, size)) = newest {
        total = trim(open, day, size, total, keep)?;
    }
    // The day files could not take them for so long that they are too much by themselves.
    let closed = shared.closed_below.load(Ordering::Acquire);
    for sequence in segments.into_iter().take_while(|s| *s < closed) {
        if total <= keep {
            break;
        }
        let path = segment::path(dir, sequence);
        total = total.saturating_sub(size_of(&path));
        tracing::error!(path = %path.display(), "call log: a segment that no day file could take is deleted to make room");
        let _ = std::fs::remove_file(&path);
    }
    Ok(())
}

/// Deletes the oldest rows of a day; the total that is left then.
fn trim(open: &BTreeMap<Day, DayFile>, day: Day, size: u64, total: u64, keep: u64) -> Result<u64> {
    let Some(file) = open.get(&day) else {
        return Ok(total);
    };
    let others = total.saturating_sub(size);
    let mut used = size;
    for _ in 0..TRIMS {
        if others + used <= keep || file.trim(TRIM)? == 0 {
            break;
        }
        used = file.used()?;
    }
    Ok(others + used)
}

fn delete(shared: &Shared, open: &mut BTreeMap<Day, DayFile>, day: Day) -> Result<()> {
    open.remove(&day);
    for path in files_of(&shared.options.dir, day) {
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(CallLogError::io("cannot delete", &path)(error)),
        }
    }
    let counters = &shared.counters;
    counters.days_removed.fetch_add(1, Ordering::Relaxed);
    tracing::info!(%day, "call log: a day was deleted, as it is told to keep no more");
    Ok(())
}

/// A day's files, its journal first: without its file it must not meet a new one.
fn files_of(dir: &Path, day: Day) -> [PathBuf; 3] {
    let path = day.path(dir);
    ["-wal", "-shm", ""].map(|suffix| beside(&path, suffix))
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

#[cfg(test)]
mod tests;
