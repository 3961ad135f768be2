//! Days, and the names of their files.

use crate::Result;
use crate::error::CallLogError;
use postern_model::RequestId;
use std::fmt;
use std::path::{Path, PathBuf};

const MILLIS: u64 = 86_400_000;

/// A day in UTC, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u64);

impl Day {
    /// The day of a moment, in Unix milliseconds.
    pub const fn of_millis(millis: u64) -> Self {
        Self(millis / MILLIS)
    }

    /// The day of a request.
    pub const fn of(id: RequestId) -> Self {
        Self::of_millis(id.millis())
    }

    /// Its first millisecond.
    pub const fn begin(self) -> u64 {
        self.0 * MILLIS
    }

    /// So many days before; never before 1970.
    #[must_use]
    pub const fn minus(self, days: u64) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// The path of its file.
    pub(crate) fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("calls-{self}.sqlite"))
    }

    /// The day of a file of that name; `None` for any other name.
    pub(crate) fn of_file_name(name: &str) -> Option<Self> {
        let day: Self = name
            .strip_prefix("calls-")?
            .strip_suffix(".sqlite")
            .and_then(parse)?;
        (name == format!("calls-{day}.sqlite")).then_some(day)
    }

    /// The days that have files in `dir`, oldest first.
    pub(crate) fn list(dir: &Path) -> Result<Vec<Self>> {
        let mut days = Vec::new();
        let fault = CallLogError::io("cannot list", dir);
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => return Err(fault(error)),
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                days.extend(entry.file_name().to_str().and_then(Self::of_file_name));
            }
        }
        days.sort_unstable();
        Ok(days)
    }
}

impl fmt::Display for Day {
    /// As `2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Civil from days (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let z = self.0 + 719_468;
        let (era, doe) = (z / 146_097, z % 146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + u64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Reads `2026-11-22`. Days that do not exist come out as others; the caller compares.
fn parse(text: &str) -> Option<Day> {
    let mut parts = text.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1_970..=20_000).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let (era, yoe) = (y / 400, y % 400);
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day.checked_sub(1).filter(|d| *d < 31)?;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe).checked_sub(719_468).map(Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_and_read_back() {
        assert_eq!(Day::of_millis(0).to_string(), "1970-01-01");
        assert_eq!(Day::of_millis(1_795_305_600_000).to_string(), "2026-11-22");
        for day in (0..200_000).map(Day) {
            let name = format!("calls-{day}.sqlite");
            assert_eq!(Day::of_file_name(&name), Some(day));
        }
    }

    #[test]
    fn other_names_are_no_days() {
        for name in [
            "calls-2026-02-30.sqlite",
            "calls-2026-2-03.sqlite",
            "calls-2026-11-22.sqlite-wal",
            "calls-2026-11-22.sqlite.bak",
            "calls-1969-12-31.sqlite",
            "calls-2026-11-22-1.sqlite",
            "calls-+2026-11-22.sqlite",
            "postern.db",
        ] {
            assert_eq!(Day::of_file_name(name), None, "{name}");
        }
    }
}
