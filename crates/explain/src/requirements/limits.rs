//! How much may be used, in words.

use super::Limit;
use postern_model::entity::{self, Measure, Plan, Policy, PolicyRule};
use std::time::Duration;

/// The limits for everybody, then those of each plan.
pub(super) fn limits(policies: &[&Policy], plans: &[&Plan]) -> Vec<Limit> {
    let everybody = policies.iter().filter_map(|policy| match &policy.rule {
        PolicyRule::Limit(rule) => Some(limit(rule, None)),
        _ => None,
    });
    let of_plans = plans
        .iter()
        .flat_map(|plan| plan.limits.iter().map(|rule| limit(rule, Some(*plan))));
    everybody.chain(of_plans).collect()
}

fn limit(rule: &entity::Limit, plan: Option<&Plan>) -> Limit {
    Limit {
        name: rule.name.to_string(),
        plan: plan.map(|plan| plan.name.to_string()),
        kind: rule.measure.kind().to_owned(),
        says: says(rule.measure),
        by: rule.by.iter().map(|key| key.words().into_owned()).collect(),
    }
}

fn says(measure: Measure) -> String {
    match measure {
        Measure::Rate { count, per, burst } if burst < count => {
            format!("{count} requests in {}, {burst} at once", span(per))
        }
        Measure::Rate { count, per, .. } => format!("{count} requests in {}", span(per)),
        Measure::Spacing { apart } => format!("requests at least {} apart", span(apart)),
        Measure::Concurrency { most } => format!("{most} requests under way at once"),
        Measure::Quota { count, per } => format!("{count} requests per {per}"),
    }
}

fn span(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}
