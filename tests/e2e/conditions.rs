//! Rules about some requests, and access roles that inherit and deny, over sockets: what is refused,
//! what is said of it, and that what is offered mends it.

use crate::commands::Stored;
use crate::harness::raw::get;
use crate::harness::{Raw, Response, eventually};
use crate::upstream::Upstream;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Keys of the examples.
const KEY: &str = "pst_exampe0000000001_ExampleOnlyNeverUseThisKey0000014JvUuJ";
const DIGEST: &str = "0017213a3191886329e7206617e4922a6122988db608158ed7de4e44e7e651e2";

fn configuration(upstream: &str, policies: &Value) -> String {
    json!({
        "tenants": {"acme": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "apps": {"shop": {"tenant": "acme", "groups": ["partners"], "access_roles": ["clerk"]}},
        "groups": {"partners": {}},
        "access_roles": {
            "reader": {"allows": [{"service": "orders", "methods": ["GET"]}]},
            "outsider": {"deny": [{"service": "orders", "operations": ["audit"]}]},
            "clerk": {"inherits": ["reader", "outsider"], "allows": [{"service": "orders"}]},
        },
        "credentials": {"key_exampe0000000001": {"app": "shop", "sha256": DIGEST}},
        "lists": {"office": {"entries": ["203.0.113.0/24"]}},
        "upstreams": {"behind": {"targets": [upstream]}},
        "client": {"trusted_proxies": ["127.0.0.0/8"]},
        "services": {"orders": {
            "authentication": {"api_key": {}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "show": {"methods": ["GET"], "path": "/orders/{customer}", "access_roles": ["reader"]},
                "create": {"methods": ["POST"], "path": "/orders"},
                "audit": {"methods": ["GET"], "path": "/audit"},
            }}},
        }},
        "policies": policies,
    })
    .to_string()
}

fn key(more: &str) -> String {
    format!("X-API-Key: {KEY}\r\n{more}")
}

fn post(to: SocketAddr, fields: &str, body: &str) -> Response {
    let length = body.len();
    Raw::connect(to).exchange(format!(
        "POST /orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{}\r\n{body}",
        key(fields)
    ))
}

fn code(response: &Response) -> String {
    response
        .denial()
        .unwrap_or_else(|| response.status.to_string())
}

/// Hours of the day that are over, in UTC, and when they begin: an hour from now.
fn closed() -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let minute = now.as_secs() / 60 % 1440;
    let clock = |minutes: u64| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let (from, to) = ((minute + 60) % 1440, (minute + 120) % 1440);
    json!({"between": format!("{}-{}", clock(from), clock(to)), "zone": "UTC"})
}

#[test]
fn conditions_ownership_and_step_up_are_told_explained_and_mended() {
    let upstream = Upstream::start();
    let postern = Stored::empty();
    let on = json!({"service": "orders"});
    let policies = json!({
        "office": {"kind": "conditions", "on": on, "when": {"groups": ["partners"]}, "require": {"lists": ["office"]}},
        "hours": {"kind": "conditions", "on": on, "when": {"headers": {"X-Late": "*"}}, "require": {"time": closed()}},
        "own": {"kind": "ownership", "on": on, "resource": {"path": "customer"}, "owner": "tenant", "separator": "-"},
        "dollars": {"kind": "step_up", "on": on, "when": {"body": {"/currency": "USD"}}, "acr": ["mfa"], "max_age": "5m"},
    });
    let applied = postern.apply(&configuration(&upstream.address.to_string(), &policies));
    assert!(applied.status.success(), "{applied:?}");
    let to = postern.gateway;
    let office = "X-Forwarded-For: 203.0.113.7\r\n";
    assert_eq!(get(to, "/orders/acme-7", &key(office)).status, 200);

    // From elsewhere; the list is named to whoever publishes, and not to the caller.
    let refused = get(to, "/orders/acme-7", &key("X-Forwarded-For: 192.0.2.1\r\n"));
    assert_eq!(code(&refused), "authorization.condition_unmet");
    assert!(refused.text().contains("192.0.2.1") && !refused.text().contains("office"));
    let why = postern.ok(&["why", &refused.header("x-request-id").expect("an id")]);
    assert!(why.contains("office"), "{why}");

    // Outside of hours it is told when they begin.
    let late = get(
        to,
        "/orders/acme-7",
        &key(&format!("{office}X-Late: 1\r\n")),
    );
    assert_eq!(code(&late), "authorization.condition_unmet");
    let wait: u64 = late
        .header("retry-after")
        .expect("a time")
        .parse()
        .expect("seconds");
    assert!((3_500..=3_660).contains(&wait), "{wait}");

    // Somebody else's, which is named in no record.
    let other = get(to, "/orders/globex-7", &key(office));
    assert_eq!(code(&other), "authorization.not_owner");
    let id = other.header("x-request-id").expect("an id");
    let why = postern.ok(&["why", &id]);
    assert!(why.contains("acme") && !why.contains("globex"), "{why}");

    // Bodies: what is in them is asked last, and a sign-in is asked for as OAuth has it.
    assert_eq!(post(to, office, r#"{"currency": "EUR"}"#).status, 200);
    let dollars = post(to, office, r#"{"currency": "USD"}"#);
    assert_eq!(
        (dollars.status, &*code(&dollars)),
        (401, "authorization.step_up_required")
    );
    let twice = post(to, office, r#"{"currency": "EUR", "currency": "USD"}"#);
    assert_eq!(code(&twice), "authorization.step_up_required");

    // What is offered mends it.
    let fixed = postern.run(&["fix", &id, "--comment", "a test", "--json"]);
    assert!(fixed.status.success(), "{fixed:?}");
    eventually("the fix counts", || {
        (get(to, "/orders/globex-7", &key(office)).status == 200).then_some(())
    });
}

#[test]
fn what_an_access_role_denies_nobody_calls_who_inherits_it() {
    let upstream = Upstream::start();
    let postern = Stored::empty();
    let applied = postern.apply(&configuration(&upstream.address.to_string(), &json!({})));
    assert!(applied.status.success(), "{applied:?}");
    let to = postern.gateway;
    // `clerk` inherits what `show` asks for.
    assert_eq!(get(to, "/orders/any", &key("")).status, 200);
    let refused = get(to, "/audit", &key(""));
    assert_eq!(code(&refused), "authorization.forbidden");
    let why = postern.ok(&["why", &refused.header("x-request-id").expect("an id")]);
    assert!(why.contains("clerk") && why.contains("outsider"), "{why}");
    let looped = json!({"access_roles": {
        "a": {"inherits": ["b"]}, "b": {"inherits": ["c"]}, "c": {"inherits": ["a"]},
    }});
    let applied = postern.apply(&looped.to_string());
    let said = format!("{}{}", applied.stdout, applied.stderr);
    assert!(
        !applied.status.success() && said.contains("inherits itself"),
        "{said}"
    );
}
