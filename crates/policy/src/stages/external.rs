//! Whether other services let a request pass: the last question of the stage `authorize`, and, of
//! those that are shown the body, of the stage `content`. None is asked about a request that is
//! refused already.

#[cfg(test)]
mod tests;

use super::{Outcome, judge};
use crate::decision::FactRequest;
use crate::facts::{DeciderAnswer, Facts, Nothing, Refusal};
use crate::fields::Known;
use crate::forward::Written;
use crate::kept;
use crate::policies::{Compiled, External, Holds, holds};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Method, OnFailure};

/// Those that are shown no body.
pub(super) fn by_head(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    ask(progress, snapshot, facts, false)
}

/// Those that are.
pub(super) fn by_body(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    ask(progress, snapshot, facts, true)
}

fn ask(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    shows_body: bool,
) -> Outcome {
    if let Some(fact) = unanswered(progress, snapshot, facts, shows_body) {
        // Nobody is asked again about what is over.
        return if facts.is_recorded() {
            Outcome::NotKept(fact.name())
        } else {
            Outcome::Need(fact)
        };
    }
    let navigates = navigates(progress, facts);
    let outcome = judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.external,
        |progress, rule| {
            let Compiled::External(external) = rule else {
                return None;
            };
            if external.rule.body.is_some() != shows_body {
                return None;
            }
            let by = |denial: Denial| denial.saw("decider", external.policy.to_string());
            // Who was not asked, since somebody else refused before, has nothing against it.
            match against(progress, facts, external).ok()?? {
                DeciderAnswer::Passes { .. } => None,
                DeciderAnswer::Refuses(refusal) => {
                    let denial = by(refused(&refusal, navigates));
                    // What is kept of an answer is less than what the caller gets.
                    Some(match facts.decided(external.key) {
                        Some(DeciderAnswer::Refuses(live)) => denial.aside(live.aside.clone()),
                        _ => denial,
                    })
                }
                DeciderAnswer::Nothing(nothing) => {
                    let denial = by(unavailable(&nothing));
                    if external.rule.on_failure == OnFailure::Refuse {
                        return Some(denial);
                    }
                    // It passes as if nobody had been asked, and that is noted.
                    let noted = denial.by_policy(external.policy.clone());
                    progress.shadow.push(noted);
                    None
                }
            }
        },
    );
    if matches!(outcome, Outcome::Pass) {
        write(progress, snapshot, facts, shows_body);
    }
    outcome
}

/// What an answer says against the request; `Ok(None)`: nothing.
///
/// # Errors
/// Nobody has asked.
fn against(
    progress: &mut Progress,
    facts: &dyn Facts,
    external: &External,
) -> Result<Option<DeciderAnswer>, FactRequest> {
    kept::answer(progress, facts, external.key, |_| {
        match facts.decided(external.key) {
            None => Err(external.fact),
            Some(DeciderAnswer::Passes { .. }) => Ok(None),
            Some(other) => Ok(Some(other.clone())),
        }
    })
}

/// Takes down what answers have the request say that goes on. What they may set and do not is taken
/// out of it: callers could write it, too.
fn write(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts, shows_body: bool) {
    let mut written: Vec<Written> = Vec::new();
    for external in asking(progress, snapshot, facts.now(), Holds::Enforced, shows_body) {
        let set = match facts.decided(external.key) {
            Some(DeciderAnswer::Passes { set }) => set.as_slice(),
            _ => &[],
        };
        for name in &external.rule.answer_headers {
            let values = set.iter().filter(|one| one.name == *name);
            let values = values.map(|one| one.value.clone()).collect();
            written.retain(|other| other.name != *name);
            written.push(Written {
                name: name.clone(),
                values,
            });
        }
    }
    for one in written {
        progress.written.retain(|other| other.name != one.name);
        progress.written.push(one);
    }
}

/// Whether an answer keeps a request from passing.
fn refuses(answer: &DeciderAnswer, external: &External) -> bool {
    match answer {
        DeciderAnswer::Passes { .. } => false,
        DeciderAnswer::Refuses(_) => true,
        DeciderAnswer::Nothing(_) => external.rule.on_failure == OnFailure::Refuse,
    }
}

/// The next question that was not answered: those of enforced policies first, and none once one of
/// them refuses.
fn unanswered(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    shows_body: bool,
) -> Option<FactRequest> {
    for wanted in [Holds::Enforced, Holds::Shadow] {
        for external in asking(progress, snapshot, facts.now(), wanted, shows_body) {
            let against = match against(progress, facts, external) {
                Ok(against) => against,
                Err(fact) => return Some(fact),
            };
            let refused = against.is_some_and(|answer| refuses(&answer, external));
            if refused && wanted == Holds::Enforced {
                return None;
            }
        }
    }
    None
}

/// The policies of the matched operation that ask somebody and hold so.
fn asking<'a>(
    progress: &Progress,
    snapshot: &Snapshot<'a>,
    now: i64,
    wanted: Holds,
    shows_body: bool,
) -> impl Iterator<Item = &'a External> + use<'a> {
    let (rules, policies) = (snapshot.rules, snapshot.rules.policies());
    let set = progress.route.and_then(|route| policies.of(route.plan));
    let all = set.into_iter().flat_map(|set| set.external.iter());
    all.filter_map(move |&at| {
        let (policy, external) = (rules.policy(at)?, policies.external(at)?);
        let is_here = external.rule.body.is_some() == shows_body;
        (is_here && holds(policy, now) == wanted).then_some(external)
    })
}

/// Whether somebody opens a page, so that a browser can be sent elsewhere.
fn navigates(progress: &Progress, facts: &dyn Facts) -> bool {
    let reads = matches!(progress.method, Some(Method::Get | Method::Head));
    reads && facts.header(Known::SecFetchMode, 0) == Some(b"navigate")
}

fn refused(refusal: &Refusal, navigates: bool) -> Denial {
    let mut denial = Denial::new(Code::ExternalDenied);
    if let Some(location) = refusal.location.as_deref().filter(|_| navigates) {
        denial = denial.status(302).saw("location", location.to_owned());
    } else if let Some(challenge) = &refusal.challenge {
        denial = denial.status(401).saw("challenge", challenge.to_string());
    }
    if let Some(status) = refusal.status {
        denial = denial.saw("answered", u64::from(status));
    }
    match &refusal.reason {
        Some(reason) => denial.saw("reason", reason.to_string()),
        None => denial,
    }
}

fn unavailable(nothing: &Nothing) -> Denial {
    let denial = Denial::new(Code::ExternalUnavailable).saw("error", nothing.error.to_string());
    match nothing.since {
        Some(since) => denial.saw("since", super::connection::moment(since.div_euclid(1000))),
        None => denial,
    }
}
