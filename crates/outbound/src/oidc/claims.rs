//! Whether an ID token is for us, for this sign-in and for now (OpenID Connect Core §3.1.3.7).

use super::error::TokenFault;
use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{self, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

/// How far clocks may be apart, seconds.
const SKEW: i64 = 60;

/// Longest subject, bytes (§2).
const SUBJECT: usize = 255;

/// What a token says.
pub(super) type Claims = Map<String, Value>;

/// What it must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) access_token: Option<&'a str>,
    pub(super) now: Timestamp,
}

/// Checks them; the subject.
pub(super) fn check(
    claims: &Claims,
    alg: Algorithm,
    expected: Expected<'_>,
) -> Result<String, TokenFault> {
    if text(claims, "iss")? != expected.issuer {
        return Err(TokenFault::Issuer);
    }
    audience(claims, expected.client_id)?;
    times(claims, expected.now.as_second())?;
    let nonce = text(claims, "nonce")?;
    constant_time::verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes())
        .map_err(|_| TokenFault::Nonce)?;
    if let (Some(hash), Some(token)) = (claims.get("at_hash"), expected.access_token)
        && hash.as_str() != Some(half_hash(alg, token).as_str())
    {
        return Err(TokenFault::AccessToken);
    }
    let subject = text(claims, "sub")?;
    if subject.is_empty() || subject.len() > SUBJECT {
        return Err(TokenFault::Missing("sub"));
    }
    Ok(subject.to_owned())
}

/// For us; where it is for others too, made for us.
fn audience(claims: &Claims, client_id: &str) -> Result<(), TokenFault> {
    let (ours, others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client_id, false),
        Some(Value::Array(all)) => (
            all.iter().any(|one| one.as_str() == Some(client_id)),
            all.len() > 1,
        ),
        _ => return Err(TokenFault::Missing("aud")),
    };
    let made_for_us = match claims.get("azp") {
        Some(azp) => azp.as_str() == Some(client_id),
        None => !others,
    };
    if ours && made_for_us {
        Ok(())
    } else {
        Err(TokenFault::Audience)
    }
}

fn times(claims: &Claims, now: i64) -> Result<(), TokenFault> {
    let expires = seconds(claims, "exp")?.ok_or(TokenFault::Missing("exp"))?;
    let issued = seconds(claims, "iat")?.ok_or(TokenFault::Missing("iat"))?;
    if expires <= now.saturating_sub(SKEW) {
        return Err(TokenFault::Expired);
    }
    let from = seconds(claims, "nbf")?.unwrap_or(issued).max(issued);
    if from > now.saturating_add(SKEW) {
        return Err(TokenFault::Future);
    }
    Ok(())
}

/// A time (RFC 7519 §2), which may have a fraction.
fn seconds(claims: &Claims, name: &'static str) -> Result<Option<i64>, TokenFault> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let whole = value.to_string();
    let whole = whole
        .split_once('.')
        .map_or(whole.as_str(), |(whole, _)| whole);
    let seconds = whole.parse().map_err(|_| TokenFault::Missing(name))?;
    Ok(Some(seconds))
}

fn text<'a>(claims: &'a Claims, name: &'static str) -> Result<&'a str, TokenFault> {
    let value = claims.get(name).and_then(Value::as_str);
    value.ok_or(TokenFault::Missing(name))
}

/// The left half of a token's hash (§3.1.3.6).
fn half_hash(alg: Algorithm, token: &str) -> String {
    let hash = match alg {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &digest::SHA384,
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let hash = digest(hash, token.as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(half.unwrap_or_default())
}
