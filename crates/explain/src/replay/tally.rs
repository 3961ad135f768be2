//! What differs between two configurations, counted.

use super::{Outcome, Outcomes};
use postern_model::RequestId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Groups that are told of; what is more is counted all the same.
const MOST_GROUPS: usize = 10_000;
/// Examples of a group.
const EXAMPLES: usize = 5;

/// How the outcome of a request differs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[schemars(rename = "ReplayDifference")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It passes by what is in force, and would be refused.
    NewlyRefused,
    /// It is refused by what is in force, and would pass.
    NewlyAllowed,
    /// It would be refused with another code.
    CodeChanged,
}

/// Requests whose outcome differs in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayGroup {
    /// How it differs.
    pub difference: Kind,
    /// The app; none where it is not known who called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub app: Option<Arc<str>>,
    /// `SERVICE/VERSION/OPERATION`, as far as it was recorded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<Arc<str>>,
    /// The code that it is refused with by what is in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Arc<str>>,
    /// The code that it would be refused with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Arc<str>>,
    /// The policy that would refuse; that refuses, where it would pass.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy: Option<Arc<str>>,
    /// How many requests, those that samples and folded rows stand for included.
    pub count: u64,
    /// The ids of some of them, the oldest first.
    pub examples: Vec<String>,
}

/// What could not be told, and for want of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplayNotTold")]
pub struct NotTold {
    /// The fact that is missing.
    pub what: Arc<str>,
    /// Of how many requests.
    pub count: u64,
    /// The id of one of them.
    pub example: String,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplayCounts")]
pub struct Replayed {
    /// Requests that were decided, those that samples and folded rows stand for included.
    pub requests: u64,
    /// Rows that they stand in.
    pub rows: u64,
    /// How many have the same outcome.
    pub same: u64,
    /// How many pass, and would be refused.
    pub newly_refused: u64,
    /// How many are refused, and would pass.
    pub newly_allowed: u64,
    /// How many would be refused with another code.
    pub code_changed: u64,
    /// Of how many it cannot be told.
    pub cannot_tell: u64,
    /// What differs, the most frequent first.
    pub groups: Vec<ReplayGroup>,
    /// Whether there is more that differs than groups are told of.
    pub more: bool,
    /// What could not be told, the most frequent first.
    pub not_told: Vec<NotTold>,
}

/// Whose request it is.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// Its id.
    pub id: RequestId,
    /// The app.
    pub app: Option<&'a Arc<str>>,
    /// Names of service, version and operation, as far as they were recorded.
    pub operation: [Option<&'a Arc<str>>; 3],
}

impl Of<'_> {
    fn id(&self) -> String {
        self.id.encode().as_str().to_owned()
    }

    /// `SERVICE/VERSION/OPERATION`.
    fn operation(&self) -> Option<Arc<str>> {
        let [service, version, operation] = self.operation.map(|name| name.map(|name| &**name));
        let [version, operation] = [version, operation].map(|name| name.unwrap_or("-"));
        Some(format!("{}/{version}/{operation}", service?).into())
    }
}

type Key = (
    Kind,
    Option<Arc<str>>,
    Option<Arc<str>>,
    Option<&'static str>,
    Option<&'static str>,
    Option<Arc<str>>,
);

/// Counts.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Replayed,
    groups: HashMap<Key, (u64, Vec<String>)>,
    not_told: HashMap<&'static str, (u64, String)>,
}

impl Tally {
    /// Counts a row.
    pub fn add(&mut self, of: &Of<'_>, represents: u64, before: &Outcomes, after: &Outcomes) {
        self.counts.rows += 1;
        self.counts.requests += represents;
        // Those that passed first come first on both sides.
        let [mut one, mut other] = [before.shares(represents), after.shares(represents)];
        let (mut at, mut beside) = (0, 0);
        while let (Some((left, was)), Some((right, is))) = (one.get_mut(at), other.get_mut(beside))
        {
            let both = (*left).min(*right);
            if both > 0 {
                self.count(of, both, was, is);
            }
            (*left, *right) = (*left - both, *right - both);
            if *left == 0 {
                at += 1;
            }
            if *right == 0 {
                beside += 1;
            }
        }
    }

    /// Counts a row that neither side could decide.
    pub fn untold(&mut self, of: &Of<'_>, represents: u64, what: &'static str) {
        self.counts.rows += 1;
        self.counts.requests += represents;
        self.cannot_tell(of, represents, what);
    }

    fn cannot_tell(&mut self, of: &Of<'_>, count: u64, what: &'static str) {
        self.counts.cannot_tell += count;
        let known = self.not_told.entry(what).or_insert_with(|| (0, of.id()));
        known.0 += count;
    }

    fn count(&mut self, of: &Of<'_>, count: u64, was: &Outcome, is: &Outcome) {
        let (kind, before, after, policy) = match (was, is) {
            (_, Outcome::CannotTell(what)) | (Outcome::CannotTell(what), _) => {
                self.cannot_tell(of, count, what);
                return;
            }
            (Outcome::Passes, Outcome::Passes) => {
                self.counts.same += count;
                return;
            }
            (Outcome::Refused(was, _), Outcome::Refused(is, _)) if was == is => {
                self.counts.same += count;
                return;
            }
            (Outcome::Passes, Outcome::Refused(is, policy)) => {
                self.counts.newly_refused += count;
                (Kind::NewlyRefused, None, Some(is.name()), policy)
            }
            (Outcome::Refused(was, policy), Outcome::Passes) => {
                self.counts.newly_allowed += count;
                (Kind::NewlyAllowed, Some(was.name()), None, policy)
            }
            (Outcome::Refused(was, _), Outcome::Refused(is, policy)) => {
                self.counts.code_changed += count;
                (Kind::CodeChanged, Some(was.name()), Some(is.name()), policy)
            }
        };
        let policy = policy.as_deref().map(Arc::from);
        let key = (kind, of.app.cloned(), of.operation(), before, after, policy);
        let room = self.groups.len() < MOST_GROUPS;
        match self.groups.entry(key) {
            Entry::Occupied(mut known) => {
                let (total, examples) = known.get_mut();
                *total += count;
                if examples.len() < EXAMPLES {
                    examples.push(of.id());
                }
            }
            Entry::Vacant(new) if room => {
                new.insert((count, vec![of.id()]));
            }
            Entry::Vacant(_) => self.counts.more = true,
        }
    }

    /// How many rows were counted.
    pub const fn rows(&self) -> u64 {
        self.counts.rows
    }

    /// All of it, the most frequent first.
    pub fn finish(self) -> Replayed {
        let mut counts = self.counts;
        let text = |text: Option<&'static str>| text.map(Arc::from);
        let groups = self.groups.into_iter().map(|(key, (count, examples))| {
            let (difference, app, operation, before, after, policy) = key;
            ReplayGroup {
                difference,
                app,
                operation,
                before: text(before),
                after: text(after),
                policy,
                count,
                examples,
            }
        });
        counts.groups = groups.collect();
        counts.groups.sort_by(|a, b| {
            let order = |one: &ReplayGroup| {
                let (app, operation) = (one.app.clone(), one.operation.clone());
                (
                    one.difference,
                    app,
                    operation,
                    one.before.clone(),
                    one.after.clone(),
                )
            };
            b.count.cmp(&a.count).then_with(|| order(a).cmp(&order(b)))
        });
        let not_told = self.not_told.into_iter();
        counts.not_told = not_told
            .map(|(what, (count, example))| NotTold {
                what: what.into(),
                count,
                example,
            })
            .collect();
        counts
            .not_told
            .sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
        counts
    }
}
