//! Every way in, of bench/ways.yaml.

use super::{Ask, Setup, Variant};
use crate::load::Fresh;

/// A path of bench/ways.yaml as a `curl` command, with a header beside the usual ones if one is
/// given.
macro_rules! post {
    ($path:literal $(, $header:literal)?) => {
        concat!(
            "curl -X POST -H 'Content-Type: application/json' ",
            $("-H '", $header, "' ",)?
            "-d '{\"item\":\"lamp\",\"count\":2}' http://127.0.0.1:8080/",
            $path,
            "/orders"
        )
    };
}

/// What anybody may ask.
pub(super) const OPEN: &str = post!("open");

const fn way(name: &'static str, ask: Ask) -> Variant {
    Variant {
        name,
        setup: Setup::Ways,
        ask,
        status: 200,
        code: None,
        from: None,
    }
}

/// One request for each.
pub(super) const WAYS: &[Variant] = &[
    way("nothing asked for", Ask::Curl(OPEN)),
    way(
        "API key",
        Ask::Curl(post!(
            "key",
            "X-API-Key: pst_bench00000000001_BenchmarkOnlyNeverUseThisKey00013KsSwq"
        )),
    ),
    way(
        "API key, and policies in Cedar",
        Ask::Curl(post!(
            "cedar",
            "X-API-Key: pst_bench00000000001_BenchmarkOnlyNeverUseThisKey00013KsSwq"
        )),
    ),
    way(
        "token, the same each time",
        Ask::Fresh(post!("jwt"), Fresh::SameToken),
    ),
    way(
        "token, another each time",
        Ask::Fresh(post!("jwt"), Fresh::Token),
    ),
    way(
        "signed request, another each time",
        Ask::Fresh(post!("signature"), Fresh::Signature),
    ),
    way(
        "MAC of the request, another each time",
        Ask::Fresh(post!("hmac"), Fresh::Hmac),
    ),
    way(
        "bound token, another proof each time",
        Ask::Fresh(post!("dpop"), Fresh::Possession),
    ),
    way(
        "user name and password",
        Ask::Curl(post!(
            "basic",
            "Authorization: Basic YmVuY2g6QmVuY2htYXJrT25seU5ldmVyVXNlVGhpcw=="
        )),
    ),
    way(
        "CORS",
        Ask::Curl(post!("cors", "Origin: https://app.example.com")),
    ),
    way(
        "CSRF",
        Ask::Curl(post!("csrf", "Sec-Fetch-Site: same-origin")),
    ),
    way("country", Ask::Curl(post!("geo"))),
    way("changed headers", Ask::Curl(post!("headers"))),
    way("changed JSON body", Ask::Curl(post!("body"))),
    way("JSON by its schema", Ask::Curl(post!("schema"))),
    way(
        "token that the issuer is asked about, another each time",
        Ask::Fresh(post!("opaque"), Fresh::Opaque),
    ),
    way(
        "session",
        Ask::Fresh(
            post!("session", "Sec-Fetch-Site: same-origin"),
            Fresh::Session,
        ),
    ),
    way("getting a token (client credentials)", Ask::Curl(GRANT)),
];

/// What can be asked over TLS alone, beside what anybody may ask.
pub(super) const OVER_TLS: &[Variant] = &[
    way("nothing asked for", Ask::Curl(OPEN)),
    way(
        "client certificate",
        Ask::Fresh(post!("certificate"), Fresh::Certificate),
    ),
];

/// A token of the built-in issuer, for an API key.
const GRANT: &str = "curl -X POST -H 'Content-Type: application/x-www-form-urlencoded' \
    -H 'Authorization: Basic a2V5X2JlbmNoMDAwMDAwMDAwMDE6cHN0X2JlbmNoMDAwMDAwMDAwMDFfQmVuY2htYXJrT25seU5ldmVyVXNlVGhpc0tleTAwMDEzS3NTd3E=' \
    -d grant_type=client_credentials http://127.0.0.1:8080/.well-known/postern/issuers/own/token";
