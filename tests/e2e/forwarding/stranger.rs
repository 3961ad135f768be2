//! The PROXY protocol from whoever may not speak it.

use crate::harness::gateway::{Launch, cli};
use crate::harness::program::free_address;
use crate::harness::raw::End;
use crate::harness::{Gateway, Raw, eventually, setup};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

const REQUEST: &[u8] = b"GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
const FIRST: &[u8] = b"PROXY TCP4 192.0.2.9 10.0.0.1 4096 80\r\n";
const SECOND: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x09\x0a\x00\x00\x01\x10\x00\x00\x50";

/// A connection from an address of this machine's own.
fn from(address: &str, to: SocketAddr) -> Raw {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let own = SocketAddr::new(address.parse::<IpAddr>().expect("an address"), 0);
    socket.bind(&own.into()).expect("an address of our own");
    socket.connect(&to.into()).expect("a connection");
    Raw::plain(TcpStream::from(socket))
}

/// A gateway that hears the PROXY protocol from 127.0.0.1.
fn start(upstream: &Upstream, more: &Value) -> (Gateway, SocketAddr) {
    let address = free_address();
    let mut proxy = json!({"from": ["127.0.0.1/32"]});
    for (name, value) in more.as_object().expect("members") {
        proxy[name] = value.clone();
    }
    let listener = json!({"address": address.to_string(), "proxy_protocol": proxy});
    let setup = setup::open(upstream.address).with("listeners.behind", listener);
    (Launch::new(setup).own_listeners(address).start(), address)
}

/// What is recorded of connections that were closed for what came before a request.
fn records(gateway: &Gateway) -> Vec<Value> {
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let ran = cli(&["log", "--json", "--limit", "100", "--data", data]);
    assert!(ran.status.success(), "{ran:?}");
    let rows = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    rows.filter(|row: &Value| row["code"] == "connection.proxy_protocol_invalid")
        .collect()
}

#[test]
fn only_listed_proxies_are_heard_and_the_others_are_recorded() {
    let upstream = Upstream::start();
    for optional in [false, true] {
        let (gateway, to) = start(&upstream, &json!({"optional": optional}));
        let before = upstream.seen().len();
        let sent: [(&str, &[u8]); 3] = [("v1", FIRST), ("v2", SECOND), ("nothing", b"")];
        // The one that waits for the gateway to listen is among them, as nobody.
        let known = records(&gateway).len();
        for (name, header) in sent {
            let mut stranger = from("127.0.0.2", to);
            stranger.send([header, REQUEST].concat());
            let (answer, end) = stranger.rest(Duration::from_secs(3));
            assert_eq!(answer, b"", "{name}");
            assert_ne!(end, End::Open, "{name}");
        }
        assert_eq!(upstream.seen().len(), before);
        let rows = eventually("three records", || {
            let rows: Vec<Value> = records(&gateway)
                .into_iter()
                .filter(|row| row.to_string().contains("127.0.0.2"))
                .collect();
            (rows.len() == sent.len()).then_some(rows)
        });
        assert!(records(&gateway).len() >= known);
        for row in rows {
            // Nobody believes whom it says to speak for.
            assert!(!row.to_string().contains("192.0.2.9"), "{row}");
            for (member, due) in [
                ("outcome", json!("refused")),
                ("fault", json!("operator")),
                ("stage", json!("connection")),
                ("address", json!("127.0.0.2")),
                // Nothing was answered.
                ("status", json!(0)),
                ("bytes_out", json!(0)),
            ] {
                assert_eq!(row[member], due, "{member}: {row}");
            }
            let id = row["id"].as_str().expect("an id");
            let data = gateway.file().with_file_name("data");
            let data = data.to_str().expect("a path of ours");
            let ran = cli(&["why", id, "--data", data]);
            assert!(ran.status.success(), "{ran:?}");
            for part in [
                "refused[connection.proxy_protocol_invalid]: ",
                "stage 1 of 17, connection",
                "peer: 127.0.0.2:",
                "error: its sender is not listed in `proxy_protocol.from`",
                "= fault: operator (how the gateway is set up)",
            ] {
                assert!(ran.stdout.contains(part), "no {part} in {}", ran.stdout);
            }
            // Whom to believe is for somebody to decide who knows the network.
            let ran = cli(&["fix", id, "--comment", "a test", "--data", data]);
            let none = ran.stderr.contains("nothing is offered to mend");
            assert!(ran.status.code() == Some(1) && none, "{ran:?}");
        }
        // The same bytes, from the one that is listed.
        for header in [FIRST, SECOND] {
            let answer = from("127.0.0.1", to).exchange([header, REQUEST].concat());
            assert_eq!(answer.status, 200);
            let seen = upstream.seen().pop().expect("a request");
            assert_eq!(seen.header("x-forwarded-for").as_deref(), Some("192.0.2.9"));
        }
    }
    // What mends it: the sender is listed.
    let both = json!({"from": ["127.0.0.1/32", "127.0.0.2/32"]});
    let (_gateway, to) = start(&upstream, &both);
    for header in [FIRST, SECOND] {
        let answer = from("127.0.0.2", to).exchange([header, REQUEST].concat());
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn a_refusal_says_that_the_address_is_from_the_proxy_protocol() {
    let upstream = Upstream::start();
    let address = free_address();
    let proxy = json!({"from": ["127.0.0.1/32"]});
    let setup = setup::open(upstream.address)
        .with(
            "listeners.behind",
            json!({"address": address.to_string(), "proxy_protocol": proxy}),
        )
        .with("lists.office.entries", json!(["203.0.113.0/24"]))
        .with(
            "policies.office-only",
            json!({"kind": "network", "on": {"service": "everything"}, "allow": ["office"]}),
        );
    let gateway = Launch::new(setup).own_listeners(address).start();
    let refused = from("127.0.0.1", address).exchange([FIRST, REQUEST].concat());
    assert_eq!(
        refused.denial().as_deref(),
        Some("network.address_not_allowed")
    );
    let id = refused.header("x-request-id").expect("an id");
    let data = gateway.file().with_file_name("data");
    let told = eventually("a record", || {
        let ran = cli(&["why", &id, "--data", data.to_str().expect("a path of ours")]);
        ran.status.success().then_some(ran.stdout)
    });
    assert!(told.contains("192.0.2.9"), "{told}");
    assert!(
        told.to_lowercase().contains("proxy protocol") || told.contains("proxy_protocol"),
        "{told}"
    );
}
