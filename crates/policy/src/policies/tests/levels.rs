//! Which policies hold, and in which mode.

use super::*;

#[test]
fn a_default_gives_way_to_its_namesake_below_and_a_mandatory_policy_does_not() {
    let on = |level| policy("where", level, network(&[0], &[]));
    let narrower = || Policy {
        rule: network(&[], &[1]),
        ..on(Level::Operation(
            "orders".into(),
            "v1".into(),
            "GET POST /orders".into(),
        ))
    };
    let mandatory = rules(vec![on(Level::Platform), narrower()]);
    assert_eq!(
        code(get("192.0.2.1", &mandatory)),
        Some("network.address_not_allowed")
    );
    let mut wider = on(Level::Platform);
    wider.is_default = true;
    let replaced = rules(vec![narrower(), wider.clone()]);
    assert_eq!(code(get("192.0.2.1", &replaced)), None);
    assert_eq!(
        code(get("203.0.113.66", &replaced)),
        Some("network.address_denied")
    );
    let open = head("GET", "/open", &["Host: a"]);
    let elsewhere = refusal(&replaced, &open, "192.0.2.1");
    assert_eq!(code(elsewhere), Some("network.address_not_allowed"));
    let mut other_name = narrower();
    other_name.name = "other".into();
    let both = rules(vec![other_name, wider]);
    assert_eq!(
        code(get("192.0.2.1", &both)),
        Some("network.address_not_allowed")
    );
}

#[test]
fn every_level_holds_for_its_own() {
    let levels = [
        (Level::Platform, true),
        (Level::Tenant("commerce".into()), true),
        (Level::Tenant("other".into()), false),
        (Level::Service("orders".into()), true),
        (Level::Version("orders".into(), "v1".into()), true),
        (Level::Version("orders".into(), "v2".into()), false),
        (
            Level::Operation("orders".into(), "v1".into(), "GET POST /orders".into()),
            true,
        ),
        (
            Level::Operation("orders".into(), "v1".into(), "GET /open".into()),
            false,
        ),
    ];
    for (level, holds) in levels {
        let rules = rules(vec![policy("p", level.clone(), network(&[0], &[]))]);
        assert_eq!(get("192.0.2.1", &rules).is_some(), holds, "{level:?}");
    }
}

#[test]
fn shadow_notes_off_is_silent_and_both_end() {
    let with = |mode| {
        let policy = policy("p", Level::Platform, network(&[0], &[]));
        rules(vec![Policy { mode, ..policy }])
    };
    let request = head("GET", "/orders", &["Host: a"]);
    let later = Some(NOW / 1000 + 1);
    let (walked, step) = walk(
        &with(Mode::Shadow { until: later }),
        &request,
        "192.0.2.1",
        Depth::FirstDenial,
    );
    assert_eq!(step, Step::Done(Decision::Allow));
    assert_eq!(walked.shadow().len(), 1);
    assert!(walked.denials().is_empty());
    assert_eq!(get("192.0.2.1", &with(Mode::Off { until: later })), None);
    let over = Some(NOW / 1000);
    for mode in [Mode::Shadow { until: over }, Mode::Off { until: over }] {
        assert!(get("192.0.2.1", &with(mode)).is_some(), "{mode:?}");
    }
}

#[test]
fn everything_names_every_policy_that_refuses() {
    let rules = rules(vec![
        policy("a", Level::Platform, network(&[0], &[])),
        policy("b", Level::Tenant("commerce".into()), network(&[1], &[])),
    ]);
    let request = head("GET", "/orders", &["Host: a"]);
    let (walked, _) = walk(&rules, &request, "192.0.2.1", Depth::Everything);
    let named: Vec<_> = walked
        .denials()
        .iter()
        .filter_map(|d| d.policy.as_deref())
        .collect();
    assert_eq!(named, ["a", "b"]);
}
