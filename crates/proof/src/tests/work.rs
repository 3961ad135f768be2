//! A token that is not genuine costs the same, whomever and whatever key it names.

use super::{claims, issuer};
use crate::jwk::CHECKED;
use crate::testing::{Signer, set};
use crate::{KeySet, Trusted, Unverified};
use postern_model::entity::{Algorithm, Issuer};

/// What is checked to find out that a token is not genuine.
fn work(token: &str, issuer: &Issuer, keys: &KeySet) -> Vec<Algorithm> {
    CHECKED.with_borrow_mut(Vec::clear);
    let unverified = Unverified::parse(token.as_bytes()).unwrap();
    if unverified.issuer() == Some(&*issuer.iss) {
        assert!(unverified.verify(&Trusted { issuer, keys }).is_err());
    } else {
        let _ = unverified.of_nobody();
    }
    CHECKED.with_borrow(Clone::clone)
}

#[test]
fn one_signature_is_checked_whoever_is_named() {
    let public = |one: &Algorithm| !Algorithm::SHARED.contains(one);
    for algorithm in Algorithm::ALL.into_iter().filter(public) {
        let known = Signer::new(algorithm, "known");
        let odd = match algorithm {
            Algorithm::EdDSA => Algorithm::ES256,
            _ => Algorithm::EdDSA,
        };
        let odd_one = Signer::new(odd, "odd");
        let keys = KeySet::parse(set(&[&known, &odd_one]).as_bytes()).unwrap();
        let trusted = issuer();
        let mut of_nobody = claims();
        of_nobody["iss"] = "https://nobody.example".into();
        let wrong = |kid: &str| Signer::new(algorithm, kid);
        for (what, token) in [
            ("a wrong signature", wrong("known").token(&claims())),
            ("a key that nobody has", wrong("unknown").token(&claims())),
            ("a key of another kind", wrong("odd").token(&claims())),
            (
                "an issuer that nobody trusts",
                wrong("known").token(&of_nobody),
            ),
        ] {
            assert_eq!(
                work(&token, &trusted, &keys),
                [algorithm],
                "{algorithm:?}: {what}"
            );
        }
        let narrow = Issuer {
            algorithms: vec![odd],
            ..issuer()
        };
        let token = wrong("known").token(&claims());
        assert_eq!(
            work(&token, &narrow, &keys),
            [algorithm],
            "{algorithm:?}: not accepted"
        );
    }
}
