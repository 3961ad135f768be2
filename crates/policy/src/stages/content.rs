//! Stage 15: the halves of earlier rules that name the body.

use super::headers::denial_of;
use super::{Check, Outcome, csrf, judge};
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::policies::{Compiled, SNIFFED};
use crate::snapshot::Snapshot;
use crate::walk::Progress;

/// What reads most of the body comes first: its beginning is read once.
pub(super) const CHECKS: &[Check] = &[csrf::token_in_form, looks_like_it_says];

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
