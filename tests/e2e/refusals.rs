//! Every refusal that can be provoked from outside, in every form that a caller can read it in.

use crate::codes::kept::example;
use crate::harness::gateway::Launch;
use crate::harness::h2::exchange;
use crate::harness::problem::{assert_refused, check, contract, is_id};
use crate::harness::program::free_address;
use crate::harness::raw::once;
use crate::harness::setup::Setup;
use crate::harness::tls::{Authority, Validity};
use crate::harness::{Gateway, Raw, Response, SOON, eventually, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use std::time::Duration;

/// A gateway on which every path below refuses, and its upstream.
struct Refusing {
    gateway: Gateway,
    upstream: Upstream,
    _authority: Authority,
}

/// How a code is provoked: code, method, target, further header lines, whether HTTP/2 can carry
/// it too.
type Case = (&'static str, &'static str, &'static str, &'static str, bool);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("connection.method_unsupported", "BREW", "/ok", "", true),
    ("connection.loop_detected", "GET", "/ok", "Via: 1.1 postern, 1.1 postern, 1.1 postern\r\n", true),
    ("connection.tls_required", "POST", "/tls/x", "", true),
    ("client.address_unparseable", "GET", "/ok", "X-Forwarded-For: not an address\r\n", true),
    ("route.not_found", "GET", "/nowhere", "", true),
    ("route.not_found", "GET", "/draft/x", "", true),
    ("route.method_not_allowed", "DELETE", "/ok", "", true),
    ("route.version_retired", "GET", "/retired/x", "", true),
    ("route.path_rejected", "GET", "/ok/../ok", "", true),
    ("headers.expectation_unsupported", "GET", "/ok", "Expect: miracles\r\n", true),
    ("upstream.unreachable", "GET", "/gone/x", "", true),
    ("upstream.address_forbidden", "GET", "/forbidden/x", "", true),
    ("upstream.timeout", "GET", "/slow/do/slow-head/5000", "", true),
    ("upstream.response_invalid", "GET", "/ok/do/garbage", "", true),
    ("upstream.response_invalid", "GET", "/ok/do/duplicate-length", "", true),
    ("upstream.response_invalid", "GET", "/ok/do/length-and-chunked", "", true),
    ("connection.malformed", "GET", "/ok", "A : b\r\n", false),
    ("connection.upgrade_not_allowed", "GET", "/ok", "Connection: Upgrade\r\nUpgrade: h2c\r\n", false),
];

impl Refusing {
    fn start() -> Self {
        let upstream = Upstream::start();
        let gone = free_address();
        let any = json!({"any": {"path": "/{*rest}"}});
        let service = |base: &str, more: Value, version: Value| {
            let mut v1 = json!({"upstream": "behind", "operations": any});
            merge(&mut v1, version);
            let mut service = json!({"base_path": base, "versions": {"v1": v1}});
            merge(&mut service, more);
            service
        };
        let nothing = || json!({});
        let get = json!({"methods": ["GET", "HEAD", "POST"], "path": "/ok"});
        let below = json!({"methods": ["GET", "HEAD", "POST"], "path": "/ok/{*rest}"});
        let setup = setup::open(upstream.address)
            .service("versions.v1.operations", json!({"ok": get, "below": below}))
            .with(
                "services.tls",
                service("/tls", json!({"tls_required": true}), nothing()),
            )
            .with(
                "services.draft",
                service("/draft", nothing(), json!({"state": "draft"})),
            )
            .with(
                "services.retired",
                service(
                    "/retired",
                    nothing(),
                    json!({
                        "state": "retired", "retired_at": "2026-01-01",
                    }),
                ),
            )
            .with(
                "services.gone",
                service("/gone", nothing(), json!({"upstream": "gone"})),
            )
            .with(
                "services.forbidden",
                service("/forbidden", nothing(), json!({"upstream": "forbidden"})),
            )
            .with(
                "services.slow",
                service("/slow", nothing(), json!({"upstream": "slow"})),
            )
            .with("upstreams.gone.targets", json!([gone.to_string()]))
            .with("upstreams.forbidden.targets", json!(["169.254.169.254:80"]))
            .with(
                "upstreams.slow.targets",
                json!([upstream.address.to_string()]),
            )
            .with("upstreams.slow.timeouts.first_byte", "200ms")
            .with("client.trusted_proxies", json!(["127.0.0.0/8"]))
            .upstream("outlier.consecutive_failures", 0)
            .with("upstreams.slow.outlier.consecutive_failures", 0)
            .with("upstreams.gone.outlier.consecutive_failures", 0);
        let (plain, secure) = (free_address(), free_address());
        let authority = Authority::new("test");
        let issued = authority.issue("server", &["test"], Validity::Now);
        let certificate = json!({"certificate": issued.certificate, "key": issued.key});
        let setup = setup
            .with("listeners.plain.address", plain.to_string())
            .with("listeners.secure.address", secure.to_string())
            .with("listeners.secure.tls.certificates", json!([certificate]));
        Self {
            gateway: Launch::new(setup).own_listeners(plain).start(),
            upstream,
            _authority: authority,
        }
    }

    fn ask(&self, case: &Case, method: Option<&str>, lines: &str) -> Response {
        let (_, default, target, own, _) = case;
        let method = method.unwrap_or(default);
        once(
            self.gateway.address,
            format!("{method} {target} HTTP/1.1\r\nHost: test\r\n{own}{lines}\r\n"),
        )
    }
}

fn merge(into: &mut Value, from: Value) {
    let Value::Object(from) = from else {
        panic!("a mapping")
    };
    into.as_object_mut().expect("a mapping").extend(from);
}

#[test]
fn programs_get_a_problem_document() {
    let all = Refusing::start();
    for case in CASES {
        let response = all.ask(case, None, "");
        if let Err(why) = check(&response, case.0, false) {
            panic!("{case:?}: {why}\n{response:?}\n{}", response.text());
        }
    }
    let allow = all.ask(&CASES[6], None, "").header("allow");
    assert_eq!(allow.as_deref(), Some("GET, HEAD, POST"));
}

#[test]
fn head_gets_the_headers_only() {
    let all = Refusing::start();
    for case in CASES.iter().filter(|case| case.1 == "GET") {
        let response = all.ask(case, Some("HEAD"), "");
        if let Err(why) = check(&response, case.0, true) {
            panic!("{case:?}: {why}\n{response:?}");
        }
        assert_ne!(
            response.header("content-length").as_deref(),
            Some("0"),
            "{case:?}"
        );
    }
}

#[test]
fn browsers_get_a_page() {
    let all = Refusing::start();
    let navigation = concat!(
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Dest: document\r\n"
    );
    for case in CASES.iter().filter(|case| case.4) {
        let response = all.ask(case, None, navigation);
        let (status, ..) = contract(case.0);
        assert_eq!(response.status, status, "{case:?}: {response:?}");
        let media = response.header("content-type").unwrap_or_default();
        assert!(media.starts_with("text/html"), "{case:?}: {media}");
        let id = response.header("x-request-id").unwrap_or_default();
        let page = response.text();
        assert!(
            page.contains(case.0) && page.contains(&id),
            "{case:?}: {page}"
        );
        assert!(!page.contains("<script"), "{page}");
    }
}

#[test]
fn what_the_caller_sent_cannot_become_markup() {
    let all = Refusing::start();
    let request = "GET /<script>alert(1)</script> HTTP/1.1\r\nHost: test\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\n\r\n";
    let page = once(all.gateway.address, request).text();
    assert!(!page.contains("<script>alert"), "{page}");
}

#[test]
fn grpc_calls_get_a_status() {
    let all = Refusing::start();
    for case in CASES.iter().filter(|case| case.4) {
        let answer = over_h2(&all, case, Some("application/grpc"));
        let (status, ..) = contract(case.0);
        let grpc = match status {
            404 | 501 => "12",
            502 | 503 => "14",
            504 => "4",
            403 => "7",
            505..=599 => "13",
            _ => "3",
        };
        assert_eq!(answer.status, 200, "{case:?}: {answer:?}");
        assert_eq!(answer.field("postern-denial"), case.0);
        assert!(is_id(&answer.field("x-request-id")), "{case:?}: {answer:?}");
        assert_eq!(answer.field("grpc-status"), grpc, "{case:?}: {answer:?}");
    }
}

fn over_h2(all: &Refusing, case: &Case, media: Option<&str>) -> crate::harness::h2::Answer {
    let (_, method, target, lines, _) = case;
    let mut request = Request::builder()
        .method(*method)
        .uri(format!("http://test{target}"));
    for line in lines.lines() {
        let (name, value) = line.split_once(": ").expect("a field");
        request = request.header(name.to_lowercase(), value);
    }
    if let Some(media) = media {
        request = request
            .header("content-type", media)
            .header("te", "trailers");
    }
    exchange(
        all.gateway.address,
        request.body(Vec::new()).expect("a request"),
        HeaderMap::new(),
    )
}

#[test]
fn http2_callers_get_the_same_document() {
    let all = Refusing::start();
    for case in CASES.iter().filter(|case| case.4) {
        let answer = over_h2(&all, case, None);
        let response = Response {
            version: "HTTP/2".into(),
            status: answer.status,
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
            body: answer.body,
            complete: answer.broken.is_none(),
            ..Response::default()
        };
        if let Err(why) = check(&response, case.0, false) {
            panic!("{case:?}: {why}\n{response:?}\n{}", response.text());
        }
    }
}

#[test]
fn refusals_have_one_name_everywhere() {
    let all = Refusing::start();
    for case in CASES {
        let response = all.ask(case, None, "");
        let id = response.header("x-request-id").expect("an id");
        let line = all.gateway.logged(&[&id]);
        assert!(
            line.contains(case.0) || case.2.contains("draft"),
            "{case:?}: {line}"
        );
    }
    let metrics = all.gateway.metrics();
    for code in [
        "route.not_found",
        "route.not_published",
        "upstream.timeout",
        "connection.malformed",
    ] {
        let sample = format!("postern_denials_total{{code=\"{code}\"");
        assert!(
            metrics.contains(&sample),
            "no {sample} in the metrics:\n{metrics}"
        );
    }
}

#[test]
fn allowed_requests_and_the_upstream_s_refusals_are_told_apart() {
    let all = Refusing::start();
    let forged = all.ask(&("", "GET", "/ok/do/forged", "", true), None, "");
    assert_eq!((forged.status, forged.text().as_str()), (403, "{}"));
    assert_eq!(forged.denial(), None);
    assert_eq!(forged.header("postern-other"), None);
    let id = forged.header("x-request-id").unwrap_or_default();
    assert!(is_id(&id) && !id.starts_with("0000"), "{id}");
    let status = forged.header("proxy-status").unwrap_or_default();
    assert!(status.contains("postern; received-status=403"), "{status}");
    assert!(!status.contains("http_request_denied"), "{status}");
    assert!(status.contains("other; error=dns_error"), "{status}");
    let fine = all.ask(&("", "GET", "/ok", "", true), None, "");
    assert_eq!((fine.status, fine.denial()), (200, None));
    assert!(is_id(&fine.header("x-request-id").unwrap_or_default()));
    let seen = all.upstream.seen().pop().expect("a request");
    assert_eq!(seen.header("x-request-id"), fine.header("x-request-id"));
    assert!(
        seen.header("via")
            .is_some_and(|via| via.contains("postern")),
        "{seen:?}"
    );
    assert!(seen.header("traceparent").is_some(), "{seen:?}");
}

#[test]
fn slow_callers_are_told_so() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .with("timeouts.header", "300ms")
        .with("timeouts.body", "300ms")
        .with("timeouts.idle", "600ms");
    let gateway = Gateway::start(setup);
    for started in [
        "G",
        "GET /x HTTP/1.1\r\nHost: te",
        "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nfour",
        "POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
    ] {
        let mut client = Raw::connect(gateway.address);
        let response = client.send(started).response();
        assert_refused(&response, "connection.timeout");
        if started.ends_with("\r\n\r\nfour") {
            example("connection.timeout", started, &response);
        }
        assert_eq!(
            response.header("connection").as_deref(),
            Some("close"),
            "{started:?}"
        );
        assert_eq!(client.end(SOON), crate::harness::raw::End::Closed);
    }
    assert!(upstream.seen().iter().all(|seen| !seen.complete));
    // Bytes that trickle in do not extend the time for the head.
    let mut client = Raw::connect(gateway.address);
    let started = std::time::Instant::now();
    for byte in "GET /x HTTP/1.1\r\nHost: test\r\nX-A: bbbbbbbbbbbbbbbbbb".bytes() {
        if client.try_send([byte]).is_err() || started.elapsed() > SOON {
            break;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    assert_refused(&client.response(), "connection.timeout");
    // Without a byte of a request there is nothing to answer.
    let (silence, end) = Raw::connect(gateway.address).rest(SOON);
    assert_eq!((silence.len(), end), (0, crate::harness::raw::End::Closed));
}

#[test]
fn too_many_connections_are_refused() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address).with("limits.connections", 8));
    let request = "GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    eventually("earlier connections are gone", || {
        let mut open: Vec<Raw> = (0..8).map(|_| Raw::connect(gateway.address)).collect();
        let all = open.iter_mut().all(|raw| {
            raw.send(request)
                .try_response(false)
                .is_some_and(|response| response.status == 200)
        });
        if !all {
            return None;
        }
        let ninth = Raw::connect(gateway.address).exchange(request);
        assert_refused(&ninth, "connection.limit_reached");
        example("connection.limit_reached", request, &ninth);
        Some(())
    });
    eventually("there is room again", || {
        let mut raw = Raw::connect(gateway.address);
        raw.send(request)
            .try_response(false)
            .filter(|r| r.status == 200)
            .map(|_| ())
    });
}

#[test]
fn a_gateway_out_of_memory_sheds_requests() {
    let upstream = Upstream::start();
    // Less than any process needs.
    let gateway = Gateway::start(setup::open(upstream.address).with("limits.memory", "1MiB"));
    eventually("memory is looked at", || {
        let response = gateway.get("/x");
        (response.status == 503).then(|| assert_refused(&response, "gateway.overloaded"))
    });
    let seen = upstream.seen().len();
    let refused = gateway.get("/x");
    assert_refused(&refused, "gateway.overloaded");
    example("gateway.overloaded", GET, &refused);
    assert_eq!(upstream.seen().len(), seen);
}

/// What [`Gateway::get`] sends, as examples show it.
const GET: &str = "GET /x HTTP/1.1\nHost: api.example.com";

fn failing(change: impl FnOnce(Setup) -> Setup) -> (Upstream, Gateway) {
    let upstream = Upstream::start();
    let gateway = Gateway::start(change(setup::open(upstream.address)));
    (upstream, gateway)
}

#[test]
fn an_open_circuit_is_named_and_closes_again() {
    let (upstream, gateway) = failing(|setup| {
        setup
            .upstream("outlier.consecutive_failures", 0)
            .upstream("retry.attempts", 0)
            .upstream(
                "breaker",
                json!({"failure_percent": 50, "min_requests": 5, "window": "10s", "open": "1s"}),
            )
    });
    upstream.go_down();
    let code = eventually("the circuit opens", || {
        let response = gateway.get("/x");
        response
            .denial()
            .filter(|code| code != "upstream.unreachable")
            .map(|_| response)
    });
    assert_refused(&code, "upstream.circuit_open");
    example("upstream.circuit_open", GET, &code);
    upstream.come_back();
    eventually("the circuit closes", || {
        (gateway.get("/x").status == 200).then_some(())
    });
}

#[test]
fn no_healthy_target_is_named_and_health_comes_back() {
    let (upstream, gateway) = failing(|setup| {
        setup.upstream(
            "health_check",
            json!({"path": "/do/status/204", "interval": "200ms", "timeout": "150ms", "unhealthy_after": 1}),
        )
    });
    assert_eq!(gateway.get("/x").status, 200);
    upstream.go_down();
    let response = eventually("the target is unhealthy", || {
        let response = gateway.get("/x");
        response
            .denial()
            .filter(|code| code == "upstream.no_healthy_target")
            .map(|_| response)
    });
    assert_refused(&response, "upstream.no_healthy_target");
    example("upstream.no_healthy_target", GET, &response);
    upstream.come_back();
    eventually("the target is healthy", || {
        (gateway.get("/x").status == 200).then_some(())
    });
}

#[test]
fn the_answer_to_a_drain_is_named() {
    let upstream = Upstream::start();
    let gateway = Launch::new(setup::open(upstream.address).with("timeouts.drain", "5s")).start();
    let mut slow = Raw::connect(gateway.address);
    slow.send("GET /do/slow-head/1000 HTTP/1.1\r\nHost: test\r\n\r\n");
    eventually("the request is under way", || {
        (!upstream.seen().is_empty()).then_some(())
    });
    gateway.signal("TERM");
    let response = slow.response();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("connection").as_deref(), Some("close"));
}
