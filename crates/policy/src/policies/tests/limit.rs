//! Limits.

use super::*;

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
