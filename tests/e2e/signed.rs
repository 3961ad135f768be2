//! Requests that their callers sign (RFC 9421), by signers that share no code with the gateway:
//! `PyPI`'s `http-message-signatures` and OpenSSL.

pub(crate) mod by_hand;

use crate::harness::binary::workspace;
use crate::harness::files::{Scratch, scratch};
use crate::harness::problem::bare;
use crate::harness::program::{installed, run};
use crate::harness::python::python;
use crate::harness::{Gateway, Raw, Response, SOON};
use crate::upstream::Upstream;
use by_hand::{SECRET, base64, date};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The ways to sign: a credential for each.
const WAYS: [&str; 6] = [
    "rsa-pss-sha512",
    "rsa-v1_5-sha256",
    "ecdsa-p256-sha256",
    "ecdsa-p384-sha384",
    "ed25519",
    "hmac-sha256",
];

/// Keys that OpenSSL made: private and public, as PEM.
struct Keys {
    _scratch: Scratch,
    all: Vec<(&'static str, String, String)>,
}

impl Keys {
    /// `None`, and a line that says so, where there is no OpenSSL.
    fn new() -> Option<Self> {
        if !installed("openssl") {
            return None;
        }
        let folder = scratch("signed");
        let all = WAYS.iter().map(|way| {
            let arguments: &[&str] = match *way {
                "rsa-pss-sha512" | "rsa-v1_5-sha256" => &["-algorithm", "RSA"],
                "ecdsa-p256-sha256" => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                "ecdsa-p384-sha384" => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
                "ed25519" => &["-algorithm", "ed25519"],
                _ => return (*way, SECRET.to_owned(), String::new()),
            };
            let file = folder.join(way).display().to_string();
            let mut make = Command::new("openssl");
            let made = run(
                make.arg("genpkey").args(arguments).args(["-out", &file]),
                SOON,
            );
            assert!(made.status.success(), "{}", made.stderr);
            let private = std::fs::read_to_string(&file).expect("a key");
            let public = Command::new("openssl")
                .args(["pkey", "-pubout", "-in", &file])
                .output()
                .expect("OpenSSL");
            let public = String::from_utf8(public.stdout).expect("PEM");
            (*way, private, public)
        });
        let all = all.collect();
        Some(Self {
            all,
            _scratch: folder,
        })
    }

    fn private(&self, way: &str) -> &str {
        let found = self.all.iter().find(|(name, ..)| *name == way);
        &found.expect("a key").1
    }

    /// A gateway whose service takes signatures by each of these, in a way of its own.
    fn gateway(&self, upstream: &Upstream, terms: &Value) -> Gateway {
        self.gateway_of(
            upstream,
            &json!({"signature": terms, "subscription": false}),
        )
    }

    /// The same, which accepts what this says.
    fn gateway_of(&self, upstream: &Upstream, accepted: &Value) -> Gateway {
        let folder = scratch("signed-secret");
        let secret = folder.write("secret", SECRET);
        let mut credentials = json!({});
        for (at, (way, _, public)) in self.all.iter().enumerate() {
            let key = match *way {
                "hmac-sha256" => json!({"secret": format!("file:{}", secret.display())}),
                way => json!({"public_key": public, "algorithm": way}),
            };
            credentials[format!("key_{at:0>16}")] = json!({"app": "till", "signing_key": key});
            credentials[format!("key_{at:0>15}z")] = json!({
                "app": "other", "environment": "staging",
                "signing_key": {"public_key": public, "key_id": format!("other-{way}"), "algorithm": way},
            });
            if public.is_empty() {
                credentials
                    .as_object_mut()
                    .expect("a mapping")
                    .remove(&format!("key_{at:0>15}z"));
            }
        }
        Gateway::start(
            json!({
                "tenants": {"partner": {}},
                "environments": {"staging": {"hosts": ["staging.test"]}},
                "egress": {"allow": ["127.0.0.0/8"]},
                "apps": {"till": {"tenant": "partner"}, "other": {"tenant": "partner"}},
                "credentials": credentials,
                "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
                "edge": {"refusals": {"rate": 10000, "per": "1m"}, "wrong_secrets": {"rate": 10000, "per": "1m"}},
                "services": {"orders": {
                    "authentication": accepted,
                    "versions": {"v1": {"upstream": "behind", "operations": {
                        "list": {"methods": ["GET"], "path": "/orders"},
                        "place": {"methods": ["POST"], "path": "/orders"},
                    }}},
                }},
            })
            .to_string(),
        )
    }
}

/// What the Python package signs and sends.
struct Caller {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Caller {
    fn start() -> Option<Self> {
        let mut child = Command::new(python()?)
            .arg(workspace().join("tests/e2e/signed/caller.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Some(Self {
            child,
            input,
            output,
        })
    }

    fn ask(&mut self, asked: &Value) -> Value {
        writeln!(self.input, "{asked}").expect("it listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{asked}: {line:?}: {error}"))
    }
}

/// The id of the credential for a way to sign.
fn id(way: &str) -> String {
    let at = WAYS.iter().position(|one| *one == way).expect("a way");
    format!("key_{at:0>16}")
}

fn merged(usual: &Value, more: &Value) -> Value {
    let mut all = usual.clone();
    for (name, value) in more.as_object().expect("a mapping") {
        all[name] = value.clone();
    }
    all
}

const COVERED: [&str; 4] = ["@method", "@authority", "@path", "@query"];

#[test]
fn what_another_library_signs_in_every_way_passes_once() {
    let (Some(keys), Some(mut caller)) = (Keys::new(), Caller::start()) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = keys.gateway(&upstream, &json!({}));
    for (nth, way) in WAYS.iter().enumerate() {
        let ask = json!({
            "method": "GET", "url": format!("http://{}/orders?a=b+c&d=%2F", gateway.address),
            "algorithm": way, "key": keys.private(way), "keyid": id(way), "covered": COVERED,
            "nonce": format!("get-{nth}"),
        });
        let passed = caller.ask(&ask);
        assert_eq!(passed["status"], 200, "{way}: {passed}");
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!(seen.header("x-postern-app").as_deref(), Some("till"));
        assert_eq!(seen.header("signature"), None, "it stays here");
        assert_eq!(seen.header("signature-input"), None, "it stays here");
        let again = caller.ask(&ask);
        assert_eq!(again["denial"], "signature.replayed", "{way}: {again}");

        let place = merged(
            &ask,
            &json!({"method": "POST", "body": "{\"amount\": 18}", "nonce": format!("post-{nth}")}),
        );
        let passed = caller.ask(&place);
        assert_eq!(passed["status"], 200, "{way}: {passed}");
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!(seen.body, b"{\"amount\": 18}", "as it was sent");
        assert!(
            seen.header("content-digest").is_some(),
            "it says what the body is"
        );

        // The key of another environment is known, and no good here.
        if !keys.private(way).starts_with("---") {
            continue;
        }
        let other = merged(
            &ask,
            &json!({"keyid": format!("other-{way}"), "nonce": "other"}),
        );
        let refused = caller.ask(&other);
        assert_eq!(
            refused["denial"], "credential.wrong_environment",
            "{way}: {refused}"
        );
    }
}

#[test]
fn whatever_was_changed_is_refused() {
    let (Some(keys), Some(mut caller)) = (Keys::new(), Caller::start()) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = keys.gateway(
        &upstream,
        &json!({"components": ["@method", "@target-uri", "x-order"]}),
    );
    let usual = json!({
        "method": "POST", "url": format!("http://{}/orders?a=1", gateway.address),
        "algorithm": "ed25519", "key": keys.private("ed25519"), "keyid": id("ed25519"),
        "headers": {"X-Order": "17"}, "body": "{}",
        "covered": ["@method", "@target-uri", "x-order"],
    });
    let table = [
        ("", json!({})),
        ("", json!({"alg": false})),
        ("signature.invalid", json!({"changed": {"X-Order": "18"}})),
        (
            "signature.invalid",
            json!({"changed": {"X-Order": "17, 17"}}),
        ),
        (
            "signature.component_missing",
            json!({"changed": {"Content-Digest": null}}),
        ),
        (
            "signature.invalid",
            json!({"changed": {"Content-Digest": "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"}}),
        ),
        ("signature.invalid", json!({"keyid": "nobody"})),
        ("signature.invalid", json!({"keyid": ""})),
        (
            "signature.invalid",
            json!({"keyid": id("ecdsa-p256-sha256")}),
        ),
        ("signature.invalid", json!({"keyid": id("hmac-sha256")})),
        (
            "signature.invalid",
            json!({"algorithm": "hmac-sha256", "key": SECRET}),
        ),
        ("signature.stale", json!({"later": -340})),
        ("signature.stale", json!({"later": 60})),
        ("", json!({"later": -300})),
        ("", json!({"later": 20})),
        (
            "signature.component_missing",
            json!({"covered": ["@method", "@target-uri"]}),
        ),
        (
            "signature.component_missing",
            json!({"covered": ["@method", "@authority", "@path", "@query", "x-order"]}),
        ),
        (
            "signature.component_missing",
            json!({"covered": ["@method", "@target-uri", "x-order", "x-none"], "headers": {"X-Order": "17", "X-None": "a"}, "changed": {"X-None": null}}),
        ),
    ];
    for (nth, (code, change)) in table.iter().enumerate() {
        let asked = merged(
            &merged(&usual, &json!({"nonce": format!("n{nth}")})),
            change,
        );
        let told = caller.ask(&asked);
        let denial = told["denial"].as_str().unwrap_or_default();
        assert_eq!(denial, *code, "{change}: {told}");
        assert_eq!(
            told["status"],
            if code.is_empty() { 200 } else { 401 },
            "{told}"
        );
    }
}

/// A request with these lines, from which nothing was left out.
fn raw(gateway: &Gateway, lines: &[String]) -> Response {
    let lines = lines.join("\r\n");
    let head =
        format!("GET /orders HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{lines}\r\n\r\n");
    Raw::connect(gateway.address).exchange(head)
}

/// What the caller signs by its secret: its parameters, and the fields.
fn signed(label: &str, parameters: &str) -> [String; 2] {
    by_hand::signed("a.test", SECRET, label, parameters)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn attacks_are_refused() {
    let Some(keys) = Keys::new() else { return };
    let upstream = Upstream::start();
    let gateway = keys.gateway(&upstream, &json!({"nonce": "required"}));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("a clock").as_secs();
    let id = id("hmac-sha256");
    let good = |nonce: &str| {
        signed(
            "a",
            &format!(";created={now};keyid=\"{id}\";nonce=\"{nonce}\""),
        )
    };
    let [input, signature] = good("1");
    let code = |lines: &[String]| raw(&gateway, lines).denial().unwrap_or_default();
    let other = format!(";created={now};keyid=\"nobody\";nonce=\"2\"");
    let [other_input, other_signature] = signed("b", &other);
    let long = "x".repeat(12_000);
    let relabelled = |line: &String| line.replace("a=", "b=");
    let table: Vec<(&str, Vec<String>)> = vec![
        ("", vec![input.clone(), signature.clone()]),
        ("signature.replayed", vec![input.clone(), signature.clone()]),
        // In other words, and over two lines: the same signature.
        (
            "signature.replayed",
            vec![
                input
                    .replace("Signature-Input: a=", "signature-INPUT:   a= ")
                    .replace("= (", "=("),
                signature.clone(),
            ],
        ),
        ("signature.invalid", vec![input.clone()]),
        ("signature.invalid", vec![signature.clone()]),
        (
            "signature.invalid",
            vec![input.clone(), input.clone(), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![input.clone(), signature.clone(), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![relabelled(&input), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![
                input.replace("\"@query\"", "\"@query\";req"),
                signature.clone(),
            ],
        ),
        (
            "signature.invalid",
            vec![input.replace(" \"@query\"", ""), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![
                input.replace(&format!("created={now}"), &format!("created={}", now - 1)),
                signature.clone(),
            ],
        ),
        (
            "signature.invalid",
            vec![format!("{input};alg=\"ed25519\""), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![format!("{input};alg=\"none\""), signature.clone()],
        ),
        (
            "signature.invalid",
            vec![
                input.replace(&id, "key_0000000000000004"),
                signature.clone(),
            ],
        ),
        (
            "signature.invalid",
            vec![
                format!("Signature-Input: a=(\"{long}\")"),
                signature.clone(),
            ],
        ),
        (
            "signature.invalid",
            vec![
                format!("Signature-Input: a={}", "(".repeat(3000)),
                signature.clone(),
            ],
        ),
        (
            "signature.invalid",
            vec![
                input.clone(),
                format!("Signature: a=:{}:", "A".repeat(8000)),
            ],
        ),
        (
            "signature.invalid",
            vec![input.clone(), "Signature: a=::".to_owned()],
        ),
        (
            "signature.invalid",
            vec![other_input.clone(), other_signature.clone()],
        ),
        (
            "signature.component_missing",
            signed("a", &format!(";created={now};keyid=\"{id}\"")).to_vec(),
        ),
        (
            "signature.component_missing",
            signed("a", &format!(";keyid=\"{id}\";nonce=\"3\"")).to_vec(),
        ),
        (
            "signature.stale",
            signed(
                "a",
                &format!(
                    ";created={now};expires={};keyid=\"{id}\";nonce=\"4\"",
                    now - 60
                ),
            )
            .to_vec(),
        ),
        (
            "signature.stale",
            signed(
                "a",
                &format!(";created={};keyid=\"{id}\";nonce=\"5\"", now + 3_600),
            )
            .to_vec(),
        ),
        (
            "signature.stale",
            signed("a", &format!(";created=0;keyid=\"{id}\";nonce=\"6\"")).to_vec(),
        ),
    ];
    for (nth, (expected, lines)) in table.iter().enumerate() {
        assert_eq!(code(lines), *expected, "{nth}: {lines:?}");
    }
    // A second signature, of nobody known, changes nothing.
    let [input, signature] = good("7");
    let both =
        |one: &str, two: &str| format!("{one}, {}", two.split_once(": ").expect("a value").1);
    assert_eq!(
        code(&[
            both(&other_input, &input),
            both(&other_signature, &signature)
        ]),
        ""
    );
    let told = raw(&gateway, &[]);
    assert_eq!(told.status, 401);
    assert_eq!(
        told.header("accept-signature").as_deref(),
        Some("sig1=(\"@method\" \"@authority\" \"@path\" \"@query\");created;keyid;nonce")
    );
    assert_eq!(
        told.header("www-authenticate").as_deref(),
        Some("Signature realm=\"orders\"")
    );
}

/// `Authorization`, with what these lines sign.
fn older(scheme: &str, keyid: &str, headers: &str, lines: &[String]) -> String {
    by_hand::older(scheme, keyid, SECRET, headers, lines)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn clients_of_other_gateways_sign_by_a_secret() {
    let Some(keys) = Keys::new() else { return };
    let upstream = Upstream::start();
    let gateway = keys.gateway_of(&upstream, &json!({"hmac": {}, "subscription": false}));
    let id = id("hmac-sha256");
    let now = date(0);
    let target = "(request-target): get /orders".to_owned();
    let host = "host: a.test".to_owned();
    let dated = |date: &str| format!("date: {date}");
    let all = "(request-target) host date";
    let good = older(
        "Signature",
        &id,
        all,
        &[target.clone(), host.clone(), dated(&now)],
    );
    let sent = |date: &str, authorization: String| vec![format!("Date: {date}"), authorization];
    let kong = [
        "date: ".to_owned() + &now,
        host.clone(),
        "GET /orders HTTP/1.1".to_owned(),
    ];
    let (late, early) = (date(-340), date(60));
    let table: Vec<(&str, Vec<String>)> = vec![
        ("", sent(&now, good.clone())),
        ("signature.replayed", sent(&now, good.clone())),
        (
            "",
            sent(&now, older("hmac", &id, "date host request-line", &kong)),
        ),
        ("signature.invalid", sent(&now, good.replace(&id, "nobody"))),
        // A public key is no secret.
        (
            "signature.invalid",
            sent(&now, good.replace(&id, "key_0000000000000004")),
        ),
        (
            "signature.invalid",
            sent(&now, good.replace("hmac-sha256", "hmac-sha1")),
        ),
        ("signature.invalid", sent(&late, good.clone())),
        (
            "signature.invalid",
            sent(&now, good.replace("host date", "date host")),
        ),
        (
            "signature.invalid",
            sent(&now, "Authorization: Signature".to_owned() + " keyId=\"a\""),
        ),
        (
            "signature.stale",
            sent(
                &late,
                older(
                    "Signature",
                    &id,
                    all,
                    &[target.clone(), host.clone(), dated(&late)],
                ),
            ),
        ),
        (
            "signature.stale",
            sent(
                &early,
                older(
                    "Signature",
                    &id,
                    all,
                    &[target.clone(), host.clone(), dated(&early)],
                ),
            ),
        ),
        (
            "signature.component_missing",
            sent(
                &now,
                older(
                    "Signature",
                    &id,
                    "(request-target) date",
                    &[target.clone(), dated(&now)],
                ),
            ),
        ),
        (
            "signature.component_missing",
            sent(
                &now,
                older("Signature", &id, "host date", &[host.clone(), dated(&now)]),
            ),
        ),
        (
            "signature.component_missing",
            sent(
                &now,
                older(
                    "Signature",
                    &id,
                    "(request-target) host",
                    &[target.clone(), host.clone()],
                ),
            ),
        ),
        (
            "signature.component_missing",
            sent(
                "yesterday",
                older("Signature", &id, all, &[target, host, dated("yesterday")]),
            ),
        ),
        (
            "credential.ambiguous",
            [sent(&now, good.clone()), vec![good]].concat(),
        ),
    ];
    for (nth, (expected, lines)) in table.iter().enumerate() {
        let told = raw(&gateway, lines);
        assert_eq!(
            told.denial().unwrap_or_default(),
            *expected,
            "{nth}: {lines:?} {}",
            told.text()
        );
    }
    assert_eq!(
        upstream
            .seen()
            .pop()
            .expect("a request")
            .header("authorization"),
        None
    );
    let told = raw(&gateway, &[]);
    assert_eq!(told.status, 401);
    assert_eq!(
        told.header("www-authenticate").as_deref(),
        Some(
            "Signature realm=\"orders\", algorithm=\"hmac-sha256\", headers=\"(request-target) date host\""
        )
    );
}

/// Nobody can tell a key that is known from one that is not.
#[test]
fn known_and_unknown_keys_are_told_the_same() {
    let Some(keys) = Keys::new() else { return };
    let upstream = Upstream::start();
    let gateway = keys.gateway(&upstream, &json!({}));
    let told = |keyid: &str| {
        let [input, _] = signed("a", &format!(";created=1;keyid=\"{keyid}\""));
        let wrong = format!("Signature: a=:{}:", base64(&[7; 64]));
        let head = format!(
            "GET /orders HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{input}\r\n{wrong}\r\n\r\n"
        );
        let (answer, _) = Raw::connect(gateway.address).send(head).rest(SOON);
        bare(&answer)
    };
    assert_eq!(told(&id("ed25519")), told("key_zzzzzzzzzzzzzzzz"));
    assert_eq!(told(&id("rsa-pss-sha512")), told("somebody"));
}
