//! Whose database it is, and bringing its schema up to date. Forward only.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::fault;
use crate::error::StoreError;

/// "PSTN": `PRAGMA application_id` of our databases.
const APPLICATION_ID: i64 = 0x5053_544e;

/// The schema's versions: applying the first `n` makes version `n`. A released one never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_initial.sql"),
    include_str!("../../migrations/sqlite/0002_management.sql"),
    include_str!("../../migrations/sqlite/0003_people.sql"),
];

/// Refuses what is not ours, or newer, without writing to it.
pub(super) fn identify(
    connection: &Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let look = || -> rusqlite::Result<(i64, i64, i64)> {
        Ok((
            pragma(connection, "application_id")?,
            pragma(connection, "user_version")?,
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        ))
    };
    let (application_id, version, objects) = look().map_err(|error| fault(path, error))?;
    let empty = application_id == 0 && objects == 0;
    if application_id != APPLICATION_ID && !empty {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
            application_id,
        });
    }
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    Ok(())
}

/// Applies the versions that are missing, each in a transaction of its own.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let version = pragma(connection, "user_version").map_err(|error| fault(path, error))?;
    for (to, sql) in (1_i64..).zip(migrations) {
        if to <= version {
            continue;
        }
        let mut step = || -> rusqlite::Result<()> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", to)?;
            transaction.commit()
        };
        step().map_err(|error| fault(path, error))?;
        tracing::info!(database = %path.display(), version = to, "made the schema's next version");
    }
    Ok(())
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
