//! Moments and spans of time in words.

use std::fmt::Write as _;

/// A moment, Unix time in seconds, in a zone so many seconds east of UTC: `2026-11-20 09:12:00
/// +01:00`.
pub(crate) fn moment(unix: i64, offset: i32) -> String {
    let local = unix.saturating_add(i64::from(offset));
    let (year, month, day) = civil(local.div_euclid(86_400));
    let second = local.rem_euclid(86_400);
    let mut text = format!(
        "{year}-{month:02}-{day:02} {:02}:{:02}:{:02} ",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    if offset == 0 {
        text.push_str("UTC");
    } else {
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.unsigned_abs() / 60;
        let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    text
}

/// The end of the day (UTC) that a moment is in.
pub(crate) fn end_of_day(unix: i64) -> i64 {
    let day = unix.div_euclid(86_400).saturating_add(1);
    day.saturating_mul(86_400)
}

/// A moment, Unix time in seconds, as documents have it (RFC 3339).
pub(crate) fn rfc3339(unix: i64) -> String {
    let (year, month, day) = civil(unix.div_euclid(86_400));
    let second = unix.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A span, in its two largest units: `2 d 3 h`.
pub(crate) fn span(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (length, unit) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// A span in milliseconds: `250 ms`, `3.2 s`, `1 min`.
pub(crate) fn millis(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        1000..60_000 if !millis.is_multiple_of(1000) => {
            // Rounded up: who waits must not come too early.
            let tenths = millis.div_ceil(100);
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        _ => span(i64::try_from(millis.div_ceil(1000)).unwrap_or(i64::MAX)),
    }
}

/// Year, month and day of a number of days since 1970 (H. Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
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
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_in_a_zone() {
        assert_eq!(moment(1_763_629_920, 0), "2025-11-20 09:12:00 UTC");
        assert_eq!(moment(1_763_629_920, 3600), "2025-11-20 10:12:00 +01:00");
        assert_eq!(moment(1_763_629_920, -12_600), "2025-11-20 05:42:00 -03:30");
        assert_eq!(moment(-1, 0), "1969-12-31 23:59:59 UTC");
        assert_eq!(rfc3339(1_709_164_800), "2024-02-29T00:00:00Z");
        assert_eq!(end_of_day(1_709_164_799), 1_709_164_800);
        assert_eq!(end_of_day(1_709_164_800), 1_709_251_200);
    }

    #[test]
    fn spans_have_two_units_at_most() {
        assert_eq!(span(2 * 86_400 + 3 * 3600 + 59), "2 d 3 h");
        assert_eq!(span(86_400 + 5), "1 d");
        assert_eq!(span(61), "1 min 1 s");
        assert_eq!(span(0), "0 s");
        assert_eq!(millis(250), "250 ms");
        assert_eq!(millis(3150), "3.2 s");
        assert_eq!(millis(60_000), "1 min");
    }
}
