//! Deciders: services of others that are asked whether a request may pass.

use super::upstream::UpstreamTls;
use crate::located::{At, OneOrMany};
use crate::scalar::duration::Duration;
use crate::scalar::host::Url;
use crate::scalar::name::HeaderName;
use crate::scalar::size::Size;
use schemars::JsonSchema;
use serde::Deserialize;

/// A service that is asked whether a request may pass, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decider {
    /// What it speaks.
    #[schemars(required)]
    pub protocol: Option<At<DeciderProtocol>>,
    /// Where it is. With `forward_auth`, what is asked for; with `ext_authz_http`, what is put before
    /// the request's path; with `ext_authz_grpc`, host and port alone; with `opa`, the rule's address:
    /// `http://127.0.0.1:8181/v1/data/orders/allow`.
    #[schemars(required)]
    pub url: Option<At<Url>>,
    /// TLS to it; an address that begins with `https://` has it without this section.
    pub tls: Option<At<UpstreamTls>>,
    /// The longest that one question may take, connecting included.
    #[schemars(extend("default" = "500ms", "x-minimum" = 10, "x-maximum" = 10_000))]
    pub timeout: Option<Duration>,
    /// What becomes of requests while it gives no answer.
    #[schemars(extend("default" = "refuse"))]
    pub on_failure: Option<At<OnFailure>>,
    /// The largest answer that is read.
    #[schemars(extend("default" = "64KiB"))]
    pub max_answer: Option<At<Size>>,
    /// Headers of the request that it is shown.
    #[schemars(extend("default" = []))]
    pub headers: Option<At<OneOrMany<At<HeaderName>>>>,
    /// Whether `headers` may name those that carry credentials: `Authorization`, `Cookie`,
    /// `Proxy-Authorization`, and where services look for keys.
    #[schemars(extend("default" = false))]
    pub credentials: Option<At<bool>>,
    /// Whether it is told who calls: app, tenant, user, plan and scopes.
    #[schemars(extend("default" = true))]
    pub identity: Option<At<bool>>,
    /// So much of the request's body it is shown. Without it, nothing; with it, it is asked once the
    /// limits have let the request pass and its body is read.
    pub body: Option<At<Size>>,
    /// Headers that its answer may set in the request that goes on. What callers send in them is
    /// dropped.
    #[schemars(extend("default" = []))]
    pub answer_headers: Option<At<OneOrMany<At<HeaderName>>>>,
}

/// What is spoken with a decider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeciderProtocol {
    /// A GET with `X-Forwarded-` headers, as Traefik's `ForwardAuth` and nginx's `auth_request` ask.
    ForwardAuth,
    /// Envoy's `ext_authz` over HTTP.
    ExtAuthzHttp,
    /// Envoy's `ext_authz` over gRPC.
    ExtAuthzGrpc,
    /// The REST API of the Open Policy Agent.
    Opa,
}

/// What becomes of requests that a decider says nothing about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnFailure {
    /// They are refused.
    Refuse,
    /// They pass, and that is noted.
    Allow,
}
