use super::*;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const START: u64 = 1_700_000_000 * SECOND;

fn limit() -> Limit {
    Limit::rate(3, MINUTE, 3).unwrap()
}

fn block(number: u64, name: &str, now: u64) -> CallerBlock {
    CallerBlock {
        number,
        kind: CallerKind::Credential,
        name: name.into(),
        cause: Cause::Abuse {
            policy: "probing".into(),
            trigger: Code::ScopeMissing,
        },
        shadow: false,
        since: now,
        until: now + 10 * MINUTE,
    }
}

fn by_hand(name: &str, now: u64) -> CallerBlock {
    CallerBlock {
        number: BY_HAND,
        kind: CallerKind::App,
        cause: Cause::Hand {
            by: "ada".into(),
            reason: Some("it leaks".into()),
        },
        ..block(BY_HAND, name, now)
    }
}

fn refuse(callers: &Callers, number: u64, name: &str, now: u64) -> Option<CallerBlock> {
    let who = (number, CallerKind::Credential, name);
    callers.refused(who, &limit(), || block(number, name, now), now)
}

fn is_blocked(callers: &Callers, number: u64, name: &str, now: u64) -> bool {
    let found = callers.find(number, CallerKind::Credential, name, now);
    found.is_some()
}

#[test]
fn one_refusal_too_many_blocks_for_a_while() {
    let callers = Callers::new(100);
    assert!(!callers.may_block(START));
    for _ in 0..3 {
        assert_eq!(refuse(&callers, 1, "key_a", START), None);
    }
    let made = refuse(&callers, 1, "key_a", START).unwrap();
    assert!(callers.may_block(START));
    assert_eq!(callers.list(START), std::slice::from_ref(&made));
    assert!(is_blocked(&callers, 1, "key_a", START));
    assert!(!is_blocked(&callers, 2, "key_a", START), "another policy");
    assert!(!is_blocked(&callers, 1, "key_b", START), "another key");
    let app = callers.find(1, CallerKind::App, "key_a", START);
    assert_eq!(app, None, "an app of that name");
    // Whatever it does meanwhile: the block ends when it said it would.
    for _ in 0..100 {
        assert_eq!(refuse(&callers, 1, "key_a", START + MINUTE), None);
    }
    assert!(is_blocked(&callers, 1, "key_a", made.until - 1));
    assert!(!is_blocked(&callers, 1, "key_a", made.until));
    assert!(!callers.may_block(made.until));
}

#[test]
fn lifting_ends_every_block_of_a_caller_and_forgets_its_refusals() {
    let callers = Callers::new(100);
    for number in [1, 2] {
        for _ in 0..4 {
            refuse(&callers, number, "key_a", START);
        }
    }
    callers.put(by_hand("shop", START), START);
    assert_eq!(callers.list(START).len(), 3);
    let lifted = callers.lift(CallerKind::Credential, "key_a", START);
    assert_eq!(lifted.len(), 2);
    assert!(!is_blocked(&callers, 1, "key_a", START));
    assert_eq!(refuse(&callers, 1, "key_a", START), None, "afresh");
    assert_eq!(callers.lift(CallerKind::Credential, "shop", START), []);
    assert_eq!(callers.lift(CallerKind::App, "shop", START).len(), 1);
    assert_eq!(callers.list(START), []);
}

#[test]
fn what_came_or_went_is_kept_once() {
    let callers = Callers::new(100);
    assert_eq!(callers.kept(START), None);
    callers.put(by_hand("shop", START), START);
    let kept = callers.kept(START).unwrap();
    assert_eq!(kept, [by_hand("shop", START)]);
    assert_eq!(callers.kept(START), None);
    callers.not_kept();
    assert_eq!(callers.kept(START), Some(kept));
    callers.lift(CallerKind::App, "shop", START);
    assert_eq!(callers.kept(START), Some(Vec::new()));
}

#[test]
fn a_full_table_keeps_what_was_made_by_hand() {
    let callers = Callers::new(64 * 4);
    for number in 0..32 {
        assert!(callers.put(by_hand(&format!("app{number}"), START), START));
    }
    for number in 0..10_000 {
        callers.put(block(1, &format!("key_{number}"), START), START);
    }
    for number in 0..32 {
        let name = format!("app{number}");
        let found = callers.find(BY_HAND, CallerKind::App, &name, START);
        assert!(found.is_some(), "{name}");
    }
    assert!(callers.usage().entries <= 64 * 4);
}

proptest! {
    /// A clock that jumps never makes a block longer than it was made.
    #[test]
    fn no_block_outlasts_its_length(jumps in prop::collection::vec(-1_000_i64..1_000, 1..30)) {
        let callers = Callers::new(64);
        callers.put(block(1, "key_a", START), START);
        let mut now = START;
        let mut passed = 0;
        for jump in jumps {
            if jump >= 0 {
                passed += jump.unsigned_abs() * SECOND;
                now += jump.unsigned_abs() * SECOND;
            } else {
                now -= jump.unsigned_abs() * SECOND;
            }
            if is_blocked(&callers, 1, "key_a", now) {
                let rest = callers.list(now)[0].until - now;
                prop_assert!(rest <= 10 * MINUTE + CLOCK_SKEW);
            }
        }
        prop_assert!(!is_blocked(&callers, 1, "key_a", now + 10 * MINUTE + CLOCK_SKEW), "{passed}");
    }
}
