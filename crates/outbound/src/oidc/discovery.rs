//! What a provider says about itself (OpenID Connect Discovery 1.0 §3).

use serde::Deserialize;

/// What we read of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    pub(super) end_session_endpoint: Option<String>,
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
}

impl Discovery {
    /// What is wrong with it, for the issuer that we asked.
    pub(super) fn check(&self, issuer: &str) -> Result<(), String> {
        // Exactly (§4.3), or one provider could speak for another.
        if self.issuer != issuer {
            return Err(format!(
                "it says that it is `{}`; `issuer` must be exactly what it says",
                self.issuer.escape_debug().take(200).collect::<String>()
            ));
        }
        let methods = self.code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|all| !all.iter().any(|one| one == "S256")) {
            return Err(
                "it does not support PKCE with S256 (RFC 7636), which is needed".to_owned(),
            );
        }
        Ok(())
    }
}

/// Where it says it.
pub(super) fn url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}
