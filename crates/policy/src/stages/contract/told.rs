//! Refusals of what a document of an operation does not have so. No value that was sent stands in
//! them.

use super::Found;
use crate::stages::body::too_large;
use postern_contract::{BodyFault, CODINGS, ParameterFault, Violation};
use postern_model::denial::{Code, Denial};
use std::borrow::Cow;

type Texts = Vec<Cow<'static, str>>;

fn texts<'a>(list: impl IntoIterator<Item = &'a str>) -> Texts {
    let list = list.into_iter();
    list.map(|one| Cow::Owned(one.to_owned())).collect()
}

pub(super) fn coding(sent: String) -> Denial {
    Denial::new(Code::EncodingUnsupported)
        .saw("sent", sent)
        .saw("accepted", texts(CODINGS))
}

pub(super) fn answers(sent: String, offered: &[Box<str>]) -> Denial {
    Denial::new(Code::NotAcceptable)
        .saw("sent", sent)
        .saw("available", texts(offered.iter().map(|one| &**one)))
}

pub(super) fn no_media_type(accepted: Vec<String>) -> Denial {
    let accepted: Texts = accepted.into_iter().map(Cow::Owned).collect();
    Denial::new(Code::ContentTypeMissing).saw("accepted", accepted)
}

pub(super) fn media_type(sent: String, accepted: Vec<String>) -> Denial {
    let accepted: Texts = accepted.into_iter().map(Cow::Owned).collect();
    Denial::new(Code::ContentTypeUnsupported)
        .saw("sent", sent)
        .saw("accepted", accepted)
}

pub(super) fn parameters(found: &[ParameterFault]) -> Option<Denial> {
    let (first, others) = found.split_first()?;
    let code = if first.missing {
        Code::ParameterMissing
    } else {
        Code::ParameterInvalid
    };
    let denial = Denial::new(code)
        .saw("name", first.name.to_string())
        .saw("in", first.place.as_str());
    let denial = if first.missing {
        denial
    } else {
        because(denial, &first.violation)
    };
    if others.is_empty() {
        return Some(denial);
    }
    let others: Texts = others
        .iter()
        .map(|one| {
            let (place, name) = (one.place.as_str(), &one.name);
            Cow::Owned(format!("{place} `{name}`: {}", one.violation))
        })
        .collect();
    Some(denial.saw("also", others))
}

fn because(denial: Denial, violation: &Violation) -> Denial {
    let denial = if violation.pointer.is_empty() {
        denial
    } else {
        denial.saw("pointer", violation.pointer.to_string())
    };
    denial
        .saw("rule", violation.rule.to_string())
        .saw("expected", violation.expected.to_string())
        .saw("seen", violation.seen.to_string())
}

pub(super) fn no_body() -> Denial {
    let violation = Violation::new("", "required", "a body", "nothing");
    because(Denial::new(Code::SchemaMismatch), &violation)
}

pub(super) fn content(found: Found) -> Denial {
    match found {
        Found::TooLong { limit, seen } => too_large(limit, seen),
        Found::Coded {
            coding,
            limit: Some(limit),
        } => Denial::new(Code::BodyTooLarge)
            .saw("limit", limit)
            .saw("coding", coding.to_string()),
        Found::Coded {
            coding,
            limit: None,
        } => Denial::new(Code::BodyUnreadable)
            .saw("format", coding.to_string())
            .saw(
                "expected",
                format!("a whole body of the coding {coding}, and nothing behind it"),
            ),
        Found::Against(BodyFault::Unreadable {
            format,
            line,
            column,
            expected,
        }) => {
            let denial = Denial::new(Code::BodyUnreadable).saw("format", format.to_string());
            let denial = if line > 0 {
                denial.saw("line", line).saw("column", column)
            } else {
                denial
            };
            denial.saw("expected", expected.to_string())
        }
        Found::Against(BodyFault::Mismatch(violations)) => mismatch(&violations),
        Found::Against(BodyFault::File {
            part,
            detected,
            accepted,
        }) => {
            let denial = Denial::new(Code::FileNotAllowed).saw("part", part.to_string());
            let denial = match detected {
                Some(detected) => denial.saw("detected", detected.to_string()),
                None => denial,
            };
            denial.saw("allowed", texts(accepted.iter().map(|one| &**one)))
        }
    }
}

fn mismatch(violations: &[Violation]) -> Denial {
    let denial = Denial::new(Code::SchemaMismatch);
    let Some((first, others)) = violations.split_first() else {
        return denial;
    };
    let denial = because(denial, first);
    if others.is_empty() {
        return denial;
    }
    let others: Texts = others
        .iter()
        .map(|one| Cow::Owned(one.to_string()))
        .collect();
    denial.saw("also", others)
}
