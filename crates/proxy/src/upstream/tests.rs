use super::*;
use postern_model::entity::{
    Balance, Breaker, Configuration, HashKey, HostMode, Name, Outlier, PathRewrite, Pool, Retry,
    Target, Upstream, UpstreamProtocol, UpstreamTimeouts,
};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(super) fn upstream(targets: &[(&str, u32)]) -> Upstream {
    Upstream {
        name: "orders".into(),
        targets: targets
            .iter()
            .map(|(host, weight)| Target {
                host: (*host).into(),
                port: 80,
                weight: *weight,
            })
            .collect(),
        protocol: UpstreamProtocol::Http1,
        tls: None,
        balance: Balance::RoundRobin,
        active_health: None,
        outlier: Outlier::default(),
        breaker: None,
        retry: Retry::default(),
        timeouts: UpstreamTimeouts::default(),
        pool: Pool::default(),
        host: HostMode::Pass,
        path: PathRewrite::Keep,
        dns: postern_model::entity::Dns::default(),
    }
}

struct Fixture {
    start: Instant,
    set: Upstreams,
    core: Rc<CoreUpstream>,
}

impl Fixture {
    fn new(upstream: Upstream) -> Self {
        let start = Instant::now();
        Self::of(
            Upstreams::build(&configuration(upstream), None, start),
            start,
        )
    }

    fn of(set: Upstreams, start: Instant) -> Self {
        let core = set.for_core(0, 1, 42).get(0).unwrap().clone();
        Self { start, set, core }
    }

    fn reload(&self, upstream: Upstream) -> Self {
        let later = self.at(1_000_000);
        let set = Upstreams::build(&configuration(upstream), Some(&self.set), later);
        Self::of(set, self.start)
    }

    fn at(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn acquire(&self, millis: u64) -> Result<Lease, Denied> {
        self.core.acquire(self.at(millis), None, &Tried::NONE)
    }

    /// Fails requests until `target` has failed `times` more.
    fn fail(&self, target: usize, times: u32, millis: u64) {
        let mut failed = 0;
        while failed < times {
            let lease = self.acquire(millis).unwrap();
            let hit = lease.index() == target;
            failed += u32::from(hit);
            let outcome = if hit {
                Outcome::Failure(FailureClass::Reset)
            } else {
                Outcome::Success
            };
            lease.finish(outcome, self.at(millis));
        }
    }

    fn picks(&self, n: usize, millis: u64) -> HashMap<usize, usize> {
        let mut counts = HashMap::new();
        for _ in 0..n {
            let lease = self.acquire(millis).unwrap();
            *counts.entry(lease.index()).or_default() += 1;
        }
        counts
    }
}

pub(super) fn configuration(upstream: Upstream) -> Configuration {
    Configuration {
        upstreams: vec![upstream],
        ..Configuration::default()
    }
}

const THREE: [(&str, u32); 3] = [("10.0.0.1", 1), ("10.0.0.2", 1), ("10.0.0.3", 1)];

#[test]
fn a_lease_counts_while_it_lives() {
    let f = Fixture::new(upstream(&[("10.0.0.1", 1)]));
    let (one, two) = (f.acquire(0).unwrap(), f.acquire(0).unwrap());
    assert_eq!(f.core.state().in_flight(), 2);
    one.finish(Outcome::Success, f.at(1));
    assert_eq!(two.target().in_flight(), 1);
    drop(two);
    assert_eq!(f.core.state().in_flight(), 0);
}

#[test]
fn literal_addresses_need_no_resolution() {
    let f = Fixture::new(upstream(&[("10.0.0.1", 1), ("::1", 1)]));
    let names: Vec<_> = f
        .core
        .state()
        .targets
        .iter()
        .map(|s| s.target.name().to_string())
        .collect();
    assert_eq!(names, ["10.0.0.1:80", "[::1]:80"]);
    let addresses = f.core.state().targets[1].target.addresses();
    assert_eq!(addresses.list, ["[::1]:80".parse().unwrap()]);
}

#[test]
fn names_without_addresses_are_out() {
    let f = Fixture::new(upstream(&[("orders.internal", 1), ("10.0.0.1", 0)]));
    let lines = |targets: Vec<(Name, TargetOut)>| -> Vec<_> {
        let lines = targets.iter();
        lines.map(|(name, why)| format!("{name}: {why}")).collect()
    };
    let Err(Denied::NotReady { targets }) = f.acquire(0) else {
        panic!("nothing is known of the name yet");
    };
    let pending = "orders.internal:80: its name is still being resolved for the first time";
    assert_eq!(lines(targets), [pending, "10.0.0.1:80: its weight is 0"]);
    f.core.state().targets[0].target.store_addresses(Addresses {
        error: Some("no such name".to_owned()),
        ..Addresses::default()
    });
    let Err(Denied::NoHealthyTarget { targets }) = f.acquire(0) else {
        panic!("leased a target that cannot be used");
    };
    let unresolved = "orders.internal:80: its name has no address: no such name";
    assert_eq!(lines(targets), [unresolved, "10.0.0.1:80: its weight is 0"]);
}

#[test]
fn failures_in_a_row_eject_and_time_brings_back() {
    let f = Fixture::new(upstream(&THREE));
    f.fail(1, 4, 0);
    assert_eq!(f.picks(30, 0)[&1], 10);
    f.fail(1, 1, 0);
    let target = f.core.state().targets[1].target.clone();
    assert!(target.status().ejected);
    assert_eq!(f.picks(30, 9_999), [(0, 15), (2, 15)].into());
    assert_eq!(f.picks(30, 10_001).len(), 3);
    // The next time it is out for twice as long.
    f.fail(1, 5, 10_002);
    assert_eq!(f.picks(30, 30_001).len(), 2);
    assert_eq!(f.picks(30, 30_003).len(), 3);
    assert_eq!(target.ejections(), 2);
}

#[test]
fn a_success_resets() {
    let f = Fixture::new(upstream(&THREE));
    for _ in 0..10 {
        f.fail(1, 4, 0);
        while f.core.state().targets[1].target.consecutive_failures() > 0 {
            f.acquire(0).unwrap().finish(Outcome::Success, f.at(0));
        }
    }
    assert!(f.core.state().targets[1].target.status().usable);
}

#[test]
fn what_is_not_the_targets_fault_does_not_eject() {
    let f = Fixture::new(upstream(&[("10.0.0.1", 1), ("10.0.0.2", 1)]));
    for _ in 0..100 {
        let mut lease = f.acquire(0).unwrap();
        lease.report(Outcome::Failure(FailureClass::IdleClosed), f.at(0));
        f.acquire(0).unwrap().finish(Outcome::Cancelled, f.at(0));
        drop(f.acquire(0));
    }
    assert!(
        f.core
            .state()
            .targets
            .iter()
            .all(|s| s.target.status().usable)
    );
}

#[test]
fn half_may_be_ejected_and_never_the_last() {
    let f = Fixture::new(upstream(&THREE));
    f.fail(0, 5, 0);
    f.fail(1, 50, 0);
    assert_eq!(f.picks(30, 1).len(), 2, "half of three is one");
    let f = Fixture::new(upstream(&[("10.0.0.1", 1)]));
    f.fail(0, 50, 0);
    assert!(f.acquire(0).is_ok());
}

#[test]
fn a_body_cut_off_counts_after_the_head_did() {
    let f = Fixture::new(upstream(&[("10.0.0.1", 1)]));
    let mut lease = f.acquire(0).unwrap();
    lease.report(Outcome::of_status(200), f.at(0));
    assert_eq!(lease.target().in_flight(), 1, "the stream goes on");
    lease.finish(Outcome::Failure(FailureClass::BodyCut), f.at(5));
    assert_eq!(f.core.state().targets[0].target.consecutive_failures(), 1);
}

fn with_breaker(max_in_flight: u32) -> Upstream {
    Upstream {
        breaker: Some(Breaker {
            failure_percent: 50,
            min_requests: 2,
            window: Duration::from_secs(10),
            open: Duration::from_secs(5),
            max_in_flight,
        }),
        ..upstream(&THREE)
    }
}

fn open(f: &Fixture, millis: u64) {
    for _ in 0..2 {
        let lease = f.acquire(millis).unwrap();
        lease.finish(Outcome::of_status(503), f.at(millis));
    }
}

#[test]
fn an_open_circuit_tells_since_and_next_probe() {
    let f = Fixture::new(with_breaker(0));
    open(&f, 1000);
    let Err(denied) = f.acquire(3000) else {
        panic!("the circuit is open");
    };
    assert_eq!(
        denied,
        Denied::CircuitOpen {
            open_for: Duration::from_secs(2),
            next_probe: Duration::from_secs(3),
        }
    );
    assert_eq!(
        f.core.state().open_for(f.at(3000)),
        Some(Duration::from_secs(2))
    );
}

#[test]
fn a_probe_closes_the_circuit_or_not() {
    let f = Fixture::new(with_breaker(0));
    open(&f, 0);
    let probe = f.acquire(5000).unwrap();
    assert!(f.acquire(5000).is_err(), "one at a time");
    drop(probe);
    let probe = f.acquire(5000).unwrap();
    probe.finish(Outcome::Failure(FailureClass::Connect), f.at(5000));
    assert!(f.acquire(9999).is_err());
    let mut probe = f.acquire(10_000).unwrap();
    probe.report(Outcome::Success, f.at(10_000));
    assert!(f.acquire(10_000).is_ok(), "the head is enough");
}

#[test]
fn a_probe_without_a_target_is_given_back() {
    let mut config = with_breaker(0);
    let f = Fixture::new(config.clone());
    open(&f, 0);
    for target in &mut config.targets {
        target.weight = 0;
    }
    let none = f.reload(config);
    for _ in 0..3 {
        assert!(matches!(
            none.acquire(6000),
            Err(Denied::NoHealthyTarget { .. })
        ));
    }
    assert!(f.acquire(6000).is_ok());
}

#[test]
fn requests_in_flight_are_bounded() {
    let f = Fixture::new(with_breaker(2));
    let (one, _two) = (f.acquire(0).unwrap(), f.acquire(0).unwrap());
    assert_eq!(
        f.acquire(0).unwrap_err(),
        Denied::TooManyInFlight { limit: 2 }
    );
    drop(one);
    assert!(f.acquire(0).is_ok());
    assert!(f.acquire(0).is_ok(), "a refusal leaves nothing behind");
}

#[test]
fn a_reload_keeps_what_is_known_of_targets() {
    let f = Fixture::new(upstream(&THREE));
    f.fail(1, 5, 0);
    let lease = f.acquire(1).unwrap();
    let mut config = upstream(&THREE);
    config.targets.remove(0);
    config.balance = Balance::LeastRequests;
    let next = f.reload(config);
    let known = &next.core.state().targets;
    let ejected: Vec<_> = known.iter().map(|s| s.target.status().ejected).collect();
    assert_eq!(ejected, [true, false], "by address, not by place");
    assert_eq!(f.core.state().in_flight(), 1);
    drop(lease);
    // Requests on the old set learn of a return too.
    assert_eq!(next.picks(50, 10_001).len(), 2);
    assert_eq!(f.picks(30, 10_001).len(), 3);
}

#[test]
fn a_reload_keeps_the_breaker_unless_it_changed() {
    let f = Fixture::new(with_breaker(2));
    let _one = f.acquire(0).unwrap();
    let next = f.reload(with_breaker(2));
    let _two = next.acquire(0).unwrap();
    let full = Denied::TooManyInFlight { limit: 2 };
    assert_eq!(next.acquire(0).unwrap_err(), full);
    let f = Fixture::new(with_breaker(2));
    open(&f, 1);
    assert!(f.reload(with_breaker(2)).acquire(2).is_err());
    assert!(f.reload(with_breaker(3)).acquire(2).is_ok());
    let other = Upstream {
        name: "other".into(),
        ..with_breaker(2)
    };
    assert!(f.reload(other).acquire(2).is_ok());
}

#[test]
fn consistent_hash_follows_the_key() {
    let config = Upstream {
        balance: Balance::ConsistentHash(HashKey::Address),
        ..upstream(&THREE)
    };
    let f = Fixture::new(config);
    let place =
        |key: &[u8], tried: &Tried| f.core.acquire(f.at(0), Some(key), tried).unwrap().index();
    let first = place(b"alice", &Tried::NONE);
    assert!((0..20).all(|_| place(b"alice", &Tried::NONE) == first));
    let mut tried = Tried::NONE;
    tried.push(first);
    let second = place(b"alice", &tried);
    assert_ne!(first, second);
    assert!((0..20).all(|_| place(b"alice", &tried) == second));
    assert_eq!(f.picks(30, 0).len(), 3, "without a key they take turns");
}

#[test]
fn requests_pay_for_retries() {
    let mut config = upstream(&THREE);
    config.retry.budget_min_per_second = 0;
    let f = Fixture::new(config);
    let attempt = Attempt {
        method: postern_model::entity::Method::Get,
        class: FailureClass::Connect,
        body_replayable: true,
        response_started: false,
        made: 1,
    };
    let spent = Verdict::GiveUp(retry::GiveUp::Budget);
    assert_eq!(f.core.may_retry(&attempt, f.at(0)), spent);
    f.picks(5, 0);
    assert_eq!(f.core.may_retry(&attempt, f.at(0)), Verdict::Retry);
    assert_eq!(f.core.may_retry(&attempt, f.at(0)), spent);
    assert_eq!(f.core.state().budget_refusals(), 2);
}

#[test]
fn addresses_take_turns_within_their_family() {
    let parse = |s: &str| s.parse().unwrap();
    let addresses = Addresses {
        list: vec![
            parse("10.0.0.1:80"),
            parse("10.0.0.2:80"),
            parse("[::1]:80"),
        ],
        ..Addresses::default()
    };
    let order = |turn| {
        addresses
            .rotated(turn)
            .map(|a| a.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(order(0), ["10.0.0.1:80", "10.0.0.2:80", "[::1]:80"]);
    assert_eq!(order(3), ["10.0.0.2:80", "10.0.0.1:80", "[::1]:80"]);
    assert_eq!(Addresses::default().rotated(7).count(), 0);
}

#[test]
fn cores_share_counts_and_leave_nothing_behind() {
    let mut config = with_breaker(64);
    config.balance = Balance::LeastRequests;
    let start = Instant::now();
    let set = Upstreams::build(&configuration(config), None, start);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let set = &set;
            scope.spawn(move || {
                let cores = set.for_core(number, 4, 42);
                let core = cores.get(0).unwrap();
                let mut held = std::collections::VecDeque::new();
                for step in 0..20_000_u64 {
                    let now = start + Duration::from_millis(step * 5);
                    held.extend(core.acquire(now, None, &Tried::NONE));
                    if held.len() < 10 {
                        continue;
                    }
                    let Some(lease) = held.pop_front() else {
                        continue;
                    };
                    match core.random() % 8 {
                        0 => drop(lease),
                        1 => lease.finish(Outcome::Failure(FailureClass::Connect), now),
                        _ => lease.finish(Outcome::Success, now),
                    }
                }
            });
        }
    });
    let state = set.get(0).unwrap();
    assert_eq!(state.in_flight(), 0);
    let later = start + Duration::from_hours(1);
    let cores = set.for_core(0, 1, 42);
    let held: Vec<_> = (0..64)
        .map(|_| cores.get(0).unwrap().acquire(later, None, &Tried::NONE))
        .collect();
    let leased = held.iter().filter(|lease| lease.is_ok()).count();
    // All of the limit, or the one probe of a breaker that was open at the end.
    assert!(
        leased == 64 || (leased == 1 && state.open_for(later).is_some()),
        "{leased}"
    );
}
