//! Change requests: one person proposes, another decides.

use super::changing::{meta, need, typed};
use super::declaring::Declaration;
use super::{Service, Stored};
use crate::credential::conceal;
use crate::management::change_request::{ChangeRequest, Decided, KIND, State};
use crate::plan::Plan;
use crate::remembered::now;
use crate::shorthand::{self, Expectation};
use crate::{Actor, ActorKind, Refusal, documents, peer};
use jiff::{SignedDuration, Timestamp};
use postern_model::permission::Point;
use postern_store::{Action, Change, Document, Expect, Kind, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// How long a request waits if nothing is said, and at most.
const WAITS: SignedDuration = SignedDuration::from_hours(14 * 24);
const WAITS_AT_MOST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Requests of a tenant, or of the platform, that are kept. Where there are more, the oldest that
/// are decided go.
const KEPT: usize = 1_000;

/// Of these, so many may be open.
const OPEN: usize = 200;

/// Bytes of JSON a request may have.
const LONGEST: usize = 4 << 20;

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decide {
    id: String,
    #[serde(default)]
    comment: String,
    /// Whether whoever proposed it decides alone. Only root at the local socket may.
    #[serde(default)]
    force: bool,
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

/// A request as it is stored.
struct Found {
    id: String,
    version: u64,
    request: ChangeRequest,
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

    /// Approves a change request, which applies it.
    pub(super) async fn approve(&self, actor: &Actor, given: Decide) -> Result<Value, Refusal> {
        let stored = self.stored()?;
        let found = stored.undecided(actor, &given.id).await?;
        need(actor, Point::ChangesDecide, found.request.tenant.as_deref())?;
        let forced = may_decide(actor, &found.request, given.force)?;
        let moved = stored.moved(&found.request.changes).await?;
        if !moved.is_empty() {
            let message = format!(
                "{} cannot be applied any more: since it was proposed, somebody has changed {}",
                found.id,
                moved.join(", ")
            );
            return Err(Refusal::new("conflict", message)
                .help("reject it, and propose what is still wanted anew"));
        }
        let keyer = stored.loader.keyer();
        let changes = found.request.changes.iter().cloned();
        let changes = changes.map(|change| typed(change, keyer));
        let mut changes = changes.collect::<Result<Vec<_>, _>>()?;
        let said = if forced {
            ", who decided alone (forced)"
        } else {
            ""
        };
        let comment = format!(
            "Change request {} by {}{said}: {}",
            found.id, found.request.proposed_by, found.request.comment
        );
        changes.push(decided(
            found,
            Decided::Applied,
            actor,
            &given.comment,
            forced,
        )?);
        let meta = meta(actor, cut(comment), "change-request");
        self.make(stored, actor, changes, meta).await
    }

    /// Rejects a change request; of one's own, takes it back.
    pub(super) async fn reject(&self, actor: &Actor, given: Decide) -> Result<Value, Refusal> {
        let stored = self.stored()?;
        let found = stored.undecided(actor, &given.id).await?;
        let state = if found.request.proposed_by == actor.who {
            Decided::Withdrawn
        } else {
            need(actor, Point::ChangesDecide, found.request.tenant.as_deref())?;
            Decided::Rejected
        };
        let meta = meta(actor, cut(given.comment.clone()), "change-request");
        let change = decided(found, state, actor, &given.comment, false)?;
        let mut answer = self.make(stored, actor, vec![change], meta).await?;
        if let Value::Object(members) = &mut answer {
            members.insert("state".to_owned(), json!(state));
        }
        Ok(answer)
    }
}

impl Stored {
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

    async fn kept(&self, id: &str) -> Result<Option<Found>, Refusal> {
        let found = self.store.document(Kind::new(KIND)?, id).await?;
        found.as_ref().map(Found::of).transpose()
    }

    /// A request that somebody may see; another is none to them.
    async fn request(&self, actor: &Actor, id: &str) -> Result<Found, Refusal> {
        let found = self.kept(id).await?;
        let seen = |found: &Found| {
            let tenant = found.request.tenant.as_deref();
            actor.grants.allow(Point::ChangesPropose, tenant)
        };
        found.filter(seen).ok_or_else(|| {
            let message = format!("there is no change request `{}`", id.escape_debug());
            Refusal::new("not_found", message)
                .help("`postern change-requests list` shows those there are")
        })
    }

    /// A request that can still be decided about.
    async fn undecided(&self, actor: &Actor, id: &str) -> Result<Found, Refusal> {
        let found = self.request(actor, id).await?;
        let request = &found.request;
        let message = match request.state_at(moment()) {
            State::Open => return Ok(found),
            State::Expired => format!("{id} expired at {}", request.expires_at),
            state => {
                let by = request.decided_by.as_deref().unwrap_or_default();
                let at = request.decided_at.as_deref().unwrap_or_default();
                format!("{id} was {} already by {by}, at {at}", state.name())
            }
        };
        Err(Refusal::new("conflict", message).help("propose it anew if it is still wanted"))
    }

    /// The documents that are not in the versions that changes are made of.
    async fn moved(&self, changes: &[shorthand::Change]) -> Result<Vec<String>, Refusal> {
        let mut moved = Vec::new();
        for change in changes {
            let kind = documents::kind(&change.kind)?;
            let found = self.store.document(kind, &change.id).await?;
            let version = found.map(|document| document.version);
            let meets = match change.expect {
                Some(Expectation::Version(expected)) => version == Some(expected),
                Some(Expectation::Absent) => version.is_none(),
                Some(Expectation::Present) => version.is_some(),
                None => true,
            };
            if !meets {
                moved.push(format!("{} `{}`", change.kind, change.id.escape_debug()));
            }
        }
        Ok(moved)
    }

    /// What has to go so that there is room for one more request of a tenant, or of the platform.
    async fn surplus(&self, tenant: Option<&str>, at: Timestamp) -> Result<Vec<Change>, Refusal> {
        let kind = Kind::new(KIND)?;
        let tenant = tenant.map(str::to_owned);
        let visit = move |all: &mut Vec<(bool, String, String, u64)>, document: Document| {
            let Ok(found) = Found::of(&document) else {
                return;
            };
            if found.request.tenant == tenant {
                let open = found.request.state_at(at) == State::Open;
                all.push((open, found.request.proposed_at, found.id, found.version));
            }
        };
        let scope = Scope::Kind(kind.clone());
        let (_, mut all) = self.store.fold(scope, Vec::new(), visit).await?;
        if all.iter().filter(|(open, ..)| *open).count() >= OPEN {
            let message = format!("{OPEN} change requests are open, and no more can be");
            return Err(Refusal::new("conflict", message).help("decide about some of them first"));
        }
        let surplus = (all.len() + 1).saturating_sub(KEPT);
        // Those that are decided come first, the oldest of them at the beginning.
        all.sort_unstable();
        let gone = all.into_iter().take(surplus).map(|(_, _, id, version)| {
            Change::new(kind.clone(), &id, Action::Delete).expecting(Expect::Version(version))
        });
        Ok(gone.collect())
    }
}

impl Found {
    fn of(document: &Document) -> Result<Self, Refusal> {
        let request = serde_json::from_str(&document.json).map_err(|error| {
            let message = format!("change request {} cannot be read: {error}", document.id);
            Refusal::new("failed", message)
        })?;
        Ok(Self {
            id: document.id.to_string(),
            version: document.version,
            request,
        })
    }

    fn summary(&self, state: State) -> Value {
        let request = &self.request;
        let [adds, changes, removes] = request.plan.counts();
        json!({
            "id": self.id,
            "state": state,
            "tenant": request.tenant,
            "comment": request.comment,
            "proposed_by": request.proposed_by,
            "proposed_at": request.proposed_at,
            "expires_at": request.expires_at,
            "adds": adds,
            "changes": changes,
            "removes": removes,
            "decided_by": request.decided_by,
            "decided_at": request.decided_at,
            "decision": request.decision,
            "forced": request.forced,
            "applied_as": (state == State::Applied).then_some(self.version),
        })
    }
}

/// Whether it takes force that somebody decides: whoever proposed a change does not approve it.
///
/// The only exception is root of this machine, who could write into the database as well; the
/// change log says that it was one.
fn may_decide(actor: &Actor, request: &ChangeRequest, force: bool) -> Result<bool, Refusal> {
    if request.proposed_by != actor.who {
        return Ok(false);
    }
    if force && actor.kind == ActorKind::Local && actor.who == peer::name(0) {
        return Ok(true);
    }
    let message = format!(
        "{} proposed this, and somebody else has to approve it",
        actor.who
    );
    Err(Refusal::new("not_allowed", message)
        .help("root of this machine may decide alone with --force, and the change log says so"))
}

/// The change by which a request is decided.
fn decided(
    found: Found,
    state: Decided,
    actor: &Actor,
    comment: &str,
    forced: bool,
) -> Result<Change, Refusal> {
    let request = ChangeRequest {
        state,
        decided_by: Some(actor.who.clone()),
        decided_at: Some(moment().to_string()),
        decision: Some(comment.to_owned()).filter(|comment| !comment.is_empty()),
        forced,
        ..found.request
    };
    let change = put(&found.id, &request)?;
    Ok(change.expecting(Expect::Version(found.version)))
}

fn put(id: &str, request: &ChangeRequest) -> Result<Change, Refusal> {
    let value =
        serde_json::to_value(request).map_err(|error| Refusal::new("failed", error.to_string()))?;
    let length = value.to_string().len();
    if length > LONGEST {
        return Err(Refusal::invalid(format!(
            "the change request has {length} bytes; {LONGEST} are accepted"
        ))
        .help("propose it in parts"));
    }
    Ok(Change::new(Kind::new(KIND)?, id, Action::Put(value)))
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
