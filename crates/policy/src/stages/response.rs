//! Stage 17, the pure part: whose refusal a response is.

use postern_model::denial::Code;

/// The code under which an upstream's own response is recorded. It is passed through untouched but
/// for its label, and never counted as ours.
pub const fn attribution(status: u16) -> Option<Code> {
    match status {
        400..=499 => Some(Code::OriginRefused),
        _ => None,
    }
}
