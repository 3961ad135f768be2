use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// A key and a value; the key's hash keeps only a few bits, so that hashes clash.
type Row = (u16, u32);

fn weak(key: u16) -> u64 {
    // Neighbours have the same hash, and hashes differ in their last bits alone.
    u64::from(key / 2) << 58
}

fn put(trie: &mut Trie<Row>, row: Row) {
    trie.put(Arc::new(row), &|row| weak(row.0), &|a, b| a.0 == b.0);
}

fn get(trie: &Trie<Row>, key: u16) -> Option<u32> {
    trie.get(weak(key), |row| row.0 == key).map(|row| row.1)
}

proptest! {
    #[test]
    fn it_holds_what_a_map_holds_and_old_ones_stay(
        changes in prop::collection::vec((0u16..80, any::<Option<u32>>()), 0..200)
    ) {
        let mut trie = Trie::default();
        let mut map = HashMap::new();
        let mut past = Vec::new();
        for (key, value) in changes {
            past.push((trie.clone(), map.clone()));
            if let Some(value) = value {
                put(&mut trie, (key, value));
                map.insert(key, value);
            } else {
                trie.remove(weak(key), &|row| row.0 == key);
                map.remove(&key);
            }
        }
        past.push((trie, map));
        for (trie, map) in past {
            for key in 0..80 {
                prop_assert_eq!(get(&trie, key), map.get(&key).copied());
            }
            let rows: HashMap<_, _> = trie.rows().map(|row| **row).collect();
            prop_assert_eq!(trie.rows().count(), rows.len());
            prop_assert_eq!(rows, map);
        }
    }
}

#[test]
fn a_change_copies_a_path_and_shares_the_rest() {
    let spread = |row: &Row| {
        u64::from(row.0)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(32)
    };
    let same = |a: &Row, b: &Row| a.0 == b.0;
    let mut before = Trie::default();
    for key in 0..10_000 {
        before.put(Arc::new((key, 0)), &spread, &same);
    }
    let mut after = before.clone();
    after.put(Arc::new((7, 1)), &spread, &same);
    let shared = |(a, b): &(&Slot<Row>, &Slot<Row>)| match (a, b) {
        (Slot::Branch(a), Slot::Branch(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    let pairs = before.root.slots.iter().zip(&*after.root.slots);
    assert_eq!(pairs.filter(shared).count(), 31);
    assert_eq!(before.get(spread(&(7, 0)), |row| row.0 == 7).unwrap().1, 0);
    assert_eq!(after.get(spread(&(7, 0)), |row| row.0 == 7).unwrap().1, 1);
}
