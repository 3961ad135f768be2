//! Providers that hang, lie, lead elsewhere and talk without end. Whoever has a good token of one of
//! them is told whose fault it is, soon; nobody else notices.

mod liar;

use super::{claims, code};
use crate::harness::gateway::{Launch, cli};
use crate::harness::raw::get;
use crate::harness::tls::{Authority, Validity, provider};
use crate::harness::{Gateway, Response, eventually};
use liar::{Liar, Says, Trap};
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// What stands in answers that nobody may be shown: they may be somebody else's.
const CANARY: &str = "CanaryOfAnotherService";

/// How long a caller waits at most, on a busy machine.
const BOUND: Duration = Duration::from_secs(12);

/// How much more memory all of them together may cost, kB.
const MEMORY: u64 = 48 << 10;

/// A provider that is not as it should be.
struct Case {
    name: &'static str,
    issuer: Value,
    /// One of its tokens.
    token: String,
    /// What operators are told.
    told: &'static str,
}

/// A JWK set at an address, and what is there instead.
fn keys_at(name: &'static str, liar: &Liar, told: &'static str) -> Case {
    let iss = format!("https://{name}.example.com");
    let url = format!("{}/keys", liar.origin);
    let issuer = json!({"issuer": iss, "audiences": ["orders"], "keys_url": url});
    Case {
        name,
        issuer,
        token: token(&iss),
        told,
    }
}

/// An issuer that describes itself (OpenID Connect Discovery 1.0 §4), wrongly.
fn described(name: &'static str, liar: &Liar, told: &'static str) -> Case {
    Case {
        name,
        issuer: json!({"issuer": liar.origin, "audiences": ["orders"]}),
        token: token(&liar.origin),
        told,
    }
}

fn token(iss: &str) -> String {
    Signer::new(Algorithm::ES256, "a").token(&claims(iss))
}

fn ask(gateway: &Gateway, token: &str) -> Response {
    let lines = format!("Connection: close\r\nAuthorization: Bearer {token}\r\n");
    get(gateway.address, "/orders", &lines)
}

/// All of them, and one that is as it should be.
fn configuration(cases: &[Case], good: &Value) -> Value {
    let mut issuers = json!({"good": good});
    let mut credentials = json!({
        "key_0000000000000000": {"app": "shop", "client": {"issuer": "good", "id": "till"}},
    });
    for (at, case) in cases.iter().enumerate() {
        issuers[case.name] = case.issuer.clone();
        credentials[format!("key_{:0>16}", at + 1)] =
            json!({"app": "shop", "client": {"issuer": case.name, "id": "till"}});
    }
    let names: Vec<_> = issuers.as_object().expect("all").keys().cloned().collect();
    json!({
        "tenants": {"partner": {}},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": issuers,
        "credentials": credentials,
        "upstreams": {"behind": {"targets": ["builtin:echo"]}},
        "services": {"orders": {
            "authentication": {"jwt": {"issuers": names}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "list": {"methods": ["GET"], "path": "/orders"},
            }}},
        }},
    })
}

fn why(gateway: &Gateway, refused: &Response) -> String {
    let id = refused.header("x-request-id").expect("an id");
    let data = gateway.file().with_file_name("data").display().to_string();
    eventually("the record", || {
        let ran = cli(&["why", &id, "--data", &data]);
        ran.status.success().then_some(ran.stdout)
    })
}

/// A server's certificate, for everybody who trusts the authority.
fn certificate(authority: &Authority) -> Arc<rustls::ServerConfig> {
    let issued = authority.issue("liar", &["localhost"], Validity::Now);
    let (chain, key) = issued.der();
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key);
    Arc::new(config.expect("a pair"))
}

fn said(body: &str) -> Says {
    Says::answer("200 OK", "Content-Type: application/json\r\n", body)
}

fn page(status: &str) -> Says {
    let body = format!("<html>{CANARY}</html>");
    Says::answer(status, "Content-Type: text/html\r\n", &body)
}

fn found(to: &str) -> Says {
    Says::answer("302 Found", &format!("Location: {to}\r\n"), CANARY)
}

/// Sets of keys that are none.
fn sets() -> Vec<(&'static str, Says, &'static str)> {
    let secret = json!({"kty": "oct", "kid": "a", "alg": "HS256", "k": CANARY.repeat(3)});
    let curve = json!({"kty": "EC", "crv": "secp256k1", "kid": "a", "x": CANARY, "y": CANARY});
    let one = |key: &Value| said(&json!({"keys": [key]}).to_string());
    let megabyte = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(1 << 20));
    let none = "no key that signatures can be checked with";
    let (large, broken) = ("more than 262144 bytes", "did not answer with HTTP");
    let silent = "did not answer in 4 s";
    let (endless, long_head) = (
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Long: ",
    );
    vec![
        ("hangs", Says::Nothing, silent),
        ("trickles", Says::Trickle, silent),
        ("closes", Says::bytes(""), broken),
        ("no-http", Says::bytes("SSH-2.0-Canary\r\n"), broken),
        ("page", page("200 OK"), "is not JSON"),
        ("error", page("500 Oh"), "answered 500"),
        ("garbage", said(r#"{"keys":[{"#), "is not JSON"),
        ("no-list", said(r#"{"keys":"all"}"#), "has no list `keys`"),
        ("empty", said(r#"{"keys":[]}"#), "has no keys"),
        ("secret", one(&secret), none),
        ("curve", one(&curve), none),
        ("megabyte", said(&megabyte), large),
        ("endless", Says::Endless(endless), large),
        ("endless-head", Says::Endless(long_head), broken),
    ]
}

/// Redirects that nobody follows.
fn redirects(trap: &Trap) -> Vec<(&'static str, Says, &'static str)> {
    let inside = format!("http://{}/keys", trap.address);
    let metadata = "http://169.254.169.254/latest/meta-data/";
    vec![
        ("round-and-round", found("/keys"), "more than 2 redirects"),
        ("leads-inside", found(&inside), "is not allowed: "),
        ("leads-to-metadata", found(metadata), "is not allowed: "),
        (
            "leads-to-a-file",
            found("file:///etc/passwd"),
            "cannot be followed",
        ),
    ]
}

/// All that is wrong with providers.
fn cases(trap: &Trap, tls: &Arc<rustls::ServerConfig>) -> Vec<Case> {
    let inside = format!("http://{}/keys", trap.address);
    let all = sets().into_iter().chain(redirects(trap));
    let mut cases: Vec<Case> = all
        .map(|(name, says, told)| {
            let liar = Liar::start(None, move |_| says.clone());
            keys_at(name, &liar, told)
        })
        .collect();
    let out = found(&inside);
    let secure = Liar::start(Some(tls.clone()), move |_| out.clone());
    cases.push(keys_at("leads-out-of-tls", &secure, "cannot be followed"));

    let led = |uri: &str| {
        let uri = uri.to_owned();
        move |own: &str| said(&json!({"issuer": own, "jwks_uri": uri}).to_string())
    };
    let another = |own: &str| {
        let uri = format!("{own}/keys");
        said(&json!({"issuer": "https://good.example.com", "jwks_uri": uri}).to_string())
    };
    let metadata = "http://169.254.169.254/keys";
    for (name, liar, told) in [
        (
            "another",
            Liar::start(None, another),
            "describes another issuer",
        ),
        (
            "mute",
            Liar::start(None, |own| said(&json!({ "issuer": own }).to_string())),
            "has no `jwks_uri`",
        ),
        (
            "no-description",
            Liar::start(None, |_| page("200 OK")),
            "is not JSON",
        ),
        (
            "hangs-first",
            Liar::start(None, |_| Says::Nothing),
            "did not answer in 4 s",
        ),
        (
            "describes-the-inside",
            Liar::start(None, led(&inside)),
            "is not allowed: ",
        ),
        (
            "describes-metadata",
            Liar::start(None, led(metadata)),
            "is not allowed: ",
        ),
        (
            "describes-no-tls",
            Liar::start(Some(tls.clone()), led(&inside)),
            "without TLS",
        ),
    ] {
        cases.push(described(name, &liar, told));
    }
    cases
}

/// A gateway before them, and a token of the one that is as it should be.
fn started(cases: &[Case], authority: &Authority) -> (Gateway, String) {
    let signer = Signer::new(Algorithm::ES256, "good");
    let published = set(&[&signer]);
    let good = Liar::start(None, move |_| said(&published));
    let url = format!("{}/keys", good.origin);
    let iss = "https://good.example.com";
    let good = json!({"issuer": iss, "audiences": ["orders"], "keys_url": url});
    let trusted = format!("SSL_CERT_FILE={}", authority.path().display());
    let gateway = Launch::new(configuration(cases, &good).to_string())
        .through(&["env", &trusted])
        .start();
    let passes = signer.token(&claims(iss));
    eventually("the good one's keys", || {
        (ask(&gateway, &passes).status == 200).then_some(())
    });
    (gateway, passes)
}

/// What the callers of all of them are told, and how long that took, while somebody else's callers
/// go on.
fn told(gateway: &Gateway, cases: &[Case], passes: &str) -> Vec<(Response, Duration)> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut slowest = Duration::ZERO;
            while !over.load(SeqCst) {
                let begun = Instant::now();
                let answer = ask(gateway, passes);
                assert_eq!(answer.status, 200, "{}", answer.text());
                slowest = slowest.max(begun.elapsed());
                std::thread::sleep(Duration::from_millis(20));
            }
            slowest
        });
        let ask_one = |case: &Case| {
            let begun = Instant::now();
            (ask(gateway, &case.token), begun.elapsed())
        };
        let asked: Vec<_> = cases
            .iter()
            .map(|case| scope.spawn(move || ask_one(case)))
            .collect();
        let answers: Vec<_> = asked
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect();
        over.store(true, SeqCst);
        let slowest = load.join().expect("the good one's callers pass");
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        let answers = answers.into_iter();
        answers.map(|answer| answer.expect("an answer")).collect()
    })
}

#[test]
fn whatever_a_provider_does_only_its_own_callers_are_told_and_that_soon() {
    let (authority, trap) = (Authority::new("A real one"), Trap::new());
    let cases = cases(&trap, &certificate(&authority));
    let (gateway, passes) = started(&cases, &authority);
    let before = gateway.memory_kb("VmRSS");
    let answers = told(&gateway, &cases, &passes);
    let after = gateway.memory_kb("VmHWM");
    assert!(
        after < before + MEMORY,
        "{before} kB before, {after} kB at most"
    );
    assert!(!trap.was_reached(), "nobody is led there");

    let mut wrong = Vec::new();
    for (case, (answer, took)) in cases.iter().zip(answers) {
        let name = case.name;
        assert!(took < BOUND, "{name}: {took:?}");
        let body = answer.text();
        assert_eq!(
            (answer.status, &*code(&answer)),
            (503, "identity_provider.unreachable"),
            "{name}: {body}"
        );
        assert_eq!(answer.json()["fault"], "identity_provider", "{name}");
        assert!(answer.header("retry-after").is_some(), "{name}");
        // Whoever calls learns nothing of where the provider is or leads.
        for hidden in ["127.0.0.1", "localhost", "169.254", case.told] {
            assert!(!body.contains(hidden), "{name}: {body}");
        }
        let explained = why(&gateway, &answer);
        for due in [case.told, "fault: identity provider", name] {
            if !explained.contains(due) {
                wrong.push(format!("{name} without `{due}`: {explained}"));
            }
        }
        let (_, signature) = case.token.rsplit_once('.').expect("a signature");
        for secret in [CANARY, signature] {
            assert!(!explained.contains(secret), "{name}: {explained}");
            assert!(!gateway.log().contains(secret), "{name}: {}", gateway.log());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
