//! Who the provider is, and who we are to it.

use super::error::OidcError;
use crate::http::HttpClient;
use postern_model::Secret;

/// How we prove who we are at the token endpoint (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `none`: we have no secret, PKCE is all there is.
    None,
}

/// When the userinfo endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Userinfo {
    /// Never.
    Never,
    /// When the ID token has no mail address, no name, or no groups though a claim for them is
    /// configured.
    #[default]
    IfMissing,
    /// Always.
    Always,
}

/// A provider, as it is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its issuer identifier, exactly as it writes it.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: Option<Secret<String>>,
    /// How the secret is shown; none to do as the provider says.
    pub client_auth: Option<ClientAuth>,
    /// Where the browser comes back to; the provider knows it.
    pub redirect_uri: String,
    /// What is asked for beside `openid`: usually `email` and `profile`.
    pub scopes: Vec<String>,
    /// The claim that holds the groups, if they are used.
    pub groups_claim: Option<String>,
    /// When the userinfo endpoint is asked.
    pub userinfo: Userinfo,
}

impl Settings {
    /// What is certainly wrong, before anybody is asked.
    pub(super) fn check(&self, client: &HttpClient) -> Result<(), OidcError> {
        client
            .accepts(&self.issuer)
            .map_err(|error| OidcError::Settings(format!("`issuer`: {error}")))?;
        if self.issuer.contains(['?', '#']) {
            let error = "`issuer` has a query or a fragment; an issuer has neither";
            return Err(OidcError::Settings(error.to_owned()));
        }
        if self.client_id.is_empty() {
            return Err(OidcError::Settings("`client_id` is empty".to_owned()));
        }
        if url::Url::parse(&self.redirect_uri).is_err() {
            let error = "`redirect_uri` is not a URL; `https://` with a host and a path is needed";
            return Err(OidcError::Settings(error.to_owned()));
        }
        let needs_secret = matches!(self.client_auth, Some(ClientAuth::Basic | ClientAuth::Post));
        if needs_secret && self.client_secret.is_none() {
            let error = "`client_auth` needs a `client_secret`, and there is none";
            return Err(OidcError::Settings(error.to_owned()));
        }
        Ok(())
    }

    /// How to show the secret to a provider that supports these methods; one that says nothing
    /// supports `client_secret_basic` (OpenID Connect Discovery §3).
    pub(super) fn auth(&self, supported: Option<&[String]>) -> ClientAuth {
        if let Some(auth) = self.client_auth {
            return auth;
        }
        let supports = |name| supported.is_some_and(|all| all.iter().any(|one| one == name));
        match self.client_secret {
            None => ClientAuth::None,
            Some(_) if supports("client_secret_post") && !supports("client_secret_basic") => {
                ClientAuth::Post
            }
            Some(_) => ClientAuth::Basic,
        }
    }
}
