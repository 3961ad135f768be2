//! Logout tokens, good and bad.

use super::*;
use crate::testing::Signer;
use crate::tests::{ISS, issuer, keys_of};
use crate::token::Fault;
use postern_model::entity::{Algorithm, Issuer};
use serde_json::json;
use std::time::Duration;

const NOW: i64 = 1_950_000_000;

fn claims() -> Value {
    json!({
        "iss": ISS, "aud": "shop", "sub": "lin", "sid": "s-1", "jti": "one", "iat": NOW,
        "exp": NOW + 120, "events": {EVENT: {}},
    })
}

fn by(signer: &Signer, claims: &Value) -> Result<Logout, IdFault> {
    let issuer = Issuer {
        leeway: Duration::from_secs(30),
        ..issuer()
    };
    let keys = keys_of(&[&Signer::new(Algorithm::EdDSA, "other"), signer]);
    let by = Trusted {
        issuer: &issuer,
        keys: &keys,
    };
    let header = json!({"alg": "EdDSA", "kid": "one", "typ": "logout+jwt"});
    let token = signer.sign(&header, claims);
    let (shop, desk) = (Name::from("shop"), Name::from("desk"));
    verify(token.as_bytes(), &by, &[&shop, &desk], NOW)
}

fn check(alter: &Value) -> Result<Logout, IdFault> {
    let mut claims = claims();
    for (name, value) in alter.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    by(&Signer::new(Algorithm::EdDSA, "one"), &claims)
}

#[test]
fn whoever_the_provider_has_signed_out_is_told() {
    let told = check(&json!({})).unwrap();
    let due = Logout {
        subject: Some("lin".into()),
        session: Some("s-1".into()),
        clients: vec!["shop".into()],
        id: "one".into(),
        issued_at: NOW,
        expires_at: NOW + 120,
    };
    assert_eq!(told, due);
    assert_eq!(check(&json!({"sub": null})).unwrap().subject, None);
    assert_eq!(check(&json!({"sid": null})).unwrap().session, None);
    let both = check(&json!({"aud": ["desk", "other", "shop"]})).unwrap();
    assert_eq!(both.clients, ["shop".into(), "desk".into()]);
    for fine in [
        json!({"events": {EVENT: {"more": 1}, "other": {}}}),
        json!({"iat": NOW + 29}),
        json!({"exp": NOW - 29}),
        json!({"azp": "other"}),
    ] {
        assert!(check(&fine).is_ok(), "{fine}");
    }
}

#[test]
fn nothing_else_signs_anybody_out() {
    for (alter, why) in [
        (json!({"iss": "https://evil.example"}), "of another issuer"),
        (json!({"iss": null}), "of another issuer"),
        (json!({"aud": "other"}), "`aud`"),
        (json!({"aud": null}), "`aud`"),
        (json!({"aud": []}), "`aud`"),
        (json!({"events": null}), "`events`"),
        (json!({"events": EVENT}), "`events`"),
        (json!({"events": [EVENT]}), "`events`"),
        (json!({"events": {}}), "`events`"),
        (json!({"events": {EVENT: null}}), "`events`"),
        (json!({"events": {EVENT: true}}), "`events`"),
        (json!({"nonce": "n"}), "`nonce`"),
        (json!({"nonce": 7}), "`nonce`"),
        (json!({"sub": null, "sid": null}), "`sub`, `sid`"),
        (json!({"sub": ""}), "`sub`"),
        (json!({"sub": 7}), "`sub`"),
        (json!({"sub": "s".repeat(256)}), "`sub`"),
        (json!({"sid": ["s-1"]}), "`sid`"),
        (json!({"sid": "s".repeat(256)}), "`sid`"),
        (json!({"jti": null}), "`jti`"),
        (json!({"jti": ""}), "`jti`"),
        (json!({"jti": 1}), "`jti`"),
        (json!({"jti": "j".repeat(256)}), "`jti`"),
        (json!({"exp": null}), "`exp`"),
        (json!({"exp": NOW - 30}), "`exp`"),
        (json!({"iat": null}), "`iat`"),
        (json!({"iat": NOW + 31}), "`iat`"),
    ] {
        let fault = check(&alter).unwrap_err();
        assert!(fault.words().contains(why), "{alter}: {}", fault.words());
    }
}

#[test]
fn a_token_that_the_issuer_has_not_signed_says_nothing() {
    let stranger = Signer::new(Algorithm::EdDSA, "one");
    let genuine = Signer::new(Algorithm::EdDSA, "one");
    assert!(by(&genuine, &claims()).is_ok());
    let issuer = issuer();
    let keys = keys_of(&[&genuine]);
    let trusted = Trusted {
        issuer: &issuer,
        keys: &keys,
    };
    let shop = Name::from("shop");
    let check = |token: &str| verify(token.as_bytes(), &trusted, &[&shop], NOW).unwrap_err();
    for header in [
        json!({"alg": "EdDSA", "kid": "one"}),
        json!({"alg": "EdDSA", "kid": "one", "jwk": stranger.jwk()}),
    ] {
        let fault = check(&stranger.sign(&header, &claims()));
        assert!(
            matches!(fault, IdFault::NotGenuine(Fault::Signature { .. })),
            "{fault:?}"
        );
    }
    let unknown = check(&stranger.sign(&json!({"alg": "EdDSA", "kid": "two"}), &claims()));
    assert!(
        matches!(unknown, IdFault::NotGenuine(Fault::KeyUnknown { .. })),
        "{unknown:?}"
    );
    let unsigned = check(&genuine.sign(&json!({"alg": "none"}), &claims()));
    assert!(
        unsigned.words().contains("not signed"),
        "{}",
        unsigned.words()
    );
    assert!(matches!(
        check("x.y"),
        IdFault::NotGenuine(Fault::Malformed(_))
    ));
}
