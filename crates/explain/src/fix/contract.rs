//! Fixes for requests that are not as the document of their operation has them: what a policy of the
//! kind `contract` asks for less strictly.

use super::Candidate;
use super::case::{Case, strings, text};
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use serde_json::{Value as Json, json};

/// The parts that are checked where a policy does not say which.
const PARTS: [&str; 4] = ["parameters", "body", "accept", "encodings"];

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let mut found = Vec::new();
    if !refuses(denial.code) {
        return found;
    }
    for (id, document, policy) in case.policies(denial, "contract") {
        for (weight, (sentence, patch)) in relaxed(denial, id, document) {
            let change = Change::new("policy", id, patch);
            let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
            found.push(
                candidate
                    .reach(format!("every request under policy `{id}`"))
                    .audience(Case::audience_of(policy))
                    .weight(weight),
            );
        }
    }
    found
}

/// Whether such a policy refuses so.
const fn refuses(code: Code) -> bool {
    matches!(
        code,
        Code::EncodingUnsupported
            | Code::NotAcceptable
            | Code::ContentTypeMissing
            | Code::ContentTypeUnsupported
            | Code::ParameterMissing
            | Code::ParameterInvalid
            | Code::BodyTooLarge
            | Code::BodyUnreadable
            | Code::SchemaMismatch
            | Code::FileNotAllowed
    )
}

/// What would let it pass, and how much that opens.
fn relaxed(denial: &Denial, id: &str, document: &Json) -> Vec<(u32, (String, Json))> {
    let mut found = Vec::new();
    match denial.code {
        Code::ParameterInvalid if text(denial, "rule") == Some("unknown") => {
            let sentence =
                format!("let policy `{id}` allow query parameters that the document does not have");
            found.push((2, (sentence, json!({"unknown_parameters": "allow"}))));
            return found;
        }
        Code::FileNotAllowed => {
            let types = document
                .get("uploads")
                .map(|uploads| strings(uploads, "types"));
            let types = types.filter(|types| !types.is_empty());
            if let (Some(mut types), Some(detected)) = (types, text(denial, "detected")) {
                types.push(detected.to_owned());
                let sentence = format!("let policy `{id}` take files that are {detected}");
                found.push((2, (sentence, json!({"uploads": {"types": types}}))));
            }
        }
        Code::BodyTooLarge => {
            let seen = super::case::number(denial, "seen");
            if let Some(seen) = seen {
                let size = super::demands::size(seen);
                let sentence = format!("let policy `{id}` read bodies of up to {size}");
                found.push((2, (sentence, json!({ "max_size": size }))));
            }
        }
        _ => {}
    }
    found.push((3, without(denial.code, id, document)));
    found
}

/// The policy without the check that refused.
fn without(code: Code, id: &str, document: &Json) -> (String, Json) {
    let gone: &[&str] = match code {
        Code::ParameterMissing | Code::ParameterInvalid => &["parameters"],
        Code::NotAcceptable => &["accept"],
        // Without it, what is in a body could not be looked into either.
        Code::EncodingUnsupported => &["encodings", "body"],
        _ => &["body"],
    };
    let given = strings(document, "checks");
    let checked = if given.is_empty() {
        PARTS.map(str::to_owned).to_vec()
    } else {
        given
    };
    let left: Vec<String> = checked
        .into_iter()
        .filter(|part| !gone.contains(&part.as_str()))
        .collect();
    if left.is_empty() {
        let sentence = format!("remove policy `{id}`, which checks nothing else");
        return (sentence, Json::Null);
    }
    let mut patch = json!({ "checks": left });
    let drops_parameters = gone.contains(&"parameters");
    if drops_parameters && document.get("unknown_parameters").is_some() {
        patch = json!({"checks": left, "unknown_parameters": null});
    }
    let what = gone.join(" and ");
    (format!("let policy `{id}` no longer check {what}"), patch)
}
