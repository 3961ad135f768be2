//! Requests that take long end soon after what their caller was let in by.

use super::super::harness::{Raw, within};
use super::super::upstream::Upstream;
use super::{Stored, id_of};
use crate::harness::h2::run as block_on;
use futures_util::StreamExt as _;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// How long a stream may outlive the key.
const LIMIT: Duration = Duration::from_secs(5);

fn streaming(upstream: &Upstream) -> Stored {
    let stored = Stored::empty();
    let config = format!(
        r#"
tenants: {{ t: {{}} }}
services:
  live:
    base_path: /live
    authentication: {{ api_key: {{ header: X-API-Key }}, subscription: false }}
    versions:
      v1:
        upstream: events
        operations:
          events: {{ methods: [GET], path: /do/events/1000/100 }}
          chat: {{ methods: [GET], path: /chat, websocket: true }}
          slow: {{ methods: [POST], path: /do/events/1000/100 }}
upstreams: {{ events: {{ targets: ["{}"] }} }}
policies:
  looks: {{ kind: headers, on: {{ service: live }}, content_types: [application/json], sniff: true }}
apps: {{ a: {{ tenant: t }} }}
egress: {{ allow: [127.0.0.0/8] }}
"#,
        upstream.address
    );
    let applied = stored.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    stored
}

fn revoke(stored: &Stored, key: &str) {
    stored.ok(&["keys", "revoke", &id_of(key), "--reason", "lost", "--yes"]);
}

/// The record of a stream that was cut off says why.
fn recorded(stored: &Stored, code: &str) {
    within(LIMIT, "the record", || {
        let log = stored.ok(&["log", "--json", "--limit", "100"]);
        log.contains(code).then_some(())
    });
}

#[test]
fn events_end_after_a_revocation() {
    let upstream = Upstream::start();
    let stored = streaming(&upstream);
    let (key, other) = (stored.key("a"), stored.key("a"));
    let open = |key: &str| {
        let mut raw = Raw::connect(stored.gateway);
        raw.send(format!(
            "GET /live/do/events/1000/100 HTTP/1.1\r\nHost: test\r\nX-API-Key: {key}\r\n\r\n"
        ));
        assert_eq!(raw.head().expect("a head").status, 200);
        assert!(raw.chunk().is_some());
        raw
    };
    let (mut cut, mut kept) = (open(&key), open(&other));
    revoke(&stored, &key);
    let begun = Instant::now();
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    // Who holds another key goes on.
    std::thread::sleep(LIMIT.saturating_sub(begun.elapsed()));
    for _ in 0..60 {
        assert!(kept.chunk().is_some_and(|chunk| !chunk.is_empty()));
    }
    recorded(&stored, "credential.revoked");
}

#[test]
fn a_revocation_while_the_body_is_awaited_ends_what_follows() {
    let upstream = Upstream::start();
    let stored = streaming(&upstream);
    let key = stored.key("a");
    let mut raw = Raw::connect(stored.gateway);
    raw.send(format!(
        "POST /live/do/events/1000/100 HTTP/1.1\r\nHost: test\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    ));
    // The decision waits for the body, which is looked at.
    std::thread::sleep(Duration::from_millis(200));
    revoke(&stored, &key);
    std::thread::sleep(Duration::from_secs(2));
    raw.send("{}");
    let begun = Instant::now();
    let (_, _end) = raw.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    recorded(&stored, "credential.revoked");
}

#[test]
fn a_websocket_ends_when_the_key_expires() {
    let upstream = Upstream::start();
    let stored = streaming(&upstream);
    let made = stored.ok(&["keys", "create", "--app", "a", "--expires", "3s"]);
    let key = made.trim();
    let url = format!("ws://{}/live/chat", stored.gateway);
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("X-API-Key", key.parse().unwrap());
    let begun = Instant::now();
    block_on(async {
        let (mut socket, response) = tokio_tungstenite::connect_async(request)
            .await
            .expect("101");
        assert_eq!(response.status(), 101);
        let ended = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
        assert!(!matches!(ended.expect("it ends"), Some(Ok(message)) if message.is_binary()));
    });
    let took = begun.elapsed();
    assert!(
        took > Duration::from_secs(1) && took < Duration::from_secs(3) + LIMIT,
        "{took:?}"
    );
    recorded(&stored, "credential.expired");
}
