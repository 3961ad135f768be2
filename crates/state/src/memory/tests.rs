use super::*;
use crate::conformance::{self, Harness};
use crate::gcra::CLOCK_SKEW;
use crate::limit::Limit;
use proptest::prelude::*;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_700_000_000 * SECOND;

struct InMemory {
    capacity: usize,
}

impl Harness for InMemory {
    type Counters = Memory;

    fn fresh(&self) -> Memory {
        Memory::new(self.capacity)
    }

    fn room(&self) -> u64 {
        self.capacity as u64
    }

    fn restarted(&self, counters: Memory, now: u64) -> Memory {
        let next = self.fresh();
        let kept = counters.kept(now).unwrap_or_default();
        assert_eq!(next.restore(&kept, now), 0, "there is room for all");
        next
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("memory is never waited for"),
        }
    }
}

#[test]
fn conforms() {
    conformance::run(&InMemory { capacity: 100_000 });
}

fn check(limit: u64, subject: u128, count: u64, burst: u64) -> Check {
    Check {
        key: Key { limit, subject },
        limit: Limit::rate(count, SECOND, burst).unwrap().into(),
    }
}

proptest! {
    /// In any half-open window of one period.
    #[test]
    fn never_admits_more_than_limit_and_burst(
        count in 1_u64..40,
        burst in 0_u64..40,
        steps in prop::collection::vec((0_u64..SECOND / 8, 1_u64..4), 1..400),
    ) {
        let memory = Memory::new(64);
        let check = check(1, 1, count, burst);
        let mut admitted: Vec<(u64, u64)> = Vec::new();
        let mut now = START;
        for (step, cost) in steps {
            now += step / count;
            if memory.commit(&[check], cost, now).is_ok() {
                admitted.push((now, cost));
            }
            let window = admitted.iter().rev().take_while(|(at, _)| at + SECOND > now);
            let sum: u64 = window.map(|(_, cost)| cost).sum();
            prop_assert!(sum <= count + burst, "{} of {} + {}", sum, count, burst);
        }
    }

    /// Each jump forward frees at most one burst, no jump back frees anything, and whatever the
    /// clock did, one more request waits at most one period and the skew.
    #[test]
    fn a_clock_that_jumps_frees_one_burst_and_locks_nobody_out(
        count in 1_u64..20,
        burst in 1_u64..20,
        moves in prop::collection::vec(
            prop_oneof![
                8 => (0..SECOND / 4).prop_map(|by| (true, false, by)),
                1 => (0..10_000 * SECOND).prop_map(|by| (true, true, by)),
                1 => (0..10_000 * SECOND).prop_map(|by| (false, true, by)),
                1 => (0..2 * CLOCK_SKEW).prop_map(|by| (false, true, by)),
            ],
            1..200,
        ),
    ) {
        let memory = Memory::new(64);
        let check = check(1, 1, count, burst);
        let (mut now, mut elapsed, mut jumps, mut admitted) = (START, 0, 0, 0);
        for (forward, jump, by) in moves {
            if forward {
                now += by;
                if jump { jumps += 1 } else { elapsed += by }
            } else {
                now -= by;
            }
            for _ in 0..burst * 2 {
                admitted += u64::from(memory.commit(&[check], 1, now).is_ok());
            }
            let most = burst * (1 + jumps) + elapsed * count / SECOND;
            prop_assert!(admitted <= most, "{} of {}", admitted, most);
            let wait = memory.read(&[check], 1, now)[0].retry_after().unwrap_or(0);
            prop_assert!(wait <= SECOND + CLOCK_SKEW, "waits {} ns", wait);
            prop_assert!(memory.read(&[check], 1, now + wait)[0].would_pass());
        }
    }

    /// However small the table: nobody is refused for its sake, and it keeps its bound.
    #[test]
    fn a_full_table_goes_on(subjects in prop::collection::vec(0_u128..2_000, 1..1_000)) {
        let memory = Memory::new(64);
        for subject in subjects {
            let now = START + u64::try_from(subject).unwrap();
            let check = check(1, subject, 5, 5);
            let before = memory.read(&[check], 1, now)[0];
            prop_assert_eq!(memory.commit(&[check], 1, now).is_ok(), before.would_pass());
        }
        prop_assert!(memory.usage().entries <= memory.usage().capacity);
    }
}

#[test]
fn a_full_table_keeps_those_who_owe_most() {
    let memory = Memory::new(64 * 8);
    let owing = check(1, u128::MAX, 10, 10);
    for _ in 0..10 {
        memory.commit(&[owing], 1, START).unwrap();
    }
    for subject in 0..20_000 {
        memory
            .commit(&[check(1, subject, 10, 10)], 1, START)
            .unwrap();
    }
    assert_eq!(
        memory.commit(&[owing], 1, START),
        Err(NotCounted::Refused(0))
    );
    let usage = memory.usage();
    assert_eq!(usage.entries, usage.capacity);
    assert_eq!(usage.lost, 20_001 - 64 * 8);
}

#[test]
fn idle_cells_go_without_loss() {
    let memory = Memory::new(1 << 20);
    for subject in 0..50_000_u64 {
        // A cell owes for 100 ms and is kept for the skew; 1,000 new ones a second.
        let now = START + subject * SECOND / 1_000;
        memory
            .commit(&[check(1, subject.into(), 10, 10)], 1, now)
            .unwrap();
    }
    let usage = memory.usage();
    assert!(usage.entries < 2_000, "{usage:?}");
    assert_eq!(usage.lost, 0);
}

#[test]
fn forgetting_gives_all_back() {
    let memory = Memory::new(64);
    let one = check(1, 1, 1, 1);
    memory.commit(&[one], 1, START).unwrap();
    assert_eq!(memory.commit(&[one], 1, START), Err(NotCounted::Refused(0)));
    memory.forget(&one.key);
    assert_eq!(memory.commit(&[one], 1, START), Ok(()));
}

/// `cargo test --release -p postern-state -- --ignored --nocapture measure`
#[test]
#[ignore = "a measurement, which means something only in a release build"]
fn measure_a_commit() {
    const ROUNDS: u32 = 2_000_000;
    let memory = Memory::new(1 << 20);
    for (checks, most) in [(1, 150), (4, 1_000)] {
        for subjects in [1, 100_000] {
            let sets: Vec<Vec<Check>> = (0..subjects)
                .map(|subject| {
                    (0..checks)
                        .map(|limit| check(limit, subject, 1_000_000_000, 1_000_000_000))
                        .collect()
                })
                .collect();
            for set in &sets {
                memory.commit(set, 1, START).unwrap();
            }
            let began = std::time::Instant::now();
            for (round, set) in (0..ROUNDS).zip(sets.iter().cycle()) {
                memory.commit(set, 1, START + u64::from(round)).unwrap();
            }
            let each = (began.elapsed() / ROUNDS).as_nanos();
            println!("{checks} cells of {subjects} subjects: {each} ns");
            assert!(subjects > 1 || each <= most, "{each} ns, more than {most}");
        }
    }
}
