//! Tokens of real issuers: an OpenID provider that dies, comes back and changes its keys, and
//! signers that share no code with the gateway.

mod hostile;
mod load;
mod openssl;
mod people;

use crate::harness::binary::workspace;
use crate::harness::files::scratch;
use crate::harness::gateway::Launch;
use crate::harness::program::{free_address, installed, run};
use crate::harness::raw::get;
use crate::harness::{Gateway, Response, SOON, eventually, node};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A provider; it ends when this is dropped.
struct Provider {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    issuer: String,
    port: u16,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    /// `None`, and a line that says so, where Node or the package is missing. Port 0: any.
    fn start(port: u16) -> Option<Self> {
        Self::keeping(port, None)
    }

    /// One that has the same keys when it is started again with that file.
    fn keeping(port: u16, keys: Option<&Path>) -> Option<Self> {
        let library = node::module("oauth2-mock-server/dist/index.mjs")?;
        let mut child = Command::new("node")
            .arg(workspace().join("tests/e2e/issuers/provider.mjs"))
            .arg(library)
            .arg(port.to_string())
            .args(keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut provider = Self {
            child,
            input,
            output,
            issuer: String::new(),
            port,
        };
        let started = provider.read();
        started["issuer"]
            .as_str()
            .expect("an issuer")
            .clone_into(&mut provider.issuer);
        provider.port = u16::try_from(started["port"].as_u64().expect("a port")).expect("16 bits");
        Some(provider)
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    /// A token of client `till` for `orders`, with these claims besides.
    fn token(&mut self, claims: &Value) -> String {
        let mut all = json!({"aud": "orders", "azp": "till", "sub": "lin", "scope": "read"});
        for (name, value) in claims.as_object().expect("claims") {
            all[name] = value.clone();
        }
        writeln!(self.input, "{all}").expect("it listens");
        self.read()["token"].as_str().expect("a token").to_owned()
    }
}

/// A gateway whose service accepts the tokens of these issuers, by name, and of `till` of each.
fn configuration(upstream: &Upstream, issuers: &Value) -> String {
    let names: Vec<&String> = issuers.as_object().expect("issuers").keys().collect();
    let mut credentials = json!({});
    for (at, name) in names.iter().enumerate() {
        credentials[format!("key_{at:0>16}")] =
            json!({"app": "shop", "client": {"issuer": name, "id": "till"}});
    }
    json!({
        "tenants": {"partner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": issuers,
        "credentials": credentials,
        "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
        "services": {"orders": {
            "scopes": {"read": "To read", "write": "To write"},
            "authentication": {"jwt": {"issuers": names}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "list": {"methods": ["GET"], "path": "/orders", "scopes": ["read"]},
                "place": {"methods": ["POST"], "path": "/orders", "scopes": ["write"]},
            }}},
        }},
    })
    .to_string()
}

fn ask(gateway: &Gateway, token: &str) -> Response {
    get(
        gateway.address,
        "/orders",
        &format!("Authorization: Bearer {token}\r\n"),
    )
}

fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}

#[test]
fn a_provider_dies_comes_back_and_changes_its_keys() {
    let Some(mut provider) = Provider::start(0) else {
        return;
    };
    let upstream = Upstream::start();
    let issuers = json!({"corp": {"issuer": provider.issuer, "audiences": ["orders"]}});
    let gateway = Gateway::start(configuration(&upstream, &issuers));
    let token = provider.token(&json!({}));
    let passed = ask(&gateway, &token);
    assert_eq!(passed.status, 200, "{}", passed.text());
    let seen = upstream.seen().pop().expect("a request");
    assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
    assert_eq!(seen.header("x-postern-user").as_deref(), Some("lin"));
    assert_eq!(seen.header("authorization"), None, "it stays here");
    let short = ask(&gateway, &provider.token(&json!({"scope": "other"})));
    assert_eq!(
        (short.status, &*code(&short)),
        (403, "authorization.scope_missing")
    );

    // While it is away, what is known goes on.
    let port = provider.port;
    drop(provider);
    for _ in 0..50 {
        assert_eq!(ask(&gateway, &token).status, 200);
    }

    // It is back, with another key.
    let mut provider = Provider::start(port).expect("it starts again");
    let renewed = provider.token(&json!({}));
    let answer = ask(&gateway, &renewed);
    assert_eq!(answer.status, 200, "nobody is refused: {}", answer.text());
    let old = ask(&gateway, &token);
    assert_eq!((old.status, &*code(&old)), (401, "token.invalid"));
    let challenge = old.header("www-authenticate").expect("a challenge");
    assert_eq!(challenge, r#"Bearer realm="orders", error="invalid_token""#);
}

#[test]
fn a_provider_that_was_never_there_is_not_the_caller_s_fault() {
    let Some(mut provider) = Provider::start(0) else {
        return;
    };
    let token = provider.token(&json!({}));
    let (issuer, port) = (provider.issuer.clone(), provider.port);
    drop(provider);
    let upstream = Upstream::start();
    let issuers = json!({"corp": {"issuer": issuer, "audiences": ["orders"]}});
    let gateway = Gateway::start(configuration(&upstream, &issuers));
    let refused = ask(&gateway, &token);
    assert_eq!(
        (refused.status, &*code(&refused)),
        (503, "identity_provider.unreachable")
    );
    assert_eq!(refused.json()["fault"], "identity_provider");
    assert!(refused.header("retry-after").is_some());
    assert!(!refused.text().contains("127.0.0.1:"), "{}", refused.text());
    // Strangers are strangers all the same.
    assert_eq!(code(&ask(&gateway, "abc")), "token.malformed");
    let mut provider = Provider::start(port).expect("it starts");
    let token = provider.token(&json!({}));
    eventually("it is found", || {
        (ask(&gateway, &token).status == 200).then_some(())
    });
}

#[test]
fn a_provider_that_hangs_keeps_callers_waiting_for_seconds_at_most() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let url = format!("http://{}/keys", silent.local_addr().expect("its address"));
    let upstream = Upstream::start();
    let issuers = json!({"corp": {
        "issuer": "https://login.example.com", "audiences": ["orders"], "keys_url": url,
    }});
    let gateway = Gateway::start(configuration(&upstream, &issuers));
    let signer = postern_proof::testing::Signer::new(postern_model::entity::Algorithm::ES256, "a");
    let token = signer.token(&claims("https://login.example.com"));
    let begun = std::time::Instant::now();
    let refused = ask(&gateway, &token);
    assert_eq!(code(&refused), "identity_provider.unreachable");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

fn claims(issuer: &str) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock")
        .as_secs();
    json!({
        "iss": issuer, "aud": "orders", "client_id": "till", "scope": "read",
        "iat": now, "exp": now + 600,
    })
}

#[test]
fn tokens_that_jose_has_signed_are_believed() {
    if !installed("jose") {
        return;
    }
    let folder = scratch("jose");
    let jose = |arguments: &[&str]| {
        let ran = run(Command::new("jose").args(arguments), SOON);
        assert!(ran.status.success(), "jose {arguments:?}: {}", ran.stderr);
        ran.stdout
    };
    let algorithms = [
        "RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512",
    ];
    let mut issuers = json!({});
    let mut tokens = Vec::new();
    for algorithm in algorithms {
        let at = |name: &str| {
            folder
                .join(format!("{algorithm}-{name}"))
                .display()
                .to_string()
        };
        let (private, public, payload) = (at("private"), at("public"), at("payload"));
        jose(&[
            "jwk",
            "gen",
            "-i",
            &format!(r#"{{"alg":"{algorithm}"}}"#),
            "-o",
            &private,
        ]);
        jose(&["jwk", "pub", "-s", "-i", &private, "-o", &public]);
        let issuer = format!("https://{algorithm}.example.com");
        std::fs::write(&payload, claims(&issuer).to_string()).expect("room");
        let token = jose(&["jws", "sig", "-I", &payload, "-k", &private, "-c"]);
        tokens.push((algorithm, token.trim().to_owned()));
        issuers[algorithm.to_lowercase()] = json!({
            "issuer": issuer, "audiences": ["orders"], "keys_file": public, "algorithms": [algorithm],
        });
    }
    let upstream = Upstream::start();
    let gateway = Gateway::start(configuration(&upstream, &issuers));
    for (algorithm, token) in tokens {
        let passed = ask(&gateway, &token);
        assert_eq!(passed.status, 200, "{algorithm}: {}", passed.text());
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{signed}.{other}{}", signature.get(1..).expect("more"));
        assert_eq!(
            code(&ask(&gateway, &forged)),
            "token.invalid",
            "{algorithm}"
        );
    }
}

#[test]
fn the_example_does_what_it_says() {
    let path = workspace().join("examples/jwt.yaml");
    let text = std::fs::read_to_string(&path).expect("the example");
    let given = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.split_once(&format!("{name}=")));
        line.expect("a token").1.to_owned()
    };
    // The same file, with an address of its own and the keys where they are.
    let address = free_address();
    let keys = workspace().join("examples/jwt/keys.json");
    let text = text
        .replace(
            "jwt/keys.json\n    leeway",
            &format!("{}\n    leeway", keys.display()),
        )
        .replace("address: 127.0.0.1:8080", &format!("address: {address}"));
    let gateway = Launch::new(text).own_listeners(address).start();
    assert_eq!(ask(&gateway, &given("TOKEN")).status, 200);
    let old = ask(&gateway, &given("OLD"));
    assert_eq!((old.status, &*code(&old)), (401, "token.expired"));
}
