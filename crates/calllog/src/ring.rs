//! From a core to the writer: bounded queues that never block the core.
//!
//! Each producer has two: one for all, and one reserved for what is not an ordinary allowed
//! request, so that a flood of allowed ones cannot push a refusal out. From half its size on, the
//! common queue takes samples of allowed requests, each with the weight of those it stands for.

use crate::entry::Entry;
use crate::flood::{Place, Watch};
use crate::health::Counters;
use postern_model::{Code, RequestId};
use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::Thread;

/// The most heap bytes that one producer's queues may hold in details, paths and hosts.
const MAX_BYTES: usize = 16 << 20;
/// The longest detail that is kept.
const MAX_DETAIL: usize = 1 << 20;
/// The most requests that one sample may stand for.
const MAX_WEIGHT: u32 = 1_024;

/// What both ends of a producer's queues know.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    /// Of the common queue.
    common: Depth,
    /// Of the reserved queue.
    reserved: Depth,
    /// Heap bytes of the entries in both.
    bytes: AtomicUsize,
}

impl Gauge {
    /// Entries in both queues, and the heap bytes that they hold.
    pub(crate) fn now(&self) -> (usize, usize) {
        let rows = self.common.now() + self.reserved.now();
        (rows, self.bytes.load(Relaxed))
    }
}

/// How many entries wait in a queue: each end counts for itself, so neither disturbs the other.
#[derive(Debug, Default)]
struct Depth {
    /// Written by the producer alone, after it has sent.
    pushed: AtomicUsize,
    /// Written by the writer alone.
    taken: AtomicUsize,
}

impl Depth {
    fn now(&self) -> usize {
        let depth = self
            .pushed
            .load(Relaxed)
            .wrapping_sub(self.taken.load(Relaxed));
        // What was taken may not have been counted as pushed yet.
        if depth > usize::MAX / 2 { 0 } else { depth }
    }
}

/// What goes through a queue: an entry, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Pushed {
    pub(crate) entry: Entry,
    pub(crate) place: Place,
}

/// A core's end: takes entries, never blocks, never fails.
#[derive(Debug)]
pub struct Producer {
    common: SyncSender<Pushed>,
    reserved: SyncSender<Pushed>,
    gauge: Arc<Gauge>,
    capacity: usize,
    reserve: usize,
    /// Allowed requests left out since the last that was kept.
    skipped: Cell<u32>,
    watch: RefCell<Watch>,
    writer: Thread,
    counters: Arc<Counters>,
}

impl Producer {
    /// What becomes of the row of a refusal: to be asked once, when it is decided, and handed to
    /// [`Self::push_at`]. `address`: where it came from. Whoever makes the entry can spare itself
    /// most of it where it is only [counted](Place::Counted).
    pub fn place(&self, id: RequestId, code: Code, address: IpAddr) -> Place {
        let mut watch = self.watch.borrow_mut();
        watch.place(code, address, id.millis() / 1_000)
    }

    /// Takes note of a request. What there is no room for is counted (`Health`), never waited for.
    pub fn push(&self, entry: Entry) {
        self.push_at(entry, Place::Row);
    }

    /// Takes note of a request that has been given this place.
    pub fn push_at(&self, mut entry: Entry, place: Place) {
        if entry.detail.as_ref().is_some_and(|d| d.len() > MAX_DETAIL) {
            entry.detail = None;
            self.counters.details_dropped.fetch_add(1, Relaxed);
        }
        let size = entry.outside_bytes();
        if size > 0 {
            let held = self.gauge.bytes.fetch_add(size, Relaxed);
            // Copies of what passed must not cost refusals what explains them.
            let most = if entry.is_ordinary() {
                MAX_BYTES / 2
            } else {
                MAX_BYTES
            };
            if held + size > most && entry.detail.take().is_some() {
                self.gauge
                    .bytes
                    .fetch_sub(size - entry.outside_bytes(), Relaxed);
                self.counters.details_dropped.fetch_add(1, Relaxed);
            }
        }
        if entry.is_ordinary() {
            self.push_ordinary(entry);
        } else {
            self.push_precious(Pushed { entry, place });
        }
    }

    fn push_ordinary(&self, mut entry: Entry) {
        let depth = self.gauge.common.now();
        let skipped = self.skipped.get();
        if skipped + 1 < self.stride(depth) {
            self.leave_out(&entry, skipped);
            return;
        }
        entry.weight = entry.weight.saturating_add(skipped);
        let place = Place::Row;
        match self.common.try_send(Pushed { entry, place }) {
            Ok(()) => {
                self.skipped.set(0);
                self.sent(&self.gauge.common, self.capacity);
            }
            Err(back) => {
                let mut entry = pushed_of(back).entry;
                entry.weight = 1;
                self.leave_out(&entry, skipped);
            }
        }
    }

    /// The next sample stands for this one too, unless it stands for enough.
    fn leave_out(&self, entry: &Entry, skipped: u32) {
        self.gauge.bytes.fetch_sub(entry.outside_bytes(), Relaxed);
        if skipped + 1 < MAX_WEIGHT {
            self.skipped.set(skipped + 1);
            self.counters.sampled_out.fetch_add(1, Relaxed);
        } else {
            self.counters.dropped_queue.fetch_add(1, Relaxed);
        }
    }

    fn push_precious(&self, pushed: Pushed) {
        let pushed = match self.reserved.try_send(pushed) {
            Ok(()) => return self.sent(&self.gauge.reserved, self.reserve),
            Err(back) => pushed_of(back),
        };
        match self.common.try_send(pushed) {
            Ok(()) => self.sent(&self.gauge.common, self.capacity),
            Err(back) => {
                let size = pushed_of(back).entry.outside_bytes();
                self.gauge.bytes.fetch_sub(size, Relaxed);
                self.counters.dropped_refusals.fetch_add(1, Relaxed);
            }
        }
    }

    /// Wakes the writer when a queue gets half full: once per filling, for waking costs a call
    /// into the kernel.
    fn sent(&self, depth: &Depth, capacity: usize) {
        let pushed = depth.pushed.load(Relaxed).wrapping_add(1);
        depth.pushed.store(pushed, Relaxed);
        if depth.now() == capacity / 2 {
            self.writer.unpark();
        }
    }

    /// Of how many allowed requests one is kept.
    fn stride(&self, depth: usize) -> u32 {
        let backlog = self.counters.stride.load(Relaxed).max(1);
        match depth.saturating_mul(8) / self.capacity.max(1) {
            0..4 => backlog,
            4..6 => backlog.max(4),
            6 => backlog.max(16),
            _ => backlog.max(64),
        }
    }
}

fn pushed_of(error: std::sync::mpsc::TrySendError<Pushed>) -> Pushed {
    match error {
        std::sync::mpsc::TrySendError::Full(pushed)
        | std::sync::mpsc::TrySendError::Disconnected(pushed) => pushed,
    }
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Ring {
    common: Receiver<Pushed>,
    reserved: Receiver<Pushed>,
    gauge: Arc<Gauge>,
}

impl Ring {
    /// How much waits in it.
    pub(crate) fn gauge(&self) -> Arc<Gauge> {
        self.gauge.clone()
    }

    /// Moves what is queued to `out`, at most `limit` of each queue; `false` once the producer is
    /// gone and everything was taken.
    pub(crate) fn drain(&self, out: &mut Vec<Pushed>, limit: usize) -> bool {
        let reserved = Self::take(
            &self.reserved,
            &self.gauge.reserved,
            out,
            limit,
            &self.gauge,
        );
        let common = Self::take(&self.common, &self.gauge.common, out, limit, &self.gauge);
        reserved || common
    }

    fn take(
        queue: &Receiver<Pushed>,
        depth: &Depth,
        out: &mut Vec<Pushed>,
        limit: usize,
        gauge: &Gauge,
    ) -> bool {
        let mut bytes = 0;
        let mut taken = 0;
        let open = loop {
            if taken == limit {
                break true;
            }
            match queue.try_recv() {
                Ok(pushed) => {
                    taken += 1;
                    bytes += pushed.entry.outside_bytes();
                    out.push(pushed);
                }
                Err(TryRecvError::Empty) => break true,
                Err(TryRecvError::Disconnected) => break false,
            }
        };
        let before = depth.taken.load(Relaxed);
        depth.taken.store(before.wrapping_add(taken), Relaxed);
        gauge.bytes.fetch_sub(bytes, Relaxed);
        open
    }
}

/// Both ends of a producer's queues: `capacity` entries for all, `reserve` for refusals alone.
/// More than `fold_above` refusals a second of one code and source are folded.
pub(crate) fn ring(
    capacity: usize,
    reserve: usize,
    fold_above: u64,
    writer: Thread,
    counters: Arc<Counters>,
) -> (Producer, Ring) {
    let (common, common_end) = sync_channel(capacity.max(2));
    let (reserved, reserved_end) = sync_channel(reserve.max(2));
    let gauge = Arc::new(Gauge::default());
    let producer = Producer {
        common,
        reserved,
        gauge: gauge.clone(),
        capacity: capacity.max(2),
        reserve: reserve.max(2),
        skipped: Cell::new(0),
        watch: RefCell::new(Watch::new(fold_above)),
        writer,
        counters,
    };
    let ring = Ring {
        common: common_end,
        reserved: reserved_end,
        gauge,
    };
    (producer, ring)
}

#[cfg(test)]
mod tests;
