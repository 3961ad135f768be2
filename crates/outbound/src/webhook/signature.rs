//! `Postern-Signature`: proves that a webhook is ours, whole and recent.
//!
//! `t=SECONDS,v1=HEX`: HMAC-SHA-256 over the seconds as written, a dot and the body. While a secret
//! is being changed there are two `v1`, one for each secret; one that fits is enough.

use super::secret::SigningSecret;
use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;

/// The header's name.
pub const HEADER: &str = "postern-signature";

/// Longest value that is read, bytes.
const LONGEST: usize = 1024;

/// Most signatures that are tried.
const SIGNATURES: usize = 4;

/// Why a signature is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It cannot be read.
    #[error("the signature cannot be read; `t=SECONDS,v1=HEX` is needed")]
    Malformed,
    /// No secret gives any of the signatures.
    #[error("no signature fits the body and the secret")]
    Wrong,
    /// Too old, or from a clock that is ahead: it may be one that somebody sends again.
    #[error("the signature was made {seconds} s away from now, which is too far")]
    Stale {
        /// How far, seconds; negative where it lies ahead.
        seconds: i64,
    },
}

/// The header's value for a body that is sent at `at`: one signature for each secret.
pub fn sign<'a>(
    secrets: impl Iterator<Item = &'a SigningSecret>,
    at: Timestamp,
    body: &[u8],
) -> String {
    let seconds = at.as_second().to_string();
    let mut value = format!("t={seconds}");
    for secret in secrets {
        let mut context = hmac::Context::with_key(&key(secret));
        context.update(seconds.as_bytes());
        context.update(b".");
        context.update(body);
        value.push_str(",v1=");
        for byte in context.sign().as_ref() {
            // Writing to a string does not fail.
            let _ = write!(value, "{byte:02x}");
        }
    }
    value
}

/// Whether a header's value fits a body and one of the secrets, and is not further than `tolerance`
/// away from `now`. What a receiver does, compared in constant time.
pub fn verify(
    value: &str,
    body: &[u8],
    secrets: &[&SigningSecret],
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), SignatureError> {
    let (seconds, signatures) = read(value).ok_or(SignatureError::Malformed)?;
    let mut signed = Vec::with_capacity(seconds.len() + 1 + body.len());
    signed.extend_from_slice(seconds.as_bytes());
    signed.push(b'.');
    signed.extend_from_slice(body);
    let fits = |signature: &Vec<u8>| {
        let fits = |secret: &&SigningSecret| hmac::verify(&key(secret), &signed, signature).is_ok();
        secrets.iter().any(fits)
    };
    if !signatures.iter().any(fits) {
        return Err(SignatureError::Wrong);
    }
    let made: i64 = seconds.parse().map_err(|_| SignatureError::Malformed)?;
    let away = now.as_second().saturating_sub(made);
    if away.unsigned_abs() > tolerance.as_secs().unsigned_abs() {
        return Err(SignatureError::Stale { seconds: away });
    }
    Ok(())
}

fn key(secret: &SigningSecret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.expose())
}

/// The seconds as written, and the signatures. Parts with other names are for other versions.
fn read(value: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    if value.len() > LONGEST {
        return None;
    }
    let (mut seconds, mut signatures) = (None, Vec::new());
    for part in value.split(',') {
        match part.trim().split_once('=')? {
            ("t", _) if seconds.is_some() => return None,
            ("t", text) => seconds = Some(text),
            ("v1", _) if signatures.len() == SIGNATURES => return None,
            ("v1", text) => signatures.push(unhex(text)?),
            _ => {}
        }
    }
    let seconds = seconds.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    (!seconds.is_empty() && !signatures.is_empty()).then_some((seconds, signatures))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    pairs.iter().map(byte).collect()
}
