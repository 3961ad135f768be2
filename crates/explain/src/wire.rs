//! What passed, as far as a record has it: how headers were changed on their way, and copies. For
//! operators and publishers, never for consumers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A header's name and value.
pub type Header = (String, String);

/// What passed between the caller, the gateway and the upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wire {
    /// How the request's headers were changed on their way to the upstream; none if it was not
    /// sent there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_upstream: Option<Changes>,
    /// What the service's capture policy kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture>,
    /// What policies changed in the request and in its answer, and hid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changed>,
}

/// What policies of the kinds `transform` and `mask` did: names, places and shapes, and no values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MessageChanges")]
#[serde(default)]
pub struct Changed {
    /// In the request, on its way to the upstream.
    pub request: Vec<Change>,
    /// In the answer, on its way to the caller.
    pub response: Vec<Change>,
    /// What was hidden in the answer.
    pub masked: Vec<Masked>,
}

/// One change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MessageChange")]
#[serde(default)]
pub struct Change {
    /// The policy.
    pub policy: String,
    /// `header`, `query`, `path` or `body`.
    pub did: String,
    /// The name of the header or parameter, or the place in the body: a JSON pointer.
    pub what: String,
    /// Its name, its place or its shape before; none: it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The same afterwards; none: it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// How many values a rule has hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MaskedValues")]
#[serde(default)]
pub struct Masked {
    /// The policy.
    pub policy: String,
    /// Its rule: a place, a kind of value, or `matching` and the number of an expression.
    pub rule: String,
    /// How many.
    pub count: u64,
}

/// How headers were changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HeaderChanges")]
#[serde(default)]
pub struct Changes {
    /// Those that did not go on.
    pub removed: Vec<Header>,
    /// Those that the gateway added.
    pub added: Vec<Header>,
    /// Those that went on with another value: what it was, and what it became.
    pub changed: Vec<(String, String, String)>,
}

/// Copies of what passed, without what is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capture {
    /// What the caller sent. Its body went to the upstream as it is, but for what policies changed.
    #[serde(default)]
    pub request: Message,
    /// What the upstream answered. Its body is as the caller got it, without what records do not
    /// keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Message>,
    /// What the caller got.
    pub got: Got,
}

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CapturedMessage")]
#[serde(default)]
pub struct Message {
    /// Its headers.
    pub headers: Vec<Header>,
    /// Its body, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CapturedBody")]
#[serde(default)]
pub struct Body {
    /// How long it was.
    pub bytes: u64,
    /// What is kept of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether there was more of it.
    pub cut: bool,
    /// Why nothing is kept of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// What the caller got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CapturedAnswer")]
#[serde(default)]
pub struct Got {
    /// The status; 0 for none.
    pub status: u16,
    /// The headers of what the gateway itself answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// How the headers of the upstream's answer were changed.
    #[serde(flatten)]
    pub changes: Changes,
}

impl Wire {
    /// From what a record keeps beside its columns; none if there is nothing of it, or if another
    /// version wrote it that this one cannot read.
    pub fn from_detail(detail: &Json) -> Option<Self> {
        let read = |name: &str| detail.get(name).cloned();
        let headers = read("headers");
        let to_upstream = headers
            .clone()
            .filter(|headers| headers.get("removed").is_some())
            .and_then(|headers| serde_json::from_value(headers).ok());
        let mut capture: Option<Capture> =
            read("capture").and_then(|capture| serde_json::from_value(capture).ok());
        if let (Some(capture), Some(headers)) = (&mut capture, headers)
            && let Some(received) = headers.get("received")
        {
            capture.request.headers = Vec::deserialize(received).unwrap_or_default();
        }
        let changes: Option<Changed> =
            read("changes").and_then(|changes| serde_json::from_value(changes).ok());
        let is_something = to_upstream.is_some() || capture.is_some() || changes.is_some();
        is_something.then_some(Self {
            to_upstream,
            capture,
            changes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_tells_what_passed() {
        let detail = json!({
            "headers": {
                "received": [["A", "1"]],
                "removed": [["A", "1"]], "added": [], "changed": [["B", "2", "3"]],
            },
            "capture": {
                "request": {"body": {"bytes": 7, "text": "{}", "cut": true}},
                "response": {"headers": [["C", "4"]], "body": {"bytes": 1, "left_out": "x"}},
                "got": {"status": 200, "removed": [], "added": [["D", "5"]], "changed": []},
            },
        });
        let wire = Wire::from_detail(&detail).unwrap();
        let up = wire.to_upstream.as_ref().unwrap();
        assert_eq!(up.removed, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(up.changed.len(), 1);
        let capture = wire.capture.as_ref().unwrap();
        assert_eq!(capture.request.headers, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(capture.request.body.as_ref().unwrap().bytes, 7);
        let response = capture.response.as_ref().unwrap();
        assert_eq!(
            response.body.as_ref().unwrap().left_out.as_deref(),
            Some("x")
        );
        assert_eq!(capture.got.changes.added.len(), 1);
        let again = serde_json::to_value(&wire).unwrap();
        assert_eq!(serde_json::from_value::<Wire>(again).unwrap(), wire);
    }

    #[test]
    fn of_a_request_that_was_not_sent_on_there_is_nothing() {
        let detail = json!({"headers": {"received": [["A", "1"]]}});
        assert_eq!(Wire::from_detail(&detail), None);
        assert_eq!(Wire::from_detail(&json!({"capture": 7})), None);
        assert_eq!(Wire::from_detail(&json!(null)), None);
    }
}
