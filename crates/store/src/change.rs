//! Changes, before and after they are applied.

use serde_json::Value;

use crate::document::Kind;
use crate::revision::Revision;

/// What happens to a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It becomes this.
    Put(Value),
    /// This JSON Merge Patch (RFC 7396) is applied; to `{}` if there is no such document.
    Merge(Value),
    /// It goes. Nothing happens if there is no such document.
    Delete,
}

/// What has to be stored for a change to be applied. It is compared with the store before the
/// change set, not with what an earlier change of the same set made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Anything,
    /// No such document.
    Absent,
    /// Such a document, of any version.
    Present,
    /// The document in this version.
    Version(u64),
}

/// One change to one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The document's kind.
    pub kind: Kind,
    /// The document's id.
    pub id: Box<str>,
    /// What happens to it.
    pub action: Action,
    /// What has to be stored now.
    pub expect: Expect,
}

impl Change {
    /// A change that takes the document as it is.
    pub fn new(kind: Kind, id: &str, action: Action) -> Self {
        Self {
            kind,
            id: id.into(),
            action,
            expect: Expect::Anything,
        }
    }

    /// The same change, refused unless this is stored.
    #[must_use]
    pub fn expecting(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }
}

/// What kind of actor somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person who signed in.
    User,
    /// A program with an account of its own.
    ServiceAccount,
    /// Whoever may use the machine's socket or files.
    Local,
    /// Postern itself.
    System,
}

impl ActorKind {
    /// Its name: `user`, `service_account`, `local`, `system`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ServiceAccount => "service_account",
            Self::Local => "local",
            Self::System => "system",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::User, Self::ServiceAccount, Self::Local, Self::System]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// Who changes something, from where, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeMeta {
    /// Who: `lin@example.com`, `uid 1000`. At most 256 bytes.
    pub who: String,
    /// What they are.
    pub actor: ActorKind,
    /// The address that they came from, at most 64 bytes; none if from this machine.
    pub from: Option<String>,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Why, in their words. At most 4096 bytes.
    pub comment: String,
    /// How it came in: `apply`, `fix`, `demo`. At most 64 bytes.
    pub source: String,
}

impl ChangeMeta {
    /// A change made on this machine.
    pub fn local(who: &str, at_ms: i64, comment: &str, source: &str) -> Self {
        Self {
            who: who.to_owned(),
            actor: ActorKind::Local,
            from: None,
            at_ms,
            comment: comment.to_owned(),
            source: source.to_owned(),
        }
    }

    /// A change of Postern's own.
    pub fn system(at_ms: i64, comment: &str, source: &str) -> Self {
        Self {
            actor: ActorKind::System,
            ..Self::local("system", at_ms, comment, source)
        }
    }
}

/// Something that happened and changed no document: a sign-in, an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What: `sign_in`, `sign_in_failed`, `export`. The form of a [`Kind`]'s name.
    pub name: Box<str>,
    /// The document that it is about, if it is about one that there is or could be.
    pub subject: Option<(Kind, Box<str>)>,
    /// The tenant that it concerns.
    pub tenant: Option<Box<str>>,
}

impl Event {
    /// One about nothing in particular.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            subject: None,
            tenant: None,
        }
    }
}

/// A document before and after a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The document's kind.
    pub kind: Kind,
    /// The document's id.
    pub id: Box<str>,
    /// Its canonical JSON before; none if it was not there.
    pub before: Option<Box<str>>,
    /// Its canonical JSON after; none if it is gone.
    pub after: Option<Box<str>>,
}

/// What a change set did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<T> {
    /// Its number; the last one's if nothing changed.
    pub sequence: u64,
    /// The revision that it made; none if no rules document changed.
    pub revision: Option<Revision>,
    /// The documents that changed, in the order of the change set. One that ends as it was is left
    /// out.
    pub entries: Vec<Entry>,
    /// What the validation returned.
    pub validated: T,
}

/// A place in the change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The change set.
    pub sequence: u64,
    /// The entry in it, from 0.
    pub ordinal: u64,
}

/// One line of the change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedChange {
    /// Where it stands.
    pub position: Position,
    /// The number of the revision that its change set made.
    pub revision: Option<u64>,
    /// Who, when and why.
    pub meta: ChangeMeta,
    /// The document before and after.
    pub entry: Entry,
}

/// In which order the change log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Oldest first; [`ChangeFilter::from`] is exclusive and goes up.
    OldestFirst,
    /// Newest first; [`ChangeFilter::from`] is exclusive and goes down.
    #[default]
    NewestFirst,
}

/// Which lines of the change log to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Only documents of this kind.
    pub kind: Option<Kind>,
    /// Only the document with this id.
    pub id: Option<Box<str>>,
    /// Only change sets made at or after this time, in Unix milliseconds.
    pub since_ms: Option<i64>,
    /// Only lines beyond this one: where the last page ended.
    pub from: Option<Position>,
    /// The order.
    pub order: Order,
    /// At most so many lines.
    pub limit: usize,
}

/// One line of the audit trail: a document that a change set changed, or a change set by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Where it stands; ordinal 0 for a change set by itself.
    pub position: Position,
    /// The number of the revision that its change set made.
    pub revision: Option<u64>,
    /// Who, from where, when and why.
    pub meta: ChangeMeta,
    /// What happened, where no document changed.
    pub event: Option<Event>,
    /// The document before and after; none for an event, and where the change is no longer kept.
    pub entry: Option<Entry>,
    /// The change set's link in the chain.
    pub hash: [u8; 32],
}

/// Which lines of the audit trail to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only what they did.
    pub who: Option<String>,
    /// Only about documents of this kind.
    pub kind: Option<Kind>,
    /// Only about documents with this id.
    pub id: Option<Box<str>>,
    /// Only what concerns this tenant: documents that are its own, or were until then, and
    /// subscriptions to its services.
    pub tenant: Option<Box<str>>,
    /// Only events with this name.
    pub event: Option<Box<str>>,
    /// Only at or after this time, in Unix milliseconds.
    pub since_ms: Option<i64>,
    /// Only before this time, in Unix milliseconds.
    pub until_ms: Option<i64>,
    /// Only lines beyond this one: where the last page ended.
    pub from: Option<Position>,
    /// The order.
    pub order: Order,
    /// At most so many lines.
    pub limit: usize,
}
