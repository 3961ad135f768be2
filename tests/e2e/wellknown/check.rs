//! A check is answered as the request itself would be.

use super::ROOT;
use crate::clients::Secure;
use crate::harness::gateway::{Launch, cli};
use crate::harness::h2::{exchange, run as block_on};
use crate::harness::problem::assert_refused;
use crate::harness::setup::Setup;
use crate::harness::tls::{Issued, Validity, connect};
use crate::harness::{Gateway, Raw, Response, setup};
use crate::upstream::Upstream;
use bytes::Bytes;
use h2::client::SendRequest;
use h2::ext::Protocol;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

/// A key made for one test, and what the configuration says of it.
struct Key {
    id: String,
    line: String,
    document: Value,
}

fn key(app: &str, more: &[&str]) -> Key {
    let arguments = ["keys", "create", "--offline", "--json", "--app", app];
    let ran = cli(&[&arguments[..], more].concat());
    let made: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    Key {
        id: text("id"),
        line: format!("X-API-Key: {}\r\n", text("key")),
        document: made["document"].clone(),
    }
}

/// An app of tenant `mine` with that key.
fn with_key(setup: Setup, app: &str, key: &Key) -> Setup {
    setup
        .with(&format!("apps.{app}.tenant"), "mine")
        .with(&format!("credentials.{}", key.id), key.document.clone())
}

/// Everything of a response but what is made from ids and the time of day.
fn told(mut response: Response) -> (u16, Vec<(String, String)>, String) {
    let id = response.header("x-request-id").expect("an id");
    response
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
    for (_, value) in &mut response.headers {
        *value = value.replace(&id, "ID");
    }
    (
        response.status,
        response.headers,
        without_ids(&response.body, &id),
    )
}

fn without_ids(body: &[u8], id: &str) -> String {
    let mut text = String::from_utf8_lossy(body).replace(id, "ID");
    if let Some(at) = text.find("?sig=") {
        let ends = |c: char| !(c.is_ascii_alphanumeric() || "?=.".contains(c));
        let end = text[at..].find(ends).map_or(text.len(), |end| at + end);
        text.replace_range(at..end, "?SIG");
    }
    text
}

fn asked(gateway: &Gateway, (method, path): (&str, &str), lines: &str, body: &str) -> Response {
    let host = gateway.address;
    let mut raw = Raw::connect(host);
    raw.send(format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n{body}"
    ));
    raw.response_to(method == "HEAD")
}

/// Both answers; a second that ends between them is given another chance.
fn both<T: PartialEq>(mut ask: impl FnMut(&str) -> T) -> (T, T) {
    let mut pair = (ask(""), ask(&format!("{ROOT}/check")));
    for _ in 0..5 {
        if pair.0 == pair.1 {
            break;
        }
        pair = (ask(""), ask(&format!("{ROOT}/check")));
    }
    pair
}

struct Keys {
    good: Key,
    revoked: Key,
    staging: Key,
    strange: Key,
}

/// A service of `base_path` that takes keys, and any path.
fn service(base_path: &str, header: &str) -> Value {
    let versions = json!({"v1": {
        "upstream": "behind",
        "operations": {"any": {"path": "/{*rest}"}},
    }});
    json!({
        "base_path": base_path,
        "authentication": {"api_key": {"header": header}},
        "versions": versions,
    })
}

/// Whatever a request may be refused for, with two apps: `mine-app`, and `waiting`.
fn everything(setup: Setup, keys: &Keys) -> Setup {
    let on =
        |operation: &str| json!({"service": "everything", "version": "v1", "operation": operation});
    let subscription = |app: &str, state: &str| json!({"app": app, "service": "everything", "plan": "basic", "state": state});
    let operations = json!({
        "read": {"methods": ["GET"], "path": "/read"},
        "write": {"methods": ["POST"], "path": "/write", "scopes": ["write"]},
        "typed": {"methods": ["POST"], "path": "/typed"},
        "limited": {"methods": ["GET"], "path": "/limited"},
        "open": {"methods": ["GET"], "path": "/open", "anonymous": true},
    });
    let plan = json!({
        "services": ["everything"],
        "scopes": [],
        "limits": {"parallel": {"kind": "concurrency", "limit": 9, "by": "app"}},
    });
    let policies = json!({
        "once": {"kind": "rate", "rate": 1, "per": "1h", "by": "app", "on": on("limited")},
        "typed": {
            "kind": "headers",
            "content_types": ["application/json"],
            "sniff": true,
            "on": on("typed"),
        },
        "small": {"kind": "body", "on": "platform", "max_size": "16B"},
    });
    let mut revoked = keys.revoked.document.clone();
    revoked["revoked_at"] = "2026-01-01T00:00:00Z".into();
    revoked["reason"] = "It leaked".into();
    let mut hidden = service("/hidden", "X-Hidden");
    hidden["status_profile"] = "conceal".into();
    let setup = setup
        .service("authentication.api_key.header", "X-API-Key")
        .service("scopes.write", "To write")
        .service("versions.v1.operations", operations)
        .with("services.hidden", hidden)
        .with("tenants.mine.title", "A team")
        .with("environments.staging.hosts", json!(["staging.test"]))
        .with("plans.basic", plan)
        .with("policies", policies)
        .with(
            "subscriptions.sub_mine",
            subscription("mine-app", "approved"),
        )
        .with(
            "subscriptions.sub_waits",
            subscription("waiting", "pending"),
        );
    let setup = with_key(setup, "mine-app", &keys.good);
    let setup = with_key(setup, "mine-app", &keys.staging);
    with_key(setup, "waiting", &keys.strange)
        .with(&format!("credentials.{}", keys.revoked.id), revoked)
}

fn start(upstream: &Upstream, keys: &Keys) -> Gateway {
    Gateway::start(everything(setup::open(upstream.address), keys))
}

fn keys() -> Keys {
    Keys {
        good: key("mine-app", &[]),
        revoked: key("mine-app", &[]),
        staging: key("mine-app", &["--environment", "staging"]),
        strange: key("waiting", &[]),
    }
}

/// A request, and what refuses it.
type Row = (
    &'static str,
    &'static str,
    String,
    String,
    u16,
    &'static str,
);

fn rows(keys: &Keys) -> Vec<Row> {
    let (good, json_type) = (&*keys.good.line, "Content-Type: application/json\r\n");
    let long = "[1,2,3,4,5,6,7,8,9]";
    let chunked = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    let good_json = format!("{good}{json_type}");
    let unframed = format!("{good_json}Transfer-Encoding: chunked\r\n");
    let page = format!("{good}Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n");
    let socket = format!(
        "{good}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    );
    let row = |request: &'static str, lines: &str, status, code| -> Row {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        (method, path, lines.to_owned(), String::new(), status, code)
    };
    let post = |path, lines: &str, body: &str, status, code| -> Row {
        let sized = format!("{lines}Content-Length: {}\r\n", body.len());
        ("POST", path, sized, body.to_owned(), status, code)
    };
    let bearer = "Authorization: Bearer x\r\n";
    vec![
        row("GET /read", "", 401, "credential.missing"),
        row(
            "GET /read?a=b",
            "X-API-Key: x\r\n",
            401,
            "credential.malformed",
        ),
        row("GET /read", bearer, 401, "credential.kind_not_accepted"),
        row("GET /read", &keys.revoked.line, 401, "credential.revoked"),
        row(
            "GET /read",
            &keys.staging.line,
            403,
            "credential.wrong_environment",
        ),
        row(
            "HEAD /read",
            &keys.strange.line,
            403,
            "subscription.pending",
        ),
        row("GET /read", &keys.strange.line, 403, "subscription.pending"),
        row("POST /write", good, 403, "authorization.scope_missing"),
        row("GET /nowhere", good, 404, "route.not_found"),
        row("GET /read/", &page, 404, "route.not_found"),
        row("DELETE /read", good, 405, "route.method_not_allowed"),
        row("GET /a%2Fb", good, 400, "route.path_rejected"),
        row("GET /read", &socket, 400, "connection.upgrade_not_allowed"),
        post("/typed", good, "{}", 415, "headers.content_type_missing"),
        post(
            "/typed",
            &good_json,
            "<a/>",
            415,
            "headers.content_type_unsupported",
        ),
        post("/typed", &good_json, long, 413, "body.too_large"),
        ("POST", "/typed", unframed, chunked, 413, "body.too_large"),
        row("GET /limited", good, 429, "limit.rate_exceeded"),
        row("GET /safe/x", good, 308, "connection.tls_required"),
        row("POST /safe/x", "", 403, "connection.tls_required"),
        row("GET /hidden/x", good, 404, "route.not_found"),
    ]
}

#[test]
fn a_check_is_refused_as_the_request_would_be_byte_for_byte() {
    let upstream = Upstream::start();
    let keys = keys();
    let secure = Secure::start(
        &["test"],
        |setup, _| {
            let mut safe = service("/safe", "X-API-Key");
            safe["tls_required"] = true.into();
            everything(setup, &keys).with("services.safe", safe)
        },
        upstream.address,
    );
    let gateway = &secure.gateway;
    let once = asked(gateway, ("GET", "/limited"), &keys.good.line, "");
    assert_eq!(once.status, 200, "{once:?}");
    for (method, path, lines, body, status, code) in rows(&keys) {
        let (real, check) = both(|prefix| {
            let target = format!("{prefix}{path}");
            told(asked(gateway, (method, &target), &lines, &body))
        });
        let denial = ("postern-denial".to_owned(), code.to_owned());
        assert_eq!(real.0, status, "{method} {path}: {real:?}");
        assert!(real.1.contains(&denial), "{method} {path}: {real:?}");
        assert_eq!(real, check, "{method} {path} {lines}");
    }
}

#[test]
fn a_check_over_http2_is_refused_as_the_request_would_be() {
    let upstream = Upstream::start();
    let keys = keys();
    let gateway = start(&upstream, &keys);
    let ask = |path: &str| {
        let request = Request::get(format!("http://{}{path}", gateway.address));
        let (name, value) = keys.good.line.trim().split_once(": ").expect("a field");
        let request = request.header(name, value).body(Vec::new());
        let request = request.expect("a request");
        let mut answer = exchange(gateway.address, request, HeaderMap::new());
        let id = answer.field("x-request-id");
        answer.headers.remove("date");
        answer.headers.remove("x-request-id");
        let body = without_ids(&answer.body, &id);
        (answer.status, answer.headers, body)
    };
    assert_eq!(ask("/limited").0, 200);
    let (real, check) = both(|prefix| ask(&format!("{prefix}/limited")));
    assert_eq!(real.0, 429);
    assert_eq!(real, check);
}

#[test]
fn only_a_genuine_key_is_told_that_a_request_would_pass() {
    let upstream = Upstream::start();
    let keys = keys();
    let gateway = start(&upstream, &keys);
    let check = |path: &str, lines: &str| {
        asked(&gateway, ("GET", &format!("{ROOT}/check{path}")), lines, "")
    };
    assert_eq!(asked(&gateway, ("GET", "/open"), "", "").status, 200);
    assert_eq!(
        check("/open", &keys.good.line).json()["decision"],
        "allowed"
    );
    let refused = |path: &str| {
        let (status, headers, body) = told(check(path, ""));
        assert_eq!(status, 401, "{path}: {headers:?}");
        (headers, body)
    };
    // What may not be known of is not told apart from what is not there, whose places of keys do
    // not show either.
    let stranger = refused("/open");
    assert_eq!(refused("/hidden/x"), stranger);
    assert_eq!(refused("/nowhere"), stranger);
    let challenge = (
        "www-authenticate",
        "ApiKey realm=\"postern\", header=\"x-api-key\"",
    );
    let (headers, body) = stranger;
    let asks: Vec<_> = headers.iter().filter(|(n, _)| n == challenge.0).collect();
    assert!(
        matches!(&*asks, [(_, value)] if value == challenge.1),
        "{headers:?}"
    );
    assert!(!body.to_lowercase().contains("hidden"), "{body}");
}

#[test]
fn a_check_takes_nothing_and_counts_as_a_question() {
    let upstream = Upstream::start();
    let keys = keys();
    let setup = everything(setup::open(upstream.address), &keys)
        .with(
            "policies.shared",
            json!({"kind": "rate", "rate": 50, "per": "1h", "by": "address", "on": "platform"}),
        )
        .with("edge.requests", json!({"rate": 8, "per": "1h"}));
    let gateway = Launch::new(setup).start();
    let target = format!("{ROOT}/check/limited");
    for _ in 0..3 {
        let told = asked(&gateway, ("GET", &target), &keys.good.line, "").json();
        assert_eq!(
            told["limits"],
            json!([
                {"name": "parallel", "by": ["app"], "limit": 9, "remaining": 9, "reset": 0},
                {"name": "shared", "by": ["address"], "limit": 50, "window": 3600, "remaining": 50, "reset": 0},
                {"name": "once", "by": ["app"], "limit": 1, "window": 3600, "remaining": 1, "reset": 0},
            ])
        );
    }
    let real = asked(&gateway, ("GET", "/limited"), &keys.good.line, "");
    assert_eq!(real.status, 200);
    assert_eq!(real.header("x-ratelimit-remaining").as_deref(), Some("0"));
    assert_eq!(upstream.seen().len(), 1, "a check was forwarded");
    // Of what one operation takes from, whoami says only that it is there.
    let target_of_whoami = format!("{ROOT}/whoami");
    // The permit of the request before is given back when its answer is out, a moment later.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let whoami = asked(&gateway, ("GET", &target_of_whoami), &keys.good.line, "").json();
    let told = &whoami["subscriptions"][0];
    let limits: Vec<_> = told["limits"].as_array().expect("a list").iter().collect();
    let left = limits
        .iter()
        .map(|limit| (&limit["name"], &limit["remaining"]));
    assert_eq!(
        left.collect::<Vec<_>>(),
        [
            (&json!("parallel"), &json!(9)),
            (&json!("shared"), &json!(49))
        ]
    );
    assert_eq!(told["other_limits"], true);
    for _ in 0..3 {
        asked(&gateway, ("GET", &target), &keys.good.line, "");
    }
    let refused = asked(&gateway, ("GET", &target), &keys.good.line, "");
    assert_eq!(refused.denial().as_deref(), Some("edge.rate_exceeded"));
}

#[test]
fn what_a_service_demands_of_the_connection_comes_before_any_key() {
    let upstream = Upstream::start();
    let keys = keys();
    let secure = Secure::start(
        &["test"],
        |setup, authority| {
            let authorities = json!({"authorities": authority.path(), "required": true});
            let setup = setup
                .with("tenants.mine.title", "A team")
                .service("client_certificate", authorities)
                .service("authentication.api_key", json!({"header": "X-API-Key"}))
                .service("authentication.subscription", false);
            with_key(setup, "mine-app", &keys.good)
        },
        upstream.address,
    );
    let good = secure
        .authority
        .issue("good", &["client.test"], Validity::Now);
    let ask = |identity: Option<&Issued>, path: &str, lines: &str| {
        let config = secure.authority.client(identity, &["http/1.1"]);
        let mut client = connect(secure.address, "test", config).expect("a handshake");
        client.exchange(format!("GET {path} HTTP/1.1\r\nHost: test\r\n{lines}\r\n"))
    };
    let check = format!("{ROOT}/check/x");
    for lines in ["", &*keys.good.line, "X-API-Key: x\r\n"] {
        let (real, asked) = both(|prefix| told(ask(None, &format!("{prefix}/x"), lines)));
        assert_eq!(real, asked, "{lines}");
        assert_refused(&ask(None, &check, lines), "connection.certificate_missing");
    }
    assert_eq!(ask(Some(&good), &check, &keys.good.line).status, 200);
    let refused = ask(Some(&good), &check, "");
    assert_eq!(refused.denial().as_deref(), Some("credential.missing"));
}

#[test]
fn no_page_opens_a_websocket_over_http2() {
    let upstream = Upstream::start();
    let keys = keys();
    let gateway = start(&upstream, &keys);
    for path in ["/whoami", "/check/read", "/denials/"] {
        let request = Request::connect(format!("http://{}{ROOT}{path}", gateway.address));
        let (name, value) = keys.good.line.trim().split_once(": ").expect("a field");
        let request = request
            .extension(Protocol::from_static("websocket"))
            .header(name, value);
        let request = request.body(()).expect("a request");
        let response = block_on(async {
            let tcp = tokio::net::TcpStream::connect(gateway.address)
                .await
                .expect("a connection");
            let (client, connection): (SendRequest<Bytes>, _) =
                h2::client::handshake(tcp).await.expect("a session");
            tokio::spawn(async move {
                let _ = connection.await;
            });
            let mut client = client.ready().await.expect("a session");
            // The settings that allow it have to come first.
            while !client.is_extended_connect_protocol_enabled() {
                tokio::task::yield_now().await;
            }
            let (response, _stream) = client.send_request(request, false).expect("sent");
            response.await.expect("a response")
        });
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(
            response.headers()["postern-denial"],
            "connection.upgrade_not_allowed"
        );
    }
}
