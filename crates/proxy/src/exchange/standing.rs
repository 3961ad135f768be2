//! How the limits of a request stand, for headers.

use crate::refusal::{Standing, StandingWindow};
use postern_model::entity::{Measure, QuotaPeriod};
use postern_policy::facts::Reading;
use postern_policy::policies::LimitUse;
use smallvec::SmallVec;
use std::time::Duration;

/// The standings of most requests: no room is asked for.
pub(crate) type Standings<'a> = SmallVec<[Standing<'a>; 4]>;

/// How limits stand towards their caller; `taken`: what this request has taken since they were
/// read. Limits in shadow mode are nobody's business.
pub(crate) fn standings<'a>(
    uses: &'a [LimitUse],
    readings: &[Reading],
    taken: u32,
) -> Standings<'a> {
    enforced(uses, readings)
        .map(|(one, reading)| standing(one, reading, taken))
        .collect()
}

/// The limits that may be told of, with what they said.
pub(crate) fn enforced<'a, 'r>(
    uses: &'a [LimitUse],
    readings: &'r [Reading],
) -> impl Iterator<Item = (&'a LimitUse, &'r Reading)> {
    uses.iter().zip(readings).filter(|(one, _)| !one.shadow)
}

fn seconds(window: Duration) -> StandingWindow {
    StandingWindow::Seconds(window.as_secs().max(1))
}

/// How one of them stands.
pub(crate) fn standing<'a>(one: &'a LimitUse, reading: &Reading, taken: u32) -> Standing<'a> {
    let (limit, window) = match one.limit.measure {
        Measure::Rate { count, per, .. } => (count, seconds(per)),
        Measure::Spacing { apart } => (1, seconds(apart)),
        Measure::Concurrency { most } => (most, StandingWindow::AtOnce),
        Measure::Quota { count, per } => {
            let window = match per {
                QuotaPeriod::Fixed(length) => seconds(length),
                QuotaPeriod::Calendar { .. } => StandingWindow::Calendar,
            };
            (count, window)
        }
    };
    Standing {
        name: &one.limit.name,
        limit: u64::from(limit),
        window,
        remaining: u64::from(reading.remaining.saturating_sub(taken)),
        reset: reading.reset.div_ceil(1000),
    }
}
