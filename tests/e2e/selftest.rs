//! The tools of these tests, tested: a proof with a blunt instrument proves nothing.

use crate::harness::raw::End;
use crate::harness::tls::{Authority, Validity};
use crate::harness::{Raw, tls};
use crate::upstream::Upstream;
use std::time::Duration;

#[test]
fn the_upstream_records_what_it_saw() {
    let upstream = Upstream::start();
    let mut client = Raw::connect(upstream.address);
    let response =
        client.exchange("POST /a?b HTTP/1.1\r\nHost: h\r\nX: 1\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(response.status, 200);
    assert_eq!(response.json()["target"], "/a?b");
    let seen = upstream.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].complete);
    assert_eq!(seen[0].body, b"hi");
    assert_eq!(seen[0].header("x").as_deref(), Some("1"));
    assert_eq!(seen[0].doubts, [""; 0]);
}

#[test]
fn the_upstream_tells_whole_requests_from_broken_ones() {
    let upstream = Upstream::start();
    for broken in [
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhi",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        "GET / HTTP/1.1\r\nHost",
    ] {
        Raw::connect(upstream.address)
            .send(broken)
            .half_close()
            .end(Duration::from_secs(2));
    }
    let seen = upstream.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| !seen.complete));
}

#[test]
fn the_upstream_notes_what_others_might_read_otherwise() {
    let upstream = Upstream::start();
    for doubtful in [
        "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "A: b\nC: d",
        "A: b\r\n c",
        "A : b",
        "A: \u{1}",
        "no colon",
        "Content-Length: +0",
    ] {
        let mark = upstream.mark();
        let head = format!("GET / HTTP/1.1\r\nHost: h\r\n{doubtful}\r\n\r\n0\r\n\r\n");
        Raw::connect(upstream.address)
            .send(head)
            .half_close()
            .end(Duration::from_secs(2));
        let seen = upstream.since(mark).requests;
        assert!(!seen[0].doubts.is_empty(), "{doubtful:?}");
    }
}

#[test]
fn the_upstream_lies_as_told() {
    let upstream = Upstream::start();
    let ask = |what: &str| {
        let mut client = Raw::connect(upstream.address);
        client.send(format!("GET /do/{what} HTTP/1.1\r\nHost: h\r\n\r\n"));
        client.rest(Duration::from_millis(400))
    };
    let cases = [
        ("short", "a part", End::Closed),
        ("long", "poison", End::Open),
        ("bad-chunk", "xyz", End::Open),
        ("reset-before-head", "", End::Reset),
        ("reset-after-head", "a part", End::Reset),
        ("close-before-head", "", End::Closed),
        ("half-chunked", "four\r\n", End::Closed),
        ("garbage", "SSH", End::Closed),
        ("early-hints", "103 Early", End::Open),
        ("forged", "Postern-Denial", End::Open),
    ];
    for (what, part, end) in cases {
        let (answer, ended) = ask(what);
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains(part), "{what}: {text:?}");
        assert_eq!(ended, end, "{what}");
    }
}

#[test]
fn the_upstream_goes_down_and_comes_back() {
    let upstream = Upstream::start();
    let mut client = Raw::connect(upstream.address);
    upstream.go_down();
    assert_ne!(client.end(Duration::from_secs(2)), End::Open);
    upstream.come_back();
    let again = Raw::connect(upstream.address).exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(again.status, 200);
    assert!(upstream.connections() > 1);
}

#[test]
fn certificates_are_good_for_tls_both_ways() {
    let authority = Authority::new("test");
    let upstream = Upstream::start_tls(&authority.issue("server", &["h"], Validity::Now));
    let client = authority.client(None, &["http/1.1"]);
    let mut raw = tls::connect(upstream.address, "h", client).expect("a handshake");
    assert_eq!(
        raw.exchange("GET /do/body/9 HTTP/1.1\r\nHost: h\r\n\r\n")
            .body,
        b"012345678"
    );
    let stranger = Authority::new("stranger").client(None, &[]);
    assert!(tls::connect(upstream.address, "h", stranger).is_err());
}
