use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn selector(weights: &[u32], core: usize, cores: usize) -> Selector {
    let mut selector = Selector::default();
    selector.rebuild(candidates(weights), core, cores);
    selector
}

fn candidates(weights: &[u32]) -> impl Iterator<Item = Candidate> {
    let usable = weights.iter().enumerate().filter(|(_, w)| **w > 0);
    usable.map(|(i, w)| Candidate::new(i, *w, hash(format!("10.0.0.{i}:80").as_bytes())))
}

fn tried(indices: &[usize]) -> Tried {
    let mut tried = Tried::NONE;
    for index in indices {
        tried.push(*index);
    }
    tried
}

fn count(picks: impl Iterator<Item = usize>) -> HashMap<usize, u32> {
    let mut counts = HashMap::new();
    for pick in picks {
        *counts.entry(pick).or_default() += 1;
    }
    counts
}

#[test]
fn turns_are_smooth() {
    let mut s = selector(&[5, 1, 1], 0, 1);
    let picks: Vec<_> = (0..7).filter_map(|_| s.round_robin(&Tried::NONE)).collect();
    assert_eq!(picks, [0, 0, 1, 0, 2, 0, 0]);
}

#[test]
fn cores_begin_at_different_places() {
    let first = |core| selector(&[1, 1, 1, 1], core, 4).round_robin(&Tried::NONE);
    assert_eq!(
        [first(0), first(1), first(2), first(3)],
        [Some(0), Some(1), Some(2), Some(3)]
    );
}

#[test]
fn a_new_set_goes_on_where_the_old_one_was() {
    let mut s = selector(&[1, 1, 1], 0, 1);
    let mut counts = HashMap::new();
    for _ in 0..300 {
        s.rebuild(candidates(&[1, 1, 1]), 0, 1);
        *counts.entry(s.round_robin(&Tried::NONE)).or_insert(0) += 1;
    }
    assert_eq!(
        counts.values().copied().collect::<Vec<_>>(),
        [100, 100, 100]
    );
}

#[test]
fn nothing_to_choose_from() {
    let mut s = selector(&[0, 0], 0, 1);
    assert_eq!(s.round_robin(&Tried::NONE), None);
    assert_eq!(s.rendezvous(7, &Tried::NONE), None);
    assert_eq!(s.least_requests(|_| 0, &Tried::NONE, 7), None);
}

#[test]
fn tried_targets_are_the_last_resort() {
    for weights in [[1, 1], [3, 1]] {
        let mut s = selector(&weights, 0, 1);
        assert_eq!(s.round_robin(&tried(&[0])), Some(1));
        assert_eq!(
            s.least_requests(|i| if i == 1 { 99 } else { 0 }, &tried(&[0]), 5),
            Some(1)
        );
        assert_eq!(s.rendezvous(5, &tried(&[0])), Some(1));
        let both = tried(&[0, 1]);
        assert!(s.round_robin(&both).is_some());
        assert!(s.least_requests(|_| 0, &both, 5).is_some());
        assert!(s.rendezvous(5, &both).is_some());
    }
}

#[test]
fn two_choices_take_the_less_busy_by_weight() {
    let s = selector(&[1, 1], 0, 1);
    for random in 0..100 {
        assert_eq!(
            s.least_requests(|i| [3, 2][i], &Tried::NONE, mix(random)),
            Some(1)
        );
    }
    let s = selector(&[4, 1], 0, 1);
    for random in 0..100 {
        // 6 of weight 4 is less than 2 of weight 1.
        assert_eq!(
            s.least_requests(|i| [6, 2][i], &Tried::NONE, mix(random)),
            Some(0)
        );
    }
}

#[test]
fn the_hash_is_the_same_for_ever() {
    assert_eq!(hash(b""), mix(0xCBF2_9CE4_8422_2325));
    assert_eq!(hash(b"alice"), 0xC5D1_556D_6677_4A5C);
    let s = selector(&[1, 2, 3], 0, 1);
    let placed: Vec<_> = (0..8)
        .filter_map(|k| s.rendezvous(hash(format!("user-{k}").as_bytes()), &Tried::NONE))
        .collect();
    assert_eq!(placed, [2, 1, 2, 2, 1, 1, 1, 1]);
}

fn weights() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0_u32..8, 1..10)
}

proptest! {
    #[test]
    fn turns_are_exact(weights in weights(), core in 0_usize..8) {
        let total: u32 = weights.iter().sum();
        let mut s = selector(&weights, core, 8);
        let picks = (0..total * 10).filter_map(|_| s.round_robin(&Tried::NONE));
        let counts = count(picks);
        for (index, weight) in weights.iter().enumerate() {
            prop_assert_eq!(counts.get(&index).copied().unwrap_or(0), *weight * 10);
        }
    }

    #[test]
    fn least_requests_keeps_weights_when_idle(weights in weights(), seed: u64) {
        let total: u32 = weights.iter().sum();
        let s = selector(&weights, 0, 1);
        let n = 4000_u32;
        let draw = |k| s.least_requests(|_| 0, &Tried::NONE, mix(seed.wrapping_add(k)));
        let counts = count((0..u64::from(n)).filter_map(draw));
        for (index, weight) in weights.iter().enumerate().filter(|_| total > 0) {
            let share = f64::from(*weight) / f64::from(total);
            let got = f64::from(counts.get(&index).copied().unwrap_or(0)) / f64::from(n);
            prop_assert!((got - share).abs() < 0.05, "{got} for {share}");
        }
    }

    #[test]
    fn keys_are_spread_by_weight(weights in weights(), seed: u64) {
        let total: u32 = weights.iter().sum();
        let s = selector(&weights, 0, 1);
        let n = 4000_u32;
        let place = |k| s.rendezvous(mix(seed.wrapping_add(k)), &Tried::NONE);
        let counts = count((0..u64::from(n)).filter_map(place));
        for (index, weight) in weights.iter().enumerate().filter(|_| total > 0) {
            let share = f64::from(*weight) / f64::from(total);
            let got = f64::from(counts.get(&index).copied().unwrap_or(0)) / f64::from(n);
            prop_assert!((got - share).abs() < 0.05, "{got} for {share}");
        }
    }

    #[test]
    fn only_keys_of_a_leaving_target_move(weights in weights(), gone in 0_usize..10, seed: u64) {
        let before = selector(&weights, 0, 1);
        let mut fewer = weights.clone();
        if let Some(weight) = fewer.get_mut(gone) {
            *weight = 0;
        }
        let after = selector(&fewer, 0, 1);
        for k in 0..200 {
            let key = mix(seed.wrapping_add(k));
            let was = before.rendezvous(key, &Tried::NONE);
            let is = after.rendezvous(key, &Tried::NONE);
            if was == Some(gone) {
                // Where a retry would have gone.
                let second = before.rendezvous(key, &tried(&[gone]));
                prop_assert_eq!(is, second.filter(|s| *s != gone));
            } else {
                prop_assert_eq!(is, was);
            }
        }
    }

    #[test]
    fn tried_is_avoided(weights in weights(), out in prop::collection::vec(0_usize..10, 0..4), seed: u64) {
        let t = tried(&out);
        let left = weights.iter().enumerate().any(|(i, w)| *w > 0 && !out.contains(&i));
        let mut s = selector(&weights, 0, 1);
        let picks = [
            s.round_robin(&t),
            s.least_requests(|i| u32::try_from(i).unwrap(), &t, seed),
            s.rendezvous(seed, &t),
        ];
        for pick in picks.into_iter().flatten() {
            prop_assert!(weights[pick] > 0);
            prop_assert!(!left || !out.contains(&pick));
        }
        prop_assert!(!left || picks.iter().all(Option::is_some));
    }
}
