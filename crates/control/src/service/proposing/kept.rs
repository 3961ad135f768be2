//! Change requests as they are stored.

use super::moment;
use crate::management::change_request::{ChangeRequest, KIND, State};
use crate::service::Stored;
use crate::shorthand::{self, Expectation};
use crate::{Actor, Refusal, documents};
use jiff::Timestamp;
use postern_model::permission::Point;
use postern_store::{Action, Change, Document, Expect, Kind, Scope};
use serde_json::{Value, json};

/// Requests of a tenant, or of the platform, that are kept. Where there are more, the oldest that
/// are decided go.
pub(super) const KEPT: usize = 1_000;

/// Of these, so many may be open.
const OPEN: usize = 200;

/// Bytes of JSON a request may have.
const LONGEST: usize = 4 << 20;

/// A request as it is stored.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) request: ChangeRequest,
}

impl Stored {
    pub(super) async fn kept(&self, id: &str) -> Result<Option<Found>, Refusal> {
        let found = self.store.document(Kind::new(KIND)?, id).await?;
        found.as_ref().map(Found::of).transpose()
    }

    /// A request that somebody may see; another is none to them.
    pub(super) async fn request(&self, actor: &Actor, id: &str) -> Result<Found, Refusal> {
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
    pub(super) async fn undecided(&self, actor: &Actor, id: &str) -> Result<Found, Refusal> {
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
    pub(super) async fn moved(
        &self,
        changes: &[shorthand::Change],
    ) -> Result<Vec<String>, Refusal> {
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
    pub(super) async fn surplus(
        &self,
        tenant: Option<&str>,
        at: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
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
    pub(super) fn of(document: &Document) -> Result<Self, Refusal> {
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

    pub(super) fn summary(&self, state: State) -> Value {
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

pub(super) fn put(id: &str, request: &ChangeRequest) -> Result<Change, Refusal> {
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
