//! Publishing, asking for access, deciding, rotating and retiring, command by command: by people of
//! two tenants over HTTP, and by root at the local socket.

use super::super::harness::management::{Management, PASSWORD};
use super::remote::Away;
use super::{Stored, code};
use crate::harness::program::Ran;
use crate::harness::raw::get;
use crate::harness::{Response, eventually};
use serde_json::{Value, json};

/// A service of commerce, whose second version nobody has published.
const CONFIG: &str = r"
tenants: { commerce: {}, partner-x: {} }
environments: { staging: { hosts: [staging.example] } }
upstreams: { echo: { targets: [builtin:echo] } }
egress: { allow: [127.0.0.0/8] }
services:
  orders:
    tenant: commerce
    base_path: /orders
    authentication: { api_key: { header: X-API-Key } }
    versions:
      v1: { upstream: echo, operations: { list: { methods: [GET], path: /list } } }
      v2:
        state: draft
        base_path: /v2
        upstream: echo
        environments: [staging]
        operations: { refund: { methods: [POST], path: /refund } }
plans:
  standard: { tenant: commerce, services: [orders] }
  first: { tenant: commerce, covers: [{ service: orders, versions: [v1] }] }
apps: { till: { tenant: partner-x }, kiosk: { tenant: partner-x }, own: { tenant: commerce } }
subscriptions:
  sub_kiosk: { app: kiosk, service: orders, plan: first, state: approved }
";

fn started() -> Stored {
    let postern = Stored::empty();
    let applied = postern.apply(CONFIG);
    assert!(applied.status.success(), "{applied:?}");
    postern
}

/// Somebody at a machine of their own, with a token.
struct Person {
    away: Away,
    server: String,
    token: String,
}

impl Person {
    /// Of a tenant, with a role.
    fn joins(postern: &Stored, management: &Management, [mail, tenant, role]: [&str; 3]) -> Self {
        let invited = postern.json(&["invite", mail, "--tenant", tenant, "--role", role]);
        let link = invited["link"].as_str().expect("a link");
        let cookie = management.accept(link, json!({"password": PASSWORD}));
        let wanted = json!({"title": "Commands"});
        let made = management.ask(&cookie, "POST", "/api/v1/me/tokens", &wanted);
        Self {
            away: Away::new(),
            server: format!("http://{}", management.0),
            token: made.json()["token"].as_str().expect("a token").to_owned(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let environment = [
            ("POSTERN_SERVER", &*self.server),
            ("POSTERN_TOKEN", &*self.token),
        ];
        self.away.with(arguments, &environment, "")
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
        ran.stdout
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let all: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.ok(&all)).expect("JSON")
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {ran:?}");
        ran.stderr
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().expect(member)
}

fn list(postern: &Stored, key: &str) -> Response {
    let lines = format!("Connection: close\r\nX-API-Key: {key}\r\n");
    get(postern.gateway, "/orders/list", &lines)
}

#[track_caller]
fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn publishing_takes_a_second_person_who_is_told_what_to_type() {
    let postern = started();
    let approved = CONFIG.replace(
        "    base_path: /orders\n",
        "    base_path: /orders\n    publish_approval: true\n",
    );
    assert!(postern.apply(&approved).status.success());
    let management = Management::of(&postern);
    let joins = |person| Person::joins(&postern, &management, person);
    let pia = joins(["pia@commerce.example", "commerce", "publisher"]);
    let ann = joins(["ann@commerce.example", "commerce", "admin"]);

    says(
        &pia.ok(&["services", "list"]),
        &["orders", "v1, v2 (draft)"],
    );
    let differs = pia.run(&["versions", "diff", "orders", "v2"]);
    assert_eq!(differs.status.code(), Some(1), "{differs:?}");
    let shown = "orders/v2, compared with v1:\n  - list\n  + refund\n";
    assert_eq!(differs.stdout, shown);
    let publish = ["versions", "publish", "orders", "v2"];
    let unasked = pia.run(&publish);
    assert_eq!(unasked.status.code(), Some(1), "{unasked:?}");
    assert_eq!(unasked.stdout, shown);
    says(&unasked.stderr, &["this publishes orders/v2", "add --yes"]);

    let proposed = pia.ok(&[&publish[..], &["--yes"]].concat());
    says(
        &proposed,
        &["`publish_approval`", "postern change-requests approve cr_"],
    );
    let id = proposed.split_whitespace().last().expect("an id");
    // Nobody decides about their own, and is not asked to.
    let own = pia.run(&["approvals"]);
    assert_eq!(own.stderr, "nothing waits for you\n", "{own:?}");
    let inbox = ann.ok(&["approvals"]);
    let approve = format!("postern change-requests approve {id}");
    says(
        &inbox,
        &[
            &format!("change request {id}: Publish orders/v2"),
            "asked for by pia@commerce.example, 20",
            &approve,
        ],
    );
    ann.ok(&["change-requests", "approve", id, "--yes"]);
    says(
        &pia.ok(&["versions", "list", "orders"]),
        &["v2       published  staging"],
    );
    says(&pia.fails(&publish), &["v2 is published already"]);
    assert_eq!(ann.run(&["approvals"]).stdout, "");
}

#[test]
fn access_is_asked_for_granted_held_back_and_ended() {
    let postern = started();
    let management = Management::of(&postern);
    let joins = |person| Person::joins(&postern, &management, person);
    let pia = joins(["pia@commerce.example", "commerce", "publisher"]);
    let dev = joins(["dev@partner.example", "partner-x", "developer"]);

    let apps = dev.ok(&["apps", "list"]);
    says(&apps, &["kiosk", "till"]);
    assert!(!apps.contains("own"), "{apps}");
    says(
        &dev.ok(&["catalogue", "ord"]),
        &["orders   commerce  v1", "standard", "when approved"],
    );
    let request = [
        "subscriptions",
        "request",
        "--app",
        "till",
        "--service",
        "orders",
        "--plan",
        "standard",
        "--reason",
        "Stock counts",
    ];
    let asked = dev.ok(&request);
    let id = asked.split_whitespace().last().expect("an id");
    says(
        &asked,
        &[
            &format!("asked for as {id}: app `till`, service `orders`, plan `standard`"),
            &format!("postern subscriptions remind {id}"),
        ],
    );
    says(
        &dev.fails(&request),
        &["has a subscription to `orders`", "it is pending"],
    );
    dev.ok(&["subscriptions", "remind", id]);
    says(
        &dev.fails(&["subscriptions", "remind", id]),
        &["reminded within the last day"],
    );
    dev.fails(&["subscriptions", "approve", id]);
    says(
        &pia.ok(&["approvals"]),
        &[
            "asked for by dev@partner.example",
            "Stock counts",
            &format!("postern subscriptions approve {id}"),
        ],
    );
    let approved = pia.ok(&["subscriptions", "approve", id, "--comment", "Welcome"]);
    assert_eq!(
        approved,
        format!("approved {id}: app `till`, service `orders`, plan `standard`\n")
    );

    let key = dev.json(&["keys", "create", "--app", "till"]);
    assert_eq!(list(&postern, text(&key, "key")).status, 200);
    let shown = dev.ok(&["apps", "show", "till"]);
    says(&shown, &["till: active", id, text(&key, "id")]);

    let suspend = [
        "subscriptions",
        "suspend",
        id,
        "--cause",
        "billing",
        "--comment",
        "Unpaid",
    ];
    says(&pia.fails(&suspend), &["this suspends", "add --yes"]);
    pia.ok(&[&suspend[..], &["--yes"]].concat());
    let refused = list(&postern, text(&key, "key"));
    assert_eq!(code(&refused), "subscription.suspended");
    says(
        &pia.fails(&["subscriptions", "approve", id]),
        &["is suspended", "postern subscriptions resume"],
    );
    pia.ok(&["subscriptions", "resume", id, "--comment", "Paid"]);
    assert_eq!(list(&postern, text(&key, "key")).status, 200);
    dev.ok(&["subscriptions", "cancel", id, "--yes"]);
    let refused = list(&postern, text(&key, "key"));
    assert_eq!(code(&refused), "subscription.cancelled");
    for person in [&dev, &pia] {
        let history = person.ok(&["subscriptions", "history", id]);
        let lines: Vec<&str> = history.lines().skip(1).collect();
        let told = [
            ["dev@partner.example", "pending, plan standard"],
            ["dev@partner.example", "reminded"],
            ["pia@commerce.example", "approved"],
            ["pia@commerce.example", "suspended, cause billing"],
            ["pia@commerce.example", "approved"],
            ["dev@partner.example", "cancelled"],
        ];
        assert_eq!(lines.len(), told.len(), "{history}");
        for (line, parts) in lines.iter().zip(told) {
            says(line, &parts);
        }
        says(&history, &["Stock counts", "Welcome", "Unpaid", "Paid"]);
    }
}

#[test]
fn a_key_is_rotated_without_an_outage() {
    let postern = started();
    let key = postern.json(&["keys", "create", "--app", "kiosk", "--name", "Front door"]);
    let rotate = ["keys", "rotate", text(&key, "id"), "--overlap", "1h"];
    let new = postern.json(&rotate);
    assert_eq!(new["replaces"], key["id"]);
    for key in [&key, &new] {
        assert_eq!(list(&postern, text(key, "key")).status, 200);
    }
    let all = postern.json(&["keys", "list", "--app", "kiosk"]);
    let find = |id: &Value| {
        let mut all = all["keys"].as_array().expect("keys").iter();
        all.find(|one| one["id"] == *id).expect("a key")
    };
    assert_eq!(find(&key["id"])["expires_at"], new["previous_until"]);
    let next = find(&new["id"]);
    assert_eq!(
        (&next["title"], next.get("expires_at")),
        (&json!("Front door"), None)
    );
    // The key is what is printed, so that a script can take it; the rest is said beside it.
    let again = postern.run(&["keys", "rotate", text(&new, "id")]);
    assert_eq!(list(&postern, again.stdout.trim()).status, 200, "{again:?}");
    says(
        &again.stderr,
        &["takes the place of", "is good until", "the only time"],
    );
    let long = postern.run(&["keys", "rotate", text(&new, "id"), "--overlap", "91d"]);
    assert_eq!(long.status.code(), Some(2), "{long:?}");
    says(&long.stderr, &["7862400 seconds is too long", "90 days"]);
    postern.ok(&[
        "keys",
        "revoke",
        text(&key, "id"),
        "--reason",
        "Moved",
        "--yes",
    ]);
    says(
        &postern.fails(&rotate),
        &["is revoked; make a new key instead"],
    );
}

#[test]
fn a_version_is_deprecated_and_retired_with_what_hangs_on_it() {
    let postern = started();
    let key = postern.key("kiosk");
    assert_eq!(list(&postern, &key).status, 200);
    let promoted = postern.ok(&["versions", "promote", "orders", "v2", "production"]);
    says(&promoted, &["`production` too, when it is published"]);
    let deprecate = [
        "versions",
        "deprecate",
        "orders",
        "v1",
        "--sunset",
        "2099-01-01",
    ];
    says(
        &postern.ok(&deprecate),
        &["orders/v1 is deprecated", "2099"],
    );
    let response = list(&postern, &key);
    assert!(response.header("sunset").is_some(), "{}", response.text());
    let callers = eventually("the callers", || {
        let said = postern.run(&["versions", "callers", "orders", "v1", "--since", "1d"]);
        said.stdout.contains("kiosk").then_some(said.stdout)
    });
    says(&callers, &["APP", "REQUESTS", "LAST"]);

    let retire = ["versions", "retire", "orders", "v1", "--successor", "v2"];
    let unsaid = postern.run(&[&retire[..], &["--yes"]].concat());
    assert_eq!(unsaid.status.code(), Some(1), "{unsaid:?}");
    says(
        &unsaid.stdout,
        &["who called orders/v1", "kiosk", "sub_kiosk"],
    );
    says(
        &unsaid.stderr,
        &[
            "1 subscription is for orders/v1 alone",
            "--move-to-plan PLAN",
            "--cancel-rest",
        ],
    );
    let moved = [&retire[..], &["--move-to-plan", "standard"]].concat();
    let unasked = postern.run(&moved);
    assert_eq!(unasked.status.code(), Some(1), "{unasked:?}");
    says(
        &unasked.stdout,
        &["subscriptions for it alone, which get the plan `standard`"],
    );
    says(&unasked.stderr, &["this retires orders/v1", "add --yes"]);
    assert_eq!(list(&postern, &key).status, 200);
    let done = postern.ok(&[&moved[..], &["--yes"]].concat());
    says(
        &done,
        &["orders/v1 is retired; 1 subscription got the plan `standard`"],
    );
    assert_eq!(code(&list(&postern, &key)), "route.version_retired");
    let kept = postern.json(&["subscriptions", "list", "--app", "kiosk"]);
    assert_eq!(kept["subscriptions"][0]["plan"], "standard");
    says(&postern.fails(&moved), &["orders/v1 is retired already"]);
    says(
        &postern.fails(&["versions", "deprecate", "orders", "v3", "--sunset", "1d"]),
        &["service `orders` has no version `v3`"],
    );
    says(
        &postern.ok(&["versions", "list", "orders"]),
        &["retired", "v2"],
    );
}
