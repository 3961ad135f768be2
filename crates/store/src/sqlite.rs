//! SQLite behind [`Database`].

mod chained;
mod migrate;
mod notes;
mod rows;
#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use self::rows::Rows;
use crate::directory::at;
use crate::error::StoreError;
use crate::rows::{Access, Database, Transaction};

/// How long a lock that another program holds is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// One connection.
#[derive(Debug)]
pub(crate) struct Sqlite {
    connection: Connection,
    path: PathBuf,
}

impl Sqlite {
    /// Opens the database for writing, making or migrating it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        // Made here, so that nobody else may read it; SQLite gives its other files the same mode.
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(|error| at(path, "open", error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut sqlite = Self::connect(path, flags)?;
        let Self { connection, path } = &mut sqlite;
        migrate::identify(connection, path, migrate::MIGRATIONS)?;
        // Readers go on while one writes. Every commit is synced: a revocation that was
        // acknowledged outlives a power cut.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .map_err(|error| fault(path, error))?;
        migrate::migrate(connection, path, migrate::MIGRATIONS)?;
        Ok(sqlite)
    }

    /// Opens a database that is already there, for reading.
    pub(crate) fn reader(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::connect(path, flags)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| fault(path, error))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection
            .busy_timeout(BUSY)
            // Nothing in the file's schema may call functions that a stranger put there.
            .and_then(|()| connection.execute_batch("PRAGMA trusted_schema = OFF;"))
            .map_err(|error| fault(path, error))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }
}

impl Database for Sqlite {
    fn begin(&mut self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let behavior = match access {
            Access::Read => TransactionBehavior::Deferred,
            Access::Write => TransactionBehavior::Immediate,
        };
        let transaction = self
            .connection
            .transaction_with_behavior(behavior)
            .map_err(|error| fault(&self.path, error))?;
        Ok(Box::new(Rows::new(transaction, &self.path)))
    }
}

/// What an error of SQLite means to whoever runs Postern.
fn fault(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
            place: path.display().to_string().into(),
            detail: error.to_string(),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::NotWritable {
                path,
                detail: error.to_string(),
            }
        }
        Some(ErrorCode::DiskFull) => StoreError::Full { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
        _ => StoreError::Database {
            path,
            source: Box::new(error),
        },
    }
}
