//! Stage 15: the halves of earlier rules that name the body.

use super::authenticate::signature::signed;
use super::body::too_large;
use super::headers::denial_of;
use super::{Check, Outcome, csrf, judge};
use crate::decision::FactRequest;
use crate::facts::{ContentVerdict, Facts};
use crate::policies::{Compiled, SNIFFED, declared_length};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use std::borrow::Cow;

/// What reads most of the body comes first: its beginning is read once.
pub(super) const CHECKS: &[Check] = &[csrf::token_in_form, looks_like_it_says, is_what_was_signed];

fn looks_like_it_says(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let method = progress.method;
    let mut unread = false;
    let outcome = judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.headers,
        |_, rule| {
            let Compiled::Headers(headers) = rule else {
                return None;
            };
            if !headers.wants_body(facts, method) || facts.body_agrees() {
                return None;
            }
            let Some(start) = facts.body_start() else {
                unread = true;
                return None;
            };
            Some(denial_of(&headers.judge_body(facts, start)?, facts))
        },
    );
    if unread {
        return Outcome::Need(FactRequest::BodyStart { bytes: SNIFFED });
    }
    outcome
}

/// Whether the body is the one whose digest the caller signed (RFC 9421 §7.2.8, RFC 9530).
fn is_what_was_signed(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let Some((signed, row, terms)) = signed(progress, snapshot, facts) else {
        return Outcome::Pass;
    };
    if !signed.covers_content() {
        return Outcome::Pass;
    }
    let limit = terms.max_body;
    if let Some(seen) = declared_length(facts).filter(|&length| length > limit) {
        return Outcome::Refuse(too_large(limit, seen));
    }
    let mismatch = || {
        let denial = Denial::new(Code::SignatureDigestMismatch);
        denial.saw("key", row.id.to_string())
    };
    match facts.content() {
        None => Outcome::Need(FactRequest::Content { limit }),
        Some(ContentVerdict::Matches) => Outcome::Pass,
        Some(ContentVerdict::TooLong { seen }) => Outcome::Refuse(too_large(limit, *seen)),
        Some(ContentVerdict::NoDigest(what)) => {
            Outcome::Refuse(mismatch().saw("error", what.to_string()))
        }
        Some(ContentVerdict::Differs { length, algorithms }) => {
            let names = algorithms.iter().map(|name| name.to_string().into());
            let names: Vec<Cow<'static, str>> = names.collect();
            Outcome::Refuse(mismatch().saw("algorithms", names).saw("length", *length))
        }
    }
}
