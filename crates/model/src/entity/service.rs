//! Published APIs: services, versions, operations.

use super::{Method, Name};
use std::sync::Arc;
use std::time::Duration;

/// An API that is published here.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// Hosts it answers on, lower case; `*.example.com` matches one or more labels. Empty: any.
    pub hosts: Vec<Name>,
    /// Prefix of all its paths, normal form, without a slash at its end; empty for the root.
    pub base_path: Name,
    /// Whether plain HTTP is refused (redirected for GET and HEAD).
    pub tls_required: bool,
    /// What client certificates are accepted, if any.
    pub client_certificate: Option<ClientCertificate>,
    /// Whether `%2F` inside a segment is kept as data.
    pub encoded_slash: bool,
    /// Whether `;` parameters may stand in a path.
    pub path_parameters: bool,
    /// Its versions.
    pub versions: Vec<Version>,
}

/// Client certificates of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientCertificate {
    /// Whether a request without one is refused.
    pub required: bool,
    /// PEM file with the authorities trusted.
    pub authorities: Arc<std::path::Path>,
    /// PEM file with revocation lists, if any.
    pub revocations: Option<Arc<std::path::Path>>,
}

/// One version of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its name, `v1`.
    pub name: Name,
    /// Prefix of its paths after the service's; may be empty.
    pub base_path: Name,
    /// Where it is in its life.
    pub state: Lifecycle,
    /// Index into [`Configuration::upstreams`](super::Configuration::upstreams).
    pub upstream: usize,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// The life of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// Not routed yet.
    Draft,
    /// Routed.
    Published,
    /// Routed, with a `Deprecation` header (RFC 9745) and, if given, `Sunset` (RFC 8594).
    Deprecated {
        /// Unix time in seconds since when.
        since: i64,
        /// Unix time in seconds when it ends.
        sunset: Option<i64>,
    },
    /// Answers 410.
    Retired {
        /// Unix time in seconds.
        at: i64,
        /// The version to move to.
        successor: Option<Name>,
    },
}

/// A method and a path template.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name, unique in the version.
    pub name: Name,
    /// Methods; empty means any that we know.
    pub methods: Vec<Method>,
    /// Path template after the prefixes: literal segments, `{name}` for one segment, and
    /// `{*name}` at the end for any rest.
    pub path: Name,
    /// Whether a WebSocket may be opened here.
    pub websocket: bool,
    /// Overrides of the upstream's timeouts.
    pub timeouts: TimeoutOverrides,
}

/// Timeouts of one operation, where they differ from its upstream's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeoutOverrides {
    /// See [`UpstreamTimeouts::first_byte`](super::UpstreamTimeouts::first_byte).
    pub first_byte: Option<Duration>,
    /// See [`UpstreamTimeouts::total`](super::UpstreamTimeouts::total).
    pub total: Option<Duration>,
}
