use super::*;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const START: u64 = 1_700_000_000 * SECOND;
const TRIGGER: Code = Code::CertificateMissing;

fn settings() -> Settings {
    Settings {
        requests: Some(Limit::rate(10, SECOND, 10).unwrap()),
        refusals: Some(Limit::rate(3, MINUTE, 3).unwrap()),
        wrong_secrets: Some(Limit::rate(10, MINUTE, 10).unwrap()),
        block_for: 10 * MINUTE,
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Refuses until a block comes of it; how many refusals it took.
fn refuse_until_blocked(edge: &Edge, from: IpAddr, now: u64) -> (usize, Block) {
    (1..100)
        .find_map(|n| Some((n, edge.refused(&settings(), from, TRIGGER, now)?)))
        .unwrap()
}

#[test]
fn a_customer_is_one_source() {
    let source = |text| Source::from(address(text));
    assert_eq!(source("2001:db8:1:2:3:4:5:6"), source("2001:db8:1:2::"));
    assert_ne!(source("2001:db8:1:2::"), source("2001:db8:1:3::"));
    assert_eq!(source("::ffff:192.0.2.7"), source("192.0.2.7"));
    assert_ne!(source("192.0.2.7").bits(), source("192.0.2.8").bits());
    assert_ne!(source("::").bits(), source("0.0.0.0").bits());
    assert_eq!(source("2001:db8:1:2:3::4").to_string(), "2001:db8:1:2::/64");
    assert_eq!(source("::ffff:192.0.2.7").to_string(), "192.0.2.7");
}

#[test]
fn requests_are_counted_per_source() {
    let edge = Edge::default();
    for n in 0..10 {
        let from = address(&format!("2001:db8::{n}"));
        assert_eq!(edge.arrive(&settings(), from, START), Arrival::Passes);
    }
    let Arrival::TooMany(reading) = edge.arrive(&settings(), address("2001:db8::f"), START) else {
        panic!("the eleventh passed");
    };
    assert_eq!(reading.retry_after(), Some(SECOND / 10));
    let other = address("192.0.2.1");
    assert_eq!(edge.arrive(&settings(), other, START), Arrival::Passes);
}

#[test]
fn one_refusal_too_many_blocks_for_a_while() {
    let edge = Edge::default();
    let from = address("192.0.2.1");
    let (refusals, block) = refuse_until_blocked(&edge, from, START);
    assert_eq!(refusals, 4);
    assert_eq!(
        (block.since, block.until, block.trigger),
        (START, START + 10 * MINUTE, TRIGGER)
    );
    let blocked = Arrival::Blocked(block);
    let last = block.until - 1;
    assert_eq!(edge.arrive(&settings(), from, START), blocked);
    assert_eq!(edge.refused(&settings(), from, TRIGGER, last), None);
    assert_eq!(
        edge.arrive(&settings(), from, last),
        blocked,
        "nothing made it longer"
    );
    assert_eq!(edge.arrive(&settings(), from, block.until), Arrival::Passes);
    assert_eq!(edge.blocks(last), [block]);
    assert_eq!(edge.blocks(block.until), []);
    let other = address("192.0.2.2");
    assert_eq!(edge.arrive(&settings(), other, START), Arrival::Passes);
}

#[test]
fn refusals_at_a_pace_do_not_block() {
    let edge = Edge::default();
    for n in 0..100 {
        let now = START + n * 20 * SECOND;
        assert_eq!(
            edge.refused(&settings(), address("::1"), TRIGGER, now),
            None
        );
    }
}

#[test]
fn limits_can_be_absent() {
    let edge = Edge::default();
    let nothing = Settings {
        requests: None,
        refusals: None,
        wrong_secrets: None,
        block_for: MINUTE,
    };
    for _ in 0..1_000 {
        assert_eq!(
            edge.arrive(&nothing, address("::1"), START),
            Arrival::Passes
        );
        assert_eq!(edge.refused(&nothing, address("::1"), TRIGGER, START), None);
    }
}

#[test]
fn a_lifted_block_starts_afresh() {
    let edge = Edge::default();
    let from = address("2001:db8::1");
    let (_, block) = refuse_until_blocked(&edge, from, START);
    let neighbour = address("2001:db8::2");
    assert_eq!(edge.lift(neighbour, START), Some(block));
    assert_eq!(edge.lift(neighbour, START), None);
    assert_eq!(edge.blocks(START), []);
    assert_eq!(edge.arrive(&settings(), from, START), Arrival::Passes);
    assert_eq!(refuse_until_blocked(&edge, from, START).0, 4);
}

#[test]
fn blocks_are_listed_in_order() {
    let edge = Edge::default();
    for text in ["2001:db8::1", "198.51.100.1", "192.0.2.1"] {
        refuse_until_blocked(&edge, address(text), START);
    }
    let listed: Vec<_> = edge
        .blocks(START)
        .iter()
        .map(|block| block.source.to_string())
        .collect();
    assert_eq!(listed, ["192.0.2.1", "198.51.100.1", "2001:db8::/64"]);
}

#[test]
fn a_clock_set_back_makes_no_block_longer() {
    let edge = Edge::default();
    let from = address("192.0.2.1");
    refuse_until_blocked(&edge, from, START);
    let back = START - 1_000 * MINUTE;
    let Arrival::Blocked(block) = edge.arrive(&settings(), from, back) else {
        panic!("the block is over");
    };
    assert_eq!((block.since, block.until), (back, back + 10 * MINUTE));
    let after = edge.arrive(&settings(), from, back + 10 * MINUTE);
    assert_eq!(after, Arrival::Passes);
}

#[test]
fn tables_are_bounded() {
    let edge = Edge::default();
    let settings = Settings {
        refusals: Some(Limit::rate(1, MINUTE, 1).unwrap()),
        ..settings()
    };
    for n in 0..80_000_u32 {
        let from = IpAddr::from(n.to_be_bytes());
        edge.arrive(&settings, from, START);
        for _ in 0..2 {
            edge.refused(&settings, from, TRIGGER, START);
        }
        edge.wrong_secret(&settings, n.into(), START);
    }
    let usage = edge.usage();
    for table in [
        usage.requests,
        usage.refusals,
        usage.blocks,
        usage.wrong_secrets,
    ] {
        assert_eq!((table.entries, table.capacity), (ENTRIES, ENTRIES));
        assert!(table.lost > 0);
    }
}

#[test]
fn wrong_secrets_are_held_back_more_and_more() {
    let edge = Edge::default();
    let delays: Vec<u64> = (0..20)
        .map(|_| edge.wrong_secret(&settings(), 1, START) / SECOND)
        .collect();
    assert_eq!(delays[..10], [0; 10]);
    assert_eq!(delays[10..15], [6, 12, 18, 24, 30]);
    assert_eq!(delays[15..], [30; 5], "never longer");
    let again = |id, now| edge.wrong_secret(&settings(), id, now);
    assert_eq!(again(2, START), 0, "another id");
    assert_eq!(again(1, START + 10 * MINUTE), 0, "a rest helps");
}

#[test]
fn wrong_secrets_are_held_back_at_the_rate_that_is_set() {
    let edge = Edge::default();
    let strict = Settings {
        wrong_secrets: Some(Limit::rate(2, 8 * SECOND, 2).unwrap()),
        ..settings()
    };
    let delays: Vec<u64> = (0..5)
        .map(|_| edge.wrong_secret(&strict, 1, START) / SECOND)
        .collect();
    assert_eq!(delays, [0, 0, 4, 8, 12]);
    let lax = Settings {
        wrong_secrets: None,
        ..settings()
    };
    for _ in 0..100 {
        assert_eq!(edge.wrong_secret(&lax, 1, START), 0, "no bound");
    }
}

proptest! {
    /// Refusals that are handed out without the longest delay keep to ten a minute.
    #[test]
    fn wrong_secrets_come_at_most_ten_a_minute(
        steps in prop::collection::vec(0_u64..8 * SECOND, 1..200),
    ) {
        let edge = Edge::default();
        let mut now = START;
        let mut answered: Vec<u64> = Vec::new();
        for step in steps {
            now += step;
            let delay = edge.wrong_secret(&settings(), 1, now);
            prop_assert!(delay <= LONGEST_DELAY);
            if delay < LONGEST_DELAY {
                answered.push(now + delay);
            }
        }
        for (first, at) in answered.iter().enumerate() {
            let window = answered[first..].iter().filter(|other| **other < at + MINUTE);
            prop_assert!(window.count() <= 20, "ten, and the ten at once");
        }
    }
}
