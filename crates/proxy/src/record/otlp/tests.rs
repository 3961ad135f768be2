use super::*;
use crate::metrics::{BreakerState, Observe, TargetState};
use crate::record::tests::record;
use crate::record::{Delivered, Trace};
use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
use postern_model::{Code, Denial};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|a| a.key.as_str() == name)?;
    Some(found.value.as_str().into_owned())
}

#[test]
fn a_refusal_is_a_server_span_with_id_and_code() {
    let denial = Denial::new(Code::Unreachable);
    let record = record(Outcome::Refused, Some(&denial));
    let span = span::of(&record);
    assert_eq!(span.span_kind, SpanKind::Server);
    assert_eq!(span.name, "POST");
    assert_eq!(span.status, Status::error("upstream.unreachable"));
    assert_eq!(
        span.end_time.duration_since(span.start_time).unwrap(),
        record.duration
    );
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.response.status_code", "502"),
        ("url.path", "/orders"),
        ("url.scheme", "http"),
        ("error.type", "upstream.unreachable"),
        ("postern.denial", "upstream.unreachable"),
        ("postern.fault", "upstream"),
        ("postern.request_id", record.id.encode().as_str()),
        ("client.address", "203.0.113.7"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(attribute(&span, name).as_deref(), Some(value), "{name}");
    }
    let names: std::collections::HashSet<_> = span.attributes.iter().map(|a| &a.key).collect();
    assert_eq!(names.len(), span.attributes.len());
}

#[test]
fn a_4xx_is_no_error_and_a_cut_response_is_one() {
    let denial = Denial::new(Code::NotFound);
    let mut refused = record(Outcome::Refused, Some(&denial));
    refused.status = 404;
    assert_eq!(span::of(&refused).status, Status::Unset);
    assert_eq!(attribute(&span::of(&refused), "error.type"), None);
    refused.delivered = Delivered::Reset;
    assert_eq!(span::of(&refused).status, Status::Unset);
    refused.status = 200;
    assert_ne!(span::of(&refused).status, Status::Unset);
    let mut odd = record(Outcome::Refused, None);
    odd.method = "BREW";
    let span = span::of(&odd);
    assert_eq!(span.name, "HTTP");
    assert_eq!(
        attribute(&span, "http.request.method_original").as_deref(),
        Some("BREW")
    );
}

#[test]
fn a_span_stands_in_the_callers_trace_or_in_one_of_its_own() {
    let mut record = record(Outcome::Allowed, None);
    let alone = span::of(&record);
    assert_eq!(alone.parent_span_id, SpanId::INVALID);
    assert!(alone.span_context.is_valid());
    assert_eq!(
        alone.span_context.trace_id().to_bytes(),
        record.id.bits().to_be_bytes()
    );
    record.trace = Some(Trace {
        trace: [1; 16],
        span: [2; 8],
        parent: Some([3; 8]),
        sampled: true,
    });
    let span = span::of(&record);
    assert_eq!(span.span_context.trace_id(), TraceId::from_bytes([1; 16]));
    assert_eq!(span.span_context.span_id(), SpanId::from_bytes([2; 8]));
    assert_eq!(span.parent_span_id, SpanId::from_bytes([3; 8]));
}

struct Nothing;

impl Observe for Nothing {
    fn targets(&self, _: &mut dyn FnMut(TargetState<'_>)) {}
    fn breakers(&self, _: &mut dyn FnMut(BreakerState<'_>)) {}
}

fn dropped(metrics: &Metrics) -> String {
    let mut page = String::new();
    metrics.render(&mut page, &Nothing);
    let line = page
        .lines()
        .find_map(|l| l.strip_prefix("postern_trace_spans_dropped_total "));
    line.unwrap().to_owned()
}

/// A collector that takes one request and answers with this status.
fn collector(status: &'static str) -> (String, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let taken = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
            let end = request.windows(4).position(|w| w == b"\r\n\r\n");
            let length = text.split("content-length: ").nth(1);
            let length = length.and_then(|l| l.split("\r\n").next()?.parse::<usize>().ok());
            if let (Some(end), Some(length)) = (end, length)
                && request.len() >= end + 4 + length
            {
                break;
            }
        }
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        request
    });
    (url, taken)
}

#[tokio::test]
async fn spans_reach_the_collector_in_one_batch() {
    let (endpoint, taken) = collector("200 OK");
    let metrics = Arc::new(Metrics::new());
    let settings = OtlpSettings {
        endpoint,
        ..OtlpSettings::default()
    };
    let (sink, exporter) = otlp(&settings, Arc::clone(&metrics)).unwrap();
    let denial = Denial::new(Code::CircuitOpen);
    let mut unsampled = record(Outcome::Refused, Some(&denial));
    unsampled.trace = Some(Trace {
        trace: [9; 16],
        span: [9; 8],
        parent: None,
        sampled: false,
    });
    sink.record(&unsampled);
    for _ in 0..2 {
        sink.record(&record(Outcome::Refused, Some(&denial)));
    }
    drop(sink);
    exporter.run().await;
    let request = taken.join().unwrap();
    let has = |text: &[u8]| request.windows(text.len()).filter(|w| *w == text).count();
    assert!(request.starts_with(b"POST /v1/traces HTTP/1.1"));
    assert_eq!(has(b"application/x-protobuf"), 1);
    assert_eq!(has(b"service.name"), 1);
    assert_eq!(has(b"postern.request_id"), 2);
    assert_eq!(has(&[9; 16]), 0);
    assert_eq!(dropped(&metrics), "0");
}

#[tokio::test]
async fn what_cannot_be_sent_or_kept_is_counted() {
    let (endpoint, taken) = collector("400 Bad Request");
    let metrics = Arc::new(Metrics::new());
    let settings = OtlpSettings {
        endpoint,
        queue: 2,
        ..OtlpSettings::default()
    };
    let (sink, exporter) = otlp(&settings, Arc::clone(&metrics)).unwrap();
    for _ in 0..5 {
        sink.record(&record(Outcome::Allowed, None));
    }
    assert_eq!(dropped(&metrics), "3");
    drop(sink);
    exporter.run().await;
    taken.join().unwrap();
    assert_eq!(dropped(&metrics), "5");
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_named() {
    let settings = OtlpSettings {
        endpoint: "collector:4318".into(),
        ..OtlpSettings::default()
    };
    let error = otlp(&settings, Arc::new(Metrics::new())).unwrap_err();
    assert!(error.to_string().contains("`collector:4318`"), "{error}");
}
