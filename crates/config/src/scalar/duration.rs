//! Durations: `250ms`, `10s`, `1m30s`.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use std::fmt::Write as _;

/// Units in the order in which they are written, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Longest duration: longer ones are mistakes, and clocks can be added to it.
const MAX: u64 = 365 * 86_400_000;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duration(pub(crate) std::time::Duration);

scalar!(Duration, {
    "description": "A length of time: whole numbers with the units `d`, `h`, `m`, `s`, `ms`, largest first.",
    "type": "string",
    "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
    "x-minimum": 1
});

impl Scalar for Duration {
    const KIND: &'static str = "duration";
    const CODE: Code = Code::InvalidDuration;
    const WHAT: &'static str = "a duration";
    const EXAMPLE: &'static str = "1m30s";

    fn read(text: &str) -> Result<Self, Problem> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::new("the unit is missing").suggest(format!("{text}s")));
        }
        let total = sum(text).map_err(|problem| match mend(text) {
            Some(better) => problem.suggest(better),
            None => problem,
        })?;
        if total > MAX {
            return Err(Problem::new("longer than 365d"));
        }
        Ok(Self(std::time::Duration::from_millis(total)))
    }

    fn magnitude(&self) -> Option<u64> {
        u64::try_from(self.0.as_millis()).ok()
    }

    fn show(magnitude: u64) -> String {
        let mut rest = magnitude;
        let mut out = String::new();
        for (unit, length) in UNITS {
            if rest >= length {
                let _ = write!(out, "{}{unit}", rest / length);
                rest %= length;
            }
        }
        if out.is_empty() { "0s".to_owned() } else { out }
    }
}

fn sum(text: &str) -> Result<u64, Problem> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    if text.is_empty() {
        return Err(Problem::new("expected a number and a unit, such as `10s`"));
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        if number.is_empty() {
            return Err(Problem::new("expected a number and a unit, such as `10s`"));
        }
        let letters = tail.bytes().take_while(|b| !b.is_ascii_digit()).count();
        let (unit, tail) = tail.split_at_checked(letters).unwrap_or((tail, ""));
        let Some((_, length)) = units.find(|(name, _)| *name == unit) else {
            let known = UNITS.iter().any(|(name, _)| *name == unit);
            return Err(Problem::new(if known {
                "units stand once each, the largest first".to_owned()
            } else if unit.starts_with(['.', ',']) {
                "the numbers are whole".to_owned()
            } else {
                format!("the units are d, h, m, s and ms, not `{}`", unit.trim())
            }));
        };
        total = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(*length))
            .and_then(|n| total.checked_add(n))
            .ok_or_else(|| Problem::new("longer than 365d"))?;
        rest = tail;
    }
    Ok(total)
}

/// What was probably meant: other names of units, capitals, spaces, fractions of seconds.
fn mend(text: &str) -> Option<String> {
    let compact: String = text.to_lowercase().split_whitespace().collect();
    let digits = compact
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b'.')
        .count();
    let (number, unit) = compact.split_at_checked(digits)?;
    let unit = match unit {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        other => other,
    };
    let length = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    let better = match number.split_once('.') {
        None => format!("{number}{unit}"),
        Some((whole, fraction)) => {
            let scale = 10u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            let whole = whole.parse::<u64>().ok()?.checked_mul(length)?;
            let part = fraction.parse::<u64>().ok()?.checked_mul(length)? / scale;
            Duration::show(whole.checked_add(part)?)
        }
    };
    sum(&better).is_ok().then_some(better)
}
