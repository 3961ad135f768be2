//! The history of the rules: what they were, what has changed, and the way back.

use super::changing::{meta, need};
use super::{Service, Stored};
use crate::documents::Document;
use crate::part::{Members, Part};
use crate::plan::{Plan, Planner, SeenVersion};
use crate::sections::Sections;
use crate::{Actor, Refusal};
use postern_model::permission::Point;
use postern_store::{Class, RevisionRecord, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

/// Revisions listed at most.
const MOST: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    #[serde(default)]
    limit: Option<usize>,
    /// Only those with smaller numbers: where the last page ended.
    #[serde(default)]
    before: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Show {
    number: u64,
    /// Whether its documents are given too, as the text of a file.
    #[serde(default)]
    text: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Diff {
    from: u64,
    /// What is in force if nothing is said.
    #[serde(default)]
    to: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rollback {
    number: u64,
    #[serde(default)]
    comment: String,
    /// Only what would change.
    #[serde(default)]
    preview: bool,
    /// The versions of the plan that was agreed to.
    #[serde(default)]
    seen: Option<Vec<SeenVersion>>,
}

impl Service {
    /// Revisions that are kept, the newest first.
    pub(super) async fn revisions(&self, actor: &Actor, wanted: List) -> Result<Value, Refusal> {
        need(actor, Point::RevisionsRead, None)?;
        let stored = self.stored()?;
        let limit = wanted.limit.unwrap_or(MOST).min(MOST);
        let last = wanted.before.map_or(u64::MAX, |n| n.saturating_sub(1));
        let last = last.min(i64::MAX.unsigned_abs());
        let mut found = stored.store.revisions(1..=last, limit + 1).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let in_force = stored.head().revision.number;
        let all: Vec<_> = found.iter().map(|one| record(one, in_force)).collect();
        Ok(json!({"revisions": all, "more": more}))
    }

    /// One revision: who made it, what it changed, and what it says if that is wanted.
    pub(super) async fn revision(&self, actor: &Actor, wanted: Show) -> Result<Value, Refusal> {
        need(actor, Point::RevisionsRead, None)?;
        let stored = self.stored()?;
        let number = wanted.number;
        let documents = stored.rules_of(number).await?;
        let found = stored.store.revisions(number..=number, 1).await?;
        let in_force = stored.head().revision.number;
        let mut shown = found
            .first()
            .map_or_else(|| json!({"number": 0}), |one| record(one, in_force));
        let Value::Object(members) = &mut shown else {
            return Ok(shown);
        };
        if wanted.text {
            let mut sections = Sections::default();
            for one in &documents {
                sections.add(one.kind.as_str(), &one.id, &one.value);
            }
            members.insert("text".to_owned(), sections.text()?.into());
        }
        // Of the oldest that is kept it is not known what it changed.
        let before = stored.rules_of(number.saturating_sub(1)).await;
        if number > 0
            && let Ok(before) = before
        {
            members.insert("plan".to_owned(), json!(compared(before, documents)?));
        }
        Ok(shown)
    }

    /// What differs between two revisions.
    pub(super) async fn revisions_diff(
        &self,
        actor: &Actor,
        wanted: Diff,
    ) -> Result<Value, Refusal> {
        need(actor, Point::RevisionsRead, None)?;
        let stored = self.stored()?;
        let to = wanted.to.unwrap_or(stored.head().revision.number);
        let (from, until) = (
            stored.rules_of(wanted.from).await?,
            stored.rules_of(to).await?,
        );
        Ok(json!({"from": wanted.from, "to": to, "plan": compared(from, until)?}))
    }

    /// Makes the rules what they were in a revision. Tenants, apps, keys and subscriptions stay as
    /// they are: a key that was revoked since stays revoked.
    pub(super) async fn rollback(&self, actor: &Actor, given: Rollback) -> Result<Value, Refusal> {
        need(actor, Point::RevisionsRollBack, None)?;
        let stored = self.stored()?;
        let wanted = stored.rules_of(given.number).await?;
        let mut planner = planner(wanted)?;
        let rules = Scope::Class(Class::Rules);
        planner = stored.store.fold(rules, planner, Planner::see).await?.1;
        let plan = planner.finish()?;
        let changes = plan.changes()?;
        if given.preview {
            let refused = self.try_out(stored, Some(actor), changes).await.err();
            return Ok(json!({"plan": plan, "refused": refused}));
        }
        if let Some(seen) = &given.seen {
            plan.agrees(seen)?;
        }
        let comment = if given.comment.is_empty() {
            format!("Back to revision {}", given.number)
        } else {
            given.comment
        };
        let mut answer = self
            .make(stored, actor, changes, meta(actor, comment, "rollback"))
            .await?;
        if let Value::Object(members) = &mut answer {
            members.insert("plan".to_owned(), json!(plan));
        }
        Ok(answer)
    }
}

impl Stored {
    /// The rules of a revision.
    async fn rules_of(&self, number: u64) -> Result<Vec<Document>, Refusal> {
        let found = self.store.documents_at(number).await?;
        let Some((_, documents)) = found else {
            return Err(self.not_kept(number).await?);
        };
        let read = |one: postern_store::Document| {
            let value = one.value()?;
            Ok(Document {
                kind: one.kind,
                id: one.id,
                value,
            })
        };
        documents.into_iter().map(read).collect()
    }

    async fn not_kept(&self, number: u64) -> Result<Refusal, Refusal> {
        let newest = self.head().revision.number;
        let all = self.store.revisions(1..=newest.max(1), MOST).await?;
        let refusal = Refusal::new("not_found", format!("there is no revision {number}"));
        Ok(match all.last() {
            Some(oldest) if number < oldest.revision.number => refusal.help(format!(
                "it is no longer kept: {} is the oldest that is listed, {newest} the newest",
                oldest.revision.number
            )),
            Some(_) => refusal.help(format!("the newest is {newest}")),
            None => refusal.help("there is none yet"),
        })
    }
}

fn record(one: &RevisionRecord, in_force: u64) -> Value {
    json!({
        "number": one.revision.number,
        "name": one.revision.to_string(),
        "in_force": one.revision.number == in_force,
        "sequence": one.sequence,
        "at_ms": one.at_ms,
        "who": one.who,
        "comment": one.comment,
        "source": one.source,
    })
}

/// For all rules together.
fn planner(wanted: Vec<Document>) -> Result<Planner, Refusal> {
    let members = Members::new(Part::default())?;
    Ok(Planner::new(wanted, members, true, Vec::new()))
}

fn compared(before: Vec<Document>, after: Vec<Document>) -> Result<Plan, Refusal> {
    let mut planner = planner(after)?;
    for one in before {
        planner.take(one.kind, one.id, None, one.value);
    }
    planner.finish()
}
