//! The engine against `cedar-policy` itself, and what it says to people.

mod checks;
mod differential;
mod many;
mod near;
mod world;
