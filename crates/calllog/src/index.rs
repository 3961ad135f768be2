//! The indexer: from closed segments into day files.

pub(crate) mod day_file;
mod retention;

pub(crate) use day_file::{COLUMNS, DayFile, HOUR, LAYOUT, SHADOWED, progress_of};

use crate::codec::decode;
use crate::day::Day;
use crate::entry::Entry as Call;
use crate::error::CallLogError;
use crate::health::{Cause, Part};
use crate::segment::{self, Frames};
use crate::writer::Shared;
use crate::{Result, unix_millis};
use retention::Retention;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How often closed segments are looked for.
const PERIOD: Duration = Duration::from_secs(1);
/// Rows of a transaction.
const ROWS: usize = 1_000;
/// Day files kept open for writing.
const OPEN_DAYS: usize = 3;

/// The indexer's state; a thread calls `pass`.
#[derive(Debug)]
pub(crate) struct Indexer {
    shared: Arc<Shared>,
    days: BTreeMap<Day, DayFile>,
    retention: Retention,
    /// Set when the indexer shall end: the segment in hand is left as it is.
    stop: Arc<AtomicBool>,
}

impl Indexer {
    pub(crate) fn new(shared: Arc<Shared>, stop: Arc<AtomicBool>) -> Self {
        Self {
            shared,
            days: BTreeMap::new(),
            retention: Retention::new(Instant::now(), unix_millis()),
            stop,
        }
    }

    /// Moves every closed segment, then deletes what is too old or too much. `now` is Unix time
    /// in milliseconds.
    pub(crate) fn pass(&mut self, now: u64) {
        match self.move_all() {
            Ok(()) => self.shared.counters.clear(Part::Indexer),
            Err(error) => {
                // Its names may be ahead of what was committed.
                self.days.clear();
                let message = format!("{error}; segments are kept until it works");
                let cause = Cause::of(&error);
                let counters = &self.shared.counters;
                counters.raise(Part::Indexer, now, cause, message);
            }
        }
        let kept = self
            .retention
            .pass(&self.shared, &mut self.days, now, Instant::now());
        match kept {
            Ok(None) => self.shared.counters.clear(Part::Retention),
            Ok(Some(message)) => {
                let counters = &self.shared.counters;
                counters.raise(Part::Retention, now, Cause::Clock, message);
            }
            Err(error) => {
                let (cause, message) = (Cause::of(&error), error.to_string());
                let counters = &self.shared.counters;
                counters.raise(Part::Retention, now, cause, message);
            }
        }
    }

    fn move_all(&mut self) -> Result<()> {
        let dir = self.shared.options.dir.clone();
        let sequences = segment::list(&dir).map_err(CallLogError::io("cannot list", &dir))?;
        let closed = self.shared.closed_below.load(Ordering::Acquire);
        let mut left: u64 = 0;
        for sequence in &sequences {
            left += std::fs::metadata(segment::path(&dir, *sequence)).map_or(0, |meta| meta.len());
        }
        for sequence in sequences.into_iter().take_while(|s| *s < closed) {
            self.set_stride(left);
            let path = segment::path(&dir, sequence);
            self.unmoved(written(&path));
            if self.stopped() {
                return Ok(());
            }
            left = left.saturating_sub(self.move_segment(&path)?);
        }
        self.set_stride(left);
        self.unmoved(0);
        Ok(())
    }

    /// Since when the oldest rows that could be moved wait for it.
    fn unmoved(&self, since: u64) {
        let counters = &self.shared.counters;
        counters.unmoved_since.store(since, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// When segments pile up, cores keep samples of allowed requests.
    fn set_stride(&self, left: u64) {
        let limit = self.shared.options.segments_bytes.max(1);
        let stride = match left * 4 / limit {
            0..2 => 1,
            2 => 4,
            3 => 16,
            _ => 64,
        };
        let counters = &self.shared.counters;
        counters.stride.store(stride, Ordering::Relaxed);
        counters.segment_bytes.store(left, Ordering::Relaxed);
    }

    /// Moves one segment and deletes it; how long it was. A segment that was moved in part before
    /// is taken up where it was left.
    fn move_segment(&mut self, path: &Path) -> Result<u64> {
        let bytes = match segment::load(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(CallLogError::io("cannot read", path)(error)),
        };
        // It is read here once more if a day file was deleted under our hands.
        for _ in 0..3 {
            let touched = self.move_rows(path, &bytes)?;
            if self.stopped() {
                return Ok(0);
            }
            let mut all_there = true;
            for day in touched {
                if let Some(file) = self.days.get(&day) {
                    file.sync()?;
                    all_there &= file.is_there();
                }
            }
            if all_there {
                let guard = self.shared.moving.write();
                std::fs::remove_file(path).map_err(CallLogError::io("cannot delete", path))?;
                drop(guard);
                return Ok(bytes.len() as u64);
            }
        }
        Err(CallLogError::io("cannot keep the day files of", path)(
            std::io::Error::other("they are deleted while they are written"),
        ))
    }

    /// Moves a segment's rows; the days that have some.
    fn move_rows(&mut self, path: &Path, bytes: &[u8]) -> Result<Vec<Day>> {
        let identity = segment::identity(bytes);
        let mut frames = Frames::new(bytes);
        let mut pending: BTreeMap<Day, Vec<Call>> = BTreeMap::new();
        let mut touched = Vec::new();
        let mut unread = 0;
        for frame in frames.by_ref() {
            if self.stopped() {
                break;
            }
            let Some(entries) = decode(frame.payload) else {
                unread += frame.end - frame.start;
                continue;
            };
            for entry in entries {
                pending.entry(Day::of(entry.id)).or_default().push(entry);
            }
            let waiting: usize = pending.values().map(Vec::len).sum();
            if waiting >= ROWS {
                touched.extend(pending.keys());
                self.commit(&mut pending, identity, frame.end)?;
            }
        }
        touched.extend(pending.keys());
        if !self.stopped() {
            self.commit(&mut pending, identity, bytes.len() as u64)?;
            self.report(path, frames.damaged + unread, frames.tail);
        }
        touched.sort_unstable();
        touched.dedup();
        Ok(touched)
    }

    fn commit(
        &mut self,
        pending: &mut BTreeMap<Day, Vec<Call>>,
        identity: Option<i64>,
        done: u64,
    ) -> Result<()> {
        for (day, rows) in std::mem::take(pending) {
            let file = self.day(day)?;
            let before = match identity {
                Some(identity) => file.progress(identity)?,
                None => 0,
            };
            if before >= done {
                continue;
            }
            file.write(&rows, identity, done)?;
            self.retention.written(day);
            let counters = &self.shared.counters;
            counters
                .indexed
                .fetch_add(rows.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The day's file, opened anew where it is not there any more.
    fn day(&mut self, day: Day) -> Result<&mut DayFile> {
        let dir = &self.shared.options.dir;
        if self.days.get(&day).is_some_and(|file| !file.is_there()) {
            self.days.remove(&day);
            tracing::error!(%day, "call log: a day file was deleted while it was open, with what was in it");
        }
        while self.days.len() > OPEN_DAYS {
            self.days.pop_first();
        }
        match self.days.entry(day) {
            Entry::Occupied(file) => Ok(file.into_mut()),
            Entry::Vacant(place) => {
                let file = match DayFile::open(dir, day) {
                    Err(CallLogError::Day { source, .. }) if is_damaged(&source) => {
                        set_aside(dir, day)?;
                        DayFile::open(dir, day)?
                    }
                    other => other?,
                };
                Ok(place.insert(file))
            }
        }
    }

    /// Counts and logs what a segment had that could not be read.
    fn report(&self, path: &Path, damaged: u64, tail: u64) {
        let counters = &self.shared.counters;
        if damaged > 0 {
            counters.damaged_bytes.fetch_add(damaged, Ordering::Relaxed);
            tracing::error!(path = %path.display(), damaged, "call log: bytes of a segment do not pass their checksum and are left out");
        }
        if tail > 0 {
            counters.torn_tails.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(path = %path.display(), tail, "call log: a segment ends within a record that was being written; it is left out");
        }
    }
}

/// When a file was last written, in Unix milliseconds.
fn written(path: &Path) -> u64 {
    let written = std::fs::metadata(path).and_then(|meta| meta.modified());
    let since = written
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
    )
}

/// Puts a day file that SQLite cannot read out of the way.
fn set_aside(dir: &Path, day: Day) -> Result<()> {
    let path = day.path(dir);
    let mut aside = path.clone().into_os_string();
    aside.push(format!(".damaged-{}", unix_millis()));
    tracing::error!(path = %path.display(), aside = %Path::new(&aside).display(), "call log: a day file is damaged and is set aside");
    std::fs::rename(&path, &aside).map_err(CallLogError::io("cannot set aside", &path))
}

/// Runs an indexer on a thread of its own, until `end` is dropped.
pub(crate) fn spawn(mut indexer: Indexer, end: Receiver<()>) -> Result<JoinHandle<()>> {
    let dir = indexer.shared.options.dir.clone();
    std::thread::Builder::new()
        .name("calllog-index".to_owned())
        .spawn(move || {
            loop {
                indexer.pass(unix_millis());
                match end.recv_timeout(PERIOD) {
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })
        .map_err(CallLogError::io("cannot start a thread for", &dir))
}

#[cfg(test)]
mod tests;
