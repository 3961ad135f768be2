//! Stage 10: whether whoever calls may act at all.

#[cfg(test)]
mod tests;

use super::connection::moment;
use super::{Check, Outcome};
use crate::decision::FactRequest;
use crate::facts::{CallerBlock, Facts};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial};
use postern_model::entity::{Name, Suspension};

pub(super) const CHECKS: &[Check] = &[tenant, app, blocked];

fn tenant(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(identity) = progress.caller.identity() else {
        return Outcome::Pass;
    };
    let tenant = &identity.tenant;
    let code = Code::TenantSuspended;
    suspended(code, "tenant", &tenant.name, tenant.suspended.as_ref())
}

fn app(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(identity) = progress.caller.identity() else {
        return Outcome::Pass;
    };
    let app = &identity.app;
    suspended(Code::AppSuspended, "app", &app.name, app.suspended.as_ref())
}

/// Blocks that somebody made hold everywhere, those of a policy where it is in force.
fn blocked(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Progress {
        route: Some(route),
        caller,
        shadow: noted,
        ..
    } = progress
    else {
        return Outcome::Pass;
    };
    let Some(identity) = caller.identity() else {
        return Outcome::Pass;
    };
    let Some(blocks) = facts.caller_blocks() else {
        return Outcome::Need(FactRequest::CallerBlocks);
    };
    let (rules, now) = (snapshot.rules, facts.now());
    let mut refused = None;
    for block in blocks.iter().filter(|block| now < block.until) {
        let mut places = rules
            .policies()
            .block_places(rules, route.plan, identity, now);
        let place = places.find(|place| {
            let same_caller = place.by.name() == &*block.what && place.name == &*block.who;
            place.number == block.number && same_caller
        });
        match place {
            Some(place) if place.shadow => noted.push(match &block.policy {
                Some(policy) => denial(block, now).by_policy(policy.clone()),
                None => denial(block, now),
            }),
            Some(_) => _ = refused.get_or_insert_with(|| denial(block, now)),
            // It came of a policy that does not hold here, or not any more.
            None => {}
        }
    }
    refused.map_or(Outcome::Pass, Outcome::Refuse)
}

fn denial(block: &CallerBlock, now: i64) -> Denial {
    let wait = u64::try_from(block.until.saturating_sub(now)).unwrap_or(0);
    // Rounded up: nobody is told to come before it ends.
    let until = block.until.saturating_add(999).div_euclid(1000);
    let text = |name: &Name| name.to_string();
    let mut denial = Denial::new(Code::Blocked)
        .saw("what", text(&block.what))
        .saw("until", moment(until))
        .with("who", text(&block.who), Audience::Operator)
        .retry_after(super::seconds(wait));
    if let Some(trigger) = &block.trigger {
        denial = denial.with("trigger", text(trigger), Audience::Publisher);
    }
    if let Some(policy) = &block.policy {
        denial = denial.with("policy", text(policy), Audience::Publisher);
    }
    if let Some(by) = &block.by {
        denial = denial.with("by", text(by), Audience::Operator);
    }
    match &block.reason {
        Some(reason) => denial.saw("reason", text(reason)),
        None => denial,
    }
}

fn suspended(
    code: Code,
    what: &'static str,
    name: &str,
    suspension: Option<&Suspension>,
) -> Outcome {
    let Some(suspension) = suspension else {
        return Outcome::Pass;
    };
    let denial = Denial::new(code)
        .saw(what, name.to_owned())
        .saw("since", moment(suspension.since));
    Outcome::Refuse(match &suspension.reason {
        Some(reason) => denial.saw("reason", reason.to_string()),
        None => denial,
    })
}
