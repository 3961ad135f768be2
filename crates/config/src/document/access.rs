//! Who may call a service, and what they are told when they may not.

use super::session::Session;
use crate::located::{At, OneOrMany};
use crate::scalar::name::HeaderName;
use crate::scalar::text::ParameterName;
use schemars::JsonSchema;
use serde::Deserialize;

/// Who can see that a service exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Visibility {
    /// Everybody.
    Public,
    /// The apps of its own tenant.
    Tenant,
    /// The apps of its own tenant, and of those in `shared_with`.
    Private,
}

/// Who decides about subscriptions to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Approval {
    /// Nobody: whoever asks has one.
    Automatic,
    /// Somebody of its tenant.
    Manual,
}

/// How much the refusals of a service tell the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Disclosure {
    /// The code's family.
    Minimal,
    /// The code, a sentence and what the caller can do.
    Standard,
    /// Rules and evidence too, for a time, and never in production.
    Verbose,
}

/// Which of a code's statuses are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusProfile {
    /// The usual one of each code.
    Standard,
    /// 403 wherever the code allows it.
    Forbid,
    /// 404 to callers who have not proved who they are.
    Conceal,
}

/// Which credentials a service accepts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authentication {
    /// API keys. Without any kind, they are accepted in `X-API-Key`.
    pub api_key: Option<ApiKey>,
    /// Tokens that somebody else signed, as `Authorization: Bearer`.
    pub jwt: Option<Jwt>,
    /// Sessions of browsers: people whom an identity provider signs in.
    pub session: Option<At<Session>>,
    /// Whether the credential is passed on to the upstream.
    #[schemars(extend("default" = false))]
    pub forward_credential: Option<bool>,
    /// Whether an app needs a subscription to the service.
    #[schemars(extend("default" = true))]
    pub subscription: Option<At<bool>>,
}

/// What an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Accepted {
    /// API keys.
    ApiKey,
    /// Tokens that somebody else signed.
    Jwt,
    /// Sessions of browsers.
    Session,
    /// No credential at all.
    Anonymous,
}

/// Whose tokens are accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    /// The issuers, declared in `issuers`: those of the platform and of the service's own tenant.
    #[schemars(required, length(min = 1, max = 32))]
    pub issuers: Option<Vec<At<String>>>,
}

/// Where an API key may stand in a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKey {
    /// The header, or several.
    #[schemars(extend("default" = "X-API-Key"))]
    pub header: Option<OneOrMany<At<HeaderName>>>,
    /// The query parameter, or several. Queries end up in logs and histories: prefer a header.
    #[schemars(extend("default" = []))]
    pub query: Option<OneOrMany<At<ParameterName>>>,
}
