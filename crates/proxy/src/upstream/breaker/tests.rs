use super::*;
use proptest::prelude::*;

fn settings() -> Breaker {
    Breaker {
        failure_percent: 50,
        min_requests: 4,
        window: Duration::from_secs(10),
        open: Duration::from_secs(5),
        max_in_flight: 0,
    }
}

fn opened_at(now: u64) -> BreakerState {
    let breaker = BreakerState::new(&settings());
    for _ in 0..4 {
        breaker.record(false, now);
    }
    assert_eq!(breaker.times_opened(), 1);
    breaker
}

#[test]
fn few_requests_do_not_open_it() {
    let breaker = BreakerState::new(&settings());
    for _ in 0..3 {
        breaker.record(false, 1);
    }
    assert_eq!(breaker.admit(1), Ok(Admission::Closed));
    breaker.record(false, 1);
    assert!(breaker.admit(1).is_err());
}

#[test]
fn a_small_share_does_not_open_it() {
    let breaker = BreakerState::new(&settings());
    for _ in 0..100 {
        breaker.record(true, 1);
        breaker.record(true, 1);
        breaker.record(false, 1);
    }
    assert_eq!(breaker.admit(1), Ok(Admission::Closed));
}

#[test]
fn old_failures_are_forgotten() {
    let breaker = BreakerState::new(&settings());
    for second in 0..100 {
        // Three in any ten seconds.
        if second % 4 == 0 {
            breaker.record(false, second * 1000);
        }
    }
    assert_eq!(breaker.admit(100_000), Ok(Admission::Closed));
}

#[test]
fn it_tells_since_and_next_probe() {
    let breaker = opened_at(1000);
    assert_eq!(
        breaker.admit(3000),
        Err(Open {
            open_for: Duration::from_secs(2),
            next_probe: Duration::from_secs(3),
        })
    );
}

#[test]
fn one_probe_at_a_time() {
    let breaker = opened_at(1000);
    assert_eq!(breaker.admit(6000), Ok(Admission::Probe));
    assert!(breaker.admit(6000).is_err());
    assert!(breaker.admit(60_000).is_err());
    breaker.probe_cancelled();
    assert_eq!(breaker.admit(60_000), Ok(Admission::Probe));
    breaker.probed(false, 60_000);
    assert!(breaker.admit(64_999).is_err());
    assert_eq!(breaker.admit(65_000), Ok(Admission::Probe));
    breaker.probed(true, 65_000);
    assert_eq!(breaker.admit(65_000), Ok(Admission::Closed));
    // The failures that opened it are not counted again.
    breaker.record(false, 65_000);
    assert_eq!(breaker.admit(65_000), Ok(Admission::Closed));
}

#[test]
fn stragglers_do_not_touch_an_open_breaker() {
    let breaker = opened_at(1000);
    breaker.record(true, 2000);
    breaker.record(false, 5000);
    assert_eq!(breaker.admit(6000), Ok(Admission::Probe));
    assert_eq!(breaker.times_opened(), 1);
}

proptest! {
    /// Against a model that keeps every outcome.
    #[test]
    fn opens_exactly_when_the_window_says(events in prop::collection::vec((0_u64..1500, any::<bool>()), 1..200)) {
        let breaker = BreakerState::new(&settings());
        let mut now = 0;
        let mut kept: Vec<(u64, bool)> = Vec::new();
        for (pause, success) in events {
            now += pause;
            breaker.record(success, now);
            kept.push((now, success));
            let window: Vec<_> = kept.iter().filter(|(at, _)| now / 1000 - at / 1000 < 10).collect();
            let failures = window.iter().filter(|(_, ok)| !ok).count();
            let open = !success && window.len() >= 4 && failures * 2 >= window.len();
            prop_assert_eq!(breaker.admit(now).is_err(), open);
            if open {
                break;
            }
        }
    }
}
