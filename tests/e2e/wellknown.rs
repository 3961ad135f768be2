//! What the gateway answers itself, over sockets.

use crate::harness::gateway::Launch;
use crate::harness::h2::exchange;
use crate::harness::problem::assert_refused;
use crate::harness::{Gateway, Raw, Response, eventually, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};

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
    let base = format!("http://{}", gateway.address);
    let target = help.strip_prefix(&base).expect("a link to this gateway");
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
