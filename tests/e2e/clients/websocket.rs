//! `WebSocket`s, where they are declared.

use super::{Secure, program};
use crate::harness::h2::run as block_on;
use crate::harness::problem::assert_refused;
use crate::harness::program::run;
use crate::harness::python::python;
use crate::harness::{Gateway, Raw, SOON, setup};
use crate::upstream::Upstream;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::process::Command;
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
