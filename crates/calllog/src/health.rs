//! How the log fares: what was kept, what was lost, and what is wrong now.

use crate::error::CallLogError;
use rusqlite::ErrorCode as SqliteCode;
use std::io::{self, ErrorKind};
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
    /// Bytes that wait in memory for the disk.
    pub(crate) waiting_bytes: AtomicU64,
    /// Bytes of segments, and of day files, when they were last looked at.
    pub(crate) segment_bytes: AtomicU64,
    pub(crate) day_bytes: AtomicU64,
    /// When the oldest closed segment that is not moved yet was last written, in Unix
    /// milliseconds; 0: there is none.
    pub(crate) unmoved_since: AtomicU64,
    /// Since when a part has been waiting for the disk, in Unix milliseconds; 0: it is not.
    waits: [AtomicU64; Part::ALL.len()],
    alarms: Mutex<[Option<Alarm>; Part::ALL.len()]>,
}

/// A disk that takes longer for one call is slow, milliseconds.
const SLOW: u64 = 2_000;

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
    /// Every part, in the order of the variants.
    pub const ALL: [Self; 4] = [Self::Writer, Self::Sync, Self::Indexer, Self::Retention];

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

/// What an alarm is about, as far as a machine can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The disk, or what may be used of it, is full.
    Full,
    /// The file system takes no writes.
    ReadOnly,
    /// The process may not write there.
    Denied,
    /// The disk takes seconds for one call.
    Slow,
    /// The clock jumped.
    Clock,
    /// Something else: the message says what.
    Other,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 6] = [
        Self::Full,
        Self::ReadOnly,
        Self::Denied,
        Self::Slow,
        Self::Clock,
        Self::Other,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Denied => "denied",
            Self::Slow => "slow",
            Self::Clock => "clock",
            Self::Other => "other",
        }
    }

    pub(crate) fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full
            }
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Other,
        }
    }

    pub(crate) fn of(error: &CallLogError) -> Self {
        match error {
            CallLogError::Io { source, .. } => Self::of_io(source),
            CallLogError::Day { source, .. } => match source.sqlite_error_code() {
                Some(SqliteCode::DiskFull) => Self::Full,
                Some(SqliteCode::ReadOnly) => Self::ReadOnly,
                Some(SqliteCode::PermissionDenied | SqliteCode::CannotOpen) => Self::Denied,
                _ => Self::Other,
            },
            CallLogError::Taken { .. } | CallLogError::Silent { .. } => Self::Other,
        }
    }
}

/// Something that is wrong now. Requests go on; the log does not, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Where.
    pub part: Part,
    /// What it is about.
    pub cause: Cause,
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
    /// Rows that wait in the cores' queues.
    pub queued: u64,
    /// Bytes of details, paths and hosts that they hold.
    pub queued_bytes: u64,
    /// Bytes of rows that wait in memory for the disk.
    pub waiting_bytes: u64,
    /// Bytes of segments on the disk.
    pub segment_bytes: u64,
    /// Bytes of day files on the disk.
    pub day_bytes: u64,
    /// For how long rows have waited that could be moved into day files, milliseconds.
    pub lag: u64,
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
    /// A part begins to wait for the disk.
    pub(crate) fn waits(&self, part: Part, now: u64) {
        self.set_waits(part, now);
    }

    /// It no longer waits. A disk that took long is said in the log.
    pub(crate) fn waited(&self, part: Part, now: u64) {
        let since = self.set_waits(part, 0);
        let took = now.saturating_sub(since);
        if since > 0 && took >= SLOW {
            tracing::warn!(
                part = part.name(),
                milliseconds = took,
                "call log: the disk is slow; requests go on, and a power cut loses what it has not taken"
            );
        }
    }

    fn set_waits(&self, part: Part, since: u64) -> u64 {
        self.waits
            .get(part as usize)
            .map_or(0, |waits| waits.swap(since, Relaxed))
    }

    /// Raises an alarm, logged once until it is over.
    pub(crate) fn raise(&self, part: Part, now: u64, cause: Cause, message: String) {
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
            cause,
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

    /// Alarms that are raised, and parts that have waited long for the disk.
    fn alarms(&self, now: u64) -> Vec<Alarm> {
        let raised = match self.alarms.lock() {
            Ok(alarms) => alarms.clone(),
            Err(_) => Default::default(),
        };
        let all = Part::ALL.into_iter().zip(raised).zip(&self.waits);
        all.filter_map(|((part, alarm), waits)| {
            let since = waits.load(Relaxed);
            let slow = since > 0 && now.saturating_sub(since) >= SLOW;
            alarm.or_else(|| {
                slow.then(|| Alarm {
                    part,
                    cause: Cause::Slow,
                    message: "the disk has not answered for seconds; requests go on".to_owned(),
                    since,
                })
            })
        })
        .collect()
    }

    /// All but what waits in queues. `now` is Unix time in milliseconds.
    pub(crate) fn health(&self, now: u64) -> Health {
        let unmoved = self.unmoved_since.load(Relaxed);
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
            queued: 0,
            queued_bytes: 0,
            waiting_bytes: self.waiting_bytes.load(Relaxed),
            segment_bytes: self.segment_bytes.load(Relaxed),
            day_bytes: self.day_bytes.load(Relaxed),
            lag: if unmoved == 0 {
                0
            } else {
                now.saturating_sub(unmoved)
            },
            alarms: self.alarms(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_waits_long_raises_an_alarm_while_it_does() {
        let counters = Counters::default();
        counters.waits(Part::Sync, 10_000);
        assert_eq!(counters.health(11_999).alarms, []);
        let alarms = counters.health(12_000).alarms;
        let alarm = alarms.first().expect("an alarm");
        assert_eq!(
            (alarm.part, alarm.cause, alarm.since),
            (Part::Sync, Cause::Slow, 10_000)
        );
        counters.waited(Part::Sync, 13_000);
        assert_eq!(counters.health(14_000).alarms, []);
    }

    #[test]
    fn causes_are_told_apart() {
        for (kind, cause) in [
            (ErrorKind::StorageFull, Cause::Full),
            (ErrorKind::QuotaExceeded, Cause::Full),
            (ErrorKind::ReadOnlyFilesystem, Cause::ReadOnly),
            (ErrorKind::PermissionDenied, Cause::Denied),
            (ErrorKind::BrokenPipe, Cause::Other),
        ] {
            assert_eq!(Cause::of_io(&kind.into()), cause);
        }
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        let source = rusqlite::Error::SqliteFailure(full, None);
        let path = "x".into();
        assert_eq!(Cause::of(&CallLogError::Day { path, source }), Cause::Full);
    }
}
