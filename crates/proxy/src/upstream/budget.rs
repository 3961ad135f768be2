//! The retry budget of an upstream: retries must not multiply the load of one that is failing.
//!
//! A retry is paid for by requests (each earns its percentage of one retry, saved up to what a
//! thousand requests earn) or, when nothing is saved, by an allowance per second, so that quiet
//! upstreams can be retried at all. The idea is Finagle's `RetryBudget`.

use super::padded::Padded;
use postern_model::entity::Retry;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A retry costs this much; a request earns its percentage.
const COST: u64 = 100;
/// Requests whose earnings can be saved up.
const SAVED_REQUESTS: u64 = 1000;

/// Budget of one upstream, shared by all cores.
#[derive(Debug, Default)]
pub struct Budget {
    /// In hundredths of a retry.
    saved: Padded<AtomicU64>,
    /// Generic cell rate algorithm: when the allowance would be whole again, microseconds.
    whole_at: AtomicU64,
    refusals: AtomicU64,
}

impl Budget {
    /// Adds what `requests` earn.
    pub fn earn(&self, retry: &Retry, requests: u32) {
        let percent = u64::from(retry.budget_percent);
        let earned = u64::from(requests).saturating_mul(percent);
        if earned == 0 {
            return;
        }
        let most = percent.saturating_mul(SAVED_REQUESTS);
        // A full budget is the usual case and is only read.
        let add = |saved: u64| (saved < most).then(|| saved.saturating_add(earned).min(most));
        self.saved.fetch_update(Relaxed, Relaxed, add).ok();
    }

    /// Pays for one retry at `now` (milliseconds), if there is enough.
    pub fn take(&self, retry: &Retry, now: u64) -> bool {
        let pay = |saved: u64| saved.checked_sub(COST);
        let paid = self.saved.fetch_update(Relaxed, Relaxed, pay).is_ok()
            || self.take_allowance(retry.budget_min_per_second, now);
        if !paid {
            self.refusals.fetch_add(1, Relaxed);
        }
        paid
    }

    /// Retries refused, ever.
    pub fn refusals(&self) -> u64 {
        self.refusals.load(Relaxed)
    }

    /// At most `rate` at once, and `rate` per second in the long run.
    fn take_allowance(&self, rate: u32, now: u64) -> bool {
        const SECOND: u64 = 1_000_000;
        let Some(each) = SECOND.checked_div(u64::from(rate)) else {
            return false;
        };
        let now = now.saturating_mul(1000);
        let pay = |whole_at: u64| {
            let next = whole_at.max(now).saturating_add(each);
            (next.saturating_sub(now) <= SECOND).then_some(next)
        };
        self.whole_at.fetch_update(Relaxed, Relaxed, pay).is_ok()
    }
}

#[cfg(test)]
mod tests;
