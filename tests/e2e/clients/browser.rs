//! A real browser before the gateway: which pages may read what.

use crate::harness::files::scratch;
use crate::harness::program::{Program, installed};
use crate::harness::{Gateway, setup};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

/// What a page does: calls across origins, and tells its own server what came of it. Which
/// gateway it calls stands behind `#` in its address.
const PAGE: &str = r"<!doctype html><script>
const call = async (path, options) => {
  try {
    const answer = await fetch('http://' + location.hash.slice(1) + path, options);
    const text = await answer.text();
    return {
      status: answer.status,
      id: answer.headers.get('x-request-id'),
      denial: answer.headers.get('postern-denial'),
      code: answer.ok ? null : JSON.parse(text).code,
    };
  } catch {
    return {kept: true};
  }
};
const headers = {'content-type': 'application/json'};
(async () => {
  const results = {
    refused: await call('/orders/', {
      method: 'POST', headers: {...headers, 'x-api-key': 'no key at all'}, body: '{}',
    }),
    simple: await call('/orders/', {method: 'POST', body: 'a'}),
    passes: await call('/open/', {headers}),
    method: await call('/open/', {method: 'PUT'}),
    header: await call('/open/', {headers: {'x-other': 'a'}}),
  };
  await fetch('/result', {method: 'POST', body: JSON.stringify(results)});
})();
</script>";

/// A server of that page, which gives what the page posts.
fn serve() -> (SocketAddr, mpsc::Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (sender, results) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || answer(stream, &sender));
        }
    });
    (address, results)
}

fn answer(mut stream: TcpStream, results: &mpsc::Sender<Value>) -> Option<()> {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    let (head, body) = loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0usize);
        if body.len() >= length {
            break (head.to_owned(), body.to_owned());
        }
    };
    if head.starts_with("POST /result ") {
        let _ = results.send(serde_json::from_str(&body).ok()?);
    }
    let length = PAGE.len();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html";
    write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{PAGE}").ok()
}

/// Opens a page in Chromium and gives what it found.
fn opened(page: SocketAddr, gateway: SocketAddr, results: &mpsc::Receiver<Value>) -> Value {
    let scratch = scratch("chromium");
    let mut chromium = Command::new("chromium");
    chromium
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args(["--disable-dev-shm-usage", "--disable-background-networking"])
        .arg(format!(
            "--user-data-dir={}",
            scratch.join("profile").display()
        ))
        .arg(format!("http://{page}/#{gateway}"));
    let browser = Program::start(&mut chromium, &scratch, "chromium");
    let found = results.recv_timeout(Duration::from_mins(2));
    found.unwrap_or_else(|error| panic!("{error}: {}", browser.output()))
}

#[test]
fn a_page_of_an_allowed_origin_reads_refusals_and_no_other_does() {
    if !installed("chromium") {
        return;
    }
    let upstream = Upstream::start();
    let (allowed, from_allowed) = serve();
    let (other, from_other) = serve();
    let operations = |methods: Value| json!({"call": {"methods": methods, "path": "/"}});
    let service = |base: &str, operations: Value| {
        json!({
            "base_path": base,
            "versions": {"v1": {"upstream": "behind", "operations": operations}},
        })
    };
    let mut closed = service("/orders", operations(json!(["POST"])));
    closed["authentication"] = json!({"api_key": {}});
    let setup = setup::open(upstream.address)
        .with("services.closed", closed)
        .with(
            "services.open",
            service("/open", operations(json!(["GET", "PUT"]))),
        )
        .with(
            "policies.pages",
            json!({
                "kind": "cors", "on": "platform", "origins": format!("http://{allowed}"),
                "methods": ["GET", "POST"], "headers": ["Content-Type", "X-API-Key"],
            }),
        );
    let gateway = Gateway::start(setup);
    let found = opened(allowed, gateway.address, &from_allowed);
    let kept = json!({"kept": true});
    let told = |result: &str| {
        let told = &found[result];
        let id = told["id"].as_str().unwrap_or_default();
        assert_eq!(id.len(), 26, "{result}: {found}");
        [&told["status"], &told["code"], &told["denial"]].map(ToString::to_string)
    };
    let malformed = [
        "401",
        "\"credential.malformed\"",
        "\"credential.malformed\"",
    ];
    assert_eq!(told("refused"), malformed);
    let missing = ["401", "\"credential.missing\"", "\"credential.missing\""];
    assert_eq!(told("simple"), missing);
    assert_eq!(told("passes"), ["200", "null", "null"]);
    assert_eq!(
        found["method"], kept,
        "the policy does not list it: {found}"
    );
    assert_eq!(
        found["header"], kept,
        "the policy does not list it: {found}"
    );

    let found = opened(other, gateway.address, &from_other);
    for result in ["refused", "simple", "passes", "method", "header"] {
        assert_eq!(found[result], kept, "{result}: {found}");
    }
    // What browsers do not ask about beforehand arrives; what they ask about never does.
    let log = gateway.logged(&["cors.origin_not_allowed"]);
    assert!(log.contains("OPTIONS"), "{log}");
}
