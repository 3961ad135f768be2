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
        let configuration = self.0.configuration();
        let listeners = self.0.gateway.listeners().into_iter();
        let own: Vec<SocketAddr> = listeners
            .map(|(_, address, _)| address)
            .chain([self.0.admin])
            .collect();
        allowed(to, &configuration.egress, &own, is_this_machine)
    }
}
