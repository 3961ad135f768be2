//! What browsers and providers send while somebody signs in.

use super::{back, logout_token, origin, parameter};
use crate::sessions::fuzz as kept;
use postern_model::entity::{SameSite, SessionRule};
use std::time::Duration;

/// Reads bytes as each of it.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    for query in [data, &[b"return=", data].concat()] {
        if let Some(to) = back(query) {
            let path = to.split('?').next().unwrap_or_default();
            let leaves = !path.starts_with('/') || path.starts_with("//") || path.contains('\\');
            if leaves || !to.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(format!("a browser is sent to {to:?}"));
            }
        }
        let _ = parameter(query, "state");
    }
    if let Some(origin) = origin(Some(data), true)
        && origin
            .get(8..)
            .is_none_or(|host| host.contains(['/', '?', '#', '@', '\\']))
    {
        return Err(format!("an origin is {origin:?}"));
    }
    let kind: &[u8] = b"application/x-www-form-urlencoded";
    for form in [data, &[b"logout_token=", data].concat()] {
        if let Ok(token) = logout_token(Some(kind), form)
            && token.len() > form.len()
        {
            return Err(format!("a token is longer than its form: {token:?}"));
        }
    }
    let rule = SessionRule {
        issuer: 0,
        client_id: "c".into(),
        client_secret: None,
        scopes: Vec::new(),
        cookie: "s".into(),
        same_site: SameSite::Lax,
        idle: Duration::from_secs(1),
        lifetime: Duration::from_secs(1),
        after_sign_out: "/".into(),
    };
    postern_policy::cookie::fuzz(data, &rule)?;
    kept(data)
}
