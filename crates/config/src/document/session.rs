//! Sessions of browsers.

use crate::located::At;
use crate::scalar::duration::Duration;
use crate::scalar::name::CookieName;
use crate::scalar::path::RequestTarget;
use crate::scalar::reference::SecretReference;
use crate::scalar::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// How people are signed in at browsers (OpenID Connect, code flow with PKCE), and how long that
/// lasts. The provider has to know `/.well-known/postern/session/callback` on each of the service's
/// hosts as a redirect URI.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    /// Who signs people in: one of `issuers`, whose `issuer` is the address of an OpenID provider.
    #[schemars(required)]
    pub issuer: Option<At<String>>,
    /// What the service is called there. The credential of that client says which app it is.
    #[schemars(required)]
    pub client_id: Option<Text>,
    /// Where the client's secret is: `env:NAME` or `file:PATH`. Without one, PKCE is all there is.
    pub client_secret: Option<At<SecretReference>>,
    /// What is asked for besides `openid`. `offline_access` lets most providers refresh tokens.
    #[schemars(extend("default" = ["profile"]), length(max = 32))]
    pub scopes: Option<Vec<Text>>,
    /// The cookie that holds the session's secret.
    pub cookie: Option<SessionCookie>,
    /// How long a session lasts without being used.
    #[schemars(extend("default" = "30m", "x-minimum" = 60_000, "x-maximum" = 2_592_000_000_u64))]
    pub idle: Option<Duration>,
    /// How long it lasts at most.
    #[schemars(extend("default" = "12h", "x-minimum" = 60_000, "x-maximum" = 7_776_000_000_u64))]
    pub lifetime: Option<Duration>,
    /// Where browsers are sent that were signed out: a path on the same host.
    #[schemars(extend("default" = "/"))]
    pub after_sign_out: Option<At<RequestTarget>>,
}

/// The cookie of a session. It is always `HttpOnly`, and over TLS `Secure`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionCookie {
    /// Its name; over TLS, `__Host-` stands before it.
    #[schemars(extend("default" = "postern_session"))]
    pub name: Option<At<CookieName>>,
    /// Whether links on pages of other sites find people signed in.
    #[schemars(extend("default" = "lax"))]
    pub same_site: Option<SameSite>,
}

/// From whose pages browsers send the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SameSite {
    /// Those of the site itself, and links of others.
    Lax,
    /// Those of the site itself alone.
    Strict,
}
