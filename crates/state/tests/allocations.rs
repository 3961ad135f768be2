//! Counting in cells that exist allocates nothing.
#![expect(clippy::unwrap_used, reason = "a test")]

use postern_state::edge::{Arrival, Settings};
use postern_state::{Check, Edge, Key, Limit, Memory, Permits};
use std::net::IpAddr;

const NOW: u64 = 1_700_000_000_000_000_000;

fn check(limit: u64) -> Check {
    Check {
        key: Key { limit, subject: 1 },
        limit: Limit::rate(100, 1_000_000_000, 100).unwrap().into(),
    }
}

fn allocations(mut work: impl FnMut()) -> u64 {
    // The first time makes the entries.
    work();
    allocation_counter::measure(|| {
        for _ in 0..10 {
            work();
        }
    })
    .count_total
}

#[test]
fn limits() {
    let memory = Memory::new(1_000);
    let checks: Vec<Check> = (0..8).map(check).collect();
    for checks in [&checks[..1], &checks[..4], &checks[..]] {
        assert_eq!(allocations(|| memory.commit(checks, 1, NOW).unwrap()), 0);
    }
    assert_eq!(allocations(|| drop(memory.read(&checks[..4], 1, NOW))), 0);
}

#[test]
fn permits() {
    let permits = Permits::new(1_000);
    let key = check(1).key;
    assert_eq!(allocations(|| drop(permits.acquire(key, 10))), 0);
}

#[test]
fn edge() {
    let edge = Edge::default();
    let limit = Some(Limit::rate(100, 1_000_000_000, 100).unwrap());
    let settings = Settings {
        requests: limit,
        refusals: limit,
        wrong_secrets: limit,
        block_for: 1_000_000_000,
    };
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    let passes = || {
        let arrival = edge.arrive(&settings, address, NOW);
        assert_eq!(arrival, Arrival::Passes);
    };
    assert_eq!(allocations(passes), 0);
}
