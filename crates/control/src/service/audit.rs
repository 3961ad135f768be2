//! The audit trail.

use super::Service;
use super::changing::{meta, need};
use crate::socket::Items;
use crate::{Actor, ActorKind, Refusal, redact};
use postern_model::permission::Point;
use postern_store::{AuditFilter, AuditLine, Event, Kind, Order, Position, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// Lines given at most.
const MOST: usize = 1_000;

/// Lines that an export reads at a time.
const PART: usize = 200;

/// Which lines of the audit trail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditWanted {
    /// Only what they did.
    pub who: Option<String>,
    /// Only about documents of this kind.
    pub kind: Option<String>,
    /// Only about documents with this id.
    pub id: Option<String>,
    /// Only what concerns this tenant.
    pub tenant: Option<String>,
    /// Only events with this name.
    pub event: Option<String>,
    /// Only at or after this time, in Unix milliseconds.
    pub since_ms: Option<i64>,
    /// Only before this time, in Unix milliseconds.
    pub until_ms: Option<i64>,
    /// Only lines older than this one: [`AuditPage::next`] of the page before.
    pub before: Option<Cursor>,
    /// At most so many, 1 to 1000; 100 if it is not said. An export gives all.
    pub limit: Option<usize>,
}

/// A place in the audit trail, written `41.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// The change set.
    pub sequence: u64,
    /// The entry in it.
    pub ordinal: u64,
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        format!("{}.{}", cursor.sequence, cursor.ordinal)
    }
}

impl TryFrom<String> for Cursor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('.');
        let read = parts.and_then(|(sequence, ordinal)| {
            Some(Self {
                sequence: sequence.parse().ok()?,
                ordinal: ordinal.parse().ok()?,
            })
        });
        read.ok_or_else(|| "a place in the audit trail looks like `41.0`".to_owned())
    }
}

/// A part of the audit trail, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AuditPage {
    /// The lines.
    pub lines: Vec<AuditShown>,
    /// Where the next page begins, if there is more.
    pub next: Option<Cursor>,
}

/// A line as it is shown: without secrets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AuditLine")]
pub struct AuditShown {
    /// The change set.
    pub sequence: u64,
    /// The entry in it.
    pub ordinal: u64,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub who: String,
    /// What they are: `user`, `service_account`, `local`, `system`.
    pub actor: &'static str,
    /// The address that they came from; none from the machine itself.
    pub from: Option<String>,
    /// Why, in their words.
    pub comment: String,
    /// How it came in.
    pub source: String,
    /// The revision that it made.
    pub revision: Option<u64>,
    /// `added`, `changed`, `removed`, the name of an event, or `forgotten` where the change is no
    /// longer kept.
    pub did: String,
    /// The kind of what it is about.
    pub kind: Option<String>,
    /// The id of what it is about.
    pub id: Option<String>,
    /// The tenant that an event concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The document before.
    pub before: Option<Value>,
    /// The document after.
    pub after: Option<Value>,
    /// The change set's hash, in hexadecimal digits.
    pub hash: String,
}

/// A hash that somebody wrote down.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditVerify {
    /// The change set that it is of.
    pub sequence: Option<u64>,
    /// The hash, in hexadecimal digits; at least 16.
    pub hash: Option<String>,
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditVerified {
    /// Whether everything is as it was written.
    pub intact: bool,
    /// What is wrong first.
    pub fault: Option<String>,
    /// The newest change set that was reached.
    pub sequence: u64,
    /// Its hash, to be written down elsewhere.
    pub hash: String,
    /// Change sets that were looked at.
    pub sets: u64,
    /// Changes that were compared with them.
    pub changes: u64,
    /// Up to this change set, the content of changes may be gone by retention.
    pub forgotten: u64,
}

impl AuditShown {
    fn of(line: AuditLine) -> Result<Self, Refusal> {
        let read = |json: Option<Box<str>>| {
            let value = json.map(|json| serde_json::from_str(&json)).transpose();
            value.map_err(|error| Refusal::new("failed", format!("the audit trail: {error}")))
        };
        let mut shown = Self {
            sequence: line.position.sequence,
            ordinal: line.position.ordinal,
            at_ms: line.meta.at_ms,
            who: line.meta.who,
            actor: line.meta.actor.as_str(),
            from: line.meta.from,
            comment: line.meta.comment,
            source: line.meta.source,
            revision: line.revision,
            did: "forgotten".to_owned(),
            kind: None,
            id: None,
            tenant: None,
            before: None,
            after: None,
            hash: crate::credential::hex(&line.hash),
        };
        if let Some(event) = line.event {
            shown.did = event.name.into();
            (shown.kind, shown.id) = event
                .subject
                .map(|(kind, id)| (kind.as_str().to_owned(), id.into()))
                .unzip();
            shown.tenant = event.tenant.map(Into::into);
        }
        if let Some(entry) = line.entry {
            let did = match (&entry.before, &entry.after) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            shown.did = did.into();
            shown.kind = Some(entry.kind.as_str().to_owned());
            shown.id = Some(entry.id.into());
            (shown.before, shown.after) = redact::pair(read(entry.before)?, read(entry.after)?);
        }
        Ok(shown)
    }
}

impl AuditWanted {
    fn filter(&self, order: Order, limit: usize) -> Result<AuditFilter, Refusal> {
        Ok(AuditFilter {
            who: self.who.clone(),
            kind: self.kind.as_deref().map(Kind::new).transpose()?,
            id: self.id.as_deref().map(Into::into),
            tenant: self.tenant.as_deref().map(Into::into),
            event: self.event.as_deref().map(Into::into),
            since_ms: self.since_ms,
            until_ms: self.until_ms,
            from: self.before.map(|cursor| Position {
                sequence: cursor.sequence,
                ordinal: cursor.ordinal,
            }),
            order,
            limit,
        })
    }
}

impl Service {
    /// A part of the audit trail, newest first.
    ///
    /// # Errors
    /// A file owns the configuration, or the store fails.
    pub async fn audit_log(
        &self,
        actor: &Actor,
        wanted: &AuditWanted,
    ) -> Result<AuditPage, Refusal> {
        need(actor, Point::AuditRead, wanted.tenant.as_deref())?;
        let limit = wanted.limit.unwrap_or(100).clamp(1, MOST);
        let filter = wanted.filter(Order::NewestFirst, limit.saturating_add(1))?;
        let mut lines = self.stored()?.store.audit(filter).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let last = lines.last().map(|line| Cursor {
            sequence: line.position.sequence,
            ordinal: line.position.ordinal,
        });
        let lines = lines.into_iter().map(AuditShown::of);
        Ok(AuditPage {
            lines: lines.collect::<Result<_, _>>()?,
            next: last.filter(|_| more),
        })
    }

    /// Everything that is wanted of the audit trail, oldest first, handed to the other side line by
    /// line. That it was exported is a line itself. Returns how many lines there were.
    ///
    /// # Errors
    /// A file owns the configuration, the store fails, or the other side is gone.
    pub(super) async fn audit_export(
        &self,
        actor: &Actor,
        wanted: &AuditWanted,
        replies: &mut dyn Items,
    ) -> Result<Value, Refusal> {
        need(actor, Point::AuditRead, wanted.tenant.as_deref())?;
        let store = &self.stored()?.store;
        let mut filter = wanted.filter(Order::OldestFirst, PART)?;
        filter.from = None;
        // What comes in meanwhile is not followed: the export is itself a line.
        let end = store.head().sequence;
        let mut event = Event::new("audit_export");
        event.tenant = wanted.tenant.as_deref().map(Into::into);
        note(store, actor, event, "").await?;
        let mut count = 0_u64;
        loop {
            let lines = store.audit(filter.clone()).await?;
            let Some(last) = lines.last() else { break };
            filter.from = Some(last.position);
            for line in lines {
                if line.position.sequence > end {
                    return Ok(serde_json::json!({ "lines": count }));
                }
                let shown = serde_json::to_value(AuditShown::of(line)?);
                let shown = shown.map_err(|error| Refusal::new("failed", error.to_string()))?;
                let sent = replies.item(shown).await;
                sent.map_err(|error| Refusal::new("failed", error.to_string()))?;
                count = count.saturating_add(1);
            }
        }
        Ok(serde_json::json!({ "lines": count }))
    }

    /// Walks the chain of the audit trail, and compares it with a hash that was written down.
    ///
    /// # Errors
    /// A file owns the configuration, the store fails, or the hash has not the form of one.
    pub async fn audit_verify(
        &self,
        actor: &Actor,
        known: &AuditVerify,
    ) -> Result<AuditVerified, Refusal> {
        need(actor, Point::AuditRead, None)?;
        let hash = known.hash.as_deref().map(str::to_ascii_lowercase);
        if known.sequence.is_some() != hash.is_some() {
            let message = "a hash that was written down is of a change set: both are needed";
            return Err(Refusal::invalid(message));
        }
        let is_hash = |hash: &String| {
            (16..=64).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if hash.as_ref().is_some_and(|hash| !is_hash(hash)) {
            let message = "a hash has 64 hexadecimal digits, of which at least 16 are compared";
            return Err(Refusal::invalid(message));
        }
        let chain = self.stored()?.store.verify_chain(known.sequence).await?;
        let mut fault = chain.fault.map(|fault| fault.to_string());
        if let (None, Some(sequence), Some(hash)) = (&fault, known.sequence, hash) {
            fault = match chain.asked.map(|asked| crate::credential::hex(&asked)) {
                None => Some(format!("there is no change set {sequence} any more")),
                Some(found) if !found.starts_with(&hash) => Some(format!(
                    "change set {sequence} has the hash {found}: the log was written anew since \
                     the other was written down"
                )),
                Some(_) => None,
            };
        }
        Ok(AuditVerified {
            intact: fault.is_none(),
            fault,
            sequence: chain.sequence,
            hash: crate::credential::hex(&chain.hash),
            sets: chain.sets,
            changes: chain.changes,
            forgotten: chain.forgotten,
        })
    }
}

/// How what somebody does came in.
fn source(actor: &Actor) -> &'static str {
    if actor.kind == ActorKind::Local {
        "socket"
    } else {
        "api"
    }
}

/// Adds an event to the audit trail.
pub(super) async fn note(
    store: &Store,
    actor: &Actor,
    event: Event,
    comment: &str,
) -> Result<(), Refusal> {
    let meta = meta(actor, comment.to_owned(), source(actor));
    store.note_event(event, meta).await?;
    Ok(())
}

/// Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
