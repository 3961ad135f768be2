//! WebSocket to an upstream over HTTP/2: a stream opened by an extended CONNECT (RFC 8441 §5).

use super::incoming::Incoming;
use super::outgoing::Outlet;
use super::session::Ticket;
use crate::tunnel::{Inflow, Outflow};

/// The upstream's side of a tunnel.
pub(crate) struct Tunnel {
    incoming: Incoming,
    outlet: Outlet,
    /// Keeps the place on the session.
    _ticket: Ticket,
}

impl Tunnel {
    pub(super) fn new(incoming: Incoming, outlet: Outlet, ticket: Ticket) -> Self {
        Self {
            incoming,
            outlet,
            _ticket: ticket,
        }
    }

    /// Both directions.
    pub(crate) fn sides(&mut self) -> (Inflow<'_>, Outflow<'_>) {
        (
            Inflow::Stream(&mut self.incoming),
            Outflow::Stream(&self.outlet),
        )
    }
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tunnel").finish_non_exhaustive()
    }
}
