//! curl and nghttp2's tools: every version of HTTP, plain and over TLS.

use super::Secure;
use crate::harness::program::{installed, run};
use crate::harness::{Gateway, SOON, setup};
use crate::upstream::Upstream;
use std::process::Command;

#[test]
fn curl_speaks_every_version() {
    if !installed("curl") {
        return;
    }
    let upstream = Upstream::start();
    let secure = Secure::start(&["localhost"], |setup, _| setup, upstream.address);
    let plain = format!("http://{}", secure.gateway.address);
    let tls = format!("https://localhost:{}", secure.address.port());
    let cases = [
        ("--http1.0", &plain, "1.1"),
        ("--http1.1", &plain, "1.1"),
        ("--http2-prior-knowledge", &plain, "2"),
        ("--http1.1", &tls, "1.1"),
        ("--http2", &tls, "2"),
        ("--tlsv1.3", &tls, "2"),
        ("--tls-max=1.2", &tls, "2"),
    ];
    for (option, base, version) in cases {
        for (path, length) in [("/do/body/10", 10), ("/do/chunked/100000/777", 100_000)] {
            let mut curl = Command::new("curl");
            curl.args([
                "-sS",
                "-o",
                "/dev/null",
                "-w",
                "%{http_version} %{http_code} %{size_download}",
            ]);
            curl.args(option.split('='))
                .arg("--cacert")
                .arg(secure.authority.path());
            let ran = run(curl.arg(format!("{base}{path}")), SOON);
            let expected = format!("{version} 200 {length}");
            // Our status line says HTTP/1.1 whatever the client's version is (RFC 9110 §6.2).
            assert_eq!(
                ran.stdout, expected,
                "{option} {base}{path}: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn curl_reuses_its_connection() {
    if !installed("curl") {
        return;
    }
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let url = format!("http://{}/[1-20]", gateway.address);
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}/%{num_connects} ",
        &url,
    ]);
    let ran = run(&mut curl, SOON);
    assert_eq!(
        ran.stdout.trim(),
        format!("200/1{}", " 200/0".repeat(19)),
        "{}",
        ran.stderr
    );
    assert_eq!(
        upstream.connections(),
        1,
        "the upstream's connection is reused as well"
    );
}

#[test]
fn nghttp_gets_a_page_and_h2load_all_of_its_answers() {
    if !installed("nghttp") || !installed("h2load") {
        return;
    }
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let url = format!("http://{}/do/body/36", gateway.address);
    let ran = run(Command::new("nghttp").arg(&url), SOON);
    assert_eq!(
        ran.stdout, "0123456789abcdefghijklmnopqrstuvwxyz",
        "{}",
        ran.stderr
    );
    let mut h2load = Command::new("h2load");
    let ran = run(
        h2load.args(["-n", "3000", "-c", "10", "-m", "20", &url]),
        SOON * 3,
    );
    assert!(
        ran.stdout.contains("3000 succeeded, 0 failed, 0 errored"),
        "{}",
        ran.stdout
    );
    let mut h2load = Command::new("h2load");
    let ran = run(
        h2load.args(["--h1", "-n", "3000", "-c", "10", "-m", "4", &url]),
        SOON * 3,
    );
    assert!(
        ran.stdout.contains("3000 succeeded, 0 failed, 0 errored"),
        "{}",
        ran.stdout
    );
}
