//! What a provider has granted.

use super::tokens::Tokens;
use postern_model::Secret;

/// Tokens as the provider sent them. Nothing in them was checked.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Says who it is. A provider need not send one again when tokens are refreshed (OpenID Connect
    /// Core §12.2).
    pub id_token: Option<Secret<String>>,
    /// Says what may be done.
    pub access_token: Option<Secret<String>>,
    /// Gets new ones. Where a refresh brings another one, the old one is good for nothing.
    pub refresh_token: Option<Secret<String>>,
    /// For how long the access token is good, in seconds.
    pub expires_in: Option<u32>,
    /// What may be done, where that is not what was asked for (RFC 6749 §5.1).
    pub scope: Option<String>,
    /// What the ID token of a sign-in has to say; none of a refresh.
    pub nonce: Option<String>,
}

impl Granted {
    pub(super) fn new(tokens: Tokens, nonce: Option<String>) -> Self {
        Self {
            id_token: tokens.id_token.map(Secret::new),
            access_token: tokens.access_token.map(Secret::new),
            refresh_token: tokens.refresh_token.map(Secret::new),
            expires_in: tokens.expires_in,
            scope: tokens.scope,
            nonce,
        }
    }
}
