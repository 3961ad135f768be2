//! What is known about one request once it is over, and who wants to know.
//!
//! A record borrows everything, so making one costs nothing; a sink copies what it keeps. Secrets
//! and queries are not in it.

#[cfg(feature = "otlp")]
pub mod otlp;
mod process_log;
#[cfg(test)]
mod tests;

pub use postern_calllog::Outcome;
pub use process_log::{LogRequests, ProcessLog};

use postern_model::{Denial, RequestId};
use postern_policy::head::Version;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What became of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// A whole response was written.
    Response,
    /// The stream was reset (HTTP/2), perhaps within a response.
    Reset,
    /// The connection was closed, perhaps within a response.
    Close,
}

impl Delivered {
    /// Its name in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Reset => "reset",
            Self::Close => "close",
        }
    }
}

/// Where a request stands in a distributed trace (W3C Trace Context).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The trace, as it came or new.
    pub trace: [u8; 16],
    /// Our own span: what the upstream's `traceparent` names as its parent.
    pub span: [u8; 8],
    /// The caller's span, if it sent one.
    pub parent: Option<[u8; 8]>,
    /// Whether the trace is recorded.
    pub sampled: bool,
}

/// One request, when it is over. Texts that came from outside are escaped and cut.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// The request's id.
    pub id: RequestId,
    /// When its first byte came: Unix time in microseconds.
    pub start: u64,
    /// From its first byte to the last of the response, or to the end of its WebSocket.
    pub duration: Duration,
    /// The client's address, once it was found.
    pub client: Option<IpAddr>,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// The method's token; empty if the head did not get that far.
    pub method: &'a str,
    /// The host asked for, normal form; empty if none.
    pub host: &'a str,
    /// The path as it was decided on; never the query.
    pub path: &'a str,
    /// The service matched.
    pub service: Option<&'a str>,
    /// Its version.
    pub version: Option<&'a str>,
    /// Its operation.
    pub operation: Option<&'a str>,
    /// The status that went out; 0 if none did.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// The refusal, as recorded (not its public form).
    pub denial: Option<&'a Denial>,
    /// The upstream chosen.
    pub upstream: Option<&'a str>,
    /// The last target tried, `host:port`.
    pub target: Option<&'a str>,
    /// Attempts made at targets.
    pub attempts: u32,
    /// Bytes of the request's body, or through a WebSocket from the caller.
    pub bytes_in: u64,
    /// Bytes of the response's body, or through a WebSocket to the caller.
    pub bytes_out: u64,
    /// What became of the response; of a WebSocket, how it was closed.
    pub delivered: Delivered,
    /// The protocol of the caller's side.
    pub protocol: Version,
    /// The TLS version of the caller's side, if any.
    pub tls: Option<&'static str>,
    /// The id that a trusted hop gave the request.
    pub client_request_id: Option<&'a str>,
    /// Its place in a trace, if it has one.
    pub trace: Option<Trace>,
}

/// Somebody who wants records. Called on the request's core: it must not block.
pub trait Sink: Send + Sync {
    /// Whether it wants requests that ended so. Asked first, so that what nobody wants is not made.
    fn wants(&self, outcome: Outcome) -> bool;

    /// Takes note of a request.
    fn record(&self, record: &Record<'_>);

    /// Whether it makes spans of them: then traces that begin here are sampled.
    fn traces(&self) -> bool {
        false
    }
}

/// Everybody who wants records.
#[derive(Clone)]
pub struct Sinks {
    all: Arc<[Arc<dyn Sink>]>,
    trace: bool,
}

impl Sinks {
    /// These.
    pub fn new(all: Vec<Arc<dyn Sink>>) -> Self {
        Self {
            trace: all.iter().any(|sink| sink.traces()),
            all: all.into(),
        }
    }

    /// Whether anybody wants requests that ended so.
    pub(crate) fn wants(&self, outcome: Outcome) -> bool {
        self.all.iter().any(|sink| sink.wants(outcome))
    }

    /// Tells everybody who wants it.
    pub(crate) fn record(&self, record: &Record<'_>) {
        for sink in self.all.iter().filter(|sink| sink.wants(record.outcome)) {
            sink.record(record);
        }
    }

    /// Whether anybody makes spans.
    pub(crate) const fn trace(&self) -> bool {
        self.trace
    }
}

impl Default for Sinks {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sinks", self.all.len())
    }
}
