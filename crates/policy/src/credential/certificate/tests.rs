use super::*;
use crate::facts::Live;
use crate::testing::callers::{NOW, World};
use crate::testing::{connection, head};
use postern_model::entity::{Credential, Proof};

fn row(world: &mut World, id: &str, name: CertificateName) {
    let row = Credential {
        id: id.into(),
        proof: Proof::Certificate(Box::new(name)),
        ..world.credential().clone()
    };
    world.accounts.credentials.push(row);
}

fn names() -> Vec<CertificateName> {
    vec![
        CertificateName::Fingerprint([7; 32]),
        CertificateName::Dns("till.example.com".into()),
        CertificateName::Uri("spiffe://example.com/till".into()),
        CertificateName::Subject("CN=till".into()),
    ]
}

fn found(world: &World, verdict: CertificateVerdict) -> Option<CredentialVerdict> {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let (head, peer) = (head("GET", "/orders", &[]), connection("198.51.100.1"));
    let live = Live::new(&head, &peer, NOW * 1000);
    live.provide_certificate(verdict);
    let mut found = Found::default();
    find(&live, &mut found);
    match found.first? {
        Presented::Certificate(shown) => Some(verify(&shown, &snapshot)),
        other => panic!("{other:?}"),
    }
}

fn trusted() -> CertificateVerdict {
    CertificateVerdict::Trusted {
        subject: "CN=till".into(),
        names: names().into(),
    }
}

#[test]
fn the_most_exact_name_counts() {
    let mut world = World::new();
    let unknown = CredentialVerdict::UnknownCertificate {
        subject: "CN=till".into(),
        fingerprint: Some("07".repeat(32).into()),
    };
    assert_eq!(found(&world, trusted()), Some(unknown));
    for (id, name) in [
        (
            "key_000000000000000a",
            CertificateName::Subject("CN=till".into()),
        ),
        (
            "key_000000000000000b",
            CertificateName::Dns("till.example.com".into()),
        ),
        (
            "key_000000000000000c",
            CertificateName::Fingerprint([7; 32]),
        ),
    ] {
        row(&mut world, id, name);
        let verified = CredentialVerdict::Verified { id: id.into() };
        assert_eq!(found(&world, trusted()), Some(verified));
    }
}

#[test]
fn one_that_two_credentials_know_alike_is_nobodys() {
    let mut world = World::new();
    row(&mut world, "key_000000000000000a", names().swap_remove(1));
    row(&mut world, "key_000000000000000b", names().swap_remove(2));
    let several = CredentialVerdict::CertificateOfSeveral {
        subject: "CN=till".into(),
    };
    assert_eq!(found(&world, trusted()), Some(several));
    // What is said more exactly decides.
    row(&mut world, "key_000000000000000c", names().swap_remove(0));
    let verified = CredentialVerdict::Verified {
        id: "key_000000000000000c".into(),
    };
    assert_eq!(found(&world, trusted()), Some(verified));
}

#[test]
fn one_that_is_not_trusted_is_no_identity_whatever_it_names() {
    let mut world = World::new();
    row(&mut world, "key_000000000000000a", names().swap_remove(3));
    let untrusted = CertificateVerdict::Untrusted {
        subject: "CN=till".into(),
        issuer: "CN=till".into(),
        error: "is not properly signed by its issuer".into(),
    };
    let expired = CertificateVerdict::Expired {
        subject: "CN=till".into(),
        not_before: 0,
        not_after: 1,
        now: 2,
    };
    for verdict in [untrusted, expired, CertificateVerdict::Missing] {
        assert_eq!(found(&world, verdict), None);
    }
}
