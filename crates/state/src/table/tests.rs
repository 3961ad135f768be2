use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// Worth what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Until(u64);

impl Entry for Until {
    fn worth(&mut self, now: u64) -> u64 {
        self.0.saturating_sub(now)
    }
}

fn get(table: &Table<u32, Until>, key: u32) -> Option<Until> {
    let place = table.place(&key);
    table.lock(place.shard).get(place, &key).copied()
}

fn put(table: &Table<u32, Until>, key: u32, until: u64, now: u64) -> bool {
    let place = table.place(&key);
    table.lock(place.shard).put(place, key, Until(until), now)
}

fn remove(table: &Table<u32, Until>, key: u32) -> Option<Until> {
    let place = table.place(&key);
    table.lock(place.shard).remove(place, &key)
}

proptest! {
    /// With room enough it is a map that forgets nothing of worth.
    #[test]
    fn is_a_map(moves in prop::collection::vec((0..3, 0_u32..300, 1_u64..2_000), 0..1_000)) {
        let table = Table::new(64 * 300);
        let mut model = HashMap::new();
        for (now, (what, key, worth)) in (0_u64..).zip(moves) {
            let live = |until: &Until| until.0 > now;
            let expected = model.get(&key).copied().filter(live);
            prop_assert_eq!(get(&table, key).filter(live), expected);
            if what == 0 {
                prop_assert_eq!(remove(&table, key).filter(live), expected);
                model.remove(&key);
            } else {
                prop_assert!(put(&table, key, now + worth, now));
                model.insert(key, Until(now + worth));
            }
        }
        let end = 1_000;
        for (key, until) in model.into_iter().filter(|(_, until)| until.0 > end) {
            prop_assert_eq!(get(&table, key), Some(until));
        }
        prop_assert_eq!(table.usage().lost, 0);
    }

    /// Without, it keeps its bound and what was put last, and its index stays right.
    #[test]
    fn keeps_its_bound(moves in prop::collection::vec((0_u32..2_000, 1_u64..500), 0..2_000)) {
        let table = Table::new(128);
        for (now, (key, worth)) in (0_u64..).zip(moves) {
            prop_assert!(put(&table, key, now + worth, now));
            prop_assert_eq!(get(&table, key), Some(Until(now + worth)));
        }
        let mut seen = HashMap::new();
        table.each(|key, value| { seen.insert(*key, *value); });
        prop_assert_eq!(seen.len(), table.usage().entries);
        prop_assert!(seen.len() <= 128);
        for (key, value) in seen {
            prop_assert_eq!(get(&table, key), Some(value));
        }
    }
}

#[test]
fn what_is_worth_most_stays() {
    let table = Table::new(64 * 4);
    assert!(put(&table, 0, 1_000_000, 0));
    for key in 1..50_000 {
        assert!(put(&table, key, 1_000, 0));
    }
    assert!(get(&table, 0).is_some());
}

#[test]
fn shards_are_used_evenly() {
    let table = Table::new(64 * 1_000);
    for key in 0..32_000 {
        put(&table, key, 1, 0);
    }
    assert_eq!(table.usage().entries, 32_000, "none of the shards was full");
}

#[test]
fn what_must_stay_is_not_dropped() {
    let table = Table::new(64);
    let stored = (0..1_000)
        .filter(|key| put(&table, *key, u64::MAX, 0))
        .count();
    assert_eq!((stored, table.usage().entries), (64, 64));
}
