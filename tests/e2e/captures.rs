//! What is copied of requests, who may see it, and that nothing secret is in it.

use crate::harness::gateway::cli;
use crate::harness::raw::{Raw, once};
use crate::harness::{Gateway, Response, eventually};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

/// The key of `fieldforce` in `examples/access.yaml`, printed there for everybody.
const KEY: &str = "pst_exampe0000000001_ExampleOnlyNeverUseThisKey0000014JvUuJ";
const DIGEST: &str = "0017213a3191886329e7206617e4922a6122988db608158ed7de4e44e7e651e2";

/// Stands wherever a secret may stand; `Y2FuYXJ5OkNhbmFyeTc3` is `canary:Canary77`.
const CANARY: &str = "Canary77";
const BASIC: &str = "Y2FuYXJ5OkNhbmFyeTc3";

/// An upstream that says in its answer, in a sentence, in JSON and in a header, all that it was
/// sent: 403 below `/partners/refuse`, nothing at all below `/partners/break`.
struct Parrot {
    address: SocketAddr,
}

impl Parrot {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        // Ends with the process: a thread that waits costs nothing.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || answer(stream));
            }
        });
        Self { address }
    }
}

fn answer(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 2)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        head.push(line.trim().to_owned());
        if reader.buffer().starts_with(b"\r\n") {
            reader.consume(2);
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = head.first()?.clone();
    if line.contains("/break") {
        return None;
    }
    let status = if line.contains("/refuse") { 403 } else { 200 };
    let body = String::from_utf8_lossy(&body);
    let said = json!({
        "said": format!("got {} and {body}", head.join(", ")),
        "echo": serde_json::from_str::<Value>(&body).unwrap_or_default(),
        "session_token": format!("issued-{CANARY}"),
        "note": "a plain answer",
    });
    let said = said.to_string();
    write!(
        stream,
        "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\n\
         Set-Cookie: sid={CANARY}-set; Path=/\r\nX-Echo: key is {CANARY}-query\r\n\
         Location: https://ann:{CANARY}@a.example/?code={CANARY}\r\nX-Plain: a plain header\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{said}",
        said.len()
    )
    .ok()
}

fn config(upstream: SocketAddr, capture: &Value) -> String {
    json!({
        "tenants": {"commerce": {}, "partner-x": {}},
        "services": {"partners": {
            "tenant": "commerce",
            "base_path": "/partners",
            "scopes": {"partners:admin": "Change everything"},
            "authentication": {"api_key": {"header": "X-API-Key", "query": "partner"}},
            "capture": capture,
            "versions": {"v1": {"upstream": "parrot", "operations": {
                "admin": {"path": "/admin", "scopes": ["partners:admin"]},
                "any": {"path": "/{*rest}"},
            }}},
        }},
        "plans": {"all": {"services": ["partners"]}},
        "apps": {"fieldforce": {"tenant": "partner-x"}},
        "credentials": {"key_exampe0000000001": {"app": "fieldforce", "sha256": DIGEST}},
        "subscriptions": {"sub": {
            "app": "fieldforce", "service": "partners", "plan": "all", "state": "approved",
        }},
        "upstreams": {"parrot": {"targets": [upstream.to_string()]}},
        "egress": {"allow": ["127.0.0.0/8"]},
    })
    .to_string()
}

/// Everything: no bodies too long, no samples.
fn all() -> Value {
    json!({
        "outcomes": "all",
        "redact": {"headers": ["X-Patient"], "json": ["iban", "/customer/name"], "form": ["born"]},
    })
}

struct Running {
    gateway: Gateway,
}

impl Running {
    fn start(upstream: SocketAddr, capture: &Value) -> Self {
        let mut config: Value = serde_json::from_str(&config(upstream, capture)).expect("JSON");
        if capture.is_null() {
            let service = config["services"]["partners"].as_object_mut();
            service.expect("a service").remove("capture");
        }
        let launch = crate::harness::gateway::Launch::new(config.to_string());
        Self {
            gateway: launch.logging_all_requests().start(),
        }
    }

    fn data(&self) -> std::path::PathBuf {
        self.gateway.file().with_file_name("data")
    }

    /// Sends a POST with a secret in every place that may hold one; gives the answer and its id.
    fn post(&self, path: &str, media: &str, body: &str) -> (Response, String) {
        let request = format!(
            "POST {path}?partner={KEY}&access_token={CANARY}-query HTTP/1.1\r\nHost: a\r\n\
             Connection: close\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\
             Authorization: Basic {BASIC}\r\nCookie: a={CANARY}-cookie; b=2\r\n\
             X-Auth-Token: {CANARY}-token\r\nX-Patient: {CANARY}-patient\r\n\
             Referer: https://a.example/?q={CANARY}-referer\r\nX-Note: {KEY}\r\n\
             X-Plain: a plain header\r\n\r\n{body}",
            body.len()
        );
        let response = once(self.gateway.address, request);
        let id = response.header("x-request-id").expect("an id");
        (response, id)
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let data = self.data();
        let data = data.to_str().expect("a path of ours");
        let all: Vec<&str> = arguments.iter().copied().chain(["--data", data]).collect();
        eventually(&format!("{arguments:?}"), || {
            let ran = cli(&all);
            ran.status.success().then_some(ran.stdout)
        })
    }

    fn why(&self, id: &str, reader: &str) -> Value {
        let said = self.ok(&["why", id, "--as", reader, "--json"]);
        let mut said: Value = serde_json::from_str(&said).expect("JSON");
        said["found"].take()
    }
}

const JSON: &str = r#"{"password":"Canary77-body","customer":{"name":"Canary77-name","city":"Bern"},
    "iban":"Canary77-iban","items":[1,{"apiKey":"Canary77-key"}],"remark":"token=Canary77-text"}"#;
const FORM: &str = "city=Bern&password=Canary77-form&born=Canary77-born&note=secret%3DCanary77";

fn names(list: &Value) -> Vec<String> {
    let rows = list.as_array().into_iter().flatten();
    rows.map(|row| row[0].as_str().unwrap_or_default().to_ascii_lowercase())
        .collect()
}

#[test]
fn what_passed_is_shown_to_operators_and_publishers_and_not_to_consumers() {
    let parrot = Parrot::start();
    let running = Running::start(parrot.address, &all());
    let (response, id) = running.post("/partners/x", "application/json", JSON);
    assert_eq!(response.status, 200);
    for reader in ["operator", "publisher"] {
        let wire = running.why(&id, reader)["wire"].take();
        let up = &wire["to_upstream"];
        let added = names(&up["added"]);
        for name in ["x-forwarded-for", "x-postern-app", "via", "traceparent"] {
            assert!(added.iter().any(|added| added == name), "{name}: {wire:#}");
        }
        assert_eq!(names(&up["removed"]), ["connection"], "{wire:#}");
        let capture = &wire["capture"];
        let body = &capture["request"]["body"];
        assert_eq!(body["bytes"], JSON.len());
        let kept = body["text"].as_str().expect("a text");
        assert!(kept.contains("\"city\":\"Bern\""), "{kept}");
        assert!(kept.contains("\"password\":\"[redacted]\""), "{kept}");
        let sent = names(&capture["request"]["headers"]);
        assert!(sent.contains(&"x-plain".to_owned()), "{wire:#}");
        let answered = capture["response"]["body"]["text"].as_str();
        let answered = answered.expect("a text");
        assert!(answered.contains("a plain answer"), "{answered}");
        let got = &capture["got"];
        assert_eq!(got["status"], 200);
        assert!(
            names(&got["added"]).contains(&"x-request-id".to_owned()),
            "{wire:#}"
        );
    }
    let text = running.ok(&["why", &id]);
    for part in [
        "to the upstream:",
        "captured request:",
        "X-Plain: a plain header",
        "the caller got: 200",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let logged = running.ok(&["log", "--json"]);
    assert!(logged.contains("a plain answer"), "{logged}");
    for shown in [
        running.ok(&["why", &id, "--as", "consumer", "--json"]),
        running.ok(&["why", &id, "--as", "consumer"]),
        running.ok(&["log", "--export", "csv"]),
        own_request(&running, &id),
    ] {
        for part in ["a plain", "Bern", "X-Plain", "wire", "x-forwarded-for"] {
            assert!(!shown.contains(part), "{part} in {shown}");
        }
    }
}

/// What the caller is told of its request afterwards.
fn own_request(running: &Running, id: &str) -> String {
    let path = format!("/.well-known/postern/requests/{id}");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: {KEY}\r\n\r\n");
    let told = once(running.gateway.address, request);
    assert_eq!(told.status, 200, "{}", told.text());
    told.text()
}

#[test]
fn nothing_secret_is_in_copies_differences_records_logs_and_metrics() {
    let parrot = Parrot::start();
    let (_, secret) = KEY.rsplit_once('_').expect("a key");
    let long = format!(
        "{{\"pad\":\"{}\",\"password\":\"{CANARY}\"}}",
        "x".repeat(8 << 10)
    );
    let parts = format!(
        "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{CANARY}-part\r\n--b--\r\n"
    );
    for capture in [all(), Value::Null] {
        let running = Running::start(parrot.address, &capture);
        let mut ids = Vec::new();
        for path in ["x", "refuse", "break", "admin"] {
            for (media, body) in [
                ("application/json", JSON),
                ("application/json", &long),
                ("application/x-www-form-urlencoded", FORM),
                ("multipart/form-data; boundary=b", &parts),
                (
                    "text/plain",
                    "the password: Canary77-plain, and api_key=Canary77",
                ),
                ("", "{\"secret\":\"Canary77\"}"),
            ] {
                let path = format!("/partners/{path}");
                let (response, id) = running.post(&path, media, body);
                let expected = match &*path {
                    "/partners/x" => 200,
                    "/partners/break" => 502,
                    _ => 403,
                };
                assert_eq!(response.status, expected, "{path}");
                ids.push(id);
            }
        }
        let mut shown = vec![
            running.ok(&["log", "--json"]),
            running.ok(&["log"]),
            running.ok(&["log", "--export", "jsonl"]),
            running.ok(&["log", "--export", "csv"]),
            running.ok(&["denials", "--json"]),
            running.gateway.metrics(),
        ];
        for id in &ids {
            for reader in ["operator", "publisher", "consumer"] {
                shown.push(running.ok(&["why", id, "--as", reader]));
                shown.push(running.ok(&["why", id, "--as", reader, "--json"]));
            }
            running.gateway.logged(&[id]);
        }
        shown.push(running.gateway.log());
        for shown in &shown {
            for canary in [CANARY, secret, BASIC] {
                let at = shown.find(canary).unwrap_or_default();
                let around = shown.get(at.saturating_sub(300)..at + 60);
                assert!(!shown.contains(canary), "{canary}: {around:?}");
            }
        }
        // What is on the disk may be copied away as well.
        for canary in [CANARY, secret, BASIC] {
            assert_eq!(
                files_with(&running.data().join("calls"), canary),
                Vec::<String>::new()
            );
        }
    }
}

/// The files of a directory that have a text in them.
fn files_with(directory: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(directory).expect("a directory");
    files
        .flatten()
        .filter(|file| {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            crate::harness::raw::find(&bytes, text.as_bytes()).is_some()
        })
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn without_a_policy_refusals_after_forwarding_keep_how_headers_were_changed() {
    let parrot = Parrot::start();
    let running = Running::start(parrot.address, &Value::Null);
    for (path, code) in [
        ("refuse", "origin.refused"),
        ("break", "upstream.closed_early"),
    ] {
        let (_, id) = running.post(&format!("/partners/{path}"), "application/json", JSON);
        for reader in ["operator", "publisher"] {
            let found = running.why(&id, reader);
            assert_eq!(found["refusal"]["code"], code);
            let up = &found["wire"]["to_upstream"];
            assert_eq!(names(&up["removed"]), ["connection"], "{found:#}");
            assert!(
                names(&up["added"]).contains(&"x-postern-tenant".to_owned()),
                "{found:#}"
            );
            assert_eq!(found["wire"]["capture"], Value::Null);
        }
        assert_eq!(running.why(&id, "consumer")["wire"], Value::Null);
    }
    // One that was not sent on has none, and one that passed keeps nothing.
    for path in ["admin", "x"] {
        let (_, id) = running.post(&format!("/partners/{path}"), "application/json", JSON);
        assert_eq!(running.why(&id, "operator")["wire"], Value::Null);
    }
    let (_, id) = running.post("/partners/refuse", "application/json", JSON);
    let said = running.ok(&["why", &id, "--json"]);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let origin = &said["record"]["detail"]["origin"];
    let body = origin["body"].as_str().expect("a text");
    assert!(body.contains("a plain answer"), "{body}");
}

#[test]
fn a_policy_chooses_outcomes_and_samples_and_caps_bodies() {
    let parrot = Parrot::start();
    let refused = Running::start(parrot.address, &json!({"body": 16}));
    let (_, passed) = refused.post("/partners/x", "text/plain", "a body that is long enough");
    assert_eq!(refused.why(&passed, "operator")["wire"], Value::Null);
    for path in ["/partners/refuse", "/partners/break"] {
        let (_, id) = refused.post(path, "text/plain", "a body that is long enough");
        let capture = refused.why(&id, "operator")["wire"]["capture"].take();
        let body = &capture["request"]["body"];
        assert_eq!(
            (&body["text"], &body["cut"], &body["bytes"]),
            (&json!("a body that is l"), &json!(true), &json!(26)),
            "{capture:#}"
        );
    }
    // What the gateway refused before it read the body, and what it answered.
    let (_, id) = refused.post(
        "/partners/admin",
        "text/plain",
        "a body that is long enough",
    );
    let capture = refused.why(&id, "operator")["wire"]["capture"].take();
    assert!(
        names(&capture["got"]["headers"]).contains(&"postern-denial".to_owned()),
        "{capture:#}"
    );
    assert_eq!(capture["got"]["status"], 403);
    let seldom = json!({"outcomes": "all", "one_in": 1_000_000});
    let seldom = Running::start(parrot.address, &seldom);
    let (_, id) = seldom.post("/partners/x", "text/plain", "a");
    assert_eq!(seldom.why(&id, "operator")["wire"], Value::Null);
}

#[test]
fn what_is_copied_still_streams_and_is_not_gathered() {
    let upstream = Upstream::start();
    let running = Running::start(
        upstream.address,
        &json!({"outcomes": "all", "body": "64KiB"}),
    );
    let get = |path: &str| {
        let head = format!("GET /partners{path} HTTP/1.1\r\nHost: a\r\nX-API-Key: {KEY}\r\n\r\n");
        let mut client = Raw::connect(running.gateway.address);
        client.send(head);
        client
    };
    // Each event comes while the next one is not sent yet.
    let mut client = get("/do/events/3/400");
    assert_eq!(client.head().expect("a head").status, 200);
    let begun = std::time::Instant::now();
    client.chunk().expect("an event");
    assert!(begun.elapsed().as_millis() < 900, "{:?}", begun.elapsed());
    // Far more than may be kept passes, and little of it is.
    running.gateway.get("/partners/warm");
    let before = running.gateway.memory_kb("VmRSS");
    let mut client = get("/do/body/67108864");
    let whole = client.response();
    assert_eq!(whole.body.len(), 64 << 20);
    let after = running.gateway.memory_kb("VmHWM");
    assert!(after < before + (24 << 10), "{before} kB became {after} kB");
}

#[test]
fn the_call_log_tells_how_it_fares_and_requests_go_on_when_it_cannot_write() {
    let parrot = Parrot::start();
    let running = Running::start(parrot.address, &Value::Null);
    let gateway = &running.gateway;
    let value = |series: &str| {
        let metrics = gateway.metrics();
        let line = metrics.lines().find_map(|line| line.strip_prefix(series));
        let line = line.unwrap_or_else(|| panic!("no {series} in {metrics}"));
        line.trim().parse::<f64>().expect("a number")
    };
    running.post("/partners/x", "text/plain", "a");
    eventually("a row is written", || {
        (value("postern_call_log_rows_written_total") >= 1.0).then_some(())
    });
    eventually("it is on the disk", || {
        (value("postern_call_log_disk_bytes{kind=\"segments\"}") > 0.0).then_some(())
    });
    let alarm = "postern_call_log_alarm{part=\"writer\",cause=\"other\"}";
    assert!(value(alarm) < 1.0);
    let ready: Value = gateway.ready().json();
    assert_eq!(
        (&ready["ready"], &ready["call_log"]),
        (&json!(true), &json!([]))
    );
    // A file where the directory was: nothing can be written there, whoever asks.
    let calls = running.data().join("calls");
    std::fs::rename(&calls, running.data().join("away")).expect("it can be moved");
    std::fs::write(&calls, "").expect("it can be written");
    eventually("the alarm", || {
        let (response, _) = running.post("/partners/x", "text/plain", "a");
        assert_eq!(response.status, 200);
        (value(alarm) > 0.0).then_some(())
    });
    let ready = gateway.ready();
    assert_eq!(ready.status, 200);
    let said = ready.json()["call_log"].to_string();
    assert!(said.contains("writer: cannot write to"), "{said}");
    gateway.logged(&["call log: cannot write to"]);
    std::fs::remove_file(&calls).expect("it can be deleted");
    eventually("it works again", || {
        running.post("/partners/x", "text/plain", "a");
        (value(alarm) < 1.0).then_some(())
    });
}
