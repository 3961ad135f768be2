//! What can go wrong, in sentences.

use std::error::Error;
use std::path::PathBuf;

use crate::directory::Holder;
use crate::document::Kind;

/// Why the store, or its directory, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process uses the data directory.
    #[error("the data directory {} is in use by {}; stop it, or give this one another --data", path.display(), in_use(holder.as_ref()))]
    InUse {
        /// The directory.
        path: PathBuf,
        /// What that process wrote about itself; none if it has not yet.
        holder: Option<Holder>,
    },
    /// A file or directory cannot be written.
    #[error("{} cannot be written ({detail}); Postern keeps its data there and needs a directory that it may write", path.display())]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The system failed at a file.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried, as a verb.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may read or write a key.
    #[error("{} is open to other users (mode {mode:03o}); make it private with `chmod 600`", path.display())]
    KeyExposed {
        /// The key's file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key's file does not hold a key.
    #[error("{} holds {length} bytes instead of the 32 of a key; put the file back from a backup", path.display())]
    KeyMalformed {
        /// The key's file.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
    },
    /// There is a database, but not the key that belongs to it.
    #[error("{} is missing, but there is a database beside it; without that key none of its credentials can be verified: put the file back from a backup", path.display())]
    KeyMissing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// The key is not the one that the database was made with.
    #[error("installation.key is not the one that {} was made with; none of its credentials could be verified: put the right file back", path.display())]
    KeyDiffers {
        /// The database.
        path: PathBuf,
    },
    /// The master key is not in the data directory, so that it cannot be replaced there.
    #[error(
        "the master key does not stand in the data directory, and is not replaced; replace it where it is, and start with --previous-master-key naming the one before"
    )]
    MasterElsewhere,
    /// Secrets are sealed, but their master key is not there.
    #[error("{} is missing, without which no sealed secret can be opened: put the file back, or say with --master-key where the key is", path.display())]
    MasterMissing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// The master key is not the one that secrets are sealed under.
    #[error(
        "the master key is not the one that secrets are sealed under (it is known by {found}, theirs by {expected}); give the right one, or name theirs with --previous-master-key"
    )]
    MasterDiffers {
        /// What theirs is known by.
        expected: String,
        /// What the given one is known by.
        found: String,
    },
    /// What should be a master key is none.
    #[error("{place} is no master key: 64 hexadecimal digits, or 32 bytes in base64, are expected")]
    MasterMalformed {
        /// Where it was read.
        place: String,
    },
    /// The command that prints the master key failed.
    #[error("the master key's command `{command}` failed: {detail}")]
    MasterCommand {
        /// The command.
        command: String,
        /// What was wrong.
        detail: String,
    },
    /// The file is no SQLite database.
    #[error("{} is not a database of Postern (it is no SQLite file, or its beginning is damaged); move it away, or restore it from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The database belongs to something else.
    #[error("{} is a database of another application (application id {application_id:#x}); give Postern another --data", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The id in its header.
        application_id: i64,
    },
    /// The database was written by a newer Postern.
    #[error("{} has schema version {found}, and this Postern knows versions up to {known}; run the newer Postern that wrote it, or restore a backup from before", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// What is stored contradicts itself.
    #[error("{place} is damaged ({detail}); restore it from a backup")]
    Damaged {
        /// The database or the document.
        place: Box<str>,
        /// What was found.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was written to {}", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Something else holds the database's lock.
    #[error("{} is locked by another program (a backup, or a shell of the database?) for too long; nothing was written", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// What was given is no address of a PostgreSQL database.
    #[error(
        "the database's address cannot be used: {what}; such as postgres://postern@db.example:5432/postern is right"
    )]
    Address {
        /// What is wrong with it. Says nothing of the password.
        what: String,
    },
    /// The file of a database's authorities holds none.
    #[error("{} holds no certificate of an authority; `sslrootcert` names a PEM file", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
    },
    /// The database's schema belongs to something else.
    #[error(
        "the schema `postern` of {database} holds tables that are not Postern's; give Postern another database"
    )]
    ForeignSchema {
        /// The database.
        database: Box<str>,
    },
    /// The database was made with a key that this node does not have.
    #[error("{} is missing, and {database} was made with one; copy it from a node that runs: nodes that share a database need the same key", path.display())]
    KeyElsewhere {
        /// Where the key should be.
        path: PathBuf,
        /// The database.
        database: Box<str>,
    },
    /// The database cannot be reached.
    #[error(
        "{database} is away ({detail}); nothing was written, and what was read before is still served"
    )]
    Away {
        /// The database.
        database: Box<str>,
        /// What was tried, and what became of it.
        detail: String,
    },
    /// The connection broke when the change set was to become permanent.
    #[error(
        "{database} went away ({detail}) while the change was made permanent; look whether it was before repeating it"
    )]
    Uncertain {
        /// The database.
        database: Box<str>,
        /// What became of the connection.
        detail: String,
    },
    /// The database failed in another way.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A backup cannot be restored. Nothing was changed.
    #[error("the backup cannot be restored: {}{detail}; nothing was changed", at_line(*line))]
    Backup {
        /// The line; 0 if it is about the whole.
        line: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// What was to be written is unacceptable by itself.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for the installation's key")]
    NoRandomness,
    /// The work was given up: its code panicked, or the store is closed. Nothing was written.
    #[error("the store gave up on this work; nothing was written")]
    Abandoned,
}

fn at_line(line: u64) -> String {
    match line {
        0 => String::new(),
        line => format!("line {line}: "),
    }
}

fn in_use(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "another process, which has not yet said which".to_owned(),
        Holder::to_string,
    )
}

/// What makes a change set unacceptable whatever is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The name of a kind.
    #[error("`{0}` is not a kind: lower-case letters, digits and `_`, a letter first, at most 32")]
    Kind(String),
    /// The id of a document.
    #[error("{kind} `{id}`: an id has 1 to 256 bytes and no control characters")]
    Id {
        /// The document's kind.
        kind: Kind,
        /// The id, cut and escaped.
        id: String,
    },
    /// The document would not be an object.
    #[error("{kind} `{id}` would become {found}; a document is a JSON object")]
    NotAnObject {
        /// The document's kind.
        kind: Kind,
        /// The document's id.
        id: Box<str>,
        /// What it would be.
        found: &'static str,
    },
    /// The document is nested too deep.
    #[error("{kind} `{id}` is nested deeper than {limit} levels")]
    TooDeep {
        /// The document's kind.
        kind: Kind,
        /// The document's id.
        id: Box<str>,
        /// The bound.
        limit: usize,
    },
    /// The document is too long.
    #[error("{kind} `{id}` has {length} bytes of JSON; {limit} are accepted")]
    TooLong {
        /// The document's kind.
        kind: Kind,
        /// The document's id.
        id: Box<str>,
        /// Its length.
        length: usize,
        /// The bound.
        limit: usize,
    },
    /// The space or the key of a note.
    #[error("`{given}` is not the {what} of a note: {right}")]
    Note {
        /// Which of the two.
        what: &'static str,
        /// What was given, cut and escaped.
        given: String,
        /// What would be right.
        right: &'static str,
    },
    /// The note is too long.
    #[error("the note `{key}` has {length} bytes of JSON; {limit} are accepted")]
    NoteTooLong {
        /// Its key.
        key: Box<str>,
        /// Its length.
        length: usize,
        /// The bound.
        limit: usize,
    },
    /// The name of an event.
    #[error(
        "`{0}` is not the name of an event: lower-case letters, digits and `_`, a letter first, at most 32"
    )]
    Event(String),
    /// A word about the change holds what no database keeps.
    #[error("`{field}` of the change holds a NUL character, which no text has")]
    Nul {
        /// Which word.
        field: &'static str,
    },
    /// A word about the change is too long.
    #[error("`{field}` of the change has {length} bytes; {limit} are accepted")]
    Meta {
        /// Which word.
        field: &'static str,
        /// Its length.
        length: usize,
        /// The bound.
        limit: usize,
    },
}

/// Why a change set was not applied. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError<E> {
    /// The validation refused it.
    #[error("{0}")]
    Refused(E),
    /// Something else is stored than was expected.
    #[error("{kind} `{id}` {}; read it again and repeat the change", conflict(*expected, *found))]
    Conflict {
        /// The document's kind.
        kind: Kind,
        /// The document's id.
        id: Box<str>,
        /// What was expected.
        expected: crate::change::Expect,
        /// The version that is stored, if any.
        found: Option<u64>,
    },
    /// It is unacceptable by itself.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn conflict(expected: crate::change::Expect, found: Option<u64>) -> String {
    use crate::change::Expect;
    match (expected, found) {
        (Expect::Version(expected), Some(found)) => {
            format!("was changed since (version {found}, expected {expected})")
        }
        (Expect::Absent, _) => "exists already".to_owned(),
        _ => "does not exist".to_owned(),
    }
}
