//! Kind `body`: how large a body may be.

use crate::facts::Facts;
use crate::fields::Known;

/// The length that a head declares, if it does.
pub(crate) fn declared(facts: &dyn Facts) -> Option<u64> {
    let value = facts.header(Known::ContentLength, 0)?;
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
