//! What of a document cannot be held anybody to.

/// Why an operation of a document is no contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {what}")]
pub struct Fault {
    /// Where it stands in the document, as a JSON Pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: &'static str,
}

impl Fault {
    pub(crate) fn new(
        pointer: impl Into<String>,
        what: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            what: what.into(),
            help,
        }
    }
}

/// Faults of one operation at most; the first ones are told.
pub(crate) const MOST: usize = 50;
