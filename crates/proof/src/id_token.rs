//! ID tokens: who has signed in, and whether that was here and now (OpenID Connect Core 1.0
//! §3.1.3.7).

use crate::token::{Fault, Token, Trusted, Unverified};
use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{self, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::entity::{Algorithm, Name};
use serde_json::{Map, Value};

/// Longest subject, bytes (§2).
pub(crate) const SUBJECT: usize = 255;

/// What an ID token has to say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The client that somebody has signed in to.
    pub client_id: &'a Name,
    /// What was sent along with the sign-in; `None`: tokens were refreshed, which repeats at most
    /// what the first one said (§12.2).
    pub nonce: Option<&'a str>,
    /// Who has signed in, where that is known already.
    pub subject: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
    /// Unix time in seconds.
    pub now: i64,
}

/// Why an ID token, or a logout token, proves nobody. What is said follows "the ID token".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdFault {
    /// It is not one of the issuer's.
    NotGenuine(Fault),
    /// A claim is missing, or not as it should be.
    Claim(&'static str),
}

impl IdFault {
    /// What is wrong, in words that follow "the ID token".
    pub fn words(&self) -> String {
        match self {
            Self::NotGenuine(Fault::Malformed(what)) => what.to_string(),
            Self::NotGenuine(Fault::Issuer { .. }) => "is of another issuer".to_owned(),
            Self::NotGenuine(Fault::KeyUnknown { .. }) => {
                "is signed with a key that the issuer does not publish".to_owned()
            }
            Self::NotGenuine(Fault::Signature { why, .. }) => {
                format!("is not signed by the issuer: {why}")
            }
            Self::Claim(what) => (*what).to_owned(),
        }
    }
}

/// Checks an ID token; what it says, with the client that it was checked for.
///
/// # Errors
/// What is wrong with it.
pub fn verify(token: &[u8], by: &Trusted<'_>, expected: &Expected<'_>) -> Result<Token, IdFault> {
    let read = Unverified::parse(token).map_err(IdFault::NotGenuine)?;
    if read.issuer() != Some(&*by.issuer.iss) {
        return Err(IdFault::NotGenuine(read.of_nobody()));
    }
    let mut token = read.verify(by).map_err(IdFault::NotGenuine)?;
    let claims = read.claims();
    let leeway = i64::try_from(by.issuer.leeway.as_secs()).unwrap_or(i64::MAX);
    audience(&token, claims, expected.client_id)?;
    times(&token, leeway, expected.now)?;
    nonce(claims, expected.nonce)?;
    if let (Some(hash), Some(access)) = (claims.get("at_hash"), expected.access_token) {
        let right = read.algorithm().map(|alg| half_hash(alg, access));
        if hash.as_str() != right.as_deref() {
            return Err(IdFault::Claim(
                "belongs to another access token (`at_hash`)",
            ));
        }
    }
    match claims.get("sub").and_then(Value::as_str) {
        Some(subject) if subject.is_empty() || subject.len() > SUBJECT => {
            return Err(IdFault::Claim("has a `sub` that cannot be one"));
        }
        None => return Err(IdFault::Claim("has no `sub`")),
        Some(subject) if expected.subject.is_some_and(|known| known != subject) => {
            return Err(IdFault::Claim("is about somebody else (`sub`)"));
        }
        Some(_) => {}
    }
    token.client = Some(expected.client_id.clone());
    Ok(token)
}

/// The session at the provider (`sid`), as an ID token says that was checked (OpenID Connect
/// Back-Channel Logout 1.0 §2.1).
pub fn session(token: &[u8]) -> Option<Name> {
    let read = Unverified::parse(token).ok()?;
    let session = read.claims().get("sid")?.as_str()?;
    (!session.is_empty() && session.len() <= SUBJECT).then(|| session.into())
}

/// For us; where it is for others too, made for us.
fn audience(token: &Token, claims: &Map<String, Value>, client_id: &Name) -> Result<(), IdFault> {
    let made_for_us = match claims.get("azp") {
        Some(azp) => azp.as_str() == Some(&**client_id),
        None => token.audience.len() == 1,
    };
    if token.audience.contains(client_id) && made_for_us {
        Ok(())
    } else {
        Err(IdFault::Claim("is for another client (`aud`, `azp`)"))
    }
}

pub(crate) fn times(token: &Token, leeway: i64, now: i64) -> Result<(), IdFault> {
    let Some(end) = token.expires_at else {
        return Err(IdFault::Claim("has no end (`exp`)"));
    };
    let Some(begin) = token.issued_at else {
        return Err(IdFault::Claim("does not say when it was made (`iat`)"));
    };
    if now >= end.saturating_add(leeway) {
        return Err(IdFault::Claim("is over (`exp`)"));
    }
    let begin = token.not_before.unwrap_or(begin).max(begin);
    if now < begin.saturating_sub(leeway) {
        return Err(IdFault::Claim(
            "is from the future (`iat`, `nbf`); a clock is wrong",
        ));
    }
    Ok(())
}

fn nonce(claims: &Map<String, Value>, expected: Option<&str>) -> Result<(), IdFault> {
    let said = claims.get("nonce").and_then(Value::as_str);
    let (Some(expected), said) = (expected, said.unwrap_or_default()) else {
        return Ok(());
    };
    constant_time::verify_slices_are_equal(said.as_bytes(), expected.as_bytes())
        .map_err(|_| IdFault::Claim("belongs to another sign-in (`nonce`)"))
}

/// The left half of a token's hash (§3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let by = match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 | Algorithm::HS384 => {
            &digest::SHA384
        }
        Algorithm::RS512
        | Algorithm::PS512
        | Algorithm::ES512
        | Algorithm::HS512
        | Algorithm::EdDSA => &digest::SHA512,
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 | Algorithm::HS256 => {
            &digest::SHA256
        }
    };
    let hash = digest(by, token.as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(half.unwrap_or_default())
}

#[cfg(test)]
mod tests;
