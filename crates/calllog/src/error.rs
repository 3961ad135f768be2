//! What can go wrong with the log itself.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the call log. None of them ever reaches a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallLogError {
    /// Another process has the directory.
    #[error(
        "the call log in {dir} belongs to process {holder}, which is running; \
         stop it, or give this one a directory of its own"
    )]
    Taken {
        /// The directory.
        dir: PathBuf,
        /// Who has it: its process id, or `unknown`.
        holder: String,
    },
    /// A file or directory could not be used.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was tried, such as `cannot create`.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A day file could not be used.
    #[error("day file {path}: {source}")]
    Day {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The log's thread is gone or did not answer in time.
    #[error("the call log's {thread} did not answer within {seconds} s")]
    Silent {
        /// Which thread.
        thread: &'static str,
        /// How long was waited.
        seconds: u64,
    },
}

impl CallLogError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(crate) fn day(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Day { path, source }
    }
}

/// Result of the call log's own work.
pub type Result<T, E = CallLogError> = std::result::Result<T, E>;
