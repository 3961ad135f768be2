//! The writer: from the rings into the open segment.

use crate::codec::Encoder;
use crate::entry::Entry;
use crate::error::CallLogError;
use crate::flood::Floods;
use crate::follow::Followers;
use crate::health::{Cause, Counters, Part};
use crate::ring::{Gauge, Pushed, Ring};
use crate::segment::{self, Segment};
use crate::sync::ToSync;
use crate::tenant_days::TenantDays;
use crate::{Options, Result};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the writer sleeps when nobody wakes it: what `kill -9` loses is written by then.
const NAP: Duration = Duration::from_millis(50);
/// Entries taken from one queue at a time.
const DRAIN: usize = 4_096;
/// Bytes of a batch from which on it is closed.
const BATCH_BYTES: usize = 256 << 10;
/// Entries of a batch at most.
const BATCH_ROWS: usize = 512;
/// The most bytes from which on a segment is closed, whatever the options say: readers take a
/// segment into memory whole.
const MAX_SEGMENT: u64 = 32 << 20;
/// Milliseconds between attempts on a disk that fails.
const RETRY: u64 = 500;

/// What others ask of the writer.
pub(crate) enum Control {
    /// Write what is in the rings, then answer.
    Drain(SyncSender<()>),
    /// Write what is in the rings, close the segment and end.
    Close,
}

/// What the writer shares with the log's handle and the indexer.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    /// Rings that the writer has not taken up yet.
    pub(crate) new_rings: Mutex<Vec<Ring>>,
    /// How much waits in each.
    pub(crate) gauges: Mutex<Vec<Arc<Gauge>>>,
    pub(crate) followers: Followers,
    /// Segments below this number are closed: the indexer may have them.
    pub(crate) closed_below: AtomicU64,
    /// Read while segments are read, written while one is deleted: a reader finds each row once.
    pub(crate) moving: RwLock<()>,
    pub(crate) tenant_days: TenantDays,
}

/// Frames that wait for the disk.
struct Waiting {
    frames: Vec<u8>,
    rows: u64,
}

/// The writer's state; a thread calls `tick`.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    rings: Vec<Ring>,
    floods: Floods,
    encoder: Encoder,
    segment: Option<Segment>,
    /// When the open segment was created, in Unix milliseconds.
    opened: u64,
    next: u64,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    retry_at: u64,
    checked_at: u64,
    to_sync: Sender<ToSync>,
    drained: Vec<Pushed>,
    rows: Vec<Entry>,
}

impl Writer {
    /// A writer whose first segment has the number `next`.
    pub(crate) fn new(shared: Arc<Shared>, next: u64, to_sync: Sender<ToSync>) -> Self {
        Self {
            floods: Floods::new(shared.options.fold_above),
            shared,
            rings: Vec::new(),
            encoder: Encoder::default(),
            segment: None,
            opened: 0,
            next,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            retry_at: 0,
            checked_at: 0,
            to_sync,
            drained: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Takes what the rings hold and writes it. `now` is Unix time in milliseconds. `true` if
    /// there was so much that another tick should follow at once.
    pub(crate) fn tick(&mut self, now: u64) -> bool {
        if let Ok(mut new) = self.shared.new_rings.lock() {
            self.rings.append(&mut new);
        }
        let drained = &mut self.drained;
        self.rings.retain(|ring| ring.drain(drained, DRAIN));
        let more = drained.len() >= DRAIN;
        let mut folded = 0;
        for pushed in self.drained.drain(..) {
            folded += u64::from(self.floods.sift(pushed, now / 1_000, &mut self.rows));
        }
        self.floods.emit(&mut self.rows);
        let counters = &self.shared.counters;
        counters.folded.fetch_add(folded, Ordering::Relaxed);
        self.encode();
        self.shared.followers.publish(&mut self.rows);
        self.rows.clear();
        self.write(now);
        let waiting = self.waiting_bytes as u64;
        let counters = &self.shared.counters;
        counters.waiting_bytes.store(waiting, Ordering::Relaxed);
        self.rotate(now);
        more
    }

    /// Turns the rows into frames that wait for the disk.
    fn encode(&mut self) {
        let mut payload = Vec::new();
        let mut rows = self.rows.as_slice();
        while !rows.is_empty() {
            let mut taken = 0;
            while let Some(row) = rows.get(taken) {
                if taken > 0 && (taken == BATCH_ROWS || self.encoder.len() >= BATCH_BYTES) {
                    break;
                }
                self.encoder.add(row);
                taken += 1;
            }
            rows = rows.get(taken..).unwrap_or_default();
            payload.clear();
            self.encoder.finish(&mut payload);
            let mut frames = Vec::with_capacity(payload.len() + 16);
            segment::frame(&mut frames, &payload);
            self.waiting_bytes += frames.len();
            self.waiting.push_back(Waiting {
                frames,
                rows: taken as u64,
            });
        }
    }

    /// Hands waiting frames to the operating system, oldest first.
    fn write(&mut self, now: u64) {
        // A clock that was set back must not stop the log.
        if now < self.retry_at && self.retry_at - now <= RETRY {
            self.forget_surplus();
            return;
        }
        self.check_presence(now);
        while let Some(next) = self.waiting.pop_front() {
            self.shared.counters.waits(Part::Writer, now);
            let appended = self.append(&next.frames, now);
            self.shared
                .counters
                .waited(Part::Writer, crate::unix_millis());
            if let Err(error) = appended {
                let dir = self.shared.options.dir.display();
                let message = format!("cannot write to {dir}: {error}; requests go on");
                let cause = Cause::of_io(&error);
                self.shared
                    .counters
                    .raise(Part::Writer, now, cause, message);
                self.waiting.push_front(next);
                self.retry_at = now + RETRY;
                // A file that failed once is not trusted again.
                self.close_segment();
                self.forget_surplus();
                return;
            }
            self.waiting_bytes -= next.frames.len();
            let counters = &self.shared.counters;
            counters.written.fetch_add(next.rows, Ordering::Relaxed);
            counters.clear(Part::Writer);
        }
    }

    fn append(&mut self, frames: &[u8], now: u64) -> std::io::Result<()> {
        let limit = self.shared.options.segment_bytes.min(MAX_SEGMENT);
        if self.segment.as_ref().is_some_and(|s| s.len() >= limit) {
            self.close_segment();
        }
        if self.segment.is_none() {
            self.open(now)?;
        }
        match &mut self.segment {
            Some(segment) => segment.append(frames),
            None => Err(std::io::Error::other("no segment is open")),
        }
    }

    fn open(&mut self, now: u64) -> std::io::Result<()> {
        crate::log::make_dir(&self.shared.options.dir)?;
        let number = self.next;
        let segment = Segment::create(&self.shared.options.dir, number);
        // A number that is taken is not tried again.
        self.next += 1;
        let segment = segment?;
        let _ = self.to_sync.send(ToSync::Segment(segment.handle()?));
        self.shared.closed_below.store(number, Ordering::Release);
        self.opened = now;
        self.segment = Some(segment);
        Ok(())
    }

    /// Someone may have deleted the file that we write to: writing goes on without an error then.
    fn check_presence(&mut self, now: u64) {
        if now.abs_diff(self.checked_at) < 1_000 {
            return;
        }
        self.checked_at = now;
        let Some(segment) = self.segment.as_ref().filter(|s| !s.is_there()) else {
            return;
        };
        tracing::error!(
            path = %segment.path().display(),
            "call log: the open segment was deleted, with what was in it; a new one is begun"
        );
        self.close_segment();
    }

    /// Drops the oldest frames that there is no room for.
    fn forget_surplus(&mut self) {
        while self.waiting_bytes > self.shared.options.waiting_bytes {
            let Some(lost) = self.waiting.pop_front() else {
                break;
            };
            self.waiting_bytes -= lost.frames.len();
            let counters = &self.shared.counters;
            counters
                .dropped_disk
                .fetch_add(lost.rows, Ordering::Relaxed);
        }
    }

    /// Closes a segment that is long or old, so that the indexer has it.
    fn rotate(&mut self, now: u64) {
        let options = &self.shared.options;
        let due = self.segment.as_ref().is_some_and(|segment| {
            segment.len() >= options.segment_bytes.min(MAX_SEGMENT)
                || (!segment.is_empty()
                    && u128::from(now.abs_diff(self.opened)) >= options.segment_age.as_millis())
        });
        if due {
            self.close_segment();
        }
    }

    fn close_segment(&mut self) {
        if let Some(segment) = self.segment.take() {
            self.shared
                .closed_below
                .store(segment.sequence() + 1, Ordering::Release);
        }
    }

    /// Writes everything that was pushed before. What comes meanwhile may keep up with us, so
    /// there is an end to it.
    fn drain(&mut self) {
        let options = &self.shared.options;
        let rounds = options.ring.max(options.reserve) / DRAIN + 2;
        for _ in 0..rounds {
            if !self.tick(crate::unix_millis()) {
                break;
            }
        }
    }

    /// Writes everything that is left; what the disk does not take now is lost and counted.
    fn finish(&mut self) {
        self.drain();
        self.retry_at = 0;
        self.write(crate::unix_millis());
        for lost in self.waiting.drain(..) {
            let counters = &self.shared.counters;
            counters
                .dropped_disk
                .fetch_add(lost.rows, Ordering::Relaxed);
        }
        self.close_segment();
    }
}

/// Runs a writer on a thread of its own.
pub(crate) fn spawn(mut writer: Writer, control: Receiver<Control>) -> Result<JoinHandle<()>> {
    let dir = writer.shared.options.dir.clone();
    std::thread::Builder::new()
        .name("calllog-writer".to_owned())
        .spawn(move || {
            loop {
                // Asked before the tick, so that a tick that follows has seen what came before.
                let asked: Vec<Control> = control.try_iter().collect();
                let more = writer.tick(crate::unix_millis());
                for control in asked {
                    match control {
                        Control::Drain(done) => {
                            writer.drain();
                            let _ = done.try_send(());
                        }
                        Control::Close => return writer.finish(),
                    }
                }
                if !more {
                    std::thread::park_timeout(NAP);
                }
            }
        })
        .map_err(CallLogError::io(
            "cannot start a thread for",
            Path::new(&dir),
        ))
}
