//! What is changed and hidden in requests and answers.
//!
//! Owns the steps of policies of the kinds `transform` and `mask`: compiled once, then applied to
//! header fields, queries, paths and JSON bodies that somebody else has read. Templates are bounded
//! in what they may do and say, and are shown no credential. Refuses to own where bodies come from
//! and go to, what a policy holds for, and what becomes of a message that could not be changed.

mod changes;
mod context;
mod failure;
mod fields;
mod fuzz;
mod json;
mod mask;
mod notes;
mod path;
mod pointer;
mod query;
mod template;

pub use changes::{Message, Transform};
pub use context::{Asked, Reads, Scene};
pub use failure::{Failure, Fault};
pub use fields::{Header, is_credential, is_reserved};
pub use fuzz::fuzz;
pub use json::{Broken, Json};
pub use mask::Mask;
pub use notes::{Did, Note, Notes};
pub use path::placeholders;
pub use pointer::{Pointer, PointerFault};
pub use query::{decoded, parameters};
pub use template::{Form, Names, TemplateFault, check, is_template};
