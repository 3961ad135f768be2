//! Services, versions and operations.

use super::access::{Accepted, Approval, Authentication, Disclosure, StatusProfile, Visibility};
use super::capture::Capture;
use crate::located::{At, Map};
use crate::scalar::date::Date;
use crate::scalar::duration::Duration;
use crate::scalar::host::{HostPattern, Url};
use crate::scalar::name::MethodName;
use crate::scalar::path::{BasePath, Template};
use crate::scalar::reference::{ApiDocument, FilePath};
use crate::scalar::text::{Description, ParameterName, ScopeName, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// An API that is published here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// What people call it.
    pub title: Option<Text>,
    /// What it is for.
    pub description: Option<Description>,
    /// The headings under which it is listed, declared in `categories`.
    #[schemars(extend("default" = []))]
    pub categories: Option<Vec<At<String>>>,
    /// Words to find it by.
    #[schemars(extend("default" = []), length(max = 50))]
    pub tags: Option<Vec<At<Text>>>,
    /// The address of its logo.
    pub logo: Option<Url>,
    /// The address of its documentation.
    pub documentation: Option<Url>,
    /// Whom to ask about it: a person, a team, an address.
    pub contact: Option<Text>,
    /// The hosts it answers on. Without any, it answers on every host.
    #[schemars(extend("default" = []))]
    pub hosts: Option<Vec<At<HostPattern>>>,
    /// The prefix of all its paths.
    #[schemars(extend("default" = ""))]
    pub base_path: Option<At<BasePath>>,
    /// The tenant that publishes it. Without one, it is the platform's.
    pub tenant: Option<At<String>>,
    /// Who can see that it exists. To anybody else it is not there.
    #[schemars(extend("default" = "public"))]
    pub visibility: Option<At<Visibility>>,
    /// Other tenants whose apps can see it; with the visibility `private` only.
    #[schemars(extend("default" = []))]
    pub shared_with: Option<At<Vec<At<String>>>>,
    /// Who decides about subscriptions: nobody or its tenant. Without it, `automatic` where only
    /// apps of its own tenant can see it, and `manual` elsewhere.
    pub approval: Option<Approval>,
    /// Whether a second person has to agree before callers get something else: a version that is
    /// published, or that was and changes.
    #[schemars(extend("default" = false))]
    pub publish_approval: Option<bool>,
    /// How much its refusals tell the caller. Without it, what the environment says, or else what
    /// holds for its tenant, or else `standard`.
    pub disclosure: Option<At<Disclosure>>,
    /// When the disclosure becomes `standard` again; with `verbose` only, and required there.
    pub disclosure_until: Option<At<Date>>,
    /// Which statuses its refusals have. Without it, `conceal` if not everybody can see that it
    /// exists; elsewhere what holds for its tenant, or else `standard`.
    pub status_profile: Option<StatusProfile>,
    /// Scopes that its operations may require, each with what it allows.
    #[schemars(extend("default" = {}))]
    pub scopes: Option<Map<Text, ScopeName>>,
    /// Which credentials it accepts. Without it, it is open to everybody.
    pub authentication: Option<At<Authentication>>,
    /// Access roles of which a caller needs one that allows what it calls. For every operation
    /// that has no list of its own, nor its version; without any, none is needed.
    #[schemars(extend("default" = []), length(max = 64))]
    pub access_roles: Option<At<Vec<At<String>>>>,
    /// Whether plain HTTP is refused; GET and HEAD are redirected.
    #[schemars(extend("default" = false))]
    pub tls_required: Option<At<bool>>,
    /// Which client certificates are accepted. Without it, certificates say nothing.
    pub client_certificate: Option<At<ClientCertificate>>,
    /// What is done with `%2F` in a path.
    #[schemars(extend("default" = "refuse"))]
    pub encoded_slash: Option<EncodedSlash>,
    /// Whether `;` may stand in a path.
    #[schemars(extend("default" = false))]
    pub path_parameters: Option<bool>,
    /// What is copied of its requests into the call log. Without it, only what every record has.
    pub capture: Option<At<Capture>>,
    /// Its versions, by name.
    #[schemars(required)]
    pub versions: Option<Map<Version>>,
}

/// What is done with `%2F` in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EncodedSlash {
    /// The request is refused.
    Refuse,
    /// It is data inside of one segment, and is sent on as it is.
    Keep,
}

/// The client certificates that a service accepts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientCertificate {
    /// A PEM file with the authorities that are trusted.
    #[schemars(required)]
    pub authorities: Option<At<FilePath>>,
    /// Whether a request without a certificate is refused.
    #[schemars(extend("default" = true))]
    pub required: Option<bool>,
    /// A PEM file with lists of revoked certificates.
    pub revocations: Option<At<FilePath>>,
}

/// One version of a service.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// What people call it.
    pub title: Option<Text>,
    /// What is new or special about it.
    pub description: Option<Description>,
    /// Words to find it by.
    #[schemars(extend("default" = []), length(max = 50))]
    pub tags: Option<Vec<At<Text>>>,
    /// The prefix of its paths, after the service's.
    #[schemars(extend("default" = ""))]
    pub base_path: Option<At<BasePath>>,
    /// Where it is in its life.
    #[schemars(extend("default" = "published"))]
    pub state: Option<At<State>>,
    /// When it was deprecated; with the state `deprecated` only, and required there.
    pub deprecated_at: Option<At<Date>>,
    /// When it will end; with the state `deprecated` only.
    pub sunset_at: Option<At<Date>>,
    /// When it ended; with the state `retired` only, and required there.
    pub retired_at: Option<At<Date>>,
    /// The version to move to; with the state `retired` only.
    pub successor: Option<At<String>>,
    /// The environments in which it is published: declared ones, or `production`. Without any, in
    /// all of them.
    #[schemars(extend("default" = []))]
    pub environments: Option<Vec<At<String>>>,
    /// The name of the upstream that its requests go to.
    #[schemars(required)]
    pub upstream: Option<At<String>>,
    /// By environment, the upstream that the requests in it go to instead.
    #[schemars(extend("default" = {}))]
    pub upstreams: Option<Map<At<String>>>,
    /// Access roles of which a caller needs one. Without the list, the service's holds.
    #[schemars(length(max = 64))]
    pub access_roles: Option<At<Vec<At<String>>>>,
    /// Its OpenAPI document (3.0 or 3.1), which policies of the kind `contract` hold requests to: a
    /// file, or the document itself as JSON or YAML. Operations are found in it by method and path.
    pub openapi: Option<At<ApiDocument>>,
    /// Its operations, by name.
    #[schemars(required)]
    pub operations: Option<Map<Operation>>,
}

/// Where a version is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Not routed yet.
    Draft,
    /// Routed.
    Published,
    /// Routed, and its responses say that it will end.
    Deprecated,
    /// Answers 410.
    Retired,
}

/// Methods and a path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    /// What people call it.
    pub title: Option<Text>,
    /// What it does.
    pub description: Option<Description>,
    /// Words to find it by.
    #[schemars(extend("default" = []), length(max = 50))]
    pub tags: Option<Vec<At<Text>>>,
    /// Whether its documentation says that it is deprecated.
    #[schemars(extend("default" = false))]
    #[serde(rename = "deprecated")]
    pub _deprecated: Option<bool>,
    /// When it was deprecated by itself, before its version: its responses say so.
    pub deprecated_at: Option<At<Date>>,
    /// When it will end; beside `deprecated_at` only.
    pub sunset_at: Option<At<Date>>,
    /// The methods. Without any, every method that the gateway knows.
    #[schemars(extend("default" = []))]
    pub methods: Option<At<Vec<At<MethodName>>>>,
    /// The path, after the prefixes of service and version.
    #[schemars(required)]
    pub path: Option<At<Template>>,
    /// Scopes of the service that a caller needs, all of them.
    #[schemars(extend("default" = []))]
    pub scopes: Option<Vec<At<String>>>,
    /// Access roles of which a caller needs one that allows this operation. Without the list, the
    /// version's or the service's holds; an empty one asks for none.
    #[schemars(length(max = 64))]
    pub access_roles: Option<At<Vec<At<String>>>>,
    /// Which of the service's kinds of credentials it accepts, in the order in which callers are
    /// asked for them, and `anonymous` if callers without one may pass. Without the list, all of
    /// the service's.
    #[schemars(length(max = 8))]
    pub accepts: Option<At<Vec<At<Accepted>>>>,
    /// Whether callers without a credential may pass, besides those that the service accepts.
    #[schemars(extend("default" = false))]
    pub anonymous: Option<At<bool>>,
    /// Path and query parameters whose values records keep.
    #[schemars(extend("default" = []))]
    pub recorded_parameters: Option<Vec<ParameterName>>,
    /// Whether a WebSocket may be opened here.
    #[schemars(extend("default" = false))]
    pub websocket: Option<At<bool>>,
    /// Where its timeouts differ from its upstream's.
    pub timeouts: Option<OperationTimeouts>,
}

/// Timeouts of one operation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationTimeouts {
    /// From the last byte of the request to the end of the response's head.
    pub first_byte: Option<Duration>,
    /// The whole exchange.
    pub total: Option<Duration>,
}
