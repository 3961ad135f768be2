//! ID tokens, good and bad.

use super::*;
use crate::testing::{Signer, base64url};
use crate::tests::{ISS, issuer, keys_of};
use postern_model::entity::Issuer;
use serde_json::{Value, json};
use std::time::Duration;

const NOW: i64 = 1_950_000_000;

fn claims() -> Value {
    json!({
        "iss": ISS, "sub": "lin", "aud": "shop", "nonce": "n-1", "exp": NOW + 60, "iat": NOW,
        "groups": ["staff"],
    })
}

fn checked(alter: &Value, issuer: &Issuer, alg: Algorithm) -> Result<Token, IdFault> {
    let mut claims = claims();
    for (name, value) in alter.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    let signer = Signer::new(alg, "one");
    let token = signer.token(&claims);
    let keys = keys_of(&[&signer]);
    let by = Trusted {
        issuer,
        keys: &keys,
    };
    let client_id = Name::from("shop");
    let expected = Expected {
        client_id: &client_id,
        nonce: Some("n-1"),
        subject: None,
        access_token: Some("access"),
        now: NOW,
    };
    verify(token.as_bytes(), &by, &expected)
}

fn check(alter: &Value) -> Result<Token, IdFault> {
    let issuer = Issuer {
        leeway: Duration::from_secs(30),
        ..issuer()
    };
    checked(alter, &issuer, Algorithm::EdDSA)
}

#[test]
fn who_has_signed_in_here_and_now_is_believed() {
    let token = check(&json!({})).unwrap();
    assert_eq!(token.client.as_deref(), Some("shop"));
    assert_eq!(token.user.as_deref(), Some("lin"));
    assert_eq!(&*token.groups, &["staff".into()]);
    for fine in [
        json!({"aud": ["shop"]}),
        json!({"aud": ["shop", "api"], "azp": "shop"}),
        json!({"azp": "shop"}),
        json!({"exp": NOW - 29}),
        json!({"iat": NOW + 29}),
        json!({"nbf": NOW}),
        // Claims of an access token do not say whose it is.
        json!({"client_id": "other"}),
    ] {
        assert!(check(&fine).is_ok(), "{fine}");
    }
}

#[test]
fn an_id_token_that_was_not_made_for_this_sign_in_proves_nobody() {
    for (alter, due) in [
        (json!({"iss": "https://evil.example"}), "another issuer"),
        (json!({"iss": format!("{ISS}/")}), "another issuer"),
        (json!({"iss": null}), "another issuer"),
        (json!({"aud": "other"}), "another client"),
        (json!({"aud": null}), "another client"),
        (json!({"aud": []}), "another client"),
        (json!({"aud": "shop other"}), "another client"),
        (json!({"aud": ["shop", "api"]}), "another client"),
        (
            json!({"aud": ["shop", "api"], "azp": "api"}),
            "another client",
        ),
        (json!({"azp": "api"}), "another client"),
        (json!({"azp": 7}), "another client"),
        (json!({"exp": null}), "no end"),
        (json!({"exp": NOW - 30}), "is over"),
        (json!({"iat": null}), "when it was made"),
        (json!({"iat": NOW + 31}), "from the future"),
        (json!({"nbf": NOW + 31}), "from the future"),
        (json!({"nonce": "n-2"}), "another sign-in"),
        (json!({"nonce": null}), "another sign-in"),
        (json!({"nonce": ["n-1"]}), "another sign-in"),
        (json!({"sub": null}), "no `sub`"),
        (json!({"sub": ""}), "cannot be one"),
        (json!({"sub": 7}), "no `sub`"),
        (json!({"sub": "a".repeat(256)}), "cannot be one"),
        (json!({"at_hash": "AAAA"}), "another access token"),
        (json!({"at_hash": 7}), "another access token"),
    ] {
        let fault = check(&alter).unwrap_err();
        assert!(fault.words().contains(due), "{alter}: {}", fault.words());
    }
}

#[test]
fn an_access_token_belongs_to_the_id_token_by_its_hash() {
    for (alg, by) in [
        (Algorithm::ES256, &digest::SHA256),
        (Algorithm::ES384, &digest::SHA384),
        (Algorithm::EdDSA, &digest::SHA512),
    ] {
        let hash = digest(by, b"access");
        let half = base64url(&hash.as_ref()[..hash.as_ref().len() / 2]);
        let told = checked(&json!({"at_hash": half}), &issuer(), alg);
        assert!(told.is_ok(), "{alg:?} {told:?}");
    }
}

#[test]
fn what_others_have_signed_is_not_believed() {
    let (one, other) = (
        Signer::new(Algorithm::EdDSA, "one"),
        Signer::new(Algorithm::EdDSA, "one"),
    );
    let (issuer, keys) = (issuer(), keys_of(&[&one]));
    let client_id = Name::from("shop");
    let expected = Expected {
        client_id: &client_id,
        nonce: Some("n-1"),
        subject: Some("lin"),
        access_token: None,
        now: NOW,
    };
    let check = |token: &str, expected: &Expected<'_>| {
        let by = Trusted {
            issuer: &issuer,
            keys: &keys,
        };
        verify(token.as_bytes(), &by, expected).map_err(|fault| fault.words())
    };
    let good = one.token(&claims());
    assert!(check(&good, &expected).is_ok());
    let forged = check(&other.token(&claims()), &expected).unwrap_err();
    assert!(forged.contains("not signed by the issuer"), "{forged}");
    assert!(check("", &expected).is_err() && check("a.b.c", &expected).is_err());
    let somebody = Expected {
        subject: Some("kim"),
        ..expected
    };
    let told = check(&good, &somebody).unwrap_err();
    assert!(told.contains("somebody else"), "{told}");
    // Where tokens are refreshed, nobody was asked for anything that a nonce could repeat.
    let refreshed = Expected {
        nonce: None,
        ..expected
    };
    assert!(check(&good, &refreshed).is_ok());
}
