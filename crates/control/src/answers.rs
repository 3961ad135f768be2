//! Types of answers that others own, for whoever describes what is answered.

pub use postern_explain::{Access, Callers, Explanation, Fix, Requirements};
pub use postern_openapi::{Difference as ImportDifference, Report as ImportReport};
