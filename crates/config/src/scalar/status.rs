//! Statuses and ranges of them.

use super::{Problem, Scalar, scalar};
use crate::code::Code;

/// A status or a range of statuses: first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusRange(pub(crate) u16, pub(crate) u16);

scalar!(StatusRange, {
    "description": "A status, or the first and the last of a range: `200`, `200-299`.",
    "type": ["string", "integer"],
    "pattern": "^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"
});

impl Scalar for StatusRange {
    const KIND: &'static str = "statuses";
    const CODE: Code = Code::InvalidStatus;
    const WHAT: &'static str = "a range of statuses";
    const EXAMPLE: &'static str = "200-299";

    fn read(text: &str) -> Result<Self, Problem> {
        let status = |text: &str| {
            let value = text.parse::<u16>().ok();
            value.filter(|s| (100..=599).contains(s) && text.len() == 3)
        };
        if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"))
            && let Some(first) = status(&format!("{class}00"))
        {
            let problem = Problem::new("expected a status or a range");
            return Err(problem.suggest(format!("{first}-{}", first + 99)));
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (status(first), status(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self(first, last)),
            (Some(first), Some(last)) => Err(Problem::new("the first is larger than the last")
                .suggest(format!("{last}-{first}"))),
            _ => Err(Problem::new("statuses are from 100 to 599")),
        }
    }
}
