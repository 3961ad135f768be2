//! Callers that are blocked for a while, by policies and by hand.

use crate::harness::raw::get;
use crate::harness::setup::{Setup, open};
use crate::harness::{Gateway, Response, eventually};
use crate::upstream::Upstream;
use postern_model::key::ApiKey;
use serde_json::{Value, json};

fn key(seed: u8) -> ApiKey {
    ApiKey::generate(&[seed; ApiKey::RANDOM])
}

fn id(key: &ApiKey) -> String {
    format!("key_{}", key.id())
}

/// A service whose app `shop` has two keys and lacks the scope of `/secret`.
fn shop(upstream: &Upstream, policies: Value) -> Setup {
    let credential = |key: &ApiKey| {
        let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
        json!({"app": "shop", "sha256": digest, "scopes": ["read"]})
    };
    open(upstream.address)
        .with("tenants", json!({"partner": {}}))
        .with("apps", json!({"shop": {"tenant": "partner"}}))
        .with(
            "credentials",
            json!({id(&key(1)): credential(&key(1)), id(&key(2)): credential(&key(2))}),
        )
        .service("scopes", json!({"read": "To read", "write": "To write"}))
        .service(
            "authentication",
            json!({"api_key": {"header": "X-API-Key"}, "subscription": false}),
        )
        .operation("secret", json!({"path": "/secret", "scopes": ["write"]}))
        .with("policies", policies)
}

fn ask(gateway: &Gateway, seed: u8, path: &str) -> Response {
    let written = (*key(seed).reveal().expose()).to_owned();
    let fields = format!("X-API-Key: {written}\r\nConnection: close\r\n");
    get(gateway.address, path, &fields)
}

fn denial(response: &Response) -> Option<String> {
    response.denial()
}

fn probing(by: &str) -> Value {
    json!({"probing": {
        "kind": "abuse", "on": "platform", "codes": ["authorization", "body"],
        "rate": 3, "per": "1m", "by": by, "block_for": "1h",
    }})
}

#[test]
fn a_key_that_is_refused_too_often_is_blocked_and_others_go_on() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(shop(&upstream, probing("credential")));
    for _ in 0..4 {
        assert_eq!(ask(&gateway, 1, "/").status, 200);
        let refused = ask(&gateway, 1, "/secret");
        let code = denial(&refused);
        assert_eq!(code.as_deref(), Some("authorization.scope_missing"));
    }
    // What would pass is refused now, and what is refused is refused as blocked.
    for path in ["/", "/secret"] {
        let refused = ask(&gateway, 1, path);
        assert_eq!(refused.status, 403);
        assert_eq!(denial(&refused).as_deref(), Some("limit.blocked"));
        let told = refused.json();
        let detail = told["detail"].as_str().unwrap_or_default();
        assert!(
            detail.starts_with("The credential is blocked for a while"),
            "{detail}"
        );
        let fix = told["fix"].as_str().unwrap_or_default();
        assert!(fix.starts_with("Wait until 20"), "{fix}");
    }
    assert_eq!(ask(&gateway, 2, "/").status, 200, "another key of the app");
    gateway.logged(&["blocked for a while", "probing"]);
    // It outlasts an end, and a kill once it is on the disk.
    gateway.restart();
    assert_eq!(
        denial(&ask(&gateway, 1, "/")).as_deref(),
        Some("limit.blocked")
    );
    gateway.killed();
    assert_eq!(
        denial(&ask(&gateway, 1, "/")).as_deref(),
        Some("limit.blocked")
    );
    assert_eq!(ask(&gateway, 2, "/").status, 200);
    // Where the policy goes, so do its blocks.
    gateway.replace_config(&String::from(shop(&upstream, json!({}))));
    eventually("the policy is gone", || {
        (ask(&gateway, 1, "/").status == 200).then_some(())
    });
}

#[test]
fn an_app_is_blocked_with_all_its_keys() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(shop(&upstream, probing("app")));
    for seed in [1, 2, 1, 2] {
        assert_eq!(ask(&gateway, seed, "/secret").status, 403);
    }
    for seed in [1, 2] {
        let refused = ask(&gateway, seed, "/");
        assert_eq!(denial(&refused).as_deref(), Some("limit.blocked"));
    }
}

#[test]
fn a_shadow_of_a_policy_blocks_nobody() {
    let upstream = Upstream::start();
    let mut policies = probing("app");
    policies["probing"]["mode"] = json!("shadow");
    let gateway = Gateway::start(shop(&upstream, policies));
    for _ in 0..6 {
        let refused = ask(&gateway, 1, "/secret");
        let code = denial(&refused);
        assert_eq!(code.as_deref(), Some("authorization.scope_missing"));
    }
    assert_eq!(ask(&gateway, 1, "/").status, 200);
}
