//! How the limits of a request stand, for headers.

use crate::refusal::Standing;
use postern_model::entity::Measure;
use postern_policy::facts::Reading;
use postern_policy::policies::LimitUse;
use smallvec::SmallVec;

/// The standings of most requests: no room is asked for.
pub(crate) type Standings<'a> = SmallVec<[Standing<'a>; 4]>;

/// How limits stand towards their caller; `taken`: what this request has taken since they were
/// read. Limits in shadow mode are nobody's business.
pub(crate) fn standings<'a>(
    uses: &'a [LimitUse],
    readings: &[Reading],
    taken: u32,
) -> Standings<'a> {
    let enforced = uses.iter().zip(readings).filter(|(one, _)| !one.shadow);
    enforced
        .map(|(one, reading)| {
            let seconds = |millis: u64| millis.div_ceil(1000);
            let (limit, window, taken) = match one.limit.measure {
                Measure::Rate { count, per, .. } => (count, Some(per), taken),
                Measure::Spacing { apart } => (1, Some(apart), taken),
                // The permit was taken when it was read.
                Measure::Concurrency { most } => (most, None, 0),
            };
            Standing {
                name: &one.limit.name,
                limit: u64::from(limit),
                window: window.map(|window| window.as_secs().max(1)),
                remaining: u64::from(reading.remaining.saturating_sub(taken)),
                reset: seconds(reading.reset),
            }
        })
        .collect()
}
