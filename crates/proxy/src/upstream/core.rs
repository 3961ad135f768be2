//! One core's view of an upstream: cursors and randomness that need no synchronisation.

use super::balance::{Candidate, Selector, Tried, hash};
use super::breaker::Admission;
use super::lease::Lease;
use super::outlier;
use super::retry::{self, Attempt, Verdict};
use super::set::UpstreamState;
use super::target::{EJECTED, TargetState, UNHEALTHY, UNRESOLVED};
use postern_model::entity::{Balance, Name};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// One core's view of all upstreams, by index as in the configuration.
#[derive(Debug, Clone)]
pub struct CoreUpstreams(pub(super) Vec<Rc<CoreUpstream>>);

impl CoreUpstreams {
    /// By index into the configuration's upstreams.
    pub fn get(&self, index: usize) -> Option<&Rc<CoreUpstream>> {
        self.0.get(index)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Rc<CoreUpstream>> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a CoreUpstreams {
    type Item = &'a Rc<CoreUpstream>;
    type IntoIter = std::slice::Iter<'a, Rc<CoreUpstream>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One core's view of one upstream.
#[derive(Debug)]
pub struct CoreUpstream {
    pub(super) state: Arc<UpstreamState>,
    /// The targets again, by counters that only this core touches: a lease costs no contended
    /// reference count.
    targets: Vec<Rc<CoreTarget>>,
    core: usize,
    cores: usize,
    /// Generation of the shared state that `selector` was made for.
    seen: Cell<u64>,
    selector: RefCell<Selector>,
    random: Cell<u64>,
    /// Requests whose share of the retry budget was not handed in yet.
    unbudgeted: Cell<u32>,
}

/// A target with what one core knows about it.
#[derive(Debug)]
pub(super) struct CoreTarget {
    pub(super) state: Arc<TargetState>,
    /// Connections begun, to take turns among addresses.
    pub(super) turn: Cell<usize>,
}

impl CoreTarget {
    fn new(state: Arc<TargetState>, turn: usize) -> Self {
        Self {
            state,
            turn: Cell::new(turn),
        }
    }
}

/// Why no target was leased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No target may be used: `upstream.no_healthy_target`.
    #[error("no target may be used")]
    NoHealthyTarget {
        /// Every target and why it is out.
        targets: Vec<(Name, TargetOut)>,
    },
    /// No target may be used, and of some nothing is known yet: `gateway.not_ready`.
    #[error("the names of targets are still being resolved for the first time")]
    NotReady {
        /// Every target and why it is out.
        targets: Vec<(Name, TargetOut)>,
    },
    /// The breaker is open: `upstream.circuit_open`.
    #[error("the circuit has been open for {} s", open_for.as_secs())]
    CircuitOpen {
        /// How long it has been open.
        open_for: Duration,
        /// Until the next probe; zero while one is under way.
        next_probe: Duration,
    },
    /// The breaker's limit of requests in flight is reached: `upstream.circuit_open` too.
    #[error("{limit} requests are in flight, as many as the circuit breaker lets through")]
    TooManyInFlight {
        /// That limit.
        limit: u32,
    },
}

/// Why a target is out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetOut {
    /// Active checks failed.
    #[error("health checks have failed for {} s: {error}", for_.as_secs())]
    Unhealthy {
        /// How long it has been unhealthy.
        for_: Duration,
        /// What the last check said.
        error: String,
    },
    /// Set aside after failed requests.
    #[error("set aside after failed requests, for another {} s", returns_in.as_secs())]
    Ejected {
        /// Until it returns.
        returns_in: Duration,
    },
    /// Its name was asked for, and the first answer has not come yet.
    #[error("its name is still being resolved for the first time")]
    Pending,
    /// Its name has no address.
    #[error("its name has no address: {error}")]
    Unresolved {
        /// What the last resolution said.
        error: String,
    },
    /// Weight 0.
    #[error("its weight is 0")]
    NoWeight,
}

impl CoreUpstream {
    pub(super) fn new(state: Arc<UpstreamState>, core: usize, cores: usize, seed: u64) -> Self {
        let targets = state
            .targets
            .iter()
            .map(|slot| Rc::new(CoreTarget::new(slot.target.clone(), core)))
            .collect();
        Self {
            state,
            targets,
            core,
            cores,
            seen: Cell::new(0),
            selector: RefCell::default(),
            random: Cell::new(seed ^ hash(&core.to_le_bytes())),
            unbudgeted: Cell::new(0),
        }
    }

    /// What all cores share, with the configuration.
    pub fn state(&self) -> &Arc<UpstreamState> {
        &self.state
    }

    /// Chooses a target for one attempt of a request. `key` is what a consistent hash looks at
    /// (without one it takes turns); `tried` are the targets that this request tried before: they
    /// are avoided while there is another.
    pub fn acquire(
        self: &Rc<Self>,
        now: Instant,
        key: Option<&[u8]>,
        tried: &Tried,
    ) -> Result<Lease, Denied> {
        let state = &*self.state;
        let millis = state.millis(now);
        if millis >= state.shared.changes.next_return.load(Relaxed) {
            outlier::readmit(state, millis);
        }
        let mut counted = false;
        let mut probe = false;
        if let Some(breaker) = &state.breaker {
            match breaker.admit(millis) {
                Ok(Admission::Closed) => {}
                Ok(Admission::Probe) => probe = true,
                Err(open) => {
                    return Err(Denied::CircuitOpen {
                        open_for: open.open_for,
                        next_probe: open.next_probe,
                    });
                }
            }
            let limit = breaker.config().max_in_flight;
            if limit != 0 {
                counted = true;
                if state.shared.in_flight.fetch_add(1, Relaxed) >= limit {
                    state.shared.in_flight.fetch_sub(1, Relaxed);
                    if probe {
                        breaker.probe_cancelled();
                    }
                    return Err(Denied::TooManyInFlight { limit });
                }
            }
        }
        let picked = self.pick(key, tried);
        let Some((index, target)) =
            picked.and_then(|i| self.targets.get(i).map(|t| (i, t.clone())))
        else {
            if counted {
                state.shared.in_flight.fetch_sub(1, Relaxed);
            }
            if probe && let Some(breaker) = &state.breaker {
                breaker.probe_cancelled();
            }
            return Err(self.no_target(millis));
        };
        target.state.begin();
        if tried.is_empty() {
            self.earn();
        }
        Ok(Lease::new(self.clone(), target, index, counted, probe))
    }

    /// Whether a failed attempt may be followed by another; takes from the retry budget if so.
    pub fn may_retry(&self, attempt: &Attempt, now: Instant) -> Verdict {
        self.hand_in();
        let millis = self.state.millis(now);
        retry::may_retry(attempt, &self.state.config.retry, |retry| {
            self.state.shared.budget.take(retry, millis)
        })
    }

    /// A random number for this core's other choices, such as where in a list to begin.
    pub fn random(&self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        let next = self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.random.set(next);
        super::balance::mix(next)
    }

    fn pick(&self, key: Option<&[u8]>, tried: &Tried) -> Option<usize> {
        let generation = self.state.shared.generation();
        let mut selector = self.selector.borrow_mut();
        if self.seen.get() != generation {
            selector.rebuild(self.candidates(), self.core, self.cores);
            self.seen.set(generation);
        }
        match (&self.state.config.balance, key) {
            (Balance::LeastRequests, _) => {
                let load =
                    |index: usize| self.targets.get(index).map_or(0, |t| t.state.in_flight());
                selector.least_requests(load, tried, self.random())
            }
            (Balance::ConsistentHash(_), Some(key)) => selector.rendezvous(hash(key), tried),
            (Balance::RoundRobin | Balance::ConsistentHash(_), _) => selector.round_robin(tried),
        }
    }

    fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let slots = self.state.targets.iter().enumerate();
        slots
            .filter(|(_, s)| s.weight > 0 && s.target.status.load(Relaxed) == 0)
            .map(|(index, s)| Candidate::new(index, s.weight, s.target.seed))
    }

    fn no_target(&self, millis: u64) -> Denied {
        let why = |target: &TargetState, weight: u32| {
            let status = target.status.load(Relaxed);
            if weight == 0 {
                TargetOut::NoWeight
            } else if status & UNRESOLVED != 0 {
                match target.addresses().error.clone() {
                    Some(error) => TargetOut::Unresolved { error },
                    None => TargetOut::Pending,
                }
            } else if status & UNHEALTHY != 0 {
                let checks = target.checks();
                TargetOut::Unhealthy {
                    for_: Duration::from_millis(millis.saturating_sub(checks.since)),
                    error: checks.error.clone(),
                }
            } else {
                debug_assert!(status & EJECTED != 0 || status == 0);
                let until = target.ejection.until.load(Relaxed);
                TargetOut::Ejected {
                    returns_in: Duration::from_millis(until.saturating_sub(millis)),
                }
            }
        };
        let slots = self.state.targets.iter();
        let targets: Vec<_> = slots
            .map(|s| (s.target.name().clone(), why(&s.target, s.weight)))
            .collect();
        if targets.iter().any(|(_, why)| *why == TargetOut::Pending) {
            // It may be as good as any.
            return Denied::NotReady { targets };
        }
        Denied::NoHealthyTarget { targets }
    }

    /// One more request whose share goes to the retry budget; handed in by the dozen, so that
    /// cores do not fight over one counter.
    fn earn(&self) {
        const BATCH: u32 = 16;
        self.unbudgeted.set(self.unbudgeted.get().saturating_add(1));
        if self.unbudgeted.get() >= BATCH {
            self.hand_in();
        }
    }

    /// Before a retry is paid for, and when a reload takes this view away.
    fn hand_in(&self) {
        let requests = self.unbudgeted.take();
        let retry = &self.state.config.retry;
        self.state.shared.budget.earn(retry, requests);
    }
}

impl Drop for CoreUpstream {
    fn drop(&mut self) {
        self.hand_in();
    }
}
