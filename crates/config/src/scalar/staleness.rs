//! How long something is relied on: a duration, or `never` for no end.

use super::duration::Duration;
use super::{Problem, Scalar, scalar};
use crate::code::Code;

/// A length of time after which something ends; none: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StalenessLimit(pub(crate) Option<std::time::Duration>);

scalar!(StalenessLimit, {
    "description": "A length of time such as `5m`, `0s`, or `never`.",
    "type": "string",
    "pattern": "^(never|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"
});

impl Scalar for StalenessLimit {
    const KIND: &'static str = "staleness";
    const CODE: Code = Code::InvalidDuration;
    const WHAT: &'static str = "a duration or `never`";
    const EXAMPLE: &'static str = "5m";

    fn read(text: &str) -> Result<Self, Problem> {
        if text == "never" {
            return Ok(Self(None));
        }
        Duration::read(text).map(|duration| Self(Some(duration.0)))
    }
}
