//! The API over a real store, and somebody of every role.

mod questions;
mod resources;
mod table;
mod workflow;
mod world;
