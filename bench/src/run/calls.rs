//! The call log of the Postern that is measured, as it is found on disk.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OpenFlags};

/// How long the log may take to move what it holds into a day's file.
const PATIENCE: Duration = Duration::from_mins(1);
/// By then a record has gone from its core into a segment.
const WRITTEN: Duration = Duration::from_millis(150);

/// The directory of a call log.
#[derive(Debug, Clone)]
pub(super) struct Calls(PathBuf);

/// What was kept of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    /// Rows.
    pub(super) rows: u64,
    /// Requests that these rows stand for: more than rows where some were sampled or folded.
    pub(super) requests: u64,
}

/// A moment in the log, after everything that was asked before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark([u8; 16]);

impl Mark {
    /// Before everything.
    pub(super) const BEGINNING: Self = Self([0; 16]);

    /// Now. Ids of requests begin with the millisecond, so this one is let pass.
    pub(super) async fn now() -> Self {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self((now.as_millis() << 80).to_be_bytes())
    }
}

impl Calls {
    /// Of the Postern with this data directory.
    pub(super) fn new(data: &Path) -> Self {
        Self(data.join("calls"))
    }

    /// Waits until every record is in a day's file: a segment is deleted when it has been moved.
    pub(super) async fn settle(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        tokio::time::sleep(WRITTEN).await;
        while !self.files("segment-", ".log")?.is_empty() {
            if Instant::now() > deadline {
                bail!("the call log has not moved its segments in {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// What is in the day files of requests that came after a moment.
    pub(super) fn since(&self, mark: Mark) -> Result<Kept> {
        let mut kept = Kept::default();
        for file in self.files("calls-", ".sqlite")? {
            let counted = count(&file, mark).with_context(|| format!("{}", file.display()))?;
            kept.rows += counted.rows;
            kept.requests += counted.requests;
        }
        Ok(kept)
    }

    fn files(&self, prefix: &str, suffix: &str) -> Result<Vec<PathBuf>> {
        let entries =
            std::fs::read_dir(&self.0).with_context(|| format!("{}", self.0.display()))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(prefix) && name.ends_with(suffix) {
                files.push(path);
            }
        }
        Ok(files)
    }
}

fn count(file: &Path, mark: Mark) -> rusqlite::Result<Kept> {
    let day = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    day.busy_timeout(Duration::from_secs(5))?;
    day.query_row(
        "SELECT count(*), coalesce(sum(weight * count), 0) FROM calls WHERE id >= ?1",
        [mark.0],
        |row| {
            Ok(Kept {
                rows: row.get::<_, i64>(0)?.cast_unsigned(),
                requests: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        },
    )
}
