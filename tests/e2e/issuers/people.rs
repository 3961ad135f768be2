//! What tokens of a real provider say of people: the access roles that their claims give, and the
//! quota that each of them has.

use super::{Provider, ask, code, configuration};
use crate::harness::{Gateway, Response};
use crate::upstream::Upstream;
use serde_json::{Value, json};

/// The usual gateway with access roles by claims, and two requests a day for each user.
fn gateway(upstream: &Upstream, provider: &Provider) -> Gateway {
    let issuers = json!({"corp": {
        "issuer": provider.issuer,
        "audiences": ["orders"],
        "claims": {
            "user": "email",
            "roles": ["realm_access.roles"],
            "groups": ["teams"],
            "role_names": {"Orders Admin": "order-reader", "boss": "chief", "out": "banned"},
        },
    }});
    let mut all: Value = serde_json::from_str(&configuration(upstream, &issuers)).expect("JSON");
    all["access_roles"] = json!({
        "order-reader": {"allows": [{"service": "orders", "methods": ["GET"]}]},
        "chief": {"inherits": ["order-reader"]},
        "banned": {"deny": [{"service": "orders"}]},
    });
    all["groups"] = json!({"readers": {"access_roles": ["order-reader"]}});
    all["services"]["orders"]["versions"]["v1"]["operations"] = json!({
        "list": {"methods": ["GET"], "path": "/orders", "access_roles": ["order-reader"]},
    });
    all["policies"] = json!({"each": {
        "kind": "quota", "on": "platform", "quota": 2, "per": "day", "by": "user",
    }});
    Gateway::start(all.to_string())
}

fn outcome(response: &Response) -> (u16, String) {
    (response.status, code(response))
}

#[test]
fn claims_give_access_roles_under_the_names_that_the_issuer_has_for_them() {
    let Some(mut provider) = Provider::start(0) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = gateway(&upstream, &provider);
    let passes = (200, String::new());
    let missing = (403, "authorization.role_missing".to_owned());
    let forbidden = (403, "authorization.forbidden".to_owned());
    let cases = [
        (json!({}), &missing),
        (
            json!({"realm_access": {"roles": ["Orders Admin"]}}),
            &passes,
        ),
        (
            json!({"realm_access": {"roles": ["other", "Orders Admin"]}}),
            &passes,
        ),
        // Only what the issuer's names stand for.
        (
            json!({"realm_access": {"roles": ["order-reader"]}}),
            &missing,
        ),
        (json!({"realm_access": {"roles": ["boss"]}}), &passes),
        (
            json!({"realm_access": {"roles": ["orders admin"]}}),
            &missing,
        ),
        (json!({"realm_access": {"roles": "boss"}}), &passes),
        (json!({"teams": ["readers"]}), &passes),
        (json!({"teams": ["reader"]}), &missing),
        (
            json!({"realm_access": {"roles": ["boss", "out"]}}),
            &forbidden,
        ),
    ];
    for (number, (claims, expected)) in cases.into_iter().enumerate() {
        let mut claims = claims;
        claims["email"] = json!(format!("somebody-{number}@example.com"));
        let token = provider.token(&claims);
        assert_eq!(&outcome(&ask(&gateway, &token)), expected, "{claims}");
    }
}

#[test]
fn each_user_has_a_quota_whatever_their_tokens_are() {
    let Some(mut provider) = Provider::start(0) else {
        return;
    };
    let upstream = Upstream::start();
    let gateway = gateway(&upstream, &provider);
    let mut asks = |user: &str, jti: &str| {
        let claims = json!({"email": user, "jti": jti, "realm_access": {"roles": ["boss"]}});
        outcome(&ask(&gateway, &provider.token(&claims)))
    };
    let passes = (200, String::new());
    let exhausted = (429, "limit.quota_exhausted".to_owned());
    assert_eq!(asks("lin@example.com", "1"), passes);
    assert_eq!(asks("lin@example.com", "2"), passes);
    assert_eq!(asks("lin@example.com", "3"), exhausted);
    assert_eq!(asks("mia@example.com", "4"), passes);
    assert_eq!(asks("lin@example.com", "5"), exhausted);
    assert_eq!(asks("mia@example.com", "6"), passes);
}
