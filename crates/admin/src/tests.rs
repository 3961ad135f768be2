use super::*;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Told {
    readiness: Mutex<Readiness>,
    asked: AtomicBool,
}

impl AdminState for Told {
    fn metrics(&self, out: &mut String) {
        self.asked.store(true, Ordering::Relaxed);
        out.push_str("postern_build_info 1\n");
    }
    fn readiness(&self) -> Readiness {
        self.readiness.lock().unwrap().clone()
    }
    fn client(&self, peer: SocketAddr, forwarded: &[(&str, &[u8])]) -> Result<IpAddr, String> {
        match forwarded {
            [] => Ok(peer.ip()),
            [("x-forwarded-for", one)] => {
                let one = std::str::from_utf8(one).unwrap();
                one.parse().map_err(|_| format!("{one} is no address"))
            }
            several => Err(format!("{} fields", several.len())),
        }
    }
    fn hosts(&self) -> Vec<String> {
        vec!["admin.example".into()]
    }
}

fn ready() -> Readiness {
    Readiness {
        configuration: ConfigurationState::Current,
        listeners_bound: true,
        draining: false,
        database: None,
        geo: Vec::new(),
        lists: Vec::new(),
        call_log: Vec::new(),
    }
}

struct Running {
    address: SocketAddr,
    state: Arc<Told>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

fn start() -> Running {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let state = Arc::new(Told {
        readiness: Mutex::new(ready()),
        asked: AtomicBool::new(false),
    });
    let (stop, stopped) = oneshot::channel();
    let served = tokio::spawn(serve(
        listener,
        Arc::clone(&state) as Arc<dyn AdminState>,
        None,
        async move {
            let _ = stopped.await;
        },
    ));
    Running {
        address,
        state,
        stop,
        served,
    }
}

/// Sends bytes and reads until the server closes.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is as good as its end.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn get(address: SocketAddr, path: &str, host: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let answer = raw(address, &request).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("cache-control: no-store"), "{head}");
    (head.get(9..12).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn every_path_answers() {
    let running = start();
    let at = running.address;
    assert_eq!(get(at, "/healthz", "localhost").await, (200, "ok\n".into()));
    let metrics = get(at, "/metrics", "127.0.0.1:1").await;
    assert_eq!(metrics, (200, "postern_build_info 1\n".into()));
    let (status, page) = get(at, "/", "admin.example").await;
    assert!(status == 200 && page.contains("<!doctype html>"));
    assert_eq!(get(at, "/nothing", "localhost").await.0, 404);
    let post = "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answer = raw(at, post).await;
    assert!(
        answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET,HEAD"),
        "{answer}"
    );
    let head = "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = raw(at, head).await;
    assert!(
        answer.contains("content-length: 3") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn readiness_tells_its_reasons_and_a_stale_configuration_still_serves() {
    let running = start();
    let ask = async |readiness: Readiness| {
        *running.state.readiness.lock().unwrap() = readiness;
        let (status, body) = get(running.address, "/readyz", "localhost").await;
        (
            status,
            serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        )
    };
    let (status, body) = ask(ready()).await;
    assert_eq!(
        (status, &body["ready"], &body["configuration"]),
        (200, &true.into(), &"current".into())
    );
    let stale = ConfigurationState::Stale {
        reason: "postern.yaml:3:1: unknown key `lisener`".into(),
    };
    let (status, body) = ask(Readiness {
        configuration: stale,
        ..ready()
    })
    .await;
    assert_eq!(status, 200);
    assert_eq!(
        body["configuration"],
        "stale: postern.yaml:3:1: unknown key `lisener`"
    );
    let (status, body) = ask(Readiness {
        call_log: vec!["writer: the disk is full".into()],
        ..ready()
    })
    .await;
    assert_eq!((status, &body["ready"]), (200, &true.into()));
    assert_eq!(body["call_log"][0], "writer: the disk is full");
    let (status, body) = ask(Readiness {
        geo: vec!["country: it is not a whole database".into()],
        ..ready()
    })
    .await;
    assert_eq!((status, &body["ready"]), (200, &true.into()));
    assert_eq!(body["geo"][0], "country: it is not a whole database");
    let (status, body) = ask(Readiness {
        configuration: ConfigurationState::Missing,
        listeners_bound: false,
        draining: true,
        database: Some("away for 7 s".into()),
        geo: Vec::new(),
        lists: Vec::new(),
        call_log: Vec::new(),
    })
    .await;
    assert_eq!((status, &body["ready"]), (503, &false.into()));
    assert_eq!(body["reasons"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_foreign_name_learns_nothing() {
    let running = start();
    let requests = [
        "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /metrics HTTP/1.0\r\n\r\n",
    ];
    for request in requests {
        let answer = raw(running.address, request).await;
        assert!(
            answer.contains(" 421 ") || answer.contains(" 400 "),
            "{request}: {answer}"
        );
    }
    assert!(!running.state.asked.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn callers_that_dawdle_are_let_go() {
    let running = start();
    for dawdling in ["", "GET /metrics HTTP/1.1\r\nHost: loc"] {
        let answer = raw(running.address, dawdling).await;
        assert!(!answer.contains("200"), "{answer}");
    }
}

/// Sockets that say nothing, or not enough, cannot keep a probe out.
#[tokio::test]
async fn whoever_asks_gets_the_place_of_whoever_says_nothing() {
    let running = start();
    let mut silent = Vec::new();
    for n in 0..150 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        if n % 2 == 0 {
            stream.write_all(b"POST /api/v1/x HTT").await.unwrap();
        }
        silent.push(stream);
    }
    let asked = get(running.address, "/healthz", "localhost");
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), asked).await;
    assert_eq!(answer.unwrap(), (200, "ok\n".into()));
    // The oldest are gone, the newest are there.
    let mut byte = [0];
    assert_eq!(silent[1].read(&mut byte).await.unwrap_or(0), 0);
    let last = silent[149].read(&mut byte);
    let open = tokio::time::timeout(std::time::Duration::from_millis(50), last).await;
    assert!(open.is_err());
}

#[tokio::test]
async fn heads_have_bounds() {
    let running = start();
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(20_000)
    );
    let answer = raw(running.address, &long).await;
    assert!(answer.is_empty() || answer.contains(" 431 "), "{answer}");
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X: y\r\n".repeat(80)
    );
    let answer = raw(running.address, &many).await;
    assert!(answer.contains(" 431 "), "{answer}");
}

#[tokio::test]
async fn shutdown_closes_idle_connections_and_ends() {
    let running = start();
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    let ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    idle.write_all(ask).await.unwrap();
    let mut answer = [0; 1024];
    assert!(idle.read(&mut answer).await.unwrap() > 0);
    running.stop.send(()).unwrap();
    running.served.await.unwrap().unwrap();
    assert_eq!(idle.read(&mut answer).await.unwrap(), 0);
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_proxy_that_is_believed_says_whose_request_it_is_or_is_refused() {
    let running = start();
    let ask = async |field: &str| {
        let request = format!(
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {field}\r\nConnection: close\r\n\r\n"
        );
        raw(running.address, &request).await
    };
    assert!(ask("192.0.2.1").await.starts_with("HTTP/1.1 200"));
    let refused = ask("me").await;
    assert!(
        refused.starts_with("HTTP/1.1 400") && refused.ends_with("me is no address\n"),
        "{refused}"
    );
}
