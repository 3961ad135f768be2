//! Listeners.

use super::either::text_or_mapping;
use crate::located::At;
use crate::scalar::address::{ListenAddress, Network};
use crate::scalar::name::EntityName;
use crate::scalar::reference::{FilePath, KeyReference};
use schemars::JsonSchema;
use serde::Deserialize;

/// One address that the gateway listens on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    /// The address and the port.
    #[schemars(required)]
    pub address: Option<At<ListenAddress>>,
    /// TLS. Without it, the listener speaks plain HTTP.
    pub tls: Option<ListenerTls>,
    /// A PROXY protocol header (version 1 or 2) precedes every connection.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Whether HTTP/2 is spoken: by ALPN with TLS, by prior knowledge without.
    #[schemars(extend("default" = true))]
    pub http2: Option<bool>,
    /// How connections are spread over the cores.
    #[schemars(extend("default" = "reuse_port"))]
    pub distribution: Option<Distribution>,
}

/// How connections are spread over the cores.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Distribution {
    /// The kernel chooses by a hash of the connection (`SO_REUSEPORT`).
    ReusePort,
    /// The core with the fewest connections: for few connections that live long.
    LeastLoaded,
}

/// TLS on a listener.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListenerTls {
    /// The certificates: names of declared ones, or files. The server name that the client sends
    /// chooses among them; the first is used where it sends none or none fits.
    #[schemars(required, length(min = 1))]
    pub certificates: Option<Vec<At<ListenerCertificate>>>,
    /// Whether the other declared certificates are served too, after these and in the order of
    /// their names, each to the clients that send a server name in it.
    #[schemars(extend("default" = false))]
    pub all_certificates: Option<bool>,
    /// The oldest version of TLS that is accepted.
    #[schemars(extend("default" = "1.2"))]
    pub min_version: Option<TlsVersion>,
    /// Whether clients are asked for a certificate. What it is worth is judged by each service,
    /// see `client_certificate` there.
    #[schemars(extend("default" = false))]
    pub request_client_certificate: Option<bool>,
}

/// A certificate of a listener.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum ListenerCertificate {
    /// The name of one that is declared in `certificates`.
    Named(#[schemars(with = "EntityName")] String),
    /// Its files.
    Files(Certificate),
}

text_or_mapping!(
    ListenerCertificate,
    ListenerCertificate::Named,
    ListenerCertificate::Files
);

/// A version of TLS.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) enum TlsVersion {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}

/// A certificate and its private key, both PEM. The files are read again when they change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    /// The file with the certificate and those that lead to its authority, the certificate first.
    #[schemars(required)]
    pub certificate: Option<At<FilePath>>,
    /// The private key (PKCS#8, PKCS#1 or SEC1).
    #[schemars(required)]
    pub key: Option<At<KeyReference>>,
}

/// The PROXY protocol on a listener.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProxyProtocol {
    /// The peers that may send the header. A connection from any other is closed.
    #[schemars(required, length(min = 1))]
    pub from: Option<Vec<Network>>,
    /// Whether these peers may leave it out.
    #[schemars(extend("default" = false))]
    pub optional: Option<bool>,
}
