//! People who sign in to the services of the table, and the provider that they do so at.

use super::ask::Asking;
use crate::harness::Raw;
use crate::introspection::endpoint::Says;
use serde_json::json;

/// What begins a code for somebody whom the provider stands for no longer than it has to.
const BRIEF: &str = "brief-";

/// What a provider answers that has an issuer for each row, at its name. A code is the nonce of its
/// sign-in, so that nothing has to be remembered.
pub(super) fn provider(question: &str) -> Says {
    let path = question.split(' ').nth(1).expect("a path");
    let (row, page) = path[1..].split_once('/').expect("a row");
    let host = line(question, "host: ");
    let issuer = format!("http://{host}/{row}");
    match page {
        ".well-known/openid-configuration" => Says::json(&json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        })),
        "token" => match parameter(question, "code") {
            Some(code) => granted(&issuer, row, code),
            // A refresh token.
            None => Says::answer(400, "", &json!({"error": "invalid_grant"}).to_string()),
        },
        other => panic!("nobody asks for {other}"),
    }
}

fn granted(issuer: &str, row: &str, code: &str) -> Says {
    let nonce = code.strip_prefix(BRIEF).unwrap_or(code);
    let mut granted = json!({
        "id_token": super::token::signed_in(issuer, row, nonce), "token_type": "Bearer",
        "access_token": "opaque", "scope": "openid read write",
    });
    if code != nonce {
        granted["refresh_token"] = json!("good for nothing");
        granted["expires_in"] = json!(0);
    }
    Says::json(&granted)
}

/// The cookie of somebody who has signed in to the service of a row, to a session that is good or,
/// if it is `brief`, over as soon as it is used: the provider stands for it no more.
pub(super) fn cookie(asking: &Asking<'_>, brief: bool) -> String {
    let page = "/.well-known/postern/session";
    let back = format!("%2F{}%2Fop", asking.row.name());
    let ask = |target: &str, more: &str| {
        Raw::connect(asking.gateway).exchange(format!(
            "GET {page}/{target} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {}\r\n\
             Connection: close\r\n{more}\r\n",
            asking.telling.host(),
            asking.address()
        ))
    };
    let set = |response: &crate::harness::Response| {
        let cookies = response.headers.iter();
        let set = cookies.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let set = set.map(|(_, value)| value.split(';').next().unwrap_or_default().to_owned());
        set.collect::<Vec<String>>()
    };
    let sent = ask(&format!("sign-in?return={back}"), "");
    let Some(location) = sent.header("location") else {
        // Where no service signs people in, there are none.
        return "postern_session=none".to_owned();
    };
    let [state, nonce] = ["state", "nonce"].map(|name| parameter(&location, name).expect("it"));
    let pending = set(&sent).pop().expect("what keeps the sign-in");
    let code = if brief { BRIEF } else { "" };
    let signed_in = ask(
        &format!("callback?code={code}{nonce}&state={state}"),
        &format!("Cookie: {pending}\r\n"),
    );
    let mut cookies = set(&signed_in).into_iter();
    let session = cookies.find(|cookie| cookie.starts_with("postern_session="));
    session.unwrap_or_else(|| panic!("{} signs nobody in: {}", asking.row.code, signed_in.text()))
}

/// What a form, or the query of an address, says under a name.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.split(['?', '&', '\n']);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// The value of a field.
fn line<'a>(question: &'a str, name: &str) -> &'a str {
    let mut lines = question.lines();
    let found = lines.find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    });
    found.expect("a field")
}
