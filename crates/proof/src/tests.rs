//! Tokens and keys, good and bad.

mod attacks;
mod keys;
mod possession;
mod said;
mod work;

use crate::testing::{Signer, set};
use crate::{Fault, KeySet, Token, Trusted, Unverified};
use postern_model::entity::{Algorithm, ClaimNames, Fetched, Issuer, IssuerKeys};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const ISS: &str = "https://login.example.com";

/// Somebody whose tokens are believed.
pub(super) fn issuer() -> Issuer {
    Issuer {
        name: "corp".into(),
        tenant: None,
        iss: ISS.into(),
        introspection: None,
        keys: IssuerKeys::Url(Fetched {
            url: ISS.into(),
            every: Duration::from_mins(1),
            keep: Duration::from_mins(1),
        }),
        algorithms: vec![],
        audiences: vec!["orders".into()],
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
    }
}

pub(super) fn claims() -> Value {
    json!({
        "iss": ISS, "sub": "lin", "aud": "orders", "client_id": "till",
        "exp": 2_000_000_000, "iat": 1_900_000_000, "jti": "1", "scope": "orders:read orders:write",
    })
}

pub(super) fn check(token: &[u8], issuer: &Issuer, keys: &KeySet) -> Result<Token, Fault> {
    let token = Unverified::parse(token)?;
    if token.issuer() != Some(&*issuer.iss) {
        return Err(token.of_nobody());
    }
    token.verify(&Trusted { issuer, keys })
}

/// The keys of these signers.
pub(super) fn keys_of(signers: &[&Signer]) -> KeySet {
    KeySet::parse(set(signers).as_bytes()).unwrap()
}

#[test]
fn a_token_of_every_algorithm_is_verified_by_its_key_alone() {
    for algorithm in Algorithm::ALL {
        let (one, other) = (Signer::new(algorithm, "one"), Signer::new(algorithm, "two"));
        let token = one.token(&claims());
        let [own, foreign] = [&one, &other].map(|signer| match signer.secret() {
            Some(secret) => KeySet::shared(secret).unwrap(),
            None => keys_of(&[signer]),
        });
        let read = check(token.as_bytes(), &issuer(), &own).unwrap();
        assert_eq!(read.client.as_deref(), Some("till"), "{algorithm:?}");
        let refused = check(token.as_bytes(), &issuer(), &foreign).unwrap_err();
        assert!(
            matches!(refused, Fault::KeyUnknown { .. } | Fault::Signature { .. }),
            "{algorithm:?}: {refused:?}"
        );
    }
}
