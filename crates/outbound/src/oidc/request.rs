//! Where a sign-in begins.

use crate::ambient::{NoRandomness, random_text};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// How long a sign-in may take.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that has begun.
#[derive(Clone)]
pub struct AuthorizationRequest {
    /// Where to send the browser.
    pub url: String,
    /// What to keep until it is back, for this browser only: bound to a cookie of it.
    pub pending: Pending,
}

/// What is kept of a sign-in between its two halves. To be used once: removed when it is read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Names it.
    pub state: String,
    /// Comes back inside the ID token.
    pub nonce: String,
    /// Proves to the provider that whoever redeems the code has asked for it (RFC 7636).
    pub verifier: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Pending {
    /// A new one.
    pub(super) fn new(now: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self {
            state: random_text()?,
            nonce: random_text()?,
            verifier: random_text()?,
            expires_at: now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX),
        })
    }

    /// Where to send the browser.
    pub(super) fn url(
        &self,
        mut endpoint: Url,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
    ) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()));
        endpoint
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", scope)
            .append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        endpoint.into()
    }
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
