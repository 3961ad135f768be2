//! Deciding the facts of a request again, to the end.

use crate::overlay::{Assumed, Overlay};
use postern_model::Stage;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Measure, Method, Name};
use postern_policy::client::ClientAddress;
use postern_policy::decision::Unknown;
use postern_policy::facts::{Facts, Reading};
use postern_policy::fields::Known;
use postern_policy::policies::{LimitUse, LimitUses};
use postern_policy::router::Route;
use postern_policy::stages::{NearMiss, STAGES};
use postern_policy::{Depth, Identity, Snapshot, Walk};

/// Everything that the machine says about a request.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// Every refusal, in the order of the stages.
    pub(crate) denials: Vec<Denial>,
    /// What could not be told.
    pub(crate) unknown: Vec<Unknown>,
    pub(crate) shadow: Vec<Denial>,
    pub(crate) route: Option<Route>,
    /// The method that a browser asks about beforehand, where the gateway answers that.
    pub(crate) preflight: Option<Method>,
    pub(crate) identity: Option<Identity>,
    pub(crate) client: Option<ClientAddress>,
    pub(crate) path: Option<String>,
    pub(crate) host: Option<String>,
    /// The environment of the host.
    pub(crate) environment: Option<Name>,
    pub(crate) limits: LimitUses,
    /// Of the limits, in their order, if they were read.
    pub(crate) readings: Option<Vec<Reading>>,
    /// The most bytes of a body that declares no length: it is measured while it passes.
    pub(crate) body_limit: Option<u64>,
    /// What would let the caller pass where Cedar policies refuse, and nobody else.
    pub(crate) near_miss: Option<NearMiss>,
}

impl Decided {
    /// Decides facts as they are.
    pub(crate) fn of(snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Self {
        // What somebody else has looked for in vain says nothing about this walk.
        let _ = facts.not_kept();
        let mut walk = Walk::new(Depth::Everything);
        // Everything was asked for, so that the walk itself says how it went.
        let _ = walk.step(snapshot, facts);
        Self {
            denials: walk.denials().to_vec(),
            unknown: walk.unknown().to_vec(),
            shadow: walk.shadow().to_vec(),
            route: walk.route().copied(),
            preflight: walk.preflight_method(),
            identity: walk.identity().cloned(),
            client: walk.client().copied(),
            path: walk.path(facts).map(str::to_owned),
            host: walk.host(facts).map(str::to_owned),
            environment: walk.environment(snapshot.rules).cloned(),
            limits: walk.limits().iter().cloned().collect(),
            readings: facts.readings().map(<[Reading]>::to_vec),
            body_limit: walk.body_limit(),
            near_miss: near_miss(&walk, snapshot, facts),
        }
    }

    /// Decides the same facts by another snapshot, with assumptions. A counter that the request
    /// met before says what it said then; one that only the new rules have starts afresh.
    /// Other rules may have other limits, so that readings are found by the number of their limit.
    pub(crate) fn again(
        &self,
        snapshot: &Snapshot<'_>,
        facts: &dyn Facts,
        assumed: &Assumed,
    ) -> Self {
        let unread = Overlay {
            facts,
            assumed,
            readings: None,
        };
        let first = Self::of(snapshot, &unread);
        let Some(readings) = &self.readings else {
            return first;
        };
        if first.limits.is_empty() {
            return first;
        }
        let known: Vec<(&LimitUse, &Reading)> = self.limits.iter().zip(readings).collect();
        let reading = |limit: &LimitUse| {
            let same = |(old, _): &&(&LimitUse, &Reading)| {
                old.number == limit.number && old.subject == limit.subject
            };
            known.iter().find(same).map_or_else(
                || fresh(limit),
                |(old, reading)| carried(old, reading, limit),
            )
        };
        let readings: Vec<Reading> = first.limits.iter().map(reading).collect();
        let read = Overlay {
            facts,
            assumed,
            readings: Some(&readings),
        };
        Self::of(snapshot, &read)
    }

    /// The first refusal's code.
    pub(crate) fn code(&self) -> Option<Code> {
        self.denials.first().map(|denial| denial.code)
    }

    /// Whether nothing refuses, as far as that can be told.
    pub(crate) fn passes(&self) -> bool {
        self.denials.is_empty()
    }

    /// Whether nothing refuses, and that can be told.
    pub(crate) fn surely_passes(&self) -> bool {
        self.denials.is_empty() && self.unknown.is_empty()
    }

    /// Stages whose word is missing, in order, those included that had nothing to ask because an
    /// earlier one could not tell; and the one that never speaks beforehand.
    pub(crate) fn not_checked(&self, facts: &dyn Facts) -> Vec<Stage> {
        let mut stages: Vec<Stage> = self.unknown.iter().map(|unknown| unknown.stage).collect();
        if self.client.is_none() {
            stages.extend([Stage::Client, Stage::Edge, Stage::Network]);
        }
        if self.route.is_none() {
            stages.extend(deciding().filter(|stage| *stage >= Stage::Route));
        }
        if self.preflight.is_some() {
            // What follows is not asked of a browser's question.
            stages.sort();
            stages.dedup();
            return stages;
        }
        if self.identity.is_none() && stages.contains(&Stage::Authenticate) {
            stages.extend([
                Stage::Account,
                Stage::Subscription,
                Stage::Authorize,
                Stage::Limits,
            ]);
        }
        let sized = facts.header(Known::ContentLength, 0);
        // What was looked for here says nothing about anything else.
        let _ = facts.not_kept();
        if facts.has_body() && sized.is_none() {
            stages.push(Stage::Body);
        }
        stages.push(Stage::Upstream);
        stages.sort();
        stages.dedup();
        stages
    }

    /// Whether every stage up to that one has spoken.
    pub(crate) fn is_told(&self, facts: &dyn Facts, to: Stage) -> bool {
        self.not_checked(facts).iter().all(|stage| *stage > to)
    }
}

fn near_miss(walk: &Walk, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Option<NearMiss> {
    let by_policy = |denial: &Denial| matches!(denial.code, Code::Forbidden | Code::NotPermitted);
    let refused = walk.denials().iter().any(by_policy);
    refused.then(|| walk.near_miss(snapshot, facts)).flatten()
}

/// The stages that speak before a request goes on, in order.
pub(crate) fn deciding() -> impl DoubleEndedIterator<Item = Stage> {
    let stages = STAGES.iter().map(|line| line.stage);
    stages.filter(|stage| *stage < Stage::Upstream)
}

/// What a limit says that nobody has taken from.
pub(crate) fn fresh(limit: &LimitUse) -> Reading {
    Reading {
        passes: true,
        remaining: limit.limit.measure.most(),
        reset: 0,
        retry_after: 0,
    }
}

/// What a limit says that goes on under other numbers: of a quota, what was used stays used.
fn carried(old: &LimitUse, reading: &Reading, new: &LimitUse) -> Reading {
    let (was, is) = (old.limit.measure, new.limit.measure);
    if !matches!(is, Measure::Quota { .. }) || was == is {
        return *reading;
    }
    let used = was.most().saturating_sub(reading.remaining);
    let remaining = is.most().saturating_sub(used);
    Reading {
        passes: remaining > 0,
        remaining,
        reset: reading.reset,
        retry_after: if remaining > 0 { 0 } else { reading.reset },
    }
}
