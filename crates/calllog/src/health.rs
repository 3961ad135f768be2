//! How the log fares: what was kept, what was lost, and what is wrong now.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Counts, added to by cores and threads of the log.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) written: AtomicU64,
    pub(crate) indexed: AtomicU64,
    pub(crate) sampled_out: AtomicU64,
    pub(crate) folded: AtomicU64,
    pub(crate) dropped_queue: AtomicU64,
    pub(crate) dropped_refusals: AtomicU64,
    pub(crate) dropped_disk: AtomicU64,
    pub(crate) details_dropped: AtomicU64,
    pub(crate) damaged_bytes: AtomicU64,
    pub(crate) torn_tails: AtomicU64,
    pub(crate) days_removed: AtomicU64,
    /// Of how many allowed requests one is kept because segments pile up; 0 and 1 are all.
    pub(crate) stride: AtomicU32,
    alarms: Mutex<[Option<Alarm>; 4]>,
}

/// A part of the log that can fail by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Part {
    /// Appending to segments.
    Writer,
    /// Syncing segments to the disk.
    Sync,
    /// Moving segments into day files.
    Indexer,
    /// Deleting what is too old or too much.
    Retention,
}

impl Part {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Sync => "sync",
            Self::Indexer => "indexer",
            Self::Retention => "retention",
        }
    }
}

/// Something that is wrong now. Requests go on; the log does not, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Where.
    pub part: Part,
    /// What, as a sentence.
    pub message: String,
    /// Since when: Unix time in milliseconds.
    pub since: u64,
}

/// How the log fares. Counts are since the start of the process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Rows handed to the operating system.
    pub written: u64,
    /// Rows moved into day files.
    pub indexed: u64,
    /// Allowed requests that a sample stands for, because of overload.
    pub sampled_out: u64,
    /// Refusals that a folded row stands for, because of a flood.
    pub folded: u64,
    /// Allowed requests lost because a queue was full.
    pub dropped_queue: u64,
    /// Other requests lost because both queues were full.
    pub dropped_refusals: u64,
    /// Rows lost because the disk took none for too long.
    pub dropped_disk: u64,
    /// Rows kept without their detail, for want of memory.
    pub details_dropped: u64,
    /// Bytes of segments that did not pass their checksum.
    pub damaged_bytes: u64,
    /// Segments that ended within a frame when they were recovered.
    pub torn_tails: u64,
    /// Day files deleted by retention.
    pub days_removed: u64,
    /// What is wrong now; empty when all is well.
    pub alarms: Vec<Alarm>,
}

impl Health {
    /// Requests of which nothing is left.
    pub const fn dropped(&self) -> u64 {
        self.dropped_queue + self.dropped_refusals + self.dropped_disk
    }
}

impl Counters {
    /// Raises an alarm, logged once until it is over.
    pub(crate) fn raise(&self, part: Part, now: u64, message: String) {
        let Ok(mut alarms) = self.alarms.lock() else {
            return;
        };
        let Some(slot) = alarms.get_mut(part as usize) else {
            return;
        };
        let since = slot.as_ref().map_or(now, |alarm| alarm.since);
        if slot.as_ref().is_none_or(|alarm| alarm.message != message) {
            tracing::error!(part = part.name(), "call log: {message}");
        }
        *slot = Some(Alarm {
            part,
            message,
            since,
        });
    }

    /// Ends an alarm.
    pub(crate) fn clear(&self, part: Part) {
        let Ok(mut alarms) = self.alarms.lock() else {
            return;
        };
        if let Some(alarm) = alarms.get_mut(part as usize).and_then(Option::take) {
            tracing::info!(
                part = part.name(),
                "call log: works again; it was: {}",
                alarm.message
            );
        }
    }

    pub(crate) fn health(&self) -> Health {
        Health {
            written: self.written.load(Relaxed),
            indexed: self.indexed.load(Relaxed),
            sampled_out: self.sampled_out.load(Relaxed),
            folded: self.folded.load(Relaxed),
            dropped_queue: self.dropped_queue.load(Relaxed),
            dropped_refusals: self.dropped_refusals.load(Relaxed),
            dropped_disk: self.dropped_disk.load(Relaxed),
            details_dropped: self.details_dropped.load(Relaxed),
            damaged_bytes: self.damaged_bytes.load(Relaxed),
            torn_tails: self.torn_tails.load(Relaxed),
            days_removed: self.days_removed.load(Relaxed),
            alarms: match self.alarms.lock() {
                Ok(alarms) => alarms.iter().flatten().cloned().collect(),
                Err(_) => Vec::new(),
            },
        }
    }
}
