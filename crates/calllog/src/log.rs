//! The log as a whole: opening, handing out ends, closing.

use crate::error::CallLogError;
use crate::follow::{Followers, Subscription};
use crate::health::{Counters, Health};
use crate::index::{self, Indexer};
use crate::query::{Filter, Reader};
use crate::ring::{self, Producer};
use crate::sync::{self, ToSync};
use crate::tenant_days::TenantDays;
use crate::writer::{self, Control, Shared, Writer};
use crate::{Result, segment, unix_millis};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

/// Where and how the log is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory, made where there is none. Everything of ours in it is named
    /// `segment-….log`, `calls-….sqlite` (with SQLite's `-wal` and `-shm`) or `lock`.
    pub dir: PathBuf,
    /// Entries a producer's common queue holds.
    pub ring: usize,
    /// Entries a producer's queue for refusals alone holds.
    pub reserve: usize,
    /// Bytes from which on a segment is closed; 32 MiB at most.
    pub segment_bytes: u64,
    /// Age from which on a segment is closed.
    pub segment_age: Duration,
    /// Bytes of segments on disk from which on the overload is severest; sampling of allowed
    /// requests begins at half of it.
    pub segments_bytes: u64,
    /// Bytes kept in memory while the disk takes none.
    pub waiting_bytes: usize,
    /// Refusals a second, of one code and source, from which on they are folded.
    pub fold_above: u64,
    /// Days that are kept besides today.
    pub keep_days: u32,
    /// Bytes that are kept.
    pub keep_bytes: u64,
}

impl Options {
    /// The defaults: 30 days, 10 GiB.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            ring: 4_096,
            reserve: 1_024,
            segment_bytes: 8 << 20,
            segment_age: Duration::from_secs(5),
            segments_bytes: 1 << 30,
            waiting_bytes: 8 << 20,
            fold_above: 1_000,
            keep_days: 30,
            keep_bytes: 10 << 30,
        }
    }
}

/// How long a flush or a close waits for a disk that is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// The call log, open for writing. Dropping it closes it.
#[derive(Debug)]
pub struct CallLog {
    shared: Arc<Shared>,
    lines: Lines,
    to_sync: Mutex<Option<Sender<ToSync>>>,
    end_index: Mutex<Option<Sender<()>>>,
    stop_index: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held for as long as the log is open: no other process may write here.
    _lock: File,
}

/// How to talk to the writer.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    control: Sender<Control>,
    writer: Thread,
}

impl Lines {
    fn send(&self, control: Control) -> bool {
        let sent = self.control.send(control).is_ok();
        self.writer.unpark();
        sent
    }

    /// Has the rings emptied into the segment; `false` if the writer did not manage in time.
    pub(crate) fn drain(&self, patience: Duration) -> bool {
        let (done, answer) = sync_channel(1);
        self.send(Control::Drain(done)) && answer.recv_timeout(patience).is_ok()
    }
}

impl CallLog {
    /// Opens the log, taking up what an earlier process left. Fails if another process has it, or
    /// if the directory cannot be made.
    pub fn open(options: Options) -> Result<Self> {
        let dir = options.dir.clone();
        make_dir(&dir).map_err(CallLogError::io("cannot create", &dir))?;
        let lock = lock(&dir)?;
        let left = segment::list(&dir).map_err(CallLogError::io("cannot list", &dir))?;
        let next = left.last().map_or(1, |last| last.saturating_add(1));
        let shared = Arc::new(Shared {
            options,
            counters: Arc::new(Counters::default()),
            new_rings: Mutex::new(Vec::new()),
            gauges: Mutex::new(Vec::new()),
            followers: Followers::default(),
            closed_below: AtomicU64::new(next),
            moving: RwLock::new(()),
            tenant_days: TenantDays::default(),
        });
        let (to_sync, sync_orders) = channel();
        let (control, controls) = channel();
        let (end_index, index_end) = channel();
        let stop_index = Arc::new(AtomicBool::new(false));
        let syncing = sync::spawn(shared.clone(), sync_orders)?;
        let writing = writer::spawn(Writer::new(shared.clone(), next, to_sync.clone()), controls)?;
        let indexer = Indexer::new(shared.clone(), stop_index.clone());
        let indexing = index::spawn(indexer, index_end)?;
        Ok(Self {
            lines: Lines {
                control,
                writer: writing.thread().clone(),
            },
            shared,
            to_sync: Mutex::new(Some(to_sync)),
            end_index: Mutex::new(Some(end_index)),
            stop_index,
            threads: Mutex::new(vec![writing, syncing, indexing]),
            _lock: lock,
        })
    }

    /// A new end to push entries into: one per core.
    pub fn producer(&self) -> Producer {
        let (producer, ring) = ring::ring(
            self.shared.options.ring,
            self.shared.options.reserve,
            self.shared.options.fold_above,
            self.lines.writer.clone(),
            self.shared.counters.clone(),
        );
        if let Ok(mut gauges) = self.shared.gauges.lock() {
            gauges.push(ring.gauge());
        }
        if let Ok(mut rings) = self.shared.new_rings.lock() {
            rings.push(ring);
        }
        producer
    }

    /// Whom to ask for how many days besides today tenants keep what is recorded of their services;
    /// the rest is kept as long as the log's. Asked every few seconds, on a thread of the log. Only
    /// the first call counts.
    pub fn tenants_keep(&self, ask: impl Fn() -> Vec<(Arc<str>, u32)> + Send + Sync + 'static) {
        self.shared.tenant_days.set(Box::new(ask));
    }

    /// Asks questions, also of what is not in day files yet.
    pub fn reader(&self) -> Reader {
        Reader::live(self.shared.clone(), self.lines.clone())
    }

    /// Follows the log from now on. At most `capacity` entries wait; more are counted as missed.
    pub fn follow(&self, filter: Filter, capacity: usize) -> Subscription {
        self.shared.followers.add(filter, capacity)
    }

    /// How the log fares.
    pub fn health(&self) -> Health {
        let mut health = self.shared.counters.health(unix_millis());
        if let Ok(gauges) = self.shared.gauges.lock() {
            for gauge in &*gauges {
                let (rows, bytes) = gauge.now();
                health.queued += rows as u64;
                health.queued_bytes += bytes as u64;
            }
        }
        health
    }

    /// Writes and syncs everything that was pushed before the call. Blocks: not for cores.
    pub fn flush(&self) -> Result<()> {
        let silent = |thread| CallLogError::Silent {
            thread,
            seconds: PATIENCE.as_secs(),
        };
        if !self.lines.drain(PATIENCE) {
            return Err(silent("writer"));
        }
        let (done, answer): (SyncSender<bool>, _) = sync_channel(1);
        if let Ok(Some(line)) = self.to_sync.lock().as_deref() {
            let _ = line.send(ToSync::Now(done));
        }
        match answer.recv_timeout(PATIENCE) {
            Ok(true) => Ok(()),
            Ok(false) => Err(CallLogError::Io {
                what: "cannot sync",
                path: self.shared.options.dir.clone(),
                source: std::io::Error::other("see the log's alarms"),
            }),
            Err(_) => Err(silent("sync")),
        }
    }

    /// Has closed segments moved into day files now instead of within a second.
    pub fn index_now(&self) {
        if let Ok(Some(end)) = self.end_index.lock().as_deref() {
            let _ = end.send(());
        }
    }

    /// Writes and syncs everything that was pushed, then ends the log's threads. What is pushed
    /// after is counted as dropped. Blocks: not for cores.
    pub fn close(&self) {
        self.lines.send(Control::Close);
        self.stop_index.store(true, Ordering::Relaxed);
        if let Ok(mut end) = self.end_index.lock() {
            end.take();
        }
        if let Ok(mut line) = self.to_sync.lock() {
            line.take();
        }
        let threads = match self.threads.lock() {
            Ok(mut threads) => std::mem::take(&mut *threads),
            Err(_) => return,
        };
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("call log: one of its threads ended by a bug");
            }
        }
        self.shared.followers.end();
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        self.close();
    }
}

/// Makes the directory. Who calls what is nobody else's business.
pub(crate) fn make_dir(dir: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Takes the directory for this process.
fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    let fault = |what| CallLogError::io(what, &path);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(fault("cannot open"))?;
    match file.try_lock() {
        Ok(()) => {
            let write = |file: &mut File| {
                file.set_len(0)?;
                write!(file, "{}", std::process::id())
            };
            write(&mut file).map_err(fault("cannot write"))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.take(20).read_to_string(&mut holder);
            Err(CallLogError::Taken {
                dir: dir.to_owned(),
                holder: if holder.is_empty() {
                    "unknown".to_owned()
                } else {
                    holder
                },
            })
        }
        Err(TryLockError::Error(error)) => Err(fault("cannot lock")(error)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
