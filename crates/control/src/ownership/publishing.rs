//! Publishing that takes two: services with `publish_approval`.

use super::change::Step;
use crate::management::change_request;
use crate::{Actor, ActorKind, Refusal, peer};
use postern_store::Entry;
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// The code of the refusal of what somebody else has to approve.
pub(crate) const APPROVAL_NEEDED: &str = "approval_needed";

/// Members of a version that say how far it has come, and nothing of what its callers get.
const STAGES: [&str; 5] = [
    "state",
    "deprecated_at",
    "sunset_at",
    "retired_at",
    "successor",
];

/// Refuses to change what callers get of a service that wants this approved, unless it is the
/// change request of somebody else that is applied. Root of this machine, who could write into the
/// database as well, may.
pub(super) fn approved(actor: &Actor, entries: &[Entry]) -> Result<(), Refusal> {
    let mut services = entries
        .iter()
        .filter(|entry| entry.kind.as_str() == "service");
    let waiting = |entry: &Entry| Some((entry.id.clone(), waits(&Step::new(entry))?));
    let Some((id, version)) = services.find_map(waiting) else {
        return Ok(());
    };
    let root = actor.kind == ActorKind::Local && actor.who == peer::name(0);
    if root || actor.kind == ActorKind::System || entries.iter().any(decided) {
        return Ok(());
    }
    let (id, version) = (id.escape_debug(), version.escape_debug());
    let message = format!(
        "what callers of {id}/{version} get changes, and service `{id}` has `publish_approval`: somebody else has to approve that"
    );
    Err(Refusal::new(APPROVAL_NEEDED, message).help(
        "propose it as a change request; who publishes here may approve it, but not their own",
    ))
}

/// The version of a service that callers would get, or get otherwise than before, if that is what
/// its publisher wants approved. That it no longer is wanted is such a change of every version.
fn waits(step: &Step<'_>) -> Option<String> {
    let wanted = |document: &Option<Value>| {
        let wanted = document.as_ref().and_then(|d| d.get("publish_approval"));
        wanted.and_then(Value::as_bool).unwrap_or_default()
    };
    let (was, is) = (wanted(&step.before), wanted(&step.after));
    // Where there was no service, its first document says what is wanted.
    let begins = step.before.is_none() && is;
    if !was && !begins {
        return None;
    }
    let none = Map::new();
    let versions = |document: &'_ Option<Value>| {
        let all = document.as_ref().and_then(|d| d.get("versions"));
        all.and_then(Value::as_object).unwrap_or(&none).clone()
    };
    let (before, after) = (versions(&step.before), versions(&step.after));
    let dropped = was && !is && step.after.is_some();
    after
        .into_iter()
        .find(|(name, version)| {
            served(version)
                && (dropped
                    || before
                        .get(name)
                        .is_none_or(|old| !served(old) || content(old) != content(version)))
        })
        .map(|(name, _)| name)
}

/// Whether callers get it.
fn served(version: &Value) -> bool {
    let state = version.get("state").and_then(Value::as_str);
    matches!(state, None | Some("published" | "deprecated"))
}

fn content(version: &Value) -> Option<Map<String, Value>> {
    let mut content = version.as_object()?.clone();
    content.retain(|member, _| !STAGES.contains(&member.as_str()));
    Some(content)
}

/// Whether a change request is applied by this. Such documents are written by the steps of change
/// requests alone, which see to it that nobody decides about their own.
fn decided(entry: &Entry) -> bool {
    let state = |json: Option<&str>| {
        let document: Value = serde_json::from_str(json?).ok()?;
        document.get("state")?.as_str().map(str::to_owned)
    };
    entry.kind.as_str() == change_request::KIND
        && state(entry.before.as_deref()).as_deref() == Some("open")
        && state(entry.after.as_deref()).as_deref() == Some("applied")
}
