//! Starting, reloading, draining: no request is lost, and what is wrong is said.

use crate::codes::kept::example;
use crate::harness::files::scratch;
use crate::harness::gateway::{Launch, cli};
use crate::harness::h2::{exchange, run};
use crate::harness::problem::assert_refused;
use crate::harness::program::free_address;
use crate::harness::raw::{End, get};
use crate::harness::{Gateway, Raw, SOON, eventually, setup};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use serde_json::json;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Clients that send requests until told to stop, over connections that they keep.
struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    clients: Vec<std::thread::JoinHandle<Vec<String>>>,
}

impl Load {
    fn start(to: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicUsize::new(0));
        let clients = (0..8)
            .map(|number| {
                let (stop, done) = (stop.clone(), done.clone());
                std::thread::spawn(move || client(number, to, &stop, &done))
            })
            .collect();
        Self {
            stop,
            done,
            clients,
        }
    }

    /// Waits until so many more requests are done, however slow the machine is, for as long as
    /// they come at all.
    fn progress(&self, count: usize) {
        let mut done = self.done.load(Ordering::Relaxed);
        let target = done + count;
        while done < target {
            done = eventually("the load goes on", || {
                let now = self.done.load(Ordering::Relaxed);
                (now > done).then_some(now)
            });
        }
    }

    /// Stops; gives the number of requests and all that went wrong.
    fn finish(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        let failures = self
            .clients
            .into_iter()
            .flat_map(|c| c.join().expect("a client"))
            .collect();
        (self.done.load(Ordering::Relaxed), failures)
    }
}

fn client(number: usize, to: SocketAddr, stop: &AtomicBool, done: &AtomicUsize) -> Vec<String> {
    let mut failures = Vec::new();
    let request = if number.is_multiple_of(2) {
        "GET /do/chunked/3000/100 HTTP/1.1\r\nHost: test\r\n\r\n"
    } else {
        "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour"
    };
    while !stop.load(Ordering::Relaxed) {
        // Once nobody listens any more, the drain is over for new connections.
        let Ok(tcp) = TcpStream::connect(to) else {
            break;
        };
        let mut raw = Raw::plain(tcp);
        while !stop.load(Ordering::Relaxed) {
            match raw.send(request).try_response(false) {
                Some(response) if response.status == 200 && response.complete => {
                    done.fetch_add(1, Ordering::Relaxed);
                    if response
                        .header("connection")
                        .is_some_and(|c| c.eq_ignore_ascii_case("close"))
                    {
                        break;
                    }
                }
                other => {
                    failures.push(format!("client {number}: {other:?}"));
                    break;
                }
            }
        }
    }
    failures
}

#[test]
fn reloads_under_load_lose_nothing() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let load = Load::start(gateway.address);
    for round in 0..6 {
        load.progress(200);
        let path = format!("/added/{round}");
        let setup = setup::open(upstream.address)
            .operation("any.methods", json!(["GET", "POST"]))
            .operation("added", json!({"methods": ["PUT"], "path": path}));
        if round % 2 == 0 {
            // Noticed by itself.
            gateway.replace_config(&String::from(setup));
        } else {
            std::fs::write(gateway.file(), String::from(setup)).expect("written in place");
            gateway.signal("HUP");
        }
        let head = format!("PUT {path} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
        eventually("the new configuration is used", || {
            (crate::harness::raw::once(gateway.address, &head).status == 200).then_some(())
        });
    }
    let (done, failures) = load.finish();
    assert_eq!(failures, [""; 0], "of {done}");
    println!("{done} requests during 6 reloads");
}

#[test]
fn a_file_that_is_half_written_or_says_the_same_changes_nothing() {
    let upstream = Upstream::start();
    let config = String::from(setup::open(upstream.address));
    let gateway = Gateway::start(config.clone());
    // The first of the two steps in which a file is written in place.
    std::fs::write(gateway.file(), "").expect("truncated");
    gateway.logged(&["error[config.missing_field]: the file is empty"]);
    assert_eq!(gateway.get("/x").status, 200);
    assert!(gateway.ready().text().contains("stale"));
    std::fs::write(gateway.file(), &config).expect("written in place");
    gateway.logged(&["say what they said", "revision=1"]);
    assert!(!gateway.ready().text().contains("stale"));
    gateway.replace_config(&format!("{config}\n"));
    gateway.logged(&["took over a new configuration", "revision=2"]);
    assert_eq!(gateway.get("/x").status, 200);
}

#[test]
fn a_tunnel_outlives_its_configuration_and_keeps_nothing_else_of_it() {
    let (before, after) = (Upstream::start(), Upstream::start());
    let gateway = Gateway::start(setup::open(before.address).operation("any.websocket", true));
    let mut tunnel = Raw::connect(gateway.address);
    tunnel.send(
        "GET /chat HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert_eq!(tunnel.head().expect("a head").status, 101);
    for _ in 0..16 {
        assert_eq!(gateway.get("/x").status, 200);
    }
    assert!(before.open_connections() > 1, "some wait to be used again");
    gateway.replace_config(&String::from(setup::open(after.address)));
    gateway.signal("HUP");
    eventually("only the tunnel's connection is left", || {
        (before.open_connections() == 1).then_some(())
    });
    // A masked text frame "hi", the mask being zero.
    tunnel.send([0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
    let (answer, end) = tunnel.rest(Duration::from_millis(500));
    assert_eq!(
        (answer.as_slice(), end),
        (&[0x81, 2, b'h', b'i'][..], End::Open)
    );
}

#[test]
fn draining_under_load_loses_nothing() {
    let upstream = Upstream::start();
    for round in 0..3 {
        let mut gateway =
            Gateway::start(setup::open(upstream.address).with("timeouts.drain", "8s"));
        let load = Load::start(gateway.address);
        load.progress(300);
        let mut slow = Raw::connect(gateway.address);
        slow.send("GET /do/slow-body/100 HTTP/1.1\r\nHost: test\r\n\r\n");
        eventually("the slow request is under way", || {
            upstream
                .seen()
                .iter()
                .any(|seen| seen.target.contains("slow-body"))
                .then_some(())
        });
        gateway.signal("TERM");
        let response = slow.response();
        assert!(response.status == 200 && response.complete, "{response:?}");
        let status = gateway.wait(SOON).expect("the gateway ends");
        assert!(status.success(), "{status}");
        let (done, failures) = load.finish();
        assert_eq!(failures, [""; 0], "round {round}, of {done}");
    }
}

#[test]
fn http2_drains_with_goaway() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address));
    let address = gateway.address;
    let (started, has_started) = std::sync::mpsc::channel();
    let client = std::thread::spawn(move || {
        run(async move {
            let tcp = tokio::net::TcpStream::connect(address)
                .await
                .expect("a connection");
            let handshake = h2::client::handshake(tcp).await;
            let (client, connection) = handshake.expect("a handshake");
            let ended = tokio::spawn(connection);
            started.send(()).expect("a receiver");
            let request = Request::get("http://test/do/slow-head/1000").body(Vec::new());
            let request = request.expect("a request");
            let answer = crate::harness::h2::send(client, request, HeaderMap::new()).await;
            (answer, ended.await.expect("no panic"))
        })
    });
    has_started.recv().expect("the client runs");
    eventually("the request is under way", || {
        (!upstream.seen().is_empty()).then_some(())
    });
    gateway.signal("TERM");
    let (answer, ended) = client.join().expect("no panic");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(ended.is_ok(), "{ended:?}");
    assert!(gateway.wait(SOON).is_some_and(|status| status.success()));
}

#[test]
fn a_drain_has_a_limit() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address).with("timeouts.drain", "500ms"));
    let mut endless = Raw::connect(gateway.address);
    endless.send("GET /do/events/100000/20 HTTP/1.1\r\nHost: test\r\n\r\n");
    endless.head().expect("a head");
    let mut idle = Raw::connect(gateway.address);
    assert_eq!(
        idle.exchange("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
            .status,
        200
    );
    gateway.signal("TERM");
    assert_ne!(idle.end(Duration::from_secs(4)), End::Open);
    assert!(
        gateway.wait(Duration::from_secs(5)).is_some(),
        "the drain never ends"
    );
}

#[test]
fn the_end_of_a_drain_refuses_what_has_no_answer() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address).with("timeouts.drain", "1s"));
    let address = gateway.address;
    let begun = |head: &str| {
        let mut raw = Raw::connect(address);
        raw.send(head);
        raw
    };
    let mut waiting = begun("GET /do/slow-head/60000 HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut uploading =
        begun("POST /uploading HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nfour");
    let mut streaming = begun("GET /do/events/100000/20 HTTP/1.1\r\nHost: test\r\n\r\n");
    let streamed = streaming.head().expect("a head");
    let over_http2 = std::thread::spawn(move || {
        let request = Request::get("http://test/do/slow-head/60000").body(Vec::new());
        exchange(address, request.expect("a request"), HeaderMap::new())
    });
    eventually("all are under way", || {
        (upstream.seen().len() == 4).then_some(())
    });
    gateway.signal("TERM");
    let refused = waiting.response();
    assert_refused(&refused, "gateway.draining");
    example("gateway.draining", "GET /x HTTP/1.1\nHost: test", &refused);
    assert_refused(&uploading.response(), "gateway.draining");
    let answer = over_http2.join().expect("no panic");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.field("postern-denial"), "gateway.draining");
    assert_eq!(answer.field("retry-after"), "1");
    assert!(
        answer.broken.is_none(),
        "the refusal came whole: {answer:?}"
    );
    assert_ne!(streaming.end(SOON), End::Open);
    let id = streamed.header("x-request-id").expect("an id");
    gateway.logged(&[&id, "gateway.draining"]);
    assert!(gateway.wait(SOON).is_some_and(|status| status.success()));
}

#[test]
fn a_broken_configuration_keeps_the_old_one_and_is_reported() {
    let upstream = Upstream::start();
    let good = String::from(setup::open(upstream.address));
    let gateway = Gateway::start(good.clone());
    let healthy = gateway.ready().text();
    let stale = |gateway: &Gateway| {
        let metrics = gateway.metrics();
        let line = metrics
            .lines()
            .find(|line| line.starts_with("postern_config_stale "));
        line.expect("a metric").to_owned()
    };
    assert_eq!(stale(&gateway), "postern_config_stale 0");
    let broken = [
        String::from(setup::open(upstream.address).service("versions.v1.upstream", "behnid")),
        "services: [".to_owned(),
        "surprise: 1\n".to_owned(),
    ];
    for config in broken {
        gateway.replace_config(&config);
        gateway.signal("HUP");
        eventually("/readyz speaks of it", || {
            let ready = gateway.ready();
            assert_eq!(ready.status, 200, "the old configuration serves");
            (ready.text() != healthy && ready.text().contains("stale")).then_some(())
        });
        assert_eq!(stale(&gateway), "postern_config_stale 1");
        assert_eq!(gateway.get("/x").status, 200);
        gateway.replace_config(&good);
        gateway.signal("HUP");
        eventually("all is well again", || {
            (gateway.ready().text() == healthy).then_some(())
        });
    }
    gateway.logged(&["behnid"]);
    gateway.logged(&["surprise"]);
}

#[test]
fn what_stands_in_the_way_of_a_start_is_one_sentence() {
    let upstream = Upstream::start();
    let files = scratch("startup");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let free = || free_address().to_string();
    let good = files.write("good.yaml", String::from(setup::open(upstream.address)));
    let garbage = files.write("garbage.pem", "-----BEGIN NONSENSE-----\n");
    let tls = |name: &str, certificate: &str, key: &str| {
        let listener = json!({
            "address": free(),
            "tls": {"certificates": [{"certificate": certificate, "key": key}]},
        });
        let setup = setup::open(upstream.address).with("listeners.secure", listener);
        files.write(name, String::from(setup))
    };
    let authority = crate::harness::tls::Authority::new("test");
    let issued = authority.issue("server", &["test"], crate::harness::tls::Validity::Now);
    let certificate = issued.certificate.to_str().expect("text");
    let garbage = garbage.to_str().expect("text");
    let cases = [
        (good.clone(), taken.clone(), free(), taken.as_str()),
        (good, free(), taken.clone(), taken.as_str()),
        (files.join("absent.yaml"), free(), free(), "absent.yaml"),
        (
            tls("no-certificate.yaml", "/nonexistent.pem", garbage),
            String::new(),
            free(),
            "/nonexistent.pem",
        ),
        (
            tls("bad-certificate.yaml", garbage, garbage),
            String::new(),
            free(),
            "garbage.pem",
        ),
        (
            tls("no-key.yaml", certificate, "/nonexistent.key"),
            String::new(),
            free(),
            "/nonexistent.key",
        ),
        (
            tls("bad-key.yaml", certificate, garbage),
            String::new(),
            free(),
            "garbage.pem",
        ),
        (
            tls("no-variable.yaml", certificate, "env:SURELY_NOT_SET"),
            String::new(),
            free(),
            "SURELY_NOT_SET",
        ),
    ];
    for (config, gateway, admin, named) in cases {
        let data = files.join("data");
        let mut arguments = vec!["run", "--config", config.to_str().expect("text")];
        arguments.extend(["--data", data.to_str().expect("text"), "--admin", &admin]);
        if !gateway.is_empty() {
            arguments.extend(["--gateway", &gateway]);
        }
        let ran = cli(&arguments);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(named), "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    }
}

#[test]
fn all_errors_of_a_configuration_are_told_at_once() {
    let files = scratch("check");
    let config = "\
services:
  shop:
    versions:
      v1:
        upstream: ordres
        operations:
          all: {path: orders, methods: [GTE]}
upstreams:
  orders:
    targets: ['127.0.0.1:99999']
surprise: 1
";
    let file = files.write("postern.yaml", config);
    let file = file.to_str().expect("text");
    let data = files.join("data");
    let run = [
        "run",
        "--config",
        file,
        "--data",
        data.to_str().expect("text"),
    ];
    for arguments in [&["check", file][..], &run] {
        let ran = cli(arguments);
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        for part in [
            "ordres",
            "did you mean `orders`",
            "GTE",
            "99999",
            "surprise",
            "postern.yaml:5:",
        ] {
            assert!(printed.contains(part), "{part} is not in\n{printed}");
        }
    }
    let good = files.write("good.yaml", String::from(setup::open(free_address())));
    assert_eq!(
        cli(&["check", good.to_str().expect("text")]).status.code(),
        Some(0)
    );
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let upstream = Upstream::start();
    let files = scratch("data");
    let note = files.write("note.txt", "mine");
    let config = files.write("postern.yaml", String::from(setup::open(upstream.address)));
    let (gateway, admin) = (free_address(), free_address());
    let mut command = std::process::Command::new(crate::harness::binary::postern());
    command
        .arg("run")
        .arg("--config")
        .arg(config)
        .arg("--data")
        .arg(&*files);
    command.args([
        "--gateway",
        &gateway.to_string(),
        "--admin",
        &admin.to_string(),
    ]);
    let mut program = crate::harness::program::Program::start(&mut command, &files, "log");
    program.wait_for(gateway, SOON).expect("it starts");
    assert_eq!(get(gateway, "/x", "").status, 200);
    program.signal("TERM");
    assert!(program.wait(SOON).is_some());
    assert_eq!(std::fs::read(note).expect("still there"), b"mine");
}

#[test]
fn the_file_s_listeners_give_way_to_the_command_line() {
    let upstream = Upstream::start();
    let declared = free_address();
    let setup = setup::open(upstream.address).with("listeners.plain.address", declared.to_string());
    let gateway = Launch::new(setup).start();
    assert_eq!(gateway.get("/x").status, 200);
    assert!(TcpStream::connect(declared).is_err());
    let request = Request::get("http://test/x")
        .body(Vec::new())
        .expect("a request");
    assert_eq!(
        exchange(gateway.address, request, HeaderMap::new()).status,
        200
    );
}
