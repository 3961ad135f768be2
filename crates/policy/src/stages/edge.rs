//! Stage 3: what every address meets, whatever it asks for. Requests that are refused later count
//! here too; the counting itself is done where the reading is taken.

use super::network::{elsewhere, look};
use super::{Check, Outcome};
use crate::client::ClientAddress;
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial};

pub(super) const CHECKS: &[Check] = &[deny_lists, counters];

fn deny_lists(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    let client = &client;
    let rules = snapshot.rules;
    for &at in &rules.configuration().edge.deny {
        let Some(list) = rules.policies().list(at) else {
            continue;
        };
        if list.is_sourced && !list.has_expired(facts.now()) {
            if let Some(needed) = look(progress, rules.policies(), at, facts) {
                return Outcome::Need(needed);
            }
            let mut listed = progress.listed.iter();
            let found = listed.find(|listed| listed.list == list.name);
            if let Some((listed, range)) = found.and_then(|listed| Some((listed, listed.range?))) {
                let denial = seen(Code::EdgeAddressDenied, client)
                    .with("list", list.name.to_string(), Audience::Operator)
                    .with("entry", range.to_string(), Audience::Operator);
                return Outcome::Refuse(elsewhere(denial, listed, rules, Audience::Operator));
            }
            continue;
        }
        if let Some(entry) = list.find(client.address, facts.now()) {
            let denial = seen(Code::EdgeAddressDenied, client)
                .with("list", list.name.to_string(), Audience::Operator)
                .with("entry", entry.range.to_string(), Audience::Operator);
            return Outcome::Refuse(super::network::entry(denial, entry, Audience::Operator));
        }
    }
    Outcome::Pass
}

fn counters(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = &progress.client else {
        return Outcome::Pass;
    };
    let edge = &snapshot.rules.configuration().edge;
    if edge.requests.is_none() && edge.refusals.is_none() {
        return Outcome::Pass;
    }
    let Some(reading) = facts.edge() else {
        return Outcome::Need(FactRequest::Edge);
    };
    if let Some(blocked) = &reading.blocked {
        let wait = blocked.until.saturating_sub(facts.now());
        let until = super::connection::moment(blocked.until.div_euclid(1000));
        return Outcome::Refuse(
            seen(Code::EdgeAddressBlocked, client)
                .saw("until", until)
                .with("trigger", blocked.trigger.row().name, Audience::Operator)
                .retry_after(super::seconds(u64::try_from(wait).unwrap_or(0))),
        );
    }
    if let (Some(exceeded), Some(rate)) = (&reading.exceeded, edge.requests) {
        return Outcome::Refuse(
            seen(Code::EdgeRateExceeded, client)
                .saw("limit", u64::from(exceeded.limit))
                .saw("window", super::millis(rate.per))
                .saw("reset", exceeded.retry_after)
                .retry_after(super::seconds(exceeded.retry_after)),
        );
    }
    Outcome::Pass
}

/// A refusal that shows the client's address and where it came from.
pub(super) fn seen(code: Code, client: &ClientAddress) -> Denial {
    Denial::new(code)
        .saw("address", client.address.to_string())
        .saw("provenance", client.provenance.to_string())
}
