//! Clocks that jump, and clocks that differ.

use super::{Harness, MINUTE, MS, Numbers, SECOND, START, Subject, check, rate};
use crate::gcra::CLOCK_SKEW;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Cores read their clocks at different moments; none of them gives anything back.
pub(super) fn a_clock_set_back_a_little_stands_still<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(1_000, SECOND, 10));
    assert_eq!(subject.flood(check, 20, START), 10);
    for _ in 0..100 {
        assert_eq!(subject.flood(check, 1, START - CLOCK_SKEW), 0);
        assert_eq!(subject.flood(check, 1, START), 0);
    }
    let behind = START - 5 * MS;
    let wait = subject.read(check, 1, behind).retry_after();
    assert_eq!(wait, Some(6 * MS), "told by the clock of whoever asks");
}

pub(super) fn a_clock_set_back_takes_debts_along<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(1, SECOND, 5));
    assert_eq!(subject.flood(check, 10, START), 5);
    for back in [CLOCK_SKEW + 1, MINUTE, 1_000_000 * MINUTE, START] {
        let now = START - back;
        assert_eq!(
            subject.flood(check, 3, now),
            0,
            "nothing extra {back} ns ago"
        );
        assert_eq!(
            subject.flood(check, 3, now + SECOND),
            1,
            "no longer wait {back} ns ago"
        );
        // To where it was, and full of debt again.
        subject.flood(check, 10, START);
    }
}

pub(super) fn a_clock_set_forward_frees_one_burst<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, rate(1, SECOND, 5));
    assert_eq!(subject.flood(check, 10, START), 5);
    let later = START + 1_000_000 * MINUTE;
    assert_eq!(subject.flood(check, 10, later), 5);
    assert_eq!(
        subject.flood(check, 10, START),
        0,
        "and none for the way back"
    );
    assert_eq!(subject.flood(check, 10, START + SECOND), 1);
    assert_eq!(subject.flood(check, 10, u64::MAX), 5, "the end of time");
    assert_eq!(subject.flood(check, 10, u64::MAX), 0);
}

/// Threads whose clocks differ by less than [`CLOCK_SKEW`] admit no more together than one.
pub(super) fn threads_with_clocks_of_their_own<H: Harness>(subject: &Subject<'_, H>) {
    const THREADS: u64 = 4;
    const ROUNDS: u64 = 100;
    /// Steps of each thread in a round, in which time goes on by at most 40 ms.
    const STEPS: u64 = 10;
    const BURST: u64 = 20;
    let check = check(1, 1, rate(100, SECOND, BURST));
    // The latest time that any thread has come to; each strays behind it.
    let latest = AtomicU64::new(START);
    let admitted = AtomicU64::new(0);
    let round = Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (latest, admitted, round) = (&latest, &admitted, &round);
            scope.spawn(move || {
                let mut numbers = Numbers(19 + thread);
                for step in 0..ROUNDS * STEPS {
                    // Nobody sleeps through more than one round.
                    if step % STEPS == 0 {
                        round.wait();
                    }
                    let step = numbers.below(MS);
                    let time = latest.fetch_add(step, Ordering::Relaxed) + step;
                    let now = time - numbers.below(CLOCK_SKEW / 2);
                    let passed = subject.flood(check, 2, now);
                    admitted.fetch_add(passed, Ordering::Relaxed);
                }
            });
        }
    });
    let elapsed = latest.into_inner() - (START - CLOCK_SKEW / 2);
    let most = BURST + elapsed / (10 * MS);
    let admitted = admitted.into_inner();
    assert!(admitted <= most, "{admitted} of at most {most}");
    assert!(
        admitted > most / 2,
        "and not much less: {admitted} of {most}"
    );
}
