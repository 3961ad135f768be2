//! The protocols that deciders speak: what is asked, and what an answer means.

mod ext_authz;
mod forward_auth;
mod grpc;
mod opa;
#[cfg(test)]
mod tests;
mod wire;

use super::about::{self, About};
use super::send::{Incoming, Way};
use postern_model::denial::Aside;
use postern_model::entity::{DeciderProtocol, ExternalRule, Name};
use postern_policy::facts::{DeciderAnswer, Refusal, Set};
use postern_policy::fields::Fields;
use serde_json::Value;

/// Longest challenge and longest address that are passed on, bytes.
const CHALLENGE: usize = 1024;
const LOCATION: usize = 2048;
/// Most values that an answer may set, and their longest, bytes.
const MOST_SET: usize = 64;
const LONGEST_SET: usize = 8192;

/// Why a decider said nothing that counts.
#[derive(Debug)]
pub(super) struct Failure {
    /// A sentence without its end.
    pub(super) error: String,
}

/// What came of a question.
pub(super) type Asked = Result<DeciderAnswer, Failure>;

/// Asks about a request in the protocol of the policy.
pub(super) async fn ask(rule: &ExternalRule, about: &About<'_>, way: &Way<'_>) -> Asked {
    let question = match rule.protocol {
        DeciderProtocol::ForwardAuth => forward_auth::question(rule, about),
        DeciderProtocol::ExtAuthzHttp => ext_authz::question(rule, about),
        DeciderProtocol::ExtAuthzGrpc => grpc::question(rule, about),
        DeciderProtocol::Opa => opa::question(rule, about),
    };
    let most = rule.max_answer as usize;
    let asked = way.ask(&question, most, rule.timeout, |answer| {
        match rule.protocol {
            DeciderProtocol::ForwardAuth => forward_auth::judge(rule, about, answer),
            DeciderProtocol::ExtAuthzHttp => ext_authz::judge(rule, about, answer),
            DeciderProtocol::ExtAuthzGrpc => grpc::judge(rule, about, answer),
            DeciderProtocol::Opa => opa::judge(rule, about, answer),
        }
    });
    asked.await.map_err(|error| Failure {
        error: about
            .reason(&error)
            .map_or_else(|| "it failed".to_owned(), String::from),
    })
}

/// What answers over HTTP have in common: where the status is the answer.
fn by_status(
    rule: &ExternalRule,
    about: &About<'_>,
    answer: &Incoming,
    passes: bool,
) -> Result<DeciderAnswer, String> {
    let status = answer.status;
    if passes {
        return Ok(DeciderAnswer::Passes {
            set: set(rule, &answer.fields),
        });
    }
    if status >= 500 {
        // Its own trouble says nothing of the request.
        return Err(format!("it answered {status}"));
    }
    Ok(DeciderAnswer::Refuses(Refusal {
        reason: said(answer).and_then(|text| about.reason(&text)),
        ..refusal(about, Some(status), &answer.fields)
    }))
}

/// A refusal by its status and its headers: what the caller is told by them is whole, and what is
/// kept of it is not.
fn refusal(about: &About<'_>, status: Option<u16>, fields: &Fields) -> Refusal {
    let redirects = status.is_some_and(|status| (300..400).contains(&status));
    let aside = Aside {
        location: redirects.then(|| location(fields)).flatten(),
        challenge: (status == Some(401)).then(|| challenge(fields)).flatten(),
    };
    let (to, asks) = (aside.location.as_deref(), aside.challenge.as_deref());
    Refusal {
        status,
        reason: None,
        challenge: asks.and_then(|text| about.challenge(text)),
        location: to.and_then(|text| about.location(text)),
        aside,
    }
}

/// The headers that the policy lets an answer set.
fn set(rule: &ExternalRule, fields: &Fields) -> Vec<Set> {
    let of = |name: &Name| -> Vec<Set> {
        let values = fields.named(name.as_bytes());
        let fits = values.filter(|value| may_be_set(value));
        fits.map(|value| Set {
            name: name.clone(),
            value: value.into(),
        })
        .collect()
    };
    let all = rule.answer_headers.iter().flat_map(of);
    all.take(MOST_SET).collect()
}

/// Whether a value may stand in a field (RFC 9110 §5.5).
fn may_be_set(value: &[u8]) -> bool {
    let is_text = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    value.len() <= LONGEST_SET && value.iter().all(is_text)
}

/// What an answer wants to see from callers (RFC 9110 §11.6.1).
fn challenge(fields: &Fields) -> Option<Box<str>> {
    let mut whole = String::new();
    for value in fields.named(b"www-authenticate") {
        if !value.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return None;
        }
        if !whole.is_empty() {
            whole.push_str(", ");
        }
        whole.push_str(&about::text(value));
    }
    (!whole.is_empty() && whole.len() <= CHALLENGE).then(|| whole.into())
}

/// Where an answer sends browsers: an address with its scheme, or a path of the host that was asked.
fn location(fields: &Fields) -> Option<Box<str>> {
    let mut values = fields.named(b"location");
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let text = std::str::from_utf8(value).ok()?;
    let plain = text.len() <= LOCATION && text.bytes().all(|byte| byte.is_ascii_graphic());
    let leads = text.starts_with("https://")
        || text.starts_with("http://")
        || (text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\"));
    (plain && leads).then(|| text.into())
}

/// What an answer says in words: a member of a JSON object that is called as such things are, or the
/// first line of a text.
fn said(answer: &Incoming) -> Option<String> {
    let mut kinds = answer.fields.named(b"content-type");
    let kind = kinds.next().unwrap_or_default().to_ascii_lowercase();
    let kind = about::text(kind.split(|byte| *byte == b';').next().unwrap_or_default());
    let kind = kind.trim();
    if kind == "application/json" || kind.ends_with("+json") {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        let members = ["reason", "message", "detail", "error_description", "error"];
        let mut found = members.iter().filter_map(|name| body.get(name)?.as_str());
        return found.next().map(str::to_owned);
    }
    if kind != "text/plain" {
        return None;
    }
    let text = about::text(&answer.body);
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).map(str::to_owned)
}
