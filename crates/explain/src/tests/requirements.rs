//! What operations ask for, who may call them, and what an app may call.

use super::scene::{KEY, NOW, STAGING, Scene};
use crate::{Network, Requirements, Retry, access_of, requirements, routed, who_can};
use postern_model::entity::Method;
use postern_policy::router::Route;
use serde_json::{Value, json};

/// The small world, where customers are for those with an access role, in the body's bounds and
/// from some networks.
fn scene(more: &Value) -> Scene {
    let demands = json!({
        "access_roles": {
            "reader": {"title": "Reads", "allows": [{"service": "partners", "methods": ["GET"]}]},
            "editor": {"allows": [{"service": "partners", "versions": ["v1"]}]},
        },
        "groups": {"staff": {"access_roles": ["editor"]}},
        "apps": {"fieldforce": {"groups": ["staff"]}, "idle": {"tenant": "partner-x"}},
        "services": {"partners": {"access_roles": ["reader", "editor"]}},
        "policies": {
            "small": {"kind": "body", "on": {"service": "partners"}, "max_size": "10KiB"},
            "json": {"kind": "headers", "on": {"service": "partners"}, "required": ["x-reason"],
                "content_types": ["application/json"], "methods": ["POST"]},
            "inside": {"kind": "network", "on": {"service": "partners"}, "allow": ["office"]},
            "later": {"kind": "rate", "on": {"service": "partners"}, "rate": 5, "per": "1s", "by": "app",
                "mode": "shadow"},
        },
    });
    let mut patches = vec![demands];
    patches.push(more.clone());
    Scene::new(&patches)
}

fn route(scene: &Scene, operation: &str) -> Route {
    let found = scene.rules.route_named(["partners", "v1", operation]);
    found.expect("an operation")
}

fn asked(scene: &Scene, operation: &str) -> Requirements {
    requirements(&scene.rules, &route(scene, operation), NOW)
}

fn codes(made: &Requirements) -> Vec<&str> {
    made.refusals.iter().map(|refusal| &*refusal.code).collect()
}

#[test]
fn everything_that_is_asked_for_is_said() {
    let made = asked(&scene(&json!({})), "create-customer");
    assert_eq!(
        (made.methods.as_slice(), &*made.path),
        (&["POST".to_owned()][..], "/partners/customers")
    );
    let accepted = made.credentials.as_ref().unwrap();
    assert_eq!(
        (accepted.headers.as_slice(), accepted.optional),
        (&["x-api-key".to_owned()][..], false)
    );
    assert!(made.subscription && made.approval);
    let at_once = scene(&json!({"services": {"partners": {"approval": "automatic"}}}));
    assert!(!asked(&at_once, "create-customer").approval);
    assert_eq!(made.plans, ["standard"]);
    let scope = &made.scopes[0];
    assert_eq!(
        (&*scope.name, scope.description.as_deref()),
        ("write:users", Some("Write"))
    );
    // Of the two access roles only one allows it.
    let roles: Vec<&str> = made.access_roles.iter().map(|role| &*role.name).collect();
    assert_eq!(roles, ["editor"]);
    assert_eq!(
        (made.headers[0].name.as_str(), made.headers[0].required),
        ("x-reason", true)
    );
    assert_eq!(made.media_types, [["application/json"]]);
    assert_eq!(made.max_body, Some(10 << 10));
    // Of what is in shadow mode nothing is said.
    let limits: Vec<_> = made
        .limits
        .iter()
        .map(|l| (&*l.name, l.plan.as_deref()))
        .collect();
    assert_eq!(limits, [("per-app", Some("standard"))]);
    let list = asked(&scene(&json!({})), "list-customers");
    assert_eq!(list.access_roles.len(), 2);
    assert_eq!(list.access_roles[0].title.as_deref(), Some("Reads"));
    let written = serde_json::to_string(&made).unwrap();
    assert_eq!(
        serde_json::from_str::<Requirements>(&written).unwrap(),
        made
    );
}

#[test]
fn a_list_of_addresses_is_never_told() {
    let made = asked(&scene(&json!({})), "create-customer");
    assert_eq!(made.network, Network::InternalOnly);
    for text in [serde_json::to_string(&made).unwrap(), made.render()] {
        assert!(
            !text.contains("203.0.113") && !text.contains("office"),
            "{text}"
        );
    }
    assert!(made.render().contains("some networks or countries only"));
}

#[test]
fn refusals_are_those_that_the_rules_can_make() {
    let all = asked(&scene(&json!({})), "create-customer");
    let possible = codes(&all);
    for code in [
        "network.address_not_allowed",
        "headers.required_missing",
        "credential.missing",
        "credential.invalid",
        "account.app_suspended",
        "subscription.pending",
        "authorization.scope_missing",
        "authorization.role_missing",
        "limit.rate_exceeded",
        "body.too_large",
        "upstream.timeout",
    ] {
        assert!(possible.contains(&code), "{code}: {possible:?}");
    }
    // What nobody is shown, what nothing asks for, and what is about other paths.
    for code in [
        "credential.unknown",
        "connection.tls_required",
        "limit.concurrency_exceeded",
        "route.not_found",
        "tenant.isolated",
        "headers.length_required",
        "route.version_retired",
    ] {
        assert!(!possible.contains(&code), "{code}");
    }
    let retry = |code: &str| {
        all.refusals
            .iter()
            .find(|r| r.code == code)
            .map(|r| r.retry)
    };
    assert_eq!(retry("limit.rate_exceeded"), Some(Retry::After(1)));
    assert_eq!(
        retry("authorization.role_missing"),
        Some(Retry::AfterChange)
    );
    // Each of a service that conceals itself to strangers is what they see.
    let hidden = scene(&json!({"services": {"partners": {"status_profile": "conceal"}}}));
    let hidden = asked(&hidden, "create-customer");
    let possible = codes(&hidden);
    assert!(possible.contains(&"route.not_found") && !possible.contains(&"credential.missing"));
    assert!(possible.contains(&"authorization.role_missing"));
    let told = scene(&json!({"services": {"partners": {"disclosure": "minimal"}}}));
    assert!(
        codes(&asked(&told, "create-customer"))
            .iter()
            .all(|code| !code.contains('.') || *code == "route.not_found")
    );
}

#[test]
fn an_open_operation_asks_for_nothing_of_the_kind() {
    let scene = scene(&json!({}));
    let route = scene
        .rules
        .route_named(["admin", "v1", "set-config"])
        .unwrap();
    let made = requirements(&scene.rules, &route, NOW);
    assert_eq!(made.credentials, None);
    assert!(!made.subscription && made.access_roles.is_empty());
    let families = codes(&made);
    assert!(
        families
            .iter()
            .all(|code| !code.starts_with("credential.") && !code.starts_with("subscription."))
    );
}

#[test]
fn a_method_and_a_path_lead_to_an_operation() {
    let scene = scene(&json!({}));
    let ask = |method, path| {
        routed(
            &scene.rules,
            [method, path],
            Some("api.example.com"),
            NOW * 1000,
        )
    };
    let found = ask("POST", "/partners/customers?x=1").unwrap().unwrap();
    assert_eq!(found, route(&scene, "create-customer"));
    assert!(ask("DELETE", "/partners/customers").unwrap().is_err());
    assert!(ask("POST", "partners").is_err());
    // It is the host that nobody serves, not a connection that nobody has made.
    let rules = &scene.rules;
    for host in [Some("nowhere.example"), None] {
        let why = routed(rules, ["GET", "/nothing"], host, NOW * 1000).unwrap();
        let why = why.unwrap_err();
        assert!(!why.contains("connection"), "{why}");
    }
}

#[test]
fn who_can_call_is_what_the_stages_say() {
    let names = |scene: &Scene, limit| {
        let route = route(scene, "create-customer");
        let found = who_can(
            &scene.world().snapshot,
            &route,
            Method::Post,
            limit,
            NOW * 1000,
        );
        let apps = found.apps.iter();
        let apps: Vec<_> = apps
            .map(|app| (app.app.clone(), app.credentials.clone()))
            .collect();
        (apps, found.more)
    };
    let scene_of = |more: &Value| scene(more);
    let world = scene_of(&json!({}));
    // The staging key carries the scope for reading alone.
    assert_eq!(
        names(&world, 10),
        (vec![("fieldforce".to_owned(), vec![KEY.to_owned()])], false)
    );
    assert_eq!(names(&world, 0), (vec![], true));
    for without in [
        json!({"groups": {"staff": {"access_roles": ["reader"]}}}),
        json!({"apps": {"fieldforce": {"state": "suspended", "suspended_at": "2026-11-01"}}}),
        json!({"subscriptions": {"sub_fieldforce": {"state": "pending"}}}),
        json!({"credentials": {KEY: {"expires_at": "2026-11-01"}}}),
        json!({"credentials": {KEY: {"access_roles": []}}}),
        json!({"credentials": {KEY: {"restricted_to": {"methods": ["GET"]}}}}),
    ] {
        assert_eq!(names(&scene_of(&without), 10), (vec![], false), "{without}");
    }
    // Where it comes from is not asked; a page that it may be used on is taken for granted.
    let page = json!({"credentials": {KEY: {"restricted_to": {
        "referrers": ["*.example.com"], "addresses": ["192.0.2.0/24"],
    }}}});
    assert_eq!(names(&scene_of(&page), 10).0.len(), 1);
}

#[test]
fn access_lists_what_some_key_opens() {
    let scene = scene(&json!({}));
    let access = |app: &str, limit| {
        let snapshot = scene.world().snapshot;
        access_of(
            &snapshot,
            snapshot.directory.app(app).unwrap(),
            limit,
            NOW * 1000,
        )
    };
    let all = access("fieldforce", 10);
    let operations: Vec<_> = all
        .operations
        .iter()
        .map(|o| (&*o.operation, o.credentials.len()))
        .collect();
    assert_eq!(
        operations,
        [
            ("list-customers", 2),
            ("create-customer", 1),
            ("set-config", 0)
        ]
    );
    assert_eq!(all.groups["staff"], ["editor"]);
    assert_eq!(all.operations[0].environments, ["production", "staging"]);
    assert!(all.operations[0].credentials.contains(&STAGING.to_owned()));
    assert!(access("fieldforce", 2).more && !all.more);
    let idle = access("idle", 10);
    assert_eq!(idle.operations.len(), 1);
    assert_eq!(idle.operations[0].operation, "set-config");
}
