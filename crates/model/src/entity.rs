//! The validated entities of one configuration: what `postern-config` produces and
//! `postern-policy` compiles. Every reference is resolved, every unit is in the type.

mod listener;
mod method;
mod service;
mod settings;
mod upstream;

pub use listener::{
    CertificateFiles, Distribution, KeySource, Listener, ListenerTls, ProxyProtocol, TlsVersion,
};
pub use method::Method;
pub use service::{ClientCertificate, Lifecycle, Operation, Service, TimeoutOverrides, Version};
pub use settings::{Client, Egress, ForwardedHeader, Forwarding, FrontTimeouts, Limits};
pub use upstream::{
    ActiveHealth, BUILTIN_ECHO, Balance, Breaker, Dns, HashKey, HostMode, Outlier, PathRewrite,
    Pool, Retry, Target, Upstream, UpstreamProtocol, UpstreamTimeouts, UpstreamTls,
};

use std::net::SocketAddr;
use std::sync::Arc;

/// A name that documents use to refer to each other.
pub type Name = Arc<str>;

/// Everything one configuration declares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// Where the gateway listens. Empty: the addresses of the command line only.
    pub listeners: Vec<Listener>,
    /// The admin address.
    pub admin: Admin,
    /// Published APIs, in the order of the file.
    pub services: Vec<Service>,
    /// Where requests go, by index from [`Version::upstream`].
    pub upstreams: Vec<Upstream>,
    /// Who may tell us the client's address.
    pub client: Client,
    /// Bounds of what a peer may send or hold.
    pub limits: Limits,
    /// How long the caller's side may take.
    pub timeouts: FrontTimeouts,
    /// Where the gateway may connect to.
    pub egress: Egress,
    /// How the gateway names itself and what it adds to forwarded requests.
    pub forwarding: Forwarding,
}

/// The admin address: metrics and health.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admin {
    /// Where it is; `None`: the command line says, or its default.
    pub address: Option<SocketAddr>,
    /// Names it answers to besides its own address and `localhost`, without ports.
    pub hosts: Vec<Name>,
}
