//! The Open Policy Agent's Data API: `POST /v1/data/<path>` with an input document, and a result
//! that is a boolean, or an object with `allow`.

use super::super::about::{self, About, Shown};
use super::super::send::{Incoming, Outgoing};
use super::{MOST_SET, may_be_set};
use postern_model::entity::ExternalRule;
use postern_policy::facts::{DeciderAnswer, Refusal, Set};
use postern_transform::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most reasons that are told together.
const REASONS: usize = 8;

/// What is asked.
pub(super) fn question(rule: &ExternalRule, about: &About<'_>) -> Outgoing {
    let mut out = Outgoing::new("POST", &*rule.path);
    out.field("Content-Type", "application/json");
    out.field("Accept", "application/json");
    out.field("X-Request-Id", about.id);
    let input = json!({ "input": input(rule, about) });
    out.body = Some(input.to_string().into_bytes());
    out
}

/// The input document. `docs/configuration.md` describes it.
fn input(rule: &ExternalRule, about: &About<'_>) -> Value {
    let route = about.route;
    let (service, operation) = (about.rules.service(route), about.rules.operation(route));
    let target = about.target(rule);
    let target = about::text(&target);
    let query = target.split_once('?').map(|(_, query)| query);
    let headers = about.headers(rule).into_iter();
    let headers: Map<String, Value> = headers
        .map(|(name, value)| (name.to_string(), about::text(&value).into()))
        .collect();
    let path: Vec<&str> = about.path.split('/').skip(1).collect();
    let mut input = json!({
        "method": about.method.as_str(),
        "path": about.path,
        "parsed_path": path,
        "query": query,
        "host": about.host,
        "scheme": about.scheme.as_str(),
        "headers": headers,
        "client": { "address": about.address() },
        "service": &*service.name,
        "version": &*about.rules.version(route).name,
        "operation": &*operation.name,
        "request_id": about.id,
    });
    let Some(members) = input.as_object_mut() else {
        return input;
    };
    if rule.identity {
        members.insert("caller".into(), caller(about));
    }
    if let Some(body) = about.body {
        members.insert("body".into(), shown(body, about.is_coded()));
        members.insert("truncated_body".into(), (!body.whole).into());
    }
    input
}

/// Who calls; `null` where nobody has proved that.
fn caller(about: &About<'_>) -> Value {
    let Some(consumer) = &about.consumer else {
        return Value::Null;
    };
    let (identity, rules) = (consumer.identity, consumer.rules);
    let token = identity.token.as_deref();
    let scopes: Vec<&str> = identity.scopes(rules).map(|scope| &**scope).collect();
    let roles: Vec<&str> = identity.access_roles().map(|role| &**role).collect();
    json!({
        "app": &*identity.app.name,
        "tenant": &*identity.tenant.name,
        "plan": identity.plan(rules).map(|plan| &*plan.name),
        "scopes": scopes,
        "access_roles": roles,
        "user": token.and_then(|token| token.user.as_deref()),
        "groups": token.map_or_else(Vec::new, |token| {
            token.groups.iter().map(|group| &**group).collect::<Vec<&str>>()
        }),
        "issuer": token.map(|token| &*token.issuer),
        "subject": token.and_then(|token| token.subject.as_deref()),
    })
}

/// The body: as JSON where all of it is, and as text otherwise. What two readers could read
/// differently is no JSON here, such as a member that stands twice: who decides must not decide
/// about another document than the one that the upstream reads. For the same reason nothing is read
/// in bytes that are in a content coding.
pub(super) fn shown(body: Shown<'_>, is_coded: bool) -> Value {
    let may_be_read = body.whole && !is_coded && Json::read(body.bytes).is_ok();
    let read = may_be_read.then(|| serde_json::from_slice(body.bytes).ok());
    let text = || Value::String(about::text(body.bytes).into_owned());
    read.flatten().unwrap_or_else(text)
}

/// An answer. A member that stands twice is an error, so that no two readers see two answers.
#[derive(Debug, Deserialize)]
struct Answer {
    result: Option<Verdict>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Verdict {
    Whether(bool),
    Reasoned(Box<Reasoned>),
}

#[derive(Debug, Deserialize)]
struct Reasoned {
    allow: bool,
    reason: Option<String>,
    reasons: Option<Vec<String>>,
    #[serde(default)]
    headers: Map<String, Value>,
}

/// What an answer means. Without a `result` the rule is not defined for the request, which is no
/// permission.
pub(super) fn judge(
    rule: &ExternalRule,
    about: &About<'_>,
    answer: &Incoming,
) -> Result<DeciderAnswer, String> {
    let status = answer.status;
    if status != 200 {
        return Err(format!("it answered {status}"));
    }
    let read: Answer = serde_json::from_slice(&answer.body)
        .map_err(|_| "its answer is no decision of OPA".to_owned())?;
    let refused = |reason: Option<&str>| {
        DeciderAnswer::Refuses(Refusal {
            status: None,
            reason: reason.and_then(|text| about.reason(text)),
            ..Refusal::default()
        })
    };
    Ok(match read.result {
        None => refused(Some("the rule is undefined for this request")),
        Some(Verdict::Whether(true)) => DeciderAnswer::Passes { set: Vec::new() },
        Some(Verdict::Whether(false)) => refused(None),
        Some(Verdict::Reasoned(said)) if said.allow => DeciderAnswer::Passes {
            set: set(rule, &said.headers),
        },
        Some(Verdict::Reasoned(said)) => {
            let all = said.reason.iter().chain(said.reasons.iter().flatten());
            let all: Vec<&str> = all.map(String::as_str).take(REASONS).collect();
            refused(Some(&all.join("; ")))
        }
    })
}

/// The headers that the policy lets an answer set: each a text, or a list of them.
fn set(rule: &ExternalRule, said: &Map<String, Value>) -> Vec<Set> {
    let mut found = Vec::new();
    for (name, value) in said {
        let name = name.to_ascii_lowercase();
        let Some(name) = rule.answer_headers.iter().find(|one| ***one == *name) else {
            continue;
        };
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values.iter().filter_map(Value::as_str) {
            if may_be_set(value.as_bytes()) {
                found.push(Set {
                    name: name.clone(),
                    value: value.as_bytes().into(),
                });
            }
        }
    }
    found.truncate(MOST_SET);
    found
}
