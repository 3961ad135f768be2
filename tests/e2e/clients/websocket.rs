//! `WebSocket`s, where they are declared.

use super::{Secure, program};
use crate::harness::gateway::Launch;
use crate::harness::h2::run as block_on;
use crate::harness::problem::assert_refused;
use crate::harness::program::run;
use crate::harness::python::python;
use crate::harness::raw::End;
use crate::harness::{Gateway, Raw, SOON, setup};
use crate::upstream::Upstream;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

const HANDSHAKE: &str = "Host: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn declared(upstream: &Upstream) -> Gateway {
    Gateway::start(setup::open(upstream.address).operation("any.websocket", true))
}

#[test]
fn messages_of_all_sizes_come_back() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    let url = format!("ws://{}/chat", gateway.address);
    block_on(async {
        let (mut socket, response) = tokio_tungstenite::connect_async(url).await.expect("101");
        assert_eq!(response.status(), 101);
        assert!(response.headers().contains_key("x-request-id"));
        for size in [0, 1, 125, 126, 65_535, 65_536, 3 << 20] {
            let message = Message::binary(vec![7_u8; size]);
            socket.send(message.clone()).await.expect("sent");
            let back = socket.next().await.expect("an answer").expect("a message");
            assert_eq!(back, message);
        }
        socket.close(None).await.expect("closed");
    });
    assert_eq!(
        upstream.seen()[0].header("upgrade").as_deref(),
        Some("websocket")
    );
}

#[test]
fn an_upstream_over_http2_is_asked_by_an_extended_connect() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .operation("any.websocket", true)
        .upstream("protocol", "http2");
    let gateway = Gateway::start(setup);
    let url = format!("ws://{}/chat?a=1", gateway.address);
    block_on(async {
        let (mut socket, response) = tokio_tungstenite::connect_async(url).await.expect("101");
        assert_eq!(response.status(), 101);
        for size in [0, 1, 126, 65_536, 3 << 20] {
            let message = Message::binary(vec![7_u8; size]);
            socket.send(message.clone()).await.expect("sent");
            let back = socket.next().await.expect("an answer").expect("a message");
            assert!(back == message, "{size}");
        }
        socket.close(None).await.expect("closed");
        while let Some(Ok(_)) = socket.next().await {}
    });
    let seen = upstream.seen().pop().expect("a handshake");
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("CONNECT", "/chat?a=1")
    );
    assert_eq!(seen.header(":protocol").as_deref(), Some("websocket"));
    assert_eq!(seen.header("sec-websocket-version").as_deref(), Some("13"));
    for absent in ["sec-websocket-key", "upgrade", "connection"] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    let ask = |path: &str| {
        Raw::connect(gateway.address).exchange(format!("GET {path} HTTP/1.1\r\n{HANDSHAKE}"))
    };
    let refused = ask("/do/status/403");
    assert_eq!((refused.status, refused.denial()), (403, None));
    assert_eq!(gateway.get("/x").status, 200);
}

#[test]
fn an_upstream_over_http2_that_takes_none_is_named() {
    let upstream = Upstream::start_without_extended_connect();
    let setup = setup::open(upstream.address)
        .operation("any.websocket", true)
        .upstream("protocol", "http2");
    let gateway = Gateway::start(setup);
    for _ in 0..10 {
        let refused =
            Raw::connect(gateway.address).exchange(format!("GET /chat HTTP/1.1\r\n{HANDSHAKE}"));
        assert_refused(&refused, "upstream.unreachable");
        let status = refused.header("proxy-status").unwrap_or_default();
        assert!(status.contains("http_upgrade_failed"), "{status}");
        let id = refused.header("x-request-id").expect("an id");
        gateway.logged(&[&id, "SETTINGS_ENABLE_CONNECT_PROTOCOL"]);
    }
    assert!(upstream.seen().is_empty());
    assert_eq!(gateway.get("/x").status, 200, "nobody blames it");
}

#[test]
fn a_tunnel_s_bytes_and_time_are_recorded_at_its_end() {
    let upstream = Upstream::start();
    for protocol in ["http1", "http2"] {
        let setup = setup::open(upstream.address)
            .operation("any.websocket", true)
            .upstream("protocol", protocol);
        let gateway = Launch::new(setup).logging_all_requests().start();
        let mut client = Raw::connect(gateway.address);
        client.send(format!("GET /chat HTTP/1.1\r\n{HANDSHAKE}"));
        let head = client.head().expect("a head");
        assert_eq!(head.status, 101);
        let id = head.header("x-request-id").expect("an id");
        let begun = Instant::now();
        for _ in 0..3 {
            // A masked text frame "hi", the mask being zero.
            client.send([0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
            let mut answer = Vec::new();
            while answer.len() < 4 {
                answer.extend(client.rest(Duration::from_millis(50)).0);
            }
            assert_eq!(answer, [0x81, 2, b'h', b'i']);
        }
        let metrics = gateway.metrics();
        assert!(
            metrics.contains("postern_requests_in_flight 1"),
            "{metrics}"
        );
        assert!(!gateway.log().contains(&id), "it is not over");
        let open = begun.elapsed();
        client.half_close();
        let line = gateway.logged(&[&id, "bytes_in=24", "bytes_out=12", "delivered=\"response\""]);
        let duration = line.split("duration_us=").nth(1).expect("a duration");
        let duration = duration.split(' ').next().and_then(|d| d.parse().ok());
        let duration = Duration::from_micros(duration.expect("a number"));
        assert!(duration >= open, "{line}");
        let bytes = |family: &str, value| {
            let sample = format!("{family}{{service=\"everything\"}} {value}\n");
            let metrics = gateway.metrics();
            assert!(metrics.contains(&sample), "{sample} is not in {metrics}");
        };
        bytes("postern_request_body_bytes_total", 24);
        bytes("postern_response_body_bytes_total", 12);
    }
}

#[test]
fn the_end_of_a_drain_ends_tunnels() {
    let upstream = Upstream::start();
    let setup = setup::open(upstream.address)
        .operation("any.websocket", true)
        .with("timeouts.drain", "300ms");
    let mut gateway = Launch::new(setup).logging_all_requests().start();
    let mut client = Raw::connect(gateway.address);
    client.send(format!("GET /chat HTTP/1.1\r\n{HANDSHAKE}"));
    let id = client.head().expect("a head").header("x-request-id");
    gateway.signal("TERM");
    assert_ne!(client.end(SOON), End::Open);
    gateway.logged(&[
        &id.expect("an id"),
        "outcome=\"allowed\"",
        "delivered=\"close\"",
    ]);
    assert!(gateway.wait(SOON).is_some_and(|status| status.success()));
}

#[test]
fn python_s_client_talks_through() {
    let Some(python) = python() else {
        return;
    };
    let upstream = Upstream::start();
    let secure = Secure::start(
        &["localhost"],
        |setup, _| setup.operation("any.websocket", true),
        upstream.address,
    );
    let mut command = Command::new(python);
    command
        .arg(program("websocket_client.py"))
        .arg(secure.authority.path());
    command.arg(format!("ws://{}/chat", secure.gateway.address));
    command.arg(format!("wss://localhost:{}/chat", secure.address.port()));
    let ran = run(&mut command, SOON * 2);
    assert_eq!(ran.stdout.trim(), "echoed echoed", "{}", ran.stderr);
}

#[test]
fn frames_sent_with_the_handshake_are_not_lost() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    let mut client = Raw::connect(gateway.address);
    let mut bytes = format!("GET /chat HTTP/1.1\r\n{HANDSHAKE}").into_bytes();
    // A masked text frame "hi", the mask being zero.
    bytes.extend([0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
    client.send(bytes);
    assert_eq!(client.head().expect("a head").status, 101);
    let (answer, _) = client.rest(std::time::Duration::from_millis(300));
    assert_eq!(answer, [0x81, 2, b'h', b'i']);
}

#[test]
fn the_tunnel_starts_only_after_the_right_101() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    let ask = |path: &str| {
        Raw::connect(gateway.address).exchange(format!("GET {path} HTTP/1.1\r\n{HANDSHAKE}"))
    };
    assert_refused(&ask("/do/wrong-accept"), "upstream.response_invalid");
    let refused = ask("/do/status/403");
    assert_eq!(
        (refused.status, refused.denial()),
        (403, None),
        "the upstream's own refusal"
    );
    let unasked = gateway.get("/do/unasked-101");
    assert_refused(&unasked, "upstream.response_invalid");
}

#[test]
fn bad_handshakes_never_reach_the_upstream() {
    let upstream = Upstream::start();
    let operation = json!({"methods": ["GET", "POST"], "path": "/chat", "websocket": true});
    let gateway = Gateway::start(setup::open(upstream.address).operation("chat", operation));
    let cases = [
        HANDSHAKE.replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12"),
        HANDSHAKE.replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        HANDSHAKE.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"),
        HANDSHAKE.replace("Upgrade: websocket", "Upgrade: websocket/13"),
    ];
    for lines in cases {
        let head = format!("GET /chat HTTP/1.1\r\n{lines}");
        let response = Raw::connect(gateway.address).exchange(head);
        let code = response.denial().unwrap_or_default();
        assert!(
            ["connection.upgrade_not_allowed", "connection.malformed"].contains(&code.as_str()),
            "{lines}: {response:?}"
        );
        assert_refused(&response, &code);
    }
    let post = format!("POST /chat HTTP/1.1\r\n{HANDSHAKE}");
    let response = Raw::connect(gateway.address).exchange(post);
    assert_eq!(response.status, 400, "{response:?}");
    assert!(upstream.seen().is_empty());
}
