//! Expectations.

use super::scene::{KEY, NOW, Scene};
use crate::{Located, Met, QuestionError, Tested, Testing, test};
use postern_config::{ExpectedRequest, expectations};
use serde_json::{Value, json};

fn case(case: &Value) -> ExpectedRequest {
    let text = json!({"cases": [case]}).to_string();
    expectations("cases.yaml", &text).unwrap().cases.remove(0)
}

fn tested(scene: &Scene, said: &Value) -> Result<Tested, QuestionError> {
    let testing = Testing {
        body: None,
        now: NOW * 1000,
        locate: &|_| Located::default(),
    };
    test(&scene.world(), &case(said), &testing)
}

#[test]
fn what_is_expected_is_compared_with_what_becomes_of_a_request() {
    let scene = Scene::new(&[json!({"policies": {"far": {
        "kind": "network", "on": {"service": "admin"}, "allow_countries": ["DE"],
    }}})]);
    let post = "POST /partners/customers";
    for (met, said) in [
        (
            Met::Yes,
            json!({"request": post, "app": "fieldforce", "expect": "allow"}),
        ),
        (
            Met::No,
            json!({"request": post, "app": "fieldforce", "expect": "refuse"}),
        ),
        (
            Met::Yes,
            json!({"request": post, "credential": KEY, "expect": "allow"}),
        ),
        (
            Met::Yes,
            json!({"request": post, "expect": {"refuse": "credential"}}),
        ),
        (
            Met::No,
            json!({"request": post, "expect": {"refuse": "credential.expired"}}),
        ),
        (Met::No, json!({"request": post, "expect": "allow"})),
        // The scopes that are said, not those of the configuration.
        (
            Met::Yes,
            json!({
                "request": post, "app": "fieldforce", "scopes": ["read:users"],
                "expect": {"refuse": "authorization.scope_missing"},
            }),
        ),
        (
            Met::Yes,
            json!({
                "request": "POST /admin/config", "address": "198.51.100.7", "country": "FR",
                "expect": {"refuse": "network.address_not_allowed", "policy": "office-only"},
            }),
        ),
        (
            Met::Yes,
            json!({
                "request": "POST /admin/config", "address": "203.0.113.9", "country": "FR",
                "expect": {"refuse": "network", "policy": "far"},
            }),
        ),
        (
            Met::No,
            json!({
                "request": "POST /admin/config", "address": "203.0.113.9", "country": "FR",
                "expect": {"refuse": "network", "policy": "office-only"},
            }),
        ),
        (
            Met::Yes,
            json!({
                "request": "POST /admin/config", "address": "203.0.113.9", "country": "DE",
                "expect": "allow",
            }),
        ),
        // Nobody says where the address is.
        (
            Met::CannotTell,
            json!({
                "request": "POST /admin/config", "address": "203.0.113.9", "expect": "allow",
            }),
        ),
    ] {
        let found = tested(&scene, &said).unwrap();
        assert_eq!(found.met, met, "{said}: {:?}", found.explanation);
    }
}

#[test]
fn a_token_is_one_of_its_issuer() {
    let scene = Scene::new(&[json!({
        "issuers": {"staff": {
            "issuer": "https://id.example.com", "audiences": ["api"],
        }},
        "services": {"partners": {"authentication": {"api_key": {}, "jwt": {"issuers": ["staff"]}}}},
        "credentials": {"key_t0ken0t0ken0t0ke": {
            "app": "fieldforce", "client": {"issuer": "staff", "id": "till"},
            "sha256": null,
        }},
    })]);
    let said = |token: Value, expect: Value| json!({"request": "POST /partners/customers", "token": token, "expect": expect});
    let good = json!({"issuer": "staff", "client": "till"});
    let audience = json!({"issuer": "staff", "client": "till", "audience": ["other"]});
    let old = json!({"issuer": "staff", "client": "till", "expires_at": "2026-11-01"});
    for (token, expect) in [
        (good, json!("allow")),
        (audience, json!({"refuse": "token.audience_mismatch"})),
        (old, json!({"refuse": "token.expired"})),
    ] {
        let found = tested(&scene, &said(token, expect)).unwrap();
        assert_eq!(found.met, Met::Yes, "{:?}", found.explanation);
    }
    let foreign = said(json!({"issuer": "nobody"}), json!("refuse"));
    let error = tested(&scene, &foreign).unwrap_err();
    assert_eq!(error, QuestionError::Issuer("nobody".to_owned()));
}

#[test]
fn nobody_is_asked_about_who_is_not_there() {
    let said = json!({"request": "GET /", "app": "ghost", "expect": "refuse"});
    let error = tested(&Scene::new(&[]), &said).unwrap_err();
    assert_eq!(error.to_string(), "there is no app `ghost`");
}
