//! Envoy's `ext_authz` over gRPC: a real server with messages of its own, and ones that send what is
//! none.

use super::{World, code, decider, said};
use crate::harness::binary::workspace;
use crate::harness::files::scratch;
use crate::harness::program::{Program, free_address, run, skipped};
use crate::harness::python::python;
use crate::harness::{SOON, eventually};
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The interpreter of an environment that has Envoy's messages; `None`, and a line that says so,
/// where there is none.
fn interpreter() -> Option<&'static Path> {
    let python = python()?;
    let mut command = Command::new(python);
    command.args(["-c", "import envoy_data_plane, grpc"]);
    if run(&mut command, SOON).status.success() {
        return Some(python);
    }
    skipped(
        "the Python environment has no `envoy-data-plane`; `tests/setup.sh python` installs it",
    );
    None
}

#[test]
fn a_real_server_is_asked_and_its_answers_count() {
    let Some(python) = interpreter() else {
        return;
    };
    let (address, scratch) = (free_address(), scratch("decider-grpc"));
    let mut command = Command::new(python);
    command.arg(workspace().join("tests/e2e/deciders/authorization.py"));
    command.arg(address.port().to_string());
    let mut program = Program::start(&mut command, &scratch, "authorization");
    program.wait_for(address, SOON).expect("the server starts");
    let more = json!({
        "headers": ["X-Badge"], "answer_headers": ["X-User", "X-Level"], "body": "1KiB",
    });
    let url = format!("http://{address}");
    let world = World::start(&[("authz", decider("ext_authz_grpc", &url, &more))]);
    let with = |badge: &str| {
        let lines = format!("X-Badge: {badge}\r\nX-Level: 9\r\n");
        world.send("POST /asked/1?x=1", &lines, "{\"a\": 1}")
    };
    let passed = with("blue");
    assert_eq!(passed.status, 200, "{}", passed.text());
    let reached = passed.json()["headers"].take();
    assert_eq!(reached["x-user"], "jane");
    assert!(reached.get("x-level").is_none() && reached.get("x-evil").is_none());
    let asked = program.output();
    let asked = asked.lines().last().expect("a question");
    let mut asked: Value = serde_json::from_str(asked).expect("JSON");
    let headers = asked["headers"].take();
    assert_eq!(
        asked,
        json!({
            "source": "127.0.0.1", "method": "POST", "path": "/asked/1?x=1", "host": "api.test",
            "scheme": "http", "protocol": "HTTP/1.1", "id": passed.header("x-request-id"),
            "headers": null, "body": "{\"a\": 1}", "size": 8,
            "extensions": {"service": "orders", "version": "v1", "operation": "asked"},
        })
    );
    assert_eq!(headers["x-badge"], "blue");
    assert_eq!(headers["x-postern-app"], "shop");
    assert_eq!(headers[":path"], "/asked/1?x=1");
    assert!(!headers.to_string().contains(&world.key));

    for (badge, status, found, told) in [
        (
            "red",
            403,
            "authorization.external_denied",
            "no entry with red",
        ),
        (
            "bare",
            403,
            "authorization.external_denied",
            "nobody knows you",
        ),
        ("liar", 403, "authorization.external_denied", "a lie"),
        ("page", 403, "authorization.external_denied", ""),
        (
            "error",
            503,
            "authorization.external_unavailable",
            "not today",
        ),
        (
            "long",
            503,
            "authorization.external_unavailable",
            "larger than 65536 bytes",
        ),
        (
            "slow",
            503,
            "authorization.external_unavailable",
            "did not answer in 2000 ms",
        ),
    ] {
        let refused = with(badge);
        assert_eq!(
            (refused.status, &*code(&refused)),
            (status, found),
            "{badge}"
        );
        let why = world.why(&refused);
        assert!(why.contains(told), "{badge}: {why}");
    }
    let refused = world.ask();
    let challenge = refused.header("www-authenticate");
    assert_eq!(
        (refused.status, challenge.as_deref()),
        (401, Some("Badge realm=\"grpc\""))
    );
    assert_eq!(with("blue").status, 200);
}

/// How a server answers: whatever is put before the message, the bytes of the body, the trailers.
#[derive(Debug, Clone, Default)]
struct Says {
    status: u16,
    fields: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    trailers: Vec<(&'static str, &'static str)>,
    /// It resets the stream instead.
    resets: bool,
}

/// A server over HTTP/2 that says what it is told to.
struct Server {
    address: SocketAddr,
    says: Arc<Mutex<Says>>,
}

impl Server {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a setting");
        let says = Arc::new(Mutex::new(Says::default()));
        let told = says.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, told.clone()));
                }
            });
        });
        Self { address, says }
    }

    fn says(&self, says: Says) {
        *self.says.lock().expect("nobody panics with it") = says;
    }
}

async fn serve(stream: tokio::net::TcpStream, told: Arc<Mutex<Says>>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let says = told.lock().expect("nobody panics with it").clone();
        if says.resets {
            respond.send_reset(h2::Reason::INTERNAL_ERROR);
            continue;
        }
        let mut head = Response::builder().status(says.status);
        for (name, value) in says.fields {
            head = head.header(name, value);
        }
        let head = head.body(()).expect("a head");
        let ends = says.body.is_empty() && says.trailers.is_empty();
        let Ok(mut stream) = respond.send_response(head, ends) else {
            continue;
        };
        if ends {
            continue;
        }
        let _ = stream.send_data(Bytes::from(says.body), says.trailers.is_empty());
        let mut trailers = HeaderMap::new();
        for (name, value) in says.trailers {
            trailers.insert(name, value.parse().expect("a value"));
        }
        let _ = stream.send_trailers(trailers);
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message");
    [&[0][..], &length.to_be_bytes(), message].concat()
}

#[test]
fn frames_and_messages_that_are_none_count_for_nothing() {
    let server = Server::start();
    let url = format!("http://{}", server.address);
    let world = World::start(&[("authz", decider("ext_authz_grpc", &url, &json!({})))]);
    let grpc = ("content-type", "application/grpc");
    let good = |body: Vec<u8>| Says {
        status: 200,
        fields: vec![grpc],
        body,
        trailers: vec![("grpc-status", "0")],
        resets: false,
    };
    // An empty `CheckResponse` has the status 0, as Envoy reads it, too.
    let passes = good(framed(&[]));
    let deep: Vec<u8> = [0x12, 0x7f].repeat(200);
    let cases = [
        (
            "resets",
            Says {
                resets: true,
                ..Says::default()
            },
            "",
        ),
        (
            "no gRPC",
            Says {
                status: 503,
                ..Says::default()
            },
            "instead of gRPC",
        ),
        (
            "no status",
            Says {
                trailers: vec![("x", "1")],
                ..good(framed(&[]))
            },
            "no gRPC status",
        ),
        (
            "unimplemented",
            Says {
                trailers: vec![("grpc-status", "12")],
                ..good(vec![])
            },
            "status 12",
        ),
        ("no message", good(vec![1]), "no message"),
        ("short", good(vec![0, 0, 0, 0, 9, 1]), "not one message"),
        (
            "two",
            good([framed(&[]), framed(&[])].concat()),
            "not one message",
        ),
        ("compressed", good(vec![1, 0, 0, 0, 0]), "compressed"),
        (
            "endless number",
            good(framed(&[[0x08].as_slice(), &[0xff; 12]].concat())),
            "no CheckResponse",
        ),
        (
            "length beyond",
            good(framed(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])),
            "no CheckResponse",
        ),
        ("group", good(framed(&[0x0b, 0x0c])), "no CheckResponse"),
        ("field 0", good(framed(&[0x00, 0x00])), "no CheckResponse"),
        ("broken within", good(framed(&deep)), "no CheckResponse"),
    ];
    for (name, says, expected) in cases {
        server.says(says);
        let begun = Instant::now();
        let refused = world.ask();
        assert!(begun.elapsed() < Duration::from_secs(4), "{name}");
        let found = code(&refused);
        assert_eq!(
            found,
            "authorization.external_unavailable",
            "{name}: {}",
            refused.text()
        );
        let told = world.why(&refused);
        assert!(told.contains(expected), "{name}: {told}");
        server.says(passes.clone());
        for _ in 0..2 {
            eventually("it passes", || (world.ask().status == 200).then_some(()));
        }
    }
}

#[test]
fn who_speaks_no_http2_is_no_server() {
    let endpoint = crate::introspection::endpoint::Endpoint::start();
    endpoint.says(crate::introspection::endpoint::Says::answer(200, "", ""));
    let more = json!({"timeout": "500ms"});
    let decider = decider("ext_authz_grpc", &endpoint.origin(), &more);
    let world = World::start(&[("authz", decider)]);
    let refused = world.ask();
    assert_eq!(code(&refused), "authorization.external_unavailable");
    assert_eq!(said(&endpoint.last(), "Host"), None);
    assert_eq!(world.send("GET /other", "", "").status, 200);
}
