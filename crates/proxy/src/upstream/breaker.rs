//! The circuit breaker of an upstream: too large a share of failures in a rolling window opens
//! it; after a while one probe at a time goes through, and its success closes it.

use super::padded::Padded;
use super::set::millis;
use super::target::claim;
use postern_model::entity::Breaker;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Parts of the window; the oldest is forgotten as a whole.
const BUCKETS: usize = 10;

/// Breaker of one upstream, shared by all cores. Times are milliseconds of the set's clock.
#[derive(Debug)]
pub struct BreakerState {
    config: Breaker,
    bucket: u64,
    /// 0: closed.
    opened: AtomicU64,
    probe_at: AtomicU64,
    probing: AtomicBool,
    times_opened: AtomicU64,
    window: [Padded<Bucket>; BUCKETS],
}

/// Requests and failures of one part of the window.
#[derive(Debug, Default)]
struct Bucket {
    /// Which part, counted from the clock's beginning.
    stamp: AtomicU64,
    /// Failures in the upper half, requests in the lower.
    counts: AtomicU64,
}

/// How a request goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// As usual.
    Closed,
    /// As the one probe of an open breaker: its outcome must be told to
    /// [`BreakerState::probed`] or [`BreakerState::probe_cancelled`].
    Probe,
}

/// The breaker is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// How long it has been.
    pub open_for: Duration,
    /// Until the next probe; zero while one is under way.
    pub next_probe: Duration,
}

impl BreakerState {
    /// A closed breaker.
    pub fn new(config: &Breaker) -> Self {
        Self {
            bucket: (millis(config.window) / BUCKETS as u64).max(1),
            config: config.clone(),
            opened: AtomicU64::new(0),
            probe_at: AtomicU64::new(0),
            probing: AtomicBool::new(false),
            times_opened: AtomicU64::new(0),
            window: Default::default(),
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Breaker {
        &self.config
    }

    /// How long it has been open; `None` when closed.
    pub fn open_for(&self, now: u64) -> Option<Duration> {
        match self.opened.load(Ordering::Acquire) {
            0 => None,
            since => Some(Duration::from_millis(now.saturating_sub(since))),
        }
    }

    /// Whether a probe is under way.
    pub fn is_probing(&self) -> bool {
        self.probing.load(Ordering::Relaxed)
    }

    /// How often it opened.
    pub fn times_opened(&self) -> u64 {
        self.times_opened.load(Ordering::Relaxed)
    }

    /// Whether a request may go through at `now`.
    pub fn admit(&self, now: u64) -> Result<Admission, Open> {
        let Some(open_for) = self.open_for(now) else {
            return Ok(Admission::Closed);
        };
        let probe_at = self.probe_at.load(Ordering::Relaxed);
        if now >= probe_at && claim(&self.probing) {
            return Ok(Admission::Probe);
        }
        Err(Open {
            open_for,
            next_probe: Duration::from_millis(probe_at.saturating_sub(now)),
        })
    }

    /// Counts the outcome of an ordinary request; says whether that opened the breaker. While it
    /// is open, stragglers say nothing new.
    pub fn record(&self, success: bool, now: u64) -> bool {
        if self.opened.load(Ordering::Relaxed) != 0 {
            return false;
        }
        self.count(success, now);
        if success {
            return false;
        }
        let (requests, failures) = self.totals(now);
        let share = u64::from(self.config.failure_percent);
        if requests < u64::from(self.config.min_requests)
            || failures.saturating_mul(100) < share.saturating_mul(requests)
        {
            return false;
        }
        // Before `opened`, so that nobody who sees it open sees an old time.
        let probe_at = now.saturating_add(millis(self.config.open));
        self.probe_at.store(probe_at, Ordering::Relaxed);
        let opened = self
            .opened
            .compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok();
        if opened {
            self.times_opened.fetch_add(1, Ordering::Relaxed);
        }
        opened
    }

    /// The probe's outcome: closes the breaker, or keeps it open for another while.
    pub fn probed(&self, success: bool, now: u64) {
        if success {
            for bucket in &self.window {
                bucket.counts.store(0, Ordering::Relaxed);
            }
            self.opened.store(0, Ordering::Release);
        } else {
            let next = now.saturating_add(millis(self.config.open));
            self.probe_at.store(next, Ordering::Relaxed);
        }
        self.probing.store(false, Ordering::Release);
    }

    /// The probe ended without an outcome: the next request is the probe.
    pub fn probe_cancelled(&self) {
        self.probing.store(false, Ordering::Release);
    }

    /// A count may be lost when the bucket's turn comes at the same moment; nobody minds.
    fn count(&self, success: bool, now: u64) {
        let stamp = now / self.bucket.max(1);
        let index = usize::try_from(stamp % BUCKETS as u64).unwrap_or(0);
        let Some(bucket) = self.window.get(index) else {
            return;
        };
        let before = bucket.stamp.load(Ordering::Relaxed);
        if before != stamp
            && bucket
                .stamp
                .compare_exchange(before, stamp, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            bucket.counts.store(0, Ordering::Relaxed);
        }
        let one = if success { 1 } else { (1 << 32) | 1 };
        bucket.counts.fetch_add(one, Ordering::Relaxed);
    }

    /// Requests and failures in the window.
    fn totals(&self, now: u64) -> (u64, u64) {
        let stamp = now / self.bucket.max(1);
        let mut totals = (0, 0);
        for bucket in &self.window {
            let age = stamp.saturating_sub(bucket.stamp.load(Ordering::Relaxed));
            if age < BUCKETS as u64 {
                let counts = bucket.counts.load(Ordering::Relaxed);
                totals.0 += counts & u64::from(u32::MAX);
                totals.1 += counts >> 32;
            }
        }
        totals
    }
}

#[cfg(test)]
mod tests;
