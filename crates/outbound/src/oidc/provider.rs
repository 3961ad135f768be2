//! The two halves of a sign-in.

use super::cache::Cache;
use super::callback::Callback;
use super::claims::{self, Claims, Expected};
use super::discovery::{self, Discovery};
use super::error::{OidcError, TokenFault};
use super::granted::Granted;
use super::identity::Identity;
use super::keys::Keys;
use super::request::{AuthorizationRequest, Pending};
use super::settings::{Settings, Userinfo};
use super::tokens::{self, Refusal, Shows, Tokens};
use crate::ambient::Clock;
use crate::http::{HttpClient, Limits, Request};
use aws_lc_rs::constant_time;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use postern_model::Secret;
use std::sync::Arc;
use url::Url;

/// Largest answer of a provider, bytes.
const ANSWER: usize = 256 * 1024;

/// Longest ID token, bytes.
const TOKEN: usize = 32 * 1024;

/// A provider of identities. Cheap to clone; clones share what it published.
#[derive(Debug, Clone)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    client: HttpClient,
    clock: Clock,
    discovery: Cache<Discovery>,
    keys: Cache<Keys>,
}

impl Provider {
    /// A provider as it is configured. Nobody is asked yet.
    pub fn new(settings: Settings, client: HttpClient, clock: Clock) -> Result<Self, OidcError> {
        settings.check(&client)?;
        let limits = Limits {
            body: ANSWER,
            redirects: 3,
            ..client.limits()
        };
        Ok(Self(Arc::new(Inner {
            settings,
            client: client.limited(limits),
            clock,
            discovery: Cache::default(),
            keys: Cache::default(),
        })))
    }

    /// Begins a sign-in.
    pub async fn authorize(&self) -> Result<AuthorizationRequest, OidcError> {
        let inner = &*self.0;
        let discovery = inner.discovery().await?;
        let endpoint = &discovery.authorization_endpoint;
        // The browser goes there, not we; but nobody may make it run something instead.
        let endpoint = Url::parse(endpoint)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http"))
            .ok_or_else(|| inner.unusable("its authorization endpoint is no URL"))?;
        let pending = Pending::new(inner.clock.now())?;
        let settings = &inner.settings;
        let mut scope = "openid".to_owned();
        for more in settings.scopes.iter().filter(|scope| *scope != "openid") {
            scope.push(' ');
            scope.push_str(more);
        }
        let (client_id, redirect_uri) = (&settings.client_id, &settings.redirect_uri);
        let url = pending.url(endpoint, client_id, redirect_uri, &scope);
        Ok(AuthorizationRequest { url, pending })
    }

    /// Ends a sign-in: who it is.
    pub async fn redeem(
        &self,
        pending: &Pending,
        callback: &Callback,
    ) -> Result<Identity, OidcError> {
        let inner = &*self.0;
        let (discovery, tokens) = inner.exchange(pending, callback).await?;
        let access = tokens.access_token.as_deref();
        let id_token = tokens.id_token.as_deref();
        let id_token = id_token.ok_or_else(|| inner.unusable("it sent no `id_token`"))?;
        let (subject, claims) = inner.verify(&discovery, id_token, access, pending).await?;
        let groups = inner.settings.groups_claim.as_deref();
        let issuer = &inner.settings.issuer;
        let mut identity = Identity::new(issuer, subject, &claims, groups);
        let ask = match inner.settings.userinfo {
            Userinfo::Never => false,
            Userinfo::IfMissing => identity.is_incomplete(groups),
            Userinfo::Always => true,
        };
        if ask && let (Some(url), Some(token)) = (&discovery.userinfo_endpoint, access) {
            let more = inner.userinfo(url, token, &identity.subject).await?;
            identity.complete(&more, groups);
        }
        Ok(identity)
    }

    /// Ends a sign-in: what was granted. Its tokens are the caller's to check.
    pub async fn exchange(
        &self,
        pending: &Pending,
        callback: &Callback,
    ) -> Result<Granted, OidcError> {
        let (_, tokens) = self.0.exchange(pending, callback).await?;
        Ok(Granted::new(tokens, Some(pending.nonce.clone())))
    }

    /// Gets new tokens (OpenID Connect Core §12). [`OidcError::Refused`]: the refresh token is good
    /// for nothing any more.
    pub async fn refresh(&self, token: &Secret<String>) -> Result<Granted, OidcError> {
        let inner = &*self.0;
        let discovery = inner.discovery().await?;
        let tokens = inner.tokens(&discovery, Shows::Refresh(token)).await?;
        Ok(Granted::new(tokens, None))
    }

    /// Where browsers sign out of it, if it has such a place (OpenID Connect RP-Initiated Logout
    /// 1.0 §2.1).
    pub async fn end_session_endpoint(&self) -> Result<Option<String>, OidcError> {
        let discovery = self.0.discovery().await?;
        let endpoint = discovery.end_session_endpoint.as_ref();
        let is_url = |url: &&String| {
            let url = Url::parse(url);
            url.is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        };
        Ok(endpoint.filter(is_url).cloned())
    }
}

impl Inner {
    async fn exchange(
        &self,
        pending: &Pending,
        callback: &Callback,
    ) -> Result<(Arc<Discovery>, Tokens), OidcError> {
        let (came, kept) = (callback.state.expose(), &pending.state);
        constant_time::verify_slices_are_equal(came.as_bytes(), kept.as_bytes())
            .map_err(|_| OidcError::Callback("its `state` is another one"))?;
        if self.clock.now() >= pending.expires_at {
            return Err(OidcError::Expired);
        }
        let discovery = self.discovery().await?;
        self.check_issuer(&discovery, callback)?;
        if let Some(error) = &callback.error {
            return Err(OidcError::Refused {
                error: error.clone(),
                description: callback.description.clone(),
            });
        }
        let code = callback.code.as_ref();
        let code = code.ok_or(OidcError::Callback("it has no `code`"))?;
        let verifier = &pending.verifier;
        let tokens = self
            .tokens(&discovery, Shows::Code { code, verifier })
            .await?;
        Ok((discovery, tokens))
    }

    fn unusable(&self, what: impl Into<String>) -> OidcError {
        OidcError::Provider {
            issuer: self.settings.issuer.clone(),
            what: what.into(),
        }
    }

    fn bad_token(&self, fault: TokenFault) -> OidcError {
        OidcError::Token {
            issuer: self.settings.issuer.clone(),
            fault,
        }
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, OidcError> {
        let issuer = &self.settings.issuer;
        let fetch = async || {
            let body = self.fetch(&discovery::url(issuer)).await?;
            let discovery: Discovery = serde_json::from_slice(&body)
                .map_err(|error| format!("its discovery document cannot be read: {error}"))?;
            discovery.check(issuer)?;
            Ok(discovery)
        };
        let found = self.discovery.get(self.clock.now(), fetch).await;
        found.map_err(|what| self.unusable(what))
    }

    /// A document that it publishes.
    async fn fetch(&self, url: &str) -> Result<bytes::Bytes, String> {
        let response = self.client.get(url).await;
        let response = response.map_err(|error| error.to_string())?;
        match response.status.as_u16() {
            200 => Ok(response.body),
            status => Err(format!("it answered {status}; 200 was expected")),
        }
    }

    /// That the answer comes from whom we asked (RFC 9207 §2.4), where that can be told.
    fn check_issuer(&self, discovery: &Discovery, callback: &Callback) -> Result<(), OidcError> {
        match &callback.issuer {
            Some(issuer) if *issuer == self.settings.issuer => Ok(()),
            Some(_) => Err(OidcError::Callback("it is from another issuer")),
            None if discovery.authorization_response_iss_parameter_supported => {
                Err(OidcError::Callback("it has no `iss`"))
            }
            None => Ok(()),
        }
    }

    async fn tokens(&self, discovery: &Discovery, shows: Shows<'_>) -> Result<Tokens, OidcError> {
        let methods = discovery.token_endpoint_auth_methods_supported.as_deref();
        let auth = self.settings.auth(methods);
        let endpoint = &discovery.token_endpoint;
        let request = tokens::request(endpoint, &self.settings, auth, shows);
        let request = request.map_err(|error| self.unusable(error.to_string()))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| self.unusable(error.to_string()))?;
        if response.status.as_u16() == 200 {
            // What serde says would quote it.
            let tokens = response.json();
            return tokens
                .map_err(|_| self.unusable("its token endpoint answered no JSON of tokens"));
        }
        match response.json::<Refusal>() {
            Ok(refusal) if refusal.is_of_code() => Err(OidcError::Refused {
                error: "invalid_grant".to_owned(),
                description: Some(refusal.words()),
            }),
            Ok(refusal) => {
                Err(self.unusable(format!("its token endpoint answered: {}", refusal.words())))
            }
            Err(_) => {
                let status = response.status.as_u16();
                Err(self.unusable(format!("its token endpoint answered {status}")))
            }
        }
    }

    /// Subject and claims of an ID token, once its signature and all it must say were checked.
    async fn verify(
        &self,
        discovery: &Discovery,
        token: &str,
        access_token: Option<&str>,
        pending: &Pending,
    ) -> Result<(String, Claims), OidcError> {
        if token.len() > TOKEN {
            return Err(self.bad_token(TokenFault::Malformed));
        }
        let header = decode_header(token).map_err(|_| self.unread(token))?;
        let alg = header.alg;
        if matches!(alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return Err(self.bad_token(TokenFault::Algorithm(format!("{alg:?}"))));
        }
        let kid = header.kid.as_deref();
        let now = self.clock.now();
        let fetch = async || Keys::parse(&self.fetch(&discovery.jwks_uri).await?);
        let enough = |keys: &Keys| !keys.fitting(kid, alg).is_empty();
        let keys = self.keys.find(now, fetch, enough).await;
        let keys = keys.map_err(|what| self.unusable(what))?.fitting(kid, alg);
        if keys.is_empty() {
            return Err(self.bad_token(TokenFault::UnknownKey));
        }
        let validation = signature_only(alg);
        let read = |key| decode::<Claims>(token, key, &validation).ok();
        let claims = keys.iter().find_map(read).map(|data| data.claims);
        let claims = claims.ok_or_else(|| self.bad_token(TokenFault::Signature))?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &pending.nonce,
            access_token,
            now,
        };
        let subject = claims::check(&claims, alg, expected);
        let subject = subject.map_err(|fault| self.bad_token(fault))?;
        Ok((subject, claims))
    }

    /// Why a token's header cannot be read: often an algorithm that we do not have, such as `none`.
    fn unread(&self, token: &str) -> OidcError {
        use base64::Engine as _;
        let header = token.split('.').next().unwrap_or_default();
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
        let alg = header.ok().and_then(|bytes| {
            let header: Claims = serde_json::from_slice(&bytes).ok()?;
            Some(super::callback::shown(header.get("alg")?.as_str()?))
        });
        self.bad_token(alg.map_or(TokenFault::Malformed, TokenFault::Algorithm))
    }

    async fn userinfo(&self, url: &str, token: &str, subject: &str) -> Result<Claims, OidcError> {
        let unusable = |what: String| self.unusable(format!("its userinfo endpoint: {what}"));
        let request = Request::get(url).header("authorization", &format!("Bearer {token}"));
        let request = request.map_err(|error| unusable(error.to_string()))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| unusable(error.to_string()))?;
        if response.status.as_u16() != 200 {
            let status = response.status.as_u16();
            return Err(unusable(format!("it answered {status}; 200 was expected")));
        }
        let claims: Claims = response
            .json()
            .map_err(|_| unusable("it answered no JSON object".to_owned()))?;
        // Or the claims may be somebody else's (§5.3.2).
        if claims.get("sub").and_then(|sub| sub.as_str()) != Some(subject) {
            return Err(self.bad_token(TokenFault::Subject));
        }
        Ok(claims)
    }
}

/// The library checks the signature; the claims are checked by our clock and our rules.
fn signature_only(alg: Algorithm) -> Validation {
    let mut validation = Validation::new(alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}
