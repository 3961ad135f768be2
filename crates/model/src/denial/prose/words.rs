//! Values in sentences: moments, spans, lists.

use super::super::Value;
use std::fmt;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    f.write_str(item)?;
                }
                Ok(())
            }
        }
    }
}

/// Whether there is nothing in a value.
pub(super) fn is_empty(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.is_empty())
}

/// Alternatives: `` `a`, `b` or `c` ``.
pub(super) struct Either<'a>(pub(super) &'a Value);

impl fmt::Display for Either<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(self.0, " or ", f)
    }
}

/// All of them: `` `a`, `b` and `c` ``.
pub(super) struct All<'a>(pub(super) &'a Value);

impl fmt::Display for All<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(self.0, " and ", f)
    }
}

/// Alternatives that are phrases: `a, b or c`.
pub(super) struct OneOf<'a>(pub(super) &'a Value);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Value::List(items) = self.0 else {
            return write!(f, "{}", self.0);
        };
        for (i, item) in items.iter().enumerate() {
            match i {
                0 => {}
                _ if i + 1 == items.len() => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            f.write_str(item)?;
        }
        Ok(())
    }
}

fn join(value: &Value, last: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Value::List(items) = value else {
        return write!(f, "`{value}`");
    };
    for (i, item) in items.iter().enumerate() {
        match i {
            0 => {}
            _ if i + 1 == items.len() => f.write_str(last)?,
            _ => f.write_str(", ")?,
        }
        write!(f, "`{item}`")?;
    }
    Ok(())
}

/// A wait: a number is milliseconds, a text stands as it is.
pub(super) struct Span<'a>(pub(super) &'a Value);

impl fmt::Display for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.0 {
            Value::Number(millis) if millis % 1000 == 0 => write!(f, "{} s", millis / 1000),
            Value::Number(millis) if millis > 1000 => {
                // Rounded up: who waits must not come too early.
                let tenths = millis.div_ceil(100);
                write!(f, "{}.{} s", tenths / 10, tenths % 10)
            }
            Value::Number(millis) => write!(f, "{millis} ms"),
            ref other => write!(f, "{other}"),
        }
    }
}

/// Seconds between two moments, in the largest unit that there are two of.
pub(super) struct Apart(pub(super) u64);

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
        let fits = units.into_iter().find(|(long, _)| self.0 >= 2 * long);
        match fits {
            Some((long, unit)) => write!(f, "{} {unit}", self.0 / long),
            None => write!(f, "{} s", self.0),
        }
    }
}

/// A moment: a number is Unix time in seconds, a text stands as it is.
pub(super) struct Moment<'a>(pub(super) &'a Value);

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Value::Number(seconds) = *self.0 else {
            return write!(f, "{}", self.0);
        };
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}

/// A moment of which the day matters: `20 November 2026`. A number is Unix time in seconds.
pub(super) struct Day<'a>(pub(super) &'a Value);

impl fmt::Display for Day<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let Value::Number(seconds) = *self.0 else {
            return write!(f, "{}", self.0);
        };
        let (year, month, day) = civil(seconds / 86_400);
        let month = usize::try_from(month).unwrap_or_default().checked_sub(1);
        let month = month.and_then(|m| MONTHS.get(m)).unwrap_or(&"");
        write!(f, "{day} {month} {year}")
    }
}

/// Year, month and day of a number of days since 1970 (H. Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days.saturating_add(719_468);
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = z / 146_097 * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}
