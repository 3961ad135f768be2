//! What webhooks are signed with.

use crate::ambient::{NoRandomness, random_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use postern_model::Secret;

/// What the text begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "whsec_";

/// A key for HMAC-SHA-256, of 32 random bytes. As text: `whsec_` and base64url.
#[derive(Debug, Clone)]
pub struct SigningSecret(Secret<[u8; 32]>);

/// Why a text is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signing secret; `whsec_` and 43 characters of base64url are needed")]
pub struct SecretError;

impl SigningSecret {
    /// A new one.
    pub fn generate() -> Result<Self, NoRandomness> {
        random_bytes().map(|bytes| Self(Secret::new(bytes)))
    }

    /// One of bytes that nobody can guess.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Reads what [`Self::reveal`] wrote.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| SecretError)?;
        let bytes = bytes.try_into().map_err(|_| SecretError)?;
        Ok(Self(Secret::new(bytes)))
    }

    /// As text: to keep it sealed, and to show it once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0.expose()))
    }

    pub(super) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// The secrets of an endpoint: one, and for a while after a change the one before it too, so that
/// the receiver may learn the new one at any time in between.
#[derive(Debug, Clone)]
pub struct SigningSecrets {
    current: SigningSecret,
    previous: Option<(SigningSecret, Timestamp)>,
}

impl SigningSecrets {
    /// One secret.
    pub const fn new(current: SigningSecret) -> Self {
        Self {
            current,
            previous: None,
        }
    }

    /// The same, with the one before, which is used until `until`.
    #[must_use]
    pub fn with_previous(mut self, previous: SigningSecret, until: Timestamp) -> Self {
        self.previous = Some((previous, until));
        self
    }

    /// A change to `next` at `now`: the current one is used for `overlap` longer. One that was
    /// still used besides is not any more: there are never more than two.
    #[must_use]
    pub fn rotated(self, next: SigningSecret, now: Timestamp, overlap: SignedDuration) -> Self {
        let until = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
        Self {
            current: next,
            previous: Some((self.current, until)),
        }
    }

    /// The current one.
    pub const fn current(&self) -> &SigningSecret {
        &self.current
    }

    /// The one before, and until when it is used: to keep both.
    pub const fn previous(&self) -> Option<&(SigningSecret, Timestamp)> {
        self.previous.as_ref()
    }

    /// Those that sign at `now`, the current one first.
    pub fn valid_at(&self, now: Timestamp) -> impl Iterator<Item = &SigningSecret> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(&self.current).chain(previous.map(|(secret, _)| secret))
    }
}
