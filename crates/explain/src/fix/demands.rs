//! Fixes for refused headers and bodies: what a policy asks for less strictly.

use super::Candidate;
use super::case::{Case, number, strings, text};
use crate::document::{Change, merge_patch};
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use serde_json::{Value as Json, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let kind = if denial.code == Code::BodyTooLarge {
        "body"
    } else {
        "headers"
    };
    case.policies(denial, kind)
        .into_iter()
        .filter_map(|(id, document, policy)| {
            let (mut sentence, mut patch) = relaxed(case, denial, id, document)?;
            if denial.code != Code::BodyTooLarge && !demands_something(document, &patch) {
                sentence = format!("remove policy `{id}`, which asks for nothing else");
                patch = Json::Null;
            }
            let change = Change::new("policy", id, patch);
            let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
            Some(
                candidate
                    .reach(format!("every request under policy `{id}`"))
                    .audience(Case::audience_of(policy))
                    .weight(3),
            )
        })
        .collect()
}

/// Whether anything is left of a policy about headers after a patch.
fn demands_something(document: &Json, patch: &Json) -> bool {
    let mut after = document.clone();
    merge_patch(&mut after, patch);
    let filled = |field: &str| match after.get(field) {
        Some(Json::Array(items)) => !items.is_empty(),
        Some(Json::Object(fields)) => !fields.is_empty(),
        Some(value) => value.as_bool() == Some(true),
        None => false,
    };
    [
        "required",
        "values",
        "content_types",
        "sniff",
        "length_required",
    ]
    .into_iter()
    .any(filled)
}

fn relaxed(case: &Case<'_>, denial: &Denial, id: &str, document: &Json) -> Option<(String, Json)> {
    Some(match denial.code {
        Code::HeaderMissing => {
            let name = text(denial, "name")?;
            let mut required = strings(document, "required");
            required.retain(|have| !have.eq_ignore_ascii_case(name));
            let sentence = format!("make `{name}` optional in policy `{id}`");
            (sentence, json!({ "required": required }))
        }
        Code::HeaderValueNotAllowed => value_allowed(case, denial, id, document)?,
        Code::ContentTypeUnsupported if text(denial, "looks_like").is_some() => (
            format!("let policy `{id}` no longer look at how bodies begin"),
            json!({"sniff": false}),
        ),
        Code::ContentTypeUnsupported => {
            let sent = text(denial, "sent")?;
            let essence = sent.split(';').next()?.trim().to_ascii_lowercase();
            let mut types = strings(document, "content_types");
            types.push(essence.clone());
            let sentence = format!("add `{essence}` to policy `{id}`");
            (sentence, json!({ "content_types": types }))
        }
        Code::LengthRequired => (
            format!("let policy `{id}` no longer require `Content-Length`"),
            json!({"length_required": false}),
        ),
        Code::BodyTooLarge => {
            let size = size(number(denial, "seen")?);
            let sentence = format!("raise `max_size` of policy `{id}` to {size}");
            (sentence, json!({ "max_size": size }))
        }
        _ => return None,
    })
}

/// The value that came joins those that a header may have.
fn value_allowed(
    case: &Case<'_>,
    denial: &Denial,
    id: &str,
    document: &Json,
) -> Option<(String, Json)> {
    let name = text(denial, "name")?;
    let sent = case.facts.header_named(name.as_bytes(), 0)?;
    // `*` at the end would stand for any rest.
    let sent = std::str::from_utf8(sent)
        .ok()
        .filter(|sent| !sent.ends_with('*'))?;
    let values = document.get("values")?.as_object()?;
    let (key, _) = values
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    let mut allowed = strings(document.get("values")?, key);
    allowed.push(sent.to_owned());
    let sentence = format!("let `{name}` be `{sent}` too in policy `{id}`");
    Some((sentence, json!({"values": {key: allowed}})))
}

/// A round size that is large enough.
pub(super) fn size(bytes: u64) -> String {
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units.iter().find(|(_, length)| bytes >= *length);
    match unit {
        Some((unit, length)) => format!("{}{unit}", bytes.div_ceil(*length)),
        None => format!("{bytes}B"),
    }
}
