//! The signing secrets of webhooks. They are kept nowhere: they are made again from the
//! installation's key, the webhook's id and a salt in its document.

use crate::Refusal;
use crate::management::webhook::Signing;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use jiff::{SignedDuration, Timestamp};
use postern_model::key::{Keyer, digest};
use postern_outbound::webhook::{SigningSecret, SigningSecrets};

/// What the installation's key is used for.
const PURPOSE: &str = "signing of webhooks";

/// The secrets of a webhook.
pub(super) fn secrets(keyer: &Keyer, id: &str, signing: &Signing) -> SigningSecrets {
    let keyer = keyer.derived(PURPOSE);
    let secret = |salt: &str| {
        let digest = digest(format!("{}:{id}{salt}", id.len()).as_bytes());
        SigningSecret::of(keyer.keyed(&digest).0)
    };
    let current = SigningSecrets::new(secret(&signing.salt));
    let until = signing.previous_until.as_deref();
    let until = until.and_then(|until| until.parse().ok());
    match (&signing.previous, until) {
        (Some(previous), Some(until)) => current.with_previous(secret(previous), until),
        _ => current,
    }
}

/// For a new webhook.
pub(super) fn new() -> Result<Signing, Refusal> {
    let mut random = [0; 16];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::new("failed", "the system gives no randomness"))?;
    Ok(Signing {
        salt: crate::credential::hex(&random),
        previous: None,
        previous_until: None,
    })
}

/// For a webhook that gets another secret; the one before signs for a while too.
pub(super) fn rotated(
    before: Signing,
    now: Timestamp,
    overlap: SignedDuration,
) -> Result<Signing, Refusal> {
    let until = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
    Ok(Signing {
        previous: Some(before.salt),
        previous_until: Some(until.to_string()),
        ..new()?
    })
}
