//! Pages about codes. They are the same for everybody, and may be kept.

use super::answer::Answer;
use crate::refusal::{PAGE_POLICY, page, page_index, page_index_json, page_json, prefers_json};
use postern_policy::head::Head;

/// The page of that name, in the form that is read: a code, a family, or all where it is empty.
/// `None`: there is no such page.
pub(crate) fn answer(name: &str, head: &Head) -> Option<Answer> {
    let json = prefers_json(head);
    let body = match (name, json) {
        ("", false) => page_index(),
        ("", true) => page_index_json(),
        (name, false) => page(name)?,
        (name, true) => page_json(name)?,
    };
    let kind = if json {
        "application/json"
    } else {
        "text/html; charset=utf-8"
    };
    let answer = Answer {
        status: 200,
        fields: vec![
            ("content-type", kind.into()),
            ("cache-control", "public, max-age=3600".into()),
            ("vary", "Accept".into()),
            ("x-content-type-options", "nosniff".into()),
        ],
        body: body.into_bytes(),
    };
    if json {
        return Some(answer);
    }
    let answer = answer.with("content-security-policy", PAGE_POLICY);
    Some(answer.with("referrer-policy", "no-referrer"))
}

/// The way to the list of all codes, whose links are relative to it.
pub(crate) fn moved() -> Answer {
    Answer {
        status: 308,
        fields: vec![
            ("location", "/.well-known/postern/denials/".into()),
            ("cache-control", "public, max-age=3600".into()),
        ],
        body: Vec::new(),
    }
}
