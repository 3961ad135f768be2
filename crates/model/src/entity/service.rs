//! Published APIs: services, versions, operations.

use super::{
    About, Approval, Authentication, Capture, Disclosure, Method, Name, Scope, StatusProfile,
    Visibility,
};
use std::sync::Arc;
use std::time::Duration;

/// An API that is published here.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// Hosts it answers on, lower case; `*.example.com` matches one or more labels. Empty: any.
    pub hosts: Vec<Name>,
    /// Prefix of all its paths, normal form, without a slash at its end; empty for the root.
    pub base_path: Name,
    /// The tenant that publishes it; `None`: the platform.
    pub tenant: Option<Name>,
    /// Who can see that it exists.
    pub visibility: Visibility,
    /// Scopes that its operations may require.
    pub scopes: Vec<Scope>,
    /// Which credentials it accepts; `None`: it is open to everybody.
    pub authentication: Option<Authentication>,
    /// Which statuses its refusals have.
    pub status_profile: StatusProfile,
    /// How much its refusals tell, but for [`Service::disclosures`].
    pub disclosure: Disclosure,
    /// How much they tell in environments where that differs.
    pub disclosures: Vec<(Name, Disclosure)>,
    /// Who decides about subscriptions to it.
    pub approval: Approval,
    /// Whether somebody else has to agree before a version of it is published.
    pub publish_approval: bool,
    /// Whether plain HTTP is refused (redirected for GET and HEAD).
    pub tls_required: bool,
    /// What client certificates are accepted, if any.
    pub client_certificate: Option<ClientCertificate>,
    /// Whether `%2F` inside a segment is kept as data.
    pub encoded_slash: bool,
    /// Whether `;` parameters may stand in a path.
    pub path_parameters: bool,
    /// What is copied of its requests; `None`: nothing.
    pub capture: Option<Capture>,
    /// What people are told of it.
    pub about: Option<Box<About>>,
    /// Its versions.
    pub versions: Vec<Version>,
}

impl Service {
    /// Whether strangers are told that it is not there.
    pub fn conceals_itself(&self) -> bool {
        matches!(self.visibility, Visibility::Private { .. })
            || self.status_profile == StatusProfile::Conceal
    }

    /// How much its refusals tell in an environment.
    pub fn disclosure_in(&self, environment: &str) -> Disclosure {
        let mut here = self.disclosures.iter();
        let here = here.find(|(name, _)| **name == *environment);
        here.map_or(self.disclosure, |(_, disclosure)| *disclosure)
    }
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Version {
    /// Its name, `v1`.
    pub name: Name,
    /// Prefix of its paths after the service's; may be empty.
    pub base_path: Name,
    /// Where it is in its life.
    pub state: Lifecycle,
    /// Environments in which it is published; empty: all.
    pub environments: Vec<Name>,
    /// Index into [`Configuration::upstreams`](super::Configuration::upstreams).
    pub upstream: usize,
    /// Environments whose requests go to another one.
    pub upstreams: Vec<(Name, usize)>,
    /// What people are told of it.
    pub about: Option<Box<About>>,
    /// Its `OpenAPI` document, which policies may hold requests to.
    pub openapi: Option<Arc<serde_json::Value>>,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// The life of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Lifecycle {
    /// Not routed yet.
    Draft,
    /// Routed.
    #[default]
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Operation {
    /// Its name, unique in the version.
    pub name: Name,
    /// Methods; empty means any that we know.
    pub methods: Vec<Method>,
    /// Path template after the prefixes: literal segments, `{name}` for one segment, and
    /// `{*name}` at the end for any rest.
    pub path: Name,
    /// Scopes that a caller needs, all of them.
    pub scopes: Vec<Name>,
    /// Access roles of which a caller needs one that allows this operation; empty: none.
    pub access_roles: Vec<Name>,
    /// Which credentials it accepts, where that differs from its service.
    pub authentication: Option<Box<Authentication>>,
    /// Whether callers without a credential may pass.
    pub anonymous: bool,
    /// Path and query parameters whose values records keep.
    pub recorded_parameters: Vec<Name>,
    /// Whether a WebSocket may be opened here.
    pub websocket: bool,
    /// Set while it is deprecated by itself: since when, and when it ends (Unix time in seconds).
    pub deprecated: Option<(i64, Option<i64>)>,
    /// What people are told of it.
    pub about: Option<Box<About>>,
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
