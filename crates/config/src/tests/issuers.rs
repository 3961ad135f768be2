//! Issuers, the clients of theirs, and what operations accept.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::{Algorithm, ClientId, CredentialKind, IssuerKeys, Proof};
use std::time::Duration;

/// A service that accepts tokens and keys; with another piece in the place of one.
fn with(what: &str, instead: &str) -> String {
    let text = r#"
tenants: {owner: {}, partner: {}}
upstreams: {u: {targets: ["192.0.2.1:80"]}}
issuers:
  corp:
    issuer: https://login.example.com/
    audiences: [orders]
    algorithms: [ES256]
    refresh: 5m
    claims: {client: azp, scopes: []}
  own: {tenant: owner, issuer: in-house, audiences: [a, b], keys_file: keys.json}
  shared: {issuer: old, audiences: [a], secret: env:KEY_1}
services:
  orders:
    tenant: owner
    authentication: {jwt: {issuers: [corp, own, corp]}, api_key: {header: Key}}
    versions:
      v1:
        upstream: u
        operations:
          list: {methods: [GET], path: /orders}
          place: {methods: [POST], path: /orders, accepts: [jwt]}
          both: {methods: [PUT], path: /orders, accepts: [jwt, api_key, anonymous]}
apps: {shop: {tenant: partner}}
credentials:
  key_0000000000000001: {app: shop, client: {issuer: corp, id: till}}
  key_0000000000000002: {app: shop, client: {issuer: corp, id: "*"}}
"#;
    assert!(text.contains(what), "{what}");
    text.replace(what, instead)
}

#[test]
fn issuers_clients_and_what_is_accepted_arrive() {
    let loaded = parse(&with("", "")).unwrap_or_else(|report| panic!("{report}"));
    let configuration = &loaded.configuration;
    let [corp, own, shared] = configuration.issuers.as_slice() else {
        panic!("three issuers");
    };
    let IssuerKeys::Discovery(from) = &corp.keys else {
        panic!("{:?}", corp.keys);
    };
    assert_eq!(
        &*from.url,
        "https://login.example.com/.well-known/openid-configuration"
    );
    assert_eq!(
        (from.every, from.keep),
        (Duration::from_mins(5), Duration::from_hours(24))
    );
    assert_eq!(&*corp.iss, "https://login.example.com/", "to the letter");
    assert_eq!(
        (&*corp.algorithms, corp.leeway),
        (&[Algorithm::ES256][..], Duration::from_secs(30))
    );
    assert_eq!(corp.claims.client, ["azp".into()]);
    assert!(corp.claims.scopes.is_empty() && corp.claims.user == ["sub".into()]);
    assert!(matches!(&own.keys, IssuerKeys::File(path) if path.ends_with("keys.json")));
    assert_eq!(own.tenant.as_deref(), Some("owner"));
    assert!(matches!(shared.keys, IssuerKeys::Shared(_)));
    let service = &configuration.services[0];
    let accepted = service.authentication.as_ref().unwrap();
    assert_eq!(
        accepted.kinds,
        [CredentialKind::ApiKey, CredentialKind::Jwt]
    );
    assert_eq!(
        (&*accepted.issuers, &*accepted.headers),
        (&[0, 1][..], &["key".into()][..])
    );
    let [list, place, both] = &*service.versions[0].operations else {
        panic!("three operations");
    };
    assert!(list.authentication.is_none() && !list.anonymous);
    let only = place.authentication.as_deref().unwrap();
    assert_eq!(
        (&*only.kinds, &*only.issuers),
        (&[CredentialKind::Jwt][..], &[0, 1][..])
    );
    assert!(only.headers.is_empty());
    let ordered = both.authentication.as_deref().unwrap();
    assert_eq!(ordered.kinds, [CredentialKind::Jwt, CredentialKind::ApiKey]);
    assert!(both.anonymous);
    let proof = |id: &str| {
        Proof::Client(Box::new(ClientId {
            issuer: "corp".into(),
            id: id.into(),
        }))
    };
    let proofs: Vec<_> = loaded
        .accounts
        .credentials
        .iter()
        .map(|row| &row.proof)
        .collect();
    assert_eq!(proofs, [&proof("till"), &proof("*")]);
}

#[test]
fn keys_without_tls_are_warned_of_unless_they_stay_in_the_machine() {
    for (url, warned) in [
        ("https://x.example/keys", false),
        ("http://x.example/keys", true),
        ("http://127.0.0.1:9/keys", false),
        ("http://127.0.0.1.example/keys", true),
    ] {
        let text = with("keys_file: keys.json", &format!("keys_url: \"{url}\""));
        let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
        let warnings = crate::render_all(&loaded.warnings, false);
        assert_eq!(
            warnings.contains("without TLS"),
            warned,
            "{url}: {warnings}"
        );
    }
}

#[test]
fn tokens_alone_leave_no_place_for_keys() {
    let text = with(
        "jwt: {issuers: [corp, own, corp]}, api_key: {header: Key}",
        "jwt: {issuers: [corp]}",
    );
    let text = text.replace("accepts: [jwt, api_key, anonymous]", "accepts: [jwt]");
    let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
    let accepted = loaded.configuration.services[0]
        .authentication
        .as_ref()
        .unwrap();
    assert_eq!(accepted.kinds, [CredentialKind::Jwt]);
    assert!(accepted.headers.is_empty() && accepted.query.is_empty());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_cannot_be_is_told_with_what_would_do() {
    let cases: [(&str, &str, Code, &str); 18] = [
        (
            "[corp, own, corp]",
            "[crop]",
            Code::UnknownIssuer,
            "did you mean `corp`",
        ),
        (
            "issuer: corp, id: till",
            "issuer: crop, id: till",
            Code::UnknownIssuer,
            "did you mean `corp`",
        ),
        (
            "{tenant: owner, issuer: in-house",
            "{tenant: partner, issuer: in-house",
            Code::Conflict,
            "another tenant's issuer",
        ),
        (
            "{tenant: owner, issuer: in-house",
            "{tenant: nobody, issuer: in-house",
            Code::UnknownTenant,
            "does not exist",
        ),
        (
            "id: \"*\"",
            "id: till",
            Code::DuplicateCredential,
            "for the same client",
        ),
        (
            "issuer: old, audiences",
            "issuer: in-house, audiences",
            Code::Conflict,
            "have the same tokens",
        ),
        (
            "algorithms: [ES256]",
            "algorithms: [HS256]",
            Code::Conflict,
            "it has keys",
        ),
        (
            "audiences: [a], secret",
            "audiences: [a], algorithms: [RS256], secret",
            Code::Conflict,
            "it has a secret",
        ),
        (
            "algorithms: [ES256]",
            "algorithms: [none]",
            Code::InvalidValue,
            "none",
        ),
        (
            "secret: env:KEY_1",
            "secret: env:SHORT",
            Code::InvalidKey,
            "needs 32",
        ),
        (
            "secret: env:KEY_1",
            "secret: env:MISSING",
            Code::SecretMissing,
            "not set",
        ),
        (
            "secret: env:KEY_1",
            "keys_url: https://x.example, secret: env:KEY_1",
            Code::Conflict,
            "one of them is enough",
        ),
        (
            "keys_file: keys.json",
            "keys_file: keys.json, refresh: 1m",
            Code::Conflict,
            "not fetched",
        ),
        (
            "keys_file: keys.json",
            "keys_file: missing.crt",
            Code::FileUnreadable,
            "no such file",
        ),
        (
            ", keys_file: keys.json",
            "",
            Code::MissingField,
            "add `keys_url:`",
        ),
        (
            "audiences: [orders]",
            "audiences: []",
            Code::OutOfRange,
            "audiences",
        ),
        (
            "accepts: [jwt]",
            "accepts: []",
            Code::Conflict,
            "nobody could call it",
        ),
        (
            "accepts: [jwt]",
            "accepts: [jwt], anonymous: true",
            Code::Conflict,
            "into `accepts` instead",
        ),
    ];
    for (what, instead, code, said) in cases {
        let report = parse(&with(what, instead)).unwrap_err();
        assert!(
            codes(&with(what, instead)).contains(&code),
            "{instead}: {report}"
        );
        assert!(report.to_string().contains(said), "{instead}: {report}");
    }
    let keys_only = with(
        "jwt: {issuers: [corp, own, corp]}, api_key: {header: Key}",
        "api_key: {}",
    );
    let report = parse(&keys_only).unwrap_err();
    assert!(
        report.to_string().contains("no `authentication.jwt`"),
        "{report}"
    );
}

#[test]
fn proofs_of_possession_arrive() {
    let loaded = |jwt: &str| {
        let text = with("jwt: {issuers: [corp, own, corp]}", jwt);
        parse(&text)
            .unwrap_or_else(|report| panic!("{report}"))
            .configuration
    };
    let of = |configuration: &postern_model::entity::Configuration| {
        let service = configuration.services[0].authentication.as_ref().unwrap();
        service.dpop.clone()
    };
    assert_eq!(of(&loaded("jwt: {issuers: [corp]}")), None);
    let usual = of(&loaded("jwt: {issuers: [corp], dpop: {}}")).unwrap();
    assert!(!usual.required && usual.nonce.is_none());
    let seconds = Duration::from_secs;
    assert_eq!((usual.max_age, usual.leeway), (seconds(60), seconds(5)));
    let own = "dpop: {required: true, max_age: 10s, leeway: 0s, nonce: 5m}";
    let own = loaded(&format!("jwt: {{issuers: [corp], {own}}}"));
    let given = of(&own).unwrap();
    assert!(given.required);
    assert_eq!((given.max_age, given.leeway), (seconds(10), seconds(0)));
    assert_eq!(given.nonce, Some(seconds(300)));
    // An operation that takes tokens asks as its service does.
    let operations = &own.services[0].versions[0].operations;
    let narrowed = operations[1].authentication.as_ref().unwrap();
    assert_eq!(narrowed.dpop.as_deref(), Some(&*given));
    let strange = with(
        "jwt: {issuers: [corp, own, corp]}",
        "jwt: {issuers: [corp], dpop: {max_age: 1h}}",
    );
    assert!(codes(&strange).contains(&Code::OutOfRange));
}

#[test]
fn an_issuer_can_be_the_gateway_itself() {
    let place = "https://api.example.com/.well-known/postern/issuers/corp";
    let issuer = |issuer: &str, more: &str| {
        let text = with(
            "issuer: https://login.example.com/",
            &format!("issuer: {issuer}"),
        );
        let text = text.replace("    algorithms: [ES256]\n    refresh: 5m\n", more);
        text.replace("    claims: {client: azp, scopes: []}\n", "")
    };
    let loaded = |more: &str| {
        parse(&issuer(place, more))
            .unwrap_or_else(|report| panic!("{report}"))
            .configuration
    };
    let of = |more: &str| match &loaded(more).issuers[0].keys {
        IssuerKeys::BuiltIn(own) => own.clone(),
        other => panic!("{other:?}"),
    };
    let usual = of("    built_in: {}\n");
    assert_eq!(
        (usual.lifetime, usual.rotated_at),
        (Duration::from_mins(15), None)
    );
    assert_eq!(usual.rotation, Duration::from_hours(30 * 24));
    let own = of("    built_in: {lifetime: 1h, rotate: 7d, rotated_at: 2026-01-01T00:00:00Z}\n");
    assert_eq!(
        (own.lifetime, own.rotated_at),
        (Duration::from_hours(1), Some(1_767_225_600))
    );
    let wrong = |iss: &str, more: &str| codes(&issuer(iss, more));
    for elsewhere in [
        "https://api.example.com",
        "https://api.example.com/.well-known/postern/issuers/other",
        "/.well-known/postern/issuers/corp",
        "urn:x/.well-known/postern/issuers/corp",
    ] {
        let found = wrong(elsewhere, "    built_in: {}\n");
        assert!(found.contains(&Code::Conflict), "{elsewhere}: {found:?}");
    }
    for besides in [
        "algorithms: [EdDSA]",
        "keys_file: keys.json",
        "refresh: 5m",
        "secret: env:KEY_1",
    ] {
        let found = wrong(place, &format!("    built_in: {{}}\n    {besides}\n"));
        assert!(!found.is_empty(), "{besides}");
    }
}
