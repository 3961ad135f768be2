//! Connections to targets: making them, and keeping them for the next request.

mod connect;
mod place;
mod pool;

pub(crate) use connect::{ConnectFault, connect, open};
pub(crate) use place::Place;
pub(crate) use pool::{Pools, TargetPool};
