//! What a scrape finds in the current configuration.

use super::Gateway;
use crate::metrics::{BreakerState, DeciderState, Observe, TargetState};
use postern_calllog::Health;
use postern_geo::State;
use std::time::{Duration, Instant};

impl Observe for Gateway {
    fn targets(&self, visit: &mut dyn FnMut(TargetState<'_>)) {
        for upstream in self.upstreams() {
            for slot in &upstream.targets {
                visit(TargetState {
                    upstream: upstream.name(),
                    target: slot.target.name(),
                    healthy: slot.target.status().usable,
                    in_flight: slot.target.in_flight().into(),
                });
            }
        }
    }

    fn breakers(&self, visit: &mut dyn FnMut(BreakerState<'_>)) {
        let now = Instant::now();
        for upstream in self.upstreams() {
            if let Some(position) = upstream.breaker_position(now) {
                visit(BreakerState {
                    upstream: upstream.name(),
                    position,
                });
            }
        }
    }

    fn deciders(&self, visit: &mut dyn FnMut(DeciderState<'_>)) {
        for tally in self.current().snapshot.deciders.tallies() {
            visit(tally.state());
        }
    }

    fn silence(&self) -> Option<Duration> {
        self.freshness().age(Instant::now())
    }

    fn places(&self) -> Vec<State> {
        Self::places(self).states()
    }

    fn call_log(&self) -> Option<Health> {
        self.shared.call_log.as_ref().map(|log| log.health())
    }
}
