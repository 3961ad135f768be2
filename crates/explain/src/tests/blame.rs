//! Blame by what else was refused.

use super::cases::{token, tokens_accepted};
use super::scene::{Request, Scene};
use crate::explanation::Refusal;
use postern_policy::facts::CredentialVerdict;
use postern_proof::{Fault, Token};
use serde_json::{Value, json};
use std::sync::Arc;

/// The first request refused, while the others were.
fn refused(patches: &[Value], requests: &[Request]) -> Refusal {
    let scene = Scene::new(patches);
    let (first, others) = requests.split_first().unwrap();
    let explanation = scene.explain_among(first, others);
    explanation.refusal.unwrap()
}

fn sent(from: &'static str, credential: CredentialVerdict) -> Request {
    Request {
        from,
        credential: Some(credential),
        readings: None,
        ..Request::default()
    }
}

/// A token that names a key which is not known.
fn signed_by(from: &'static str, kid: &str) -> Request {
    let fault = Fault::KeyUnknown {
        issuer: "corp".into(),
        alg: "ES256".into(),
        kid: Some(kid.into()),
        known: 2,
    };
    sent(from, CredentialVerdict::TokenFault(fault))
}

#[test]
fn a_key_that_tokens_from_everywhere_name_is_the_issuer_s() {
    let everywhere = [
        "198.51.100.7",
        "198.51.100.8",
        "198.51.100.9",
        "198.51.100.10",
    ];
    let requests = everywhere.map(|from| signed_by(from, "2026-12"));
    let fetched = tokens_accepted();
    let refusal = refused(std::slice::from_ref(&fetched), &requests);
    assert_eq!(refusal.fault, "identity_provider");
    let because = refusal.because.unwrap();
    assert!(because.starts_with("tokens with key `2026-12` came from 3 other addresses in 24 h"));
    // Where it is put by hand, whoever does that.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let by_hand = json!({"issuers": {"corp": {"keys_file": file}}});
    let refusal = refused(&[fetched.clone(), by_hand], &requests);
    assert_eq!(refusal.fault, "operator");
    // One caller may make up as many as it likes, and others something else.
    let [first, second, third, _] = requests;
    let alone = [
        first.clone(),
        second.clone(),
        third,
        first,
        second,
        signed_by("198.51.100.10", "2026-10"),
    ];
    let refusal = refused(&[fetched], &alone);
    assert_eq!(
        (refusal.fault.as_str(), refusal.because),
        ("consumer", None)
    );
}

#[test]
fn what_other_tokens_of_the_issuer_say_is_missing_by_the_caller_s_doing() {
    let genuine = |token: Token| CredentialVerdict::Token(Arc::new(token));
    let nameless = Token {
        client: None,
        ..token()
    };
    let nameless = sent("198.51.100.7", genuine(nameless));
    let world = [tokens_accepted()];
    let refusal = refused(&world, std::slice::from_ref(&nameless));
    assert_eq!(refusal.fault, "identity_provider");
    let named = Token {
        client: Some("kiosk".into()),
        ..token()
    };
    let named = sent("198.51.100.8", genuine(named));
    let refusal = refused(&world, &[nameless, named]);
    assert_eq!(
        (refusal.fault.as_str(), refusal.because),
        ("consumer", None)
    );
}
