use super::*;
use postern_model::Code;
use postern_model::denial::Audience;
use std::io::Write;
use std::sync::{Arc, Mutex};

pub(super) fn record(outcome: Outcome, denial: Option<&Denial>) -> Record<'_> {
    Record {
        id: RequestId::new(1_732_000_000_000, 1),
        start: 1_732_000_000_000_000,
        duration: Duration::from_micros(1500),
        client: Some([203, 0, 113, 7].into()),
        peer: ([127, 0, 0, 1], 4000).into(),
        method: "POST",
        host: "api.example",
        path: "/orders",
        service: Some("orders"),
        version: Some("v1"),
        operation: None,
        status: 502,
        outcome,
        denial,
        upstream: Some("backend"),
        target: Some("127.0.0.1:9000"),
        attempts: 3,
        bytes_in: 10,
        bytes_out: 20,
        delivered: Delivered::Response,
        protocol: Version::Http11,
        tls: None,
        client_request_id: None,
        trace: None,
    }
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the log says of a record, as JSON; nothing if it says nothing.
fn logged(which: LogRequests, record: &Record<'_>) -> Option<serde_json::Value> {
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || ProcessLog::new(which).record(record));
    let bytes = buffer.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.lines().count() <= 1, "{text}");
    (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap())
}

#[test]
fn a_refusal_is_one_line_with_all_its_evidence() {
    let denial = Denial::new(Code::Unreachable)
        .with("target", "127.0.0.1:9000", Audience::Operator)
        .with("attempts", 3, Audience::Operator);
    let line = logged(
        LogRequests::Refused,
        &record(Outcome::Refused, Some(&denial)),
    )
    .unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["target"], "postern::request");
    let fields = &line["fields"];
    for (name, value) in [
        ("code", "upstream.unreachable"),
        ("stage", "upstream"),
        ("fault", "upstream"),
        ("client", "203.0.113.7"),
        ("path", "/orders"),
        ("evidence", "target=127.0.0.1:9000; attempts=3"),
        ("protocol", "HTTP/1.1"),
        ("delivered", "response"),
        ("upstream_target", "127.0.0.1:9000"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert_eq!(fields["duration_us"], 1500);
    assert!(fields.get("operation").is_none());
    // Flattened lines have these beside the fields.
    for taken in ["target", "level", "timestamp", "message"] {
        assert!(fields.get(taken).is_none(), "{taken}");
    }
}

#[test]
fn which_requests_are_logged_is_a_choice() {
    use Outcome::{Allowed, Cancelled, OriginRefused, Refused};
    let told = |which, outcome| logged(which, &record(outcome, None)).is_some();
    for outcome in Outcome::ALL {
        assert!(told(LogRequests::All, outcome));
        assert!(!told(LogRequests::None, outcome));
    }
    assert!(told(LogRequests::Refused, Refused) && told(LogRequests::Refused, OriginRefused));
    assert!(!told(LogRequests::Refused, Allowed) && !told(LogRequests::Refused, Cancelled));
    assert_eq!("refused".parse(), Ok(LogRequests::default()));
    assert!("some".parse::<LogRequests>().is_err());
}

#[test]
fn foreign_bytes_do_not_break_a_line() {
    let mut foreign = record(Outcome::Refused, None);
    foreign.path = "/a\nb\u{1b}[31m";
    let long = "x".repeat(5000);
    foreign.host = &long;
    let line = logged(LogRequests::Refused, &foreign).unwrap();
    assert_eq!(line["fields"]["path"], "/a\\x0ab\\x1b[31m");
    assert!(line["fields"]["host"].as_str().unwrap().len() < 1100);
}
