//! Where the control plane may connect to because a tenant's configuration says so.

use super::running::Process;
use postern_control::Running as _;
use postern_model::egress::{Forbidden, allowed};
use postern_outbound::Guard;
use postern_proxy::upstream::egress::is_this_machine;
use std::net::SocketAddr;
use std::sync::Arc;

/// The egress rule of what is served now.
#[derive(Debug)]
pub(super) struct Served(pub(super) Arc<Process>);

impl Guard for Served {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        check(&self.0, to)
    }
}

/// Whether that is somewhere that may be connected to by what is served now.
pub(super) fn check(process: &Process, to: SocketAddr) -> Result<(), Forbidden> {
    let configuration = process.configuration();
    let listeners = process.gateway.listeners().into_iter();
    let own: Vec<SocketAddr> = listeners
        .map(|(_, address, _)| address)
        .chain([process.admin])
        .collect();
    allowed(to, &configuration.egress, &own, is_this_machine)
}
