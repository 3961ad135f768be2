//! In what time: a duration, or a part of the calendar and its time zone.

use super::duration::Duration;
use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::{CalendarUnit, TimeZone};

/// A length of time, or a day, week or month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    /// A length.
    Time(Duration),
    /// A part of the calendar.
    Calendar(CalendarUnit),
}

scalar!(Per, {
    "description": "A length of time: whole numbers with the units `d`, `h`, `m`, `s`, `ms`, largest first. Of a quota also `day`, `week` (from Monday) or `month` of the calendar.",
    "type": "string",
    "pattern": "^(day|week|month|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$",
    "x-minimum": 1
});

impl Scalar for Per {
    const KIND: &'static str = "period";
    const CODE: Code = Code::InvalidDuration;
    const WHAT: &'static str = "a length of time or a part of the calendar";
    const EXAMPLE: &'static str = "1h";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(unit) = CalendarUnit::parse(text) {
            return Ok(Self::Calendar(unit));
        }
        let meant = match text.to_ascii_lowercase().as_str() {
            "day" | "daily" | "days" => "day",
            "week" | "weekly" | "weeks" => "week",
            "month" | "monthly" | "months" => "month",
            _ => return Duration::read(text).map(Self::Time),
        };
        let label = "the parts of the calendar are `day`, `week` and `month`";
        Err(Problem::new(label).suggest(meant))
    }

    fn magnitude(&self) -> Option<u64> {
        match self {
            Self::Time(time) => time.magnitude(),
            // Longer than any least length.
            Self::Calendar(_) => Some(86_400_000),
        }
    }

    fn show(magnitude: u64) -> String {
        Duration::show(magnitude)
    }
}

/// A time zone by its name in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone(pub(crate) TimeZone);

scalar!(Zone, {
    "description": "A time zone by its name in the IANA database: `Europe/Berlin`, `UTC`.",
    "type": "string",
    "pattern": "^[A-Za-z0-9_+/-]{1,64}$"
});

impl Scalar for Zone {
    const KIND: &'static str = "time_zone";
    const CODE: Code = Code::InvalidTimeZone;
    const WHAT: &'static str = "a time zone";
    const EXAMPLE: &'static str = "Europe/Berlin";

    fn read(text: &str) -> Result<Self, Problem> {
        let label = "expected a name of the IANA database, such as `Europe/Berlin`";
        let zone = TimeZone::parse(text).map(Self);
        zone.ok_or_else(|| Problem::new(label))
    }
}
