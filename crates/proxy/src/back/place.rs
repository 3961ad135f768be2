//! Where a connection leads, and whether its target is still there.

use crate::io::Stream;
use crate::upstream::TargetState;
use std::cell::Cell;
use std::net::SocketAddr;

/// The address at the other end of a connection.
#[derive(Debug)]
pub(crate) struct Place {
    /// `None` for a socket that is broken already.
    address: Option<SocketAddr>,
    /// The target's list of addresses that had it when that was last looked up.
    resolution: Cell<u32>,
}

impl Place {
    pub(crate) fn of(stream: &Stream) -> Self {
        Self {
            address: stream.tcp().peer_addr().ok(),
            resolution: Cell::new(0),
        }
    }

    /// Whether the target still has the address. Costs one load unless its addresses have changed.
    pub(crate) fn is_current(&self, target: &TargetState) -> bool {
        // Read first: a change in between is looked into the next time.
        let present = target.resolution();
        if self.resolution.get() == present {
            return true;
        }
        let current = self.address.is_some_and(|at| target.has_address(at));
        if current {
            self.resolution.set(present);
        }
        current
    }
}
