//! Tokens that are bound to a key, with proofs that programs have signed which share no code with the
//! gateway: Debian's `jose`, and openssl as the example uses it.

use crate::commands::Stored;
use crate::harness::binary::workspace;
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::Launch;
use crate::harness::program::{free_address, installed, run};
use crate::harness::raw::get;
use crate::harness::{Gateway, Raw, Response, SOON, eventually};
use crate::upstream::Upstream;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, hash, set};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A client that signs with `jose`.
struct Client {
    folder: Scratch,
    algorithm: &'static str,
}

fn jose(arguments: &[&str]) -> String {
    let ran = run(Command::new("jose").args(arguments), SOON);
    assert!(ran.status.success(), "jose {arguments:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock").as_secs()
}

impl Client {
    fn new(algorithm: &'static str) -> Self {
        let client = Self {
            folder: scratch("dpop"),
            algorithm,
        };
        let template = format!(r#"{{"alg":"{algorithm}"}}"#);
        jose(&["jwk", "gen", "-i", &template, "-o", &client.at("private")]);
        jose(&[
            "jwk",
            "pub",
            "-i",
            &client.at("private"),
            "-o",
            &client.at("public"),
        ]);
        client
    }

    fn at(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn thumbprint(&self) -> String {
        jose(&["jwk", "thp", "-a", "S256", "-i", &self.at("private")])
    }

    /// A proof of this client for `GET`, with these claims besides.
    fn proof(&self, address: &str, token: &str, more: &Value) -> String {
        let public = std::fs::read_to_string(self.at("public")).expect("the key");
        let public: Value = serde_json::from_str(&public).expect("a key");
        let mut claims = json!({
            "jti": nanos().to_string(), "htm": "GET", "htu": address,
            "iat": now(), "ath": hash(token),
        });
        for (name, value) in more.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        std::fs::write(self.at("claims"), claims.to_string()).expect("room");
        let header = json!({"protected": {
            "typ": "dpop+jwt", "alg": self.algorithm, "jwk": public,
        }});
        let (claims, key) = (self.at("claims"), self.at("private"));
        jose(&[
            "jws",
            "sig",
            "-s",
            &header.to_string(),
            "-I",
            &claims,
            "-k",
            &key,
            "-c",
        ])
    }
}

/// What differs each time.
fn nanos() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock").as_nanos()
}

/// A service that takes proofs, and one that asks for nonces as well.
fn configuration(upstream: &Upstream, issuer: &Signer, folder: &Scratch) -> Value {
    let keys = folder.join("keys.json");
    std::fs::write(&keys, set(&[issuer])).expect("room");
    let service = |base: &str, dpop: Value| {
        json!({
            "base_path": base,
            "scopes": {"read": "To read"},
            "authentication": {"jwt": {"issuers": ["corp"], "dpop": dpop}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "list": {"methods": ["GET"], "path": "/orders", "scopes": ["read"]},
                "news": {"methods": ["GET"], "path": "/do/events/1000/100"},
            }}},
        })
    };
    json!({
        "tenants": {"partner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": {"corp": {
            "issuer": "https://login.example.com", "audiences": ["orders"], "keys_file": keys,
        }},
        "credentials": {"key_0000000000000001": {
            "app": "shop", "client": {"issuer": "corp", "id": "till"},
        }},
        "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
        "services": {
            "plain": service("", json!({})),
            "careful": service("/careful", json!({"required": true, "nonce": "5m"})),
        },
    })
}

fn gateway(upstream: &Upstream, issuer: &Signer, folder: &Scratch) -> Gateway {
    Gateway::start(configuration(upstream, issuer, folder).to_string())
}

fn bound(issuer: &Signer, to: &str) -> String {
    issuer.token(&json!({
        "iss": "https://login.example.com", "aud": "orders", "client_id": "till", "scope": "read",
        "exp": now() + 600, "jti": "bound", "cnf": {"jkt": to},
    }))
}

fn ask(gateway: &Gateway, path: &str, scheme: &str, token: &str, proof: &str) -> Response {
    let mut fields = format!("Authorization: {scheme} {token}\r\n");
    if !proof.is_empty() {
        fields = format!("{fields}DPoP: {proof}\r\n");
    }
    get(gateway.address, path, &fields)
}

fn code(response: &Response) -> (u16, String) {
    (response.status, response.denial().unwrap_or_default())
}

fn refused(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

#[test]
fn proofs_that_jose_has_signed_count_once_and_for_their_own_token() {
    if !installed("jose") {
        return;
    }
    let folder = scratch("dpop-keys");
    let issuer = Signer::new(Algorithm::EdDSA, "corp");
    let upstream = Upstream::start();
    let gateway = gateway(&upstream, &issuer, &folder);
    let address = "http://test/orders";
    for algorithm in ["ES256", "ES512", "RS256", "PS384"] {
        let mine = Client::new(algorithm);
        let token = bound(&issuer, &mine.thumbprint());
        let proof = mine.proof(address, &token, &json!({}));
        let passed = ask(&gateway, "/orders?page=2", "DPoP", &token, &proof);
        assert_eq!(passed.status, 200, "{algorithm}: {}", passed.text());
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
        for own in ["authorization", "dpop"] {
            assert_eq!(seen.header(own), None, "it stays here");
        }

        let again = ask(&gateway, "/orders", "DPoP", &token, &proof);
        assert_eq!(code(&again), refused("dpop.replayed"), "{algorithm}");
        // Whoever has stolen the token, and even a proof for something else.
        let stolen = ask(&gateway, "/orders", "Bearer", &token, &proof);
        assert_eq!(code(&stolen), refused("dpop.proof_missing"));
        let theirs = Client::new("ES256").proof(address, &token, &json!({}));
        let stolen = ask(&gateway, "/orders", "DPoP", &token, &theirs);
        assert_eq!(code(&stolen), refused("dpop.key_mismatch"));
        let challenge = stolen.header("www-authenticate").expect("challenges");
        let both =
            r#"Bearer realm="plain", DPoP realm="plain", error="invalid_token", algs="ES256 "#;
        assert!(challenge.starts_with(both), "{challenge}");
        let old = mine.proof(address, &token, &json!({"iat": now() - 312}));
        let late = ask(&gateway, "/orders", "DPoP", &token, &old);
        assert_eq!(code(&late), refused("dpop.proof_invalid"));
        assert!(late.text().contains("apart"), "{}", late.text());
    }
}

#[test]
fn a_client_gets_a_nonce_and_tries_again() {
    if !installed("jose") {
        return;
    }
    let folder = scratch("dpop-keys");
    let issuer = Signer::new(Algorithm::EdDSA, "corp");
    let upstream = Upstream::start();
    let gateway = gateway(&upstream, &issuer, &folder);
    let (path, mine) = ("/careful/orders", Client::new("ES256"));
    let address = "http://test/careful/orders";
    let token = bound(&issuer, &mine.thumbprint());
    let proof = mine.proof(address, &token, &json!({}));
    let asked = ask(&gateway, path, "DPoP", &token, &proof);
    assert_eq!(code(&asked), refused("dpop.nonce_required"));
    let challenge = asked.header("www-authenticate").expect("a challenge");
    assert!(
        challenge.starts_with(r#"DPoP realm="careful", error="use_dpop_nonce", algs="#),
        "{challenge}"
    );
    let nonce = asked.header("dpop-nonce").expect("a nonce");
    let proof = mine.proof(address, &token, &json!({"nonce": nonce}));
    let passed = ask(&gateway, path, "DPoP", &token, &proof);
    assert_eq!(passed.status, 200, "{}", passed.text());
    // Of a nonce that it has made up itself, it gets another.
    let forged = nonce.replacen('1', "2", 1);
    let proof = mine.proof(address, &token, &json!({"nonce": forged}));
    let again = ask(&gateway, path, "DPoP", &token, &proof);
    assert_eq!(code(&again), refused("dpop.nonce_required"));
    assert!(again.header("dpop-nonce").is_some());
    // A client that has sent nothing yet is spared one attempt.
    let nothing = get(gateway.address, path, "");
    assert_eq!(code(&nothing), refused("credential.missing"));
    assert!(nothing.header("dpop-nonce").is_some());
}

#[test]
fn a_long_request_goes_on_for_as_long_as_its_token_is_good() {
    if !installed("jose") {
        return;
    }
    let (folder, upstream) = (scratch("dpop-keys"), Upstream::start());
    let issuer = Signer::new(Algorithm::EdDSA, "corp");
    let stored = Stored::empty();
    let applied = stored.apply(&configuration(&upstream, &issuer, &folder).to_string());
    assert!(applied.status.success(), "{applied:?}");
    let mine = Client::new("ES256");
    let token = bound(&issuer, &mine.thumbprint());
    let path = "/do/events/1000/100";
    let proof = mine.proof(&format!("http://test{path}"), &token, &json!({}));
    let mut news = Raw::connect(stored.gateway);
    news.send(format!(
        "GET {path} HTTP/1.1\r\nHost: test\r\nAuthorization: DPoP {token}\r\nDPoP: {proof}\r\n\r\n"
    ));
    assert_eq!(news.head().expect("a head").status, 200);
    // It is looked at again after each change, and the proof was shown once.
    stored.key("shop");
    for _ in 0..40 {
        assert!(news.chunk().is_some_and(|chunk| !chunk.is_empty()));
    }
    let lost = [
        "--issuer", "corp", "--jti", "bound", "--reason", "lost", "--yes",
    ];
    stored.ok(&[&["tokens", "revoke"][..], &lost].concat());
    let begun = Instant::now();
    let (_, _end) = news.rest(Duration::from_secs(30));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    eventually("the record says why it ended", || {
        let log = stored.ok(&["log", "--json", "--limit", "100"]);
        log.contains("token.revoked").then_some(())
    });
}

#[test]
fn the_example_does_what_it_says() {
    let path = workspace().join("examples/dpop.yaml");
    let text = std::fs::read_to_string(&path).expect("the example");
    let token = text.lines().find_map(|line| line.split_once("TOKEN="));
    let token = token.expect("a token").1.to_owned();
    // The same file, with an address of its own and the keys where they are.
    let address = free_address();
    let folder = workspace().join("examples/dpop");
    let keys = format!("keys_file: {}", folder.join("keys.json").display());
    let text = text
        .replace("keys_file: dpop/keys.json", &keys)
        .replace("address: 127.0.0.1:8080", &format!("address: {address}"));
    let gateway = Launch::new(text).own_listeners(address).start();
    let call = |key: &str| {
        let url = format!("http://{address}/orders");
        let arguments = [key, &token, "GET", &url, "-i"];
        let ran = run(Command::new(folder.join("call.sh")).args(arguments), SOON);
        assert!(ran.status.success(), "{ran:?}");
        ran.stdout
    };
    let passed = call(&folder.join("client.pem").display().to_string());
    assert!(passed.starts_with("HTTP/1.1 200"), "{passed}");
    let stolen = ask(&gateway, "/orders", "Bearer", &token, "");
    assert_eq!(code(&stolen), refused("dpop.proof_missing"));
    let scratch = scratch("dpop-thief");
    let thief = scratch.join("thief.pem").display().to_string();
    let key = ["genpkey", "-algorithm", "ed25519", "-out", &thief];
    let made = run(Command::new("openssl").args(key), SOON);
    assert!(made.status.success(), "{made:?}");
    assert!(call(&thief).contains("dpop.key_mismatch"));
}
