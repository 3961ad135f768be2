//! The upstreams of one configuration, and what they take over from the one before.

use super::breaker::BreakerState;
use super::budget::Budget;
use super::padded::Padded;
use super::target::{TargetState, UNHEALTHY, set_bit};
use super::{CoreUpstream, CoreUpstreams};
use crate::metrics::BreakerPosition;
use postern_model::entity::{Configuration, Name, Upstream};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Every upstream of one configuration, by index as in [`Configuration::upstreams`].
#[derive(Debug)]
pub struct Upstreams {
    epoch: Instant,
    list: Vec<Arc<UpstreamState>>,
}

/// One upstream as configured, with the state that all cores share.
#[derive(Debug)]
pub struct UpstreamState {
    /// As configured.
    pub config: Upstream,
    /// Its targets, in the order of the configuration.
    pub targets: Vec<Slot>,
    pub(super) breaker: Option<Arc<BreakerState>>,
    pub(super) shared: Arc<Shared>,
}

/// A target's place in an upstream.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Share relative to the others; 0 gets nothing.
    pub weight: u32,
    /// Load, health and addresses.
    pub target: Arc<TargetState>,
}

/// What stays when an upstream of the same name is configured again.
#[derive(Debug)]
pub(super) struct Shared {
    epoch: Instant,
    /// Read by every request, written when a target comes or goes.
    pub(super) changes: Padded<Changes>,
    pub(super) in_flight: Padded<AtomicU32>,
    pub(super) budget: Budget,
    /// Held while the set of ejected targets changes.
    pub(super) ejecting: Mutex<()>,
}

#[derive(Debug)]
pub(super) struct Changes {
    /// Goes up whenever a target's status changes.
    generation: AtomicU64,
    /// Milliseconds at which the first ejected target returns; `u64::MAX`: none is out.
    pub(super) next_return: AtomicU64,
}

impl Shared {
    fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            changes: Padded(Changes {
                generation: AtomicU64::new(1),
                next_return: AtomicU64::new(u64::MAX),
            }),
            in_flight: Padded::default(),
            budget: Budget::default(),
            ejecting: Mutex::default(),
        }
    }

    /// Tells every core to look at the targets' status again. Release: whoever sees the new
    /// number sees the status that was written before it.
    pub(super) fn changed(&self) {
        self.changes.generation.fetch_add(1, Ordering::Release);
    }

    pub(super) fn generation(&self) -> u64 {
        self.changes.generation.load(Ordering::Acquire)
    }
}

impl Upstreams {
    /// Builds the set for `config`. An upstream of the same name keeps its in-flight counts,
    /// retry budget and, where its settings are the same, its breaker; a target with the same
    /// host and port in it keeps its load, health and addresses. `now` starts the clock of a
    /// first set.
    pub fn build(config: &Configuration, previous: Option<&Self>, now: Instant) -> Self {
        Self::of(&config.upstreams, previous, now)
    }

    /// As [`Upstreams::build`], of a list.
    pub fn of(list: &[Upstream], previous: Option<&Self>, now: Instant) -> Self {
        let epoch = previous.map_or(now, |p| p.epoch);
        let list = list
            .iter()
            .map(|upstream| {
                let before = previous.and_then(|p| p.by_name(&upstream.name));
                Arc::new(UpstreamState::new(upstream, before, epoch))
            })
            .collect();
        Self { epoch, list }
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<UpstreamState>> {
        self.list.iter()
    }

    /// By index into [`Configuration::upstreams`].
    pub fn get(&self, index: usize) -> Option<&Arc<UpstreamState>> {
        self.list.get(index)
    }

    /// By name.
    pub fn by_name(&self, name: &str) -> Option<&Arc<UpstreamState>> {
        self.list.iter().find(|u| &*u.config.name == name)
    }

    /// One core's view: `core` of `cores`, with randomness from `seed`, which should differ from
    /// core to core.
    pub fn for_core(&self, core: usize, cores: usize, seed: u64) -> CoreUpstreams {
        CoreUpstreams(
            self.list
                .iter()
                .map(|state| {
                    Rc::new(CoreUpstream::new(
                        state.clone(),
                        core,
                        cores,
                        seed ^ super::balance::hash(state.config.name.as_bytes()),
                    ))
                })
                .collect(),
        )
    }
}

impl<'a> IntoIterator for &'a Upstreams {
    type Item = &'a Arc<UpstreamState>;
    type IntoIter = std::slice::Iter<'a, Arc<UpstreamState>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl UpstreamState {
    fn new(config: &Upstream, before: Option<&Arc<Self>>, epoch: Instant) -> Self {
        let mut targets: Vec<Slot> = Vec::with_capacity(config.targets.len());
        for target in &config.targets {
            let known = before
                .into_iter()
                .flat_map(|b| &b.targets)
                .chain(&targets)
                .map(|slot| &slot.target)
                .find(|t| t.host() == &target.host && t.port() == target.port);
            let state = known.map_or_else(|| Arc::new(TargetState::new(target)), Arc::clone);
            if config.active_health.is_none() {
                // Nothing would ever make it healthy again.
                set_bit(&state.status, UNHEALTHY, false);
            }
            targets.push(Slot {
                weight: target.weight,
                target: state,
            });
        }
        let breaker = config.breaker.as_ref().map(|wanted| {
            before
                .and_then(|b| b.breaker.as_ref())
                .filter(|b| b.config() == wanted)
                .map_or_else(|| Arc::new(BreakerState::new(wanted)), Arc::clone)
        });
        let shared = before.map_or_else(|| Arc::new(Shared::new(epoch)), |b| b.shared.clone());
        shared.changed();
        Self {
            config: config.clone(),
            targets,
            breaker,
            shared,
        }
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.config.name
    }

    /// Requests on its targets now.
    pub fn in_flight(&self) -> u32 {
        let sum = |total: u32, slot: &Slot| total.saturating_add(slot.target.in_flight());
        self.targets.iter().fold(0, sum)
    }

    /// Since when its breaker is open; `None`: closed, or it has none.
    pub fn open_for(&self, now: Instant) -> Option<Duration> {
        self.breaker.as_ref()?.open_for(self.millis(now))
    }

    /// The position of its breaker, if it has one.
    pub fn breaker_position(&self, now: Instant) -> Option<BreakerPosition> {
        let breaker = self.breaker.as_ref()?;
        Some(match breaker.open_for(self.millis(now)) {
            None => BreakerPosition::Closed,
            Some(_) if breaker.is_probing() => BreakerPosition::HalfOpen,
            Some(_) => BreakerPosition::Open,
        })
    }

    /// How often its breaker opened; a change of the breaker's settings begins at 0.
    pub fn times_opened(&self) -> u64 {
        self.breaker.as_ref().map_or(0, |b| b.times_opened())
    }

    /// Retries refused because the budget was spent, ever.
    pub fn budget_refusals(&self) -> u64 {
        self.shared.budget.refusals()
    }

    /// Milliseconds of this set's clock; never 0, so that 0 can mean "not".
    pub(super) fn millis(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.shared.epoch);
        millis(passed).saturating_add(1)
    }

    pub(super) fn set_status(&self, target: &TargetState, bit: u8, on: bool) -> bool {
        let changed = set_bit(&target.status, bit, on);
        if changed {
            self.shared.changed();
        }
        changed
    }
}

/// Whole milliseconds, without 128-bit arithmetic.
pub(super) fn millis(duration: Duration) -> u64 {
    duration
        .as_secs()
        .saturating_mul(1000)
        .saturating_add(u64::from(duration.subsec_millis()))
}
