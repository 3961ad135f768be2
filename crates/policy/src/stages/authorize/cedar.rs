//! What Cedar policies say: those of all levels, as one set. What is told without the body is told
//! here; the rest is asked again in `content`.

mod always;
mod given;
mod near;
mod said;
#[cfg(test)]
mod tests;

pub use near::NearMiss;
pub(crate) use near::near_miss;

use super::super::Outcome;
use super::super::body::whole;
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::policies::{AtOperation, Holds, holds};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use given::Asked;
use postern_cedar::{Document, MOST_BODY, Question};
use postern_model::entity::Policy;
use said::Said;

/// How far a decision goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// As far as it is told without the body.
    Head,
    /// To the end.
    Whole,
}

/// Sets whose word hangs on the body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// That of what is enforced.
    enforced: bool,
    /// That with what is in shadow mode.
    shadow: bool,
}

/// The policies that hold for an operation.
struct Set<'a> {
    policies: Vec<(&'a Policy, &'a Document)>,
}

impl<'a> Set<'a> {
    fn documents(&self) -> Vec<&'a Document> {
        self.policies
            .iter()
            .map(|(_, document)| *document)
            .collect()
    }

    /// Those of the operation, with those in shadow mode or without; `None`: that makes no
    /// difference to the set, or there are none.
    fn of(
        progress: &Progress,
        snapshot: &Snapshot<'a>,
        now: i64,
        with_shadow: bool,
    ) -> Option<Self> {
        let rules = snapshot.rules;
        let set = rules.policies().of(progress.route?.plan)?;
        let mut differs = !with_shadow;
        let mut policies = Vec::new();
        for &at in &set.cedar {
            let policy = rules.policy(at);
            let Some((policy, cedar)) = policy.zip(rules.policies().cedar_policy(at)) else {
                // Nothing permits anything then.
                return Some(Self {
                    policies: Vec::new(),
                });
            };
            match holds(policy, now) {
                Holds::Enforced => {}
                Holds::Shadow if with_shadow => differs = true,
                Holds::Shadow | Holds::Off => continue,
            }
            policies.push((policy, &cedar.document));
        }
        (differs && !policies.is_empty()).then_some(Self { policies })
    }
}

/// What is told without the body. Costs nothing where no operation has such policies.
pub(in crate::stages) fn policies(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let plan = progress.route.map(|route| route.plan);
    match plan.and_then(|plan| snapshot.rules.policies().cedar(plan)) {
        None => Outcome::Pass,
        Some(at) => decide(progress, snapshot, facts, at, Half::Head),
    }
}

/// What hangs on the body.
pub(in crate::stages) fn policies_about_bodies(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    if progress.cedar == Open::default() {
        return Outcome::Pass;
    }
    let plan = progress.route.map(|route| route.plan);
    match plan.and_then(|plan| snapshot.rules.policies().cedar(plan)) {
        None => Outcome::Pass,
        Some(at) => decide(progress, snapshot, facts, at, Half::Whole),
    }
}

fn decide(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    at: &AtOperation,
    half: Half,
) -> Outcome {
    let open = std::mem::take(&mut progress.cedar);
    let asks = |with_shadow: bool| match (half, with_shadow) {
        (Half::Head, _) => true,
        (Half::Whole, false) => open.enforced,
        (Half::Whole, true) => open.shadow,
    };
    let set = |progress: &Progress, with_shadow: bool| {
        let set = || Set::of(progress, snapshot, facts.now(), with_shadow);
        asks(with_shadow).then(set).flatten()
    };
    let (enforced, shadow) = (set(progress, false), set(progress, true));
    if enforced.is_none() && shadow.is_none() {
        return Outcome::Pass;
    }
    let sets = [enforced.as_ref(), shadow.as_ref()];
    let remembered = || always::Asked::new(progress, snapshot, facts, at, sets);
    let remembered = (half == Half::Head).then(remembered).flatten();
    if remembered
        .as_ref()
        .is_some_and(|asked| asked.always == Some(true))
    {
        return Outcome::Pass;
    }
    if let Some(missing) = needs(progress, facts, at, half) {
        // The same is asked again.
        progress.cedar = open;
        return missing;
    }
    let asked = match Asked::new(progress, snapshot, facts, at, half) {
        Ok(asked) => asked,
        Err(what) => return Outcome::NotKept(what),
    };
    let mut kept = Vec::new();
    let (enforced_says, shadow_says) = {
        let given = asked.given(progress, snapshot, facts, at);
        let question = match Question::new(&given, &at.looks) {
            Ok(question) => question,
            Err(what) => return Outcome::NotKept(what),
        };
        let mut ask = |set: &Set<'_>| said::ask(facts, &asked, &question, set, half, &mut kept);
        let enforced = enforced.as_ref().map_or(Said::Passes, &mut ask);
        // What is refused needs no second refusal.
        let passes = !matches!(enforced, Said::Refused(_) | Said::CannotTell(_));
        let shadow = shadow.as_ref().filter(|_| passes);
        (enforced, shadow.map_or(Said::Passes, ask))
    };
    if let (Some(asked), Said::Passes, Said::Passes) = (remembered, &enforced_says, &shadow_says)
        && asked.always.is_none()
    {
        asked.remember(progress, snapshot, at, sets);
    }
    progress.kept.append(&mut kept);
    progress.cedar.shadow = matches!(shadow_says, Said::Open);
    if let Said::Refused(refused) = shadow_says {
        progress.shadow.push(refused.denial());
    }
    match enforced_says {
        Said::Passes => Outcome::Pass,
        Said::Open => {
            progress.cedar.enforced = true;
            Outcome::Pass
        }
        Said::CannotTell(what) => Outcome::NotKept(what),
        Said::Refused(refused) => Outcome::Refuse(refused.denial()),
    }
}

/// What has to be known before: the caller, the country, the body.
fn needs(
    progress: &mut Progress,
    facts: &dyn Facts,
    at: &AtOperation,
    half: Half,
) -> Option<Outcome> {
    if at.looks.at("country")
        && progress.country.is_none()
        && let Some(client) = progress.client
    {
        match facts.country(client.address) {
            Some(located) => progress.country = Some(*located),
            None => return Some(Outcome::Need(FactRequest::Country)),
        }
    }
    // Of a record there may be an answer without it; one that is too long is judged by each set.
    if half == Half::Whole && !facts.is_recorded() {
        let missing = whole(facts, MOST_BODY).err();
        return missing.filter(|missing| matches!(missing, Outcome::Need(_)));
    }
    None
}
