//! The lines of a backup.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{canonical, hex};
use crate::change::{ActorKind, ChangeMeta, Entry, Event};
use crate::document::{self, Kind};
use crate::error::StoreError;
use crate::note::{self, IN_BACKUPS};
use crate::rows::{ChangeSet, Concerns, Digests, KeptEntry, StoredNote};

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Item {
    Postern(Begin),
    Set(Set),
    Change(Change),
    Revision(Revision),
    Checkpoint(Checkpoint),
    Document(Document),
    Note(Note),
    End(End),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    pub(super) backup: u64,
    pub(super) installation: String,
    pub(super) made_ms: i64,
    pub(super) sequence: u64,
    pub(super) revision: u64,
    pub(super) revision_hash: String,
    pub(super) rules_horizon: u64,
    pub(super) directory_horizon: u64,
    /// The wrapped keys of sealed secrets.
    pub(super) keys: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    sequence: u64,
    revision: Option<u64>,
    at_ms: i64,
    who: String,
    actor: String,
    from: Option<String>,
    comment: String,
    source: String,
    event: Option<EventItem>,
    rules: Option<String>,
    others: Option<String>,
    hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventItem {
    name: Box<str>,
    subject: Option<(String, Box<str>)>,
    tenant: Option<Box<str>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    sequence: u64,
    ordinal: u64,
    kind: String,
    id: Box<str>,
    before: Option<Value>,
    after: Option<Value>,
    tenant: Option<String>,
    provider: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revision {
    pub(super) number: u64,
    pub(super) hash: String,
    pub(super) sequence: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checkpoint {
    pub(super) revision: u64,
    pub(super) document: Document,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    kind: String,
    id: Box<str>,
    version: u64,
    json: Value,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    space: String,
    key: Box<str>,
    json: Value,
    expires_at_ms: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) lines: u64,
    pub(super) sha256: String,
}

impl Set {
    pub(super) fn of(set: ChangeSet, hash: &[u8; 32]) -> Self {
        let ChangeMeta {
            who,
            actor,
            from,
            at_ms,
            comment,
            source,
        } = set.meta;
        Self {
            sequence: set.sequence,
            revision: set.revision,
            at_ms,
            who,
            actor: actor.as_str().to_owned(),
            from,
            comment,
            source,
            event: set.event.map(|event| EventItem {
                name: event.name,
                subject: event.subject.map(|(kind, id)| (kind.to_string(), id)),
                tenant: event.tenant,
            }),
            rules: set.digests.rules.map(|digest| hex(&digest)),
            others: set.digests.others.map(|digest| hex(&digest)),
            hash: hex(hash),
        }
    }

    /// The change set and its hash; none if something in it has not the form that it should.
    pub(super) fn read(self) -> Option<(ChangeSet, [u8; 32])> {
        let event = self.event.map(|event| {
            let subject = match event.subject {
                Some((kind, id)) => Some((Kind::new(&kind).ok()?, id)),
                None => None,
            };
            Some(Event {
                name: event.name,
                subject,
                tenant: event.tenant,
            })
        });
        let event = match event {
            Some(event) => Some(event?),
            None => None,
        };
        let set = ChangeSet {
            sequence: self.sequence,
            revision: self.revision,
            meta: ChangeMeta {
                who: self.who,
                actor: ActorKind::named(&self.actor)?,
                from: self.from,
                at_ms: self.at_ms,
                comment: self.comment,
                source: self.source,
            },
            event,
            digests: Digests {
                rules: digest(self.rules.as_deref()).ok()?,
                others: digest(self.others.as_deref()).ok()?,
            },
        };
        Some((set, bytes(&self.hash)?))
    }
}

/// An error if it is no digest.
fn digest(hex: Option<&str>) -> Result<Option<[u8; 32]>, ()> {
    hex.map(|hex| bytes(hex).ok_or(())).transpose()
}

impl Change {
    pub(super) fn of(sequence: u64, kept: KeptEntry) -> Result<Self, StoreError> {
        let Entry {
            kind,
            id,
            before,
            after,
        } = kept.entry;
        let read = |json: Option<Box<str>>| match json {
            Some(json) => document::read(&kind, &id, &json).map(Some),
            None => Ok(None),
        };
        Ok(Self {
            sequence,
            ordinal: kept.ordinal,
            before: read(before)?,
            after: read(after)?,
            kind: kind.to_string(),
            id,
            tenant: kept.concerns.tenant,
            provider: kept.concerns.other,
        })
    }

    /// The change set and its entry.
    pub(super) fn read(self) -> Option<(u64, KeptEntry)> {
        let text = |value: Option<Value>| value.map(|value| canonical(&value).into());
        let kept = KeptEntry {
            ordinal: self.ordinal,
            entry: Entry {
                kind: Kind::new(&self.kind).ok()?,
                id: self.id,
                before: text(self.before),
                after: text(self.after),
            },
            concerns: Concerns {
                tenant: self.tenant,
                other: self.provider,
            },
        };
        document::is_id(&kept.entry.id).then_some((self.sequence, kept))
    }
}

impl Document {
    pub(super) fn of(document: &document::Document) -> Result<Self, StoreError> {
        Ok(Self {
            kind: document.kind.to_string(),
            id: document.id.clone(),
            version: document.version,
            json: document.value()?,
        })
    }

    pub(super) fn read(self) -> Option<document::Document> {
        let document = document::Document {
            kind: Kind::new(&self.kind).ok()?,
            id: self.id,
            version: self.version,
            json: canonical(&self.json).into(),
        };
        (document::is_id(&document.id) && self.json.is_object()).then_some(document)
    }
}

impl Note {
    pub(super) fn of(space: &str, note: StoredNote) -> Result<Self, StoreError> {
        Ok(Self {
            space: space.to_owned(),
            json: note::read(space, &note)?,
            key: note.key,
            expires_at_ms: note.expires_at_ms,
        })
    }

    /// Its space and the note; none where a backup should have none.
    pub(super) fn read(self) -> Option<(&'static str, StoredNote)> {
        let space = IN_BACKUPS.into_iter().find(|space| *space == self.space)?;
        let note = StoredNote {
            key: self.key,
            json: canonical(&self.json).into(),
            expires_at_ms: self.expires_at_ms,
        };
        document::is_id(&note.key).then_some((space, note))
    }
}

/// 64 hexadecimal digits.
pub(crate) fn bytes(hex: &str) -> Option<[u8; 32]> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes?.try_into().ok()
}
