//! Signing keys, and what services ask of signatures.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::{CredentialKind, SignatureAlgorithm, SigningMaterial};
use std::time::Duration;

/// A service that accepts signatures, and the keys of three credentials; with another piece in the
/// place of one.
fn with(what: &str, instead: &str) -> String {
    let text = r#"
tenants: {partner: {}}
upstreams: {u: {targets: ["192.0.2.1:80"]}}
services:
  orders:
    authentication:
      signature: {components: ["@method", "@Target-URI", X-Order], max_age: 1m, nonce: required}
    versions:
      v1:
        upstream: u
        operations:
          place: {methods: [POST], path: /orders, accepts: [signature]}
apps: {shop: {tenant: partner}}
credentials:
  key_0000000000000001:
    app: shop
    signing_key:
      public_key: |
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
        -----END PUBLIC KEY-----
  key_0000000000000002:
    app: shop
    signing_key:
      public_key: '{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}'
      key_id: till
  key_0000000000000003:
    app: shop
    signing_key: {secret: env:KEY_1}
"#;
    assert!(text.contains(what), "{what}");
    text.replace(what, instead)
}

#[test]
fn keys_and_terms_arrive() {
    let loaded = parse(&with("", "")).unwrap_or_else(|report| panic!("{report}"));
    let accepted = loaded.configuration.services[0].authentication.as_ref();
    let accepted = accepted.unwrap();
    assert_eq!(accepted.kinds, [CredentialKind::Signature]);
    let terms = accepted.signature.as_ref().unwrap();
    assert_eq!(
        terms.components,
        ["@method", "@target-uri", "x-order"].map(Into::into)
    );
    assert_eq!(terms.max_age, Duration::from_mins(1));
    assert_eq!(terms.leeway, Duration::from_secs(30));
    assert!(terms.nonce && terms.digest);
    let rows = &loaded.accounts.credentials;
    let keys: Vec<_> = rows
        .iter()
        .map(|row| row.proof.signing().unwrap())
        .collect();
    assert_eq!(
        keys.iter().map(|key| key.algorithm).collect::<Vec<_>>(),
        [
            SignatureAlgorithm::Ed25519,
            SignatureAlgorithm::EcdsaP256Sha256,
            SignatureAlgorithm::HmacSha256
        ]
    );
    assert!(matches!(keys[2].material, SigningMaterial::Shared(_)));
    let names: Vec<_> = rows.iter().map(|row| row.signs_as().unwrap()).collect();
    assert_eq!(
        names,
        ["key_0000000000000001", "till", "key_0000000000000003"]
    );
}

#[test]
fn what_cannot_be_is_told_with_what_would_do() {
    let cases: [(&str, &str, Code, &str); 13] = [
        (
            "{secret: env:KEY_1}",
            "{}",
            Code::MissingField,
            "without a key",
        ),
        (
            "key_id: till",
            "secret: env:KEY_1",
            Code::Conflict,
            "both `public_key` and `secret`",
        ),
        (
            "{secret: env:KEY_1}",
            "{secret: env:KEY_1, algorithm: ed25519}",
            Code::Conflict,
            "a secret signs by `hmac-sha256`",
        ),
        (
            "key_id: till",
            "algorithm: ed25519",
            Code::InvalidKey,
            "it does not sign by ed25519",
        ),
        (
            "{secret: env:KEY_1}",
            "{secret: env:KEY_1, key_id: till}",
            Code::DuplicateCredential,
            "the same `key_id`",
        ),
        (
            "key_id: till",
            "key_id: key_0000000000000001",
            Code::Conflict,
            "the `key_id` of another credential",
        ),
        (
            "\"crv\":\"P-256\"",
            "\"crv\":\"P-192\"",
            Code::InvalidKey,
            "no public key",
        ),
        (
            "\"kty\":\"EC\"",
            "\"d\":\"x\",\"kty\":\"EC\"",
            Code::InvalidReference,
            "a private key is never written here",
        ),
        (
            "app: shop\n    signing_key: {secret: env:KEY_1}",
            "app: shop\n    sha256: \"0000000000000000000000000000000000000000000000000000000000000000\"\n    signing_key: {secret: env:KEY_1}",
            Code::Conflict,
            "a credential with `signing_key`",
        ),
        (
            "X-Order",
            "\"@status\"",
            Code::InvalidHeader,
            "not a part of a request",
        ),
        (
            "X-Order",
            "\"@signature-params\"",
            Code::InvalidHeader,
            "every signature covers",
        ),
        (
            "max_age: 1m",
            "max_age: 2h",
            Code::InvalidDuration,
            "more than 1h",
        ),
        (
            "accepts: [signature]",
            "accepts: [jwt]",
            Code::Conflict,
            "accepts what its service does not",
        ),
    ];
    for (what, instead, code, words) in cases {
        let report = parse(&with(what, instead)).err();
        let report = report.unwrap_or_else(|| panic!("{instead} is accepted"));
        let text = report.to_string();
        assert!(
            codes(&with(what, instead)).contains(&code),
            "{instead}: {text}"
        );
        assert!(text.contains(words), "{instead}: {text}");
    }
}
