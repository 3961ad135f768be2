//! Recorded requests, decided by two configurations.

use super::properties::wrong;
use super::scene::{KEY, NOW, Request, STAGING, Scene, verified};
use crate::{
    Counters, Of, ReplayDifference, ReplayOutcome, Replayed, ReplayedRequest, Side, Tally,
    Uncounted,
};
use postern_model::entity::Measure;
use postern_model::{Code, RequestId};
use postern_policy::client::ClientAddress;
use postern_policy::facts::{CredentialVerdict, EdgeReading, Reading, Readings};
use postern_policy::policies::LimitUse;
use postern_policy::{Decision, Depth, Recorded, Step, Walk};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Counters of which nothing comes back.
#[derive(Debug, Default)]
struct Spent(HashMap<(u64, u128), u32>);

impl Counters for Spent {
    fn arrive(&mut self, _: &ClientAddress, _: i64) -> EdgeReading {
        EdgeReading::default()
    }

    fn read(&mut self, uses: &[LimitUse], _: i64) -> Readings {
        let reading = |one: &LimitUse| {
            let most = match one.limit.measure {
                Measure::Rate { burst, .. } => burst,
                _ => u32::MAX,
            };
            let used = self.0.get(&(one.number, one.subject.0));
            let remaining = most - used.copied().unwrap_or_default();
            Reading {
                passes: remaining > 0,
                remaining,
                reset: 0,
                retry_after: 1000,
            }
        };
        uses.iter().map(reading).collect()
    }

    fn count(&mut self, uses: &[LimitUse], now: i64, _: i64) -> bool {
        if self.read(uses, now).iter().any(|reading| !reading.passes) {
            return false;
        }
        for one in uses {
            *self.0.entry((one.number, one.subject.0)).or_default() += 1;
        }
        true
    }

    fn refused(&mut self, _: Option<&ClientAddress>, _: Code, _: i64) {}
}

/// What the record of a request keeps, through JSON as the call log has it, and what was decided.
fn record(scene: &Scene, request: &Request) -> (Recorded, Decision) {
    request.with(|live| {
        let snapshot = scene.world().snapshot;
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, live);
        let Step::Done(decision) = step else {
            panic!("{step:?}");
        };
        let recorded = Recorded::of(live, &walk, &snapshot);
        let json = serde_json::to_value(recorded).unwrap();
        (serde_json::from_value(json).unwrap(), decision)
    })
}

/// Replays records, each of which stands for so many requests.
fn replay(
    [before, after]: [&Scene; 2],
    records: &[(Recorded, u64)],
    [counted, counting]: [&mut dyn Counters; 2],
) -> Replayed {
    let digest = |scene: &Scene, id: &str| scene.json["credentials"][id]["sha256"].clone();
    let proves_otherwise = |id: &str| digest(before, id) != digest(after, id);
    let mut before = Side {
        snapshot: before.world().snapshot,
        counters: counted,
        proves_otherwise: &|_| false,
    };
    let mut after = Side {
        snapshot: after.world().snapshot,
        counters: counting,
        proves_otherwise: &proves_otherwise,
    };
    let mut tally = Tally::default();
    let (app, service): (Arc<str>, Arc<str>) = ("fieldforce".into(), "partners".into());
    for (at, (facts, represents)) in records.iter().enumerate() {
        let request = ReplayedRequest {
            facts,
            at: NOW * 1000 + i64::try_from(at).unwrap(),
            until: NOW * 1000 + i64::try_from(at).unwrap(),
            represents: *represents,
            body: 0,
        };
        let of = Of {
            id: RequestId::new(u64::try_from(request.at).unwrap(), 0),
            app: Some(&app),
            operation: [Some(&service), None, None],
        };
        let [was, is] = [before.decide(&request), after.decide(&request)];
        tally.add(&of, *represents, &was, &is);
    }
    tally.finish()
}

fn once(both: [&Scene; 2], facts: &Recorded) -> Replayed {
    replay(
        both,
        &[(facts.clone(), 1)],
        [&mut Uncounted, &mut Uncounted],
    )
}

fn requests() -> impl Strategy<Value = Request> {
    let credential = prop_oneof![
        Just(verified(KEY)),
        Just(verified(STAGING)),
        Just(CredentialVerdict::Missing),
        Just(CredentialVerdict::WrongSecret { id: KEY.into() }),
    ];
    let from = prop_oneof![Just("198.51.100.7"), Just("203.0.113.7"), Just("192.0.2.9")];
    let host = prop_oneof![Just("api.example.com"), Just("staging.example.com")];
    let what = prop_oneof![
        Just(("POST", "/partners/customers")),
        Just(("GET", "/partners/customers?page=2")),
        Just(("POST", "/admin/config")),
        Just(("GET", "/nowhere")),
    ];
    let kind = proptest::option::of(prop_oneof![
        Just("Content-Type: text/csv"),
        Just("Content-Type: application/json"),
    ]);
    (credential, from, host, what, kind).prop_map(|(credential, from, host, what, kind)| Request {
        method: what.0,
        target: what.1.to_owned(),
        host,
        from,
        fields: kind.into_iter().map(str::to_owned).collect(),
        credential: Some(credential),
        ..Request::default()
    })
}

fn scenes() -> impl Strategy<Value = Scene> {
    let wrongs = prop::collection::btree_set(0u8..10, 0..4);
    wrongs.prop_map(|wrongs| {
        let patches: Vec<Value> = wrongs.iter().map(|which| wrong(*which)).collect();
        Scene::new(&patches)
    })
}

/// What a live request with nothing counted comes to.
fn decided(scene: &Scene, request: &Request) -> Option<Code> {
    match record(scene, request).1 {
        Decision::Refuse(denial) => Some(denial.code),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_does_not_change_makes_no_difference(
        scene in scenes(),
        requests in prop::collection::vec((requests(), 1u64..20), 1..12),
    ) {
        let records: Vec<_> = requests
            .iter()
            .map(|(request, represents)| (record(&scene, request).0, *represents))
            .collect();
        let (mut one, mut other) = (Spent::default(), Spent::default());
        let found = replay([&scene, &scene], &records, [&mut one, &mut other]);
        let total: u64 = records.iter().map(|(_, represents)| represents).sum();
        prop_assert_eq!((found.requests, found.rows), (total, records.len() as u64));
        prop_assert_eq!(found.same + found.cannot_tell, total);
        prop_assert!(found.groups.is_empty());
    }

    /// The same as sending each live request to both worlds, but for those of which it cannot be
    /// told.
    #[test]
    fn what_is_counted_is_what_sending_everything_again_counts(
        before in scenes(),
        after in scenes(),
        requests in prop::collection::vec(requests(), 1..8),
    ) {
        for request in &requests {
            let (facts, _) = record(&before, request);
            let found = once([&before, &after], &facts);
            let mut counts = [found.newly_refused, found.newly_allowed, found.code_changed];
            if found.cannot_tell == 1 {
                prop_assert_eq!(counts, [0; 3]);
                continue;
            }
            let (was, is) = (decided(&before, request), decided(&after, request));
            let expected = match (was, is) {
                (None, Some(_)) => Some(0),
                (Some(_), None) => Some(1),
                (Some(was), Some(is)) if was != is => Some(2),
                _ => None,
            };
            if let Some(at) = expected {
                counts[at] -= 1;
                let code = |code: Option<Code>| code.map(|code| code.name().into());
                let group = &found.groups[0];
                prop_assert_eq!((&group.before, &group.after), (&code(was), &code(is)));
            }
            prop_assert_eq!(counts, [0; 3], "{:?}: {:?} {:?}", found, was, is);
        }
    }
}

#[test]
fn a_lower_limit_shows_whom_it_refuses() {
    let scene = Scene::new(&[]);
    let lower = json!({"plans": {"standard": {"limits": {"per-app": {"burst": 3}}}}});
    let lower = Scene::new(&[lower]);
    let (facts, _) = record(&scene, &Request::default());
    // Ten rows of one request, then one that stands for many.
    let mut records = vec![(facts.clone(), 1); 10];
    let (mut one, mut other) = (Spent::default(), Spent::default());
    let found = replay([&scene, &lower], &records, [&mut one, &mut other]);
    assert_eq!((found.same, found.newly_refused), (3, 7));
    let [group] = found.groups.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(group.difference, ReplayDifference::NewlyRefused);
    assert_eq!(group.after.as_deref(), Some("limit.rate_exceeded"));
    assert_eq!(group.operation.as_deref(), Some("partners/-/-"));
    assert_eq!((group.count, group.examples.len()), (7, 5));
    records.truncate(1);
    records.push((facts, 20));
    let (mut one, mut other) = (Spent::default(), Spent::default());
    let found = replay([&scene, &lower], &records, [&mut one, &mut other]);
    assert_eq!((found.requests, found.rows), (21, 2));
    assert_eq!((found.same, found.newly_refused), (3, 18));
}

#[test]
fn what_was_found_of_a_credential_counts_only_as_long_as_it_is_proved_alike() {
    let scene = Scene::new(&[]);
    let (facts, _) = record(&scene, &Request::default());
    let other = Scene::new(&[json!({"credentials": {KEY: {"sha256": "ee".repeat(32)}}})]);
    let found = once([&scene, &other], &facts);
    assert_eq!(
        (found.cannot_tell, &*found.not_told[0].what),
        (1, "credential")
    );
    // A key that nobody had, and that somebody has after the change.
    let unknown = CredentialVerdict::Unknown {
        id: "key_n3wkn3wkn3wkn3wk".into(),
    };
    let request = Request {
        credential: Some(unknown),
        ..Request::default()
    };
    let (facts, _) = record(&scene, &request);
    let made = Scene::new(&[json!({"credentials": {"key_n3wkn3wkn3wkn3wk": {
        "app": "fieldforce", "sha256": "c3".repeat(32),
    }}})]);
    assert_eq!(once([&scene, &made], &facts).cannot_tell, 1);
    assert_eq!(once([&scene, &scene], &facts).same, 1);
}

#[test]
fn a_body_of_no_declared_length_is_measured_by_what_came() {
    let scene = Scene::new(&[]);
    let small = Scene::new(&[json!({"policies": {"small": {
        "kind": "body", "on": "platform", "max_size": "1KiB",
    }}})]);
    let request = Request {
        body: Some(b"a"),
        ..Request::default()
    };
    let (facts, _) = record(&scene, &request);
    for (body, refused) in [(1024, false), (1025, true)] {
        let request = ReplayedRequest {
            facts: &facts,
            at: NOW * 1000,
            until: NOW * 1000,
            represents: 1,
            body,
        };
        let mut side = Side {
            snapshot: small.world().snapshot,
            counters: &mut Uncounted,
            proves_otherwise: &|_| false,
        };
        let found = side.decide(&request).first;
        assert_eq!(
            matches!(found, ReplayOutcome::Refused(Code::BodyTooLarge, _)),
            refused
        );
    }
}
