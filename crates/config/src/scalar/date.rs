//! Times as in RFC 3339, or a date alone for its midnight in UTC.

use super::{Problem, Scalar, scalar};
use crate::code::Code;

/// A time, in seconds since 1970, and the milliseconds of that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) i64, pub(crate) u16);

scalar!(Date, {
    "description": "A time as in RFC 3339, or a date alone for its midnight in UTC.",
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$"
});

impl Scalar for Date {
    const KIND: &'static str = "date";
    const CODE: Code = Code::InvalidDate;
    const WHAT: &'static str = "a time";
    const EXAMPLE: &'static str = "2026-11-20T09:12:00Z";

    fn read(text: &str) -> Result<Self, Problem> {
        let expected = || Problem::new("expected a time as in RFC 3339, or a date");
        let mut reader = Reader(text);
        let year = reader.number(4).ok_or_else(expected)?;
        let month = reader.after("-", 2).ok_or_else(expected)?;
        let day = reader.after("-", 2).ok_or_else(expected)?;
        if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return Err(Problem::new("there is no such day"));
        }
        let midnight = days_since_1970(year, month, day) * 86_400;
        if reader.0.is_empty() {
            return Ok(Self(midnight, 0));
        }
        let hour = reader
            .after("T", 2)
            .or_else(|| reader.after("t", 2))
            .or_else(|| reader.after(" ", 2))
            .ok_or_else(expected)?;
        let minute = reader.after(":", 2).ok_or_else(expected)?;
        let second = reader.after(":", 2).ok_or_else(expected)?;
        if hour > 23 || minute > 59 || second > 60 {
            return Err(Problem::new("there is no such time of day"));
        }
        let mut millis = 0;
        if let Some(fraction) = reader.0.strip_prefix('.') {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                return Err(expected());
            }
            millis = thousandths(fraction);
            reader.0 = rest;
        }
        let offset = reader.offset().ok_or_else(|| {
            Problem::new("the offset from UTC is missing, such as `Z` or `+02:00`")
                .suggest(format!("{}Z", text.trim_end_matches(reader.0)))
        })?;
        let seconds = midnight + hour * 3600 + minute * 60 + second - offset;
        Ok(Self(seconds, millis))
    }
}

/// The first three digits of a fraction; what is finer is cut off.
fn thousandths(fraction: &str) -> u16 {
    let digits = fraction.bytes().map_while(|b| char::from(b).to_digit(10));
    let three = digits.chain(std::iter::repeat(0)).take(3);
    three.fold(0, |all, digit| all * 10 + u16::try_from(digit).unwrap_or(0))
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    fn after(&mut self, separator: &str, digits: usize) -> Option<i64> {
        let before = self.0;
        self.0 = before.strip_prefix(separator)?;
        let number = self.number(digits);
        if number.is_none() {
            self.0 = before;
        }
        number
    }

    /// The offset from UTC in seconds, which must end the text.
    fn offset(&mut self) -> Option<i64> {
        if matches!(self.0, "Z" | "z") {
            return Some(0);
        }
        let (sign, hours) = match self.after("+", 2) {
            Some(hours) => (1, hours),
            None => (-1, self.after("-", 2)?),
        };
        let minutes = self.after(":", 2)?;
        let valid = self.0.is_empty() && hours <= 23 && minutes <= 59;
        valid.then_some(sign * (hours * 3600 + minutes * 60))
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
