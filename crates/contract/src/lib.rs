//! What an operation's document says of parameters and bodies, and whether a request keeps to it.
//!
//! Owns the reading of foreign bodies and the judgement of their content. Refuses to own I/O, what a
//! document may say besides (`postern-openapi`), and what a judgement is worth (`postern-policy`).

pub mod json;
