//! Signing people in with OpenID Connect providers.

use super::egress::Served;
use super::running::Process;
use postern_admin::api::people::{Begun, NotVouched, Provider as Asked, SignOn};
use postern_control::management::identity_provider::{self, IdentityProvider};
use postern_control::people::Vouched;
use postern_control::{Answer, Service};
use postern_model::{Fault, Holder, Secret};
use postern_outbound::dial::TrustError;
use postern_outbound::oidc::{Callback, OidcError, Pending, Provider, Settings, Userinfo};
use postern_outbound::{Anywhere, Clock, Dialer, HttpClient, Trust};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Providers that are remembered.
const MOST: usize = 64;

/// Asks providers of OpenID Connect who somebody is. Only by `https`.
pub(super) struct OpenIdConnect {
    service: Arc<Service>,
    /// For the platform's providers: whoever runs it has chosen them, so they may be anywhere.
    platform: HttpClient,
    /// For those of tenants, which pass the egress rule.
    tenants: HttpClient,
    known: Mutex<HashMap<Name, Known>>,
}

/// An id, and where browsers come back to: a Postern may have several addresses.
type Name = (String, String);

/// A provider that was asked, with what it published; as good as what it was made of is the same.
struct Known {
    document: IdentityProvider,
    secret: Option<Secret<String>>,
    provider: Provider,
}

impl OpenIdConnect {
    /// For the providers in the store of `service`.
    pub(super) fn new(service: Arc<Service>, process: Arc<Process>) -> Result<Self, TrustError> {
        let dialer = Dialer::new(Arc::new(Anywhere), Trust::system()?);
        let platform = HttpClient::new(dialer);
        Ok(Self {
            service,
            tenants: platform.clone().guarded_by(Arc::new(Served(process))),
            platform,
            known: Mutex::default(),
        })
    }

    async fn provider(&self, asked: Asked) -> Result<Provider, NotVouched> {
        // Read each time, so that one that was replaced counts at once.
        let holder = Holder {
            kind: identity_provider::KIND,
            id: &asked.id,
            tenant: asked.document.tenant.as_deref(),
        };
        let secret = match &asked.document.client_secret {
            None => None,
            Some(reference) => match self.service.secret(reference, holder).await {
                Ok(secret) => Some(secret),
                Err(why) => {
                    tracing::error!(
                        provider = asked.id,
                        "the client secret of an identity provider cannot be read: {why}"
                    );
                    return Err(untold(Fault::Operator));
                }
            },
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (asked.id, asked.redirect_uri);
        let is_same = |known: &&Known| known.document == asked.document && known.secret == secret;
        if let Some(found) = known.get(&name).filter(is_same) {
            return Ok(found.provider.clone());
        }
        let client = match asked.document.tenant {
            None => &self.platform,
            Some(_) => &self.tenants,
        };
        let settings = settings(&asked.document, &name.1, secret.clone());
        let provider = Provider::new(settings, client.clone(), Clock::system());
        let provider = provider.map_err(|error| told(&name.0, &error))?;
        if known.len() >= MOST {
            known.clear();
        }
        let new = Known {
            document: asked.document,
            secret,
            provider: provider.clone(),
        };
        known.insert(name, new);
        Ok(provider)
    }
}

impl SignOn for OpenIdConnect {
    fn begin(&self, asked: Asked) -> Answer<'_, Result<Begun, NotVouched>> {
        Box::pin(async move {
            let id = asked.id.clone();
            let provider = self.provider(asked).await?;
            let request = provider.authorize().await;
            let request = request.map_err(|error| told(&id, &error))?;
            Ok(Begun {
                state: request.pending.state.clone(),
                url: request.url,
                pending: serde_json::to_value(&request.pending).map_err(|error| unkept(&error))?,
            })
        })
    }

    fn finish(
        &self,
        asked: Asked,
        pending: Value,
        query: String,
    ) -> Answer<'_, Result<Vouched, NotVouched>> {
        Box::pin(async move {
            let id = asked.id.clone();
            let told = |error: OidcError| told(&id, &error);
            let pending: Pending =
                serde_json::from_value(pending).map_err(|error| unkept(&error))?;
            let callback = Callback::parse(&query).map_err(told)?;
            let provider = self.provider(asked).await?;
            let identity = provider.redeem(&pending, &callback).await.map_err(told)?;
            Ok(Vouched {
                subject: identity.subject,
                email: identity.email,
                email_verified: identity.email_verified,
                name: identity.name,
            })
        })
    }
}

fn settings(
    document: &IdentityProvider,
    redirect_uri: &str,
    client_secret: Option<Secret<String>>,
) -> Settings {
    Settings {
        issuer: document.issuer.clone().unwrap_or_default(),
        client_id: document.client_id.clone().unwrap_or_default(),
        client_secret,
        client_auth: None,
        redirect_uri: redirect_uri.to_owned(),
        scopes: document.scopes.clone(),
        groups_claim: None,
        userinfo: Userinfo::IfMissing,
    }
}

/// What strangers are told of how this Postern is set up, and of the network that it is in.
fn untold(fault: Fault) -> NotVouched {
    NotVouched {
        fault,
        why: "it cannot be asked, and the log of this Postern says why".to_owned(),
    }
}

/// What is kept of a sign-in cannot be written or read.
fn unkept(error: &serde_json::Error) -> NotVouched {
    tracing::error!("a sign-in cannot be kept: {error}");
    untold(Fault::Gateway)
}

/// What is told to whoever signs in; the log has all of it.
fn told(provider: &str, error: &OidcError) -> NotVouched {
    match error {
        OidcError::Settings(_) | OidcError::Provider { .. } | OidcError::Randomness(_) => {
            tracing::error!(provider, "nobody can sign in: {error}");
            untold(error.fault())
        }
        OidcError::Refused { .. }
        | OidcError::Callback(_)
        | OidcError::Expired
        | OidcError::Token { .. } => {
            tracing::warn!(provider, "somebody was not signed in: {error}");
            NotVouched {
                fault: error.fault(),
                why: error.to_string(),
            }
        }
    }
}
