//! What must not be held back or lost: events, interim responses, trailers, pieces of bodies.

use crate::harness::h2::exchange;
use crate::harness::{Gateway, Raw, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use std::time::{Duration, Instant};

#[test]
fn events_come_as_they_are_sent() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let mut client = Raw::connect(gateway.address);
    client.send("GET /do/events/4/250 HTTP/1.1\r\nHost: test\r\n\r\n");
    let head = client.head().expect("a head");
    assert_eq!(
        head.header("content-type").as_deref(),
        Some("text/event-stream")
    );
    let start = Instant::now();
    for number in 0..4 {
        let event = client.chunk().expect("an event");
        assert_eq!(event, format!("data: {number}\n\n").as_bytes());
        let expected = Duration::from_millis(250 * number);
        let late = start.elapsed().saturating_sub(expected);
        assert!(
            late < Duration::from_millis(200),
            "event {number} came {late:?} late"
        );
        assert!(
            start.elapsed() + Duration::from_millis(100) > expected,
            "event {number} came early"
        );
    }
    assert_eq!(client.chunk(), Some(Vec::new()));
}

#[test]
fn a_request_body_reaches_the_upstream_as_it_is_sent() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let mut client = Raw::connect(gateway.address);
    client.send("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    for round in 1..4 {
        client.send("4\r\nfour\r\n");
        crate::harness::eventually("the piece has arrived", || {
            let seen = upstream.seen();
            (seen.first()?.body.len() == 4 * round).then_some(())
        });
    }
    client.send("0\r\n\r\n");
    assert_eq!(client.response().json()["body_length"], 12);
}

#[test]
fn interim_responses_pass_but_not_without_bound() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let hinted = gateway.get("/do/early-hints");
    assert_eq!(hinted.status, 200);
    assert_eq!(hinted.interim.len(), 1, "{hinted:?}");
    assert_eq!(hinted.interim[0].status, 103);
    assert!(hinted.interim[0].header("link").is_some());
    let flooded = gateway.get("/do/interims/100000");
    assert_eq!(
        flooded.denial().as_deref(),
        Some("upstream.response_invalid")
    );
    assert!(
        flooded.interim.len() < 100,
        "{} interim responses",
        flooded.interim.len()
    );
}

#[test]
fn trailers_pass_both_ways_over_http1() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let response = Raw::connect(gateway.address).exchange(concat!(
        "POST /do/trailers HTTP/1.1\r\nHost: test\r\nTE: trailers\r\nConnection: TE\r\n",
        "Trailer: X-Check\r\nTransfer-Encoding: chunked\r\n\r\n",
        "4\r\nfour\r\n0\r\nX-Check: 7\r\n\r\n"
    ));
    let seen = &upstream.seen()[0].trailers;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(
        seen[0].0.eq_ignore_ascii_case("x-check") && seen[0].1 == "7",
        "{seen:?}"
    );
    assert!(response.complete);
    let sum = response
        .trailers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-sum"));
    assert_eq!(
        sum.map(|(_, value)| value.as_str()),
        Some("42"),
        "{response:?}"
    );
}

#[test]
fn trailers_pass_both_ways_between_versions() {
    let upstream = Upstream::start();
    for protocol in ["http1", "http2"] {
        let mark = upstream.mark();
        let gateway = Gateway::start(setup::open(upstream.address).upstream("protocol", protocol));
        let request = Request::post("http://test/do/trailers")
            .header("te", "trailers")
            .body(b"four".to_vec())
            .expect("a request");
        let mut trailers = HeaderMap::new();
        trailers.insert("x-check", "7".parse().expect("a value"));
        let answer = exchange(gateway.address, request, trailers);
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (200, &b"body"[..]),
            "{answer:?}"
        );
        assert_eq!(answer.field("x-sum"), "42", "{protocol}");
        let seen = &upstream.since(mark).requests[0];
        let check = seen
            .trailers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-check"));
        assert!(check.is_some(), "{protocol}: {seen:?}");
    }
}

#[test]
fn a_slow_reader_slows_the_upstream_down() {
    const SIZE: usize = 64 << 20;
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let before = gateway.memory_kb("VmRSS");
    let mut clients: Vec<Raw> = (0..4).map(|_| Raw::connect(gateway.address)).collect();
    for client in &mut clients {
        client.send(format!(
            "GET /do/body/{SIZE} HTTP/1.1\r\nHost: test\r\n\r\n"
        ));
        assert_eq!(client.head().expect("a head").status, 200);
    }
    std::thread::sleep(Duration::from_millis(500));
    let grown = gateway.memory_kb("VmRSS").saturating_sub(before);
    assert!(
        grown < 32 << 10,
        "{grown} kB for four readers that do not read"
    );
}
