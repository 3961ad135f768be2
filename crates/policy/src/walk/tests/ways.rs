//! Where requests go, by environment.

use super::*;
use crate::decision::Allowed;
use crate::testing::{operation, upstream};
use postern_model::entity::{Configuration, Environment, HostMode, PathRewrite};
use std::time::Duration;

/// `api.example.com` and `staging.example.com` before two upstreams; the second is for staging.
fn both() -> Configuration {
    let mut all = configuration(vec![service(
        &["api.example.com", "staging.example.com", "old.example.com"],
        "/v1",
        &["GET /orders/{id}"],
    )]);
    all.environments = ["staging", "old"]
        .map(|name| Environment {
            name: name.into(),
            hosts: vec![format!("{name}.example.com").into()],
        })
        .into();
    let mut next = upstream();
    next.name = "next".into();
    next.host = HostMode::Fixed("next.internal".into());
    next.path = PathRewrite::Template("/internal/{id}".into());
    next.timeouts.first_byte = Duration::from_secs(3);
    all.upstreams.push(next);
    all.services[0].versions[0].upstreams = vec![("staging".into(), 1)];
    all
}

/// What becomes of a request to that host: the upstream's number, its path, its `Host`, and how
/// long it may take.
fn sent(rules: &Rules, host: &str) -> (usize, String, String, Duration) {
    let head = head("GET", "/v1/orders/7?a=b", &[&*format!("Host: {host}")]);
    let walk = passed(rules, &head, &connection("198.51.100.1"));
    let allowed: Allowed<'_> = walk.allowed(rules, &head).unwrap();
    let mut target = Vec::new();
    allowed.write_target(rules, head.query(), |piece| target.extend_from_slice(piece));
    let upstream = rules.upstream_plan(&allowed);
    let authority = upstream.host(0, head.authority());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let first_byte = rules.way(&allowed).timeouts.first_byte;
    (allowed.upstream, text(&target), text(authority), first_byte)
}

#[test]
fn a_version_goes_to_the_upstream_of_the_environment() {
    let rules = compile(both());
    let minute = Duration::from_mins(1);
    for host in ["api.example.com", "old.example.com"] {
        let usual = (0, "/v1/orders/7?a=b".to_owned(), host.to_owned(), minute);
        assert_eq!(sent(&rules, host), usual);
    }
    let (path, host) = ("/internal/7?a=b".to_owned(), "next.internal".to_owned());
    let staging = (1, path, host, Duration::from_secs(3));
    assert_eq!(sent(&rules, "staging.example.com"), staging);
}

#[test]
fn what_an_environment_cannot_lead_to_is_not_compiled() {
    let mut missing = both();
    missing.services[0].versions[0].upstreams = vec![("staging".into(), 2)];
    let refused = Rules::compile(missing.into(), "1".into());
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("no upstream number 2")
    );
    let mut unfit = both();
    unfit.services[0].versions[0].operations = vec![operation("GET /orders")];
    let refused = Rules::compile(unfit.into(), "1".into());
    assert!(refused.unwrap_err().to_string().contains("no parameter id"));
}

#[test]
fn an_operation_that_is_deprecated_says_so_before_its_version() {
    let mut all = both();
    let plan = |all: &Configuration| {
        let rules = compile(all.clone());
        let head = head("GET", "/v1/orders/7", &[HOST]);
        let walk = passed(&rules, &head, &connection("198.51.100.1"));
        let plan = rules.plan(walk.route().unwrap());
        (plan.deprecation.clone(), plan.sunset.clone())
    };
    assert_eq!(plan(&all), (None, None));
    let version = &mut all.services[0].versions[0];
    version.operations[0].deprecated = Some((5, None));
    assert_eq!(plan(&all), (Some("@5".into()), None));
    let version = &mut all.services[0].versions[0];
    version.state = Lifecycle::Deprecated {
        since: 9,
        sunset: Some(784_111_777),
    };
    let sunset = Some("Sun, 06 Nov 1994 08:49:37 GMT".into());
    assert_eq!(plan(&all), (Some("@5".into()), sunset));
}
