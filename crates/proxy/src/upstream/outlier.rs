//! Passive health: a target that fails several requests in a row is set aside for a while, longer
//! each time, as long as enough others remain. Whether *all* are failing is the breaker's affair.

use super::set::{UpstreamState, millis};
use super::target::{EJECTED, TargetState};
use postern_model::entity::Outlier;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

/// Counts a failed request, and sets the target aside if that was one too many.
pub(super) fn failed(upstream: &UpstreamState, target: &TargetState, now: u64) {
    let settings = &upstream.config.outlier;
    let failures = target.count_failure();
    if settings.consecutive_failures == 0 || failures < settings.consecutive_failures {
        return;
    }
    eject(upstream, target, now);
}

/// Lets targets return whose time is over.
pub(super) fn readmit(upstream: &UpstreamState, now: u64) {
    // Whoever holds it does the same work.
    let Ok(_guard) = upstream.shared.ejecting.try_lock() else {
        return;
    };
    let mut next = u64::MAX;
    for slot in &upstream.targets {
        let target = &slot.target;
        if target.status.load(Relaxed) & EJECTED == 0 {
            continue;
        }
        let until = target.ejection.until.load(Relaxed);
        if until > now {
            next = next.min(until);
            continue;
        }
        target.ejection.returned.store(now, Relaxed);
        target.clear_failures();
        upstream.set_status(target, EJECTED, false);
        tracing::info!(upstream = %upstream.name(), target = %target.name(), "target is back");
    }
    upstream.shared.changes.next_return.store(next, Relaxed);
}

fn eject(upstream: &UpstreamState, target: &TargetState, now: u64) {
    let guard = upstream.shared.ejecting.lock();
    let _guard = guard.unwrap_or_else(PoisonError::into_inner);
    if target.status.load(Relaxed) & EJECTED != 0 {
        return;
    }
    let mut census = Census::default();
    for slot in upstream.targets.iter().filter(|s| s.weight > 0) {
        let status = slot.target.status.load(Relaxed);
        census.all += 1;
        census.ejected += usize::from(status & EJECTED != 0);
        let other = !std::ptr::eq(&raw const *slot.target, target);
        census.others_usable += usize::from(other && status == 0);
    }
    let settings = &upstream.config.outlier;
    if !census.allows(settings.max_ejected_percent) {
        return;
    }
    let ejection = &target.ejection;
    let in_service = now.saturating_sub(ejection.returned.load(Relaxed));
    let count = next_count(settings, ejection.count.load(Relaxed), in_service);
    let until = now.saturating_add(length(settings, count));
    ejection.count.store(count, Relaxed);
    ejection.total.fetch_add(1, Relaxed);
    ejection.until.store(until, Relaxed);
    upstream
        .shared
        .changes
        .next_return
        .fetch_min(until, Relaxed);
    upstream.set_status(target, EJECTED, true);
    tracing::warn!(
        upstream = %upstream.name(),
        target = %target.name(),
        seconds = until.saturating_sub(now) / 1000,
        "target set aside after failed requests"
    );
}

/// How many targets there are.
#[derive(Debug, Clone, Copy, Default)]
struct Census {
    all: usize,
    ejected: usize,
    others_usable: usize,
}

impl Census {
    /// Whether one more may go: within the percentage, though one always may, and never the last.
    fn allows(self, max_percent: u8) -> bool {
        let share = self.all.saturating_mul(usize::from(max_percent)) / 100;
        self.others_usable > 0 && self.ejected < share.max(1)
    }
}

/// Number of the next ejection, for its length: time in service takes back what went before.
fn next_count(settings: &Outlier, before: u32, in_service: u64) -> u32 {
    let forgiven = in_service / millis(settings.ejection).max(1);
    let forgiven = u32::try_from(forgiven).unwrap_or(u32::MAX);
    before.saturating_sub(forgiven).saturating_add(1)
}

/// Milliseconds that ejection number `count` lasts.
fn length(settings: &Outlier, count: u32) -> u64 {
    let longest = millis(settings.max_ejection).max(millis(settings.ejection));
    let length = millis(settings.ejection).saturating_mul(u64::from(count));
    length.min(longest)
}

#[cfg(test)]
mod tests;
