//! Changes: from a request to what is served.

use super::{Service, Source, Stored};
use crate::credential::keep_hmac;
use crate::load::{Candidate, Last, Loader, Read};
use crate::remembered::now;
use crate::service::Running;
use crate::shorthand::{Change, Expectation};
use crate::{Actor, Refusal, documents, management, ownership, references, yaml};
use postern_model::key::Keyer;
use postern_model::permission::Point;
use postern_store::{Action, Applied, ApplyError, ChangeMeta, Expect, Proposal};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Changes in a request.
const MOST: usize = 100_000;

/// Changes that are made together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSet {
    /// What is changed, 1 to 100,000.
    pub changes: Vec<Change>,
    /// Why.
    #[serde(default)]
    pub comment: String,
    /// How it came in, for the change log.
    #[serde(default)]
    pub source: Option<String>,
}

impl ChangeSet {
    /// Of this process's own making.
    pub(super) fn new(changes: Vec<Change>, comment: String, source: &str) -> Self {
        Self {
            changes,
            comment,
            source: Some(source.to_owned()),
        }
    }
}

impl Service {
    /// Applies changes, all or nothing. What they did is answered: `sequence`, `revision`,
    /// `entries`.
    ///
    /// # Errors
    /// The actor may not, something else is stored than was expected, or the documents together
    /// would be wrong; then nothing was changed.
    pub async fn change(&self, actor: &Actor, set: ChangeSet) -> Result<Value, Refusal> {
        if set.changes.is_empty() || set.changes.len() > MOST {
            return Err(Refusal::invalid(format!(
                "a change set has 1 to {MOST} changes; this one has {}",
                set.changes.len()
            )));
        }
        let stored = match &self.source {
            Source::Store(stored) => stored,
            Source::File(path) => return Err(owned_by_file(path, &set.changes)),
        };
        let keyer = stored.loader.keyer();
        let changes = set.changes.into_iter().map(|change| typed(change, keyer));
        let changes = changes.collect::<Result<Vec<_>, _>>()?;
        let meta = meta(
            actor,
            set.comment,
            set.source.as_deref().unwrap_or("change"),
        );
        self.make(stored, actor, changes, meta).await
    }

    /// Whether changes could be made, without making them: by somebody, or by somebody who may.
    pub(super) async fn try_out(
        &self,
        stored: &Stored,
        actor: Option<&Actor>,
        changes: Vec<postern_store::Change>,
    ) -> Result<(), Refusal> {
        self.candidate(stored, actor, changes).await.map(drop)
    }

    /// What would be served if changes were made, without making them: by somebody, or by somebody
    /// who may.
    pub(super) async fn candidate(
        &self,
        stored: &Stored,
        actor: Option<&Actor>,
        changes: Vec<postern_store::Change>,
    ) -> Result<Candidate, Refusal> {
        let last = stored.last.lock().await;
        let (loader, running) = (stored.loader.clone(), self.running.clone());
        let before = last.clone();
        // It is never written.
        let meta = meta(&Actor::system("try"), String::new(), "try");
        let actor = actor.cloned();
        let validate = move |proposal: &Proposal<'_>| {
            let allowed = match &actor {
                Some(actor) => ownership::authorize(actor, proposal)
                    .and_then(|()| management::check::check(actor, proposal)),
                None => Ok(()),
            };
            let reader = actor.as_ref();
            let read =
                allowed.and_then(|()| validated(&loader, &*running, &before, proposal, reader));
            let candidate = read.map(|read| Box::new(read.candidate));
            Err::<(), _>(ApplyError::Refused(Tried(candidate)))
        };
        match stored.store.apply(changes, meta, validate).await {
            // Nothing differs from what is stored.
            Ok(_) => Ok(Candidate {
                configuration: None,
                directory: (*self.running.directory()).clone(),
                revision: self.running.revision(),
            }),
            Err(ApplyError::Refused(Tried(outcome))) => outcome.map(|candidate| *candidate),
            Err(ApplyError::Conflict {
                kind,
                id,
                expected,
                found,
            }) => Err(Refusal::from(ApplyError::<Refusal>::Conflict {
                kind,
                id,
                expected,
                found,
            })),
            Err(ApplyError::Invalid(invalid)) => Err(invalid.into()),
            Err(ApplyError::Store(error)) => Err(error.into()),
        }
    }

    /// Serves what other nodes have stored since, by the same way as a change of this one.
    pub(super) async fn catch_up_with(&self, stored: &Stored) -> Result<(), Refusal> {
        let mut last = stored.last.lock().await;
        if last.is_at(stored.store.head()) {
            return Ok(());
        }
        let begun = Instant::now();
        let (loader, running) = (stored.loader.clone(), self.running.clone());
        let before = last.clone();
        let look = move |proposal: &Proposal<'_>| {
            let read = validated(&loader, &*running, &before, proposal, None);
            Ok((proposal.head(), read.map_err(ApplyError::Refused)?))
        };
        let (head, read) = stored.store.inspect(look).await?;
        if last.is_at(head) {
            return Ok(());
        }
        let taken = self.take_over(stored, &mut last, read).await;
        taken.map_err(|why| Refusal::new(NOT_SERVED, why))?;
        tracing::info!(
            sequence = head.sequence,
            milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "what other nodes changed is served"
        );
        Ok(())
    }

    /// Applies changes of the store, all or nothing, and serves them.
    pub(super) async fn make(
        &self,
        stored: &Stored,
        actor: &Actor,
        changes: Vec<postern_store::Change>,
        meta: ChangeMeta,
    ) -> Result<Value, Refusal> {
        let mut last = stored.last.lock().await;
        let begun = Instant::now();
        let (loader, running) = (stored.loader.clone(), self.running.clone());
        let (before, actor) = (last.clone(), actor.clone());
        let validate = move |proposal: &Proposal<'_>| {
            let read = ownership::authorize(&actor, proposal)
                .and_then(|()| management::check::check(&actor, proposal))
                .and_then(|()| validated(&loader, &*running, &before, proposal, Some(&actor)));
            read.map_err(ApplyError::Refused)
        };
        let applied = stored.store.apply(changes, meta, validate).await?;
        let answer = answer(&applied);
        // What was stored before, and could not be served then, is tried again.
        if applied.entries.is_empty() && last.is_at(stored.store.head()) {
            return Ok(answer);
        }
        let taken = self.take_over(stored, &mut last, applied.validated).await;
        if let Err(why) = taken {
            let message = format!(
                "stored as change {}, but not served: {why}",
                applied.sequence
            );
            return Err(Refusal::new(NOT_SERVED, message).help(MEND));
        }
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            sequence = applied.sequence,
            documents = applied.entries.len(),
            milliseconds = took,
            "a change is served"
        );
        Ok(answer)
    }

    /// Serves what was read. Only what is served is gone on from: after a failure the next change,
    /// or the next look at what other nodes stored, begins where this one did.
    pub(super) async fn take_over(
        &self,
        stored: &Stored,
        last: &mut Last,
        read: Read,
    ) -> Result<(), String> {
        self.running.take_over(read.candidate).await?;
        *last = read.last;
        stored.store.keep();
        Ok(())
    }
}

/// What is stored, and is not served.
pub(super) const NOT_SERVED: &str = "not_served";

/// What to do where something is stored, and not served.
pub(super) const MEND: &str =
    "what was served before still is; mend the cause, and make the change again or another one";

/// Refuses whoever does not have a permission, in a tenant or on the platform.
pub(super) fn need(actor: &Actor, point: Point, tenant: Option<&str>) -> Result<(), Refusal> {
    if actor.grants.allow(point, tenant) {
        return Ok(());
    }
    let place = match tenant {
        Some(tenant) => format!("in tenant `{}`", tenant.escape_debug()),
        None => "on the platform".to_owned(),
    };
    let message = format!("this takes the permission `{point}` {place}, which you do not have");
    Err(Refusal::new("not_allowed", message))
}

/// How it went, of what is never written.
struct Tried(Result<Box<Candidate>, Refusal>);

/// Validates a proposal with everything that is stored, as far as it has to be read for that. What
/// is wrong is told to `reader`; without one, to whoever may see everything.
fn validated(
    loader: &Loader,
    running: &dyn Running,
    before: &Last,
    proposal: &Proposal<'_>,
    reader: Option<&Actor>,
) -> Result<Read, Refusal> {
    management::outgoing::check(proposal)?;
    super::secrets::check(loader, proposal)?;
    let look = |kind: &str, id: &str| ownership::stored(proposal, kind, id);
    let sees = |kind: &str, id: &str, document: &Value| {
        reader.is_none_or(|reader| ownership::may_see(reader, kind, id, document, &look))
    };
    let mut read = match loader.next(proposal, before) {
        Ok(read) => read,
        Err(refusal) if refusal.code == "configuration" => {
            if let Some(in_use) = references::explain(proposal, &sees)? {
                return Err(in_use);
            }
            return Err(match reader {
                Some(reader) => ownership::told(reader, refusal, &look),
                None => refusal,
            });
        }
        Err(refusal) => return Err(refusal),
    };
    if let Some(configuration) = read.candidate.configuration.take() {
        let checked = running.check(Arc::unwrap_or_clone(configuration));
        let checked = checked.map_err(|why| Refusal::new("configuration", why))?;
        read.candidate.configuration = Some(checked);
    }
    Ok(read)
}

fn answer(applied: &Applied<Read>) -> Value {
    let entries = applied.entries.iter().map(|entry| {
        let did = match (&entry.before, &entry.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        json!({"kind": entry.kind.as_str(), "id": entry.id, "did": did})
    });
    json!({
        "sequence": applied.sequence,
        "revision": applied.revision.map(|revision| revision.to_string()),
        "entries": entries.collect::<Vec<_>>(),
    })
}

/// Who makes a change, when and why.
pub(crate) fn meta(actor: &Actor, comment: String, source: &str) -> ChangeMeta {
    ChangeMeta {
        who: actor.who.clone(),
        actor: actor.kind,
        from: actor.from.map(|address| address.to_string()),
        at_ms: now(),
        comment,
        source: source.to_owned(),
    }
}

pub(super) fn typed(change: Change, keyer: &Keyer) -> Result<postern_store::Change, Refusal> {
    let kind = documents::kind(&change.kind)?;
    if !documents::is_named(kind.as_str()) && change.id != documents::SETTINGS {
        return Err(Refusal::invalid(format!(
            "there is one document of kind `{kind}`: its id is `{}`, not `{}`",
            documents::SETTINGS,
            change.id.escape_debug()
        )));
    }
    let mut action = match (change.put, change.patch, change.delete) {
        (Some(value), None, false) => Action::Put(value),
        (None, Some(patch), false) => Action::Merge(patch),
        (None, None, true) => Action::Delete,
        _ => {
            return Err(Refusal::invalid(format!(
                "the change of {kind} `{}` needs one of `put`, `patch` and `delete`",
                change.id.escape_debug()
            )));
        }
    };
    if let Action::Put(value) | Action::Merge(value) = &mut action
        && kind.as_str() == "credential"
    {
        keep_hmac(value, keyer);
    }
    let expect = match change.expect {
        None => Expect::Anything,
        Some(Expectation::Version(version)) => Expect::Version(version),
        Some(Expectation::Present) => Expect::Present,
        Some(Expectation::Absent) => Expect::Absent,
    };
    Ok(postern_store::Change::new(kind, &change.id, action).expecting(expect))
}

/// With a file, the file is where changes are made.
pub(super) fn owned_by_file(path: &Path, changes: &[Change]) -> Refusal {
    let message = format!(
        "this Postern runs by the file {}, which owns the whole configuration; nothing was changed",
        path.display()
    );
    let refusal = Refusal::new("file_mode", message);
    if changes.is_empty() {
        return refusal.help("edit that file: it is read again when it changes");
    }
    refusal.help(format!(
        "make it say this; it is read again when it changes:\n\n{}",
        lines(changes)
    ))
}

/// The lines of a file that changes come to: what goes into one section stands below its name once.
fn lines(changes: &[Change]) -> String {
    let mut out = String::new();
    let mut section = String::new();
    for change in changes {
        let lines = yaml::lines(change);
        match lines.split_once('\n') {
            Some((head, rest)) if head == section && head.ends_with(':') => out.push_str(rest),
            head => {
                section = head.map_or_else(String::new, |(head, _)| head.to_owned());
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&lines);
            }
        }
    }
    out
}
