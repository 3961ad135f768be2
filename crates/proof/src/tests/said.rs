//! What a token is taken to say.

use super::{check, claims, issuer, keys_of};
use crate::Token;
use crate::testing::Signer;
use postern_model::entity::{Algorithm, Issuer};
use serde_json::{Value, json};

fn read(issuer: &Issuer, change: impl FnOnce(&mut Value)) -> Token {
    let signer = Signer::new(Algorithm::ES256, "a");
    let mut claims = claims();
    change(&mut claims);
    let token = signer.token(&claims);
    check(token.as_bytes(), issuer, &keys_of(&[&signer])).unwrap()
}

fn texts(list: &[std::sync::Arc<str>]) -> Vec<&str> {
    list.iter().map(|text| &**text).collect()
}

#[test]
fn who_it_is_for_and_how_long() {
    let token = read(&issuer(), |_| {});
    assert_eq!((&*token.issuer, token.kid.as_deref()), ("corp", Some("a")));
    assert_eq!(token.client.as_deref(), Some("till"));
    assert_eq!(token.user.as_deref(), Some("lin"));
    assert_eq!(
        texts(token.scopes.as_ref().unwrap()),
        ["orders:read", "orders:write"]
    );
    assert_eq!(texts(&token.audience), ["orders"]);
    assert_eq!(
        (token.issued_at, token.expires_at),
        (Some(1_900_000_000), Some(2_000_000_000))
    );
    assert_eq!((token.id.as_deref(), token.not_before), (Some("1"), None));
    let kept: Token = serde_json::from_str(&serde_json::to_string(&token).unwrap()).unwrap();
    assert_eq!(kept, token);
}

#[test]
fn a_client_that_acts_for_itself_is_no_person() {
    let token = read(&issuer(), |claims| claims["sub"] = "till".into());
    assert_eq!((token.subject.as_deref(), token.user), (Some("till"), None));
}

#[test]
fn claims_stand_where_the_issuer_puts_them() {
    let mut keycloak = issuer();
    keycloak.claims.client = vec!["azp".into()];
    keycloak.claims.groups = vec![
        "realm_access.roles".into(),
        "https://example.com/groups".into(),
    ];
    keycloak.claims.scopes = vec![];
    let token = read(&keycloak, |claims| {
        claims["azp"] = "web".into();
        claims["realm_access"] = json!({"roles": ["buyer", 7, "", "seller"]});
    });
    assert_eq!(token.client.as_deref(), Some("web"));
    assert_eq!(texts(&token.groups), ["buyer", "7", "seller"]);
    assert_eq!(token.scopes, None, "it carries all");
    // The name of one claim comes before a way through several.
    let token = read(&keycloak, |claims| {
        claims["realm_access.roles"] = "one".into();
        claims["realm_access"] = json!({"roles": ["other"]});
    });
    assert_eq!(texts(&token.groups), ["one"]);
}

#[test]
fn what_has_the_wrong_type_says_nothing() {
    for odd in [
        json!(null),
        json!({}),
        json!(true),
        json!(1.5),
        json!([]),
        json!([[]]),
    ] {
        let token = read(&issuer(), |claims| {
            claims["client_id"] = odd.clone();
            claims["aud"] = odd.clone();
            claims["scope"] = odd.clone();
        });
        assert_eq!(token.client, None, "{odd}");
        assert!(token.audience.is_empty(), "{odd}");
        assert_eq!(
            token.scopes.as_deref(),
            Some(&[][..]),
            "{odd}: it carries none"
        );
    }
}

#[test]
fn an_audience_is_not_split_and_may_be_one_of_many() {
    let token = read(&issuer(), |claims| claims["aud"] = "orders billing".into());
    assert_eq!(texts(&token.audience), ["orders billing"]);
    let token = read(&issuer(), |claims| claims["aud"] = json!(["a", "orders"]));
    assert_eq!(texts(&token.audience), ["a", "orders"]);
}

#[test]
fn fractions_of_seconds_are_cut_off() {
    let token = read(&issuer(), |claims| claims["exp"] = json!(2_000_000_000.9));
    assert_eq!(token.expires_at, Some(2_000_000_000));
    let token = read(&issuer(), |claims| claims["nbf"] = json!(-0.5));
    assert_eq!(token.not_before, Some(-1));
}

#[test]
fn much_is_taken_in_part() {
    let many: Vec<String> = (0..500).map(|n| format!("s{n}")).collect();
    let token = read(&issuer(), |claims| {
        claims["scope"] = many.join(" ").into();
        claims["client_id"] = "x".repeat(257).into();
    });
    assert_eq!(token.scopes.unwrap().len(), 128);
    assert_eq!(token.client, None, "too long to be the name of one");
}
