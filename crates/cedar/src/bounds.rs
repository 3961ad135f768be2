//! How large policies may be.

/// Most bytes of the text of one policy document.
pub const MOST_TEXT: usize = 16 << 20;
/// Most statements of one policy document.
pub const MOST_STATEMENTS: usize = 200_000;
/// Most levels of one statement's conditions: the evaluator goes down them.
pub const MOST_DEPTH: usize = 64;
/// Most parts of one statement's conditions.
pub(crate) const MOST_PARTS: usize = 4_096;
/// Most statements of one document that the same scope leads to: so many are evaluated for a
/// request at once.
pub const MOST_IN_BUCKET: usize = 1_000;
/// Most permits that a refusal is compared with, to find the nearest.
pub const MOST_NEAR: usize = 256;
/// Most bytes of a body that is read because a policy names something in it.
pub const MOST_BODY: u64 = 1 << 20;
/// Most bytes of one value that is shown, and of one condition.
pub(crate) const MOST_SHOWN: usize = 96;
pub(crate) const MOST_CONDITION: usize = 240;
/// Most values of one condition, and members of one set, that are shown.
pub(crate) const MOST_VALUES: usize = 8;
