//! Tokens that must not be believed (RFC 8725, and what others have fallen for).

use super::{ISS, check, claims, issuer};
use crate::testing::attacks::{Attacked, ISSUER, Is};
use crate::{Fault, KeySet};
use postern_model::entity::Algorithm;
use serde_json::{Value, json};

fn is(fault: &Fault, expected: Is) -> bool {
    match (fault, expected) {
        (Fault::Malformed(what), Is::Malformed(said)) => what.contains(said),
        (Fault::Issuer { .. }, Is::OtherIssuer) | (Fault::KeyUnknown { .. }, Is::KeyUnknown) => {
            true
        }
        (Fault::Signature { why, .. }, Is::Signature(said)) => why.contains(said),
        _ => false,
    }
}

/// The issuer, and its keys.
fn world() -> (Attacked, KeySet) {
    let world = Attacked::new(claims());
    let keys = KeySet::parse(world.keys().as_bytes()).unwrap();
    (world, keys)
}

#[test]
fn none_of_these_is_believed_and_each_is_told_apart() {
    let (world, keys) = world();
    assert_eq!(ISS, ISSUER);
    assert!(check(world.ec.token(&claims()).as_bytes(), &issuer(), &keys).is_ok());
    let cases = world.cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    for (name, token, expected) in cases {
        let fault = check(token.as_bytes(), &issuer(), &keys).expect_err(name);
        assert!(is(&fault, expected), "{name}: {fault:?}, not {expected:?}");
        let kept: Fault = serde_json::from_str(&serde_json::to_string(&fault).unwrap()).unwrap();
        assert_eq!(kept, fault, "{name}");
        assert!(
            !format!("{fault:?}").contains(['\u{0}', '\u{7f}']),
            "{name}"
        );
    }
}

#[test]
fn what_looks_odd_and_is_right_is_believed() {
    let (world, keys) = world();
    let header = |name: &str, value: Value| world.with_header(name, value);
    let without_typ = world.headed(&json!({"alg": "ES256", "kid": "ec"}));
    let pretty = world.raw(
        " {\"alg\":\"ES256\",\"kid\":\"ec\"}\n",
        &format!("\n {} \n", claims()),
    );
    for (name, token) in [
        ("no typ", without_typ),
        ("at+jwt", header("typ", "at+jwt".into())),
        (
            "application/at+jwt",
            header("typ", "application/at+jwt".into()),
        ),
        ("jwt in small letters", header("typ", "jwt".into())),
        ("members of others", header("x5t", "AAAA".into())),
        ("white space in the JSON", pretty),
        (
            "its own jku, signed by its key",
            header("jku", format!("{ISS}/jwks").into()),
        ),
    ] {
        check(token.as_bytes(), &issuer(), &keys).expect(name);
    }
}

#[test]
fn only_the_algorithms_of_the_issuer_count() {
    let (world, keys) = world();
    let mut strict = issuer();
    strict.algorithms = vec![Algorithm::RS256];
    let token = world.ec.token(&claims());
    let fault = check(token.as_bytes(), &strict, &keys).unwrap_err();
    assert!(
        is(&fault, Is::Signature("not one that is accepted")),
        "{fault:?}"
    );
    assert!(check(world.rsa.token(&claims()).as_bytes(), &strict, &keys).is_ok());
}
