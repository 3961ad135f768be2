//! Stage 14: the body, as far as it can be judged by its declared length. A body that declares
//! none is measured while it passes, against [`Allowed::body_limit`](crate::Allowed).

use super::{Check, Outcome, contract, judge};
use crate::decision::FactRequest;
use crate::facts::{Body, Facts};
use crate::policies::{Compiled, Holds, declared_length, holds};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};

/// What is asked of parameters comes before what has to be read.
pub(super) const CHECKS: &[Check] = &[size, contract::parameters, contract::content];

fn size(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let declared = declared_length(facts);
    if facts.has_body() && declared.is_none() {
        measure(progress, snapshot, facts.now());
    }
    judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.body,
        |_, rule| {
            let Compiled::Body(rule) = rule else {
                return None;
            };
            let seen = declared.filter(|&length| length > rule.max_size)?;
            Some(too_large(rule.max_size, seen))
        },
    )
}

/// A body that declares no length is measured on its way, against what is enforced.
fn measure(progress: &mut Progress, snapshot: &Snapshot<'_>, now: i64) {
    let (rules, policies) = (snapshot.rules, snapshot.rules.policies());
    let Some(set) = progress.route.and_then(|route| policies.of(route.plan)) else {
        return;
    };
    for &at in &set.body {
        let policy = rules.policy(at);
        let is_enforced = policy.is_some_and(|policy| holds(policy, now) == Holds::Enforced);
        if let (true, Some(Compiled::Body(rule))) = (is_enforced, policies.compiled(at)) {
            progress.limit_body(rule.max_size);
        }
    }
}

/// The whole body, for rules that look into it; empty where there is none.
///
/// # Errors
/// What has to be known before, or that it is longer than `limit`, in bytes.
pub(super) fn whole(facts: &dyn Facts, limit: u64) -> Result<&[u8], Outcome> {
    if !facts.has_body() {
        return Ok(&[]);
    }
    if let Some(seen) = declared_length(facts).filter(|&length| length > limit) {
        return Err(Outcome::Refuse(too_large(limit, seen)));
    }
    match facts.body() {
        Some(Body::Whole(bytes)) if bytes.len() as u64 <= limit => Ok(bytes),
        Some(Body::Whole(bytes)) => Err(Outcome::Refuse(too_large(limit, bytes.len() as u64))),
        Some(&Body::TooLong { seen }) if seen > limit => {
            Err(Outcome::Refuse(too_large(limit, seen)))
        }
        _ => Err(Outcome::Need(FactRequest::Body { limit })),
    }
}

/// The refusal of a body of which so much has been seen or announced.
pub fn too_large(limit: u64, seen: u64) -> Denial {
    Denial::new(Code::BodyTooLarge)
        .saw("limit", limit)
        .saw("seen", seen)
}

impl Progress {
    /// Of several limits, the least holds.
    fn limit_body(&mut self, most: u64) {
        self.body_limit = Some(self.body_limit.map_or(most, |limit| limit.min(most)));
    }
}
