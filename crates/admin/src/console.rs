//! The console: a page whose script asks the management API, embedded in the binary.
//!
//! Its files come from `console/dist` (`build.rs`). Names below `/assets/` hold a hash of what is in
//! them, so browsers keep them for ever; the page itself is never kept, since each answer has a nonce
//! of its own.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// What `npm run build` made, or the page that says that it did not run.
#[derive(rust_embed::Embed)]
#[folder = "$POSTERN_CONSOLE"]
struct Files;

/// The page.
const PAGE: &str = "index.html";
/// What stands in the page where the nonce goes.
const NONCE: &str = "%NONCE%";
/// How the forms of a file are called that a browser can be sent, the smallest first.
const FORMS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file of the console, in the smallest form that the browser takes.
pub(crate) async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    let Some(kind) = kind(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (encoding, file) = match chosen(name, &headers) {
        Some((encoding, file)) => (Some(encoding), file),
        None => match Files::get(name) {
            Some(file) => (None, file),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let fixed = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
        (VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = (fixed, body).into_response();
    if let Some(encoding) = encoding {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The media type of a file, by its name; none for what is not sent under its own name.
fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// The compressed form of a file that the browser takes (RFC 9110, section 12.5.3).
fn chosen(name: &str, headers: &HeaderMap) -> Option<(&'static str, rust_embed::EmbeddedFile)> {
    let taken: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|coding| {
            let (coding, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight.trim().trim_start_matches(['q', 'Q', '=']);
            let refused = weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0);
            (!refused).then(|| coding.trim())
        })
        .collect();
    FORMS.iter().find_map(|(coding, ending)| {
        taken
            .iter()
            .any(|one| one.eq_ignore_ascii_case(coding))
            .then(|| Files::get(&format!("{name}{ending}")))
            .flatten()
            .map(|file| (*coding, file))
    })
}

/// The page, for whatever address a browser is sent to: its script knows which one is meant.
pub(crate) async fn page() -> Response {
    let mut random = [0; 16];
    let file = Files::get(PAGE);
    let (Some(file), Ok(())) = (file, SystemRandom::new().fill(&mut random)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let nonce = STANDARD.encode(random);
    let page = String::from_utf8_lossy(&file.data).replace(NONCE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let fixed = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Addresses of pages can hold one-time links.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    let mut response = (fixed, page).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Whether a browser goes to an address, as opposed to a program that asks for something.
pub(crate) fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let html = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
    matches!(*method, Method::GET | Method::HEAD) && headers.get_all(ACCEPT).iter().any(html)
}

#[cfg(test)]
mod tests;
