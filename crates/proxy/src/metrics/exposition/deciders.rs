//! What became of questions to deciders.

use super::{BUCKETS, Observe, Page, families, seconds};
use std::collections::BTreeMap;

/// What became of the questions of policies of one name, wherever they hold.
#[derive(Default)]
struct Sum {
    results: [u64; 3],
    micros: u64,
    buckets: [u64; BUCKETS.len() + 1],
}

/// What becomes of a question, in the order of the counters.
const RESULTS: [&str; 3] = ["passed", "refused", "failed"];

impl Page<'_> {
    /// Nothing where no policy asks anybody.
    pub(super) fn deciders(&mut self, observed: &dyn Observe) {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        observed.deciders(&mut |state| {
            let sum = sums.entry(state.policy.to_owned()).or_default();
            let add = |to: &mut [u64], more: &[u64]| {
                for (to, more) in to.iter_mut().zip(more) {
                    *to = to.wrapping_add(*more);
                }
            };
            add(&mut sum.results, &state.results);
            add(&mut sum.buckets, &state.buckets);
            sum.micros = sum.micros.wrapping_add(state.micros);
        });
        if sums.is_empty() {
            return;
        }
        self.family(&families::DECISIONS);
        for (policy, sum) in &sums {
            for (result, count) in RESULTS.iter().zip(sum.results) {
                self.sample(&families::DECISIONS, &[policy, result], count);
            }
        }
        let family = &families::DECISION_TIME;
        self.family(family);
        for (policy, sum) in &sums {
            let mut count: u64 = 0;
            let bounds = BUCKETS.iter().map(|bound| seconds(*bound).to_string());
            for (bound, within) in bounds.chain(["+Inf".to_owned()]).zip(sum.buckets) {
                count = count.wrapping_add(within);
                self.series(family, "_bucket", &[policy], Some(&bound), count);
            }
            self.series(family, "_sum", &[policy], None, seconds(sum.micros));
            self.series(family, "_count", &[policy], None, count);
        }
    }
}
