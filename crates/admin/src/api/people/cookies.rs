//! The cookies of sessions, and whether a request comes from a page of ours.

use crate::api::problem::{Code, Problem};
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};
use postern_control::people::Opened;

/// The session.
const SESSION: &str = "postern_session";
/// A sign-in with a provider that has begun.
pub(super) const SIGN_ON: &str = "postern_sign_on";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The value of a cookie; none if it is not there, or is there twice with different values.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';'));
    let mut found = pairs.filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The session that a browser shows.
pub(super) fn session(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION)
}

/// The header that opens a session in a browser.
pub(super) fn opened(headers: &HeaderMap, session: &Opened) -> String {
    let (secret, lasts) = (session.secret.expose(), session.lasts);
    set(headers, SESSION, secret, "/", lasts)
}

/// The header that ends it there.
pub(super) fn ended(headers: &HeaderMap) -> String {
    set(headers, SESSION, "", "/", 0)
}

/// A cookie that no script reads and no other site makes a browser send with what changes
/// something. `Secure` where people come by HTTPS: on plain HTTP browsers would not keep it.
pub(super) fn set(headers: &HeaderMap, name: &str, value: &str, path: &str, lasts: u64) -> String {
    let secure = if is_https(headers) { "; Secure" } else { "" };
    format!("{name}={value}; Path={path}; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}")
}

/// The address under which people reach us, by what their browser says: `Host` was checked to be
/// ours.
pub(super) fn base(headers: &HeaderMap) -> String {
    let scheme = if is_https(headers) { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

/// Whether the browser, or who stands before us, says that it came by HTTPS. What is claimed
/// wrongly only harms whoever claims it.
fn is_https(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    text(FORWARDED_PROTO).is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"))
        || text(ORIGIN).is_some_and(|origin| origin.starts_with("https://"))
}

/// Refuses what another site made a browser send. A browser says so by `Sec-Fetch-Site`, an older
/// one by `Origin`; with a session's cookie one of them has to be there.
pub(super) fn ours(headers: &HeaderMap, with_cookie: bool) -> Result<(), Problem> {
    let foreign = |detail: &str| Err(Problem::new(Code::CsrfOrigin, detail));
    let one = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap_or("?"));
        if values.next().is_some() {
            Some("?")
        } else {
            first
        }
    };
    if let Some(site) = one(FETCH_SITE)
        && site != "same-origin"
    {
        return foreign("A page of another origin made the browser send this.");
    }
    match one(ORIGIN) {
        Some(origin) => {
            let host = one(HOST).unwrap_or("?");
            let authority = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            if authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
                return Ok(());
            }
            foreign("`Origin` is not the address that was asked.")
        }
        None if with_cookie && one(FETCH_SITE).is_none() => foreign(
            "With a session, what changes something says where it comes from: `Sec-Fetch-Site` or `Origin` is missing.",
        ),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("admin.example:9090"));
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn only_our_own_pages_change_something_with_a_cookie() {
        for good in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("origin", "http://admin.example:9090")],
            &[("origin", "https://Admin.Example:9090")],
            &[
                ("origin", "http://admin.example:9090"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(ours(&headers(good), true).is_ok(), "{good:?}");
        }
        for bad in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "none"),
            ],
            &[("origin", "null")],
            &[("origin", "http://admin.example")],
            &[("origin", "http://evil.example")],
            &[
                ("origin", "http://evil.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[
                ("origin", "http://admin.example:9090"),
                ("sec-fetch-site", "cross-site"),
            ],
        ] {
            assert!(ours(&headers(bad), true).is_err(), "{bad:?}");
        }
        assert!(ours(&headers(&[]), false).is_ok());
        assert!(ours(&headers(&[("origin", "http://evil.example")]), false).is_err());
    }

    #[test]
    fn a_cookie_is_found_among_others_and_never_guessed() {
        let of = |line: &str| {
            let headers = headers(&[("cookie", line)]);
            session(&headers).map(str::to_owned)
        };
        assert_eq!(of("a=b; postern_session=x.y; c=d"), Some("x.y".into()));
        assert_eq!(of("a=b; xpostern_session=x"), None);
        assert_eq!(of("postern_session=x; postern_session=y"), None);
        let two = headers(&[
            ("cookie", "postern_session=x"),
            ("cookie", "postern_session=x"),
        ]);
        assert_eq!(session(&two), Some("x"));
    }

    #[test]
    fn behind_https_a_cookie_is_secure() {
        let plain = set(&headers(&[]), "a", "b", "/", 1);
        assert_eq!(plain, "a=b; Path=/; Max-Age=1; HttpOnly; SameSite=Lax");
        for by in [
            ("x-forwarded-proto", "https"),
            ("origin", "https://admin.example:9090"),
        ] {
            let line = set(&headers(&[by]), "a", "b", "/", 1);
            assert!(line.ends_with("; Secure"), "{line}");
        }
    }
}
