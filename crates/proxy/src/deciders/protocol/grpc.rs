//! Envoy's `ext_authz` over gRPC: `envoy.service.auth.v3.Authorization/Check`. The few messages are
//! written and read by hand; their numbers are those of Envoy's API, version 3.

use super::super::about::{self, About};
use super::super::send::{Incoming, Outgoing, late};
use super::wire::{Garbled, Message, Read, Reader};
use super::{refusal, set};
use postern_model::entity::ExternalRule;
use postern_policy::facts::{DeciderAnswer, Refusal};
use postern_policy::fields::Fields;
use postern_policy::head::Version;

/// The status of an answer that took too long (gRPC, "Status codes and their use").
const DEADLINE_EXCEEDED: &str = "4";
const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

/// Most headers that are read of an answer.
const MOST_HEADERS: usize = 256;

/// What is asked.
pub(super) fn question(rule: &ExternalRule, about: &About<'_>) -> Outgoing {
    let mut out = Outgoing::new("POST", CHECK);
    out.field("content-type", "application/grpc");
    out.field("te", "trailers");
    out.field("grpc-timeout", format!("{}m", rule.timeout.as_millis()));
    out.field("x-request-id", about.id);
    let message = request(rule, about).into_bytes();
    let mut body = Vec::with_capacity(message.len() + 5);
    body.push(0);
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(&message);
    out.body = Some(body);
    out
}

/// `CheckRequest`.
fn request(rule: &ExternalRule, about: &About<'_>) -> Message {
    let mut attributes = Message::default();
    let connection = about.live.connection();
    let port = if about.client.address == connection.peer.ip() {
        connection.peer.port()
    } else {
        0
    };
    attributes.message(1, &peer(&about.address(), port));
    let local = connection.local;
    attributes.message(
        2,
        &peer(&local.ip().to_canonical().to_string(), local.port()),
    );
    let mut of_request = Message::default();
    of_request.message(1, &timestamp(postern_policy::Facts::now(about.live)));
    of_request.message(2, &http(rule, about));
    attributes.message(4, &of_request);
    let (route, rules) = (about.route, about.rules);
    attributes.entry(10, "service", &rules.service(route).name);
    attributes.entry(10, "version", &rules.version(route).name);
    attributes.entry(10, "operation", &rules.operation(route).name);
    let mut request = Message::default();
    request.message(1, &attributes);
    request
}

/// `AttributeContext.Peer`.
fn peer(address: &str, port: u16) -> Message {
    let mut socket = Message::default();
    socket.bytes(2, address);
    socket.number(3, port.into());
    let mut of = Message::default();
    of.message(1, &socket);
    let mut peer = Message::default();
    peer.message(1, &of);
    peer
}

/// `google.protobuf.Timestamp`, of Unix time in milliseconds.
fn timestamp(millis: i64) -> Message {
    let mut at = Message::default();
    let seconds = u64::try_from(millis.div_euclid(1000)).unwrap_or(0);
    at.number(1, seconds);
    let nanos = u64::try_from(millis.rem_euclid(1000)).unwrap_or(0) * 1_000_000;
    at.number(2, nanos);
    at
}

/// `AttributeContext.HttpRequest`.
fn http(rule: &ExternalRule, about: &About<'_>) -> Message {
    let mut http = Message::default();
    http.bytes(1, about.id);
    http.bytes(2, about.method.as_str());
    let target = about.target(rule);
    let target = about::text(&target);
    // As Envoy does, with what HTTP/2 has in the place of the request line.
    for (name, value) in [
        (":authority", about.host),
        (":method", about.method.as_str()),
        (":path", &*target),
        (":scheme", about.scheme.as_str()),
        ("x-forwarded-for", &*about.address()),
        ("x-forwarded-proto", about.scheme.as_str()),
        ("x-request-id", about.id),
    ] {
        http.entry(3, name, value);
    }
    for (name, value) in about.caller(rule) {
        http.entry(3, &name.to_ascii_lowercase(), &value);
    }
    for (name, value) in about.headers(rule) {
        http.entry(3, &name, &about::text(&value));
    }
    http.bytes(4, target.as_bytes());
    http.bytes(5, about.host);
    http.bytes(6, about.scheme.as_str());
    let size = about.body.filter(|body| body.whole);
    if let Some(body) = size {
        http.number(9, body.bytes.len() as u64);
    }
    http.bytes(
        10,
        match postern_policy::Facts::version(about.live) {
            Version::Http10 => "HTTP/1.0",
            Version::Http11 => "HTTP/1.1",
            Version::Http2 => "HTTP/2",
        },
    );
    if let Some(body) = about.body {
        match std::str::from_utf8(body.bytes) {
            Ok(text) => http.bytes(11, text),
            Err(_) => http.bytes(12, body.bytes),
        }
    }
    http
}

/// What an answer means: a `google.rpc.Status` of 0 lets pass, if nothing else in it refuses.
pub(super) fn judge(
    rule: &ExternalRule,
    about: &About<'_>,
    answer: &Incoming,
) -> Result<DeciderAnswer, String> {
    if answer.status != 200 {
        return Err(format!("it answered {} instead of gRPC", answer.status));
    }
    let status = |fields: &Fields| -> Option<String> {
        let value = fields.named(b"grpc-status").next();
        value.map(|value| about::text(value).into_owned())
    };
    match status(&answer.trailers).or_else(|| status(&answer.fields)) {
        Some(status) if status == "0" => {}
        // It was told until when it may answer, and may say itself that it cannot.
        Some(status) if status == DEADLINE_EXCEEDED => return Err(late(rule.timeout)),
        Some(status) => {
            let fields = [&answer.trailers, &answer.fields];
            let mut told = fields
                .iter()
                .filter_map(|f| f.named(b"grpc-message").next());
            let told = told.next().map(about::text).unwrap_or_default();
            return Err(format!("it answered with the gRPC status {status} {told}"));
        }
        None => return Err("its answer has no gRPC status".to_owned()),
    }
    let message = unframed(&answer.body)?;
    let check = read(message).map_err(|Garbled| "its answer is no CheckResponse".to_owned())?;
    let Check {
        code,
        message,
        denied,
        headers,
    } = check;
    let Some(denied) = denied.or_else(|| (code != 0).then(Denied::default)) else {
        return Ok(DeciderAnswer::Passes {
            set: set(rule, &headers),
        });
    };
    // A body in HTML is a page, and no reason.
    let told = Some(denied.body).filter(|body| !body.trim_start().starts_with('<'));
    let told = told.filter(|body| !body.is_empty()).unwrap_or(message);
    Ok(DeciderAnswer::Refuses(Refusal {
        reason: about.reason(told.lines().next().unwrap_or_default()),
        ..refusal(about, denied.status, &denied.headers)
    }))
}

/// The one message of an answer (gRPC over HTTP/2, "Length-Prefixed-Message").
fn unframed(body: &[u8]) -> Result<&[u8], String> {
    let (prefix, rest) = body
        .split_first_chunk::<5>()
        .ok_or_else(|| "its answer has no message".to_owned())?;
    let [compressed, length @ ..] = *prefix;
    if compressed != 0 {
        return Err("its answer is compressed".to_owned());
    }
    let length = u32::from_be_bytes(length) as usize;
    if rest.len() != length {
        return Err("its answer is not one message".to_owned());
    }
    Ok(rest)
}

/// Reads bytes as an answer.
#[cfg(test)]
pub(super) fn fuzz(bytes: &[u8]) -> bool {
    let is_message = read(bytes).is_ok();
    is_message || unframed(bytes).is_ok()
}

/// `CheckResponse`, as far as it counts.
#[derive(Debug, Default)]
struct Check {
    code: u64,
    message: String,
    denied: Option<Denied>,
    /// Those of `OkHttpResponse`.
    headers: Fields,
}

/// `DeniedHttpResponse`.
#[derive(Debug, Default)]
struct Denied {
    status: Option<u16>,
    headers: Fields,
    body: String,
}

fn read(bytes: &[u8]) -> Result<Check, Garbled> {
    let mut check = Check::default();
    let mut fields = Reader::new(bytes);
    while let Some((field, value)) = fields.next()? {
        match (field, value) {
            (1, Read::Bytes(status)) => {
                let mut fields = Reader::new(status);
                while let Some((field, value)) = fields.next()? {
                    match (field, value) {
                        (1, Read::Number(code)) => check.code = code,
                        (2, Read::Bytes(message)) => {
                            check.message = about::text(message).into_owned();
                        }
                        _ => {}
                    }
                }
            }
            (2, Read::Bytes(denied)) => check.denied = Some(read_denied(denied)?),
            (3, Read::Bytes(passed)) => {
                let mut fields = Reader::new(passed);
                while let Some((field, value)) = fields.next()? {
                    if let (2, Read::Bytes(option)) = (field, value) {
                        header(option, &mut check.headers)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(check)
}

fn read_denied(bytes: &[u8]) -> Result<Denied, Garbled> {
    let mut denied = Denied::default();
    let mut fields = Reader::new(bytes);
    while let Some((field, value)) = fields.next()? {
        match (field, value) {
            (1, Read::Bytes(status)) => {
                let mut fields = Reader::new(status);
                while let Some((field, value)) = fields.next()? {
                    if let (1, Read::Number(code)) = (field, value) {
                        let code = u16::try_from(code).ok();
                        denied.status = code.filter(|code| (100..600).contains(code));
                    }
                }
            }
            (2, Read::Bytes(option)) => header(option, &mut denied.headers)?,
            (3, Read::Bytes(body)) => denied.body = about::text(body).into_owned(),
            _ => {}
        }
    }
    Ok(denied)
}

/// `HeaderValueOption`: the header, whatever it says of those that are there.
fn header(bytes: &[u8], into: &mut Fields) -> Result<(), Garbled> {
    let mut options = Reader::new(bytes);
    while let Some((field, value)) = options.next()? {
        let (1, Some(header)) = (field, value.bytes()) else {
            continue;
        };
        let (mut name, mut value) = (&b""[..], &b""[..]);
        let mut fields = Reader::new(header);
        while let Some((field, read)) = fields.next()? {
            match (field, read) {
                (1, Read::Bytes(key)) => name = key,
                (2 | 3, Read::Bytes(text)) => value = text,
                _ => {}
            }
        }
        if !name.is_empty() && into.len() < MOST_HEADERS {
            into.push(name, value);
        }
    }
    Ok(())
}
