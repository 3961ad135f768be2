//! Recorded requests, decided by two configurations: what is in force, and what might be.
//!
//! Both sides decide the same facts at the time of the record, each with counters of its own that
//! have counted nothing before the first request; who may call what is as it is now, with and
//! without the change. So whatever differs comes from the change alone. What a record did not keep
//! is never guessed: of such a request it cannot be told.

mod tally;

pub use tally::{Kind as ReplayDifference, NotTold, Of, ReplayGroup, Replayed, Tally};

use crate::overlay::{Assumed, Overlay};
use postern_model::denial::Code;
use postern_model::entity::Name;
use postern_policy::client::ClientAddress;
use postern_policy::facts::{CredentialVerdict, EdgeReading, Readings};
use postern_policy::policies::LimitUse;
use postern_policy::stages::body::too_large;
use postern_policy::{Decision, Depth, FactRequest, Facts, Recorded, Snapshot, Step, Walk};
use std::fmt;

/// Times that a walk may pause for a fact, which is more than there are kinds of facts.
const MOST_PAUSES: usize = 64;

/// Most requests that a row is counted as, one after the other, where it stands for many: a flood
/// of so many uses up whatever it meets.
const MOST_AT_ONCE: u64 = 1_000;

/// Counters that nobody has counted with before the first request. Time only goes on.
pub trait Counters: fmt::Debug + Send {
    /// Counts the arrival of a request, and says how the counters of its address stand.
    fn arrive(&mut self, client: &ClientAddress, now: i64) -> EdgeReading;

    /// How limits stand, in their order. What is held while a request is under way is taken until
    /// it is counted or refused.
    fn read(&mut self, uses: &[LimitUse], now: i64) -> Readings;

    /// Counts a request that passed, all or nothing, and holds what it holds until its end: Unix
    /// time in milliseconds, as `now`. `false`: something was used up.
    fn count(&mut self, uses: &[LimitUse], now: i64, until: i64) -> bool;

    /// Counts a refusal against its address, and gives back what the request held.
    fn refused(&mut self, client: Option<&ClientAddress>, code: Code, now: i64);
}

/// Counters that count nothing: whatever is limited passes.
#[derive(Debug, Clone, Copy)]
pub struct Uncounted;

impl Counters for Uncounted {
    fn arrive(&mut self, _: &ClientAddress, _: i64) -> EdgeReading {
        EdgeReading::default()
    }

    fn read(&mut self, uses: &[LimitUse], _: i64) -> Readings {
        uses.iter().map(crate::decide::fresh).collect()
    }

    fn count(&mut self, _: &[LimitUse], _: i64, _: i64) -> bool {
        true
    }

    fn refused(&mut self, _: Option<&ClientAddress>, _: Code, _: i64) {}
}

/// One of the two configurations.
pub struct Side<'a> {
    /// Rules, and who may call what.
    pub snapshot: Snapshot<'a>,
    /// Counters.
    pub counters: &'a mut dyn Counters,
    /// Whether the proof of the credential of that id is another one on this side than it was when
    /// requests came with it: what was found of it then says nothing here.
    pub proves_otherwise: &'a dyn Fn(&str) -> bool,
}

impl fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side").finish_non_exhaustive()
    }
}

/// A recorded request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What was kept of it.
    pub facts: &'a Recorded,
    /// When it came: Unix time in milliseconds. Requests come in the order of their times.
    pub at: i64,
    /// When it ended.
    pub until: i64,
    /// How many requests its row stands for.
    pub represents: u64,
    /// Bytes of its body that came.
    pub body: u64,
}

/// What one configuration makes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It passes.
    Passes,
    /// It is refused, and by which policy.
    Refused(Code, Option<Name>),
    /// It cannot be told, for want of this fact.
    CannotTell(&'static str),
}

/// What became of all requests that a row stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// Of the first.
    pub first: Outcome,
    /// How many of the others had no room any more, and what they were refused with.
    pub crowded: Option<(u64, Outcome)>,
}

impl Side<'_> {
    /// Decides a request, and counts it.
    pub fn decide(&mut self, request: &Request<'_>) -> Outcomes {
        let _ = request.facts.not_kept();
        let mut assumed = Assumed {
            whole_directory: true,
            edge_afresh: true,
            credential_forgotten: self.forgets(request.facts),
            ..Assumed::default()
        };
        let mut readings: Option<Readings> = None;
        let mut walk = Walk::new(Depth::FirstDenial);
        for _ in 0..MOST_PAUSES {
            let facts = Overlay {
                facts: request.facts,
                assumed: &assumed,
                readings: readings.as_deref(),
            };
            match walk.step(&self.snapshot, &facts) {
                Step::Need(FactRequest::Edge) => {
                    let reading = match walk.client() {
                        Some(client) => self.counters.arrive(client, request.at),
                        None => EdgeReading::default(),
                    };
                    assumed.edge = Some(reading);
                }
                Step::Need(FactRequest::Counters) => {
                    readings = Some(self.counters.read(walk.limits(), request.at));
                }
                Step::Need(fact) => {
                    return Outcomes::one(Outcome::CannotTell(fact.name()));
                }
                Step::Done(decision) => {
                    return self.done(&walk, decision, readings.is_some(), request);
                }
            }
        }
        Outcomes::one(Outcome::CannotTell("too many facts"))
    }

    fn done(
        &mut self,
        walk: &Walk,
        decision: Decision,
        has_read: bool,
        request: &Request<'_>,
    ) -> Outcomes {
        let refuse = |side: &mut Self, code: Code, policy: Option<Name>| {
            side.counters.refused(walk.client(), code, request.at);
            Outcome::Refused(code, policy)
        };
        match decision {
            Decision::Refuse(denial) => {
                Outcomes::one(refuse(self, denial.code, denial.policy.clone()))
            }
            Decision::CannotTell(unknown) => Outcomes::one(Outcome::CannotTell(unknown.what)),
            // The gateway answers these, whatever is counted.
            Decision::Own(_) | Decision::Preflight => Outcomes::one(Outcome::Passes),
            Decision::Allow => {
                if let Some(most) = walk.body_limit().filter(|most| request.body > *most) {
                    let denial = too_large(most, request.body);
                    return Outcomes::one(refuse(self, denial.code, denial.policy.clone()));
                }
                if has_read {
                    self.count(walk, request)
                } else {
                    Outcomes::one(Outcome::Passes)
                }
            }
        }
    }

    /// Counts all that a row stands for, as if they came at the same moment.
    fn count(&mut self, walk: &Walk, request: &Request<'_>) -> Outcomes {
        let uses = walk.limits();
        let counted = request.represents.clamp(1, MOST_AT_ONCE);
        for nth in 0..counted {
            if nth > 0 {
                // What is held is taken anew.
                let readings = self.counters.read(uses, request.at);
                if let Some(denial) = walk.used_up(&readings, request.at) {
                    return self.crowded(walk, (nth, counted), denial.code, request);
                }
            }
            if !self.counters.count(uses, request.at, request.until) {
                let readings = self.counters.read(uses, request.at);
                let denial = walk.used_up(&readings, request.at);
                let denial = denial.unwrap_or_else(|| walk.lost_races(request.at));
                return self.crowded(walk, (nth, counted), denial.code, request);
            }
        }
        Outcomes::one(Outcome::Passes)
    }

    /// So many of those that were counted passed, and then there was no room.
    fn crowded(
        &mut self,
        walk: &Walk,
        (passed, counted): (u64, u64),
        code: Code,
        request: &Request<'_>,
    ) -> Outcomes {
        self.counters.refused(walk.client(), code, request.at);
        let refused = Outcome::Refused(code, None);
        if passed == 0 {
            return Outcomes::one(refused);
        }
        let share = u128::from(request.represents) * u128::from(counted - passed);
        let refused_of_all = u64::try_from(share / u128::from(counted)).unwrap_or(u64::MAX);
        Outcomes {
            first: Outcome::Passes,
            crowded: Some((refused_of_all, refused)),
        }
    }

    /// Whether what was found of the credential says nothing on this side: nobody had that key and
    /// somebody has it now, or it is proved by something else.
    fn forgets(&self, facts: &Recorded) -> bool {
        let forgets = match facts.credential() {
            Some(CredentialVerdict::Unknown { id }) => {
                self.snapshot.directory.credential(id).is_some()
            }
            Some(verdict) => verdict
                .about()
                .is_some_and(|id| (self.proves_otherwise)(id)),
            None => false,
        };
        // What was looked for here says nothing about anything else.
        let _ = facts.not_kept();
        forgets
    }
}

impl Outcomes {
    const fn one(first: Outcome) -> Self {
        Self {
            first,
            crowded: None,
        }
    }

    /// Each outcome, and for how many of so many requests it stands.
    fn shares(&self, represents: u64) -> [(u64, &Outcome); 2] {
        match &self.crowded {
            Some((crowded, outcome)) => {
                let crowded = (*crowded).min(represents);
                [(represents - crowded, &self.first), (crowded, outcome)]
            }
            None => [(represents, &self.first), (0, &self.first)],
        }
    }
}
