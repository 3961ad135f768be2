//! What a configuration gets from this process: addresses of the command line, the built-in
//! upstream.

use super::builtin::Builtin;
use crate::cli::GatewayAddress;
use postern_model::entity::{Configuration, Distribution, Listener};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

/// Where the gateway listens if nobody says anything else.
const DEFAULT_GATEWAY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Completes every configuration, wherever it comes from.
#[derive(Debug)]
pub(crate) struct Completion {
    gateway: Vec<GatewayAddress>,
    builtin: Mutex<Builtin>,
}

impl Completion {
    pub(crate) fn new(gateway: Vec<GatewayAddress>) -> Self {
        Self {
            gateway,
            builtin: Mutex::default(),
        }
    }

    /// Completes a configuration; the error is ready to be printed.
    pub(crate) fn complete(&self, configuration: &mut Configuration) -> Result<(), String> {
        self.listen(configuration)?;
        let mut builtin = self.builtin.lock().unwrap_or_else(PoisonError::into_inner);
        builtin
            .provide(configuration)
            .map_err(|error| error.to_string())
    }

    /// Puts the addresses of the command line in place of the configuration's.
    fn listen(&self, configuration: &mut Configuration) -> Result<(), String> {
        if configuration.listeners.is_empty() {
            let unnamed = |g: &GatewayAddress| g.listener.is_none();
            let addresses: Vec<_> = self.gateway.iter().filter(|g| unnamed(g)).collect();
            if addresses.is_empty() {
                configuration
                    .listeners
                    .push(plain("gateway", DEFAULT_GATEWAY));
            }
            for (number, given) in addresses.iter().enumerate() {
                let name = if number == 0 {
                    "gateway".to_owned()
                } else {
                    format!("gateway-{}", number + 1)
                };
                configuration.listeners.push(plain(&name, given.address));
            }
        }
        let mut unnamed = 0;
        for given in &self.gateway {
            let at = if let Some(name) = &given.listener {
                configuration
                    .listeners
                    .iter()
                    .position(|l| *l.name == **name)
            } else {
                unnamed += 1;
                Some(unnamed - 1)
            };
            let Some(listener) = at.and_then(|at| configuration.listeners.get_mut(at)) else {
                let address = given.address.to_string();
                let names: Vec<_> = configuration.listeners.iter().map(|l| &*l.name).collect();
                return Err(format!(
                    "error: --gateway {}: the configuration has no such listener; it has: {}",
                    given.listener.as_ref().unwrap_or(&address),
                    names.join(", ")
                ));
            };
            listener.address = given.address;
        }
        Ok(())
    }
}

fn plain(name: &str, address: SocketAddr) -> Listener {
    Listener {
        name: name.into(),
        address,
        tls: None,
        proxy_protocol: None,
        http2: true,
        distribution: Distribution::default(),
    }
}
