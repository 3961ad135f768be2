//! The API over a real store, and somebody of every role.

mod resources;
mod table;
mod world;
