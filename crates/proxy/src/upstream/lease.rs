//! One attempt of one request on one target.

use super::core::{CoreTarget, CoreUpstream};
use super::outlier;
use super::retry::FailureClass;
use super::target::TargetState;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The target answered; also with a 4xx or a 500.
    Success,
    /// It did not, or with 502, 503 or 504.
    Failure(FailureClass),
    /// The caller went away, or we gave up for reasons that say nothing about the target.
    Cancelled,
}

impl Outcome {
    /// What a response head with this status means for the target.
    pub fn of_status(status: u16) -> Self {
        match status {
            502..=504 => Self::Failure(FailureClass::Status(status)),
            _ => Self::Success,
        }
    }
}

/// A target that is in use by one attempt. Dropped without a report, it counts as cancelled.
#[derive(Debug)]
pub struct Lease {
    upstream: Rc<CoreUpstream>,
    target: Rc<CoreTarget>,
    index: usize,
    /// Whether it counts towards the upstream's limit in flight.
    counted: bool,
    /// Whether the breaker waits for its outcome.
    probe: bool,
    reported: bool,
}

impl Lease {
    pub(super) fn new(
        upstream: Rc<CoreUpstream>,
        target: Rc<CoreTarget>,
        index: usize,
        counted: bool,
        probe: bool,
    ) -> Self {
        Self {
            upstream,
            target,
            index,
            counted,
            probe,
            reported: false,
        }
    }

    /// The target.
    pub fn target(&self) -> &Arc<TargetState> {
        &self.target.state
    }

    /// For [`super::Addresses::rotated`]: goes up with every call, so that connections of this
    /// core take turns among the target's addresses.
    pub fn turn(&self) -> usize {
        let turn = self.target.turn.get();
        self.target.turn.set(turn.wrapping_add(1));
        turn
    }

    /// Its index among the upstream's targets; what [`super::Tried`] remembers.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The upstream.
    pub fn upstream(&self) -> &Rc<CoreUpstream> {
        &self.upstream
    }

    /// Tells health and breaker how it went, as soon as that is known: with the response's head
    /// rather than its end, which for a stream may be hours away. A failure after a success (a
    /// body cut off) still counts against the target; a second success does not count again.
    pub fn report(&mut self, outcome: Outcome, now: Instant) {
        let first = !std::mem::replace(&mut self.reported, true);
        let state = &*self.upstream.state;
        match outcome {
            Outcome::Success => {
                if first {
                    self.target.state.clear_failures();
                    self.tell_breaker(true, now);
                }
            }
            Outcome::Failure(class) if class.blames_target() => {
                outlier::failed(state, &self.target.state, state.millis(now));
                self.tell_breaker(false, now);
            }
            Outcome::Failure(_) | Outcome::Cancelled => self.cancel_probe(),
        }
    }

    /// [`Lease::report`], and the end of the attempt.
    pub fn finish(mut self, outcome: Outcome, now: Instant) {
        self.report(outcome, now);
    }

    fn tell_breaker(&mut self, success: bool, now: Instant) {
        let state = &*self.upstream.state;
        let Some(breaker) = &state.breaker else {
            return;
        };
        let millis = state.millis(now);
        if std::mem::take(&mut self.probe) {
            breaker.probed(success, millis);
            if success {
                tracing::info!(upstream = %state.name(), "circuit closed: the probe succeeded");
            }
        } else if breaker.record(success, millis) {
            tracing::warn!(upstream = %state.name(), "circuit opened: too many requests failed");
        }
    }

    fn cancel_probe(&mut self) {
        if std::mem::take(&mut self.probe)
            && let Some(breaker) = &self.upstream.state.breaker
        {
            breaker.probe_cancelled();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.cancel_probe();
        self.target.state.end();
        if self.counted {
            self.upstream.state.shared.in_flight.fetch_sub(1, Relaxed);
        }
    }
}
