use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

fn key(subject: u128) -> Key {
    Key { limit: 1, subject }
}

proptest! {
    /// Beside a plain count: never more than the limit, and all come back.
    #[test]
    fn permits_never_leak(
        limit in 0_u64..5,
        moves in prop::collection::vec((any::<bool>(), 0_u128..3, any::<prop::sample::Index>()), 0..200),
    ) {
        let permits = Permits::new(1_000);
        let mut out: Vec<(u128, Permit)> = Vec::new();
        for (take, subject, which) in moves {
            if take {
                let held = out.iter().filter(|(of, _)| *of == subject).count() as u64;
                let permit = permits.acquire(key(subject), limit);
                prop_assert_eq!(permit.is_some(), held < limit);
                out.extend(permit.map(|permit| (subject, permit)));
            } else if !out.is_empty() {
                drop(out.swap_remove(which.index(out.len())));
            }
            for subject in 0..3 {
                let held = out.iter().filter(|(of, _)| *of == subject).count() as u64;
                prop_assert_eq!(permits.in_use(&key(subject)), held);
            }
        }
        drop(out);
        prop_assert_eq!(permits.usage().entries, 0);
    }
}

#[test]
fn threads_never_hold_more_than_the_limit() {
    let permits = Permits::new(64);
    let (inside, most) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..5_000 {
                    let Some(permit) = permits.acquire(key(1), 2) else {
                        continue;
                    };
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    if round % 16 == 0 {
                        thread::yield_now();
                    }
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(permit);
                }
            });
        }
    });
    assert!((1..=2).contains(&most.into_inner()));
    assert_eq!(permits.usage().entries, 0);
}

#[test]
fn a_full_table_refuses_new_keys_and_keeps_old_ones() {
    let permits = Permits::new(64);
    let out: Vec<Permit> = (0..10_000)
        .filter_map(|subject| permits.acquire(key(subject), 1))
        .collect();
    let usage = permits.usage();
    assert_eq!((out.len(), usage.entries), (64, 64));
    let held = out[0].key;
    assert!(permits.acquire(held, 1).is_none());
    assert!(permits.acquire(held, 2).is_some());
    drop(out);
    assert!(permits.acquire(key(20_000), 1).is_some());
    assert_eq!(permits.usage().lost, 0);
}
