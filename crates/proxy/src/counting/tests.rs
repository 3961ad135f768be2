use super::*;
use postern_model::entity::{Limit as Entity, LimitKey, QuotaPeriod};
use postern_policy::policies::Subject;
use proptest::prelude::*;

const START: i64 = 1_700_000_000_000;
const HOUR: Duration = Duration::from_hours(1);

fn limit(number: u64, measure: Measure, shadow: bool) -> LimitUse {
    LimitUse {
        number: if shadow { !number } else { number },
        subject: Subject(7),
        limit: Arc::new(Entity {
            name: format!("limit-{number}").into(),
            measure,
            by: vec![LimitKey::App],
        }),
        shadow,
    }
}

fn quota(number: u64, count: u32, shadow: bool) -> LimitUse {
    let per = QuotaPeriod::Fixed(HOUR);
    limit(number, Measure::Quota { count, per }, shadow)
}

/// Decides a request as the pipeline does; what it holds, if it passes.
fn ask(counting: &Counting, uses: &[LimitUse], now: i64) -> Option<Held> {
    let mut held = Held::default();
    let readings = counting.read(uses, &mut held, now);
    let mut both = uses.iter().zip(&readings);
    let refused = both.any(|(one, reading)| !one.shadow && !reading.passes);
    if refused || counting.commit(uses, now).is_err() {
        return None;
    }
    Some(held)
}

proptest! {
    /// Whatever is refused, by any limit, uses nothing up and holds nothing: each quota has used
    /// exactly what passed in its period, and when all have ended nobody holds a permit.
    #[test]
    fn what_is_refused_uses_nothing_up(
        steps in prop::collection::vec((0_i64..600_000, 1_u8..32, any::<bool>()), 1..200),
    ) {
        let counting = Counting::default();
        let rate = Measure::Rate { count: 4, per: Duration::from_mins(10), burst: 4 };
        let all = [
            quota(1, 12, false),
            limit(2, rate, false),
            limit(3, Measure::Concurrency { most: 3 }, false),
            quota(4, 30, false),
            quota(5, 2, true),
        ];
        let mut now = START;
        let mut passed: Vec<(i64, u8)> = Vec::new();
        let mut under_way: Vec<(u8, Held)> = Vec::new();
        for (step, which, ends) in steps {
            now += step;
            if ends && !under_way.is_empty() {
                under_way.remove(0);
            }
            let uses: Vec<LimitUse> = (0..5)
                .filter(|at| which >> at & 1 == 1)
                .map(|at| all[at].clone())
                .collect();
            if let Some(held) = ask(&counting, &uses, now) {
                passed.push((now, which));
                under_way.push((which, held));
            }
            let hour = i64::try_from(HOUR.as_millis()).unwrap();
            let began = now - now.rem_euclid(hour);
            for at in [0, 3] {
                let in_period = passed.iter().filter(|(when, which)| {
                    *when >= began && which >> at & 1 == 1
                });
                let reading = counting.peek(&all[at..=at], now)[0];
                let used = all[at].limit.measure.most() - reading.remaining;
                prop_assert_eq!(used as usize, in_period.count());
            }
            let holding = under_way.iter().filter(|(which, _)| which >> 2 & 1 == 1);
            let free = counting.peek(&all[2..3], now)[0].remaining;
            prop_assert_eq!(free as usize, 3 - holding.count());
        }
        under_way.clear();
        prop_assert_eq!(counting.peek(&all[2..3], now)[0].remaining, 3);
    }
}

#[test]
fn a_quota_in_shadow_mode_counts_for_itself_and_stops_nobody() {
    let counting = Counting::default();
    let (enforced, shadow) = (quota(1, 5, false), quota(1, 2, true));
    let uses = [shadow.clone(), enforced.clone()];
    for _ in 0..5 {
        assert!(ask(&counting, &uses, START).is_some());
    }
    assert!(ask(&counting, &uses, START).is_none());
    let left = |one: &LimitUse| counting.peek(std::slice::from_ref(one), START)[0].remaining;
    assert_eq!((left(&shadow), left(&enforced)), (0, 0));
    // What it counted is no part of what is enforced when it is.
    let alone = quota(2, 2, true);
    assert!(ask(&counting, std::slice::from_ref(&alone), START).is_some());
    assert_eq!(left(&quota(2, 2, false)), 2);
}

#[test]
fn what_was_used_goes_on_after_a_restart() {
    let counting = Counting::default();
    let uses = [quota(1, 5, false)];
    for _ in 0..3 {
        assert!(ask(&counting, &uses, START).is_some());
    }
    let kept = counting.quotas(START).unwrap();
    let next = Counting::default();
    assert_eq!(next.restore_quotas(&kept, START), 0);
    assert_eq!(next.peek(&uses, START)[0].remaining, 2);
    let reading = next.peek(&uses, START)[0];
    assert!(reading.reset > 0 && reading.passes);
}

/// One caller can make up as many values of a header as it likes.
#[test]
fn a_quota_that_has_its_share_of_the_counters_refuses_its_own_alone() {
    // An eighth of 160 in each of 64 shards.
    let counting = Counting {
        cells: Memory::new(64 * 160),
        ..Counting::default()
    };
    let of = |number, subject, shadow| LimitUse {
        subject: Subject(subject),
        ..quota(number, 5, shadow)
    };
    // In shadow mode nobody is refused, however many there are.
    for subject in 0..20_000 {
        assert!(ask(&counting, &[of(1, subject, true)], START).is_some());
    }
    let passed = (0..20_000).filter(|subject| {
        let enforced = of(1, *subject, false);
        ask(&counting, std::slice::from_ref(&enforced), START).is_some()
    });
    assert_eq!(passed.count(), 64 * 20, "shadow took nothing of the share");
    // Others have room, also where they meet a limit in shadow mode that has none.
    for subject in 0..100 {
        let uses = [of(2, subject, false), of(1, 30_000 + subject, true)];
        assert!(ask(&counting, &uses, START).is_some());
    }
    // With the limit itself, nothing is taken from others.
    let uses = [of(3, 7, false), of(1, 30_000, false)];
    let outcome = counting.commit(&uses, START);
    assert_eq!(outcome, Err(NotCounted::NoRoom(1)));
    assert_eq!(counting.peek(&uses[..1], START)[0].remaining, 5);
    // When its period is over, it begins anew.
    let next = START + i64::try_from(HOUR.as_millis()).unwrap();
    assert!(ask(&counting, &uses, next).is_some());
}
