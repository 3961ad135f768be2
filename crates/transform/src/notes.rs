//! What was changed: names and places, and what values look like, never what they are.

/// Most changes that are noted for one message.
const MOST: usize = 200;

/// What the policies changed in a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// In the order in which they were made.
    pub notes: Vec<Note>,
    /// Changes that were made and are not among them.
    pub more: usize,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The policy.
    pub policy: Box<str>,
    /// What it did.
    pub did: Did,
    /// The name, parameter or JSON pointer.
    pub what: String,
    /// What it was: another name, a place, or the shape of a value.
    pub before: Option<String>,
    /// What it is: likewise.
    pub after: Option<String>,
}

/// Kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// A header field was removed, renamed, set or added.
    Header,
    /// A parameter of the query was.
    Query,
    /// The path was written anew.
    Path,
    /// The body was changed there.
    Body,
}

impl Did {
    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Path => "path",
            Self::Body => "body",
        }
    }
}

impl Notes {
    pub(crate) fn add(&mut self, note: Note) {
        if self.notes.len() < MOST {
            self.notes.push(note);
        } else {
            self.more += 1;
        }
    }

    /// Whether nothing was changed.
    pub const fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }
}
