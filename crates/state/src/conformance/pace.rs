//! One cell, and a clock that goes forward.

use super::{Harness, MINUTE, MS, Numbers, SECOND, START, Subject, check, rate};
use crate::counters::Verdict;
use crate::limit::Limit;
use std::collections::VecDeque;

pub(super) fn burst_then_one_per_interval<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(10, SECOND, 5));
    assert_eq!(subject.flood(check, 20, START), 5, "a burst passes at once");
    let reading = subject.read(check, 1, START);
    assert_eq!((reading.limit, reading.remaining), (5, 0));
    assert_eq!(reading.verdict, Verdict::RetryAfter(100 * MS));
    assert_eq!(reading.reset_after, 500 * MS);
    for step in 1..30 {
        let now = START + step * 100 * MS;
        assert_eq!(subject.flood(check, 1, now - 1), 0, "not before its time");
        assert_eq!(subject.flood(check, 2, now), 1, "one per interval");
    }
    let rested = START + MINUTE;
    assert_eq!(subject.read(check, 1, rested).remaining, 5);
    assert_eq!(subject.read(check, 1, rested).reset_after, 0);
    assert_eq!(
        subject.flood(check, 20, rested),
        5,
        "a rest earns one burst"
    );
}

pub(super) fn a_burst_of_nothing_is_one<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(2, SECOND, 0));
    assert_eq!(subject.flood(check, 3, START), 1);
    assert_eq!(subject.flood(check, 3, START + SECOND / 2), 1);
}

pub(super) fn spikes_are_arrested<H: Harness>(subject: &Subject<'_, H>) {
    let Ok(limit) = Limit::spike_arrest(4, SECOND) else {
        unreachable!("4 a second is a limit");
    };
    let check = check(1, 1, limit);
    assert_eq!(subject.flood(check, 9, START), 4);
    assert_eq!(subject.flood(check, 9, START + SECOND / 4), 1);
    assert_eq!(subject.flood(check, 9, START + 2 * SECOND), 4);
}

pub(super) fn cells_are_apart<H: Harness>(subject: &Subject<'_, H>) {
    let one = rate(1, MINUTE, 1);
    for key in [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 1 << 64),
        (2, 1 << 127),
        (1 << 63, 1),
    ] {
        let check = check(key.0, key.1, one);
        assert_eq!(subject.flood(check, 2, START), 1, "cell {key:?}");
    }
}

pub(super) fn cost_counts<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(10, SECOND, 10));
    assert_eq!(subject.commit(&[check], 7, START), Ok(()));
    assert_eq!(subject.commit(&[check], 4, START), Err(0));
    assert_eq!(subject.read(check, 4, START).retry_after(), Some(100 * MS));
    assert_eq!(subject.commit(&[check], 3, START), Ok(()));
    assert_eq!(
        subject.commit(&[check], 0, START),
        Ok(()),
        "nothing costs nothing"
    );
    assert_eq!(subject.read(check, 1, START).remaining, 0);
}

pub(super) fn what_costs_too_much_never_passes<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(10, SECOND, 5));
    for cost in [6, u64::MAX / 2, u64::MAX] {
        assert_eq!(subject.read(check, cost, START).verdict, Verdict::Never);
        assert_eq!(subject.commit(&[check], cost, START), Err(0));
    }
    assert_eq!(
        subject.read(check, 5, START).remaining,
        5,
        "nothing was taken"
    );
}

/// A reading says what a commit then does, and when it will be otherwise.
pub(super) fn readings_foretell<H: Harness>(subject: &Subject<'_, H>) {
    let mut numbers = Numbers(7);
    let check = check(1, 1, rate(7, SECOND, 5));
    let mut now = START;
    for _ in 0..500 {
        now += numbers.below(300 * MS);
        let cost = 1 + numbers.below(3);
        let reading = subject.read(check, cost, now);
        assert!(reading.remaining <= reading.limit);
        assert_eq!(
            reading.would_pass(),
            cost <= reading.remaining,
            "{reading:?}"
        );
        if let Some(wait) = reading.retry_after() {
            assert!(!subject.read(check, cost, now + wait - 1).would_pass());
            assert!(subject.read(check, cost, now + wait).would_pass());
        }
        let reset = subject.read(check, 1, now + reading.reset_after);
        assert_eq!((reset.remaining, reset.reset_after), (5, 0));
        let passed = subject.commit(&[check], cost, now).is_ok();
        assert_eq!(passed, reading.would_pass(), "{reading:?}");
        let taken = if passed { cost } else { 0 };
        assert_eq!(
            subject.read(check, 1, now).remaining,
            reading.remaining - taken
        );
    }
}

pub(super) fn never_more_than_limit_and_burst_in_any_window<H: Harness>(subject: &Subject<'_, H>) {
    let mut numbers = Numbers(11);
    for (number, (count, burst)) in [(1, 0), (3, 3), (10, 2), (7, 30)].into_iter().enumerate() {
        let check = check(number as u64, 1, rate(count, SECOND, burst));
        let mut window = VecDeque::new();
        let mut now = START;
        for _ in 0..2_000 {
            // Now and then a rest, so that bursts come back.
            let step = if numbers.below(50) == 0 {
                5 * SECOND
            } else {
                SECOND / count / 4
            };
            now += numbers.below(step);
            if subject.commit(&[check], 1, now).is_ok() {
                window.push_back(now);
            }
            window.retain(|at| at + SECOND > now);
            let passed = window.len() as u64;
            assert!(
                passed <= count + burst,
                "{passed} of {count} + {burst} within a second"
            );
        }
    }
}

/// Whoever owes under the old numbers of a limit does not wait longer than the new ones say.
pub(super) fn new_numbers_forgive<H: Harness>(subject: &Subject<'_, H>) {
    let strict = check(1, 1, rate(1, 60 * MINUTE, 10));
    assert_eq!(subject.flood(strict, 20, START), 10);
    let lenient = check(1, 1, rate(10, SECOND, 5));
    assert_eq!(subject.flood(lenient, 1, START), 0);
    assert_eq!(subject.flood(lenient, 2, START + SECOND / 10), 1);
}
