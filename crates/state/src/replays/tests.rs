use super::*;
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const SECOND: u64 = 1_000_000_000;

#[test]
fn a_thing_is_used_once_until_its_time_is_over() {
    let replays = Replays::new(1_000);
    assert_eq!(replays.peek(1, 10), Use::First);
    assert_eq!(replays.once(1, 20, 10), Use::First);
    assert_eq!(replays.once(1, 20, 10), Use::Again);
    assert_eq!(replays.peek(1, 19), Use::Again);
    assert_eq!(replays.once(1, 30, 19), Use::Again);
    assert_eq!(replays.once(2, 30, 19), Use::First);
    assert_eq!(replays.once(1, 40, 20), Use::First);
    assert_eq!(replays.once(1, 40, 21), Use::Again);
}

/// Whoever fills the table makes nothing usable again, and has others refused only until its own
/// things are over.
#[test]
fn a_full_table_forgets_nothing_and_says_so() {
    let replays = Replays::new(64);
    let used: Vec<u128> = (0..10_000)
        .filter(|thing| replays.once(*thing, 60 * SECOND, 0) == Use::First)
        .collect();
    let usage = replays.usage();
    assert_eq!((usage.entries, usage.lost), (64, 0));
    assert_eq!(used.len(), 64);
    for thing in &used {
        assert_eq!(replays.once(*thing, 60 * SECOND, 59 * SECOND), Use::Again);
    }
    let fresh = (20_000..20_100).map(|thing| replays.once(thing, 90 * SECOND, 59 * SECOND));
    assert!(fresh.into_iter().all(|one| one == Use::NoRoom));
    // What is over makes room.
    let later = (30_000..30_100).map(|thing| replays.once(thing, 120 * SECOND, 60 * SECOND));
    assert!(later.into_iter().any(|one| one == Use::First));
}

#[test]
fn of_many_at_the_same_time_one_is_the_first() {
    let replays = Replays::new(10_000);
    let firsts = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for thing in 0..1_000 {
                    if replays.once(thing, SECOND, 0) == Use::First {
                        firsts.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(firsts.load(Ordering::Relaxed), 1_000);
}

proptest! {
    /// Beside a plain map.
    #[test]
    fn nothing_is_used_twice(uses in prop::collection::vec((0_u128..20, 1_u64..50), 0..300)) {
        let replays = Replays::new(10_000);
        let mut known: HashMap<u128, u64> = HashMap::new();
        for (now, (thing, lasts)) in (0_u64..).zip(uses) {
            let again = known.get(&thing).is_some_and(|until| *until > now);
            let expected = if again { Use::Again } else { Use::First };
            prop_assert_eq!(replays.peek(thing, now), expected);
            prop_assert_eq!(replays.once(thing, now + lasts, now), expected);
            if !again {
                known.insert(thing, now + lasts);
            }
        }
    }
}
