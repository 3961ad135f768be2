//! Pages about codes. They are the same for everybody, and may be kept.

use super::answer::Answer;
use crate::refusal::{PAGE_POLICY, Reads, page, page_html, page_json, reads};
use postern_policy::head::Head;
use std::borrow::Cow;

/// What stands behind names in links between the files, and asks for a page as it is.
const FILE: &str = ".md";

/// The page of that name, in the form that is read: a code, a family, or all where it is empty.
/// `None`: there is no such page.
pub(crate) fn answer(name: &str, head: &Head) -> Option<Answer> {
    let (name, form) = match name.strip_suffix(FILE) {
        Some(name) => (name, Reads::Markdown),
        None => (name, reads(head)),
    };
    let (kind, body) = match form {
        Reads::Html => ("text/html; charset=utf-8", Cow::Owned(page_html(name)?)),
        Reads::Json => ("application/json", Cow::Owned(page_json(name)?)),
        Reads::Markdown => ("text/markdown; charset=utf-8", page(name)?),
        Reads::Plain => ("text/plain; charset=utf-8", page(name)?),
    };
    let answer = Answer {
        status: 200,
        fields: vec![
            ("content-type", kind.into()),
            ("cache-control", "public, max-age=3600".into()),
            ("vary", "Accept".into()),
            ("x-content-type-options", "nosniff".into()),
        ],
        body: body.into_owned().into_bytes(),
    };
    if form != Reads::Html {
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
