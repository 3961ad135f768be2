//! What a row of the call log keeps besides its columns, as JSON: what it takes to explain and to
//! decide a refusal again, what its caller was told, and copies of what passed.
//!
//! Nothing secret is in it: see [`crate::redact`].

use super::difference::{Difference, listed};
use super::journal::{Copied, Journal, ORIGIN};
use crate::redact::{Body, Redactor};
use postern_model::Denial;
use postern_model::denial::{Audience, Evidence, Retry, Value};
use postern_model::entity::Capture;
use postern_policy::fields::{Fields, Known};
use postern_policy::stages::response::attribution;
use serde_json::{Map, Value as Json, json};

impl Journal<'_> {
    /// `None` for a request of which the columns say everything.
    pub(super) fn detail(&self) -> Option<Box<[u8]>> {
        let none = Copied::default();
        let copied = self.copies_made().unwrap_or(&none);
        let origin = copied
            .answered
            .as_ref()
            .filter(|_| attribution(self.status()).is_some());
        let shadow = self
            .allowed_request()
            .map_or(&[][..], |allowed| allowed.shadow);
        let capture = self.captured();
        if self.denial().is_none() && origin.is_none() && shadow.is_empty() && capture.is_none() {
            return None;
        }
        let mut detail = Map::new();
        let mut put = |name: &str, value: Json| {
            detail.insert(name.to_owned(), value);
        };
        if let Some(denial) = self.denial() {
            put("denial", of_denial(denial));
        }
        if let Some(consumer) = self.projection() {
            put("consumer", consumer.clone());
        }
        if let Some(walked) = self.walked_request()
            && let Ok(facts) = serde_json::to_value(&walked.facts)
        {
            put("facts", facts);
        }
        if !shadow.is_empty() {
            put("shadow", shadow.iter().map(of_denial).collect());
        }
        let mut redactor = Redactor::new(self.head(), self.service());
        if let Some(answered) = &copied.answered {
            redactor.learn(answered);
        }
        // Bodies first: what is secret in them is left out of everything else.
        let captured = capture.map(|capture| self.capture(capture, copied, &mut redactor));
        if let Some(answered) = origin {
            let mut kept = of_body(&mut redactor, answered, &self.response(ORIGIN));
            if let Some(text) = kept.remove("text") {
                kept.insert("body".to_owned(), text);
            }
            kept.insert("status".to_owned(), json!(self.status()));
            put("origin", Json::Object(kept));
        }
        put("headers", self.headers(copied, &redactor));
        if let Some(captured) = captured {
            put("capture", captured);
        }
        serde_json::to_vec(&detail).ok().map(Vec::into_boxed_slice)
    }

    /// The headers that came, and how they were changed on their way up.
    fn headers(&self, copied: &Copied, redactor: &Redactor<'_>) -> Json {
        let came = &self.head().fields;
        let mut headers = Map::new();
        headers.insert("received".to_owned(), listed(came, redactor));
        if let Some(sent) = &copied.sent {
            let mut before = came.clone();
            if !before.has(Known::Host)
                && let Some(authority) = self.head().authority()
            {
                before.push(b"Host", authority);
            }
            Difference::new(&before, sent).write(redactor, &mut headers);
        }
        Json::Object(headers)
    }

    /// What the service's policy has kept besides the headers.
    fn capture(&self, capture: &Capture, copied: &Copied, redactor: &mut Redactor<'_>) -> Json {
        let (received, sent) = (self.traffic().received.get(), self.traffic().sent.get());
        let mut request = Map::new();
        if received > 0 {
            let beginning = Beginning {
                bytes: self.traffic().request.first(capture.body),
                of: received,
            };
            let body = of_body(redactor, &self.head().fields, &beginning);
            request.insert("body".to_owned(), Json::Object(body));
        }
        let mut out = Map::new();
        let mut got = Map::new();
        if let Some(answered) = &copied.answered {
            let mut response = Map::new();
            if sent > 0 {
                let body = of_body(redactor, answered, &self.response(capture.body));
                response.insert("body".to_owned(), Json::Object(body));
            }
            response.insert("headers".to_owned(), listed(answered, redactor));
            out.insert("response".to_owned(), Json::Object(response));
            if let Some(told) = &copied.got {
                Difference::new(answered, told).write(redactor, &mut got);
            }
        } else if let Some(told) = &copied.got {
            got.insert("headers".to_owned(), listed(told, redactor));
        }
        if let Some(Json::Object(body)) = request.get_mut("body")
            && let Some(Json::String(text)) = body.get_mut("text")
        {
            // The response may have said what is secret in the request.
            *text = redactor.masked(text);
        }
        out.insert("request".to_owned(), Json::Object(request));
        got.insert("status".to_owned(), json!(self.status()));
        out.insert("got".to_owned(), Json::Object(got));
        Json::Object(out)
    }

    fn response(&self, most: usize) -> Beginning {
        Beginning {
            bytes: self.traffic().response.first(most),
            of: self.traffic().sent.get(),
        }
    }
}

/// How a body begins.
struct Beginning {
    bytes: Vec<u8>,
    /// How long the body was, bytes.
    of: u64,
}

/// A body as records keep it.
fn of_body(redactor: &mut Redactor<'_>, fields: &Fields, body: &Beginning) -> Map<String, Json> {
    let mut kept = Map::new();
    kept.insert("bytes".to_owned(), json!(body.of));
    if body.bytes.is_empty() {
        return kept;
    }
    let cut = (body.bytes.len() as u64) < body.of;
    match redactor.body(fields, &body.bytes, cut) {
        Body::Text(text) => {
            kept.insert("text".to_owned(), json!(text));
            kept.insert("cut".to_owned(), json!(cut));
        }
        Body::LeftOut(why) => {
            kept.insert("left_out".to_owned(), json!(why));
        }
    }
    kept
}

/// A refusal as records keep it.
fn of_denial(denial: &Denial) -> Json {
    let evidence: Vec<Json> = denial.evidence.iter().map(of_evidence).collect();
    json!({
        "code": denial.code.name(),
        "status": denial.status,
        "fault": denial.fault.name(),
        "retry": match denial.retry {
            Retry::Never => json!("never"),
            Retry::AfterChange => json!("after_change"),
            Retry::After(seconds) => json!({ "after": seconds }),
        },
        "policy": denial.policy.as_deref(),
        "evidence": evidence,
    })
}

fn of_evidence(evidence: &Evidence) -> Json {
    let value = match &evidence.value {
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::List(list) => json!(list),
    };
    let audience = match evidence.audience {
        Audience::Operator => "operator",
        Audience::Publisher => "publisher",
        Audience::Consumer => "consumer",
    };
    json!({ "name": evidence.name, "value": value, "audience": audience })
}
