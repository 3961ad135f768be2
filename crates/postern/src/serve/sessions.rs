//! Sessions of browsers: kept in the store, and begun at providers of OpenID Connect.

use super::issuers::{self, Permitted};
use super::running::{Process, now};
use postern_control::browsers::BrowserSessions;
use postern_model::{Fault, Secret};
use postern_outbound::dial::TrustError;
use postern_outbound::oidc::{self, Callback, OidcError, Pending, Provider, Settings, Userinfo};
use postern_outbound::{Clock, HttpClient};
use postern_policy::session::{Closed, How, Whose};
use postern_proxy::sessions::{
    Asking, Begun, Client, Granted, Keep, KeepAway, Outside, SignOn, SignOnFault,
};
use postern_store::StoreError;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often it is looked which sessions were ended, by other nodes or by commands.
const LOOK: Duration = Duration::from_millis(500);
/// How far back is looked for them, in milliseconds.
const BACK_MS: i64 = 5_000;
/// Every so many looks it is looked farther back: for nodes whose clocks are far behind this one's.
const FAR: usize = 20;
/// How far back then, in milliseconds.
const FAR_BACK_MS: i64 = 60_000;

/// Providers that are remembered.
const MOST: usize = 256;

/// What sessions need of others.
pub(super) fn outside(kept: Arc<BrowserSessions>) -> Result<Outside, TrustError> {
    Ok(Outside {
        keep: Arc::new(Kept(kept)),
        sign_on: Arc::new(OpenIdConnect {
            client: issuers::client()?,
            known: Mutex::default(),
        }),
    })
}

/// Tells the gateway which sessions were ended, for ever.
pub(super) async fn follow(kept: Arc<BrowserSessions>, process: Arc<Process>) {
    let (mut failed, mut read_at) = (false, now());
    for looks in (0..FAR).cycle() {
        tokio::time::sleep(LOOK).await;
        let at = now();
        let back = if looks == 0 { FAR_BACK_MS } else { BACK_MS };
        // And as far as nothing could be read.
        let back = back.saturating_add(at.saturating_sub(read_at).max(0));
        match kept.ended_lately(back, at).await {
            Ok(ended) => {
                (failed, read_at) = (false, at);
                for (key, closed) in ended {
                    process.gateway.session_ended(&key, &closed);
                }
            }
            Err(error) if !failed => {
                failed = true;
                tracing::warn!("which sessions were ended cannot be read: {error}");
            }
            Err(_) => {}
        }
    }
}

#[derive(Debug)]
struct Kept(Arc<BrowserSessions>);

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn away(error: StoreError) -> KeepAway {
    KeepAway(error.to_string())
}

impl Keep for Kept {
    fn get<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Value>, KeepAway>> {
        Box::pin(async move { self.0.get(key, now()).await.map_err(away) })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        whose: &'a Whose,
        value: Value,
        gone_at: i64,
    ) -> Asking<'a, Result<Vec<String>, KeepAway>> {
        Box::pin(async move {
            let gone_at = gone_at.saturating_mul(1000);
            let put = self.0.put(key, whose, value, gone_at, now());
            put.await.map_err(away)
        })
    }

    fn of<'a>(&'a self, whose: &'a Whose) -> Asking<'a, Result<Vec<(String, Value)>, KeepAway>> {
        Box::pin(async move {
            let found = self.0.of(whose, now()).await.map_err(away)?;
            Ok(found
                .into_iter()
                .map(|one| (one.key, one.session))
                .collect())
        })
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Value,
        value: Value,
        gone_at: i64,
    ) -> Asking<'a, Result<bool, KeepAway>> {
        Box::pin(async move {
            let gone_at = gone_at.saturating_mul(1000);
            let swapped = self.0.swap(key, &expected, value, gone_at, now());
            swapped.await.map_err(away)
        })
    }

    fn end<'a>(&'a self, key: &'a str, how: How) -> Asking<'a, Result<bool, KeepAway>> {
        Box::pin(async move { self.0.end(key, &how.into(), now()).await.map_err(away) })
    }

    fn ended<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Closed>, KeepAway>> {
        Box::pin(async move {
            let ended = self.0.ended(key, now()).await.map_err(away)?;
            Ok(ended.map(|ended| ended.closed))
        })
    }
}

/// A client at a provider, by the issuer, its id there and where browsers come back to.
type Name = (Arc<str>, Arc<str>, Arc<str>);

/// Asks providers. Without TLS, too: one may stand in the same machine or network, and the check of
/// a configuration warns of it.
#[derive(Debug)]
struct OpenIdConnect {
    client: HttpClient,
    known: Mutex<HashMap<Name, (Client, Provider)>>,
}

impl OpenIdConnect {
    fn provider(&self, client: &Client) -> Result<Provider, SignOnFault> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (issuer, id, to) = (&client.issuer, &client.id, &client.redirect_uri);
        let name = (issuer.clone(), id.clone(), to.clone());
        if let Some((_, provider)) = known.get(&name).filter(|(same, _)| same == client) {
            return Ok(provider.clone());
        }
        let settings = Settings {
            issuer: issuer.to_string(),
            client_id: id.to_string(),
            client_secret: (client.secret.as_ref())
                .map(|secret| Secret::new(secret.expose().to_string())),
            client_auth: None,
            redirect_uri: to.to_string(),
            scopes: client.scopes.iter().map(ToString::to_string).collect(),
            groups_claim: None,
            userinfo: Userinfo::Never,
        };
        let guard = Arc::new(Permitted(client.permit.clone()));
        let asks = self.client.clone().guarded_by(guard);
        let provider = Provider::new(settings, asks, Clock::system()).map_err(told)?;
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(name, (client.clone(), provider.clone()));
        Ok(provider)
    }
}

/// What became of asking, by whose business it is.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn told(error: OidcError) -> SignOnFault {
    let words = match &error {
        // What the browser brought is told without a sentence around it.
        OidcError::Callback(what) => {
            return SignOnFault::Refused(format!("the provider's answer is not accepted: {what}"));
        }
        error => error.to_string(),
    };
    match error.fault() {
        Fault::Consumer => SignOnFault::Refused(words),
        Fault::IdentityProvider | Fault::Operator => SignOnFault::Provider(words),
        _ => SignOnFault::Gateway(words),
    }
}

fn granted(from: oidc::Granted) -> Granted {
    Granted {
        id_token: from.id_token,
        access_token: from.access_token,
        refresh_token: from.refresh_token,
        expires_in: from.expires_in,
        scope: from.scope,
        nonce: from.nonce,
    }
}

fn unkept(error: &serde_json::Error) -> SignOnFault {
    SignOnFault::Gateway(format!("a sign-in cannot be kept: {error}"))
}

impl SignOn for OpenIdConnect {
    fn begin(&self, client: Client) -> Asking<'_, Result<Begun, SignOnFault>> {
        Box::pin(async move {
            let request = self.provider(&client)?.authorize().await.map_err(told)?;
            let pending = serde_json::to_string(&request.pending);
            Ok(Begun {
                url: request.url,
                state: request.pending.state.clone(),
                pending: Secret::new(pending.map_err(|error| unkept(&error))?),
            })
        })
    }

    fn finish(
        &self,
        client: Client,
        pending: Secret<String>,
        query: String,
    ) -> Asking<'_, Result<Granted, SignOnFault>> {
        Box::pin(async move {
            let pending: Pending =
                serde_json::from_str(pending.expose()).map_err(|error| unkept(&error))?;
            let callback = Callback::parse(&query).map_err(told)?;
            let provider = self.provider(&client)?;
            let answer = provider.exchange(&pending, &callback).await;
            answer.map(granted).map_err(told)
        })
    }

    fn refresh(
        &self,
        client: Client,
        token: Secret<String>,
    ) -> Asking<'_, Result<Granted, SignOnFault>> {
        Box::pin(async move {
            let answer = self.provider(&client)?.refresh(&token).await;
            answer.map(granted).map_err(told)
        })
    }

    fn sign_out_of(&self, client: Client) -> Asking<'_, Option<String>> {
        Box::pin(async move {
            let provider = self.provider(&client).ok()?;
            provider.end_session_endpoint().await.ok().flatten()
        })
    }
}
