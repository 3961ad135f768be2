//! Sessions of browsers: people whom an issuer has signed in.

use super::Name;
use crate::Secret;
use std::time::Duration;

/// How a service signs people in at browsers (OpenID Connect Core 1.0 §3.1), and how long that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRule {
    /// Who signs them in: an index into [`Configuration::issuers`](super::Configuration::issuers).
    pub issuer: usize,
    /// What we are called there. The credential of that client says which app it is.
    pub client_id: Name,
    /// What we prove that with; `None`: PKCE is all there is.
    pub client_secret: Option<Secret<Name>>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<Name>,
    /// The name of the cookie; over TLS, `__Host-` stands before it.
    pub cookie: Name,
    /// Whether links from other sites find people signed in.
    pub same_site: SameSite,
    /// How long it lasts without being used.
    pub idle: Duration,
    /// How long it lasts at most.
    pub lifetime: Duration,
    /// Where browsers are sent that were signed out: a path, maybe with a query.
    pub after_sign_out: Name,
}

/// From whose pages browsers send a cookie (RFC 6265bis §5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SameSite {
    /// Those of the site itself, and links of others.
    #[default]
    Lax,
    /// Those of the site itself alone.
    Strict,
}

impl SameSite {
    /// As cookies have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::Strict => "Strict",
        }
    }
}

/// What stands before the name of a cookie that no other host, and nobody without TLS, can have set
/// (RFC 6265bis §4.1.3.2).
pub const HOST_PREFIX: &str = "__Host-";

impl SessionRule {
    /// Whether that is the name of its cookie, over TLS or not.
    pub fn is_cookie(&self, name: &[u8], secure: bool) -> bool {
        let plain = if secure {
            name.strip_prefix(HOST_PREFIX.as_bytes())
        } else {
            Some(name)
        };
        plain == Some(self.cookie.as_bytes())
    }

    /// The name of its cookie, over TLS or not.
    pub fn cookie_name(&self, secure: bool) -> String {
        let prefix = if secure { HOST_PREFIX } else { "" };
        format!("{prefix}{}", self.cookie)
    }
}
