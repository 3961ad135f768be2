//! Cookies of a request (RFC 6265 §5.4): what is in them, and what of them goes on.

use crate::facts::{Facts, values};
use crate::fields::Known;
use postern_model::entity::{HOST_PREFIX, SessionRule};

/// How cookies begin that keep a sign-in which is under way: over TLS, `__Host-` stands before it.
pub const SIGN_IN: &str = "postern_signin_";

/// The cookies of a request, names and values, in order.
pub fn all(facts: &dyn Facts) -> impl Iterator<Item = (&[u8], &[u8])> {
    values(facts, Known::Cookie).flat_map(pairs)
}

/// Those of one field.
pub(crate) fn pairs(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    value.split(|&b| b == b';').filter_map(split)
}

fn split(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let pair = pair.trim_ascii();
    let at = pair.iter().position(|&b| b == b'=')?;
    Some((pair.get(..at)?, pair.get(at + 1..)?))
}

/// Whether a cookie is the gateway's own, where people are signed in: no upstream gets it, by
/// whatever spelling.
fn is_own(pair: &[u8], rule: &SessionRule) -> bool {
    let Some((name, _)) = split(pair) else {
        return false;
    };
    let name = name.strip_prefix(HOST_PREFIX.as_bytes()).unwrap_or(name);
    name == rule.cookie.as_bytes() || name.starts_with(SIGN_IN.as_bytes())
}

/// Appends what goes on of a `Cookie` field: everything but the gateway's own cookies, byte for byte.
pub(crate) fn append_others(value: &[u8], rule: &SessionRule, out: &mut Vec<u8>) {
    let mut is_first = true;
    for pair in value
        .split(|&b| b == b';')
        .filter(|pair| !is_own(pair, rule))
    {
        if is_first {
            // The blank before it belonged to what stood before it.
            out.extend_from_slice(pair.trim_ascii_start());
        } else {
            out.push(b';');
            out.extend_from_slice(pair);
        }
        is_first = false;
    }
}

/// Whether a `Cookie` field has any of the gateway's own.
pub(crate) fn has_own(value: &[u8], rule: &SessionRule) -> bool {
    value.split(|&b| b == b';').any(|pair| is_own(pair, rule))
}

/// For fuzzing: what goes on of cookies made of those bytes, and what must hold of it.
///
/// # Errors
/// What did not hold.
#[doc(hidden)]
pub fn fuzz(data: &[u8], rule: &SessionRule) -> Result<(), &'static str> {
    let mut kept = Vec::new();
    append_others(data, rule, &mut kept);
    if has_own(&kept, rule) {
        return Err("a cookie of the gateway's own goes on");
    }
    if !has_own(data, rule) && kept != data.trim_ascii_start() && !data.starts_with(b" ") {
        return Err("a cookie of somebody else's is changed");
    }
    if kept.len() > data.len() {
        return Err("cookies become longer");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::entity::SameSite;
    use std::time::Duration;

    fn rule() -> SessionRule {
        SessionRule {
            issuer: 0,
            client_id: "shop".into(),
            client_secret: None,
            scopes: vec![],
            cookie: "postern_session".into(),
            same_site: SameSite::Lax,
            idle: Duration::from_mins(1),
            lifetime: Duration::from_mins(2),
            after_sign_out: "/".into(),
        }
    }

    #[test]
    fn others_go_on_byte_for_byte() {
        for (sent, kept) in [
            ("a=1; b=2", "a=1; b=2"),
            ("postern_session=x", ""),
            ("a=1; postern_session=x; b=\"2 ;3\"", "a=1; b=\"2 ;3\""),
            ("postern_session=x; a=1;b=2 ;  c", "a=1;b=2 ;  c"),
            ("a=1; __Host-postern_session=x", "a=1"),
            (
                "__Host-postern_signin_ab=x;a=postern_session=1",
                "a=postern_session=1",
            ),
            (
                "postern_session2=x; xpostern_session=y",
                "postern_session2=x; xpostern_session=y",
            ),
            ("Postern_Session=x", "Postern_Session=x"),
            (" postern_session =x; a=1", " postern_session =x; a=1"),
            ("postern_session; ; a", "postern_session; ; a"),
        ] {
            let mut out = Vec::new();
            append_others(sent.as_bytes(), &rule(), &mut out);
            let out = String::from_utf8(out).unwrap();
            // A field without any of them is passed on as it is, and never comes here.
            assert_eq!(out.trim_start(), kept.trim_start(), "{sent}");
            assert_eq!(has_own(sent.as_bytes(), &rule()), sent != kept, "{sent}");
        }
    }
}
