//! One day's SQLite file, as it is written.

mod forget;
mod insert;

pub(crate) use forget::Cursor;

use crate::Result;
use crate::day::Day;
use crate::entry::Entry;
use crate::error::CallLogError;
use insert::{Names, insert};
use rusqlite::{Connection, OpenFlags, params};
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The layout, in `user_version`.
pub(crate) const LAYOUT: i64 = 2;

/// Names that come from configuration are integers into `names`; what callers choose is not, so
/// that they cannot make that table grow. Ids are 16 bytes, big endian: they sort by time.
/// `seen` has, per hour and way of calling, the first and the last allowed request: what *when did
/// this last work* needs. `progress` has how far a segment was moved here.
const SCHEMA: &str = "
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE calls (
  id BLOB PRIMARY KEY, start INTEGER, duration INTEGER, outcome INTEGER, status INTEGER,
  code INTEGER, stage INTEGER, fault INTEGER, method TEXT, host TEXT, path TEXT,
  client BLOB, peer BLOB, port INTEGER, protocol INTEGER,
  tenant INTEGER, app INTEGER, credential TEXT, service INTEGER, version INTEGER,
  operation INTEGER, environment INTEGER, subscription INTEGER, policy INTEGER,
  upstream INTEGER, target INTEGER, attempts INTEGER, bytes_in INTEGER, bytes_out INTEGER,
  revision INTEGER, directory INTEGER, client_request_id TEXT, trace BLOB,
  weight INTEGER, count INTEGER, fold BLOB, facts BLOB, detail BLOB
) WITHOUT ROWID;
CREATE INDEX calls_by_code ON calls (code, id) WHERE code IS NOT NULL;
CREATE TABLE seen (
  service INTEGER, version INTEGER, operation INTEGER, app INTEGER, hour INTEGER,
  first BLOB, last BLOB, PRIMARY KEY (service, version, operation, app, hour)
) WITHOUT ROWID;
CREATE TABLE progress (segment INTEGER PRIMARY KEY, done INTEGER NOT NULL);
";

/// Rows that say what policies in shadow mode would have refused: `"shadow":[` in the detail.
pub(crate) const SHADOWED: &str =
    "detail IS NOT NULL AND instr(detail, x'22736861646F77223A5B') > 0";

/// The columns, in the order in which they are written and read.
pub(crate) const COLUMNS: &str = "id, start, duration, outcome, status, code, stage, fault, method, \
     host, path, client, peer, port, protocol, tenant, app, credential, service, version, \
     operation, environment, subscription, policy, upstream, target, attempts, bytes_in, \
     bytes_out, revision, directory, client_request_id, trace, weight, count, fold, facts, detail";

/// Milliseconds of an hour.
pub(crate) const HOUR: u64 = 3_600_000;

/// A day file that is being written. After an error it must be dropped: its names may be ahead of
/// the file.
#[derive(Debug)]
pub(crate) struct DayFile {
    connection: Connection,
    names: Names,
    path: PathBuf,
    inode: u64,
}

impl DayFile {
    /// Opens the day's file, making it where there is none.
    pub(crate) fn open(dir: &Path, day: Day) -> Result<Self> {
        let path = day.path(dir);
        let new = !path.exists();
        if new {
            // The journal of a file that was deleted has changes to pages that are gone.
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(beside(&path, suffix));
            }
        }
        let connection = prepare(&path).map_err(CallLogError::day(&path))?;
        if new {
            File::open(dir)
                .and_then(|dir| dir.sync_all())
                .map_err(CallLogError::io("cannot sync", dir))?;
        }
        let inode = std::fs::metadata(&path)
            .map_err(CallLogError::io("cannot look at", &path))?
            .ino();
        Ok(Self {
            connection,
            names: Names::default(),
            path,
            inode,
        })
    }

    /// Whether the file still stands where it was opened: SQLite goes on without complaint in a
    /// file that was deleted.
    pub(crate) fn is_there(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| found.ino() == self.inode)
    }

    /// How far a segment was moved here: an offset in it.
    pub(crate) fn progress(&self, segment: i64) -> Result<u64> {
        progress_of(&self.connection, segment).map_err(CallLogError::day(&self.path))
    }

    /// Writes rows and how far their segment has been moved, all or nothing.
    pub(crate) fn write(&mut self, rows: &[Entry], segment: Option<i64>, done: u64) -> Result<()> {
        let fault = CallLogError::day(&self.path);
        let mut write = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            insert(&transaction, &mut self.names, rows)?;
            // They may be of a tenant that had none left.
            transaction
                .prepare_cached("DELETE FROM emptied")?
                .execute([])?;
            if let Some(segment) = segment {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO progress VALUES (?1, ?2)")?
                    .execute(params![segment, done.cast_signed()])?;
            }
            transaction.commit()
        };
        write().map_err(fault)
    }

    /// Makes what was written survive a power cut: a commit alone does not sync the journal.
    pub(crate) fn sync(&self) -> Result<()> {
        for path in [beside(&self.path, "-wal"), self.path.clone()] {
            match File::open(&path).and_then(|file| file.sync_all()) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(CallLogError::io("cannot sync", &path)(error)),
            }
        }
        Ok(())
    }

    /// Bytes of the pages in use: what deleting rows lowers, though the file stays as long.
    pub(crate) fn used(&self) -> Result<u64> {
        let sum = |connection: &Connection| -> rusqlite::Result<i64> {
            let number =
                |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok((number("page_count")? - number("freelist_count")?) * number("page_size")?)
        };
        sum(&self.connection)
            .map(i64::cast_unsigned)
            .map_err(CallLogError::day(&self.path))
    }

    /// Deletes the oldest rows, so many.
    pub(crate) fn trim(&self, rows: u32) -> Result<usize> {
        let sql = "DELETE FROM calls WHERE id IN (SELECT id FROM calls ORDER BY id LIMIT ?1)";
        self.connection
            .execute(sql, [rows])
            .map_err(CallLogError::day(&self.path))
    }
}

/// The file that SQLite keeps beside a day's file.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn progress_of(connection: &Connection, segment: i64) -> rusqlite::Result<u64> {
    let mut query = connection.prepare_cached("SELECT done FROM progress WHERE segment = ?1")?;
    let mut rows = query.query([segment])?;
    match rows.next()? {
        Some(row) => row.get::<_, i64>(0).map(i64::cast_unsigned),
        None => Ok(0),
    }
}

fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    // A file that is there keeps its own. Four times the usual: fewer calls into the kernel, and
    // a refusal's row of up to 4 kB stays on its page (SQLite file format §1.6: an index cell
    // keeps at most a quarter of a page).
    connection.pragma_update(None, "page_size", 16_384)?;
    // What is deleted out of a day that stays can be given back.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 1_000)?;
    connection.pragma_update(None, "cache_size", -8_192)?;
    let layout: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if layout == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", LAYOUT)?;
        transaction.commit()?;
    } else if layout != LAYOUT {
        return Err(rusqlite::Error::IntegralValueOutOfRange(0, layout));
    }
    connection.execute_batch(forget::SCHEMA)?;
    // Younger than the layout. An older Postern keeps it, and does not miss it.
    connection.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS calls_by_shadow ON calls (id) WHERE {SHADOWED}"
    ))?;
    Ok(connection)
}
