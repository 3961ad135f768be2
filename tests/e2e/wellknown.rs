//! What the gateway answers itself, over sockets.

mod check;
mod tokens;

use crate::harness::gateway::Launch;
use crate::harness::h2::exchange;
use crate::harness::problem::assert_refused;
use crate::harness::{Gateway, Raw, Response, eventually, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use serde_json::json;

const ROOT: &str = "/.well-known/postern";

/// A gateway that sends everything else to its upstream.
fn start() -> (Gateway, Upstream) {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address);
    (Launch::new(setup).logging_all_requests().start(), upstream)
}

fn ask(gateway: &Gateway, method: &str, target: &str, more: &str) -> Response {
    let host = gateway.address;
    let mut raw = Raw::connect(host);
    raw.send(format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n"
    ));
    raw.response_to(method == "HEAD")
}

#[test]
fn the_gateways_own_pages_are_never_forwarded_and_are_the_same_over_both_protocols() {
    let (gateway, upstream) = start();
    for (path, kind) in [
        ("/denials/credential.expired", "text/html; charset=utf-8"),
        (
            "/denials/credential.expired.md",
            "text/markdown; charset=utf-8",
        ),
        ("/denials/credential", "text/html; charset=utf-8"),
        ("/denials/", "text/html; charset=utf-8"),
        ("/whoami", "application/json"),
    ] {
        let target = format!("{ROOT}{path}");
        let plain = ask(&gateway, "GET", &target, "");
        assert_eq!(plain.status, 200, "{path}");
        assert_eq!(plain.header("content-type").as_deref(), Some(kind));
        assert!(plain.header("x-request-id").is_some(), "{path}");
        let head = ask(&gateway, "HEAD", &target, "");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        let request = Request::get(format!("http://{}{target}", gateway.address));
        let request = request.body(Vec::new()).expect("a request");
        let other = exchange(gateway.address, request, HeaderMap::new());
        assert_eq!(other.status, 200, "{path}");
        assert_eq!(other.field("content-type"), kind);
        if kind != "application/json" {
            assert_eq!(other.body, plain.body, "{path}");
        }
    }
    assert_refused(
        &ask(&gateway, "GET", &format!("{ROOT}/x"), ""),
        "route.not_found",
    );
    let post = ask(
        &gateway,
        "POST",
        &format!("{ROOT}/whoami"),
        "Content-Length: 0\r\n",
    );
    assert_refused(&post, "route.method_not_allowed");
    assert_eq!(upstream.seen().len(), 0, "something was forwarded");
    let log = eventually("the log tells of own answers", || {
        let log = gateway.log();
        log.contains("\"own\"").then_some(log)
    });
    assert!(!log.contains("panicked"), "{log}");
    let metrics = gateway.metrics();
    assert!(metrics.contains("outcome=\"own\""), "{metrics}");
}

#[test]
fn the_link_of_a_refusal_tells_what_its_caller_was_told() {
    let (gateway, _upstream) = start();
    let refused = ask(
        &gateway,
        "GET",
        "/a//b?api_key=a-canary",
        "Cookie: a-canary\r\n",
    );
    assert_refused(&refused, "route.path_rejected");
    let mut told = refused.json();
    let help = told["help"].as_str().expect("a link").to_owned();
    let origin = format!("http://{}", gateway.address);
    let target = help.strip_prefix(&origin).expect("a link to this gateway");
    let again = eventually("the record is there", || {
        let answer = ask(&gateway, "GET", target, "");
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(again.header("cache-control").as_deref(), Some("no-store"));
    assert!(!again.text().contains("a-canary"), "{}", again.text());
    told.as_object_mut().expect("a document").remove("help");
    assert_eq!(again.json(), told);
    // Neither the id alone nor another signature opens it.
    let (bare, signature) = target.split_once('?').expect("a signature");
    let (until, _) = signature.split_once('.').expect("a time");
    for closed in [
        bare.to_owned(),
        format!("{bare}?{until}.{}", "0".repeat(64)),
    ] {
        assert_refused(&ask(&gateway, "GET", &closed, ""), "route.not_found");
    }
}

#[test]
fn a_body_that_nobody_reads_does_not_become_a_request() {
    let (gateway, upstream) = start();
    let body = format!(
        "GET /smuggled HTTP/1.1\r\nHost: {}\r\n\r\n",
        gateway.address
    );
    let mut raw = Raw::connect(gateway.address);
    raw.send(format!(
        "GET {ROOT}/whoami HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{body}",
        gateway.address,
        body.len()
    ));
    assert_eq!(raw.response().status, 200);
    raw.send(format!(
        "GET {ROOT}/whoami HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        gateway.address
    ));
    assert_eq!(raw.response().status, 200);
    assert_eq!(upstream.seen().len(), 0, "the body was served");
}

/// Keys of two apps of two tenants, and what the file says of them.
const KEYS: [(&str, &str, &str); 2] = [
    (
        "pst_exampe0000000001_ofnobodyofnobodyofnobodyofnobody3yssbE",
        "key_exampe0000000001",
        "d036cf33e437c98c9dca4be19f3f3aefa35f923bd8148f93e1806d01a737a320",
    ),
    (
        "pst_exampe0000000002_ofothersofothersofothersofothers16JHkz",
        "key_exampe0000000002",
        "173c4af2f195faa6b812cdd8b22945fe746d6cb7a2ca8108c27aaa8e0ce8345c",
    ),
];

#[test]
fn an_app_learns_about_itself_and_its_requests_and_nothing_of_others() {
    let upstream = Upstream::start();
    let mut setup = setup::open(upstream.address)
        .service("authentication.api_key.header", "X-API-Key")
        .service("scopes.write", "To write")
        .operation(
            "write",
            json!({"methods": ["POST"], "path": "/write", "scopes": ["write"]}),
        )
        .with(
            "plans.basic",
            json!({"services": ["everything"], "scopes": []}),
        );
    for (who, (_, id, digest)) in ["mine", "canary"].into_iter().zip(KEYS) {
        let credential = json!({"app": format!("{who}-app"), "sha256": digest});
        let subscription = json!({
            "app": format!("{who}-app"),
            "service": "everything",
            "plan": "basic",
            "state": "approved",
        });
        setup = setup
            .with(&format!("tenants.{who}.title"), "A team")
            .with(&format!("apps.{who}-app.tenant"), who)
            .with(&format!("credentials.{id}"), credential)
            .with(&format!("subscriptions.sub_{who}"), subscription);
    }
    let gateway = Launch::new(setup).start();
    let [mine, other] = KEYS.map(|(key, ..)| format!("X-API-Key: {key}\r\n"));
    let ask = |method: &str, path: &str, key: &str| {
        let answer = ask(&gateway, method, path, key);
        let whole = format!("{:?}{}", answer.headers, answer.text());
        assert!(!whole.contains("canary") || key == other, "{whole}");
        assert!(!whole.contains(KEYS[0].0), "{whole}");
        answer
    };
    let whoami = ask("GET", &format!("{ROOT}/whoami"), &mine).json();
    assert_eq!(whoami["app"]["name"], "mine-app");
    assert_eq!(whoami["subscriptions"][0]["service"], "everything");
    let check = ask("GET", &format!("{ROOT}/check/x"), &mine);
    assert_eq!(
        (check.status, &check.json()["operation"]),
        (200, &json!("any"))
    );
    let check = ask("POST", &format!("{ROOT}/check/write"), &mine);
    assert_refused(&check, "authorization.scope_missing");
    assert!(upstream.seen().is_empty(), "a check was forwarded");
    let refused = ask("POST", "/write", &mine);
    let mut told = refused.json();
    let id = refused.header("x-request-id").expect("an id");
    told.as_object_mut().expect("a document").remove("help");
    let record = format!("{ROOT}/requests/{id}");
    let again = eventually("the record is there", || {
        let answer = ask("GET", &record, &mine);
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(again.json(), told);
    assert_refused(&ask("GET", &record, &other), "route.not_found");
    assert_refused(&ask("GET", &record, ""), "route.not_found");
}

#[test]
fn pages_of_the_host_fetch_tokens_and_change_something_with_them() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .with("lists.office.entries", json!(["127.0.0.0/8"]))
        .with(
            "policies.office",
            json!({"kind": "network", "on": "platform", "allow": ["office"]}),
        )
        .with(
            "policies.pages",
            json!({"kind": "csrf", "on": "platform", "token": {"field": "csrf_token", "valid": "5s"}}),
        );
    let gateway = Gateway::start(setup);
    let fetch = || {
        let answer = ask(&gateway, "GET", &format!("{ROOT}/csrf"), "");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
        let told = answer.json();
        assert_eq!(told["headers"], json!(["x-csrf-token"]));
        assert_eq!(told["fields"], json!(["csrf_token"]));
        let cookie = answer.header("set-cookie").expect("a cookie");
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        assert_eq!(attributes, "Path=/; SameSite=Strict; HttpOnly");
        let token = told["token"].as_str().expect("a token").to_owned();
        assert_eq!(pair, format!("postern_csrf={token}"));
        token
    };
    let post = |token: &str, cookie: &str| {
        let more = format!(
            "Content-Length: 0\r\nSec-Fetch-Site: same-origin\r\n\
             X-CSRF-Token: {token}\r\nCookie: a=b; postern_csrf={cookie}\r\n"
        );
        ask(&gateway, "POST", "/", &more)
    };
    let (token, another) = (fetch(), fetch());
    assert_ne!(token, another);
    assert_eq!(post(&token, &token).status, 200);
    assert_refused(&post(&token, &another), "csrf.token_invalid");
    let bare = ask(&gateway, "POST", "/", "Content-Length: 0\r\n");
    assert_refused(&bare, "csrf.token_missing");
    // In a form, whose whole arrives.
    let form = |body: String, cookie: &str| {
        let host = gateway.address;
        let length = body.len();
        crate::harness::raw::once(
            host,
            format!(
                "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
                 Cookie: postern_csrf={cookie}\r\nContent-Length: {length}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
            ),
        )
    };
    let long = format!("csrf_token={token}&text={}", "x".repeat(100_000));
    assert_eq!(form(long.clone(), &token).status, 200);
    let seen = upstream.seen().pop().expect("a request");
    assert_eq!(seen.body, long.as_bytes());
    assert_refused(&form(long.clone(), &another), "csrf.token_invalid");
    let late = format!("text={}&csrf_token={token}", "x".repeat(100_000));
    assert_refused(&form(late, &token), "csrf.token_missing");
    let expired = eventually("the token expires", || {
        let answer = post(&token, &token);
        (answer.status != 200).then_some(answer)
    });
    assert_refused(&expired, "csrf.token_expired");
    // What is kept of it tells no token.
    assert!(!gateway.log().contains(&token));
    let (silent, _upstream) = start();
    let nobody = ask(&silent, "GET", &format!("{ROOT}/csrf"), "");
    assert_refused(&nobody, "route.not_found");
}
