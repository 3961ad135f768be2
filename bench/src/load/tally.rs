//! What a load run counts.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use anyhow::{Result, bail};
use hdrhistogram::Histogram;

use super::Summary;

/// After so many errors a run measures nothing.
const MAX_ERRORS: u64 = 100;

/// Counts of one run; one thread writes.
#[derive(Debug)]
pub(super) struct Tally {
    requests: Cell<u64>,
    errors: Cell<u64>,
    bytes: Cell<u64>,
    first_error: RefCell<Option<String>>,
    /// Nanoseconds, three digits.
    latencies: RefCell<Histogram<u64>>,
}

impl Tally {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            requests: Cell::new(0),
            errors: Cell::new(0),
            bytes: Cell::new(0),
            first_error: RefCell::new(None),
            latencies: RefCell::new(Histogram::new_with_bounds(1_000, 100_000_000_000, 3)?),
        })
    }

    /// Counts a complete answer.
    pub(super) fn answered(&self, bytes: u64, latency: Duration) {
        self.requests.set(self.requests.get() + 1);
        self.bytes.set(self.bytes.get() + bytes);
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies.borrow_mut().saturating_record(nanoseconds);
    }

    /// Counts an error; an error itself when there have been too many.
    pub(super) fn failed(&self, error: &anyhow::Error) -> Result<()> {
        self.errors.set(self.errors.get() + 1);
        self.first_error
            .borrow_mut()
            .get_or_insert_with(|| format!("{error:#}"));
        if self.errors.get() > MAX_ERRORS {
            bail!("more than {MAX_ERRORS} errors, the last: {error:#}");
        }
        Ok(())
    }

    pub(super) fn summary(&self, elapsed: Duration) -> Summary {
        let latencies = self.latencies.borrow();
        let micros = |quantile| {
            Duration::from_nanos(latencies.value_at_quantile(quantile)).as_secs_f64() * 1e6
        };
        Summary {
            requests: self.requests.get(),
            errors: self.errors.get(),
            first_error: self.first_error.borrow().clone(),
            bytes: self.bytes.get(),
            seconds: elapsed.as_secs_f64(),
            p50: micros(0.5),
            p99: micros(0.99),
            p999: micros(0.999),
        }
    }
}
