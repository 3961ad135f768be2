//! How the call log fares.

use super::super::families::{self, Family};
use super::{Page, seconds};
use postern_calllog::{Cause, Health, Part};

impl Page<'_> {
    pub(super) fn call_log(&mut self, health: &Health) {
        for (family, value) in [
            (&families::CALLS_WRITTEN, health.written),
            (&families::CALLS_INDEXED, health.indexed),
            (&families::CALLS_FOLDED, health.folded),
            (&families::CALLS_SAMPLED, health.sampled_out),
        ] {
            self.family(family);
            self.sample(family, &[], value);
        }
        self.split(
            &families::CALLS_DROPPED,
            &[
                ("queue", health.dropped_queue),
                ("queue_refused", health.dropped_refusals),
                ("disk", health.dropped_disk),
            ],
        );
        for (family, value) in [
            (&families::CALLS_DETAILS, health.details_dropped),
            (&families::CALLS_DAMAGED, health.damaged_bytes),
            (&families::CALLS_TORN, health.torn_tails),
            (&families::CALLS_DAYS, health.days_removed),
            (&families::CALLS_QUEUED, health.queued),
        ] {
            self.family(family);
            self.sample(family, &[], value);
        }
        self.split(
            &families::CALLS_HELD,
            &[
                ("queue", health.queued_bytes),
                ("disk", health.waiting_bytes),
            ],
        );
        self.split(
            &families::CALLS_DISK,
            &[
                ("segments", health.segment_bytes),
                ("day_files", health.day_bytes),
            ],
        );
        self.family(&families::CALLS_LAG);
        let lag = seconds(health.lag.saturating_mul(1000));
        self.sample(&families::CALLS_LAG, &[], lag);
        self.family(&families::CALLS_ALARM);
        for part in Part::ALL {
            for cause in Cause::ALL {
                let mut alarms = health.alarms.iter();
                let raised = alarms.any(|alarm| alarm.part == part && alarm.cause == cause);
                let labels = [part.name(), cause.name()];
                self.sample(&families::CALLS_ALARM, &labels, u8::from(raised));
            }
        }
    }

    /// One sample for each value of a label.
    fn split(&mut self, family: &Family, values: &[(&str, u64)]) {
        self.family(family);
        for (label, value) in values {
            self.sample(family, &[label], value);
        }
    }
}
