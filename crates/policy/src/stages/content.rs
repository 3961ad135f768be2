//! Stage 15: the halves of earlier rules that name the body.

use super::authenticate::signature::signed;
use super::authorize::cedar;
use super::body::too_large;
use super::headers::denial_of;
use super::{Check, Outcome, about, csrf, external, judge};
use crate::decision::FactRequest;
use crate::facts::{ContentVerdict, Facts};
use crate::kept;
use crate::policies::{Compiled, SNIFFED, declared_length, disguise};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use std::borrow::Cow;

/// What reads most of the body comes first: its beginning is read once.
pub(super) const CHECKS: &[Check] = &[
    csrf::token_in_form,
    looks_like_it_says,
    is_what_was_signed,
    about::with_body,
    cedar::policies_about_bodies,
    external::by_body,
];

/// Whether the body begins like its media type says. What it looks like otherwise is kept, for the
/// body is not.
fn looks_like_it_says(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let method = progress.method;
    let mut missing = None;
    let outcome = judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.headers,
        |progress, rule| {
            let Compiled::Headers(headers) = rule else {
                return None;
            };
            if !headers.wants_body(facts, method) {
                return None;
            }
            let found = kept::answer(progress, facts, kept::key(&[b"looks"]), |_| {
                let unread = FactRequest::BodyStart { bytes: SNIFFED };
                facts
                    .body_start()
                    .map(|start| disguise(facts, start))
                    .ok_or(unread)
            });
            match found {
                Ok(disguise) => {
                    let looks_like = disguise?.looks_like;
                    Some(denial_of(&headers.disguised(looks_like.as_deref()), facts))
                }
                Err(fact) => {
                    missing = Some(fact);
                    None
                }
            }
        },
    );
    missing.map_or(outcome, Outcome::Need)
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
