//! Webhooks: an [`Event`] is sent to each [`Endpoint`] that wants it, signed, at least once, and
//! again until the endpoint takes it or the [`Schedule`] ends.
//!
//! The queue is somebody else's ([`Deliveries`]); the [`Worker`] takes from it, sends, and says what
//! became of each attempt. Deliveries to one endpoint are made one after the other, so that one that
//! is slow keeps nobody else waiting; their order is not promised, since one that failed comes later.

mod delivery;
mod endpoint;
mod event;
mod schedule;
mod secret;
mod sender;
mod signature;
#[cfg(test)]
mod tests;
mod worker;

pub use delivery::{Deliveries, Delivery, LogEntry, Outcome, Settled};
pub use endpoint::Endpoint;
pub use event::{Event, EventKind};
pub use schedule::Schedule;
pub use secret::{SecretError, SigningSecret, SigningSecrets};
pub use signature::{HEADER, SignatureError, sign, verify};
pub use worker::{Options, Poke, Worker};

/// Signatures: none is believed that we did not make.
pub(crate) fn fuzz(value: &str) -> Result<(), String> {
    let Ok(secret) = SigningSecret::generate() else {
        return Ok(());
    };
    let (now, tolerance) = (jiff::Timestamp::UNIX_EPOCH, jiff::SignedDuration::MAX);
    match verify(value, value.as_bytes(), &[&secret], now, tolerance) {
        Ok(()) => Err("a signature that was made up is believed".to_owned()),
        Err(_) => Ok(()),
    }
}
