//! One span, by the semantic conventions for HTTP servers.

use crate::record::{Delivered, Outcome, Record};
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use postern_model::entity::Method;
use postern_policy::head::Version;
use std::time::{Duration, SystemTime};

/// Makes a span that owns what it needs.
pub(super) fn of(record: &Record<'_>) -> SpanData {
    let (trace, span, parent) = place(record);
    let start_time = SystemTime::UNIX_EPOCH + Duration::from_micros(record.start);
    let context = SpanContext::new(
        trace,
        span,
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    );
    SpanData {
        span_context: context,
        parent_span_id: parent.unwrap_or(SpanId::INVALID),
        parent_span_is_remote: parent.is_some(),
        span_kind: SpanKind::Server,
        // Names must not be made of what callers choose.
        name: known_method(record).unwrap_or("HTTP").into(),
        start_time,
        end_time: start_time + record.duration,
        attributes: attributes(record),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: status(record),
        instrumentation_scope: InstrumentationScope::builder("postern").build(),
    }
}

/// Trace, span and parent: the request's own, else a trace made of its id.
fn place(record: &Record<'_>) -> (TraceId, SpanId, Option<SpanId>) {
    if let Some(trace) = record.trace {
        return (
            TraceId::from_bytes(trace.trace),
            SpanId::from_bytes(trace.span),
            trace.parent.map(SpanId::from_bytes),
        );
    }
    let bits = record.id.bits();
    let low = u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
    (
        TraceId::from_bytes(bits.to_be_bytes()),
        SpanId::from_bytes(low.to_be_bytes()),
        None,
    )
}

fn known_method(record: &Record<'_>) -> Option<&'static str> {
    Method::parse(record.method.as_bytes()).map(Method::as_str)
}

/// Errors are faults of the server's side; a 4xx leaves the status unset.
fn status(record: &Record<'_>) -> Status {
    let cut = record.delivered != Delivered::Response && record.outcome == Outcome::Refused;
    if record.status >= 500 || (cut && record.status < 400) {
        Status::error(record.denial.map_or("", |denial| denial.code.name()))
    } else {
        Status::Unset
    }
}

fn attributes(record: &Record<'_>) -> Vec<KeyValue> {
    let mut list = Vec::with_capacity(28);
    let mut add = |name: &'static str, value: Value| list.push(KeyValue::new(name, value));
    let text = |text: &str| Value::from(text.to_owned());
    let number = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    let method = known_method(record);
    add("http.request.method", method.unwrap_or("_OTHER").into());
    if method.is_none() && !record.method.is_empty() {
        add("http.request.method_original", text(record.method));
    }
    let scheme = if record.tls.is_some() {
        "https"
    } else {
        "http"
    };
    add("url.scheme", scheme.into());
    add("url.path", text(record.path));
    if !record.host.is_empty() {
        add("server.address", text(record.host));
    }
    let version = match record.protocol {
        Version::Http10 => "1.0",
        Version::Http11 => "1.1",
        Version::Http2 => "2",
    };
    add("network.protocol.name", "http".into());
    add("network.protocol.version", version.into());
    add("network.peer.address", text(&record.peer.ip().to_string()));
    add("network.peer.port", number(record.peer.port().into()));
    if let Some(client) = record.client {
        add("client.address", text(&client.to_string()));
    }
    if let Some(tls) = record.tls {
        add("tls.protocol.name", "tls".into());
        add("tls.protocol.version", text(tls.trim_start_matches("TLSv")));
    }
    if record.status != 0 {
        add("http.response.status_code", number(record.status.into()));
    }
    add("http.request.body.size", number(record.bytes_in));
    add("http.response.body.size", number(record.bytes_out));
    if let (Status::Error { .. }, Some(denial)) = (status(record), record.denial) {
        add("error.type", denial.code.name().into());
    } else if record.status >= 500 {
        add("error.type", text(&record.status.to_string()));
    }
    add("postern.request_id", text(record.id.encode().as_str()));
    add("postern.outcome", record.outcome.name().into());
    if let Some(denial) = record.denial {
        add("postern.denial", denial.code.name().into());
        add("postern.stage", denial.stage().name().into());
        add("postern.fault", denial.fault.name().into());
    }
    for (name, value) in [
        ("postern.service", record.service),
        ("postern.version", record.version),
        ("postern.operation", record.operation),
        ("postern.upstream", record.upstream),
        ("postern.target", record.target),
        ("postern.client_request_id", record.client_request_id),
    ] {
        if let Some(value) = value {
            add(name, text(value));
        }
    }
    if record.attempts > 0 {
        add("postern.attempts", number(record.attempts.into()));
    }
    list
}
