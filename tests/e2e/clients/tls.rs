//! TLS: server names, client certificates, new certificate files, connections that do not fit.

use super::{Secure, pair};
use crate::harness::files::scratch;
use crate::harness::gateway::Launch;
use crate::harness::problem::assert_refused;
use crate::harness::program::{free_address, installed, run_with_input};
use crate::harness::tls::{Authority, Issued, Validity, connect};
use crate::harness::{Response, SOON, eventually, setup};
use crate::upstream::Upstream;
use serde_json::json;
use std::process::Command;

/// What `openssl s_client` prints for a server name, with a request sent over it.
fn s_client(secure: &Secure, name: &str, host: &str, identity: Option<&Issued>) -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-ign_eof", "-servername", name, "-connect"]);
    openssl.arg(secure.address.to_string());
    openssl.arg("-CAfile").arg(secure.authority.path());
    openssl.args(["-verify_return_error", "-alpn", "http/1.1"]);
    if let Some(issued) = identity {
        openssl
            .arg("-cert")
            .arg(&issued.certificate)
            .arg("-key")
            .arg(&issued.key);
    }
    let request = format!("GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let ran = run_with_input(&mut openssl, request.as_bytes(), SOON);
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn openssl_gets_the_certificate_of_the_name_it_asks_for() {
    if !installed("openssl") {
        return;
    }
    let upstream = Upstream::start();
    let secure = Secure::start(
        &["one.test", "two.test"],
        |setup, _| setup,
        upstream.address,
    );
    for (asked, given) in [
        ("one.test", "one.test"),
        ("two.test", "two.test"),
        ("three.test", "one.test"),
    ] {
        let printed = s_client(&secure, asked, asked, None);
        assert!(
            printed.contains(&format!("CN = {given}")),
            "{asked}: {printed}"
        );
        assert!(printed.contains("ALPN protocol: http/1.1"), "{printed}");
    }
}

#[test]
fn client_certificates_are_judged_per_service() {
    let upstream = Upstream::start();
    let secure = Secure::start(
        &["test"],
        |setup, authority| {
            let authorities = json!({"authorities": authority.path(), "required": true});
            setup.service("client_certificate", authorities)
        },
        upstream.address,
    );
    let stranger = Authority::new("stranger");
    let good = secure
        .authority
        .issue("good", &["client.test"], Validity::Now);
    let expired = secure
        .authority
        .issue("expired", &["client.test"], Validity::Past);
    let strange = stranger.issue("strange", &["client.test"], Validity::Now);
    let ask = |identity: Option<&Issued>| -> Response {
        let config = secure.authority.client(identity, &["http/1.1"]);
        let mut client = connect(secure.address, "test", config).expect("a handshake");
        client.exchange("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
    };
    assert_eq!(ask(Some(&good)).status, 200);
    assert_refused(&ask(None), "connection.certificate_missing");
    assert_refused(&ask(Some(&strange)), "connection.certificate_untrusted");
    assert_refused(&ask(Some(&expired)), "connection.certificate_expired");
    assert_eq!(upstream.seen().len(), 1);
    if installed("openssl") {
        assert!(s_client(&secure, "test", "test", Some(&good)).contains("200 OK"));
        let refused = s_client(&secure, "test", "test", Some(&strange));
        assert!(
            refused.contains("connection.certificate_untrusted"),
            "{refused}"
        );
    }
}

#[test]
fn a_host_that_is_not_served_over_tls_is_misdirected() {
    let upstream = Upstream::start();
    let secure = Secure::start(
        &["known.test"],
        |setup, _| setup.service("hosts", json!(["known.test"])),
        upstream.address,
    );
    let config = secure.authority.client(None, &["http/1.1"]);
    let mut client = connect(secure.address, "known.test", config).expect("a handshake");
    assert_eq!(
        client
            .exchange("GET /x HTTP/1.1\r\nHost: known.test\r\n\r\n")
            .status,
        200
    );
    let unknown = client.exchange("GET /x HTTP/1.1\r\nHost: unknown.test\r\n\r\n");
    assert_refused(&unknown, "connection.misdirected");
}

#[test]
fn plain_http_is_redirected_or_refused_where_tls_is_required() {
    let upstream = Upstream::start();
    let secure = Secure::start(
        &["test"],
        |setup, _| setup.service("tls_required", true),
        upstream.address,
    );
    let ask = |method: &str| {
        let head = format!("{method} /x?y HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
        crate::harness::raw::once(secure.gateway.address, head)
    };
    let redirected = ask("GET");
    assert_eq!(redirected.status, 308, "{redirected:?}");
    let location = redirected.header("location").unwrap_or_default();
    assert!(
        location.starts_with("https://test") && location.ends_with("/x?y"),
        "{location}"
    );
    assert_refused(&ask("POST"), "connection.tls_required");
    let config = secure.authority.client(None, &["http/1.1"]);
    let mut client = connect(secure.address, "test", config).expect("a handshake");
    let passed = client.exchange("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(passed.status, 200);
}

#[test]
fn new_certificate_files_are_taken_up_without_losing_a_connection() {
    let upstream = Upstream::start();
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let issued = old.issue("server", &["test"], Validity::Now);
    let (plain, address) = (free_address(), free_address());
    let setup = setup::open(upstream.address)
        .with("listeners.plain.address", plain.to_string())
        .with(
            "listeners.secure",
            json!({
                "address": address.to_string(),
                "tls": {"certificates": [pair(&issued)]},
            }),
        );
    let _gateway = Launch::new(setup).own_listeners(plain).start();
    let request = "GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut before = connect(address, "test", old.client(None, &[])).expect("a handshake");
    assert_eq!(before.exchange(request).status, 200);
    assert!(connect(address, "test", new.client(None, &[])).is_err());
    let next = new.issue("server", &["test"], Validity::Now);
    std::fs::copy(&next.key, &issued.key).expect("a copy");
    std::fs::copy(&next.certificate, &issued.certificate).expect("a copy");
    eventually("the new certificate is used", || {
        let mut client = connect(address, "test", new.client(None, &[])).ok()?;
        (client.exchange(request).status == 200).then_some(())
    });
    assert_eq!(
        before.exchange(request).status,
        200,
        "old connections go on"
    );
}

#[test]
fn the_upstream_s_certificate_is_verified() {
    let authority = Authority::new("test");
    let files = scratch("authorities");
    let upstream =
        Upstream::start_tls(&authority.issue("server", &["upstream.test"], Validity::Now));
    let target = format!("https://{}", upstream.address);
    let authorities = authority.path();
    let stranger = files.write(
        "stranger.pem",
        std::fs::read(Authority::new("s").path()).unwrap(),
    );
    for protocol in ["http1", "http2"] {
        let cases = [
            (
                json!({"authorities": authorities, "server_name": "upstream.test"}),
                200,
            ),
            (
                json!({"authorities": authorities, "server_name": "other.test"}),
                502,
            ),
            (
                json!({"authorities": stranger, "server_name": "upstream.test"}),
                502,
            ),
            (json!({"server_name": "upstream.test"}), 502),
            (
                json!({"server_name": "upstream.test", "insecure_skip_verify": true}),
                200,
            ),
        ];
        for (tls, status) in cases {
            let setup = setup::open(upstream.address)
                .upstream("targets", json!([target]))
                .upstream("protocol", protocol)
                .upstream("tls", tls.clone());
            let gateway = crate::harness::Gateway::start(setup);
            let response = gateway.get("/x");
            assert_eq!(
                response.status,
                status,
                "{protocol} {tls}: {}",
                response.text()
            );
            if status == 502 {
                assert_refused(&response, "upstream.unreachable");
                let error = response.header("proxy-status").unwrap_or_default();
                assert!(error.contains("tls_certificate_error"), "{error}");
            }
        }
    }
}
