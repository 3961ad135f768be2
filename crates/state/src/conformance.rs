//! What every implementation of [`Counters`] has to do.
//!
//! An implementation's tests provide a [`Harness`] and call [`run`].

mod clocks;
mod pace;
mod quotas;
mod room;
mod together;

use crate::counters::{Allowance, Check, CommitError, Counters, Key, Reading, Verdict};
use crate::limit::Limit;

/// Makes counters, and waits for them.
pub trait Harness: Sync {
    /// The implementation.
    type Counters: Counters;

    /// Counters that have counted nothing.
    fn fresh(&self) -> Self::Counters;

    /// How many counts of quotas those have room for: so many that a few thousand for one limit are
    /// not much.
    fn room(&self) -> u64;

    /// The same counters after the process that had them ended in good order and another began:
    /// what is used of quotas has to outlast it.
    fn restarted(&self, counters: Self::Counters, now: u64) -> Self::Counters;

    /// Waits for a future. Called from several threads at once.
    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MS;
const MINUTE: u64 = 60 * SECOND;
/// Some day in 2023.
const START: u64 = 1_700_000_000 * SECOND;

/// Runs all cases.
///
/// # Panics
/// If the implementation does not do what it has to; the message says what.
pub fn run<H: Harness>(harness: &H) {
    let cases: &[fn(&Subject<'_, H>)] = &[
        pace::burst_then_one_per_interval,
        pace::a_burst_of_nothing_is_one,
        pace::spikes_are_arrested,
        pace::cells_are_apart,
        pace::cost_counts,
        pace::what_costs_too_much_never_passes,
        pace::readings_foretell,
        pace::never_more_than_limit_and_burst_in_any_window,
        pace::new_numbers_forgive,
        together::all_or_nothing,
        together::a_cell_named_twice_is_charged_twice,
        together::nothing_to_check_passes,
        together::threads_neither_exceed_nor_lose,
        clocks::a_clock_set_back_a_little_stands_still,
        clocks::a_clock_set_back_takes_debts_along,
        clocks::a_clock_set_forward_frees_one_burst,
        clocks::threads_with_clocks_of_their_own,
        quotas::each_is_counted_until_the_period_ends,
        quotas::days_weeks_and_months_are_those_of_the_zone,
        quotas::a_clock_set_back_gives_nothing_back,
        quotas::a_clock_set_forward_frees_one_period,
        quotas::new_numbers_keep_what_was_used,
        quotas::together_with_rates_all_or_nothing,
        quotas::what_is_refused_takes_nothing,
        quotas::threads_count_exactly,
        quotas::what_was_used_outlasts_a_restart,
        room::a_limit_that_holds_its_share_leaves_room_for_others,
    ];
    for case in cases {
        case(&Subject {
            harness,
            counters: harness.fresh(),
        });
    }
}

struct Subject<'a, H: Harness> {
    harness: &'a H,
    counters: H::Counters,
}

impl<H: Harness> Subject<'_, H> {
    fn commit(&self, checks: &[Check], cost: u64, now: u64) -> Result<(), usize> {
        let outcome = self
            .harness
            .block_on(self.counters.commit(checks, cost, now));
        outcome.map_err(|error| match error {
            CommitError::Refused(position) => position,
            CommitError::NoRoom(_) | CommitError::Unavailable(_) => usize::MAX,
        })
    }

    fn read(&self, check: Check, cost: u64, now: u64) -> Reading {
        let readings = self
            .harness
            .block_on(self.counters.read(&[check], cost, now));
        let reading = readings.ok().and_then(|all| all.first().copied());
        reading.unwrap_or(Reading {
            limit: 0,
            remaining: 0,
            reset_after: 0,
            verdict: Verdict::Never,
        })
    }

    /// How many of `tries` requests at `now` pass.
    fn flood(&self, check: Check, tries: u64, now: u64) -> u64 {
        let passed = (0..tries).filter(|_| self.commit(&[check], 1, now).is_ok());
        passed.count() as u64
    }
}

fn check(limit: u64, subject: u128, allows: impl Into<Allowance>) -> Check {
    let key = Key { limit, subject };
    Check {
        key,
        limit: allows.into(),
    }
}

fn rate(count: u64, period: u64, burst: u64) -> Limit {
    match Limit::rate(count, period, burst) {
        Ok(limit) => limit,
        Err(error) => unreachable!("a limit of the suite is wrong: {error}"),
    }
}

/// Numbers that look random and are the same in each run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end
    }
}
