//! Signing in with OpenID Connect: the relying party (OpenID Connect Core 1.0, authorization code
//! flow with PKCE).
//!
//! Whoever checks tokens by its own keys takes [`Provider::exchange`] instead of
//! [`Provider::redeem`]: what the provider has granted, of which nothing is believed yet.
//!
//! [`Provider::authorize`] makes an [`AuthorizationRequest`]: where to send the browser, and what to
//! keep until it is back. [`Provider::redeem`] turns the [`Callback`] it comes back with into an
//! [`Identity`], after the state, the issuer, the token's signature and every claim about whom it is
//! for were checked. What an identity may do is not decided here.

mod cache;
mod callback;
mod claims;
mod discovery;
mod error;
mod granted;
mod identity;
mod keys;
mod provider;
mod request;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;

pub use callback::Callback;
pub use error::{OidcError, TokenFault};
pub use granted::Granted;
pub use identity::Identity;
pub use provider::Provider;
pub use request::{AuthorizationRequest, Pending};
pub use settings::{ClientAuth, Settings, Userinfo};

/// What a provider and a browser send.
pub(crate) fn fuzz(data: &[u8], text: &str) -> Result<(), String> {
    if let Ok(callback) = Callback::parse(text) {
        let mut shown = callback.error.iter().chain(&callback.description);
        if shown.any(|text| text.contains(char::is_control)) {
            return Err("what a provider says is shown with control characters".to_owned());
        }
    }
    if let Ok(keys) = keys::Keys::parse(data)
        && !keys
            .fitting(None, jsonwebtoken::Algorithm::HS256)
            .is_empty()
    {
        return Err("a shared secret is taken for a key".to_owned());
    }
    let Ok(claims) = serde_json::from_slice::<claims::Claims>(data) else {
        return Ok(());
    };
    let identity = Identity::new("", String::new(), &claims, Some("groups"));
    if identity.email_verified && identity.email.is_none() {
        return Err("no address is verified".to_owned());
    }
    let expected = claims::Expected {
        issuer: "https://id.example",
        client_id: "postern",
        nonce: "n",
        access_token: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    match claims::check(&claims, jsonwebtoken::Algorithm::RS256, expected) {
        Ok(subject) if subject.is_empty() => Err("nobody is somebody".to_owned()),
        _ => Ok(()),
    }
}
