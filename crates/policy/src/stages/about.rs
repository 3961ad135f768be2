//! Rules about some requests, in the stages `authorize` and `content`: to which they apply, and
//! what each kind says.

mod conditions;
mod ownership;
mod step_up;

use super::Outcome;
use crate::decision::Depth;
use crate::facts::Facts;
use crate::identity::{Caller, Identity};
use crate::kept::{Kept, Key};
use crate::policies::{About, Asked, Compiled, Conditions, Exceptions, Holds, holds};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use conditions::Unmet;
use postern_model::denial::Denial;
use postern_model::entity::Name;

/// Most bytes of a body that rules look into.
const BODY: u64 = 1 << 20;

/// Which half of a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// That which needs no body.
    Head,
    /// That which does; of a rule that is about some bodies, all of it.
    Body,
}

/// One request, as rules ask about it.
struct Asking<'a, 's> {
    progress: &'a mut Progress,
    snapshot: &'a Snapshot<'s>,
    facts: &'a dyn Facts,
    half: Half,
}

/// Those that need no body.
pub(super) fn without_body(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    each(progress, snapshot, facts, Half::Head)
}

/// Those that do.
pub(super) fn with_body(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    each(progress, snapshot, facts, Half::Body)
}

/// Asks one rule after the other. Of a record, each by itself: that one looks at what was not kept
/// says nothing of the next.
fn each(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    half: Half,
) -> Outcome {
    let (rules, policies) = (snapshot.rules, snapshot.rules.policies());
    let Some(set) = progress.route.and_then(|route| policies.of(route.plan)) else {
        return Outcome::Pass;
    };
    let to_the_end = progress.depth == Depth::Everything;
    let (mut first, mut unknown) = (None, None);
    for &at in &set.about {
        let (Some(policy), Some(compiled)) = (rules.policy(at), policies.compiled(at)) else {
            continue;
        };
        let holds = holds(policy, facts.now());
        if holds == Holds::Off {
            continue;
        }
        let mut asking = Asking {
            progress: &mut *progress,
            snapshot,
            facts,
            half,
        };
        let mut found = asking.judge(compiled);
        if facts.is_recorded()
            && let Some(what) = facts.not_kept()
        {
            found = Err(Outcome::NotKept(what));
        }
        let denials = match found {
            Ok(denials) => denials,
            // What is only noted is not noted where it cannot be told.
            Err(Outcome::NotKept(_)) if holds == Holds::Shadow => continue,
            Err(outcome) if !to_the_end => return outcome,
            Err(outcome) => {
                unknown.get_or_insert(outcome);
                continue;
            }
        };
        for denial in denials {
            let denial = denial.by_policy(policy.name.clone());
            if holds == Holds::Shadow {
                progress.shadow.push(denial);
            } else if first.is_some() && to_the_end {
                progress.also.push(denial);
            } else if unknown.is_none() {
                first.get_or_insert(denial);
            }
        }
        if first.is_some() && !to_the_end {
            break;
        }
    }
    // What stands before the first refusal may have refused, too.
    first
        .map(Outcome::Refuse)
        .or(unknown)
        .unwrap_or(Outcome::Pass)
}

impl Asking<'_, '_> {
    fn judge(&mut self, compiled: &Compiled) -> Result<Vec<Denial>, Outcome> {
        match compiled {
            Compiled::Conditions(rule) => self.conditions(rule),
            Compiled::Ownership(rule) => Ok(self.ownership(rule)?.into_iter().collect()),
            Compiled::StepUp(rule) => Ok(self.step_up(rule)?.into_iter().collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// Whether a rule is to be asked now, where what it says needs a body, or not: it applies to the
    /// request, and its time has come.
    fn applies<T>(&mut self, rule: &About<T>, needs_body: bool) -> Result<bool, Outcome> {
        let late = rule.when.reads_body() || needs_body;
        if late != (self.half == Half::Body) {
            return Ok(false);
        }
        self.is_about(rule)
    }

    /// Whether it applies, whenever it is to be asked.
    fn is_about<T>(&mut self, rule: &About<T>) -> Result<bool, Outcome> {
        if self.is_excepted(&rule.except)? {
            return Ok(false);
        }
        self.hold(&rule.when)
    }

    /// Whether conditions hold.
    fn hold(&mut self, conditions: &Conditions) -> Result<bool, Outcome> {
        for judge in conditions::HEAD.iter().chain(conditions::BODY_JUDGES) {
            let mut unmet = Vec::new();
            judge(self, conditions, &mut unmet)?;
            // A body that cannot be read is about everything.
            if unmet.iter().any(|unmet: &Unmet| !unmet.unreadable) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What speaks against something that no record keeps: asked now, or earlier in this walk, or
    /// when the record was made. Records of allowed requests keep nothing but that a question was
    /// answered well; so each answer is a question of its own.
    fn answer(
        &mut self,
        key: Key,
        ask: impl FnOnce(&Self) -> Result<Option<Against>, Outcome>,
    ) -> Result<Option<Against>, Outcome> {
        let keys = (0..).map(|place| key.wrapping_add(place));
        let mut answers = keys.clone().zip(ANSWERS);
        let is_kept = |key: Key| {
            let earlier = self.progress.kept.iter().any(|kept| kept.key == key);
            earlier || self.facts.kept(key).is_some()
        };
        if let Some((_, answer)) = answers.find(|(key, _)| is_kept(*key)) {
            return Ok(answer);
        }
        let answer = ask(self)?;
        if self.facts.is_recorded()
            && let Some(what) = self.facts.not_kept()
        {
            return Err(Outcome::NotKept(what));
        }
        let place = keys.zip(ANSWERS).find(|(_, one)| *one == answer);
        self.progress
            .kept
            .extend(place.map(|(key, _)| Kept { key, against: None }));
        Ok(answer)
    }

    /// Who calls; `None`: nobody in particular.
    fn caller(&self) -> Result<Option<&Identity>, Outcome> {
        match &self.progress.caller {
            Caller::Unknown => Err(Outcome::NotKept("identity")),
            Caller::Anonymous => Ok(None),
            Caller::Known(identity) => Ok(Some(identity)),
        }
    }

    fn is_excepted(&mut self, except: &Exceptions) -> Result<bool, Outcome> {
        if !except.apps.is_empty() {
            let app = self.caller()?.map(|identity| &identity.app.name);
            if app.is_some_and(|app| except.apps.contains(app)) {
                return Ok(true);
            }
        }
        Ok(self.is_in(&except.groups)? || self.has_role(&except.access_roles)?)
    }

    /// Whether the caller is in one of these groups.
    fn is_in(&mut self, groups: &Asked) -> Result<bool, Outcome> {
        if groups.allowed.is_empty() {
            return Ok(false);
        }
        let against = self.answer(groups.key, |asking| {
            if !asking.facts.knows_groups() {
                return Err(Outcome::NotKept("groups"));
            }
            let identity = asking.caller()?;
            let is_in = identity.is_some_and(|identity| {
                let mut own = identity.groups.iter();
                own.any(|group| groups.allowed.contains(&group.name))
            });
            Ok((!is_in).then_some(Against::Other))
        })?;
        Ok(against.is_none())
    }

    /// Whether the caller has one of these access roles, or one that inherits it.
    fn has_role(&mut self, roles: &[Name]) -> Result<bool, Outcome> {
        if roles.is_empty() {
            return Ok(false);
        }
        if !self.facts.knows_access_roles() {
            return Err(Outcome::NotKept("access_roles"));
        }
        let (rules, identity) = (self.snapshot.rules, self.caller()?);
        Ok(identity.is_some_and(|identity| {
            let mut own = identity.access_roles();
            own.any(|role| roles.iter().any(|one| rules.role_includes(role, one)))
        }))
    }
}

/// What speaks against something that no record keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    /// It is not there.
    Missing,
    /// It is something else.
    Other,
    /// What it would be in cannot be read.
    Unreadable,
}

impl Against {
    const fn words(self) -> &'static str {
        match self {
            Self::Missing => "none",
            Self::Other => "another value",
            Self::Unreadable => "a body that is no JSON, or longer than 1 MiB",
        }
    }
}

/// Every answer, by its place: what a key of a question is moved by to be that of the answer.
const ANSWERS: [Option<Against>; 4] = [
    None,
    Some(Against::Missing),
    Some(Against::Other),
    Some(Against::Unreadable),
];

#[cfg(test)]
mod tests;
