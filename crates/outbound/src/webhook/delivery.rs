//! What has to be sent, and what became of it.

use super::endpoint::Endpoint;
use super::event::{Event, EventKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

/// An event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Names it.
    pub id: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// What is sent.
    pub event: Event,
    /// The number of this attempt, from 1. Whoever claims it counts, so that an attempt which ends
    /// with the process is one too.
    pub attempt: u32,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The endpoint took it.
    Delivered,
    /// It did not; there will be another attempt.
    Failed,
    /// It did not, and it was the last attempt.
    Dead,
}

/// A line of the delivery log: one attempt. It holds no secrets, and nothing that the endpoint said
/// but its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// The delivery's id.
    pub delivery: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// The event's id.
    pub event: String,
    /// What happened.
    pub kind: EventKind,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When it began.
    pub at: Timestamp,
    /// Where it was sent: scheme, host and port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The response's status; none without a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, milliseconds.
    pub latency_ms: u64,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When the next attempt is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is done.
    Delivered,
    /// It is due again.
    Retry {
        /// When.
        at: Timestamp,
    },
    /// It is given up, and kept for somebody to look at or send again.
    Dead,
}

/// The queue of deliveries, which outlives the process.
pub trait Deliveries: Send + Sync + 'static {
    /// Why the queue cannot be used. Logged.
    type Error: Display + Send;

    /// Takes deliveries that are due at `now`, the longest due first: at most `limit`, at most one
    /// of each endpoint, and none of the endpoints in `busy`. Counts the attempt, and makes each due
    /// again after `lease`, so that it is not lost with whoever took it.
    fn claim(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
        busy: &[String],
    ) -> impl Future<Output = Result<Vec<Delivery>, Self::Error>> + Send;

    /// An endpoint, with its secrets; none where it is gone or switched off.
    fn endpoint(
        &self,
        id: &str,
    ) -> impl Future<Output = Result<Option<Endpoint>, Self::Error>> + Send;

    /// Keeps what became of an attempt, together with its line of the log. To be ignored, but for
    /// the line, where another attempt was claimed since.
    fn settle(
        &self,
        delivery: &Delivery,
        settled: Settled,
        entry: LogEntry,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
