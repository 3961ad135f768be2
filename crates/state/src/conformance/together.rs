//! Several cells of one request, and several requests at once.

use super::{Harness, MINUTE, Numbers, SECOND, START, Subject, check, rate};
use crate::counters::Check;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

pub(super) fn all_or_nothing<H: Harness>(subject: &Subject<'_, H>) {
    let cells: Vec<Check> = (0..12)
        .map(|cell| check(cell % 5, u128::from(cell), rate(4 + cell, SECOND, 2 + cell)))
        .collect();
    all_or_nothing_of(subject, &cells, Numbers(13), START, SECOND / 8);
}

/// Of each commit: either every cell has moved by the cost, or none has, and the first that
/// refuses is named. Between two of them at most `pause` nanoseconds pass.
pub(super) fn all_or_nothing_of<H: Harness>(
    subject: &Subject<'_, H>,
    cells: &[Check],
    mut numbers: Numbers,
    began: u64,
    pause: u64,
) {
    let mut now = began;
    for _ in 0..1_000 {
        now += numbers.below(pause);
        let cost = 1 + numbers.below(2);
        // Each at most once, and in some order.
        let mut chosen: Vec<Check> = cells
            .iter()
            .filter(|_| numbers.below(3) == 0)
            .copied()
            .collect();
        if numbers.below(2) == 0 {
            chosen.reverse();
        }
        let remaining = || -> Vec<u64> {
            let readings = cells.iter().map(|cell| subject.read(*cell, cost, now));
            readings.map(|reading| reading.remaining).collect()
        };
        let before = remaining();
        let refuses = |check: &Check| !subject.read(*check, cost, now).would_pass();
        let expected = chosen.iter().position(refuses).map_or(Ok(()), Err);
        assert_eq!(subject.commit(&chosen, cost, now), expected);
        for ((cell, before), after) in cells.iter().zip(before).zip(remaining()) {
            let charged = expected.is_ok() && chosen.contains(cell);
            assert_eq!(after, if charged { before - cost } else { before });
        }
    }
}

pub(super) fn a_cell_named_twice_is_charged_twice<H: Harness>(subject: &Subject<'_, H>) {
    let twice = check(1, 1, rate(3, MINUTE, 3));
    let other = check(2, 1, rate(9, MINUTE, 9));
    assert_eq!(subject.commit(&[twice, other, twice], 1, START), Ok(()));
    assert_eq!(subject.read(twice, 1, START).remaining, 1);
    assert_eq!(subject.commit(&[twice, other, twice], 1, START), Err(2));
    assert_eq!(subject.read(twice, 1, START).remaining, 1);
    assert_eq!(subject.read(other, 1, START).remaining, 8);
}

pub(super) fn nothing_to_check_passes<H: Harness>(subject: &Subject<'_, H>) {
    assert_eq!(subject.commit(&[], 1, START), Ok(()));
}

/// Threads that meet in changing sets of cells, named in changing order: every cell ends up with
/// exactly what the successful commits took.
pub(super) fn threads_neither_exceed_nor_lose<H: Harness>(subject: &Subject<'_, H>) {
    const THREADS: u64 = 4;
    const TRIES: u64 = 3_000;
    let cells: Vec<Check> = (0..6)
        .map(|cell| check(cell, 1, rate(800 + 50 * cell, 60 * MINUTE, 800 + 50 * cell)))
        .collect();
    let taken: Vec<AtomicU64> = cells.iter().map(|_| AtomicU64::new(0)).collect();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (cells, taken) = (&cells, &taken);
            scope.spawn(move || {
                let mut numbers = Numbers(17 + thread);
                for _ in 0..TRIES {
                    let mut chosen: Vec<(&Check, &AtomicU64)> = cells.iter().zip(taken).collect();
                    chosen.retain(|_| numbers.below(2) == 0);
                    if numbers.below(2) == 0 {
                        chosen.reverse();
                    }
                    let checks: Vec<Check> = chosen.iter().map(|(check, _)| **check).collect();
                    if subject.commit(&checks, 1, START).is_ok() {
                        for (_, taken) in chosen {
                            taken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    let mut full = 0;
    for (cell, taken) in cells.iter().zip(taken) {
        let reading = subject.read(*cell, 1, START);
        assert_eq!(reading.remaining + taken.into_inner(), reading.limit);
        full += u64::from(reading.remaining == 0);
    }
    assert!(full > 0, "the threads came up against a limit");
}
