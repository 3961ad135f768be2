//! Credentials that passwords and certificates prove, and services that accept such.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::{CertificateName, CredentialKind, Proof};
use postern_model::key::password::Cost;

const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$PL01amPyeUuxG7H0vIr5X+qHkZvWnHmGBGXFYvh8z2E";

/// A service that accepts both, and two credentials of each; with another piece in the place of one.
fn with(what: &str, instead: &str) -> String {
    let text = r#"
tenants: {partner: {}}
upstreams: {u: {targets: ["192.0.2.1:80"]}}
listeners:
  https:
    address: 127.0.0.1:8443
    tls: {certificates: [{certificate: a.crt, key: a.key}], request_client_certificate: true}
services:
  orders:
    client_certificate: {authorities: ca.crt, required: false}
    authentication: {basic: {}, mtls: {}}
    versions:
      v1:
        upstream: u
        operations:
          list: {methods: [GET], path: /orders}
          place: {methods: [POST], path: /orders, accepts: [mtls, basic]}
apps: {shop: {tenant: partner}}
credentials:
  key_0000000000000001: {app: shop, password: {user: anna, hash: "HASH"}}
  key_0000000000000002: {app: shop, password: {user: Anna, hash: "HASH"}}
  key_0000000000000003: {app: shop, certificate: {dns: till.example.com}}
  key_0000000000000004: {app: shop, certificate: {fingerprint: "6D:B4:F0:28:CD:51:E5:B6:FA:9B:49:32:90:DE:A8:25:0D:1B:54:25:76:96:EF:BF:A0:F3:DF:8A:EE:07:86:2D"}}
"#;
    let text = text.replace("HASH", HASH);
    assert!(text.contains(what), "{what}");
    text.replace(what, instead)
}

#[test]
fn both_arrive() {
    let loaded = parse(&with("", "")).unwrap_or_else(|report| panic!("{report}"));
    let service = &loaded.configuration.services[0];
    let accepted = service.authentication.as_ref().unwrap();
    assert_eq!(
        accepted.kinds,
        [CredentialKind::Basic, CredentialKind::Mtls]
    );
    assert!(accepted.headers.is_empty() && accepted.query.is_empty());
    let place = service.versions[0].operations[1].authentication.as_deref();
    assert_eq!(
        place.unwrap().kinds,
        [CredentialKind::Mtls, CredentialKind::Basic]
    );
    let [anna, other, dns, one] = loaded.accounts.credentials.as_slice() else {
        panic!("four credentials");
    };
    let password = anna.proof.password().unwrap();
    assert_eq!((&*password.user, password.hash.cost), ("anna", Cost::USUAL));
    assert_eq!(password.hash.written(), HASH);
    assert_eq!(&*other.proof.password().unwrap().user, "Anna");
    let certificate = CertificateName::Dns("till.example.com".into());
    assert_eq!(dns.proof, Proof::Certificate(Box::new(certificate)));
    let name = one.proof.certificate().unwrap();
    assert!(
        name.to_string().starts_with("fingerprint:6db4f028"),
        "{name}"
    );
}

#[test]
fn what_cannot_be_is_told_without_what_is_secret() {
    let cases = [
        (
            "user: Anna",
            "user: anna",
            Code::DuplicateCredential,
            "have the same user name",
        ),
        (
            "user: Anna",
            "user: \"an:na\"",
            Code::InvalidText,
            "without colons",
        ),
        (
            HASH,
            "hunter2",
            Code::InvalidDigest,
            "a password is never written here",
        ),
        (HASH, "$2y$10$hunter2", Code::InvalidDigest, "only argon2id"),
        (
            "m=19456",
            "m=99999999",
            Code::InvalidDigest,
            "KiB of memory",
        ),
        (
            "app: shop, certificate: {dns: till.example.com}",
            "app: shop, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, certificate: {dns: a.example}",
            Code::Conflict,
            "no use for `sha256`",
        ),
        (
            "{dns: till.example.com}",
            "{dns: a.example, subject: CN=a}",
            Code::Conflict,
            "by nothing, or by several",
        ),
        (
            "{dns: till.example.com}",
            "{}",
            Code::Conflict,
            "by nothing, or by several",
        ),
        (
            "    client_certificate: {authorities: ca.crt, required: false}\n",
            "",
            Code::MissingField,
            "trusts none",
        ),
        (
            "6D:B4:F0",
            "6D:B4",
            Code::InvalidDigest,
            "64 hexadecimal digits",
        ),
    ];
    for (what, instead, code, part) in cases {
        let report = parse(&with(what, instead)).expect_err(instead).to_string();
        assert!(report.contains(part), "{instead}: {report}");
        assert!(!report.contains("hunter2"), "{report}");
        assert!(codes(&with(what, instead)).contains(&code), "{instead}");
    }
}
