//! Sets of keys.

use super::{check, claims, issuer, keys_of};
use crate::testing::{Signer, base64url, set};
use crate::{Fault, KeySet};
use postern_model::entity::Algorithm;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_set_without_a_useful_key_is_none_and_says_why() {
    let rsa = |bytes: usize| json!({"kty": "RSA", "n": base64url(vec![0xc3; bytes]), "e": "AQAB"});
    let cases: [(&str, Value); 14] = [
        ("has no list `keys`", json!({})),
        ("has no list `keys`", json!({"keys": {}})),
        ("has no keys", json!({"keys": []})),
        ("among 1", json!({"keys": [1]})),
        // A secret is no secret once it is published.
        (
            "among 1",
            json!({"keys": [Signer::new(Algorithm::HS256, "s").jwk()]}),
        ),
        // Too short to be safe.
        ("among 1", json!({"keys": [rsa(128)]})),
        // Too long to be checked in a moment.
        ("among 1", json!({"keys": [rsa(4096)]})),
        (
            "among 1",
            json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": ""}]}),
        ),
        (
            "among 1",
            json!({"keys": [{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}]}),
        ),
        // Not a point of the curve.
        (
            "among 1",
            json!({"keys": [{"kty": "EC", "crv": "P-256",
            "x": base64url([1; 32]), "y": base64url([1; 32])}]}),
        ),
        (
            "among 1",
            json!({"keys": [{"kty": "OKP", "crv": "X25519", "x": base64url([9; 32])}]}),
        ),
        (
            "among 1",
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}),
        ),
        (
            "among 1",
            with(Signer::new(Algorithm::ES256, "a").jwk(), "use", "enc"),
        ),
        (
            "among 1",
            with(Signer::new(Algorithm::ES256, "a").jwk(), "alg", "ECDH-ES"),
        ),
    ];
    for (said, set) in cases {
        let error = KeySet::parse(set.to_string().as_bytes()).unwrap_err();
        assert!(error.contains(said), "{error}: {set}");
    }
    assert!(KeySet::parse(b"<html>").unwrap_err().contains("not JSON"));
    let long = vec![b' '; crate::jwk::MOST_BYTES + 1];
    assert!(KeySet::parse(&long).unwrap_err().contains("longer"));
    let twice = br#"{"keys": [], "keys": []}"#;
    assert!(
        KeySet::parse(twice)
            .unwrap_err()
            .contains("says `keys` twice")
    );
    assert!(KeySet::shared(&[1; 31]).unwrap_err().contains("shorter"));
}

fn with(mut jwk: Value, name: &str, value: &str) -> Value {
    jwk[name] = value.into();
    json!({ "keys": [jwk] })
}

#[test]
fn keys_that_are_of_no_use_do_not_spoil_the_others() {
    let good = Signer::new(Algorithm::EdDSA, "good");
    let mut document: Value = serde_json::from_str(&set(&[&good])).unwrap();
    let keys = document["keys"].as_array_mut().unwrap();
    keys.insert(0, json!({"kty": "quantum"}));
    let keys = KeySet::parse(document.to_string().as_bytes()).unwrap();
    assert_eq!((keys.len(), keys.left_out()), (1, 1));
    assert_eq!(keys.kids().collect::<Vec<_>>(), ["good"]);
    assert!(check(good.token(&claims()).as_bytes(), &issuer(), &keys).is_ok());
}

#[test]
fn at_most_so_many_keys_are_kept() {
    let jwk = Signer::new(Algorithm::EdDSA, "one").jwk();
    let many = json!({"keys": vec![jwk; crate::jwk::MOST_KEYS + 7]});
    let keys = KeySet::parse(many.to_string().as_bytes()).unwrap();
    assert_eq!((keys.len(), keys.left_out()), (crate::jwk::MOST_KEYS, 7));
}

#[test]
fn a_key_says_what_it_may_be_used_with() {
    let signer = Signer::new(Algorithm::RS256, "a");
    let token = signer.token(&claims());
    let mut free = signer.jwk();
    free.as_object_mut().unwrap().remove("alg");
    let pinned = with(signer.jwk(), "alg", "PS256");
    let free = KeySet::parse(json!({"keys": [free]}).to_string().as_bytes()).unwrap();
    let pinned = KeySet::parse(pinned.to_string().as_bytes()).unwrap();
    assert!(check(token.as_bytes(), &issuer(), &free).is_ok());
    let refused = check(token.as_bytes(), &issuer(), &pinned).unwrap_err();
    assert!(
        matches!(refused, Fault::Signature { ref why, .. } if why.contains("another algorithm"))
    );
}

#[test]
fn a_token_without_a_kid_may_be_of_any_key_and_one_with_a_kid_of_that_alone() {
    let (one, two) = (
        Signer::new(Algorithm::ES256, "one"),
        Signer::new(Algorithm::ES256, "two"),
    );
    let keys = keys_of(&[&one, &two]);
    let nameless = two.sign(&json!({"alg": "ES256"}), &claims());
    assert!(check(nameless.as_bytes(), &issuer(), &keys).is_ok());
    let lying = two.sign(&json!({"alg": "ES256", "kid": "one"}), &claims());
    let refused = check(lying.as_bytes(), &issuer(), &keys).unwrap_err();
    assert!(matches!(refused, Fault::Signature { .. }), "{refused:?}");
}

#[test]
fn public_keys_in_pem_are_read() {
    let pem = include_str!("ed25519.pem");
    assert_eq!(KeySet::from_pem(pem).unwrap().len(), 1);
    let both = format!("# the old one\n{pem}\n# and the new one\n{pem}");
    assert_eq!(KeySet::from_pem(&both).unwrap().len(), 2);
    for (text, said) in [
        ("", "no `BEGIN PUBLIC KEY`"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA", "without an end"),
        (
            "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----",
            "not base64",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            "neither RSA",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "no `BEGIN PUBLIC KEY`",
        ),
    ] {
        assert!(KeySet::from_pem(text).unwrap_err().contains(said), "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = KeySet::parse(&bytes);
        let _ = KeySet::from_pem(&String::from_utf8_lossy(&bytes));
        let _ = crate::Unverified::parse(&bytes);
    }

    #[test]
    fn a_changed_byte_is_noticed(at in 0usize..1000, to in 33u8..127) {
        static SIGNER: std::sync::LazyLock<(Signer, KeySet)> = std::sync::LazyLock::new(|| {
            let signer = Signer::new(Algorithm::EdDSA, "a");
            let keys = keys_of(&[&signer]);
            (signer, keys)
        });
        let (signer, keys) = &*SIGNER;
        let mut token = signer.token(&claims()).into_bytes();
        let at = at % token.len();
        prop_assume!(token[at] != to);
        token[at] = to;
        prop_assert!(check(&token, &issuer(), keys).is_err());
    }
}
