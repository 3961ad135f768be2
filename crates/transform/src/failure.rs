//! Why a policy cannot be compiled, and why a message could not be changed.

use std::ops::Range;

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {problem}")]
pub struct Fault {
    /// Which step: `request.headers.set x-channel`.
    pub step: String,
    /// What is wrong with it.
    pub problem: String,
    /// Where in its text, bytes.
    pub range: Option<Range<usize>>,
}

/// Why a message could not be changed. Says nothing of what the message holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {problem}")]
pub struct Failure {
    /// Which step: `request.headers.set x-channel`.
    pub step: String,
    /// What went wrong.
    pub problem: String,
}

impl Failure {
    /// One.
    pub fn new(step: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            step: step.into(),
            problem: problem.into(),
        }
    }
}
