//! Certificates that have names, and what listeners serve of them.

use super::{codes, parse};
use crate::Code;
use postern_model::entity::*;

const PEM: &str = "\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\"";

/// Two certificates, and a listener with these fields of its TLS.
fn with(tls: &str, more: &str) -> String {
    format!(
        "certificates:\n  b: {{certificate: {PEM}, key: b.key}}\n  \
         a: {{certificate: a.crt, key: 'env:PRESENT'}}\n{more}\n\
         listeners: {{l: {{address: '127.0.0.1:0', tls: {tls}}}}}\n"
    )
}

fn served(tls: &str) -> Vec<CertificateFiles> {
    let loaded = parse(&with(tls, "")).unwrap_or_else(|report| panic!("{report}"));
    let listener = &loaded.configuration.listeners[0];
    listener.tls.as_ref().unwrap().certificates.clone()
}

fn labels(tls: &str) -> Vec<String> {
    let served = served(tls);
    served
        .iter()
        .map(|c| c.certificate.label().to_string())
        .collect()
}

#[test]
fn a_listener_serves_certificates_by_name_beside_files() {
    let named = labels("{certificates: [b, {certificate: x.crt, key: x.key}, a]}");
    assert_eq!(named, ["b", "x.crt", "a.crt"]);
    let all =
        labels("{certificates: [{certificate: x.crt, key: x.key}, b], all_certificates: true}");
    assert_eq!(all, ["x.crt", "b", "a.crt"]);
    let named = served("{certificates: [b]}");
    let first = &named[0];
    assert!(first.hosts.is_none());
    let ChainSource::Text { pem, .. } = &first.certificate else {
        panic!("a text");
    };
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\nMIIB\n"));
}

#[test]
fn files_of_named_certificates_are_watched() {
    let loaded = parse(&with("{certificates: [a, b]}", "")).unwrap();
    let names: Vec<_> = loaded
        .sources
        .iter()
        .map(|path| path.to_string_lossy())
        .collect();
    assert_eq!(names, ["postern.yaml", "b.key", "a.crt"]);
}

#[test]
fn what_is_wrong_with_a_certificate_is_found() {
    let listener = "{certificates: [a]}";
    let of = |certificate: &str| codes(&with(listener, &format!("  c: {certificate}")));
    assert_eq!(
        codes(&with("{certificates: [c]}", "")),
        [Code::UnknownCertificate]
    );
    assert_eq!(codes(&with("{certificates: [a, a]}", "")), [Code::Conflict]);
    assert_eq!(
        of("{certificate: missing.crt, key: x}"),
        [Code::FileUnreadable]
    );
    assert_eq!(
        of("{certificate: x, key: 'env:ABSENT'}"),
        [Code::SecretMissing]
    );
    assert_eq!(of("{key: x}"), [Code::MissingField]);
    assert_eq!(
        of("{certificate: \"a\\nb\", key: x}"),
        [Code::InvalidReference]
    );
    assert_eq!(
        of("{certificate: x, key: x, tenant: nobody, hosts: [a.b]}"),
        [Code::UnknownTenant]
    );
}

#[test]
fn a_private_key_in_the_place_of_a_certificate_is_not_shown() {
    let key = "\"-----BEGIN PRIVATE KEY-----\\nCANARY\\n-----END PRIVATE KEY-----\"";
    let text = with(
        "{certificates: [a]}",
        &format!("  c: {{certificate: {key}, key: x}}"),
    );
    let report = parse(&text).unwrap_err();
    let said = format!("{report} {report:?}");
    assert!(
        said.contains("never written here") && !said.contains("CANARY"),
        "{said}"
    );
}

#[test]
fn a_certificate_of_a_tenant_is_for_hosts_that_are_the_tenants() {
    let of = |assigned: &str, hosts: &str| {
        let more = format!("  c: {{certificate: c.crt, key: c.key, tenant: t, hosts: {hosts}}}");
        let text = with("{certificates: [a], all_certificates: true}", &more);
        codes(&format!(
            "{text}tenants: {{t: {{}}, other: {{}}}}\nassignments: {{{assigned}}}\n"
        ))
    };
    let own = "x: {tenant: t, host: '*.t.example.com'}";
    assert_eq!(of(own, "[a.t.example.com, '*.t.example.com']"), []);
    assert_eq!(of(own, "[]"), [Code::MissingField]);
    assert_eq!(of(own, "[u.example.com]"), [Code::NotAssigned]);
    // Of a host that others have a part of, it has no certificate.
    let part = "x: {tenant: t, host: api.example.com, base_path: /t}";
    assert_eq!(of(part, "[api.example.com]"), [Code::NotAssigned]);
    let theirs = "x: {tenant: other, host: api.example.com, base_path: /o}";
    assert_eq!(of(theirs, "[api.example.com]"), [Code::NotAssigned]);
    assert_eq!(of(theirs, "[other.example.com]"), []);
}
