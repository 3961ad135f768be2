//! Counters of the data plane, cheap to count and bounded by the configuration.
//!
//! Every core counts in a shard of its own, which only it writes: counting is a load, an addition
//! and a store, without locks, hashing or shared cache lines. A scrape adds the shards up. Labels
//! come from the configuration, never from a request.

mod core;
mod exposition;
mod families;
mod layout;
mod process;
mod table;
#[cfg(test)]
mod tests;

pub use self::core::{BUCKETS, CoreMetrics, Finished, UpstreamFailure};
pub use layout::{Layout, ListenerId, MaskId, OperationId, ServiceId, UpstreamId};
pub use process::resident_bytes;

use self::core::Shard;
use layout::Registry;
use postern_calllog::Health;
use postern_geo::State;
use postern_model::entity::Configuration;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The metrics of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    shards: Mutex<Vec<Arc<Shard>>>,
    registry: Mutex<Registry>,
    reloads: [AtomicU64; 2],
    /// Unix time in seconds; 0 before the first.
    last_reload: AtomicU64,
    /// Whether the newest attempt failed.
    stale: AtomicU64,
    spans_dropped: AtomicU64,
    introspections: [AtomicU64; Introspected::NAMES.len()],
}

impl Metrics {
    /// Metrics that count nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where one core counts. Call it once per core (or other thread that counts).
    pub fn core(&self) -> CoreMetrics {
        let shard = Arc::new(Shard::new());
        locked(&self.shards).push(Arc::clone(&shard));
        CoreMetrics::new(shard)
    }

    /// Finds the places of a configuration's services, upstreams and listeners. What had a place
    /// before keeps it, so counters survive a reload.
    pub fn layout(&self, configuration: &Configuration) -> Layout {
        locked(&self.registry).layout(configuration)
    }

    /// Takes note of a configuration that was applied. `now` is Unix time in seconds.
    pub fn reload_succeeded(&self, now: u64) {
        add(&self.reloads, 0);
        self.last_reload.store(now, Ordering::Relaxed);
        self.stale.store(0, Ordering::Relaxed);
    }

    /// Takes note of a configuration that could not be applied.
    pub fn reload_failed(&self) {
        add(&self.reloads, 1);
        self.stale.store(1, Ordering::Relaxed);
    }

    /// Takes note that the configuration that is served is again the one of the files.
    pub fn reload_unneeded(&self) {
        self.stale.store(0, Ordering::Relaxed);
    }

    /// Takes note of spans that could not be exported.
    pub fn spans_dropped(&self, count: u64) {
        self.spans_dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// Takes note of what came of a question to an issuer about a token.
    pub(crate) fn introspected(&self, what: Introspected) {
        add(&self.introspections, what as usize);
    }

    /// Writes everything in the Prometheus text format, version 0.0.4.
    pub fn render(&self, out: &mut String, observed: &dyn Observe) {
        exposition::write(self, observed, out);
    }
}

/// What came of a question to an issuer about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Introspected {
    Active,
    Inactive,
    Failed,
    Rejected,
}

impl Introspected {
    /// What they are called, in order.
    const NAMES: [&str; 4] = ["active", "inactive", "failed", "rejected"];
}

fn add(counters: &[AtomicU64], index: usize) {
    if let Some(counter) = counters.get(index) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The data is plain numbers and names: a panic elsewhere leaves it whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is read at each scrape instead of being counted.
pub trait Observe: Send + Sync {
    /// Visits every target of every upstream, each once.
    fn targets(&self, visit: &mut dyn FnMut(TargetState<'_>));

    /// Visits every upstream that has a circuit breaker.
    fn breakers(&self, visit: &mut dyn FnMut(BreakerState<'_>));

    /// For how long it is not known whether what is served holds; none if the database is this
    /// process's own.
    fn silence(&self) -> Option<std::time::Duration> {
        None
    }

    /// Visits every decider that policies ask, those of one name one after the other.
    fn deciders(&self, _visit: &mut dyn FnMut(DeciderState<'_>)) {}

    /// How the databases of addresses stand.
    fn places(&self) -> Vec<State> {
        Vec::new()
    }

    /// How the call log fares, if there is one.
    fn call_log(&self) -> Option<Health> {
        None
    }
}

/// A target, as a scrape finds it.
#[derive(Debug, Clone, Copy)]
pub struct TargetState<'a> {
    /// Its upstream.
    pub upstream: &'a str,
    /// `host:port`.
    pub target: &'a str,
    /// Whether it takes requests: neither unhealthy nor ejected.
    pub healthy: bool,
    /// Requests it is working on.
    pub in_flight: u64,
}

/// What became of the questions to a decider, as a scrape finds it.
#[derive(Debug, Clone, Copy)]
pub struct DeciderState<'a> {
    /// The policy that asks it.
    pub policy: &'a str,
    /// How many it let pass, refused, and did not answer.
    pub results: [u64; 3],
    /// How long all of them took together, microseconds.
    pub micros: u64,
    /// How many took up to each of [`BUCKETS`] and more than the one before, and how many longer.
    pub buckets: [u64; BUCKETS.len() + 1],
}

/// A circuit breaker, as a scrape finds it.
#[derive(Debug, Clone, Copy)]
pub struct BreakerState<'a> {
    /// Its upstream.
    pub upstream: &'a str,
    /// Whether it lets requests through.
    pub position: BreakerPosition,
}

/// The position of a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerPosition {
    /// Requests pass.
    Closed,
    /// One probe passes.
    HalfOpen,
    /// None passes.
    Open,
}

impl BreakerPosition {
    const ALL: [Self; 3] = [Self::Closed, Self::HalfOpen, Self::Open];

    const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}
