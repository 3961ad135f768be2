//! Kind `abuse`: after how many refusals a caller is blocked for a while. Counting and blocking are
//! elsewhere; here is which refusals count, and where a block holds.

use super::limit::Lasting;
use super::{Compiled, Holds, Policies, holds};
use crate::identity::Identity;
use crate::rules::Rules;
use postern_model::denial::Code;
use postern_model::entity::{AbuseRule, BlockedBy, Name, Policy};

/// A policy of the kind, compiled.
#[derive(Debug)]
pub(crate) struct Abuse {
    /// Stands for where the policy stands and what it says, so that a reload keeps its blocks.
    number: u64,
    name: Name,
    rule: AbuseRule,
}

/// Where a block of a caller would hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockPlace<'a> {
    /// The number of a policy; 0: blocks that somebody made by hand.
    pub number: u64,
    /// Who would be blocked.
    pub by: BlockedBy,
    /// The credential's id, or the app's name.
    pub name: &'a str,
    /// It would only be noted.
    pub shadow: bool,
}

/// A refusal that counts against its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offence<'a> {
    /// Where a block that comes of it holds.
    pub place: BlockPlace<'a>,
    /// The policy that counts it.
    pub policy: &'a Name,
    /// What that says.
    pub rule: &'a AbuseRule,
}

impl Abuse {
    pub(super) fn new(policy: &Policy, rule: &AbuseRule) -> Self {
        let mut text = Lasting::default();
        let level = format!("{:?}", policy.level);
        let codes: Vec<&str> = rule.codes.iter().map(|code| code.name()).collect();
        for part in [
            level.as_str(),
            &policy.name,
            rule.by.name(),
            &codes.join(" "),
        ] {
            text.add(part.as_bytes());
        }
        text.add(&rule.count.to_le_bytes());
        for time in [rule.per, rule.block_for] {
            text.add(&time.as_millis().to_le_bytes());
        }
        Self {
            // 0 is nobody's.
            number: text.number().max(1),
            name: policy.name.clone(),
            rule: rule.clone(),
        }
    }

    fn place<'a>(&self, identity: &'a Identity, shadow: bool) -> BlockPlace<'a> {
        BlockPlace {
            // Shadow counts, and blocks, for itself.
            number: if shadow { !self.number } else { self.number },
            by: self.rule.by,
            name: match self.rule.by {
                BlockedBy::Credential => &identity.credential.id,
                BlockedBy::App => &identity.credential.app,
            },
            shadow,
        }
    }
}

impl Policies {
    /// The policies of the kind for the operation with that plan, and whether each is in shadow
    /// mode at `now`, Unix time in milliseconds.
    pub(crate) fn abuse<'a>(
        &'a self,
        rules: &'a Rules,
        plan: usize,
        now: i64,
    ) -> impl Iterator<Item = (&'a Abuse, bool)> {
        let set = self.of(plan).into_iter().flat_map(|set| set.abuse.iter());
        set.filter_map(move |&at| {
            let Some(Compiled::Abuse(abuse)) = self.compiled(at) else {
                return None;
            };
            let holds = rules.policy(at).map_or(Holds::Enforced, |p| holds(p, now));
            (holds != Holds::Off).then_some((abuse, holds == Holds::Shadow))
        })
    }

    /// Where a block of that caller would hold at the operation with that plan.
    pub(crate) fn block_places<'a>(
        &'a self,
        rules: &'a Rules,
        plan: usize,
        identity: &'a Identity,
        now: i64,
    ) -> impl Iterator<Item = BlockPlace<'a>> {
        let by_hand = [
            (BlockedBy::Credential, &*identity.credential.id),
            (BlockedBy::App, &*identity.credential.app),
        ];
        let by_hand = by_hand.map(|(by, name)| BlockPlace {
            number: 0,
            by,
            name,
            shadow: false,
        });
        let of_policies = self.abuse(rules, plan, now);
        by_hand
            .into_iter()
            .chain(of_policies.map(|(abuse, shadow)| abuse.place(identity, shadow)))
    }

    /// The policies that count a refusal with that code against the caller.
    pub(crate) fn offences<'a>(
        &'a self,
        rules: &'a Rules,
        plan: usize,
        identity: &'a Identity,
        code: Code,
        now: i64,
    ) -> impl Iterator<Item = Offence<'a>> {
        let counting = self.abuse(rules, plan, now);
        counting
            .filter(move |(abuse, _)| abuse.rule.codes.contains(&code))
            .map(move |(abuse, shadow)| Offence {
                place: abuse.place(identity, shadow),
                policy: &abuse.name,
                rule: &abuse.rule,
            })
    }
}
