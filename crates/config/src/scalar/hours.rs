//! Hours of the day, days of the week, and time zones.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Name;
use postern_policy::hours::is_zone;

/// Hours: from when, in minutes since midnight, until before when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DayHours(pub(crate) u16, pub(crate) u16);

scalar!(DayHours, {
    "description": "From when until before when: `08:00-18:00`. Where the end is not behind the beginning, it is on the next day: `22:00-06:00`.",
    "type": "string",
    "pattern": "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"
});

impl Scalar for DayHours {
    const KIND: &'static str = "day-hours";
    const CODE: Code = Code::InvalidValue;
    const WHAT: &'static str = "hours of a day";
    const EXAMPLE: &'static str = "08:00-18:00";

    fn read(text: &str) -> Result<Self, Problem> {
        let expected = || Problem::new("expected two times of day, such as `08:00-18:00`");
        let (from, to) = text.split_once('-').ok_or_else(expected)?;
        let (from, to) = (clock(from.trim()), clock(to.trim()));
        let (from, to) = from.zip(to).ok_or_else(expected)?;
        if from > 23 * 60 + 59 || to > 24 * 60 {
            return Err(Problem::new("there is no such time of day"));
        }
        if from == to {
            return Err(Problem::new(
                "they end where they begin; `00:00-24:00` is a whole day",
            ));
        }
        let clean = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let written = format!("{}-{}", clean(from), clean(to));
        if written != text {
            return Err(expected().suggest(written));
        }
        Ok(Self(from, to))
    }
}

/// Minutes since midnight.
fn clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (minute < 60).then_some(hour * 60 + minute)
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A day of the week, or several that follow one another. Monday is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weekdays(pub(crate) [bool; 7]);

scalar!(Weekdays, {
    "description": "A day of the week, or a row of them: `mon`, `mon-fri`, `sat-sun`.",
    "type": "string",
    "pattern": "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$"
});

impl Scalar for Weekdays {
    const KIND: &'static str = "weekdays";
    const CODE: Code = Code::InvalidValue;
    const WHAT: &'static str = "days of the week";
    const EXAMPLE: &'static str = "mon-fri";

    fn read(text: &str) -> Result<Self, Problem> {
        let expected = || Problem::new("expected a day such as `mon`, or a row such as `mon-fri`");
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (Some(first), Some(last)) = (day(first), day(last)) else {
            return Err(expected());
        };
        let written = match (DAYS.get(first), DAYS.get(last)) {
            (Some(day), _) if first == last => (*day).to_owned(),
            (Some(first), Some(last)) => format!("{first}-{last}"),
            _ => return Err(expected()),
        };
        if written != text {
            return Err(expected().suggest(written));
        }
        let mut days = [false; 7];
        // A row may go over the end of the week.
        let length = (last + 7 - first) % 7;
        for step in 0..=length {
            if let Some(on) = days.get_mut((first + step) % 7) {
                *on = true;
            }
        }
        Ok(Self(days))
    }
}

/// The number of a day whose name begins so.
fn day(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    DAYS.iter().position(|day| text.starts_with(day))
}

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone(pub(crate) Name);

scalar!(Zone, {
    "description": "The name of a time zone in the IANA database.",
    "type": "string",
    "minLength": 1,
    "maxLength": 64
});

impl Scalar for Zone {
    const KIND: &'static str = "time-zone";
    const CODE: Code = Code::InvalidValue;
    const WHAT: &'static str = "a time zone";
    const EXAMPLE: &'static str = "Europe/Berlin";

    fn read(text: &str) -> Result<Self, Problem> {
        if is_zone(text) {
            return Ok(Self(text.into()));
        }
        Err(Problem::new(
            "expected a name of the IANA database, such as `Europe/Berlin` or `UTC`",
        ))
    }
}

/// A place in a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonPointer(pub(crate) Name);

scalar!(JsonPointer, {
    "description": "A place in a JSON document, as a JSON Pointer (RFC 6901).",
    "type": "string",
    "pattern": "^/",
    "maxLength": 256
});

impl Scalar for JsonPointer {
    const KIND: &'static str = "json-pointer";
    const CODE: Code = Code::InvalidName;
    const WHAT: &'static str = "a place in a JSON document";
    const EXAMPLE: &'static str = "/customer/id";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > 256 || text.chars().any(char::is_control) {
            return Err(Problem::new(
                "places have at most 256 bytes, without control characters",
            ));
        }
        if !text.starts_with('/') {
            let problem = Problem::new("a place begins with `/`");
            let better = format!("/{text}");
            return Err(match Self::read(&better) {
                Ok(_) if !text.is_empty() => problem.suggest(better),
                _ => problem,
            });
        }
        let broken = text
            .split('~')
            .skip(1)
            .any(|rest| !rest.starts_with(['0', '1']));
        if broken {
            return Err(Problem::new(
                "in a place, `~` is written `~0`, and `/` in a name `~1`",
            ));
        }
        Ok(Self(text.into()))
    }
}
