//! What it takes to make what is stored say what is declared.

use crate::difference::{Difference, differences};
use crate::documents::{self, Document, rank};
use crate::part::{self, Members};
use crate::{Refusal, shorthand};
use postern_store::{Action, Change, Class, Expect, Kind, merge_patch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

#[cfg(test)]
mod tests;

/// Differences that are listed of one document, and of all together.
const MOST_OF_ONE: usize = 50;
const MOST: usize = 20_000;

/// Kinds that commands and other people make every day: where a file has no section for them, it
/// does not speak of them, and pruning leaves them alone.
const MADE_ELSEWHERE: [&str; 2] = ["credential", "subscription"];

/// What becomes of a document.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It is new.
    Add,
    /// It says something else.
    Change,
    /// It goes.
    Remove,
}

/// One document that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Planned {
    /// What becomes of it.
    pub does: Does,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The version that it has now: what the change is made of.
    pub version: Option<u64>,
    /// What changes in it, as far as it is listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// How much more changes in it.
    #[serde(default)]
    pub more: usize,
    /// What it becomes.
    #[serde(skip)]
    after: Option<Value>,
}

impl Planned {
    /// Of a document that is there, or will be. At most so many differences are listed.
    fn new(
        (kind, id): (&str, &str),
        version: Option<u64>,
        before: Option<&Value>,
        after: Option<Value>,
        most: usize,
    ) -> Self {
        let (does, mut found) = match (before, &after) {
            (None, _) => (Does::Add, Vec::new()),
            (_, None) => (Does::Remove, Vec::new()),
            (Some(before), Some(after)) => (Does::Change, differences(before, after)),
        };
        let all = found.len();
        found.truncate(most);
        Self {
            does,
            kind: kind.to_owned(),
            id: id.to_owned(),
            version,
            more: all - found.len(),
            differences: found,
            after,
        }
    }
}

/// A version that was seen: of the plan that somebody agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenVersion {
    /// The document's kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version; none: there is no such document.
    #[serde(default)]
    pub version: Option<u64>,
}

/// What changes, in the order in which people read it: what is new or different first, what goes
/// last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The documents that change.
    pub changes: Vec<Planned>,
    /// How many documents stay as they are, of those that are meant.
    pub same: usize,
    /// What else one should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Plan {
    /// How many documents are added, changed and removed.
    pub fn counts(&self) -> [usize; 3] {
        let count = |does| self.changes.iter().filter(|one| one.does == does).count();
        [Does::Add, Does::Change, Does::Remove].map(count)
    }

    /// The versions that it was made of.
    pub fn seen(&self) -> Vec<SeenVersion> {
        let seen = |one: &Planned| SeenVersion {
            kind: one.kind.clone(),
            id: one.id.clone(),
            version: one.version,
        };
        self.changes.iter().map(seen).collect()
    }

    /// Refuses if this is not the plan that somebody agreed to: something was changed since.
    ///
    /// # Errors
    /// Which documents are not as they were then.
    pub(crate) fn agrees(&self, seen: &[SeenVersion]) -> Result<(), Refusal> {
        const FEW: usize = 10;
        let now: std::collections::BTreeSet<SeenVersion> = self.seen().into_iter().collect();
        let then: std::collections::BTreeSet<SeenVersion> = seen.iter().cloned().collect();
        let mut moved: Vec<String> = now
            .symmetric_difference(&then)
            .map(|one| format!("{} `{}`", one.kind, one.id.escape_debug()))
            .collect();
        moved.dedup();
        if moved.is_empty() {
            return Ok(());
        }
        let more = moved.len().saturating_sub(FEW);
        moved.truncate(FEW);
        if more > 0 {
            moved.push(format!("{more} more"));
        }
        let message = format!(
            "somebody has changed what is stored since the plan was made: {}; nothing was changed",
            moved.join(", ")
        );
        Err(Refusal::new("conflict", message).help("make the plan again, and look at it"))
    }

    /// The changes of the store that it comes to; each is made only of the version that was seen.
    ///
    /// # Errors
    /// There is no such kind.
    pub(crate) fn changes(&self) -> Result<Vec<Change>, Refusal> {
        let change = |one: &Planned| {
            let kind = documents::kind(&one.kind)?;
            let action = one.after.clone().map_or(Action::Delete, Action::Put);
            let expect = one.version.map_or(Expect::Absent, Expect::Version);
            Ok(Change::new(kind, &one.id, action).expecting(expect))
        };
        self.changes.iter().map(change).collect()
    }

    /// Adds a change of a document.
    ///
    /// # Errors
    /// The document is changed already, or is not what the change is to be made of.
    pub(crate) fn then(
        &mut self,
        change: Change,
        before: Option<postern_store::Document>,
    ) -> Result<(), Refusal> {
        let (kind, id) = (change.kind.as_str(), &*change.id);
        let shown = || format!("{kind} `{}`", id.escape_debug());
        if self
            .changes
            .iter()
            .any(|one| one.kind == kind && one.id == id)
        {
            let message = format!("{} is changed twice; say it in one change", shown());
            return Err(Refusal::invalid(message));
        }
        let version = before.as_ref().map(|document| document.version);
        let meets = match change.expect {
            Expect::Anything => true,
            Expect::Absent => version.is_none(),
            Expect::Present => version.is_some(),
            Expect::Version(expected) => version == Some(expected),
        };
        if !meets {
            let message = format!("{} is not as it is expected to be", shown());
            return Err(Refusal::new("conflict", message).help("read it again"));
        }
        let now = before.map(|document| document.value()).transpose()?;
        let after = match change.action {
            Action::Delete => None,
            Action::Put(value) => Some(value),
            Action::Merge(patch) => {
                let mut value = now.clone().unwrap_or_else(|| Value::Object(Map::new()));
                merge_patch(&mut value, &patch);
                Some(value)
            }
        };
        if now == after {
            self.same += 1;
            return Ok(());
        }
        let planned = Planned::new((kind, id), version, now.as_ref(), after, MOST_OF_ONE);
        self.changes.push(planned);
        Ok(())
    }

    /// The same for somebody who asks for it later.
    pub(crate) fn proposed(&self) -> Vec<shorthand::Change> {
        let change = |one: &Planned| {
            let expect = one.version.map_or(
                shorthand::Expectation::Absent,
                shorthand::Expectation::Version,
            );
            shorthand::Change {
                kind: one.kind.clone(),
                id: one.id.clone(),
                put: one.after.clone(),
                patch: None,
                delete: one.after.is_none(),
                expect: Some(expect),
            }
        };
        self.changes.iter().map(change).collect()
    }
}

/// Compares what is declared with what is stored, document by document.
#[derive(Debug)]
pub(crate) struct Planner {
    wanted: HashMap<(Kind, Box<str>), Value>,
    members: Members,
    /// Whether what is not declared goes.
    prune: bool,
    /// Kinds of [`MADE_ELSEWHERE`] that the declaration speaks of.
    spoken_of: Vec<Kind>,
    plan: Plan,
    /// Documents that are declared, and stored as something outside of the part.
    outside: Vec<(Kind, Box<str>)>,
    /// Documents that pruning leaves alone.
    left: BTreeMap<Kind, usize>,
    listed: usize,
}

impl Planner {
    /// For these documents, all of which belong to the part.
    pub(crate) fn new(
        declared: Vec<Document>,
        members: Members,
        prune: bool,
        spoken_of: Vec<Kind>,
    ) -> Self {
        let wanted = declared
            .into_iter()
            .map(|one| ((one.kind, one.id), one.value));
        Self {
            wanted: wanted.collect(),
            members,
            prune,
            spoken_of,
            plan: Plan::default(),
            outside: Vec::new(),
            left: BTreeMap::new(),
            listed: 0,
        }
    }

    /// Whether documents that are not declared have to be seen.
    pub(crate) const fn prunes(&self) -> bool {
        self.prune
    }

    /// How many documents of each kind are still to be seen.
    pub(crate) fn awaited(&self) -> BTreeMap<Kind, Vec<Box<str>>> {
        let mut kinds = BTreeMap::<_, Vec<_>>::new();
        for (kind, id) in self.wanted.keys() {
            kinds.entry(kind.clone()).or_default().push(id.clone());
        }
        kinds
    }

    /// Looks at a document of the store.
    pub(crate) fn see(&mut self, document: postern_store::Document) {
        // What is stored was JSON when it was written.
        if let Ok(value) = document.value() {
            self.take(document.kind, document.id, Some(document.version), value);
        }
    }

    /// Looks at a document that is there.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what is looked at is not needed any more"
    )]
    pub(crate) fn take(&mut self, kind: Kind, id: Box<str>, version: Option<u64>, before: Value) {
        if kind.class() == Class::Management {
            return;
        }
        let key = (kind, id);
        let wanted = self.wanted.remove(&key);
        let (kind, id) = key;
        let inside = self.members.have(&kind, &id, &before);
        match wanted {
            Some(_) if !inside => self.outside.push((kind, id)),
            Some(mut after) => {
                self.stays_revoked(&kind, &id, &before, &mut after);
                if before == after {
                    self.plan.same += 1;
                } else {
                    self.add((&kind, &id), version, Some(&before), Some(after));
                }
            }
            None if self.prune && inside => {
                let elsewhere = MADE_ELSEWHERE.contains(&kind.as_str());
                if elsewhere && !self.spoken_of.contains(&kind) {
                    *self.left.entry(kind).or_default() += 1;
                } else {
                    self.add((&kind, &id), version, Some(&before), None);
                }
            }
            None => {}
        }
    }

    fn add(
        &mut self,
        (kind, id): (&Kind, &str),
        version: Option<u64>,
        before: Option<&Value>,
        after: Option<Value>,
    ) {
        let most = MOST_OF_ONE.min(MOST.saturating_sub(self.listed));
        let planned = Planned::new((kind.as_str(), id), version, before, after, most);
        self.listed += planned.differences.len();
        self.plan.changes.push(planned);
    }

    /// A key that was revoked is not let in again by a file that was written before.
    fn stays_revoked(&mut self, kind: &Kind, id: &str, before: &Value, after: &mut Value) {
        let (Value::Object(before), Value::Object(after)) = (before, after) else {
            return;
        };
        let since = before.get("revoked_at");
        let (Some(since), "credential") = (since, kind.as_str()) else {
            return;
        };
        if after.contains_key("revoked_at") {
            return;
        }
        for member in ["revoked_at", "revoked_by", "reason"] {
            if let Some(value) = before.get(member) {
                after.insert(member.to_owned(), value.clone());
            }
        }
        self.plan.notes.push(format!(
            "{id} was revoked at {} and stays revoked, though it is declared without `revoked_at`",
            since.as_str().unwrap_or_default()
        ));
    }

    /// The plan, after every document was looked at.
    ///
    /// # Errors
    /// Something that is declared is stored as something outside of the part.
    pub(crate) fn finish(mut self) -> Result<Plan, Refusal> {
        let outside = std::mem::take(&mut self.outside);
        if let Some(refusal) = part::refusal(outside) {
            let words = self.members.part().words();
            return Err(refusal.help(format!(
                "documents of these names are stored, but not as a part of {words}"
            )));
        }
        for ((kind, id), after) in std::mem::take(&mut self.wanted) {
            self.add((&kind, &id), None, None, Some(after));
        }
        for (kind, count) in &self.left {
            let (section, _) = documents::section(kind.as_str()).unwrap_or_default();
            self.plan.notes.push(format!(
                "{count} {section} that are not declared stay, for there is no section \
                 `{section}` (`{section}: {{}}` declares that there are none)"
            ));
        }
        let mut plan = self.plan;
        plan.changes.sort_by_cached_key(|one| {
            let rank = i64::try_from(rank(&one.kind)).unwrap_or_default();
            let removed = one.does == Does::Remove;
            // What refers to others goes before them.
            let order = if removed { -rank } else { rank };
            (removed, order, one.id.clone())
        });
        plan.notes.sort_unstable();
        Ok(plan)
    }
}
