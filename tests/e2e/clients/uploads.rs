//! Large uploads: passed on whole, and refused early in a way that clients really read.

use super::{Secure, program};
use crate::harness::files::scratch;
use crate::harness::program::{Ran, installed, run};
use crate::harness::python::python;
use crate::harness::{Gateway, SOON, problem, setup};
use crate::upstream::Upstream;
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

const SIZE: usize = 10 << 20;

#[test]
fn an_upload_arrives_whole_with_and_without_expect() {
    if !installed("curl") {
        return;
    }
    let upstream = Upstream::start();
    let secure = Secure::start(&["localhost"], |setup, _| setup, upstream.address);
    let files = scratch("upload");
    let body: Vec<u8> = (0..SIZE)
        .map(|n| u8::try_from(n % 251).unwrap_or(0))
        .collect();
    let file = files.write("body", &body);
    for (options, base) in [
        (
            &["--http1.1", "-H", "Expect: 100-continue"][..],
            format!("http://{}", secure.gateway.address),
        ),
        (
            &["--http1.1", "-H", "Expect:"],
            format!("http://{}", secure.gateway.address),
        ),
        (
            &["--http1.1", "-H", "Transfer-Encoding: chunked"],
            format!("http://{}", secure.gateway.address),
        ),
        (
            &["--http2-prior-knowledge"],
            format!("http://{}", secure.gateway.address),
        ),
        (
            &["--http2"],
            format!("https://localhost:{}", secure.address.port()),
        ),
    ] {
        let mark = upstream.mark();
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--data-binary"])
            .arg(format!("@{}", file.display()));
        curl.args(options)
            .arg("--cacert")
            .arg(secure.authority.path());
        let ran = run(curl.arg(format!("{base}/up")), SOON * 3);
        let seen = upstream.since(mark).requests;
        assert_eq!(seen.len(), 1, "{options:?} {ran:?}");
        assert!(
            seen[0].complete && seen[0].body == body,
            "{options:?} arrived changed"
        );
        assert!(
            ran.stdout.contains("\"method\":\"POST\""),
            "{options:?} {ran:?}"
        );
    }
}

#[test]
fn curl_waits_for_100_continue_and_is_spared_a_refused_upload() {
    if !installed("curl") {
        return;
    }
    let upstream = Upstream::start();
    let gateway = closed(&upstream);
    let files = scratch("upload");
    let file = files.write("body", vec![b'x'; SIZE]);
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "-H",
        "Expect: 100-continue",
        "--expect100-timeout",
        "10",
        "-o",
        "/dev/null",
    ]);
    curl.args(["-w", "%{http_code} %{size_upload}", "--data-binary"]);
    curl.arg(format!("@{}", file.display()))
        .arg(format!("http://{}/nowhere", gateway.address));
    let ran = run(&mut curl, SOON * 3);
    assert_eq!(ran.stdout, "404 0", "{}", ran.stderr);
}

/// A gateway with one operation, `GET /only`.
fn closed(upstream: &Upstream) -> Gateway {
    let only = json!({"only": {"methods": ["GET"], "path": "/only"}});
    Gateway::start(setup::open(upstream.address).service("versions.v1.operations", only))
}

/// Every client must read the refusal of 10 MB, and the upstream must see nothing.
fn refused(client: impl Fn(SocketAddr, &Path) -> Command) {
    let upstream = Upstream::start();
    let gateway = closed(&upstream);
    let files = scratch("upload");
    let file = files.write("body", vec![b'x'; SIZE]);
    for round in 0..3 {
        let Ran {
            status,
            stdout,
            stderr,
        } = run(&mut client(gateway.address, &file), SOON * 3);
        assert!(status.success(), "round {round}: {stdout} {stderr}");
        let (code, body) = stdout.split_once('\n').unwrap_or_default();
        assert_eq!(code, "404", "round {round}: {stdout} {stderr}");
        let document: serde_json::Value = serde_json::from_str(body).expect("a problem document");
        let id = document["request_id"].as_str().expect("an id").to_owned();
        problem::document(body.as_bytes(), "route.not_found", 404, "consumer", &id).unwrap();
    }
    assert!(upstream.seen().is_empty());
}

#[test]
fn curl_reads_the_refusal_of_an_upload() {
    if !installed("curl") {
        return;
    }
    for options in [
        &["--http1.1", "-H", "Expect:"][..],
        &["--http2-prior-knowledge"],
    ] {
        refused(|address, file| {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "-w", "%{stderr}%{http_code}"])
                .args(options);
            curl.arg("--data-binary")
                .arg(format!("@{}", file.display()));
            curl.arg(format!("http://{address}/nowhere"));
            // The status first, then the body.
            let mut shell = Command::new("sh");
            shell.args([
                "-c",
                "out=$(\"$@\" 2>\"$0\") || exit; cat \"$0\"; echo; echo \"$out\"",
            ]);
            shell
                .arg(file.with_extension("status"))
                .arg(curl.get_program())
                .args(curl.get_args());
            shell
        });
    }
}

#[test]
fn node_reads_the_refusal_of_an_upload() {
    if installed("node") {
        refused(|address, file| with_file("node", "upload.js", address, file));
    }
}

/// Writes the whole body before it reads anything, as Python's and Java's old clients do.
#[test]
fn python_reads_the_refusal_of_an_upload() {
    if let Some(python) = python() {
        let python = python.to_str().expect("a path of text");
        refused(|address, file| with_file(python, "upload.py", address, file));
    }
}

#[test]
fn java_reads_the_refusal_of_an_upload() {
    if installed("java") {
        refused(|address, file| with_file("java", "Upload.java", address, file));
    }
}

fn with_file(interpreter: &str, name: &str, address: SocketAddr, file: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command
        .arg(program(name))
        .arg(format!("http://{address}/nowhere"))
        .arg(file);
    command
}
