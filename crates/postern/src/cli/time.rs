//! Times on the command line and on the terminal.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned, civil};

#[cfg(test)]
mod tests;

/// A time that was said, or a length of time from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    After(SignedDuration),
}

impl Moment {
    /// The time, as RFC 3339 has it in UTC, in whole seconds.
    pub(crate) fn utc(self, now: Timestamp) -> String {
        let at = match self {
            Self::At(at) => at,
            Self::After(length) => now.saturating_add(length).unwrap_or(Timestamp::MAX),
        };
        utc(at)
    }
}

impl Moment {
    /// The time in Unix milliseconds; a length of time is from now on.
    pub(crate) fn ahead(self) -> i64 {
        self.millis(1)
    }

    /// The time in Unix milliseconds; a length of time is until now.
    pub(crate) fn ago(self) -> i64 {
        self.millis(-1)
    }

    fn millis(self, sign: i32) -> i64 {
        match self {
            Self::At(at) => at.as_millisecond(),
            Self::After(length) => {
                let length = length.saturating_mul(sign);
                let now = Timestamp::now();
                let at = now.saturating_add(length).unwrap_or(Timestamp::MIN);
                at.as_millisecond()
            }
        }
    }
}

/// A time as RFC 3339 has it in UTC, in whole seconds.
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time of a document in the zone of whoever reads it, with the offset; the text itself if it is
/// none.
pub(crate) fn local(text: &str) -> String {
    timestamp(text).map_or_else(|| text.to_owned(), shown)
}

/// A time of a document: as in RFC 3339, or a date for its midnight in UTC.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| midnight(text))
}

/// The same of Unix milliseconds.
pub(crate) fn local_ms(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), shown)
}

fn shown(at: Timestamp) -> String {
    let zoned: Zoned = at.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn midnight(text: &str) -> Option<Timestamp> {
    let date: civil::Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Reads `90d`, `1h30m`, `2027-01-01` or `2027-01-01T12:00:00Z`.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    if let Some(length) = length(text) {
        return Ok(Moment::After(length));
    }
    timestamp(text).map(Moment::At).ok_or_else(|| {
        format!(
            "`{text}` is neither a length of time such as 90d or 12h, nor a time such as \
             2027-01-01 or 2027-01-01T12:00:00Z"
        )
    })
}

/// Reads a length of time such as `1d` or `12h`, in seconds; `0s` is none.
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
    if text == "0s" {
        return Ok(0);
    }
    let seconds = length(text).and_then(|length| u32::try_from(length.as_secs()).ok());
    seconds.ok_or_else(|| format!("`{text}` is no length of time such as 1d or 12h"))
}

/// Whole numbers with the units `d`, `h`, `m`, `s`; `None` for anything else, and for nothing.
fn length(text: &str) -> Option<SignedDuration> {
    let mut seconds: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, unit) = rest.split_at_checked(end)?;
        let number: i64 = digits.parse().ok()?;
        let mut units = unit.chars();
        let factor = match units.next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(factor)?)?;
        rest = units.as_str();
    }
    (seconds > 0).then(|| SignedDuration::from_secs(seconds))
}
