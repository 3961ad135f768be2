//! Times, as documents write them.

use crate::Refusal;
use jiff::{SignedDuration, Timestamp};

/// Now, to the second.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
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
    text.parse::<Timestamp>().is_ok_and(|at| at <= now())
}
