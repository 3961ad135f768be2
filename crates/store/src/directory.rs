//! The data directory: one process at a time.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;

#[cfg(test)]
mod tests;

const LOCK: &str = "postern.lock";
const DATABASE: &str = "postern.db";

/// Bytes of the lock file that are read.
const MAX_HOLDER: u64 = 4096;

/// How often, and how far apart, the lock is tried: [`DataDirectory::holder`] takes it for a moment.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(10);

/// The process that uses a data directory, as it wrote itself into `postern.lock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// Since when, in Unix seconds.
    pub since: u64,
    /// Where it can be reached, once it said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if let Some(address) = &self.address {
            write!(f, " at {address}")?;
        }
        let since = i64::try_from(self.since).ok().map(Timestamp::from_second);
        match since {
            Some(Ok(since)) => {
                let since = since.to_zoned(TimeZone::system());
                write!(f, ", since {}", since.strftime("%Y-%m-%d %H:%M:%S %:z"))
            }
            // A number that is no time was not written by us.
            _ => Ok(()),
        }
    }
}

/// A data directory that this process has for itself, until the value is dropped.
///
/// The lock is the operating system's (`flock`), so it ends with the process, however that ends.
/// What `postern.lock` says stays behind and means nothing without the lock.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    lock: File,
    holder: Holder,
}

impl DataDirectory {
    /// Takes the directory, making it if it is not there (mode 0700). `now` is written into the
    /// lock file. Waits up to 0.1 s for a lock that is held, then fails with
    /// [`StoreError::InUse`].
    pub fn lock(path: &Path, now: SystemTime) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| at(path, "create the data directory", error))?;
        let file = path.join(LOCK);
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&file)
            .map_err(|error| at(&file, "open", error))?;
        acquire(&lock, path, &file)?;
        let since = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let holder = Holder {
            pid: std::process::id(),
            since,
            address: None,
        };
        let directory = Self {
            path: path.to_owned(),
            lock,
            holder,
        };
        directory.write(&directory.holder)?;
        Ok(directory)
    }

    /// Writes down where this process can be reached, for [`Self::holder`] and for the message that
    /// a second process gets.
    pub fn announce(&self, address: &str) -> Result<(), StoreError> {
        self.write(&Holder {
            address: Some(address.to_owned()),
            ..self.holder
        })
    }

    /// Which process uses the directory, or none. For commands that look for a running Postern.
    pub fn holder(path: &Path) -> Result<Option<Holder>, StoreError> {
        let file = path.join(LOCK);
        let lock = match File::open(&file) {
            Ok(lock) => lock,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&file, "open", error)),
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(read_holder(&lock)),
            Err(TryLockError::Error(error)) => Err(at(&file, "lock", error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the database of documents is, if there is one.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    fn write(&self, holder: &Holder) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(holder).unwrap_or_default();
        line.push(b'\n');
        let mut lock = &self.lock;
        lock.set_len(0)
            .and_then(|()| lock.seek(SeekFrom::Start(0)))
            .and_then(|_| lock.write_all(&line))
            .map_err(|error| at(&self.path.join(LOCK), "write", error))
    }
}

fn acquire(lock: &File, path: &Path, file: &Path) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN),
            Err(TryLockError::Error(error)) => return Err(at(file, "lock", error)),
        }
    }
    Err(StoreError::InUse {
        path: path.to_owned(),
        holder: read_holder(lock),
    })
}

fn read_holder(lock: &File) -> Option<Holder> {
    let mut text = Vec::new();
    lock.take(MAX_HOLDER).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The error of an operation on a file.
pub(crate) fn at(path: &Path, doing: &'static str, source: std::io::Error) -> StoreError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::NotWritable {
            path,
            detail: source.to_string(),
        },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full { path },
        _ => StoreError::Io {
            path,
            doing,
            source,
        },
    }
}
