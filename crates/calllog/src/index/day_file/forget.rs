//! Rows of some tenants, out of a day file.

use super::DayFile;
use crate::Result;
use crate::error::CallLogError;
use rusqlite::{OptionalExtension as _, params};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// How far a day was gone through: the last id that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Cursor(Vec<u8>);

/// The table of what was deleted is younger than the layout. An older Postern does not miss it.
pub(super) const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS emptied (tenant INTEGER PRIMARY KEY) WITHOUT ROWID";

/// As SQLite numbers the mode of `auto_vacuum`.
const INCREMENTAL: i64 = 2;

/// Above every id.
const END: [u8; 17] = [0xff; 17];

impl DayFile {
    /// The numbers of those of the tenants that may have rows here. From now on, deleted bytes are
    /// overwritten where they stand. What SQLite left behind when it moved rows between pages may
    /// stay in unused room of a page until the day goes as a whole.
    pub(crate) fn begin_forgetting(&self, tenants: &BTreeSet<Arc<str>>) -> Result<Vec<i64>> {
        let look = || -> rusqlite::Result<Vec<i64>> {
            self.connection.pragma_update(None, "secure_delete", "ON")?;
            let mut number = self.connection.prepare_cached(
                "SELECT id FROM names WHERE name = ?1 AND id NOT IN (SELECT tenant FROM emptied)",
            )?;
            let mut found = Vec::new();
            for tenant in tenants {
                found.extend(
                    number
                        .query_row([tenant], |row| row.get::<_, i64>(0))
                        .optional()?,
                );
            }
            Ok(found)
        };
        look().map_err(CallLogError::day(&self.path))
    }

    /// Looks at so many rows behind the cursor and deletes those of the tenants, and when their
    /// services were last called. Gives how many went, and whether none is left; then that is
    /// remembered in the file.
    pub(crate) fn forget(
        &mut self,
        tenants: &[i64],
        cursor: &mut Cursor,
        rows: u32,
    ) -> Result<(u64, bool)> {
        let mut forget = || -> rusqlite::Result<(u64, bool)> {
            let transaction = self.connection.transaction()?;
            let last: Option<Vec<u8>> = transaction
                .prepare_cached("SELECT id FROM calls WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2")?
                .query_row(params![cursor.0, rows.saturating_sub(1)], |row| row.get(0))
                .optional()?;
            let is_through = last.is_none();
            let last = last.unwrap_or_else(|| END.to_vec());
            let (mut deleted, mut services) = (0, HashSet::new());
            for tenant in tenants {
                let mut delete = transaction.prepare_cached(
                    "DELETE FROM calls WHERE id > ?1 AND id <= ?2 AND tenant = ?3 \
                     RETURNING service",
                )?;
                let mut gone = delete.query(params![cursor.0, last, tenant])?;
                while let Some(row) = gone.next()? {
                    deleted += 1;
                    services.extend(row.get::<_, Option<i64>>(0)?);
                }
            }
            for service in services {
                transaction
                    .prepare_cached("DELETE FROM seen WHERE service = ?1")?
                    .execute([service])?;
            }
            if is_through {
                let mut emptied =
                    transaction.prepare_cached("INSERT OR IGNORE INTO emptied VALUES (?1)")?;
                for tenant in tenants {
                    emptied.execute([tenant])?;
                }
            }
            transaction.commit()?;
            cursor.0 = last;
            Ok((deleted, is_through))
        };
        forget().map_err(CallLogError::day(&self.path))
    }

    /// Gives so many free pages back to the file system; whether none is left. A file from before
    /// this was possible keeps them until it goes as a whole.
    pub(crate) fn give_back(&self, pages: u32) -> Result<bool> {
        let give = || -> rusqlite::Result<bool> {
            let number = |name| {
                self.connection
                    .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            };
            if number("auto_vacuum")? == INCREMENTAL && number("freelist_count")? > 0 {
                let sql = format!("PRAGMA incremental_vacuum({pages})");
                let mut statement = self.connection.prepare(&sql)?;
                // It gives back a page in each step.
                let before = number("freelist_count")?;
                let mut steps = statement.query([])?;
                while steps.next()?.is_some() {}
                if number("freelist_count")? < before {
                    return Ok(false);
                }
            }
            // What was deleted stands in the journal still. A reader that is at it is waited for
            // by the next one who writes.
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(true)
        };
        give().map_err(CallLogError::day(&self.path))
    }
}
