mod demands;
mod levels;
mod limit;
mod network;
mod properties;

use super::*;
use crate::decision::Depth;
use crate::directory::Directory;
use crate::facts::{AutonomousSystem, Label, Live, LocatedCountry, LocatedSystem, Reading};
use crate::head::Head;
use crate::listing::Listed;
use crate::testing::{compile, configuration, connection, head, service};
use crate::{Decision, Rules, Snapshot, Step, Walk};
use postern_model::denial::{Code, Denial, Value};
use postern_model::entity::{
    AddressList, AsNumber, BodyRule, Configuration, Country, HeaderValues, HeadersRule, Level,
    Limit, LimitKey, ListEntry, ListPlace, ListSource, Measure, Method, NetworkRule,
};
use proptest::prelude::*;
use std::time::Duration;

/// Half past something, in milliseconds.
const NOW: i64 = 1_000_000_000;

fn list(name: &str, ranges: &[&str]) -> AddressList {
    let entry = |range: &&str| ListEntry {
        range: range.parse().unwrap(),
        comment: Some("a test".into()),
        added_at: Some(86_400),
        expires_at: None,
    };
    AddressList {
        name: name.into(),
        tenant: None,
        source: None,
        expires_at: None,
        entries: ranges.iter().map(entry).collect(),
    }
}

fn policy(name: &str, level: Level, rule: PolicyRule) -> Policy {
    Policy {
        name: name.into(),
        level,
        mode: Mode::Enforce,
        is_default: false,
        rule,
    }
}

fn network(allow: &[usize], deny: &[usize]) -> PolicyRule {
    PolicyRule::Network(NetworkRule {
        allow: allow.to_vec(),
        deny: deny.to_vec(),
        ..NetworkRule::default()
    })
}

/// One service of tenant `commerce` with `GET POST /orders` and `GET /open`, and two lists:
/// `office` with `203.0.113.0/24` and `2001:db8::/32`, and `bad` with `203.0.113.66/32`.
fn rules(policies: Vec<Policy>) -> Rules {
    compile(configured(policies))
}

fn configured(policies: Vec<Policy>) -> Configuration {
    let mut service = service(&[], "", &["GET POST /orders", "GET /open"]);
    service.name = "orders".into();
    service.tenant = Some("commerce".into());
    let mut configuration = configuration(vec![service]);
    configuration.lists = vec![
        list("office", &["203.0.113.0/24", "2001:db8::/32"]),
        list("bad", &["203.0.113.66/32"]),
    ];
    configuration.policies = policies;
    configuration
}

fn walk(rules: &Rules, head: &Head, peer: &str, depth: Depth) -> (Walk, Step) {
    let connection = connection(peer);
    let facts = Live::new(head, &connection, NOW);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(depth);
    let step = walk.step(&snapshot, &facts);
    (walk, step)
}

fn refusal(rules: &Rules, head: &Head, peer: &str) -> Option<Denial> {
    match walk(rules, head, peer, Depth::FirstDenial).1 {
        Step::Done(Decision::Allow) => None,
        Step::Done(Decision::Refuse(denial)) => Some(denial),
        other => panic!("{other:?}"),
    }
}

fn get(peer: &str, rules: &Rules) -> Option<Denial> {
    refusal(rules, &head("GET", "/orders", &["Host: a"]), peer)
}

fn post(fields: &[&str]) -> Head {
    let mut all = vec!["Host: a"];
    all.extend(fields);
    let mut head = head("POST", "/orders", &all);
    head.has_body = true;
    head
}

fn code(denial: Option<Denial>) -> Option<&'static str> {
    denial.map(|denial| denial.code.row().name)
}
