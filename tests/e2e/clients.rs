//! Real clients before the gateway: what they make of it is what counts.

mod browser;
mod grpc;
mod http;
mod names;
mod streaming;
mod tls;
mod uploads;
mod websocket;
mod websocket_http2;

use crate::harness::gateway::Launch;
use crate::harness::program::free_address;
use crate::harness::setup::Setup;
use crate::harness::tls::{Authority, Issued, Validity};
use crate::harness::{Gateway, setup};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A program of this folder.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("e2e/clients/programs")
        .join(name)
}

/// A gateway with a plain and a TLS listener.
pub(crate) struct Secure {
    pub(crate) gateway: Gateway,
    pub(crate) authority: Authority,
    /// Where it speaks TLS.
    pub(crate) address: SocketAddr,
}

impl Secure {
    /// The TLS listener has a certificate for each of `names`, in this order, and asks clients
    /// for theirs.
    pub(crate) fn start(
        names: &[&str],
        change: impl FnOnce(Setup, &Authority) -> Setup,
        to: SocketAddr,
    ) -> Self {
        let authority = Authority::new("test authority");
        let certificates: Vec<Value> = names
            .iter()
            .map(|name| pair(&authority.issue(name, &[name], Validity::Now)))
            .collect();
        let (plain, address) = (free_address(), free_address());
        let setup = setup::open(to)
            .with("listeners.plain.address", plain.to_string())
            .with(
                "listeners.secure",
                json!({
                    "address": address.to_string(),
                    "tls": {"certificates": certificates, "request_client_certificate": true},
                }),
            );
        let setup = change(setup, &authority);
        let gateway = Launch::new(setup).own_listeners(plain).start();
        Self {
            gateway,
            authority,
            address,
        }
    }
}

/// A certificate and its key as the configuration names them.
fn pair(issued: &Issued) -> Value {
    json!({"certificate": issued.certificate, "key": issued.key})
}
