//! Stage 13: rates, bursts, concurrency, quotas. Readings are taken once, of all limits together; what
//! they allow is committed by the data plane when everything else has passed.

use super::{Check, Outcome};
use crate::decision::FactRequest;
use crate::facts::{Facts, Reading};
use crate::policies::{Compiled, Holds, LimitUse, Parties, holds};
use crate::snapshot::Snapshot;
use crate::walk::{Progress, Walk};
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Measure, QuotaPeriod};

pub(super) const CHECKS: &[Check] = &[name_limits, read_limits];

/// Finds the counters that this request touches: those of the plan and those of policies.
fn name_limits(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Progress {
        route: Some(route),
        client,
        caller,
        limits: uses,
        ..
    } = progress
    else {
        return Outcome::Pass;
    };
    let rules = snapshot.rules;
    let (service, operation) = (&rules.service(route).name, &rules.operation(route).name);
    uses.clear();
    let parties = Parties {
        address: client.as_ref().map(|client| client.address),
        identity: caller.identity(),
        facts: Some(facts),
    };
    if let Some(plan) = caller.identity().and_then(|who| who.plan) {
        let limits = rules.policies().plan(plan).iter();
        uses.extend(limits.filter_map(|limit| limit.of(&parties, service, operation, false)));
    }
    let policies = rules.policies();
    let set = policies.of(route.plan).into_iter();
    for &at in set.flat_map(|set| set.limits.iter()) {
        let Some(Compiled::Limit(limit)) = policies.compiled(at) else {
            continue;
        };
        let holds = rules
            .policy(at)
            .map_or(Holds::Enforced, |p| holds(p, facts.now()));
        if holds != Holds::Off {
            uses.extend(limit.of(&parties, service, operation, holds == Holds::Shadow));
        }
    }
    Outcome::Pass
}

fn read_limits(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    if progress.limits.is_empty() {
        return Outcome::Pass;
    }
    let revision = snapshot.rules.revision();
    if facts
        .revision()
        .is_some_and(|decided_by| decided_by != revision)
    {
        // Other rules may have other limits.
        return Outcome::NotKept("counters");
    }
    let Some(readings) = facts.readings() else {
        return Outcome::Need(FactRequest::Counters);
    };
    let mut refused = None;
    for (limit, reading) in progress.limits.iter().zip(readings) {
        if reading.passes {
            continue;
        }
        if limit.shadow {
            // A limit of a policy has the policy's name.
            let name = limit.limit.name.clone();
            let denial = exceeded(limit, reading, facts.now());
            progress.shadow.push(denial.by_policy(name));
        } else {
            refused.get_or_insert_with(|| exceeded(limit, reading, facts.now()));
        }
    }
    refused.map_or(Outcome::Pass, Outcome::Refuse)
}

impl Walk {
    /// Judges the limits again after a commit that failed: the readings are new. `now` is Unix
    /// time in milliseconds.
    pub fn used_up(&self, readings: &[Reading], now: i64) -> Option<Denial> {
        let mut pairs = self.limits().iter().zip(readings);
        let over = pairs.find(|(limit, reading)| !reading.passes && !limit.shadow);
        over.map(|(limit, reading)| exceeded(limit, reading, now))
    }

    /// The refusal of a request whose limits passed whenever they were read and were used up
    /// whenever they were to be taken from: many others are faster.
    pub fn lost_races(&self, now: i64) -> Denial {
        let soon = Reading {
            retry_after: 1000,
            ..Reading::CLOSED
        };
        let rate = |limit: &&LimitUse| {
            !limit.shadow && !matches!(limit.limit.measure, Measure::Concurrency { .. })
        };
        match self.limits().iter().find(rate) {
            Some(limit) => exceeded(limit, &soon, now),
            None => Denial::new(Code::Internal),
        }
    }
}

/// The refusal of a limit that is used up at `now`, Unix time in milliseconds.
pub(crate) fn exceeded(limit: &LimitUse, reading: &Reading, now: i64) -> Denial {
    let (code, most, window) = match limit.limit.measure {
        Measure::Rate { count, per, .. } => (Code::RateExceeded, count, Some(per)),
        Measure::Spacing { apart } => (Code::BurstExceeded, 1, Some(apart)),
        Measure::Concurrency { most } => (Code::ConcurrencyExceeded, most, None),
        Measure::Quota { count, per } => return used_up(limit, reading, (count, per), now),
    };
    let denial = Denial::new(code)
        .saw("name", limit.limit.name.to_string())
        .saw("by", limit.words())
        .saw("limit", u64::from(most));
    match window {
        Some(window) => denial
            .saw("window", super::millis(window))
            .saw("reset", reading.retry_after)
            .retry_after(super::seconds(reading.retry_after)),
        None => denial,
    }
}

/// The refusal of a quota.
fn used_up(
    limit: &LimitUse,
    reading: &Reading,
    (count, per): (u32, QuotaPeriod),
    now: i64,
) -> Denial {
    let wait = i64::try_from(reading.retry_after).unwrap_or(i64::MAX);
    // Rounded up: nobody is told to come before it is renewed.
    let renews = now
        .saturating_add(wait)
        .saturating_add(999)
        .div_euclid(1000);
    Denial::new(Code::QuotaExhausted)
        .saw("name", limit.limit.name.to_string())
        .saw("by", limit.words())
        .saw("used", u64::from(count.saturating_sub(reading.remaining)))
        .saw("quota", u64::from(count))
        .saw("period", per.to_string())
        .saw("renews", super::connection::moment(renews))
        .retry_after(super::seconds(reading.retry_after))
}
