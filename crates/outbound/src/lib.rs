//! What the control plane sends out: webhooks, mails, and the questions of signing in with OpenID
//! Connect.
//!
//! Owns connections to others ([`dial`]), an HTTP client that is bounded in every direction
//! ([`http`]), the signature and the retrying of [`webhook`]s, the texts of [`mail`]s and SMTP, and
//! the relying party of OpenID Connect ([`oidc`]). Every connection passes a [`Guard`], which is
//! asked about the resolved address. Refuses to own storage (queues are traits that someone else
//! implements), the clock and randomness (handed in), who is told what, and what an identity may do.

pub mod ambient;
pub mod dial;
pub mod guard;
pub mod http;
pub mod mail;
pub mod oidc;
pub mod webhook;

pub use ambient::{Clock, Random};
pub use dial::{DialError, Dialer, Resolve, Trust};
pub use guard::{Anywhere, Guard, Rule};
pub use http::{HttpClient, HttpError};

#[cfg(test)]
mod testing;

/// Reads arbitrary bytes as everything that others send us: the entry for a fuzzer. Says what does
/// not hold.
#[doc(hidden)]
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    mail::fuzz(data)?;
    let text = String::from_utf8_lossy(data);
    webhook::fuzz(&text)?;
    oidc::fuzz(data, &text)?;
    let shown = http::masked(&text);
    if shown.contains(['?', '#', '@']) {
        return Err(format!("a masked URL shows too much: {shown}"));
    }
    Ok(())
}
