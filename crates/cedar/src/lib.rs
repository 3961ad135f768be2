//! Cedar policies: their schema, compiling, deciding, and which permit came close.
//!
//! Owns: the types that policies may speak of (`schema`), faults with their places (`check`),
//! the form that is decided by ([`Document`]), decisions over several documents as one set
//! ([`decide`]), and what each part of a permit says of a request on its own ([`nearest`]).
//!
//! Refuses to own: I/O, clocks, where facts come from, what a refusal is called.
//!
//! The language, its parser, its validator and its evaluator are those of `cedar-policy`; a test
//! compares every decision with its `Authorizer`.

mod always;
mod bounds;
mod check;
mod conjunct;
mod decide;
mod document;
mod fault;
mod fuzz;
mod given;
mod index;
mod looks;
mod mend;
mod near;
mod place;
mod question;
mod schema;
#[cfg(test)]
mod tests;
mod uid;
mod words;

pub use always::permits_always;
pub use bounds::{MOST_BODY, MOST_DEPTH, MOST_IN_BUCKET, MOST_NEAR, MOST_STATEMENTS, MOST_TEXT};
pub use check::{Checker, References};
pub use conjunct::{About, Part};
pub use decide::{Found, Verdict, decide, decide_without_body, held};
pub use document::{Document, Statement};
pub use fault::Fault;
pub use fuzz::fuzz;
pub use given::{Caller, Given, Holder, Said, TokenSaid};
pub use looks::Looks;
pub use mend::{Exempt, excepting, exempting};
pub use near::{Failing, Near, Nearest, Seen, nearest, values};
pub use place::Place;
pub use question::Question;
pub use schema::Parameters;
