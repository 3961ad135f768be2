//! What sessions need of others: somebody who keeps them, and somebody who asks providers.

use crate::issuers::Permit;
use postern_model::Secret;
use postern_model::entity::Name;
use postern_policy::session::{Closed, How, Whose};
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What becomes of something that others are asked for.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where sessions are kept cannot be reached: why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepAway(pub String);

/// Keeps sessions, for all nodes and over restarts. A key is 64 hexadecimal digits. Times are Unix
/// time in seconds.
pub trait Keep: fmt::Debug + Send + Sync {
    /// What is kept under a key.
    fn get<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Value>, KeepAway>>;

    /// Keeps a new session of somebody, until `gone_at`. Whoever has too many loses the oldest: the
    /// keys of those are given back.
    fn put<'a>(
        &'a self,
        key: &'a str,
        whose: &'a Whose,
        value: Value,
        gone_at: i64,
    ) -> Asking<'a, Result<Vec<String>, KeepAway>>;

    /// The sessions of a session at the provider; where none is named, of a person: their keys, and
    /// what is kept.
    fn of<'a>(&'a self, whose: &'a Whose) -> Asking<'a, Result<Vec<(String, Value)>, KeepAway>>;

    /// Keeps another value, if the one that is kept is still the one that is expected; whether it
    /// was.
    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Value,
        value: Value,
        gone_at: i64,
    ) -> Asking<'a, Result<bool, KeepAway>>;

    /// Ends a session; whether there was one. Every node learns of it.
    fn end<'a>(&'a self, key: &'a str, how: How) -> Asking<'a, Result<bool, KeepAway>>;

    /// How a session ended that is not kept any more, as far as that is known.
    fn ended<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Closed>, KeepAway>>;
}

/// Who a service is to its provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The provider's issuer identifier.
    pub issuer: Name,
    /// What the service is called there.
    pub id: Name,
    /// What it proves that with.
    pub secret: Option<Secret<Name>>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<Name>,
    /// Where browsers come back to.
    pub redirect_uri: Name,
    /// Where connections may lead.
    pub permit: Permit,
}

/// A sign-in that has begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
    /// What the browser comes back with.
    pub state: String,
    /// What to keep until it is back.
    pub pending: Secret<String>,
}

/// What a provider has granted. Nothing of it is checked.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Who it is.
    pub id_token: Option<Secret<String>>,
    /// What may be done.
    pub access_token: Option<Secret<String>>,
    /// Gets new tokens.
    pub refresh_token: Option<Secret<String>>,
    /// For how long the access token is good, in seconds.
    pub expires_in: Option<u32>,
    /// What may be done, where that is not what was asked for.
    pub scope: Option<String>,
    /// What the ID token has to say, of a sign-in.
    pub nonce: Option<String>,
}

/// Why a provider grants nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignOnFault {
    /// It says no, or what the browser brought belongs to no sign-in: in words.
    Refused(String),
    /// It cannot be asked, or answers what it must not: in words.
    Provider(String),
    /// Something here fails: in words.
    Gateway(String),
}

/// Asks providers of OpenID Connect.
pub trait SignOn: fmt::Debug + Send + Sync {
    /// Begins a sign-in.
    fn begin(&self, client: Client) -> Asking<'_, Result<Begun, SignOnFault>>;

    /// Ends a sign-in: what is granted to a browser that came back with this query.
    fn finish(
        &self,
        client: Client,
        pending: Secret<String>,
        query: String,
    ) -> Asking<'_, Result<Granted, SignOnFault>>;

    /// Gets new tokens. [`SignOnFault::Refused`]: none are to be had any more.
    fn refresh(
        &self,
        client: Client,
        token: Secret<String>,
    ) -> Asking<'_, Result<Granted, SignOnFault>>;

    /// Where browsers sign out of the provider, if there is such a place.
    fn sign_out_of(&self, client: Client) -> Asking<'_, Option<String>>;
}

/// Both of them.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Keeps sessions.
    pub keep: Arc<dyn Keep>,
    /// Asks providers.
    pub sign_on: Arc<dyn SignOn>,
}

impl Outside {
    /// Nobody: no session begins.
    pub fn nobody() -> Self {
        Self {
            keep: Arc::new(NobodyKeeps),
            sign_on: Arc::new(NobodyKeeps),
        }
    }
}

/// Keeps nothing, and asks nobody.
#[derive(Debug, Clone, Copy)]
pub struct NobodyKeeps;

fn answer<'a, T: Send + 'a>(value: T) -> Asking<'a, T> {
    Box::pin(std::future::ready(value))
}

impl NobodyKeeps {
    fn away<'a, T: Send + 'a>() -> Asking<'a, Result<T, KeepAway>> {
        answer(Err(KeepAway("no sessions are kept here".to_owned())))
    }

    fn nobody<'a, T: Send + 'a>() -> Asking<'a, Result<T, SignOnFault>> {
        let fault = SignOnFault::Gateway("nobody is asked here".to_owned());
        answer(Err(fault))
    }
}

impl Keep for NobodyKeeps {
    fn get<'a>(&'a self, _: &'a str) -> Asking<'a, Result<Option<Value>, KeepAway>> {
        Self::away()
    }

    fn put<'a>(
        &'a self,
        _: &'a str,
        _: &'a Whose,
        _: Value,
        _: i64,
    ) -> Asking<'a, Result<Vec<String>, KeepAway>> {
        Self::away()
    }

    fn of<'a>(&'a self, _: &'a Whose) -> Asking<'a, Result<Vec<(String, Value)>, KeepAway>> {
        Self::away()
    }

    fn swap<'a>(
        &'a self,
        _: &'a str,
        _: Value,
        _: Value,
        _: i64,
    ) -> Asking<'a, Result<bool, KeepAway>> {
        Self::away()
    }

    fn end<'a>(&'a self, _: &'a str, _: How) -> Asking<'a, Result<bool, KeepAway>> {
        Self::away()
    }

    fn ended<'a>(&'a self, _: &'a str) -> Asking<'a, Result<Option<Closed>, KeepAway>> {
        Self::away()
    }
}

impl SignOn for NobodyKeeps {
    fn begin(&self, _: Client) -> Asking<'_, Result<Begun, SignOnFault>> {
        Self::nobody()
    }

    fn finish(
        &self,
        _: Client,
        _: Secret<String>,
        _: String,
    ) -> Asking<'_, Result<Granted, SignOnFault>> {
        Self::nobody()
    }

    fn refresh(&self, _: Client, _: Secret<String>) -> Asking<'_, Result<Granted, SignOnFault>> {
        Self::nobody()
    }

    fn sign_out_of(&self, _: Client) -> Asking<'_, Option<String>> {
        answer(None)
    }
}
