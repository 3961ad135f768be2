//! What a row of the call log keeps besides its columns, as JSON: what it takes to explain and to
//! decide a refusal again, and what its caller was told.
//!
//! Nothing secret is in it. Of the headers that came, the values of those that carry credentials
//! are left out, and so is every value that has one of our keys in it.

use super::journal::Journal;
use postern_model::Denial;
use postern_model::denial::{Audience, Evidence, Retry, Value, printable};
use postern_model::entity::Service;
use postern_policy::head::Head;
use serde_json::{Map, Value as Json, json};

/// The most of the received headers that is kept, bytes.
const HEADERS: usize = 8 << 10;
/// The most of one value, bytes.
const HEADER: usize = 512;
/// Headers whose values are credentials, whatever a service says.
const SECRET: [&[u8]; 8] = [
    b"authorization",
    b"proxy-authorization",
    b"cookie",
    b"set-cookie",
    b"x-api-key",
    b"api-key",
    b"x-auth-token",
    b"x-csrf-token",
];
/// Stands for what is not kept.
const REDACTED: &str = "[redacted]";

impl Journal<'_> {
    /// `None` for a request of which the columns say everything.
    pub(super) fn detail(&self) -> Option<Box<[u8]>> {
        let origin = self.traffic().origin();
        let shadow = self
            .allowed_request()
            .map_or(&[][..], |allowed| allowed.shadow);
        if self.denial().is_none() && origin.is_none() && shadow.is_empty() {
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
        let service = self
            .route()
            .map(|route| self.state().snapshot().rules.service(&route));
        put(
            "headers",
            json!({ "received": received(self.head(), service) }),
        );
        if let Some(body) = origin {
            let text = redacted(&String::from_utf8_lossy(&body));
            put("origin", json!({ "status": self.status(), "body": text }));
        }
        serde_json::to_vec(&detail).ok().map(Vec::into_boxed_slice)
    }
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

/// Names and values of the headers that came, as far as there is room.
fn received(head: &Head, service: Option<&Service>) -> Vec<[String; 2]> {
    let keys = service
        .and_then(|service| service.authentication.as_ref())
        .map_or(&[][..], |accepted| accepted.headers.as_slice());
    let mut left = HEADERS;
    let mut kept = Vec::new();
    for field in head.fields.iter() {
        let is_secret = SECRET
            .iter()
            .any(|name| field.name.eq_ignore_ascii_case(name))
            || keys
                .iter()
                .any(|key| field.name.eq_ignore_ascii_case(key.as_bytes()));
        let value = if is_secret {
            REDACTED.to_owned()
        } else {
            redacted(&printable(field.value, HEADER))
        };
        let name = printable(field.name, HEADER);
        let Some(rest) = left.checked_sub(name.len() + value.len()) else {
            break;
        };
        left = rest;
        kept.push([name, value]);
    }
    kept
}

/// A text without our keys: from their prefix to the end of the word.
fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, key)) = rest.split_once("pst_") {
        out.push_str(before);
        out.push_str(REDACTED);
        let end = key.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest = end.and_then(|end| key.get(end..)).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_out_of_texts() {
        assert_eq!(redacted("a pst_7q_Secret1, b"), "a [redacted], b");
        assert_eq!(redacted("pst_7q_S pst_8r_T"), "[redacted] [redacted]");
        assert_eq!(redacted("nothing"), "nothing");
    }
}
