//! Issuers that are built in, asked by an OAuth client that shares no code with the gateway (`authlib`,
//! of Python), and as the example has it.

use crate::commands::Stored;
use crate::harness::binary::workspace;
use crate::harness::gateway::Launch;
use crate::harness::program::{free_address, run};
use crate::harness::python::python;
use crate::harness::raw::{get, once};
use crate::harness::{Gateway, Response, SOON, eventually};
use crate::upstream::Upstream;
use postern_model::key::ApiKey;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// A key, as it is sent.
fn written(key: &ApiKey) -> String {
    (*key.reveal().expose()).to_owned()
}

fn id(key: &ApiKey) -> String {
    format!("key_{}", key.id())
}

const PLACE: &str = "/.well-known/postern/issuers/own";

/// A service that takes the gateway's own tokens, at this address.
fn configuration(address: SocketAddr, upstream: SocketAddr, keys: &[(&ApiKey, Value)]) -> Value {
    let mut credentials = json!({});
    for (key, more) in keys {
        let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
        let mut credential = json!({"app": "shop", "sha256": digest});
        for (name, value) in more.as_object().expect("members") {
            credential[name] = value.clone();
        }
        credentials[id(key)] = credential;
    }
    json!({
        "tenants": {"partner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": {"own": {
            "issuer": format!("http://{address}{PLACE}"), "audiences": ["orders"],
            "built_in": {"lifetime": "10m"},
        }},
        "credentials": credentials,
        "upstreams": {"behind": {"targets": [upstream.to_string()]}},
        "services": {
            "orders": {
                "scopes": {"read": "To read", "write": "To write", "refund": "To pay back"},
                "authentication": {"jwt": {"issuers": ["own"]}},
                "versions": {"v1": {"upstream": "behind", "operations": {
                    "list": {"methods": ["GET"], "path": "/orders", "scopes": ["read"]},
                    "place": {"methods": ["POST"], "path": "/orders", "scopes": ["write"]},
                }}},
            },
            // Keys alone.
            "stock": {
                "base_path": "/stock", "hosts": ["stock.test"],
                "authentication": {"api_key": {}, "subscription": false},
                "versions": {"v1": {"upstream": "behind", "operations": {
                    "list": {"methods": ["GET"], "path": "/items"},
                }}},
            },
        },
        "plans": {"all": {"services": ["orders"], "scopes": ["read", "write"]}},
        "subscriptions": {"sub_1": {
            "app": "shop", "service": "orders", "plan": "all", "state": "approved",
        }},
    })
}

fn start(keys: &[(&ApiKey, Value)]) -> (Gateway, Upstream) {
    let upstream = Upstream::start();
    let address = free_address();
    let text = configuration(address, upstream.address, keys).to_string();
    let text = {
        let mut whole: Value = serde_json::from_str(&text).expect("JSON");
        whole["listeners"] = json!({"http": {"address": address.to_string()}});
        whole.to_string()
    };
    (Launch::new(text).own_listeners(address).start(), upstream)
}

/// What comes of a form that is sent to the token endpoint, with these fields.
fn ask(gateway: SocketAddr, fields: &str, form: &str) -> Response {
    send(gateway, "token", fields, form)
}

fn send(gateway: SocketAddr, endpoint: &str, fields: &str, form: &str) -> Response {
    let length = form.len();
    once(
        gateway,
        format!(
            "POST {PLACE}/{endpoint} HTTP/1.1\r\nHost: {gateway}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
             {fields}\r\n{form}"
        ),
    )
}

fn form(id: &str, key: &str, more: &str) -> String {
    format!("grant_type=client_credentials&client_id={id}&client_secret={key}{more}")
}

/// The OAuth error of a refusal, and the code.
fn refused(answer: &Response) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        answer.header("content-type").as_deref(),
        Some("application/json")
    );
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(Some(text("request_id")), answer.header("x-request-id"));
    assert_eq!(Some(text("code")), answer.denial());
    assert!(!text("error_description").is_empty(), "{body}");
    (answer.status, text("error"), text("code"))
}

fn bearer(gateway: &Gateway, method: &str, token: &str) -> Response {
    once(
        gateway.address,
        format!(
            "{method} /orders HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n",
            gateway.address
        ),
    )
}

fn token(answer: &Response) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    body["access_token"].as_str().expect("a token").to_owned()
}

/// What comes of authlib's getting a token and calling with it: by an id, a key, and a way to show
/// them; with a scope or nothing, and the place where it gives the token up, if it does.
fn authlib(python: &Path, gateway: SocketAddr, how: [&str; 3], more: &[&str]) -> Value {
    let mut command = Command::new(python);
    command
        .arg(workspace().join("tests/e2e/issuers/client.py"))
        .arg(format!("http://{gateway}{PLACE}/token"))
        .args(how)
        .arg(format!("http://{gateway}/orders"))
        .args(more)
        .env("AUTHLIB_INSECURE_TRANSPORT", "1");
    let ran = run(&mut command, SOON);
    assert!(ran.status.success(), "{ran:?}");
    serde_json::from_str(ran.stdout.trim()).expect("JSON")
}

#[test]
fn an_oauth_client_gets_tokens_and_calls_with_them() {
    let Some(python) = python() else {
        return;
    };
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let (gateway, upstream) = start(&[(&key, json!({}))]);
    let client = |secret: &str, method: &str, scope: &str| {
        let how = [&*id(&key), secret, method];
        authlib(python, gateway.address, how, &[scope])
    };
    for method in ["client_secret_basic", "client_secret_post"] {
        let got = client(&written(&key), method, "");
        assert_eq!(got["status"], 200, "{got}");
        assert_eq!(got["token"]["scope"], "read write");
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
        let got = client(&written(&key), method, "read");
        assert_eq!(
            (&got["status"], &got["token"]["scope"]),
            (&json!(200), &json!("read"))
        );
        // The app has no such scope, and this is nobody's key.
        assert_eq!(
            client(&written(&key), method, "refund")["error"],
            "invalid_scope"
        );
        let wrong = ApiKey::generate(&[9; ApiKey::RANDOM]);
        assert_eq!(
            client(&written(&wrong), method, "")["error"],
            "invalid_client"
        );
    }
}

#[test]
fn a_token_carries_what_was_asked_for_and_ends_with_its_key() {
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let (gateway, _upstream) = start(&[(&key, json!({}))]);
    let narrow = token(&ask(
        gateway.address,
        "",
        &form(&id(&key), &written(&key), "&scope=read"),
    ));
    assert_eq!(bearer(&gateway, "GET", &narrow).status, 200);
    let short = bearer(&gateway, "POST", &narrow);
    assert_eq!(
        short.denial().as_deref(),
        Some("authorization.scope_missing")
    );
    // It is a JWT of the kind that RFC 9068 has, and the published keys check it.
    let keys = get(gateway.address, &format!("{PLACE}/keys"), "");
    let keys = postern_proof::KeySet::parse(&keys.body).expect("keys");
    let kids: Vec<&str> = keys.kids().collect();
    let read = postern_proof::Unverified::parse(narrow.as_bytes()).expect("a token");
    let iss = format!("http://{}{PLACE}", gateway.address);
    assert_eq!(read.issuer(), Some(&*iss));
    assert!(kids.len() >= 2, "the next one is there: {kids:?}");
    // Sent where keys are taken, it is none.
    let other = once(
        gateway.address,
        format!(
            "GET /stock/items HTTP/1.1\r\nHost: stock.test\r\nConnection: close\r\nAuthorization: Bearer {narrow}\r\n\r\n"
        ),
    );
    assert_eq!(
        other.denial().as_deref(),
        Some("credential.kind_not_accepted")
    );
}

#[test]
fn the_issuer_describes_itself_where_others_look_and_only_on_its_hosts() {
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let (gateway, _upstream) = start(&[(&key, json!({}))]);
    let iss = format!("http://{}{PLACE}", gateway.address);
    for path in [
        format!("/.well-known/oauth-authorization-server{PLACE}"),
        format!("{PLACE}/.well-known/openid-configuration"),
    ] {
        let answer = get(gateway.address, &path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let described = answer.json();
        assert_eq!(described["issuer"], iss);
        assert_eq!(described["token_endpoint"], format!("{iss}/token"));
        assert_eq!(described["jwks_uri"], format!("{iss}/keys"));
    }
    for path in [
        "/.well-known/postern/issuers/other/keys".to_owned(),
        format!("{PLACE}/userinfo"),
        "/.well-known/oauth-authorization-server/.well-known/postern/issuers/other".to_owned(),
    ] {
        let answer = get(gateway.address, &path, "");
        assert_eq!(
            answer.denial().as_deref(),
            Some("route.not_found"),
            "{path}"
        );
    }
    let asked = get(gateway.address, &format!("{PLACE}/token"), "");
    assert_eq!(asked.denial().as_deref(), Some("route.method_not_allowed"));
    assert_eq!(asked.header("allow").as_deref(), Some("POST"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_cannot_be_answered_with_a_token_is_refused_as_oauth_has_it() {
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let over = ApiKey::generate(&[2; ApiKey::RANDOM]);
    let elsewhere = ApiKey::generate(&[3; ApiKey::RANDOM]);
    let (gateway, _upstream) = start(&[
        (&key, json!({})),
        (&over, json!({"revoked_at": "2026-01-01T00:00:00Z"})),
        (
            &elsewhere,
            json!({"restricted_to": {"addresses": ["10.0.0.0/8"]}}),
        ),
    ]);
    let to = gateway.address;
    let (own, secret) = (id(&key), written(&key));
    let good = form(&own, &secret, "");
    let basic = |text: &str| {
        use base64::Engine as _;
        let coded = base64::engine::general_purpose::STANDARD.encode(text);
        format!("Authorization: Basic {coded}\r\n")
    };
    let grant = "grant_type=client_credentials";
    let wrong = written(&ApiKey::generate(&[4; ApiKey::RANDOM]));
    let cases: Vec<(&str, Response, (u16, &str, &str))> = vec![
        (
            "no grant type",
            ask(to, "", &good.replace("grant_type", "type")),
            (400, "invalid_request", "grant.invalid"),
        ),
        (
            "a password",
            ask(to, "", &good.replace("client_credentials", "password")),
            (400, "unsupported_grant_type", "grant.invalid"),
        ),
        (
            "a field twice",
            ask(to, "", &format!("{good}&scope=a&scope=b")),
            (400, "invalid_request", "grant.invalid"),
        ),
        (
            "a scope of others",
            ask(to, "", &format!("{good}&scope=read%20refund")),
            (400, "invalid_scope", "grant.invalid"),
        ),
        (
            "not UTF-8",
            ask(to, "", &format!("{good}&x=%ff")),
            (400, "invalid_request", "grant.invalid"),
        ),
        (
            "long",
            ask(to, "", &format!("{good}&x={}", "a".repeat(17_000))),
            (400, "invalid_request", "grant.invalid"),
        ),
        (
            "nobody",
            ask(to, "", grant),
            (401, "invalid_client", "credential.missing"),
        ),
        (
            "no key",
            ask(to, "", &format!("{grant}&client_id={own}")),
            (401, "invalid_client", "credential.missing"),
        ),
        (
            "twice",
            ask(to, &basic(&format!("{own}:{secret}")), &good),
            (400, "invalid_request", "credential.ambiguous"),
        ),
        (
            "two clients",
            ask(
                to,
                &basic(&format!("{own}:{secret}")),
                &format!("{grant}&client_id=other"),
            ),
            (400, "invalid_request", "grant.invalid"),
        ),
        (
            "no base64",
            ask(to, "Authorization: Basic !\r\n", grant),
            (401, "invalid_client", "credential.malformed"),
        ),
        (
            "another's key",
            ask(to, "", &form("key_0000000000000000", &secret, "")),
            (401, "invalid_client", "credential.invalid"),
        ),
        (
            "nobody's key",
            ask(to, "", &form(&own, &wrong, "")),
            (401, "invalid_client", "credential.invalid"),
        ),
        (
            "no key at all",
            ask(to, "", &form(&own, "secret", "")),
            (401, "invalid_client", "credential.malformed"),
        ),
        (
            "revoked",
            ask(to, "", &form(&id(&over), &written(&over), "")),
            (401, "invalid_client", "credential.revoked"),
        ),
        (
            "from elsewhere",
            ask(to, "", &form(&id(&elsewhere), &written(&elsewhere), "")),
            (403, "invalid_client", "credential.restricted"),
        ),
    ];
    for (name, answer, (status, error, code)) in cases {
        let expected = (status, error.to_owned(), code.to_owned());
        assert_eq!(refused(&answer), expected, "{name}: {}", answer.text());
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge.is_some(), status == 401, "{name}");
    }
    assert_eq!(
        ask(to, &basic(&format!("{own}:{secret}")), grant).status,
        200
    );
}

#[test]
fn whoever_revokes_a_key_ends_its_tokens_and_keys_of_the_issuer_change() {
    let stored = Stored::empty();
    let upstream = Upstream::start();
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let whole = configuration(stored.gateway, upstream.address, &[(&key, json!({}))]);
    let applied = stored.apply(&whole.to_string());
    assert!(applied.status.success(), "{applied:?}");
    let asked = || ask(stored.gateway, "", &form(&id(&key), &written(&key), ""));
    let call = |token: &str| {
        get(
            stored.gateway,
            "/orders",
            &format!("Authorization: Bearer {token}\r\n"),
        )
    };
    let old = token(&asked());
    assert_eq!(call(&old).status, 200);

    let before = get(stored.gateway, &format!("{PLACE}/keys"), "").text();
    let ran = stored.run(&["issuers", "rotate", "own", "--comment", "a test"]);
    assert!(ran.status.success(), "{ran:?}");
    // The next one is published before it signs.
    eventually("another key is published", || {
        let now = get(stored.gateway, &format!("{PLACE}/keys"), "").text();
        (now != before).then_some(())
    });
    assert_eq!(call(&old).status, 200, "it is good until it ends");
    let new = token(&asked());
    assert_eq!(call(&new).status, 200);

    let ran = stored.run(&["keys", "revoke", &id(&key), "--reason", "lost", "--yes"]);
    assert!(ran.status.success(), "{ran:?}");
    eventually("its tokens are over", || {
        let code = call(&new).denial();
        (code.as_deref() == Some("credential.revoked")).then_some(())
    });
    assert_eq!(refused(&asked()).1, "invalid_client");
}

#[test]
fn an_app_gives_up_its_tokens_and_nobody_else_s() {
    let Some(python) = python() else {
        return;
    };
    let stored = Stored::empty();
    let upstream = Upstream::start();
    let [key, other] = [1, 2].map(|byte| ApiKey::generate(&[byte; ApiKey::RANDOM]));
    let keys = [(&key, json!({})), (&other, json!({"app": "stall"}))];
    let mut whole = configuration(stored.gateway, upstream.address, &keys);
    whole["apps"]["stall"] = json!({"tenant": "partner"});
    let applied = stored.apply(&whole.to_string());
    assert!(applied.status.success(), "{applied:?}");
    let gateway = stored.gateway;
    let get_one = || token(&ask(gateway, "", &form(&id(&key), &written(&key), "")));
    let call = |token: &str| {
        let answer = get(
            gateway,
            "/orders",
            &format!("Authorization: Bearer {token}\r\n"),
        );
        (answer.status, answer.denial())
    };
    let give_up = |key: &ApiKey, more: &str| {
        let form = format!("client_id={}&client_secret={}{more}", id(key), written(key));
        send(gateway, "revoke", "", &form)
    };
    let described = get(
        gateway,
        &format!("{PLACE}/.well-known/openid-configuration"),
        "",
    );
    let place = described.json()["revocation_endpoint"].clone();
    let place = place.as_str().expect("a place").to_owned();
    assert_eq!(place, format!("http://{gateway}{PLACE}/revoke"));

    let [one, another] = [get_one(), get_one()];
    let theirs = give_up(&other, &format!("&token={one}"));
    let invalid = |error: &str| (400, error.to_owned(), "grant.invalid".to_owned());
    assert_eq!(refused(&theirs), invalid("invalid_grant"));
    assert_eq!(refused(&give_up(&key, "")), invalid("invalid_request"));
    let guess = send(
        gateway,
        "revoke",
        "",
        &format!("client_id=key_0000000000000000&client_secret=x&token={one}"),
    );
    assert_eq!(
        (guess.status, guess.json()["error"].as_str()),
        (401, Some("invalid_client"))
    );
    assert_eq!(call(&one).0, 200);

    let done = give_up(&key, &format!("&token={one}&token_type_hint=access_token"));
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(
        call(&one),
        (401, Some("token.revoked".to_owned())),
        "from the answer on"
    );
    assert_eq!(call(&another).0, 200);
    // What is none, or is none any more, needs no giving up (RFC 7009 §2.2).
    for nothing in [&*one, "a.b.c", "secret", &another[..another.len() - 4]] {
        let done = give_up(&key, &format!("&token={nothing}"));
        assert_eq!(done.status, 200, "{nothing}: {}", done.text());
    }
    assert_eq!(call(&another).0, 200);
    let told = stored.run(&["tokens", "revocations"]);
    assert!(told.stdout.contains("app shop"), "{}", told.stdout);

    let how = [&*id(&key), &*written(&key), "client_secret_basic"];
    let got = authlib(python, gateway, how, &["", &place]);
    assert_eq!(
        (&got["status"], &got["given_up"]),
        (&json!(200), &json!(200)),
        "{got}"
    );
    let over = got["token"]["access_token"].as_str().expect("a token");
    assert_eq!(call(over).1.as_deref(), Some("token.revoked"));
}

#[test]
fn a_gateway_whose_configuration_is_a_file_takes_no_tokens_back() {
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let (gateway, _upstream) = start(&[(&key, json!({}))]);
    let described = get(
        gateway.address,
        &format!("{PLACE}/.well-known/openid-configuration"),
        "",
    );
    assert_eq!(described.json().get("revocation_endpoint"), None);
    let form = form(&id(&key), &written(&key), "&token=x");
    let answer = send(gateway.address, "revoke", "", &form);
    let expected = (
        400,
        "unsupported_token_type".to_owned(),
        "grant.invalid".to_owned(),
    );
    assert_eq!(refused(&answer), expected);
}

#[test]
fn the_example_does_what_it_says() {
    let path = workspace().join("examples/issuer.yaml");
    let text = std::fs::read_to_string(&path).expect("the example");
    let key = text.lines().find_map(|line| line.split_once("KEY="));
    let key = key.expect("a key").1.to_owned();
    let address = free_address();
    let text = text.replace("127.0.0.1:8080", &address.to_string());
    let gateway = Launch::new(text).own_listeners(address).start();
    let own = token_of(&gateway, &key);
    assert_eq!(bearer(&gateway, "GET", &own).status, 200);
    let more = bearer(&gateway, "POST", &own);
    assert_eq!(
        more.denial().as_deref(),
        Some("authorization.scope_missing")
    );
}

fn token_of(gateway: &Gateway, key: &str) -> String {
    let answer = ask(gateway.address, "", &form("key_exampe0000000009", key, ""));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["scope"], "orders:read");
    body["access_token"].as_str().expect("a token").to_owned()
}
