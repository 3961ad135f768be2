//! The API over a real store, and somebody of every role.

mod again;
mod commands;
mod finding;
mod hanging_up;
mod held;
mod issuers;
mod links;
mod notifications;
mod people;
mod permissions;
mod providers;
mod publishing;
mod questions;
mod reached;
mod resources;
mod restricted;
mod table;
mod workflow;
mod world;
