//! Decisions by Cedar policies: live, of records, in shadow mode, and about bodies.

use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::facts::{Body, Live};
use crate::head::Head;
use crate::recorded::Recorded;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, verifier};
use crate::testing::connection;
use crate::walk::Walk;
use postern_model::denial::{Code, Denial, Fault};
use postern_model::entity::{CedarRule, Group, Level, Mode, Policy, PolicyRule};
use proptest::prelude::*;

fn policy(name: &str, level: Level, mode: Mode, text: &str) -> Policy {
    Policy {
        name: name.into(),
        level,
        mode,
        is_default: false,
        rule: PolicyRule::Cedar(CedarRule {
            policies: text.into(),
        }),
    }
}

/// The usual world with one policy of its service.
fn world(text: &str) -> World {
    let mut world = World::new();
    world.configuration.services[0].versions[0].operations[0].path = "/orders/{id}".into();
    world.configuration.services[0].versions[0].operations[1].path = "/orders/{id}".into();
    let level = Level::Service("orders".into());
    world.configuration.policies = vec![policy("orders", level, Mode::Enforce, text)];
    world.accounts.groups = vec![Group {
        name: "partners".into(),
        tenant: None,
        title: None,
        access_roles: vec![],
    }];
    world.accounts.apps[0].groups = ["partners".into()].into();
    world
}

/// What came of a request.
struct Decided {
    decision: Decision,
    walk: Walk,
    recorded: Recorded,
    asked: Vec<FactRequest>,
}

fn decide(world: &World, head: &Head, body: Option<&str>) -> Decided {
    decide_by(&world.rules(), world, head, body)
}

/// The same by rules that may remember what they decided before.
fn decide_by(rules: &Rules, world: &World, head: &Head, body: Option<&str>) -> Decided {
    let directory = world.directory();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let peer = connection("198.51.100.1");
    let mut live = Live::new(head, &peer, NOW * 1000);
    let mut walk = Walk::new(Depth::FirstDenial);
    let mut asked = Vec::new();
    loop {
        match walk.step(&snapshot, &live) {
            Step::Need(fact @ FactRequest::Body { limit }) => {
                asked.push(fact);
                let body = body.unwrap_or_default().as_bytes();
                live.provide_body(Body::read(body, limit));
            }
            Step::Need(_) => {
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(&live, &snapshot, route, verifier());
                live.provide_credential(verdict);
            }
            Step::Done(decision) => {
                let recorded = Recorded::of(&live, &walk, &snapshot);
                return Decided {
                    decision,
                    walk,
                    recorded,
                    asked,
                };
            }
        }
    }
}

/// Decides a record again, by the rules of a world.
fn again(world: &World, recorded: &Recorded) -> Decision {
    let json = serde_json::to_string(recorded).unwrap();
    let read: Recorded = serde_json::from_str(&json).unwrap();
    let (rules, directory) = (world.rules(), read.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    match Walk::new(Depth::FirstDenial).step(&snapshot, &read) {
        Step::Done(decision) => decision,
        Step::Need(fact) => panic!("a record is asked for {fact}"),
    }
}

fn refusal(decided: &Decided) -> &Denial {
    match &decided.decision {
        Decision::Refuse(denial) => denial,
        other => panic!("{other:?}"),
    }
}

fn evidence(denial: &Denial, name: &str) -> String {
    denial
        .evidence(name)
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn posted(world: &World, fields: &[&str]) -> Head {
    let mut head = world.request("POST", "/orders/17", fields);
    head.has_body = true;
    head
}

#[test]
fn what_nothing_permits_is_refused_with_the_nearest_permit() {
    let world = world(
        r#"@id("writers") permit (principal in Postern::Group::"writers", action, resource);
           @id("readers") permit (principal in Postern::Group::"partners", action == Postern::Action::"PUT", resource) when { context.hour == 25 };"#,
    );
    let decided = decide(&world, &world.request("GET", "/orders/17", &[]), None);
    let denial = refusal(&decided);
    assert_eq!(denial.code, Code::NotPermitted);
    assert_eq!(evidence(denial, "permit"), "writers of orders");
    assert_eq!(evidence(denial, "expected"), "caller in group `writers`");
    assert_eq!(evidence(denial, "met"), "0 of 1 condition");
    assert!(evidence(denial, "seen").contains("app `shop`, in group `partners`"));
    assert_eq!(evidence(denial, "lacks"), "");
    assert_eq!(
        evidence(denial, "others"),
        "readers of orders: 1 of 3 conditions"
    );
}

#[test]
fn a_forbid_wins_and_says_what_it_saw() {
    let world = world(
        r#"permit (principal, action, resource);
           @id("office") forbid (principal, action, resource) unless { context.client.isInRange(ip("10.0.0.0/8")) };"#,
    );
    let decided = decide(&world, &world.request("GET", "/orders/17", &[]), None);
    let denial = refusal(&decided);
    assert_eq!(denial.code, Code::Forbidden);
    assert_eq!(evidence(denial, "statement"), "office");
    assert_eq!(evidence(denial, "values"), "client address: 198.51.100.1");
    assert_eq!(again(&world, &decided.recorded), decided.decision);
}

#[test]
fn what_fails_refuses() {
    let world = world(
        "permit (principal, action, resource) when { (context.weekday + 1) * 9223372036854775807 > 0 };",
    );
    let decided = decide(&world, &world.request("GET", "/orders/17", &[]), None);
    assert_eq!(refusal(&decided).code, Code::AuthorizationUnavailable);
    assert_eq!(again(&world, &decided.recorded), decided.decision);
}

#[test]
fn what_fails_says_nothing_of_values() {
    let world = world(
        "permit (principal, action, resource) when { context.headers has \"x-token\" && ip(context.headers[\"x-token\"]).isLoopback() };",
    );
    let head = world.request("GET", "/orders/17", &["X-Token: canary-token"]);
    let decided = decide(&world, &head, None);
    assert_eq!(refusal(&decided).code, Code::AuthorizationUnavailable);
    let json = serde_json::to_string(&decided.recorded).unwrap();
    assert!(!json.contains("canary"), "{json}");
    let error = evidence(refusal(&decided), "error");
    assert!(error.starts_with("a text is not what `ip`"), "{error}");
}

#[test]
fn values_that_records_do_not_keep_are_not_shown() {
    let world = world(
        "permit (principal, action, resource) when { resource.path.id == \"canary\" && context.headers has \"x-team\" };",
    );
    let head = world.request("GET", "/orders/secret-id", &["X-Team: canary-team"]);
    let decided = decide(&world, &head, None);
    let denial = refusal(&decided);
    assert_eq!(
        evidence(denial, "expected"),
        "path parameter `id`: `canary`"
    );
    assert_eq!(
        evidence(denial, "seen"),
        "path parameter `id`: a value that is not recorded"
    );
    assert_eq!(evidence(denial, "lacks"), "value of path parameter `id`");
    let json = serde_json::to_string(&decided.recorded).unwrap();
    assert!(
        !json.contains("secret-id") && !json.contains("canary-team"),
        "{json}"
    );
    assert_eq!(again(&world, &decided.recorded), decided.decision);
}

#[test]
fn a_record_is_told_by_another_policy_where_nothing_hangs_on_what_was_not_kept() {
    let first = "permit (principal, action, resource) when { resource.path.id == \"18\" };";
    let before = world(first);
    let decided = decide(&before, &before.request("GET", "/orders/17", &[]), None);
    assert_eq!(refusal(&decided).code, Code::NotPermitted);
    let by = |text: &str| again(&world(text), &decided.recorded);
    let opened =
        format!("{first} permit (principal in Postern::Group::\"partners\", action, resource);");
    assert_eq!(by(&opened), Decision::Allow);
    let closed = "forbid (principal, action, resource) when { resource.path.id == \"17\" && context.method == \"PUT\" }; permit (principal, action, resource);";
    assert!(
        matches!(by(closed), Decision::CannotTell(_)),
        "the path was not kept"
    );
    let other = "permit (principal, action, resource) when { resource.path.id == \"17\" };";
    assert!(matches!(by(other), Decision::CannotTell(_)));
}

#[test]
fn the_body_is_read_only_where_something_hangs_on_it() {
    let world = world(
        r#"permit (principal in Postern::Group::"partners", action, resource)
           when { context.body has "/order/id" && context.body["/order/id"] == resource.path.id };"#,
    );
    let head = posted(&world, &["Content-Type: application/json"]);
    let same = decide(&world, &head, Some(r#"{"order": {"id": 17}}"#));
    assert_eq!(same.decision, Decision::Allow);
    assert_eq!(same.asked.len(), 1);
    let other = decide(&world, &head, Some(r#"{"order": {"id": 18}}"#));
    let denial = refusal(&other);
    assert_eq!(denial.code, Code::NotPermitted);
    assert_eq!(
        evidence(denial, "seen"),
        "`/order/id` in the body: a value that is not recorded, path parameter `id`: a value that is not recorded"
    );
    for decided in [same, other] {
        assert_eq!(again(&world, &decided.recorded), decided.decision);
    }
    let mut strangers = world.clone();
    strangers.accounts.apps[0].groups = [].into();
    let refused = decide(&strangers, &head, None);
    assert_eq!(refusal(&refused).code, Code::NotPermitted);
    assert_eq!(refused.asked, []);
}

#[test]
fn a_body_that_cannot_be_read_is_refused_for_what_it_is() {
    let world = world("permit (principal, action, resource) when { context.body has \"/id\" };");
    let head = posted(&world, &["Content-Type: application/json"]);
    let decided = decide(&world, &head, Some("{\"id\": 1,\n \"id\": 2}"));
    let denial = refusal(&decided);
    assert_eq!(
        (denial.code, denial.fault),
        (Code::BodyUnreadable, Fault::Consumer)
    );
    assert_eq!(evidence(denial, "line"), "2");
    assert_eq!(evidence(denial, "format"), "json");
    assert!(evidence(denial, "expected").contains("id"), "{denial:?}");
    assert_eq!(again(&world, &decided.recorded), decided.decision);
}

#[test]
fn a_body_that_is_too_long_is_refused_by_what_is_enforced_alone() {
    let mut world =
        world("permit (principal, action, resource) when { context.body has \"/id\" };");
    let head = posted(
        &world,
        &["Content-Type: application/json", "Content-Length: 2000000"],
    );
    let decided = decide(&world, &head, None);
    let denial = refusal(&decided);
    assert_eq!(denial.code, Code::BodyTooLarge);
    assert_eq!(denial.policy.as_deref(), Some("orders"));
    assert_eq!(evidence(denial, "seen"), "2000000");
    assert_eq!(again(&world, &decided.recorded), decided.decision);
    world.configuration.policies[0].mode = Mode::Shadow { until: None };
    let decided = decide(&world, &head, None);
    assert_eq!(decided.decision, Decision::Allow);
    let noted = decided.walk.shadow().iter().map(|denial| denial.code);
    assert_eq!(noted.collect::<Vec<_>>(), [Code::BodyTooLarge]);
}

#[test]
fn policies_in_shadow_mode_are_noted_and_change_nothing() {
    let mut world = world("permit (principal in Postern::Group::\"partners\", action, resource);");
    let platform = |mode, text: &str| policy("trial", Level::Platform, mode, text);
    let shadow = Mode::Shadow { until: None };
    let head = world.request("GET", "/orders/17", &[]);
    world
        .configuration
        .policies
        .push(platform(shadow, "forbid (principal, action, resource);"));
    let decided = decide(&world, &head, None);
    assert_eq!(decided.decision, Decision::Allow);
    let noted: Vec<Code> = decided
        .walk
        .shadow()
        .iter()
        .map(|denial| denial.code)
        .collect();
    assert_eq!(noted, [Code::Forbidden]);
    // A permit in shadow mode permits nothing.
    world.accounts.apps[0].groups = [].into();
    world.configuration.policies[1] = platform(shadow, "permit (principal, action, resource);");
    let decided = decide(&world, &head, None);
    assert_eq!(refusal(&decided).code, Code::NotPermitted);
    assert_eq!(decided.walk.shadow(), []);
    world.configuration.policies[0].mode = Mode::Off { until: None };
    assert_eq!(decide(&world, &head, None).decision, Decision::Allow);
}

#[test]
fn a_narrower_level_reaches_no_further() {
    let mut world = world("permit (principal, action, resource);");
    world.configuration.policies = vec![
        policy(
            "all",
            Level::Platform,
            Mode::Enforce,
            "permit (principal in Postern::Group::\"nobody\", action, resource);",
        ),
        policy(
            "create",
            Level::Operation("orders".into(), "v1".into(), "create".into()),
            Mode::Enforce,
            "permit (principal, action, resource);",
        ),
        policy(
            "others",
            Level::Tenant("partner".into()),
            Mode::Enforce,
            "permit (principal, action, resource);",
        ),
    ];
    assert_eq!(
        decide(&world, &posted(&world, &[]), None).decision,
        Decision::Allow
    );
    let listed = decide(&world, &world.request("GET", "/orders/17", &[]), None);
    assert_eq!(refusal(&listed).code, Code::NotPermitted);
}

const STATEMENTS: &[&str] = &[
    "permit (principal in Postern::Group::\"partners\", action, resource);",
    "permit (principal, action in Postern::Action::\"read\", resource);",
    "permit (principal, action, resource) when { context.headers has \"x-team\" };",
    "permit (principal, action, resource) when { resource.path.id == \"17\" };",
    "permit (principal, action, resource) when { context.body has \"/id\" };",
    "forbid (principal, action, resource) when { context.headers has \"x-team\" && context.headers[\"x-team\"] == \"a\" };",
    "forbid (principal, action, resource) when { context.body has \"/id\" && context.body[\"/id\"] == \"x\" };",
    "forbid (principal, action, resource) when { principal.scopes.contains(\"orders:write\") && context.hour == 3 };",
    "permit (principal, action, resource) when { context.headers has accept && context.headers.accept == \"a/b\" };",
];

#[test]
fn whom_an_operation_is_open_to_always_is_found_once() {
    let partners = "permit (principal in Postern::Group::\"partners\", action, resource);";
    let header = "forbid (principal, action == Postern::Action::\"GET\", resource) when { context.headers has \"x-team\" };";
    let found = |text: &str, method: &str| {
        let world = world(text);
        let rules = world.rules();
        let head = world.request(method, "/orders/17", &[]);
        let asked = |head: &Head| decide_by(&rules, &world, head, None);
        assert_eq!(asked(&head).decision, Decision::Allow);
        let decided = asked(&head);
        assert_eq!(again(&world, &decided.recorded), Decision::Allow);
        let route = decided.walk.route().unwrap();
        let standing = rules.policies().cedar(route.plan).unwrap().standing.all();
        let with_header = asked(&world.request(method, "/orders/17", &["X-Team: a"])).decision;
        (standing, with_header == Decision::Allow)
    };
    assert_eq!(found(partners, "GET"), (vec![true], true));
    let both = [partners, header].concat();
    assert_eq!(found(&both, "GET"), (vec![false], false));
    // The statement is about another method.
    assert_eq!(found(&both, "HEAD"), (vec![true], true));
    let sized = [
        partners,
        "forbid (principal, action, resource) when { context has size && context.size > 9 };",
    ];
    assert_eq!(found(&sized.concat(), "GET"), (vec![], true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Deciding a record gives what deciding the request gave; by other policies it gives what they
    /// would have said, or that it cannot be told.
    #[test]
    fn a_record_decides_like_its_request(
        first in prop::sample::subsequence(STATEMENTS, 1..6),
        second in prop::sample::subsequence(STATEMENTS, 1..6),
        team in prop::option::of(prop::sample::select(&["X-Team: a", "X-Team: b", "Accept: a/b"][..])),
        id in prop::sample::select(&["/orders/17", "/orders/18"][..]),
        body in prop::option::of(prop::sample::select(&["{\"id\": \"x\"}", "{\"id\": 1}", "{}", "no"][..])),
        in_group in any::<bool>(),
    ) {
        let mut by_first = world(&first.concat());
        if !in_group {
            by_first.accounts.apps[0].groups = [].into();
        }
        let mut by_second = by_first.clone();
        by_second.configuration.policies = world(&second.concat()).configuration.policies;
        let fields: Vec<&str> = team.into_iter().collect();
        let method = if body.is_some() { "POST" } else { "GET" };
        let mut head = by_first.request(method, id, &fields);
        head.has_body = body.is_some();
        let mut plain = by_first.request(method, "/orders/1", &[]);
        plain.has_body = head.has_body;
        // What was found of the caller before changes nothing.
        let rules = by_first.rules();
        decide_by(&rules, &by_first, &plain, body);
        let decided = decide_by(&rules, &by_first, &head, body);
        prop_assert_eq!(&decided.decision, &decide(&by_first, &head, body).decision);
        prop_assert_eq!(again(&by_first, &decided.recorded), decided.decision.clone());
        let other = decide(&by_second, &head, body).decision;
        match again(&by_second, &decided.recorded) {
            Decision::CannotTell(_) => {}
            Decision::Refuse(denial) => {
                let Decision::Refuse(other) = other else {
                    panic!("{denial:?} {other:?}");
                };
                prop_assert_eq!(denial.code, other.code);
            }
            told => prop_assert_eq!(told, other),
        }
    }
}
