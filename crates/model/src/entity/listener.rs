//! Where the gateway listens.

use super::{CertificateFiles, Name};
use crate::Secret;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::sync::Arc;

/// One listening address.
#[derive(Debug, Clone, PartialEq)]
pub struct Listener {
    /// Its name in the file.
    pub name: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Certificates, when it speaks TLS.
    pub tls: Option<ListenerTls>,
    /// Whether a PROXY protocol header precedes every connection.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Whether HTTP/2 is spoken (ALPN `h2`, or prior knowledge without TLS).
    pub http2: bool,
    /// How connections reach cores.
    pub distribution: Distribution,
}

/// How a listener's connections are spread over the cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// `SO_REUSEPORT`: the kernel chooses by a hash of the connection.
    #[default]
    ReusePort,
    /// Each connection goes to the core with the fewest: for few long-lived connections.
    LeastLoaded,
}

/// TLS on a listener.
#[derive(Debug, Clone, PartialEq)]
pub struct ListenerTls {
    /// Certificates; the first is used where SNI is absent or matches none.
    pub certificates: Vec<CertificateFiles>,
    /// Oldest protocol version accepted.
    pub min_version: TlsVersion,
    /// Whether clients are asked for a certificate. What it is worth is judged per service.
    pub request_client_certificate: bool,
}

/// A TLS protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// Where a private key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A PEM file, read again when it changes.
    File(Arc<std::path::Path>),
    /// PEM text that was in an environment variable.
    Text(Secret<Arc<str>>),
}

/// The PROXY protocol (versions 1 and 2) on a listener.
#[derive(Debug, Clone, PartialEq)]
pub struct ProxyProtocol {
    /// Peers that may send it; a connection from any other is closed.
    pub from: Vec<IpNet>,
    /// Whether a listed peer may leave it out.
    pub optional: bool,
}
