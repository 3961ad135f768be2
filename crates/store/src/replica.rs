//! The last good state of a shared database, kept in the data directory: what a node begins with
//! while its database is away.
//!
//! An SQLite file with the documents of the moment and no past. It is brought up to date behind
//! what is served, by the change log where that reaches far enough.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use crate::canonical::sha256;
use crate::directory::at;
use crate::document::{Class, Kind, Scope};
use crate::engine::missed;
use crate::error::StoreError;
use crate::postgres::{DATABASE, Postgres};
use crate::revision::Head;
use crate::rows::{Access, Database, Transaction};
use crate::sqlite::Sqlite;
use crate::store::FINGERPRINT;

#[cfg(test)]
mod tests;

const FILE: &str = "replica.db";

/// Where the copy is, and which installation's it has to be.
#[derive(Debug, Clone)]
pub(crate) struct Replica {
    path: PathBuf,
    fingerprint: Box<str>,
}

impl Replica {
    pub(crate) fn new(directory: &Path, fingerprint: &str) -> Self {
        Self {
            path: directory.join(FILE),
            fingerprint: fingerprint.into(),
        }
    }

    /// Opens the copy for reading, and says where the database stood; none if there is none.
    pub(crate) fn open(&self) -> Result<Option<(Sqlite, Head)>, StoreError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let mut sqlite = Sqlite::open(&self.path)?;
        let transaction = sqlite.begin(Access::Read)?;
        let head = transaction.head()?;
        let whose = transaction.meta(FINGERPRINT)?;
        drop(transaction);
        match whose {
            // A first copy was not finished.
            None => Ok(None),
            Some(found) if *found == *self.fingerprint => Ok(Some((sqlite, head))),
            Some(_) => Err(StoreError::KeyDiffers {
                path: self.path.clone(),
            }),
        }
    }

    /// How long ago it was last known that the copy is what the database holds; none if there is no
    /// copy, or no telling.
    pub(crate) fn age(&self) -> Option<Duration> {
        let modified = fs::metadata(&self.path).and_then(|file| file.modified());
        SystemTime::now().duration_since(modified.ok()?).ok()
    }

    /// Notes that it is known now.
    fn confirm(&self) -> std::io::Result<()> {
        let file = File::options().write(true).open(&self.path)?;
        file.set_modified(SystemTime::now())
    }

    /// Brings the copy to where the database stands.
    fn bring_up(&self, database: &mut dyn Database) -> Result<(), StoreError> {
        let from = database.begin(Access::Read)?;
        let name = from.meta(DATABASE)?.unwrap_or_default();
        match self.catch_up(&*from, &name) {
            Ok(true) => Ok(()),
            Err(error @ StoreError::Away { .. }) => Err(error),
            // Whatever is wrong with the copy, another can be made.
            _ => self.copy(&*from, &name),
        }
    }

    /// Applies what changed since; false if that cannot be told.
    fn catch_up(&self, from: &dyn Transaction, name: &str) -> Result<bool, StoreError> {
        let Some((mut sqlite, _)) = self.open()? else {
            return Ok(false);
        };
        let to = sqlite.begin(Access::Write)?;
        if to.meta(DATABASE)?.as_deref() != Some(name) {
            return Ok(false);
        }
        let Some(entries) = missed(from, to.head()?.sequence)? else {
            return Ok(false);
        };
        for entry in entries.iter().filter(|entry| is_served(&entry.kind)) {
            match from.document(&entry.kind, &entry.id)? {
                Some(document) => to.put_document(&document, &sha256(document.json.as_bytes()))?,
                None => to.delete_document(&entry.kind, &entry.id)?,
            }
        }
        to.set_head(&from.head()?)?;
        to.commit()?;
        Ok(true)
    }

    /// Copies everything beside the old copy, and takes its place.
    fn copy(&self, from: &dyn Transaction, name: &str) -> Result<(), StoreError> {
        let new = self.path.with_extension("db.new");
        remove(&new)?;
        let mut sqlite = Sqlite::open(&new)?;
        let to = sqlite.begin(Access::Write)?;
        for class in [Class::Rules, Class::Directory] {
            from.documents(&Scope::Class(class), &mut |document| {
                to.put_document(&document, &sha256(document.json.as_bytes()))
            })?;
        }
        to.set_head(&from.head()?)?;
        to.set_meta(DATABASE, name)?;
        to.set_meta(FINGERPRINT, &self.fingerprint)?;
        to.commit()?;
        // Closing it moves everything into the one file.
        drop(sqlite);
        // What is beside the old one would be taken for the new one's.
        remove_beside(&self.path)?;
        fs::rename(&new, &self.path).map_err(|error| at(&self.path, "replace", error))
    }
}

/// What the gateway never reads is not copied.
fn is_served(kind: &Kind) -> bool {
    kind.class() != Class::Management
}

/// Removes a database and the files beside it.
fn remove(path: &Path) -> Result<(), StoreError> {
    remove_file(path)?;
    remove_beside(path)
}

fn remove_beside(path: &Path) -> Result<(), StoreError> {
    for suffix in ["-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        remove_file(Path::new(&file))?;
    }
    Ok(())
}

fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at(path, "remove", error)),
        _ => Ok(()),
    }
}

/// What is asked of the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// To bring the copy up to date.
    BringUp,
    /// To note that it is.
    Confirm,
}

/// Requests that may wait.
const WAITING: usize = 4;

/// The thread that keeps the copy up to date. Dropping this finishes what was asked of it.
#[derive(Debug)]
pub(crate) struct Keeper {
    asked: Option<SyncSender<Ask>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(crate) fn start(replica: Replica, postgres: Postgres) -> Result<Self, std::io::Error> {
        let (asked, asking) = sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("store-keep".to_owned())
            .spawn(move || keep(&replica, postgres, &asking))?;
        Ok(Self {
            asked: Some(asked),
            thread: Some(thread),
        })
    }

    /// Asks the thread for something, and goes on.
    pub(crate) fn ask(&self, ask: Ask) {
        if let Some(asked) = &self.asked {
            // Where too much waits, what waits will see what is new.
            let _ = asked.try_send(ask);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.asked = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn keep(replica: &Replica, mut postgres: Postgres, asking: &Receiver<Ask>) {
    while let Ok(ask) = asking.recv() {
        let outcome = match ask {
            Ask::BringUp => replica.bring_up(&mut postgres),
            Ask::Confirm => replica
                .confirm()
                .map_err(|error| at(&replica.path, "write the time of", error)),
        };
        if let Err(error) = outcome {
            tracing::warn!(
                copy = %replica.path.display(),
                "the copy for starting without the database was not brought up to date: {error}"
            );
        }
    }
}
