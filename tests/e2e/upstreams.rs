//! Upstreams that fail, lie, leave and come back: bounded, named, recovered from.

mod http2;

use crate::codes::kept::example;
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::Launch;
use crate::harness::problem::assert_refused;
use crate::harness::program::skipped;
use crate::harness::raw::once;
use crate::harness::{Gateway, Raw, Response, eventually, setup};
use crate::upstream::Upstream;
use serde_json::json;
use std::time::{Duration, Instant};

/// What the caller sees of a broken response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// A refusal with one of these codes.
    Refused(&'static [&'static str]),
    /// The head and a part of the body, then the end of the connection without a proper end.
    CutOff,
    /// A whole response with this body.
    Whole(&'static str),
}

#[rustfmt::skip]
const LIES: &[(&str, Seen)] = &[
    ("reset-before-head", Seen::Refused(&["upstream.closed_early", "upstream.unreachable"])),
    ("close-before-head", Seen::Refused(&["upstream.closed_early", "upstream.unreachable"])),
    ("garbage", Seen::Refused(&["upstream.response_invalid"])),
    ("duplicate-length", Seen::Refused(&["upstream.response_invalid"])),
    ("length-and-chunked", Seen::Refused(&["upstream.response_invalid"])),
    ("huge-head/2000000", Seen::Refused(&["upstream.response_invalid"])),
    ("unasked-101", Seen::Refused(&["upstream.response_invalid"])),
    ("reset-after-head", Seen::CutOff),
    ("short", Seen::CutOff),
    ("half-chunked", Seen::CutOff),
    ("bad-chunk", Seen::CutOff),
    ("long", Seen::Whole("four")),
    ("until-close", Seen::Whole("to the end")),
    ("http10", Seen::Whole("to the end")),
    ("slow-body/20", Seen::Whole("0123456789abcdefghijklmnopqrstuvwxyz.012")),
    ("chunked/12/5", Seen::Whole("0123456789ab")),
];

#[test]
fn lies_are_bounded_and_named() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address).upstream("outlier.consecutive_failures", 0);
    let mut gateway = Gateway::start(setup);
    for (what, due) in LIES {
        let mut client = Raw::connect(gateway.address);
        let response = client.exchange(format!("GET /do/{what} HTTP/1.1\r\nHost: test\r\n\r\n"));
        match due {
            Seen::Refused(codes) => {
                let code = response.denial().unwrap_or_default();
                assert!(codes.contains(&code.as_str()), "{what}: {response:?}");
                assert_refused(&response, &code);
            }
            // Found out before anything was sent, it is refused instead.
            Seen::CutOff if response.denial().is_some() => {
                let code = response.denial().unwrap_or_default();
                assert!(code.starts_with("upstream."), "{what}: {response:?}");
                assert_refused(&response, &code);
            }
            Seen::CutOff => {
                assert_eq!(response.status, 200, "{what}: {response:?}");
                assert!(!response.complete, "{what}: {response:?}");
                let id = response.header("x-request-id").unwrap_or_default();
                gateway.logged(&[&id, "upstream."]);
            }
            Seen::Whole(body) => {
                assert_eq!(response.text(), *body, "{what}: {response:?}");
                assert!(response.complete, "{what}");
            }
        }
        // Nothing of one response may become a part of another.
        for _ in 0..3 {
            let after = gateway.get("/after");
            assert_eq!(
                (after.status, &after.json()["target"]),
                (200, &json!("/after")),
                "{what}"
            );
        }
    }
    gateway.assert_alive();
}

#[test]
fn http2_upstreams_that_lie_are_bounded_and_named() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .upstream("protocol", "http2")
        .upstream("outlier.consecutive_failures", 0);
    let gateway = Gateway::start(setup);
    let cut = gateway.get("/do/stream-reset");
    assert!(cut.status == 200 && !cut.complete, "{cut:?}");
    let reset = gateway.get("/do/reset-before-head");
    let code = reset.denial().unwrap_or_default();
    assert!(
        ["upstream.closed_early", "upstream.unreachable"].contains(&code.as_str()),
        "{reset:?}"
    );
    assert_eq!(gateway.get("/x").status, 200);
    // Refused streams were not processed: any method is tried again.
    let post = "POST /do/refused/1 HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour";
    let response = once(gateway.address, post);
    assert_eq!(response.status, 200, "{}", response.text());
    for round in 0..4 {
        assert_eq!(gateway.get("/do/goaway").status, 200, "round {round}");
        assert_eq!(gateway.get("/after").status, 200, "round {round}");
    }
}

#[test]
fn a_connection_that_died_while_idle_is_replaced() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    for _ in 0..20 {
        let response = gateway.get("/do/die-on-reuse");
        assert_eq!(response.status, 200, "{}", response.text());
    }
}

#[test]
fn idempotent_requests_are_tried_again_and_others_are_not() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .upstream(
            "retry",
            json!({"attempts": 2, "statuses": [503], "budget_min_per_second": 100}),
        )
        .upstream("outlier.consecutive_failures", 0);
    let gateway = Gateway::start(setup);
    assert_eq!(gateway.get("/get/do/fail-first/2").status, 200);
    assert_eq!(upstream.seen().len(), 3);
    let post = "POST /post/do/fail-first/1 HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\nx";
    let response = once(gateway.address, post);
    assert_eq!((response.status, response.denial()), (503, None));
    let put = "PUT /put/do/fail-first/1 HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour";
    assert_eq!(once(gateway.address, put).json()["body_length"], 4);
}

#[test]
fn an_upstream_that_is_gone_is_named_and_found_again() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address).upstream("outlier.ejection", "200ms");
    let gateway = Gateway::start(setup);
    for _ in 0..3 {
        assert_eq!(gateway.get("/x").status, 200);
        upstream.go_down();
        let refused = gateway.get("/x");
        assert_refused(&refused, "upstream.unreachable");
        upstream.come_back();
        eventually("the upstream is found again", || {
            (gateway.get("/x").status == 200).then_some(())
        });
    }
}

/// A name server that says nothing, and the words to start a gateway that asks it. `None` where
/// this machine does not let us.
fn silent_name_server() -> Option<(std::net::UdpSocket, Scratch, [String; 5])> {
    const ADDRESS: &str = "127.53.53.53";
    let wrapped = |resolv: &str| {
        let mount = format!("mount --bind {resolv} /etc/resolv.conf && exec \"$0\" \"$@\"");
        ["unshare", "--mount", "sh", "-c", &mount].map(ToOwned::to_owned)
    };
    let socket = std::net::UdpSocket::bind((ADDRESS, 53)).ok()?;
    let files = scratch("resolver");
    let file = files.write("resolv.conf", format!("nameserver {ADDRESS}\n"));
    let words = wrapped(file.to_str()?);
    let mut command = std::process::Command::new(&words[0]);
    let ran = command.args(&words[1..]).arg("true").output().ok()?;
    ran.status.success().then_some((socket, files, words))
}

#[test]
fn a_name_that_was_never_resolved_is_another_thing_than_one_that_is_not_there() {
    let Some((_silent, _files, words)) = silent_name_server() else {
        return skipped("no name server of our own can be put in place here");
    };
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address).upstream("targets", json!(["orders.example:80"]));
    let words = words.each_ref().map(String::as_str);
    let gateway = Launch::new(setup).through(&words).start();
    let refused = gateway.get("/x");
    assert_refused(&refused, "gateway.not_ready");
    example(
        "gateway.not_ready",
        "GET /x HTTP/1.1\nHost: api.example.com",
        &refused,
    );
    let id = refused.header("x-request-id").expect("an id");
    gateway.logged(&[&id, "orders.example:80", "for the first time"]);
    eventually("the name server is given up", || {
        let refused = gateway.get("/x");
        (refused.denial().as_deref() == Some("upstream.no_healthy_target")).then_some(())
    });
}

#[test]
fn one_of_two_targets_may_go_without_a_failed_request() {
    let (one, two) = (Upstream::start(), Upstream::start());
    let targets = json!([one.address.to_string(), two.address.to_string()]);
    let gateway = Gateway::start(setup::open(one.address).upstream("targets", targets));
    for _ in 0..20 {
        assert_eq!(gateway.get("/x").status, 200);
    }
    let spread = one.seen().len();
    assert!(
        (5..=15).contains(&spread),
        "{spread} of 20 went to the first"
    );
    one.go_down();
    for _ in 0..50 {
        let response = gateway.get("/x");
        assert_eq!(response.status, 200, "{}", response.text());
    }
}

#[test]
fn an_answer_before_the_end_of_the_upload_is_passed_on() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    for what in ["early-answer", "early-close"] {
        let mut client = Raw::connect(gateway.address);
        client.send(format!(
            "POST /do/{what} HTTP/1.1\r\nHost: test\r\nContent-Length: 10000000\r\n\r\n"
        ));
        let start = Instant::now();
        let response = client.response();
        assert_eq!((response.status, response.denial()), (413, None), "{what}");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{what} took {:?}",
            start.elapsed()
        );
        assert_eq!(gateway.get("/x").status, 200);
    }
}

#[test]
fn a_caller_who_leaves_ends_the_upstream_s_work() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let mut client = Raw::connect(gateway.address);
    client.send("GET /do/events/1000/20 HTTP/1.1\r\nHost: test\r\n\r\n");
    client.head().expect("a head");
    assert_eq!(upstream.open_connections(), 1);
    drop(client);
    eventually("the upstream's connection is closed", || {
        (upstream.open_connections() == 0).then_some(())
    });
}

#[test]
fn hop_by_hop_fields_stop_here() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let response: Response = gateway.get("/do/odd-headers");
    for gone in [
        "x-hop",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
    ] {
        // RFC 9110 §11.7.1: Proxy-Authenticate is for the next hop, which we are.
        assert_eq!(response.header(gone), None, "{response:?}");
    }
    assert_eq!(response.header("x-stays").as_deref(), Some("1"));
    let cookies = response
        .headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
    assert_eq!(cookies.count(), 2, "{response:?}");
}
