//! What a caller who proves nothing is asked for, where everything is accepted: every line of it, in
//! the order in which the operation accepts things.

use super::{HASH, ISSUER};
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::Launch;
use crate::harness::program::free_address;
use crate::harness::raw::{find, lossy};
use crate::harness::tls::{Authority, Validity};
use crate::harness::{Gateway, Raw, SOON};
use crate::signed::by_hand::SECRET;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Those of everything, but Basic.
const API_KEY: [&str; 2] = [
    r#"www-authenticate: ApiKey realm="all", header="x-api-key""#,
    r#"www-authenticate: ApiKey realm="all", header="x-key""#,
];
const BEARER: &str =
    r#"www-authenticate: Bearer realm="all", resource_metadata="https://api.test/who""#;
const DPOP: &str = r#"www-authenticate: DPoP realm="all", resource_metadata="https://api.test/who", algs="ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512""#;
const COOKIE: &str = r#"www-authenticate: Cookie realm="all", cookie-name="all_session""#;
const SIGNATURE: [&str; 2] = [
    r#"accept-signature: sig1=("@method" "@authority" "@path" "@query");created;keyid;nonce"#,
    r#"www-authenticate: Signature realm="all""#,
];
const HMAC: &str = r#"www-authenticate: Signature realm="all", algorithm="hmac-sha256", headers="(request-target) date host""#;
const BASIC: &str = r#"www-authenticate: Basic realm="all", charset="UTF-8""#;
const XBASIC: &str = r#"www-authenticate: xBasic realm="all", charset="UTF-8""#;
const CERTIFICATE: &str = r#"www-authenticate: Certificate realm="all""#;

/// A service that accepts everything, and operations that accept some of it in an order of theirs.
fn configuration(folder: &Scratch, plain: SocketAddr) -> Value {
    let authority = Authority::new("Of callers");
    let server = authority.issue("server", &["localhost"], Validity::Now);
    let certificates = std::fs::read_to_string(authority.path()).expect("its certificate");
    let keys = set(&[&Signer::new(Algorithm::ES256, "a")]);
    let [certificates, keys, secret] = [
        ("ca.pem", certificates),
        ("keys.json", keys),
        ("secret", SECRET.to_owned()),
    ]
    .map(|(name, content)| folder.write(name, content).display().to_string());
    let some = |path: &str, accepts: &[&str]| json!({"path": path, "accepts": accepts});
    let [certificate, key] = [
        ("server.pem", server.certificate_pem),
        ("server.key", server.key_pem),
    ]
    .map(|(name, content)| folder.write(name, content).display().to_string());
    json!({
        "listeners": {
            "plain": {"address": plain.to_string()},
            "secure": {"address": "127.0.0.1:0", "tls": {
                "certificates": [{"certificate": certificate, "key": key}],
                "request_client_certificate": true,
            }},
        },
        "tenants": {"partner": {}},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": {"corp": {"issuer": ISSUER, "audiences": ["orders"], "keys_file": keys}},
        "credentials": {
            "key_0000000000000001": {"app": "shop", "password": {"user": "till-7", "hash": HASH}},
            "key_0000000000000002": {"app": "shop", "signing_key": {
                "secret": format!("file:{secret}"), "key_id": "till-7",
            }},
        },
        "upstreams": {"behind": {"targets": ["builtin:echo"]}},
        "services": {"all": {
            "tenant": "partner",
            "client_certificate": {"authorities": certificates, "required": false},
            "authentication": {
                "api_key": {"header": ["X-API-Key", "X-Key"]},
                "jwt": {"issuers": ["corp"], "dpop": {}, "resource_metadata": "https://api.test/who"},
                "session": {"issuer": "corp", "client_id": "web", "cookie": {"name": "all_session"}},
                "signature": {"nonce": "required", "digest": "required"},
                "hmac": {"digest": "required"},
                "basic": {},
                "mtls": {},
                "subscription": false,
            },
            "versions": {"v1": {"upstream": "behind", "operations": {
                "all": {"path": "/all"},
                "basic": some("/basic", &["basic"]),
                "turned": some("/turned", &["mtls", "basic", "api_key"]),
                "signed": some("/signed", &["hmac", "signature"]),
            }}},
        }},
    })
}

/// The lines that ask for something, as they come.
fn asked(gateway: &Gateway, method: &str, path: &str, lines: &str) -> Vec<String> {
    let mut raw = Raw::connect(gateway.address);
    raw.send(format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{lines}\r\n"
    ));
    let (answer, _) = raw.rest(SOON);
    let end = find(&answer, b"\r\n\r\n").expect("a head");
    let head = lossy(&answer[..end]);
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
    let asks = ["www-authenticate:", "accept-signature:"];
    let lines = head.split("\r\n");
    let lines = lines.filter(|line| asks.iter().any(|name| line.starts_with(name)));
    lines.map(ToOwned::to_owned).collect()
}

fn with_basic(basic: &'static str) -> Vec<&'static str> {
    let first = [&API_KEY[..], &[BEARER, DPOP, COOKIE], &SIGNATURE[..]].concat();
    [first, vec![HMAC, basic, CERTIFICATE]].concat()
}

#[test]
fn everything_that_is_accepted_is_asked_for_in_its_order() {
    let folder = scratch("challenges");
    let plain = free_address();
    let gateway = Launch::new(configuration(&folder, plain).to_string())
        .own_listeners(plain)
        .start();
    let ask = |method: &str, path: &str, lines: &str| asked(&gateway, method, path, lines);
    // Whoever opens a page is asked by their browser, and no other browser asks anybody.
    let navigate = "Sec-Fetch-Mode: navigate\r\n";
    assert_eq!(ask("GET", "/all", ""), with_basic(BASIC));
    for mode in [
        "cors",
        "no-cors",
        "same-origin",
        "websocket",
        "Navigate",
        "",
    ] {
        let lines = format!("Sec-Fetch-Mode: {mode}\r\n");
        assert_eq!(ask("GET", "/all", &lines), with_basic(XBASIC), "{mode}");
        assert_eq!(ask("GET", "/basic", &lines), [XBASIC], "{mode}");
    }
    assert_eq!(ask("GET", "/basic", ""), [BASIC]);
    assert_eq!(ask("GET", "/basic", navigate), [BASIC]);
    assert_eq!(
        ask("GET", "/turned", ""),
        [CERTIFICATE, BASIC, API_KEY[0], API_KEY[1]]
    );

    // A body has to be signed, too.
    let digest = SIGNATURE[0].replace(r#""@query")"#, r#""@query" "content-digest")"#);
    let hmac = HMAC.replace(" host\"", " host digest\"");
    assert_eq!(
        ask("POST", "/signed", "Content-Length: 0\r\n"),
        [HMAC, SIGNATURE[0], SIGNATURE[1]]
    );
    assert_eq!(
        ask("POST", "/signed", "Content-Length: 2\r\n\r\n{}"),
        [&*hmac, &*digest, SIGNATURE[1]]
    );

    // Where something came that was no good, only what it was of is told so.
    let mut invalid = with_basic(BASIC);
    let [bearer, dpop] = [BEARER, DPOP]
        .map(|line| line.replace(r#"realm="all""#, r#"realm="all", error="invalid_token""#));
    for line in &mut invalid {
        match *line {
            BEARER => *line = &bearer,
            DPOP => *line = &dpop,
            _ => {}
        }
    }
    assert_eq!(
        ask("GET", "/all", "Authorization: Bearer a.b.c\r\n"),
        invalid
    );
    assert_eq!(
        ask("GET", "/all", "X-API-Key: made-up\r\n"),
        with_basic(BASIC)
    );
    // A page asks in the other way, and no more is said where less is asked for.
    let page = format!("{navigate}Accept: text/html\r\n");
    assert_eq!(ask("GET", "/basic", &page), [BASIC]);
    assert_eq!(ask("HEAD", "/basic", ""), [BASIC]);
}
