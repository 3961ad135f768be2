//! What was used of quotas, kept in the data directory: a month's quota is not a new one after a
//! restart.
//!
//! One file, replaced as a whole and on the disk before it is. Whoever counts says what there is;
//! this writes it and reads it again.

mod file;
#[cfg(test)]
mod tests;

pub use file::Damaged;
pub(crate) use file::replace;

use postern_state::Counted;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often what was used is written: what was counted since is lost where a process is killed.
pub const EVERY: Duration = Duration::from_secs(1);
/// How often at least, however long writing takes.
const AT_LEAST: Duration = Duration::from_secs(30);
/// Writing takes at most this part of the time.
const PART: u32 = 20;

/// Where what was used is kept.
#[derive(Debug)]
pub struct QuotaFile {
    place: PathBuf,
    /// One writer at a time: what is newer must not be replaced by what is older.
    writing: Mutex<()>,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The file is there and cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not what was written.
    #[error("{0}; it was put aside as `{1}`")]
    Damaged(Damaged, PathBuf),
}

impl QuotaFile {
    /// That of a data directory.
    pub fn new(data: &Path) -> Self {
        Self {
            place: data.join("quotas"),
            writing: Mutex::new(()),
        }
    }

    /// What was kept; nothing if nothing was yet. Blocks; for start-up.
    ///
    /// # Errors
    /// There is something that cannot be read. What is damaged is put aside.
    pub fn read(&self) -> Result<Vec<Counted>, Unread> {
        let bytes = match std::fs::read(&self.place) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        file::decode(&bytes).map_err(|damaged| {
            let aside = self.place.with_extension("damaged");
            match std::fs::rename(&self.place, &aside) {
                Ok(()) => Unread::Damaged(damaged, aside),
                Err(error) => error.into(),
            }
        })
    }

    /// Writes what `counted` gives, if it gives anything. It is asked only when nobody else writes.
    /// Blocks.
    ///
    /// # Errors
    /// It could not be written; the older file is there still.
    pub fn write(&self, counted: impl FnOnce() -> Option<Vec<Counted>>) -> io::Result<()> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match counted() {
            Some(counted) => file::replace(&self.place, &file::encode(&counted)),
            None => Ok(()),
        }
    }
}

/// How long to wait after a write that began at `began`: writing much must not become all that is
/// done.
pub fn pause(began: Instant, now: Instant) -> Duration {
    let took = now.saturating_duration_since(began);
    took.saturating_mul(PART).clamp(EVERY, AT_LEAST)
}
