//! Every code over real sockets: what provokes it and what nearly does, how it is told in every
//! profile and disclosure, what is recorded, what `postern why` says, and that what it offers
//! mends it.
//!
//! `table` has a row per code. Each row has services of its own in one configuration (`world`), so
//! that one gateway serves them all. What people read is in `golden/`; `UPDATE=1` writes it anew.

mod ask;
mod audiences;
mod coverage;
mod decider;
mod disguise;
pub(crate) mod kept;
mod mended;
mod pages;
mod row;
mod session;
mod signed;
pub(crate) mod suite;
mod table;
mod text;
mod tls;
mod token;
mod told;
mod world;
