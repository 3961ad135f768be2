//! HTTP/2, both sides (RFC 9113), on the `h2` crate.

mod call;
mod conduct;
mod head;
mod incoming;
mod outgoing;
mod serve;
mod session;
mod stream;
mod tunnel;
mod wire;

pub(crate) use incoming::Incoming;
pub(crate) use outgoing::Outlet;
pub(crate) use serve::serve;
pub(crate) use session::{Session, Ticket};
pub(crate) use tunnel::Tunnel;
