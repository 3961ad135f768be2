//! The API over a real store, and somebody of every role.

mod commands;
mod finding;
mod hanging_up;
mod links;
mod notifications;
mod people;
mod permissions;
mod providers;
mod publishing;
mod questions;
mod resources;
mod restricted;
mod table;
mod workflow;
mod world;
