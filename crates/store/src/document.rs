//! Documents and their kinds.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::error::{Invalid, StoreError};

#[cfg(test)]
mod tests;

/// Which of the three sets of documents a kind belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Compiled as a whole; every change makes a revision.
    Rules,
    /// Tenants, groups, apps, credentials, subscriptions, revocations of tokens: changed one by one,
    /// without a revision.
    Directory,
    /// Users, their roles, what waits for somebody: what the gateway never reads. Changed one by
    /// one, without a revision, and no part of a configuration.
    Management,
}

/// The kinds of the directory.
const DIRECTORY: [&str; 6] = [
    "app",
    "credential",
    "group",
    "subscription",
    "tenant",
    "token_revocation",
];

/// The kinds of the management; every other kind belongs to the rules.
const MANAGEMENT: [&str; 11] = [
    "api_document",
    "change_request",
    "identity_provider",
    "invitation",
    "mail",
    "member",
    "role",
    "service_account",
    "token",
    "user",
    "webhook",
];

/// What a document is: `service`, `plan`, `credential`. Lower-case letters, digits and `_`, a
/// letter first, at most 32.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(Arc<str>);

impl Kind {
    /// The kind of this name.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        let mut bytes = name.bytes();
        let fits = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && name.len() <= 32;
        if fits {
            Ok(Self(name.into()))
        } else {
            Err(Invalid::Kind(name.chars().take(40).collect()))
        }
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The set it belongs to.
    pub fn class(&self) -> Class {
        if DIRECTORY.contains(&self.as_str()) {
            Class::Directory
        } else if MANAGEMENT.contains(&self.as_str()) {
            Class::Management
        } else {
            Class::Rules
        }
    }

    /// A name that the database gave back.
    pub(crate) fn stored(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes an id may have.
const MAX_ID: usize = 256;

/// Whether an id can name a document: 1 to 256 bytes, no control characters.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && !id.chars().any(char::is_control)
}

/// One stored document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its name among its kind.
    pub id: Box<str>,
    /// The sequence number of the change set that last wrote it: grows with every change, and is
    /// what [`Expect::Version`](crate::Expect) compares.
    pub version: u64,
    /// Its canonical JSON, an object.
    pub json: Box<str>,
}

impl Document {
    /// The document as a value.
    pub fn value(&self) -> Result<Value, StoreError> {
        read(&self.kind, &self.id, &self.json)
    }
}

/// Reads JSON that the store wrote.
pub(crate) fn read(kind: &Kind, id: &str, json: &str) -> Result<Value, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Damaged {
        place: format!("{kind} `{id}`").into(),
        detail: error.to_string(),
    })
}

/// Which documents to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every one.
    Everything,
    /// Those of the rules, of the directory, or of the management.
    Class(Class),
    /// Those of one kind.
    Kind(Kind),
}

/// A member of documents by which lists of them are filtered without reading the rest. Its value
/// is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member {
    /// `app`.
    App,
    /// `email`.
    Email,
    /// `service`.
    Service,
    /// `service_account`.
    ServiceAccount,
    /// `state`.
    State,
    /// `subject`.
    Subject,
    /// `tenant`.
    Tenant,
    /// `user`.
    User,
}

/// A part of the documents of one kind, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The kind.
    pub kind: Kind,
    /// Only those whose member has this value.
    pub filter: Option<(Member, String)>,
    /// Only those beyond this id: where the last page ended.
    pub after: Option<Box<str>>,
    /// From the last id to the first.
    pub descending: bool,
    /// At most so many.
    pub limit: usize,
}
