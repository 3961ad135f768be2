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

/// Three parties for each moment at which entries end; what ends at 0 counts for nobody.
const PARTY: PartyOf<u32, Until> = |key, until| {
    let limit = u64::from(key % 3);
    let ends = until.0;
    (ends > 0).then_some(Party { limit, ends })
};

/// Whether everybody has what the shares of every shard say, and nobody too much.
fn shares_are_right(table: &Table<u32, Until>) -> bool {
    (0..SHARDS).all(|number| {
        let shard = table.lock(number);
        let shares = shard.shares.as_ref().unwrap();
        let mut there: HashMap<Party, usize> = HashMap::new();
        for party in shard
            .slots
            .iter()
            .filter_map(|slot| PARTY(&slot.key, &slot.value))
        {
            *there.entry(party).or_default() += 1;
        }
        let held: HashMap<Party, usize> =
            shares.held.iter().map(|(of, held)| (*of, *held)).collect();
        there == held && there.values().all(|held| *held <= shares.most)
    })
}

proptest! {
    /// Of a shared table, nobody ever has more than a share, whatever comes, changes and goes; and
    /// what is refused changes nothing.
    #[test]
    fn nobody_has_more_than_a_share(
        moves in prop::collection::vec(
            (0..4, 0_u32..1_000, prop::sample::select(vec![0, 500, 1_500, u64::MAX])),
            0..2_000,
        ),
    ) {
        let table = Table::shared(64 * 16, PARTY);
        for (now, (what, key, until)) in (0_u64..).zip(moves) {
            let before = get(&table, key);
            if what == 0 {
                prop_assert_eq!(remove(&table, key), before);
                prop_assert_eq!(get(&table, key), None);
            } else if put(&table, key, until, now) {
                prop_assert_eq!(get(&table, key), Some(Until(until)));
            } else {
                prop_assert_eq!(get(&table, key), before);
            }
        }
        prop_assert!(shares_are_right(&table));
    }

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

#[test]
fn a_party_that_has_its_share_leaves_the_rest() {
    let table = Table::shared(64 * 800, PARTY);
    let stored = |limit: u32, count: u32, until: u64| {
        let keys = (0..count).map(|number| 3 * number + limit);
        keys.filter(|key| put(&table, *key, until, 0)).count()
    };
    assert_eq!(stored(0, 50_000, u64::MAX), 64 * 100, "an eighth");
    for limit in [1, 2] {
        assert_eq!(
            stored(limit, 1_000, u64::MAX),
            1_000,
            "all of party {limit}"
        );
    }
    // What counts for another period counts for another party, where it was there before, too.
    assert_eq!(stored(0, 50_000, u64::MAX - 1), 64 * 100);
    assert!(shares_are_right(&table));
}
