//! Change requests: one person proposes, another decides.

mod deciding;
mod kept;
#[cfg(test)]
mod tests;

use self::kept::{Found, KEPT, put};
use super::changing::{meta, need, typed};
use super::declaring::Declaration;
use super::{Service, Stored};
use crate::credential::conceal;
use crate::management::change_request::{ChangeRequest, Decided, KIND, State};
use crate::plan::Plan;
use crate::remembered::now;
use crate::shorthand::{self, Expectation};
use crate::{Actor, Refusal, documents};
use jiff::{SignedDuration, Timestamp};
use postern_model::permission::Point;
use postern_store::{Document, Expect, Kind, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long a request waits if nothing is said, and at most.
const WAITS: SignedDuration = SignedDuration::from_hours(14 * 24);
const WAITS_AT_MOST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is proposed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChangeRequest {
    pub(crate) comment: String,
    /// Two weeks if nothing is said.
    #[serde(default)]
    pub(crate) expires_at: Option<String>,
    /// The tenant that decides; the platform if nothing is said. Of a file, it is that of its part.
    #[serde(default)]
    pub(crate) tenant: Option<String>,
    /// What to change: as a file…
    #[serde(default)]
    pub(crate) file: Option<Declaration>,
    /// …or change by change.
    #[serde(default)]
    pub(crate) changes: Vec<shorthand::Change>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    #[serde(default)]
    state: Option<State>,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Show {
    id: String,
}

/// A change request that was made.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Proposed {
    /// Its id.
    pub id: String,
    /// Until when it can be decided about, as RFC 3339 has it.
    pub expires_at: String,
    /// What it would change.
    pub plan: Plan,
}

impl Service {
    /// Proposes changes.
    pub(crate) async fn propose(
        &self,
        actor: &Actor,
        given: NewChangeRequest,
    ) -> Result<Proposed, Refusal> {
        let stored = self.stored()?;
        if given.comment.trim().is_empty() {
            return Err(Refusal::invalid("a change request says why, in `comment`"));
        }
        let at = moment();
        let expires_at = expiry(given.expires_at.as_deref(), at)?;
        let part = given.file.as_ref().map(|file| &file.part);
        let tenant = part.map_or(given.tenant, |part| part.tenant.clone());
        need(actor, Point::ChangesPropose, tenant.as_deref())?;
        let plan = match (given.file, given.changes) {
            (Some(file), changes) if changes.is_empty() => {
                let declared = stored.declared(&file).await?;
                let tried = self.try_out(stored, None, declared.plan.changes()?).await;
                tried.map_err(|refusal| declared.shown(refusal))?;
                declared.plan
            }
            (None, changes) if !changes.is_empty() => {
                self.all_seen(actor, &changes).await?;
                let plan = stored.planned(changes).await?;
                self.try_out(stored, None, plan.changes()?).await?;
                plan
            }
            _ => {
                return Err(Refusal::invalid(
                    "a change request has either `file` or `changes`",
                ));
            }
        };
        if plan.changes.is_empty() {
            return Err(Refusal::invalid(
                "nothing would change: what is stored says this already",
            ));
        }
        let request = ChangeRequest {
            tenant,
            proposed_by: actor.who.clone(),
            proposed_at: at.to_string(),
            comment: given.comment,
            expires_at: expires_at.to_string(),
            changes: plan.proposed(),
            plan,
            state: Decided::Open,
            decided_by: None,
            decided_at: None,
            decision: None,
            forced: false,
        };
        let id = shorthand::new_id("cr_")?;
        let surplus = stored.surplus(request.tenant.as_deref(), at).await?;
        if !surplus.is_empty() {
            // Not everybody who may propose could remove what others did.
            let postern = Actor::system("change-requests");
            let meta = meta(&postern, "To make room".to_owned(), "change-request");
            self.make(stored, &postern, surplus, meta).await?;
        }
        let changes = vec![put(&id, &request)?.expecting(Expect::Absent)];
        let meta = meta(actor, request.comment.clone(), "change-request");
        self.make(stored, actor, changes, meta).await?;
        Ok(Proposed {
            id,
            expires_at: request.expires_at,
            plan: request.plan,
        })
    }

    /// Refuses changes of what the actor does not see: a plan shows what was there before.
    async fn all_seen(&self, actor: &Actor, changes: &[shorthand::Change]) -> Result<(), Refusal> {
        for change in changes {
            let kind = documents::kind(&change.kind)?;
            if self.one(kind.as_str(), &change.id).await?.is_some() {
                self.see(actor, kind.as_str(), &change.id).await?;
            }
        }
        Ok(())
    }

    /// Lists change requests, the newest first.
    pub(super) async fn proposals(&self, actor: &Actor, wanted: List) -> Result<Value, Refusal> {
        let stored = self.stored()?;
        let (at, grants) = (moment(), actor.grants.clone());
        let limit = wanted.limit.unwrap_or(KEPT).min(KEPT);
        // The changes are megabytes, and stay where they are.
        let visit = move |all: &mut Vec<(String, State, Value)>, document: Document| {
            let Ok(found) = Found::of(&document) else {
                return;
            };
            let tenant = found.request.tenant.as_deref();
            if !grants.allow(Point::ChangesPropose, tenant) {
                return;
            }
            let state = found.request.state_at(at);
            if wanted.state.is_none_or(|wanted| wanted == state) {
                let summary = found.summary(state);
                all.push((found.request.proposed_at, state, summary));
            }
        };
        let scope = Scope::Kind(Kind::new(KIND)?);
        let (_, mut all) = stored.store.fold(scope, Vec::new(), visit).await?;
        all.sort_by(|(one, ..), (other, ..)| other.cmp(one));
        let more = all.len() > limit;
        all.truncate(limit);
        let mut listed = Vec::with_capacity(all.len());
        for (_, state, mut one) in all {
            // The versions count as long as it is open.
            let moved = match (state, one.get("id").and_then(Value::as_str)) {
                (State::Open, Some(id)) => match stored.kept(id).await? {
                    Some(found) => stored.moved(&found.request.changes).await?,
                    None => Vec::new(),
                },
                _ => Vec::new(),
            };
            if let Value::Object(members) = &mut one {
                members.insert("moved".to_owned(), json!(moved));
            }
            listed.push(one);
        }
        Ok(json!({"change_requests": listed, "more": more}))
    }

    /// Shows one change request, and what it was made of that has changed since.
    pub(super) async fn proposal(&self, actor: &Actor, wanted: Show) -> Result<Value, Refusal> {
        let stored = self.stored()?;
        let found = stored.request(actor, &wanted.id).await?;
        let state = found.request.state_at(moment());
        let mut shown = found.summary(state);
        if let Value::Object(members) = &mut shown {
            let moved = match state {
                State::Open => stored.moved(&found.request.changes).await?,
                _ => Vec::new(),
            };
            members.insert("moved".to_owned(), json!(moved));
            members.insert("plan".to_owned(), json!(found.request.plan));
            let added = found.request.changes.into_iter().filter(|change| {
                matches!(change.expect, Some(Expectation::Absent)) && change.put.is_some()
            });
            let added = added.map(without_digests).map(|change| change.lines());
            members.insert("added".to_owned(), added.collect());
        }
        Ok(shown)
    }
}

impl Stored {
    /// The changes of a change request that somebody may see.
    pub(super) async fn proposed_changes(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Vec<shorthand::Change>, Refusal> {
        let found = self.request(actor, id).await?;
        let moved = self.moved(&found.request.changes).await?;
        if !moved.is_empty() {
            let message = format!(
                "{id} cannot be applied any more, so that nothing can be said of it: somebody has \
                 changed {}",
                moved.join(", ")
            );
            return Err(Refusal::new("conflict", message));
        }
        Ok(found.request.changes)
    }

    /// What changes come to, as a plan.
    async fn planned(&self, changes: Vec<shorthand::Change>) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        for change in changes {
            if documents::section(&change.kind).is_none() {
                let kind = change.kind.escape_debug();
                let message = format!("there is no kind of document `{kind}` in a configuration");
                return Err(Refusal::invalid(message));
            }
            let change = typed(change, self.loader.keyer())?;
            let before = self.store.document(change.kind.clone(), &change.id).await?;
            plan.then(change, before)?;
        }
        Ok(plan)
    }
}

/// What of a proposed document may be shown.
fn without_digests(mut change: shorthand::Change) -> shorthand::Change {
    change.put.iter_mut().for_each(conceal);
    change
}

/// A comment that the change log takes.
fn cut(comment: String) -> String {
    const LONGEST: usize = 4_000;
    match comment.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => format!("{}…", comment.get(..at).unwrap_or_default()),
        None => comment,
    }
}

/// Now, to the second.
fn moment() -> Timestamp {
    Timestamp::from_second(now().div_euclid(1000)).unwrap_or_default()
}

fn expiry(given: Option<&str>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let Some(text) = given else {
        return Ok(now.saturating_add(WAITS).unwrap_or(Timestamp::MAX));
    };
    let latest = now.saturating_add(WAITS_AT_MOST).unwrap_or(Timestamp::MAX);
    match text.parse::<Timestamp>() {
        Ok(end) if end > now && end <= latest => Ok(end),
        Ok(_) => Err(Refusal::invalid(format!(
            "`expires_at` is {text}; it has to be in the future, at most 90 days from now"
        ))),
        Err(_) => Err(Refusal::invalid(format!(
            "`expires_at` is `{}`, which is no time such as 2027-01-31T12:00:00Z",
            text.escape_debug()
        ))),
    }
}
