//! Who may call a service, and what they are told when they may not.

use super::session::Session;
use crate::located::{At, OneOrMany};
use crate::scalar::duration::Duration;
use crate::scalar::host::Url;
use crate::scalar::name::{ComponentName, HeaderName};
use crate::scalar::size::Size;
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
    /// Requests that their callers sign (HTTP Message Signatures, RFC 9421).
    pub signature: Option<Signature>,
    /// Requests that their callers sign by a secret, as clients of other gateways do
    /// (`Authorization: Signature`, draft-cavage-http-signatures-12).
    pub hmac: Option<Hmac>,
    /// User names and passwords, as `Authorization: Basic`.
    pub basic: Option<Basic>,
    /// Client certificates that the service trusts, see its `client_certificate`.
    pub mtls: Option<At<Mtls>>,
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
    /// Requests that their callers sign.
    Signature,
    /// Requests that their callers sign by a secret, in `Authorization`.
    Hmac,
    /// User names and passwords.
    Basic,
    /// Client certificates.
    Mtls,
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
    /// Proofs that a token is its sender's, as `Authorization: DPoP` and a header `DPoP` (RFC 9449).
    /// Without this, a token that is bound to a key is refused, since nobody shows to have it.
    pub dpop: Option<Dpop>,
    /// Where it is described who gives out tokens for this service (RFC 9728): callers are told it
    /// in `WWW-Authenticate`, and clients that know the standard find the way by themselves.
    pub resource_metadata: Option<Url>,
}

/// What is asked of proofs that a token is its sender's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dpop {
    /// Whether tokens that are bound to no key are refused. One that is bound always needs a proof.
    #[schemars(extend("default" = false))]
    pub required: Option<bool>,
    /// How old a proof may be. Each is good for one request.
    #[schemars(extend("default" = "1m", "x-minimum" = 1_000, "x-maximum" = 600_000))]
    pub max_age: Option<Duration>,
    /// How far the caller's clock and the gateway's may be apart.
    #[schemars(extend("default" = "5s", "x-minimum" = 0, "x-maximum" = 300_000))]
    pub leeway: Option<Duration>,
    /// For how long a nonce is good that the gateway gives out (`DPoP-Nonce`) and a proof has to
    /// name. Without it, none is asked for.
    #[schemars(extend("x-minimum" = 10_000, "x-maximum" = 3_600_000))]
    pub nonce: Option<Duration>,
}

/// What is asked of signatures.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    /// What each has to cover: parts of the request (`@method`, `@target-uri`, `@authority`,
    /// `@scheme`, `@request-target`, `@path`, `@query`) and header fields by their names.
    /// `@target-uri` stands for scheme, authority, path and query, too.
    #[schemars(extend("default" = ["@method", "@authority", "@path", "@query"]), length(max = 24))]
    pub components: Option<Vec<At<ComponentName>>>,
    /// How old one may be.
    #[schemars(extend("default" = "5m"))]
    pub max_age: Option<At<Duration>>,
    /// How far the clocks of callers may be apart from this one's.
    #[schemars(extend("default" = "30s"))]
    pub leeway: Option<At<Duration>>,
    /// Whether each has to carry a nonce. Without one, the same request cannot be sent twice within
    /// a second.
    #[schemars(extend("default" = "optional"))]
    pub nonce: Option<Demand>,
    /// Whether a body has to be covered by its digest (`Content-Digest`, RFC 9530). A digest that is
    /// covered is always checked.
    #[schemars(extend("default" = "required"))]
    pub digest: Option<Demand>,
    /// The longest body that may be covered: it is read before it is sent on.
    #[schemars(extend("default" = "1MiB"))]
    pub max_body: Option<At<Size>>,
}

/// What is asked of signatures in `Authorization`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hmac {
    /// The header fields that each has to cover, besides method and target
    /// (`(request-target)`) and the time (`date`, `x-date` or `(created)`).
    #[schemars(extend("default" = ["host"]), length(max = 24))]
    pub headers: Option<Vec<At<HeaderName>>>,
    /// How old one may be.
    #[schemars(extend("default" = "5m"))]
    pub max_age: Option<At<Duration>>,
    /// How far the clocks of callers may be apart from this one's.
    #[schemars(extend("default" = "30s"))]
    pub leeway: Option<At<Duration>>,
    /// Whether a body has to be covered by its digest (`Digest`, or `Content-Digest`). A digest that
    /// is covered is always checked.
    #[schemars(extend("default" = "required"))]
    pub digest: Option<Demand>,
    /// The longest body that may be covered: it is read before it is sent on.
    #[schemars(extend("default" = "1MiB"))]
    pub max_body: Option<At<Size>>,
}

/// Whether something has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Demand {
    /// It has to.
    Required,
    /// It may.
    Optional,
}

/// User names and passwords are accepted (RFC 7617).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Basic {}

/// Client certificates are accepted, of authorities that the service trusts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mtls {}

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
