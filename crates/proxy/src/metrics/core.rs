//! Counting on one core.

use super::layout::{
    ListenerId, MAX_LISTENERS, MAX_MASKS, MAX_OPERATIONS, MAX_SERVICES, MAX_UPSTREAMS, MaskId,
    OperationId, UpstreamId,
};
use super::table::Table;
use crate::record::Outcome;
use postern_model::Code;
use postern_model::entity::Name;
use std::cell::Cell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the request duration histogram, microseconds.
pub const BUCKETS: [u64; 16] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
];

/// Status classes: `1xx` to `5xx`, and none.
pub(super) const CLASSES: [&str; 6] = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// Columns of the operation table: classes by outcomes.
pub(super) fn request_column(class: usize, outcome: Outcome) -> usize {
    class * Outcome::ALL.len() + outcome as usize
}

/// Columns of the service table.
pub(super) mod service {
    use super::BUCKETS;
    pub(crate) const BYTES_IN: usize = 0;
    pub(crate) const BYTES_OUT: usize = 1;
    pub(crate) const MICROS: usize = 2;
    /// One for each bucket and one for what is longer, not cumulative.
    pub(crate) const FIRST_BUCKET: usize = 3;
    /// One for each code.
    pub(crate) const FIRST_CODE: usize = FIRST_BUCKET + BUCKETS.len() + 1;
}

/// Columns of the upstream table; failures by reason follow.
pub(super) mod upstream {
    pub(crate) const ATTEMPTS: usize = 0;
    pub(crate) const RETRIES: usize = 1;
    pub(crate) const FIRST_FAILURE: usize = 2;
}

/// Columns of the listener table.
pub(super) mod listener {
    pub(crate) const ACCEPTED: usize = 0;
    pub(crate) const CLOSED: usize = 1;
    pub(crate) const REFUSED: usize = 2;
    pub(crate) const HANDSHAKE_FAILURES: usize = 3;
    pub(crate) const WIDTH: usize = 4;
}

/// Columns of the table with one row.
pub(super) mod whole {
    pub(crate) const STARTED: usize = 0;
    pub(crate) const FINISHED: usize = 1;
    pub(crate) const WIDTH: usize = 2;
}

/// Most policies and codes whose findings in shadow mode are counted apart.
const MOST_SHADOW: usize = 4096;

/// What policies in shadow mode would have refused, by policy and code. Policies come and go, and
/// hardly ever find anything: nobody else than a scrape takes the lock.
pub(super) type ShadowRefusals = HashMap<(Name, Code), u64>;

/// The counters of one core.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) operations: Table,
    pub(super) services: Table,
    pub(super) upstreams: Table,
    pub(super) listeners: Table,
    pub(super) masks: Table,
    pub(super) whole: Table,
    pub(super) shadow: Mutex<ShadowRefusals>,
}

impl Shard {
    pub(super) fn new() -> Self {
        let requests = CLASSES.len() * Outcome::ALL.len();
        let failures = upstream::FIRST_FAILURE + UpstreamFailure::ALL.len();
        Self {
            operations: Table::new(MAX_OPERATIONS, requests),
            services: Table::new(MAX_SERVICES, service::FIRST_CODE + Code::ALL.len()),
            upstreams: Table::new(MAX_UPSTREAMS, failures),
            listeners: Table::new(MAX_LISTENERS, listener::WIDTH),
            masks: Table::new(MAX_MASKS, 1),
            whole: Table::new(1, whole::WIDTH),
            shadow: Mutex::default(),
        }
    }
}

/// Why an attempt at a target failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum UpstreamFailure {
    /// Its name did not resolve.
    Dns,
    /// Its address is forbidden by the egress rule.
    Forbidden,
    /// The connection could not be made.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// A timeout after the connection was made.
    Timeout,
    /// The connection broke before the response was complete.
    Reset,
    /// What it sent was not valid.
    Protocol,
    /// It answered with a status that is tried again.
    Status,
}

impl UpstreamFailure {
    /// Every reason, in the order of the variants.
    pub const ALL: [Self; 8] = [
        Self::Dns,
        Self::Forbidden,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Reset,
        Self::Protocol,
        Self::Status,
    ];

    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Forbidden => "forbidden",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::Protocol => "protocol",
            Self::Status => "status",
        }
    }
}

/// A request that is over.
#[derive(Debug, Clone, Copy)]
pub struct Finished {
    /// Where it is counted.
    pub operation: OperationId,
    /// The status that went out; 0 if none did.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// The code, if it was refused.
    pub code: Option<Code>,
    /// From its first byte to the last of the response.
    pub duration: Duration,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the response's body.
    pub bytes_out: u64,
}

/// Where one core counts. It may be sent to its thread, and is used by that thread alone.
#[derive(Debug)]
pub struct CoreMetrics {
    shard: Arc<Shard>,
    /// Not `Sync`: additions of two threads would be lost.
    one_thread: PhantomData<Cell<()>>,
}

impl CoreMetrics {
    pub(super) fn new(shard: Arc<Shard>) -> Self {
        Self {
            shard,
            one_thread: PhantomData,
        }
    }

    /// A request began. [`CoreMetrics::finished`] follows for each.
    pub fn started(&self) {
        self.shard.whole.add(0, whole::STARTED, 1);
    }

    /// A request is over.
    pub fn finished(&self, request: &Finished) {
        let class = match request.status / 100 {
            class @ 1..=5 => class as usize,
            _ => 0,
        };
        let row = request.operation.service.0 as usize;
        let micros = u64::try_from(request.duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS
            .iter()
            .position(|&bound| micros <= bound)
            .unwrap_or(BUCKETS.len());
        let services = &self.shard.services;
        self.shard.operations.add(
            request.operation.row as usize,
            request_column(class, request.outcome),
            1,
        );
        services.add(row, service::FIRST_BUCKET + bucket, 1);
        services.add(row, service::MICROS, micros);
        services.add(row, service::BYTES_IN, request.bytes_in);
        services.add(row, service::BYTES_OUT, request.bytes_out);
        // What the upstream refuses is never counted as ours.
        if let Some(code) = request.code.filter(|&code| code != Code::OriginRefused) {
            services.add(row, service::FIRST_CODE + code as usize, 1);
        }
        self.shard.whole.add(0, whole::FINISHED, 1);
    }

    /// A policy in shadow mode would have refused a request.
    pub fn shadow_refusal(&self, policy: Option<&Name>, code: Code) {
        let shadow = &self.shard.shadow;
        let mut shadow = shadow.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (policy.cloned().unwrap_or_default(), code);
        let room = shadow.len() < MOST_SHADOW || shadow.contains_key(&key);
        let key = if room { key } else { (Name::default(), code) };
        *shadow.entry(key).or_default() += 1;
    }

    /// An attempt at a target of the upstream began.
    pub fn attempt(&self, upstream: UpstreamId) {
        let row = upstream.0 as usize;
        self.shard.upstreams.add(row, upstream::ATTEMPTS, 1);
    }

    /// The attempt that begins is not the request's first.
    pub fn retry(&self, upstream: UpstreamId) {
        let row = upstream.0 as usize;
        self.shard.upstreams.add(row, upstream::RETRIES, 1);
    }

    /// An attempt failed.
    pub fn attempt_failed(&self, upstream: UpstreamId, why: UpstreamFailure) {
        let column = upstream::FIRST_FAILURE + why as usize;
        self.shard.upstreams.add(upstream.0 as usize, column, 1);
    }

    /// A rule has hidden so many values.
    pub fn masked(&self, rule: MaskId, values: u64) {
        self.shard.masks.add(rule.0 as usize, 0, values);
    }

    /// A connection was accepted. [`CoreMetrics::connection_closed`] follows for each, on any
    /// core.
    pub fn connection_accepted(&self, listener: ListenerId) {
        self.connection(listener, listener::ACCEPTED);
    }

    /// A connection is gone.
    pub fn connection_closed(&self, listener: ListenerId) {
        self.connection(listener, listener::CLOSED);
    }

    /// A connection was not accepted: a limit, or a peer that may not connect.
    pub fn connection_refused(&self, listener: ListenerId) {
        self.connection(listener, listener::REFUSED);
    }

    /// A TLS handshake failed.
    pub fn handshake_failed(&self, listener: ListenerId) {
        self.connection(listener, listener::HANDSHAKE_FAILURES);
    }

    fn connection(&self, listener: ListenerId, column: usize) {
        self.shard.listeners.add(listener.0 as usize, column, 1);
    }
}
