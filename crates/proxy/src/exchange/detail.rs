//! What a row of the call log keeps besides its columns, as JSON: what it takes to explain and to
//! decide a refusal again, what its caller was told, and copies of what passed.
//!
//! Nothing secret is in it: see [`crate::redact`].

use super::changing::Changes;
use super::difference::{Difference, List, listed};
use super::journal::{Copied, Journal, ORIGIN};
use crate::redact::{Body, Redactor};
use postern_model::Denial;
use postern_model::denial::{Audience, Evidence, Retry, Value};
use postern_model::entity::Capture;
use postern_policy::fields::{Fields, Known};
use postern_policy::fingerprint::{Answer, recognise};
use postern_policy::stages::response::attribution;
use postern_transform::Notes;
use serde::{Serialize, Serializer};
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
        let shadow = self.shadow();
        let capture = self.captured();
        let changes = self.changes_made();
        let is_plain = self.denial().is_none() && origin.is_none() && shadow.is_empty();
        if is_plain && capture.is_none() && changes.is_none() {
            return None;
        }
        let mut detail = Members::new();
        if let Some(changes) = changes {
            detail.put("changes", &changed(changes));
            if is_plain && capture.is_none() {
                return Some(detail.end());
            }
        }
        if let Some(denial) = self.denial() {
            detail.put("denial", &Kept(denial));
        }
        if let Some(consumer) = self.projection() {
            detail.put_json("consumer", consumer);
        }
        if let Some(facts) = self.walked_request().and_then(|w| w.facts.as_ref()) {
            detail.put("facts", facts);
        }
        if !shadow.is_empty() {
            let shadow: Vec<_> = shadow.iter().map(Kept).collect();
            detail.put("shadow", &shadow);
        }
        let mut redactor = Redactor::new(self.head(), self.service());
        if let Some(answered) = &copied.answered {
            redactor.learn(answered);
        }
        // Bodies first: what is secret in them is left out of everything else.
        let captured = capture.map(|capture| self.capture(capture, copied, &mut redactor));
        if let Some(answered) = origin {
            let mut kept = self.of_body(&mut redactor, answered, self.response(ORIGIN));
            if let Some(text) = kept.remove("text") {
                kept.insert("body".to_owned(), text);
            }
            kept.insert("status".to_owned(), json!(self.status()));
            if let Some(likeness) = self.likeness(answered) {
                kept.insert("likeness".to_owned(), likeness);
            }
            detail.put("origin", &kept);
        }
        match &copied.sent {
            // Most often nothing went up, and there is one list.
            None => {
                let received = listed(&self.head().fields, &redactor);
                detail.put("headers", &Headers { received });
            }
            Some(sent) => detail.put("headers", &self.headers(sent, &redactor)),
        }
        if let Some(captured) = captured {
            detail.put("capture", &captured);
        }
        Some(detail.end())
    }

    /// The headers that came, and how they were changed on their way up.
    fn headers(&self, sent: &Fields, redactor: &Redactor<'_>) -> Json {
        let came = &self.head().fields;
        let mut headers = Map::new();
        headers.insert("received".to_owned(), listed(came, redactor).into());
        let mut before = came.clone();
        if !before.has(Known::Host)
            && let Some(authority) = self.head().authority()
        {
            before.push(b"Host", authority);
        }
        Difference::new(&before, sent).write(redactor, &mut headers);
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
            let body = self.of_body(redactor, &self.head().fields, beginning);
            request.insert("body".to_owned(), Json::Object(body));
        }
        let mut out = Map::new();
        let mut got = Map::new();
        if let Some(answered) = &copied.answered {
            let mut response = Map::new();
            if sent > 0 {
                let body = self.of_body(redactor, answered, self.response(capture.body));
                response.insert("body".to_owned(), Json::Object(body));
            }
            response.insert("headers".to_owned(), listed(answered, redactor).into());
            out.insert("response".to_owned(), Json::Object(response));
            if let Some(told) = &copied.got {
                Difference::new(answered, told).write(redactor, &mut got);
            }
        } else if let Some(told) = &copied.got {
            got.insert("headers".to_owned(), listed(told, redactor).into());
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

    /// A body as records keep it: without what policies hide, or not at all.
    fn of_body(
        &self,
        redactor: &mut Redactor<'_>,
        fields: &Fields,
        mut body: Beginning,
    ) -> Map<String, Json> {
        let route = self.route();
        let rules = &self.state().snapshot().rules;
        let masks = route
            .iter()
            .flat_map(|route| rules.masks(route, self.now()));
        let masks: Vec<_> = masks.map(|(.., mask)| mask).collect();
        if masks.is_empty() || body.bytes.is_empty() {
            return of_body(redactor, fields, &body);
        }
        let whole = body.bytes.len() as u64 >= body.of;
        let read = postern_transform::Json::read(&body.bytes);
        let Some(mut json) = read.ok().filter(|_| whole) else {
            let mut kept = Map::new();
            kept.insert("bytes".to_owned(), json!(body.of));
            let why = "a policy hides parts of it, and they cannot be told from the others";
            kept.insert("left_out".to_owned(), json!(why));
            return kept;
        };
        for mask in masks {
            mask.apply(&mut json, true);
        }
        body.bytes = json.write();
        let mut kept = of_body(redactor, fields, &Beginning { of: 0, ..body });
        kept.insert("bytes".to_owned(), json!(body.of));
        kept
    }

    /// What the upstream's refusal looks like, if it looks like anything that is known.
    fn likeness(&self, answered: &Fields) -> Option<Json> {
        let body = self.response(ORIGIN);
        let likeness = recognise(Answer {
            status: self.status(),
            fields: answered,
            body: &body.bytes,
        });
        let known = !likeness.is_empty();
        known
            .then(|| serde_json::to_value(&likeness).ok())
            .flatten()
    }

    fn response(&self, most: usize) -> Beginning {
        Beginning {
            bytes: self.traffic().response.first(most),
            of: self.traffic().sent.get(),
        }
    }
}

/// What policies changed and hid: names, places and shapes.
fn changed(changes: &Changes) -> Json {
    let notes = |notes: &Notes| -> Json {
        let notes = notes.notes.iter().map(|note| {
            json!({
                "policy": &*note.policy,
                "did": note.did.name(),
                "what": note.what,
                "before": note.before,
                "after": note.after,
            })
        });
        notes.collect()
    };
    let masked = changes.masked.iter();
    let masked = masked
        .map(|(policy, rule, count)| json!({"policy": &**policy, "rule": &**rule, "count": count}));
    json!({
        "request": notes(&changes.request),
        "response": notes(&changes.response),
        "masked": masked.collect::<Json>(),
    })
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

/// A JSON object that is written member by member. Each name is given once, and needs no escape.
struct Members(Vec<u8>);

impl Members {
    fn new() -> Self {
        let mut bytes = Vec::with_capacity(2048);
        bytes.push(b'{');
        Self(bytes)
    }

    /// A member. One that cannot be written is left out.
    fn put(&mut self, name: &str, value: &impl Serialize) {
        let before = self.0.len();
        self.name(name);
        if serde_json::to_writer(&mut self.0, value).is_err() {
            self.0.truncate(before);
        }
    }

    /// A member whose value is JSON already.
    fn put_json(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.extend_from_slice(value);
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn end(mut self) -> Box<[u8]> {
        self.0.push(b'}');
        self.0.into_boxed_slice()
    }
}

/// The headers of a request that nobody was sent.
#[derive(Serialize)]
struct Headers {
    received: List,
}

/// Something as records keep it.
struct Kept<'a, T: ?Sized>(&'a T);

impl Serialize for Kept<'_, Denial> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            code: &'static str,
            status: u16,
            fault: &'static str,
            retry: Kept<'a, Retry>,
            policy: Option<&'a str>,
            evidence: Kept<'a, [Evidence]>,
        }
        let denial = self.0;
        let fields = Fields {
            code: denial.code.name(),
            status: denial.status,
            fault: denial.fault.name(),
            retry: Kept(&denial.retry),
            policy: denial.policy.as_deref(),
            evidence: Kept(&denial.evidence),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for Kept<'_, Retry> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct After {
            after: u64,
        }
        match *self.0 {
            Retry::Never => serializer.serialize_str("never"),
            Retry::AfterChange => serializer.serialize_str("after_change"),
            Retry::After(seconds) => After {
                after: seconds.into(),
            }
            .serialize(serializer),
        }
    }
}

impl Serialize for Kept<'_, [Evidence]> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Kept))
    }
}

impl Serialize for Kept<'_, Evidence> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            name: &'static str,
            value: Kept<'a, Value>,
            audience: &'static str,
        }
        let evidence = self.0;
        let fields = Fields {
            name: evidence.name,
            value: Kept(&evidence.value),
            audience: match evidence.audience {
                Audience::Operator => "operator",
                Audience::Publisher => "publisher",
                Audience::Consumer => "consumer",
            },
        };
        fields.serialize(serializer)
    }
}

impl Serialize for Kept<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) => serializer.serialize_u64(*number),
            Value::List(list) => serializer.collect_seq(list),
        }
    }
}
