//! Limits.

use super::*;
use crate::recorded::Recorded;
use postern_model::entity::{CalendarUnit, QuotaPeriod, TimeZone};

fn rate(name: &str, by: &[LimitKey]) -> PolicyRule {
    PolicyRule::Limit(Limit {
        name: name.into(),
        measure: Measure::Rate {
            count: 10,
            per: Duration::from_secs(1),
            burst: 10,
        },
        by: by.to_vec(),
    })
}

#[test]
fn limits_are_named_then_read_then_judged() {
    let rules = rules(vec![
        policy(
            "by-address",
            Level::Platform,
            rate("per-address", &[LimitKey::Address]),
        ),
        policy("by-app", Level::Platform, rate("per-app", &[LimitKey::App])),
        policy(
            "all",
            Level::Service("orders".into()),
            rate("all", &[LimitKey::Operation]),
        ),
    ]);
    let connection = connection("192.0.2.1");
    let request = head("GET", "/orders", &["Host: a"]);
    let mut facts = Live::new(&request, &connection, NOW);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let mut walk = Walk::new(Depth::FirstDenial);
    assert_eq!(
        walk.step(&snapshot, &facts),
        Step::Need(crate::FactRequest::Counters)
    );
    let named: Vec<&str> = walk.limits().iter().map(|l| &*l.limit.name).collect();
    assert_eq!(
        named,
        ["per-address", "all"],
        "anonymous requests have no app"
    );
    let fits = Reading {
        passes: true,
        remaining: 9,
        reset: 100,
        retry_after: 0,
    };
    let used_up = Reading {
        passes: false,
        remaining: 0,
        reset: 1000,
        retry_after: 1200,
    };
    facts.provide_readings([fits, used_up].into_iter().collect());
    let Step::Done(Decision::Refuse(denial)) = walk.step(&snapshot, &facts) else {
        panic!("passes")
    };
    assert_eq!(denial.code, Code::RateExceeded);
    assert_eq!(
        denial.evidence("name").and_then(Value::as_text),
        Some("all")
    );
    assert_eq!(denial.retry, postern_model::denial::Retry::After(2));
}

fn quota(count: u32, by: &[LimitKey]) -> PolicyRule {
    PolicyRule::Limit(Limit {
        name: "monthly".into(),
        measure: Measure::Quota {
            count,
            per: QuotaPeriod::Calendar {
                unit: CalendarUnit::Month,
                zone: TimeZone::parse("Europe/Berlin").unwrap(),
            },
        },
        by: by.to_vec(),
    })
}

/// The counter that a request with these fields touches.
fn counter(rule: PolicyRule, mode: Mode, peer: &str, fields: &[&str]) -> (u64, u128) {
    let mut policy = policy("monthly", Level::Platform, rule);
    policy.mode = mode;
    let rules = rules(vec![policy]);
    let mut all = vec!["Host: a"];
    all.extend(fields);
    let (walk, _) = walk(
        &rules,
        &head("GET", "/orders", &all),
        peer,
        Depth::FirstDenial,
    );
    let [one] = walk.limits() else {
        panic!("{:?}", walk.limits())
    };
    (one.number, one.subject.0)
}

#[test]
fn a_quota_that_is_used_up_says_by_how_much_and_until_when() {
    let rules = rules(vec![policy(
        "monthly",
        Level::Platform,
        quota(10, &[LimitKey::Address, LimitKey::Service]),
    )]);
    let connection = connection("192.0.2.1");
    let request = head("GET", "/orders", &["Host: a"]);
    let mut facts = Live::new(&request, &connection, NOW);
    facts.provide_readings(
        [Reading {
            passes: false,
            remaining: 0,
            reset: 90_500,
            retry_after: 90_500,
        }]
        .into_iter()
        .collect(),
    );
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let mut walk = Walk::new(Depth::FirstDenial);
    let Step::Done(Decision::Refuse(denial)) = walk.step(&snapshot, &facts) else {
        panic!("passes")
    };
    assert_eq!(denial.code, Code::QuotaExhausted);
    let text = |name| denial.evidence(name).map(ToString::to_string);
    assert_eq!(text("name").as_deref(), Some("monthly"));
    assert_eq!(text("by").as_deref(), Some("address, service"));
    assert_eq!(text("used").as_deref(), Some("10"));
    assert_eq!(text("quota").as_deref(), Some("10"));
    assert_eq!(text("period").as_deref(), Some("month (Europe/Berlin)"));
    let renews = NOW / 1000 + 91;
    assert_eq!(text("renews"), Some(renews.to_string()));
    assert_eq!(denial.retry, postern_model::denial::Retry::After(91));
}

/// What is used outlasts the program: these numbers never change.
#[test]
fn the_counters_of_quotas_are_the_same_for_ever() {
    let by = [LimitKey::Address, LimitKey::Service];
    let counted = counter(quota(10, &by), Mode::Enforce, "192.0.2.1", &[]);
    assert_eq!(
        counted,
        (
            0x524f_fcde_46af_4df8,
            0x9f9f_4b52_6bdd_b4af_1768_0c32_ca37_cc8b
        )
    );
    let raised = counter(quota(99, &by), Mode::Enforce, "192.0.2.1", &[]);
    assert_eq!(raised, counted, "what was used stays used");
    let shadow = Mode::Shadow { until: None };
    let shadow = counter(quota(10, &by), shadow, "192.0.2.1", &[]);
    assert_ne!(shadow.0, counted.0, "shadow counts for itself");
    let other = counter(quota(10, &by), Mode::Enforce, "192.0.2.2", &[]);
    assert_ne!(other.1, counted.1);
}

#[test]
fn values_of_a_header_have_counters_of_their_own() {
    let by = |fields: &[&str]| {
        let by = [LimitKey::Header("x-region".into())];
        counter(rate("by-region", &by), Mode::Enforce, "192.0.2.1", fields).1
    };
    let north = by(&["X-Region: north"]);
    assert_eq!(by(&["x-region: north"]), north);
    let others = [
        by(&["X-Region: south"]),
        by(&[]),
        by(&["X-Region: north", "X-Region: south"]),
        by(&["X-Region: south", "X-Region: north"]),
        by(&["X-Region: northX-Region: south"]),
    ];
    let mut all = others.to_vec();
    all.push(north);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 6, "each is told apart");
    assert_eq!(by(&["X-Other: a"]), by(&[]), "those without share one");
    let long = |end: &str| by(&[&format!("X-Region: {}{end}", "a".repeat(1024))]);
    assert_eq!(long("b"), long("c"), "no more than that counts");
}

/// What a header said is kept nowhere; what its counter said is.
#[test]
fn a_record_is_decided_alike_though_it_keeps_no_header() {
    let by = [LimitKey::Header("x-region".into()), LimitKey::Address];
    let rules = rules(vec![policy("region", Level::Platform, quota(10, &by))]);
    let connection = connection("192.0.2.1");
    let request = head("GET", "/orders", &["Host: a", "X-Region: north"]);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    for passes in [true, false] {
        let mut facts = Live::new(&request, &connection, NOW);
        let reading = Reading {
            passes,
            remaining: u32::from(passes),
            reset: 90_500,
            retry_after: if passes { 0 } else { 90_500 },
        };
        facts.provide_readings([reading].into_iter().collect());
        let mut walk = Walk::new(Depth::FirstDenial);
        let live = walk.step(&snapshot, &facts);
        let recorded = Recorded::of(&facts, &walk, &snapshot);
        let again = Walk::new(Depth::FirstDenial).step(&snapshot, &recorded);
        assert_eq!(again, live);
        assert_eq!(matches!(live, Step::Done(Decision::Allow)), passes);
    }
}
