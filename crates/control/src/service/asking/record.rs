//! A row of the call log as JSON.

use postern_calllog::{Entry, Fold, MethodName, Protocol};
use postern_model::{Code, Fault, Stage};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Columns that are there, by their names, and the detail. Times are Unix milliseconds.
pub(super) fn record(entry: &Entry) -> Value {
    let mut out = columns(entry);
    if let Some(detail) = detail(entry)
        && let Value::Object(members) = &mut out
    {
        members.insert("detail".to_owned(), detail);
    }
    out
}

/// Columns alone.
pub(super) fn columns(entry: &Entry) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("id", json!(entry.id.encode().as_str()));
    put("at_ms", json!(entry.start / 1000));
    put("duration_us", json!(entry.duration));
    put("address", json!(entry.address()));
    put("peer", json!(entry.peer));
    put("protocol", json!(entry.protocol.map(Protocol::name)));
    put(
        "method",
        json!(entry.method.as_ref().map(MethodName::as_str)),
    );
    put("host", json!(entry.host));
    put("path", json!(entry.path));
    put("status", json!(entry.status));
    put("outcome", json!(entry.outcome.name()));
    put("code", json!(entry.code.map(Code::name)));
    put("stage", json!(entry.stage.map(Stage::name)));
    put("fault", json!(entry.fault.map(Fault::name)));
    put("policy", json!(entry.policy));
    put("tenant", json!(entry.tenant));
    put("service", json!(entry.service));
    put("version", json!(entry.version));
    put("operation", json!(entry.operation));
    put("environment", json!(entry.environment));
    put("app", json!(entry.app));
    put("credential", json!(entry.credential));
    put("subscription", json!(entry.subscription));
    put("upstream", json!(entry.upstream));
    put("target", json!(entry.target));
    put("attempts", json!(entry.attempts));
    put("bytes_in", json!(entry.bytes_in));
    put("bytes_out", json!(entry.bytes_out));
    put("revision", json!(entry.revision));
    put("directory", json!(entry.directory));
    put("client_request_id", json!(entry.client_request_id));
    put("trace", json!(entry.trace.map(hex)));
    put("represents", json!(entry.represents()));
    put("fold", json!(entry.fold.as_deref().map(fold)));
    Value::Object(out)
}

/// What whoever made the row kept beside the columns.
pub(super) fn detail(entry: &Entry) -> Option<Value> {
    serde_json::from_slice(entry.detail.as_deref()?).ok()
}

fn fold(fold: &Fold) -> Value {
    let samples = fold
        .samples
        .iter()
        .map(|id| id.encode().as_str().to_owned());
    json!({
        "first": fold.first.encode().as_str(),
        "last": fold.last.encode().as_str(),
        "samples": samples.collect::<Vec<_>>(),
    })
}

fn hex(trace: [u8; 16]) -> String {
    trace.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
