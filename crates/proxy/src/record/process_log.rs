//! Records as lines of the process log.

use super::{Outcome, Record, Sink};
use postern_model::Fault;
use postern_model::denial::{Denial, printable};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Longest text from outside in one field of a line, bytes.
const MAX_TEXT: usize = 1024;

/// Which requests the process log tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogRequests {
    /// Every request.
    All,
    /// Those that were refused, failed, or refused by the upstream.
    #[default]
    Refused,
    /// None.
    None,
}

impl FromStr for LogRequests {
    type Err = UnknownLogRequests;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "refused" => Ok(Self::Refused),
            "none" => Ok(Self::None),
            _ => Err(UnknownLogRequests),
        }
    }
}

/// A word that does not say which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("requests are logged `all`, `refused` or `none`")]
pub struct UnknownLogRequests;

/// Writes one line per request through `tracing`, target `postern::request`: level `WARN` where
/// the fault is not the consumer's, else `INFO`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessLog {
    which: LogRequests,
}

impl ProcessLog {
    /// A log of these requests.
    pub const fn new(which: LogRequests) -> Self {
        Self { which }
    }
}

impl Sink for ProcessLog {
    fn wants(&self, outcome: Outcome) -> bool {
        match self.which {
            LogRequests::All => true,
            LogRequests::Refused => matches!(outcome, Outcome::Refused | Outcome::OriginRefused),
            LogRequests::None => false,
        }
    }

    fn record(&self, record: &Record<'_>) {
        if !self.wants(record.outcome) {
            return;
        }
        let denial = record.denial;
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "postern::request",
                    $level,
                    id = %record.id,
                    outcome = record.outcome.name(),
                    status = record.status,
                    code = denial.map(|d| d.code.name()),
                    stage = denial.map(|d| d.stage().name()),
                    fault = denial.map(|d| d.fault.name()),
                    method = &*clean(record.method),
                    host = &*clean(record.host),
                    path = &*clean(record.path),
                    client = record.client.map(tracing::field::display),
                    peer = %record.peer,
                    service = record.service,
                    version = record.version,
                    operation = record.operation,
                    upstream = record.upstream,
                    upstream_target = record.target,
                    attempts = record.attempts,
                    start_us = record.start,
                    duration_us = u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
                    bytes_in = record.bytes_in,
                    bytes_out = record.bytes_out,
                    delivered = record.delivered.name(),
                    protocol = record.protocol.name(),
                    tls = record.tls,
                    client_request_id = record.client_request_id.map(clean).as_deref(),
                    evidence = denial.map(|d| tracing::field::display(Seen(d))),
                )
            };
        }
        if denial.is_some_and(|d| d.fault != Fault::Consumer) {
            line!(tracing::Level::WARN);
        } else {
            line!(tracing::Level::INFO);
        }
    }
}

/// A text that cannot break a line, whoever sent it.
fn clean(text: &str) -> Cow<'_, str> {
    let harmless =
        text.len() <= MAX_TEXT && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if harmless {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(printable(text.as_bytes(), MAX_TEXT))
    }
}

/// All evidence of a refusal: the log is the operator's.
struct Seen<'a>(&'a Denial);

impl fmt::Display for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.evidence.iter().enumerate() {
            let gap = if i == 0 { "" } else { "; " };
            write!(f, "{gap}{}={}", item.name, item.value)?;
        }
        Ok(())
    }
}
