//! gRPC: calls with trailers pass, refusals are gRPC statuses.

use super::program;
use crate::harness::h2::{Answer, exchange};
use crate::harness::problem::is_id;
use crate::harness::program::run;
use crate::harness::python::python;
use crate::harness::{Gateway, SOON, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use serde_json::json;
use std::net::SocketAddr;
use std::process::Command;

/// A gateway for gRPC with one method, `/grpc.Test/Echo`.
fn start(upstream: SocketAddr) -> Gateway {
    let operations = json!({"echo": {"methods": ["POST"], "path": "/grpc.Test/Echo"}});
    Gateway::start(
        setup::open(upstream)
            .service("versions.v1.operations", operations)
            .upstream("protocol", "http2"),
    )
}

#[test]
fn python_s_client_calls_and_reads_refusals() {
    let Some(python) = python() else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = start(upstream.address);
    let mut command = Command::new(python);
    command
        .arg(program("grpc_client.py"))
        .arg(gateway.address.to_string());
    let ran = run(&mut command, SOON * 3);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines,
        ["unary hello", "stream 3", "UNIMPLEMENTED route.not_found"],
        "{}",
        ran.stderr
    );
}

fn call(gateway: &Gateway, path: &str, message: &[u8]) -> Answer {
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("short").to_be_bytes());
    body.extend(message);
    let request = Request::post(format!("http://test{path}"))
        .header("content-type", "application/grpc+proto")
        .header("te", "trailers")
        .body(body)
        .expect("a request");
    exchange(gateway.address, request, HeaderMap::new())
}

#[test]
fn trailers_pass() {
    let upstream = Upstream::start();
    let answer = call(&start(upstream.address), "/grpc.Test/Echo", b"hello");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body, b"\0\0\0\0\x05hello");
    assert_eq!(answer.trailers["grpc-status"], "0");
    assert_eq!(upstream.seen()[0].header("te").as_deref(), Some("trailers"));
}

#[test]
fn refusals_are_trailers_only_with_code_and_id() {
    let upstream = Upstream::start();
    let gateway = start(upstream.address);
    let check = |answer: Answer, code: &str, status: &str| {
        assert_eq!(answer.status, 200, "{code}: {answer:?}");
        assert_eq!(answer.field("grpc-status"), status, "{code}");
        assert_eq!(answer.field("postern-denial"), code);
        assert!(!answer.field("grpc-message").is_empty(), "{code}");
        assert!(
            answer.field("content-type").starts_with("application/grpc"),
            "{code}"
        );
        assert!(is_id(&answer.field("x-request-id")), "{code}");
        assert!(answer.body.is_empty(), "{code}");
    };
    check(
        call(&gateway, "/grpc.Test/Missing", b""),
        "route.not_found",
        "12",
    );
    check(
        call(&gateway, "/grpc.Test/%zz", b""),
        "route.path_rejected",
        "3",
    );
    upstream.go_down();
    check(
        call(&gateway, "/grpc.Test/Echo", b""),
        "upstream.unreachable",
        "14",
    );
}
