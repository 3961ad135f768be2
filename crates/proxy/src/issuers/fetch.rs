//! Getting what an issuer publishes.

use postern_model::Secret;
use postern_model::egress::{Forbidden, allowed};
use postern_model::entity::Egress;
use postern_policy::origin::of_url;
use postern_proof::KeySet;
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

/// Most bytes of an answer.
pub const MOST_BYTES: usize = postern_proof::jwk::MOST_BYTES;

/// What becomes of a request: the body of an answer of the status 200, or why there is none.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send + 'a>>;

/// What becomes of a question about a token: an answer of any status, or why there is none.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Reply, String>> + Send + 'a>>;

/// A question about a token (RFC 7662 §2.1).
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// To whom.
    pub url: &'a str,
    /// What we are called there.
    pub client: &'a str,
    /// What we prove ourselves with.
    pub secret: &'a Secret<Arc<str>>,
    /// The token.
    pub token: &'a Secret<Box<[u8]>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its body, [`MOST_ANSWER`] at most.
    pub body: Vec<u8>,
}

/// Most bytes of an answer about a token.
pub const MOST_ANSWER: usize = postern_proof::introspection::MOST_BYTES;

/// Sends requests for what issuers publish, and questions about tokens: [`MOST_BYTES`] of an answer
/// at most, and in a time that has an end.
pub trait Fetch: fmt::Debug + Send + Sync {
    /// Gets what is at an address, if the connection is permitted.
    fn get<'a>(&'a self, url: &'a str, permit: Permit) -> Fetching<'a>;

    /// Asks about a token, if the connection is permitted. A redirect is an answer: a token is
    /// shown to nobody else.
    fn ask<'a>(&'a self, question: Question<'a>, permit: Permit) -> Asking<'a>;
}

/// Where connections may lead, asked about the resolved address of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    /// Whether what is configured may be anywhere: whoever runs the platform has configured it.
    pub anywhere: bool,
    /// The egress rule, for everything else: also for where others lead from there.
    pub egress: Egress,
    /// Where we listen: nobody may send us there.
    pub own: Vec<SocketAddr>,
}

impl Permit {
    /// Whether a connection may be made.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        if self.anywhere {
            return Ok(());
        }
        let (egress, own) = (&self.egress, &self.own);
        allowed(to, egress, own, crate::upstream::egress::is_this_machine)
    }

    /// For where others lead, by a redirect or in what they say.
    #[must_use]
    pub fn led(self) -> Self {
        Self {
            anywhere: false,
            ..self
        }
    }
}

/// Gets nothing.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

impl Fetch for Nowhere {
    fn get<'a>(&'a self, _: &'a str, _: Permit) -> Fetching<'a> {
        Box::pin(std::future::ready(
            Err("nothing is fetched here".to_owned()),
        ))
    }

    fn ask<'a>(&'a self, _: Question<'a>, _: Permit) -> Asking<'a> {
        Box::pin(std::future::ready(Err("nobody is asked here".to_owned())))
    }
}

/// The keys at an address.
pub(super) async fn keys(fetch: &dyn Fetch, url: &str, permit: Permit) -> Result<KeySet, String> {
    let body = fetch.get(url, permit).await?;
    KeySet::parse(&body).map_err(|what| format!("what is at {url} {what}"))
}

/// The keys of an issuer that describes itself (OpenID Connect Discovery 1.0 §4).
pub(super) async fn discovered(
    fetch: &dyn Fetch,
    url: &str,
    issuer: &str,
    permit: Permit,
) -> Result<KeySet, String> {
    let body = fetch.get(url, permit.clone()).await?;
    let said: Value =
        serde_json::from_slice(&body).map_err(|_| format!("what is at {url} is not JSON"))?;
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    // To the letter (§4.3), or one issuer could speak for another.
    if text("issuer") != Some(issuer) {
        return Err(format!(
            "what is at {url} describes another issuer than {issuer}"
        ));
    }
    let Some(address) = text("jwks_uri") else {
        return Err(format!("what is at {url} has no `jwks_uri`"));
    };
    let origin = |url: &str| of_url(url.as_bytes()).to_ascii_lowercase();
    let (ours, theirs) = (origin(url), origin(address));
    if ours.starts_with(b"https:") && !theirs.starts_with(b"https:") {
        // Whoever is on the way could name keys of their own.
        return Err(format!("what is at {url} has a `jwks_uri` without TLS"));
    }
    let permit = if ours == theirs { permit } else { permit.led() };
    keys(fetch, address, permit).await
}
