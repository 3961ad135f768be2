use super::*;
use crate::tls::testing::{ALWAYS, Authority};
use proptest::prelude::*;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, KeyPair};

#[test]
fn reads_what_is_shown_of_a_certificate() {
    let root = Authority::root("Root");
    let leaf = root.client("alice", (2020, 2051));
    assert_eq!(
        Certificate::read(&leaf.chain[0]),
        Some(Certificate {
            subject: "CN=alice,O=Acme".into(),
            issuer: "CN=Root,O=Acme".into(),
            // One as UTCTime, the other as GeneralizedTime (RFC 5280 §4.1.2.5).
            not_before: 1_577_836_800,
            not_after: 2_556_144_000,
            alternative: Vec::new(),
        })
    );
}

/// A text of ASCII alone.
fn text<T: TryFrom<String>>(text: &str) -> T
where
    T::Error: std::fmt::Debug,
{
    text.to_owned().try_into().unwrap()
}

#[test]
fn alternative_names_are_read_to_the_letter_and_nothing_else_is_one() {
    use rcgen::SanType;
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![
        SanType::DnsName(text("Till.example.com")),
        SanType::IpAddress("192.0.2.1".parse().unwrap()),
        SanType::URI(text("spiffe://example.com/Till")),
        SanType::Rfc822Name(text("Till@example.com")),
        // What some would read as the end of a name.
        SanType::DnsName(text("till.example.com\0.evil.example")),
    ];
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let names = Certificate::read(certificate.der()).unwrap().alternative;
    let expected = [
        CertificateName::Dns("till.example.com".into()),
        CertificateName::Uri("spiffe://example.com/Till".into()),
        CertificateName::Email("Till@example.com".into()),
    ];
    assert_eq!(names, expected);
}

fn subject_of(fill: impl FnOnce(&mut DistinguishedName)) -> Option<String> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    fill(&mut params.distinguished_name);
    params.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 2, 3], vec![4, 0])];
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Certificate::read(certificate.der()).map(|c| c.subject)
}

#[test]
fn no_value_can_look_like_another_part() {
    let subject = subject_of(|name| {
        name.push(DnType::CommonName, "mallory,O=Admin+OU=x\\\"<>;");
    });
    assert_eq!(
        subject.as_deref(),
        Some("CN=mallory\\,O=Admin\\+OU=x\\\\\\\"\\<\\>\\;")
    );
    let subject = subject_of(|name| name.push(DnType::CommonName, " # \u{1b}[31m\u{85}\0é "));
    assert_eq!(subject.as_deref(), Some("CN=\\ # \\1B[31m\\C2\\85\\00é\\ "));
    let subject = subject_of(|name| name.push(DnType::CommonName, "#0c01"));
    assert_eq!(subject.as_deref(), Some("CN=\\#0c01"));
}

#[test]
fn unknown_types_are_hexadecimal() {
    let subject = subject_of(|name| {
        name.push(DnType::CustomDnType(vec![2, 5, 4, 97]), "é");
        name.push(
            DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]),
            "a@b",
        );
    });
    assert_eq!(
        subject.as_deref(),
        Some("emailAddress=a@b,2.5.4.97=#0c02c3a9")
    );
}

#[test]
fn string_types_are_read() {
    let bmp = rcgen::string::BmpString::try_from("Zoë").unwrap();
    let subject = subject_of(|name| {
        name.push(DnType::CountryName, "DE");
        name.push(DnType::OrganizationName, DnValue::BmpString(bmp));
    });
    assert_eq!(subject.as_deref(), Some("O=Zoë,C=DE"));
}

#[test]
fn absurdly_long_names_are_not_read() {
    assert!(subject_of(|name| name.push(DnType::CommonName, "x".repeat(2000))).is_some());
    assert!(subject_of(|name| name.push(DnType::CommonName, "x".repeat(2050))).is_none());
    assert!(subject_of(|name| name.push(DnType::CommonName, "x".repeat(70_000))).is_none());
}

#[test]
fn revocation_lists_go_stale() {
    use rustls::pki_types::{CertificateRevocationListDer, pem::PemObject};
    let text = Authority::root("Root").revocations((2020, 2021), &[7]);
    let der = CertificateRevocationListDer::from_pem_slice(text.as_bytes()).unwrap();
    assert_eq!(next_update(&der), Some(1_609_459_200));
}

#[test]
fn calendar() {
    for (year, month, day, expected) in [
        (1970, 1, 1, 0),
        (2000, 2, 29, 11_016),
        (2000, 3, 1, 11_017),
        (1950, 1, 1, -7305),
        (9999, 12, 31, 2_932_896),
    ] {
        assert_eq!(days(year, month, day), expected, "{year}-{month}-{day}");
    }
}

#[test]
fn lengths_are_bounded() {
    for bad in [
        &[0x30, 0x80][..],
        &[0x30, 0x85, 0, 0, 0, 0, 1, 0],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 2, 0],
        &[0x3f, 0x81, 0, 0],
        &[],
    ] {
        assert!(Reader(bad).next().is_none(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn holds_for_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzz(&bytes);
    }

    #[test]
    fn holds_for_damaged_certificates(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        use std::sync::LazyLock;
        static GOOD: LazyLock<Vec<u8>> =
            LazyLock::new(|| Authority::root("Root").client("alice", ALWAYS).chain[0].to_vec());
        let mut bytes = GOOD.clone();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        fuzz(&bytes);
    }
}
