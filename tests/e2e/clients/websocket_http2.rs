//! `WebSocket`s opened by an extended CONNECT over HTTP/2 (RFC 8441), frame by frame.

use crate::harness::h2::run as block_on;
use crate::harness::{Gateway, SOON, setup};
use crate::upstream::Upstream;
use bytes::Bytes;
use h2::ext::Protocol;
use h2::{Reason, RecvStream, SendStream};
use http::{Request, Response};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Instant;

type Client = h2::client::SendRequest<Bytes>;

const CLOSE: [u8; 2] = 1000_u16.to_be_bytes();

fn declared(upstream: &Upstream) -> Gateway {
    let operation = json!({"methods": ["GET"], "path": "/{*rest}", "websocket": true});
    Gateway::start(setup::open(upstream.address).operation("any", operation))
}

/// A connection whose settings have come.
async fn connect(to: SocketAddr) -> Client {
    let tcp = tokio::net::TcpStream::connect(to)
        .await
        .expect("a connection");
    let (client, connection) = h2::client::handshake(tcp).await.expect("a handshake");
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut client = client.ready().await.expect("a session");
    let request = Request::get("http://test/ok").body(()).expect("a request");
    let (response, _) = client.send_request(request, true).expect("sent");
    assert_eq!(response.await.expect("a response").status(), 200);
    assert!(client.is_extended_connect_protocol_enabled());
    client
}

async fn open(
    client: &Client,
    path: &str,
    protocol: &'static str,
    fields: &[(&str, &str)],
) -> (Response<RecvStream>, SendStream<Bytes>) {
    let mut request =
        Request::connect(format!("http://test{path}")).extension(Protocol::from_static(protocol));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("a request");
    let mut client = client.clone().ready().await.expect("a session");
    let (response, stream) = client.send_request(request, false).expect("sent");
    (response.await.expect("a response"), stream)
}

/// A frame of RFC 6455 §5.2; a client's is masked, here with zeros.
fn frame(opcode: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mask = u8::from(masked) << 7;
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        0..126 => frame.push(mask | u8::try_from(payload.len()).expect("short")),
        126..65_536 => {
            frame.push(mask | 0x7E);
            frame.extend(u16::try_from(payload.len()).expect("short").to_be_bytes());
        }
        length => {
            frame.push(mask | 0x7F);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    if masked {
        frame.extend([0; 4]);
    }
    frame.extend(payload);
    frame
}

async fn send(stream: &mut SendStream<Bytes>, bytes: Vec<u8>) {
    let mut bytes = Bytes::from(bytes);
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let room = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await;
        let room = room.expect("an open stream").expect("an open stream");
        let piece = bytes.split_to(room.min(bytes.len()));
        stream.send_data(piece, false).expect("sent");
    }
}

/// Reads until so many bytes have come.
async fn receive(body: &mut RecvStream, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let piece = body.data().await.expect("more").expect("more");
        body.flow_control()
            .release_capacity(piece.len())
            .expect("an open stream");
        bytes.extend_from_slice(&piece);
    }
    bytes
}

#[test]
fn messages_come_back_until_both_sides_close() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    block_on(async {
        let client = connect(gateway.address).await;
        let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let (response, mut stream) = open(&client, "/chat?a=1", "websocket", &[key]).await;
        assert_eq!(response.status(), 200);
        assert!(response.headers().contains_key("x-request-id"));
        for absent in ["sec-websocket-accept", "upgrade", "connection"] {
            assert!(!response.headers().contains_key(absent), "{absent}");
        }
        let mut body = response.into_body();
        for size in [0, 1, 126, 65_536, 1 << 20] {
            let message = vec![7_u8; size];
            let expected = frame(2, &message, false);
            let sending = send(&mut stream, frame(2, &message, true));
            let ((), back) = tokio::join!(sending, receive(&mut body, expected.len()));
            assert!(back == expected, "{size}");
        }
        send(&mut stream, frame(8, &CLOSE, true)).await;
        assert_eq!(receive(&mut body, 4).await, frame(8, &CLOSE, false));
        // An empty frame may carry the end.
        while let Some(piece) = body.data().await {
            assert_eq!(piece.expect("an end in order"), "");
        }
        stream.send_data(Bytes::new(), true).expect("closed");
    });
    let handshake = upstream.seen().pop().expect("a handshake");
    assert_eq!(
        (handshake.method.as_str(), handshake.target.as_str()),
        ("GET", "/chat?a=1")
    );
    let header = |name: &str| handshake.header(name).unwrap_or_default();
    assert!(header("upgrade").eq_ignore_ascii_case("websocket"));
    assert!(header("connection").eq_ignore_ascii_case("upgrade"));
    assert_eq!(header("sec-websocket-version"), "13");
    assert_eq!(header("sec-websocket-key").len(), 24);
    assert_ne!(header("sec-websocket-key"), "dGhlIHNhbXBsZSBub25jZQ==");
}

#[test]
fn both_sides_may_speak_http2() {
    let upstream = Upstream::start();
    let operation = json!({"methods": ["GET"], "path": "/{*rest}", "websocket": true});
    let setup = setup::open(upstream.address)
        .operation("any", operation)
        .upstream("protocol", "http2");
    let gateway = Gateway::start(setup);
    block_on(async {
        let client = connect(gateway.address).await;
        let (response, mut stream) = open(&client, "/chat", "websocket", &[]).await;
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        for size in [0, 126, 1 << 20] {
            let message = vec![7_u8; size];
            let expected = frame(2, &message, false);
            let sending = send(&mut stream, frame(2, &message, true));
            let ((), back) = tokio::join!(sending, receive(&mut body, expected.len()));
            assert!(back == expected, "{size}");
        }
        stream.send_data(Bytes::new(), true).expect("closed");
        while let Some(piece) = body.data().await {
            assert_eq!(piece.expect("an end in order"), "");
        }
        let (cut, _stream) = open(&client, "/do/stream-reset", "websocket", &[]).await;
        assert_eq!(cut.status(), 200);
        let mut cut = cut.into_body();
        let error = loop {
            if let Err(error) = cut.data().await.expect("no end in order") {
                break error;
            }
        };
        assert_eq!(error.reason(), Some(Reason::CANCEL));
        let (refused, _) = open(&client, "/do/status/403", "websocket", &[]).await;
        assert_eq!(refused.status(), 403);
    });
    let seen = upstream.seen();
    assert!(seen.iter().all(|seen| seen.version == "HTTP/2"));
    let methods: Vec<_> = seen.iter().map(|seen| seen.method.as_str()).collect();
    assert_eq!(methods, ["GET", "CONNECT", "CONNECT", "CONNECT"]);
}

#[test]
fn a_caller_s_end_and_its_reset_close_the_upstream_s_connection() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    block_on(async {
        let client = connect(gateway.address).await;
        let idle = upstream.open_connections();
        let (_ended, mut stream) = open(&client, "/chat", "websocket", &[]).await;
        let (mut reset, mut given_up) = open(&client, "/chat", "websocket", &[]).await;
        let ping = frame(2, b"hi", false);
        send(&mut given_up, frame(2, b"hi", true)).await;
        assert_eq!(receive(reset.body_mut(), ping.len()).await, ping);
        assert!(upstream.open_connections() > idle);
        stream.send_data(Bytes::new(), true).expect("closed");
        given_up.send_reset(Reason::CANCEL);
        let begun = Instant::now();
        while upstream.open_connections() > idle.saturating_sub(1) {
            assert!(begun.elapsed() < SOON, "a tunnel is still open");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let (response, _) = open(&client, "/do/status/403", "websocket", &[]).await;
        assert_eq!(response.status(), 403, "the session goes on");
    });
}

#[test]
fn an_upstream_s_reset_is_a_reset() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    block_on(async {
        let client = connect(gateway.address).await;
        let (response, mut stream) = open(&client, "/do/reset-after-head", "websocket", &[]).await;
        assert_eq!(response.status(), 200);
        send(&mut stream, frame(2, b"hi", true)).await;
        let piece = response.into_body().data().await.expect("no end in order");
        let error = piece.expect_err("a reset");
        assert_eq!(error.reason(), Some(Reason::CANCEL));
    });
}

#[test]
fn what_is_not_declared_or_not_agreed_on_is_no_tunnel() {
    let upstream = Upstream::start();
    let gateway = declared(&upstream);
    let closed = Gateway::start(setup::open(upstream.address));
    let refused = "connection.upgrade_not_allowed";
    let invalid = "upstream.response_invalid";
    let old: &[_] = &[("sec-websocket-version", "8")];
    let sized: &[_] = &[("content-length", "5")];
    let cases = [
        (&closed, "/chat", "websocket", &[][..], 400, refused),
        (&gateway, "/chat", "connect-udp", &[][..], 400, refused),
        (
            &gateway,
            "/chat",
            "websocket",
            old,
            400,
            "connection.malformed",
        ),
        (
            &gateway,
            "/chat",
            "websocket",
            sized,
            400,
            "connection.malformed",
        ),
        (
            &gateway,
            "/do/wrong-accept",
            "websocket",
            &[][..],
            502,
            invalid,
        ),
        // Passed on it would say that there is a tunnel.
        (
            &gateway,
            "/do/status/200",
            "websocket",
            &[][..],
            502,
            invalid,
        ),
        (&gateway, "/do/status/403", "websocket", &[][..], 403, ""),
    ];
    block_on(async {
        for (gateway, path, protocol, fields, status, code) in cases {
            let client = connect(gateway.address).await;
            let (response, _stream) = open(&client, path, protocol, fields).await;
            assert_eq!(response.status(), status, "{path} {protocol} {fields:?}");
            let denial = response.headers().get("postern-denial");
            let denial = denial.map_or("", |d| d.to_str().expect("a code"));
            assert_eq!(denial, code, "{path} {protocol} {fields:?}");
        }
    });
}
