//! Approving and rejecting.

use super::kept::{Found, put};
use super::{cut, moment};
use crate::management::change_request::{ChangeRequest, Decided};
use crate::service::Service;
use crate::service::changing::{meta, need, typed};
use crate::{Actor, ActorKind, Refusal, peer};
use postern_model::permission::Point;
use postern_store::{Change, Expect};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Decide {
    id: String,
    #[serde(default)]
    comment: String,
    /// Whether whoever proposed it decides alone. Only root at the local socket may.
    #[serde(default)]
    force: bool,
}

impl Service {
    /// Approves a change request, which applies it.
    pub(in crate::service) async fn approve(
        &self,
        actor: &Actor,
        given: Decide,
    ) -> Result<Value, Refusal> {
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
    pub(in crate::service) async fn reject(
        &self,
        actor: &Actor,
        given: Decide,
    ) -> Result<Value, Refusal> {
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

/// Whether it takes force that somebody decides: whoever proposed a change does not approve it.
///
/// The only exception is root of this machine, who could write into the database as well; the
/// change log says that it was one.
pub(super) fn may_decide(
    actor: &Actor,
    request: &ChangeRequest,
    force: bool,
) -> Result<bool, Refusal> {
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
