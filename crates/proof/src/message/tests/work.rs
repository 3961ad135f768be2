//! Which keys are taken, and that a wrong signature costs the same whoever it names.

use super::*;
use crate::testing::Signer;
use postern_model::entity::Algorithm;

const ALL: [(Algorithm, SignatureAlgorithm); 5] = [
    (Algorithm::PS512, SignatureAlgorithm::RsaPssSha512),
    (Algorithm::RS256, SignatureAlgorithm::RsaV15Sha256),
    (Algorithm::ES256, SignatureAlgorithm::EcdsaP256Sha256),
    (Algorithm::ES384, SignatureAlgorithm::EcdsaP384Sha384),
    (Algorithm::EdDSA, SignatureAlgorithm::Ed25519),
];

/// What is checked for a signature of that length.
fn work(key: Option<&MessageKey>, length: usize) -> Vec<String> {
    CHECKED.with_borrow_mut(Vec::clear);
    assert!(!is_genuine(key, b"base", &vec![1; length]));
    // What costs the same is the same, and what fails at the length of a signature costs nothing.
    let fits = |algorithm: &SignatureAlgorithm| match algorithm {
        SignatureAlgorithm::HmacSha256 => length == 32,
        SignatureAlgorithm::EcdsaP384Sha384 => length == 96,
        SignatureAlgorithm::Ed25519 | SignatureAlgorithm::EcdsaP256Sha256 => length == 64,
        SignatureAlgorithm::RsaPssSha512 | SignatureAlgorithm::RsaV15Sha256 => length >= 256,
    };
    let checked = CHECKED.with_borrow(|all| all.iter().copied().filter(fits).collect::<Vec<_>>());
    let mut names: Vec<String> = checked
        .iter()
        .map(|one| one.name().split('-').next().unwrap().to_owned() + &format!("{length}"))
        .collect();
    names.sort();
    names
}

#[test]
fn known_and_unknown_keys_cost_the_same() {
    let shared = MessageKey::shared(&[7; 32]).unwrap();
    let public = ALL.map(|(jose, _)| {
        let jwk = Signer::new(jose, "k").jwk().to_string();
        MessageKey::public(&jwk, None).unwrap()
    });
    for length in [0, 32, 64, 96, 128, 256] {
        let nobody = work(None, length);
        for key in public.iter().chain([&shared]) {
            assert_eq!(work(Some(key), length), nobody, "{key:?} {length}");
        }
    }
    // Of another length than the key's, only the keys of nobody take time.
    let nobody = work(None, 384);
    assert_eq!(nobody.len(), 1);
    let with_two_fast = work(Some(&public[0]), 384);
    assert_eq!(with_two_fast.len(), 2);
}

#[test]
fn a_key_signs_in_one_way() {
    for (jose, named) in ALL {
        let signer = Signer::new(jose, "k");
        let mut jwk = signer.jwk();
        let key = MessageKey::public(&jwk.to_string(), None).unwrap();
        assert_eq!(key.algorithm(), named);
        for (_, other) in ALL {
            let asked = MessageKey::public(&jwk.to_string(), Some(other));
            assert_eq!(asked.is_ok(), other == named, "{named:?} {other:?}");
        }
        let signed = b"what was signed";
        let signature = signer.signature(signed);
        assert!(is_genuine(Some(&key), signed, &signature));
        assert!(!is_genuine(Some(&key), b"something else", &signature));
        assert!(!is_genuine(None, signed, &signature));
        let mut changed = signature.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(!is_genuine(Some(&key), signed, &changed));
        // An RSA key that says nothing signs in the better way, or as it is told to.
        jwk.as_object_mut().unwrap().remove("alg");
        let jwk = jwk.to_string();
        let rsa = jwk.contains("RSA");
        let usual = MessageKey::public(&jwk, None).unwrap().algorithm();
        let better = if rsa {
            SignatureAlgorithm::RsaPssSha512
        } else {
            named
        };
        assert_eq!(usual, better);
        let weaker = MessageKey::public(&jwk, Some(SignatureAlgorithm::RsaV15Sha256));
        assert_eq!(weaker.is_ok(), rsa);
    }
}

#[test]
fn what_is_no_key_is_said() {
    let ps256 = Signer::new(Algorithm::PS256, "k").jwk().to_string();
    let shared = Signer::new(Algorithm::HS256, "k").jwk().to_string();
    for (text, what) in [
        ("", "has no `BEGIN PUBLIC KEY`"),
        (
            &*ps256,
            "is of a kind that messages are not signed with here",
        ),
        (
            &*shared,
            "is no public key that signatures can be checked with",
        ),
        ("{", "is not JSON"),
    ] {
        let error = MessageKey::public(text, None).unwrap_err();
        assert!(error.starts_with(what), "{error}");
    }
    assert_eq!(
        MessageKey::shared(&[0; 31]).unwrap_err(),
        "is shorter than 32 bytes"
    );
    // A secret is never checked as if it were a public key, nor the other way round.
    let public = Signer::new(Algorithm::EdDSA, "k");
    let pem = public.jwk().to_string();
    let confused = aws_lc_rs::hmac::sign(
        &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, pem.as_bytes()),
        b"base",
    );
    let key = MessageKey::public(&pem, None).unwrap();
    assert!(!is_genuine(Some(&key), b"base", confused.as_ref()));
}
