use super::*;
use axum::body::to_bytes;

/// A name of a script that is carried; none where the console was not built in.
fn script() -> Option<String> {
    Files::iter()
        .map(std::borrow::Cow::into_owned)
        .find(|name| {
            kind(name).is_some_and(|kind| kind.contains("script")) && name.contains("/index-")
        })
}

async fn get(path: &str, encodings: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(encodings).unwrap());
    let response = asset(path.parse().unwrap(), headers).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, body.to_vec())
}

#[tokio::test]
async fn the_page_has_a_nonce_of_its_own_and_a_policy_that_names_it() {
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let (parts, body) = page().await.into_parts();
        let policy = parts.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        let nonce = policy.split_once("'nonce-").unwrap().1;
        let nonce = nonce.split_once('\'').unwrap().0.to_owned();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(&nonce) && !body.contains(NONCE), "{body}");
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
        assert_eq!(parts.headers[CACHE_CONTROL], "no-store");
        assert_eq!(parts.headers[REFERRER_POLICY], "no-referrer");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn scripts_are_kept_for_ever_and_sent_compressed() {
    let Some(name) = script() else {
        eprintln!("skipped: the console is not built in");
        return;
    };
    let path = format!("/{name}");
    let (status, headers, plain) = get(&path, "identity").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        headers[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert!(!headers.contains_key(CONTENT_ENCODING));
    for (encodings, expected) in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; Q=0, gzip", "gzip"),
    ] {
        let (_, headers, packed) = get(&path, encodings).await;
        assert_eq!(headers[CONTENT_ENCODING], expected, "{encodings}");
        assert!(packed.len() < plain.len() / 2);
    }
}

#[tokio::test]
async fn what_the_first_page_loads_is_small() {
    let page = Files::get(PAGE).unwrap();
    let page = String::from_utf8(page.data.into_owned()).unwrap();
    // Scripts, and what browsers are told to fetch with them.
    let first = page.split('"').filter(|part| {
        part.starts_with("/assets/") && kind(part).is_some_and(|kind| kind.contains("script"))
    });
    let mut bytes = 0;
    for path in first {
        bytes += get(path, "br").await.2.len();
    }
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn every_file_has_a_type() {
    for name in Files::iter().filter(|name| name.starts_with("assets/")) {
        let packed = FORMS.iter().any(|(_, ending)| name.ends_with(ending));
        assert!(packed || kind(&name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn only_assets_are_sent_by_name() {
    for path in [
        "/assets/nothing.js",
        "/index.html",
        "/assets/../assets/x.js",
        "/assets/x.br",
    ] {
        let (status, _, _) = get(path, "br").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
