//! How a target is, for people.

use super::set::{Slot, UpstreamState};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// What is known of a target's health besides its [status](super::target::TargetStatus).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetReport {
    /// How long ago checks changed their mind; `None`: they never have.
    pub changed: Option<Duration>,
    /// What the last check that failed said; `None`: none has failed.
    pub failure: Option<String>,
    /// Whether a check has come back.
    pub checked: bool,
    /// How long it stays set aside; `None`: it is not.
    pub returns_in: Option<Duration>,
}

impl UpstreamState {
    /// What is known of one of its targets.
    pub fn report(&self, slot: &Slot, now: Instant) -> TargetReport {
        let now = self.millis(now);
        let target = &slot.target;
        let (since, failure, checked) = {
            let checks = target.checks();
            (checks.since, checks.error.clone(), checks.any)
        };
        let until = target.ejection.until.load(Relaxed);
        let between = |from: u64, to: u64| Duration::from_millis(to.saturating_sub(from));
        TargetReport {
            changed: (since > 0).then(|| between(since, now)),
            failure: (!failure.is_empty()).then_some(failure),
            checked,
            returns_in: target.status().ejected.then(|| between(now, until)),
        }
    }
}
