//! Stage 7: what the request's fields must and must not say.

use super::{Check, Outcome, contract, judge};
use crate::facts::{Facts, values};
use crate::fields::{Known, list_members};
use crate::head::Version;
use crate::policies::{Compiled, Wrong};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::Name;
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[
    expectation,
    demands,
    contract::codings,
    contract::media_type,
    contract::answers,
];

/// `100-continue` is the only expectation there is (RFC 9110 §10.1.1); HTTP/1.0's is ignored.
/// `100 Continue` itself is sent by the data plane once everything before `body` has passed.
fn expectation(_: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    if facts.version() == Version::Http10 {
        return Outcome::Pass;
    }
    let unmet = values(facts, Known::Expect)
        .flat_map(list_members)
        .find(|member| !member.eq_ignore_ascii_case(b"100-continue"));
    match unmet {
        None => Outcome::Pass,
        Some(value) => Outcome::Refuse(
            Denial::new(Code::ExpectationUnsupported).saw("value", printable(value, 64)),
        ),
    }
}

/// What policies ask of the head.
fn demands(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let method = progress.method;
    judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.headers,
        |_, rule| {
            let Compiled::Headers(headers) = rule else {
                return None;
            };
            Some(denial_of(&headers.judge(facts, method)?, facts))
        },
    )
}

/// The refusal of what is wrong with a head.
pub(super) fn denial_of(wrong: &Wrong<'_>, facts: &dyn Facts) -> Denial {
    let list = |names: &[Name]| -> Vec<Cow<'static, str>> {
        names.iter().map(|n| Cow::Owned(n.to_string())).collect()
    };
    let sent = || {
        let value = facts.header(Known::ContentType, 0).unwrap_or_default();
        printable(value, 128)
    };
    match wrong {
        Wrong::Missing(name) => Denial::new(Code::HeaderMissing).saw("name", name.to_string()),
        Wrong::Value { name, allowed } => Denial::new(Code::HeaderValueNotAllowed)
            .saw("name", name.to_string())
            .saw("rule", list(allowed)),
        Wrong::Length => Denial::new(Code::LengthRequired),
        Wrong::TypeMissing { accepted } => {
            Denial::new(Code::ContentTypeMissing).saw("accepted", list(accepted))
        }
        Wrong::Type { accepted } => Denial::new(Code::ContentTypeUnsupported)
            .saw("sent", sent())
            .saw("accepted", list(accepted)),
        Wrong::Disguised {
            looks_like,
            accepted,
        } => {
            let denial = Denial::new(Code::ContentTypeUnsupported)
                .saw("sent", sent())
                .saw(
                    "looks_like",
                    looks_like.unwrap_or("something else").to_owned(),
                );
            if accepted.is_empty() {
                denial
            } else {
                denial.saw("accepted", list(accepted))
            }
        }
    }
}
