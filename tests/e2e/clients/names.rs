//! Two names with certificates of their own on one listener: a connection that was made for one is
//! not one for the other (RFC 9110 §15.5.20).

use super::Secure;
use crate::harness::gateway::cli;
use crate::harness::problem::assert_refused;
use crate::harness::tls::connect;
use crate::harness::{eventually, h2};
use crate::upstream::Upstream;

const NAMES: [&str; 2] = ["shop.test", "api.test"];

#[test]
fn a_connection_is_for_the_names_of_its_certificate_alone() {
    let upstream = Upstream::start();
    let to = upstream.address;
    let secure = Secure::start(
        &NAMES,
        |setup, _| {
            setup
                .host("shop", "shop.test", to)
                .host("api", "api.test", to)
        },
        to,
    );
    let client = |alpn: &str| secure.authority.client(None, &[alpn]);
    let data = secure.gateway.file().with_file_name("data");
    let why = |id: &str| {
        let data = data.to_str().expect("a path of ours");
        eventually("a record", || {
            let ran = cli(&["why", id, "--data", data]);
            ran.status.success().then_some(ran.stdout)
        })
    };
    for [sni, other] in [NAMES, [NAMES[1], NAMES[0]]] {
        let before = upstream.seen().len();
        let ask = |host: &str| format!("GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let mut raw = connect(secure.address, sni, client("http/1.1")).expect("a handshake");
        assert_eq!(raw.exchange(ask(sni)).status, 200);
        let refused = raw.exchange(ask(other));
        assert_refused(&refused, "connection.misdirected");
        let told = why(&refused.header("x-request-id").expect("an id"));
        for part in ["connection.misdirected", sni, other] {
            assert!(told.contains(part), "no {part} in {told}");
        }
        // In the words of the absolute form, too.
        let absolute = format!("GET https://{other}/x HTTP/1.1\r\nHost: {other}\r\n\r\n");
        let mut raw = connect(secure.address, sni, client("http/1.1")).expect("a handshake");
        assert_refused(&raw.exchange(absolute), "connection.misdirected");

        let over_http2 = |host: &str| {
            let request = h2::get(&format!("https://{host}/x"));
            h2::over_tls(secure.address, sni, client("h2"), request).0
        };
        assert_eq!(over_http2(sni).status, 200);
        let refused = over_http2(other);
        assert_eq!(refused.status, 421, "{refused:?}");
        assert_eq!(refused.field("postern-denial"), "connection.misdirected");
        let told = why(&refused.field("x-request-id"));
        assert!(told.contains(sni) && told.contains(other), "{told}");
        // Only what was meant for the connection has arrived.
        assert_eq!(upstream.seen().len(), before + 2);
        // On a connection of its own, the same request passes.
        let mut fresh = connect(secure.address, other, client("http/1.1")).expect("a handshake");
        assert_eq!(fresh.exchange(ask(other)).status, 200);
    }
}

#[test]
fn without_a_server_name_a_connection_is_for_the_first_certificate() {
    let upstream = Upstream::start();
    let to = upstream.address;
    let secure = Secure::start(
        &NAMES,
        |setup, _| {
            setup
                .host("shop", "shop.test", to)
                .host("api", "api.test", to)
        },
        to,
    );
    for (host, code) in [
        ("shop.test", None),
        ("api.test", Some("connection.misdirected")),
    ] {
        let mut config = secure.authority.client(None, &["http/1.1"]);
        config.enable_sni = false;
        // It is the client that goes by the name here, and it sends none.
        let mut raw = connect(secure.address, "shop.test", config).expect("a handshake");
        let answer = raw.exchange(format!("GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(answer.denial().as_deref(), code, "{host}");
    }
}
