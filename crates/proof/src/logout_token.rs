//! Logout tokens: whom a provider has signed out (OpenID Connect Back-Channel Logout 1.0 §2.4).

#[cfg(test)]
mod tests;

use crate::id_token::{IdFault, SUBJECT, times};
use crate::jws::Purpose;
use crate::token::{Trusted, Unverified};
use postern_model::entity::Name;
use serde_json::{Map, Value};

/// What makes a token one that signs out.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Longest `jti` and `sid`, bytes.
const LONGEST: usize = 255;

/// Who was signed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    /// Whose sessions end; none: only that of the provider's session.
    pub subject: Option<Name>,
    /// The provider's session that ended; none: all of the person's.
    pub session: Option<Name>,
    /// The clients whose sessions end, of those that were asked about.
    pub clients: Vec<Name>,
    /// What the token is called (`jti`): it counts once.
    pub id: Name,
    /// When it was made; Unix time in seconds.
    pub issued_at: i64,
    /// When it is over; Unix time in seconds.
    pub expires_at: i64,
}

/// Who says that they made a token; nothing of that is believed yet.
///
/// # Errors
/// It is no token.
pub fn issuer(token: &[u8]) -> Result<Option<Name>, IdFault> {
    let read = Unverified::parse_for(token, Purpose::Logout).map_err(IdFault::NotGenuine)?;
    Ok(read.issuer().map(Into::into))
}

/// Checks a logout token (§2.6); whom it signs out, of these clients.
///
/// # Errors
/// What is wrong with it, in words that follow "the token".
pub fn verify(
    token: &[u8],
    by: &Trusted<'_>,
    clients: &[&Name],
    now: i64,
) -> Result<Logout, IdFault> {
    let read = Unverified::parse_for(token, Purpose::Logout).map_err(IdFault::NotGenuine)?;
    if read.issuer() != Some(&*by.issuer.iss) {
        return Err(IdFault::NotGenuine(read.of_nobody()));
    }
    let genuine = read.verify(by).map_err(IdFault::NotGenuine)?;
    let claims = read.claims();
    let ours = |client: &&&Name| genuine.audience.contains(client);
    let clients: Vec<Name> = clients
        .iter()
        .filter(ours)
        .map(|one| (*one).clone())
        .collect();
    if clients.is_empty() {
        return Err(IdFault::Claim("is for another client (`aud`)"));
    }
    let leeway = i64::try_from(by.issuer.leeway.as_secs()).unwrap_or(i64::MAX);
    times(&genuine, leeway, now)?;
    signs_out(claims)?;
    let subject = text(claims, "sub", SUBJECT, "has a `sub` that cannot be one")?;
    let session = text(claims, "sid", LONGEST, "has a `sid` that cannot be one")?;
    if subject.is_none() && session.is_none() {
        return Err(IdFault::Claim("says nobody (`sub`, `sid`)"));
    }
    let id = text(claims, "jti", LONGEST, "has a `jti` that cannot be one")?;
    let (Some(issued_at), Some(expires_at)) = (genuine.issued_at, genuine.expires_at) else {
        return Err(IdFault::Claim("does not say when it was made and ends"));
    };
    Ok(Logout {
        subject,
        session,
        clients,
        id: id.ok_or(IdFault::Claim("has no name of its own (`jti`)"))?,
        issued_at,
        expires_at,
    })
}

/// Whether it is made to sign out, and could not be taken for an ID token.
fn signs_out(claims: &Map<String, Value>) -> Result<(), IdFault> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(IdFault::Claim("is not one that signs out (`events`)"));
    }
    if claims.contains_key("nonce") {
        return Err(IdFault::Claim(
            "has a `nonce`, which none that signs out has",
        ));
    }
    Ok(())
}

fn text(
    claims: &Map<String, Value>,
    name: &str,
    longest: usize,
    wrong: &'static str,
) -> Result<Option<Name>, IdFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= longest => {
            Ok(Some(text.as_str().into()))
        }
        Some(_) => Err(IdFault::Claim(wrong)),
    }
}
