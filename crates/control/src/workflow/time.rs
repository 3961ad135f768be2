//! Times, as documents write them.

use crate::Refusal;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Now, to the second.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Now, to the millisecond: for what is sorted by it.
pub(super) fn moment() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// As RFC 3339 has it.
pub(super) fn written(at: Timestamp) -> String {
    at.to_string()
}

/// So many seconds from now.
pub(super) fn later(seconds: i64) -> Result<String, Refusal> {
    let at = now().checked_add(SignedDuration::from_secs(seconds));
    at.map(written)
        .map_err(|_| Refusal::invalid(format!("{seconds} seconds from now is no time")))
}

/// Whether a written time lies behind us; one that cannot be read does not.
pub(super) fn is_past(text: &str) -> bool {
    read(text).is_some_and(|at| at <= now())
}

/// Whether a written time comes before another; one that cannot be read does not.
pub(super) fn is_before(text: &str, other: &str) -> bool {
    read(text)
        .zip(read(other))
        .is_some_and(|(at, other)| at < other)
}

/// A written time: as in RFC 3339, or a date for its midnight in UTC.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let midnight = || {
        let date: Date = text.parse().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    text.parse().ok().or_else(midnight)
}

#[cfg(test)]
mod tests {
    use super::is_before;

    #[test]
    fn times_are_compared_as_times() {
        let at = "2026-11-20T10:00:00Z";
        // As texts they are the other way round.
        for (other, before) in [
            ("2026-11-20T09:30:00-01:00", true),
            ("2026-11-20T10:30:00+01:00", false),
            ("", false),
        ] {
            assert_eq!(is_before(at, other), before, "{other}");
        }
    }
}
