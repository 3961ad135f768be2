use super::*;
use crate::tls::testing::{ALWAYS, Authority, Leaf, mid};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair};
use tempfile::TempDir;

/// Authorities read from files, as a service has them.
fn trusting(roots: &[&Authority], revocations: &[String]) -> ClientAuthorities {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        Arc::from(path)
    };
    let authorities = roots.iter().map(|root| root.certificate.pem()).collect();
    ClientAuthorities::load(&ClientCertificate {
        required: true,
        authorities: write("roots.pem", authorities),
        revocations: (!revocations.is_empty()).then(|| write("lists.pem", revocations.concat())),
    })
    .unwrap()
}

fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap()
}

#[track_caller]
fn assert_untrusted(verdict: &ClientVerdict, expected: Untrusted) {
    match verdict {
        ClientVerdict::Untrusted { reason, .. } => assert_eq!(*reason, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn trusts_what_its_authority_issued() {
    let root = Authority::root("Root");
    let leaf = root
        .intermediate("Issuing", ALWAYS)
        .client("alice", (2020, 2030));
    let verdict = trusting(&[&root], &[]).judge(&leaf.chain, mid(2025));
    let ClientVerdict::Trusted {
        subject,
        issuer,
        names,
        not_before,
        not_after,
    } = verdict
    else {
        panic!("{verdict:?}");
    };
    assert_eq!(
        (&*subject, &*issuer),
        ("CN=alice,O=Acme", "CN=Issuing,O=Acme")
    );
    assert_eq!((not_before, not_after), (1_577_836_800, 1_893_456_000));
    let fingerprint = Fingerprint::of(&leaf.chain[0]);
    assert_eq!(
        names.first(),
        Some(&CertificateName::Fingerprint(fingerprint.0))
    );
    assert_eq!(
        names.last(),
        Some(&CertificateName::Subject(subject.clone()))
    );
    assert_eq!(fingerprint.to_string().len(), 64);
}

#[test]
fn fingerprints_are_sha_256() {
    let empty = Fingerprint::of(&CertificateDer::from(Vec::new()));
    assert_eq!(
        empty.to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn nothing_shown_is_missing() {
    let authorities = trusting(&[&Authority::root("Root")], &[]);
    assert_eq!(authorities.judge(&[], mid(2025)), ClientVerdict::Missing);
    let mut judge = ChainJudge::new(None);
    assert_eq!(
        judge.judge(&authorities, mid(2025)),
        &ClientVerdict::Missing
    );
}

#[test]
fn strangers_are_untrusted_but_named() {
    let authorities = trusting(&[&Authority::root("Root")], &[]);
    // The same name is not the same authority.
    let impostor = Authority::root("Root").client("alice", ALWAYS);
    match authorities.judge(&impostor.chain, mid(2025)) {
        ClientVerdict::Untrusted {
            subject,
            issuer,
            reason,
        } => {
            assert_eq!((&*subject, &*issuer), ("CN=alice,O=Acme", "CN=Root,O=Acme"));
            assert_eq!(reason, Untrusted::BadSignature);
        }
        other => panic!("{other:?}"),
    }
    let other = Authority::root("Other").client("alice", ALWAYS);
    let verdict = authorities.judge(&other.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::UnknownIssuer);
}

#[test]
fn expired_is_told_apart_from_untrusted() {
    let root = Authority::root("Root");
    let leaf = root.client("alice", (2020, 2022));
    let authorities = trusting(&[&root], &[]);
    for now in [mid(2019), mid(2025)] {
        assert_eq!(
            authorities.judge(&leaf.chain, now),
            ClientVerdict::Expired {
                subject: "CN=alice,O=Acme".into(),
                not_before: 1_577_836_800,
                not_after: 1_640_995_200,
                now: seconds(now),
            }
        );
    }
    let stranger = Authority::root("Other").client("alice", (2020, 2022));
    let verdict = authorities.judge(&stranger.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::UnknownIssuer);
}

#[test]
fn an_expired_intermediate_expires_the_chain() {
    let root = Authority::root("Root");
    let leaf = root
        .intermediate("Issuing", (2010, 2020))
        .client("alice", (2015, 2030));
    match trusting(&[&root], &[]).judge(&leaf.chain, mid(2025)) {
        ClientVerdict::Expired {
            subject, not_after, ..
        } => {
            assert_eq!(&*subject, "CN=Issuing,O=Acme");
            assert_eq!(not_after, 1_577_836_800);
        }
        other => panic!("{other:?}"),
    }
    // Never good as a whole: the leaf began when its issuer had ended.
    let leaf = root
        .intermediate("Issuing", (2010, 2012))
        .client("alice", (2015, 2030));
    let verdict = trusting(&[&root], &[]).judge(&leaf.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::OutOfValidity);
}

#[test]
fn only_client_certificates_count() {
    let root = Authority::root("Root");
    let authorities = trusting(&[&root], &[]);
    let verdict = authorities.judge(&root.server(&["a.example"]).chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::NotForClients);
    let authority = root.intermediate("Issuing", ALWAYS).certificate;
    let verdict = authorities.judge(&[authority.der().clone()], mid(2025));
    assert_untrusted(&verdict, Untrusted::Authority);
    // Without the extension any purpose is meant.
    let leaf = root.issue(&CertificateParams::default(), KeyPair::generate().unwrap());
    let verdict = authorities.judge(&leaf.chain, mid(2025));
    assert!(
        matches!(verdict, ClientVerdict::Trusted { .. }),
        "{verdict:?}"
    );
    let mut both = CertificateParams::default();
    both.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let leaf = root.issue(&both, KeyPair::generate().unwrap());
    let verdict = authorities.judge(&leaf.chain, mid(2025));
    assert!(
        matches!(verdict, ClientVerdict::Trusted { .. }),
        "{verdict:?}"
    );
}

#[test]
fn a_leaf_cannot_issue() {
    let root = Authority::root("Root");
    let alice = root.client("alice", ALWAYS);
    let mallory = alice.into_authority("alice").client("mallory", ALWAYS);
    let verdict = trusting(&[&root], &[]).judge(&mallory.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::Constraint);
}

#[test]
fn revocation_lists_are_binding() {
    let root = Authority::root("Root");
    let (alice, bob) = (root.client("alice", ALWAYS), root.client("bo", ALWAYS));
    // Serial numbers are the lengths of the names.
    let authorities = trusting(&[&root], &[root.revocations((2020, 2030), &[5])]);
    let verdict = authorities.judge(&alice.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::Revoked);
    let verdict = authorities.judge(&bob.chain, mid(2025));
    assert!(
        matches!(verdict, ClientVerdict::Trusted { .. }),
        "{verdict:?}"
    );
    let verdict = authorities.judge(&bob.chain, mid(2031));
    assert_untrusted(&verdict, Untrusted::RevocationStale);

    let other = Authority::root("Other");
    let authorities = trusting(&[&root], &[other.revocations((2020, 2030), &[])]);
    let verdict = authorities.judge(&bob.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::RevocationUnknown);

    let impostor = Authority::root("Root");
    let authorities = trusting(&[&root], &[impostor.revocations((2020, 2030), &[])]);
    let verdict = authorities.judge(&bob.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::RevocationInvalid);
    assert!(Untrusted::RevocationInvalid.is_operators() && !Untrusted::Revoked.is_operators());
}

#[test]
fn revoked_and_expired_is_untrusted() {
    let root = Authority::root("Root");
    let alice = root.client("alice", (2020, 2022));
    let authorities = trusting(&[&root], &[root.revocations((2020, 2030), &[5])]);
    let verdict = authorities.judge(&alice.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::Revoked);
}

#[test]
fn a_revoked_intermediate_takes_its_leaves_along() {
    let root = Authority::root("Root");
    let issuing = root.intermediate("Issuing", ALWAYS);
    let leaf = issuing.client("alice", ALWAYS);
    let serial = EndEntityCert::try_from(&leaf.chain[1])
        .unwrap()
        .serial()
        .to_vec();
    let lists = |serials: &[Vec<u8>]| {
        [
            issuing.revocations((2020, 2030), &[]),
            root.revocations_of((2020, 2030), serials),
        ]
    };
    let verdict = trusting(&[&root], &lists(&[])).judge(&leaf.chain, mid(2025));
    assert!(
        matches!(verdict, ClientVerdict::Trusted { .. }),
        "{verdict:?}"
    );
    let verdict = trusting(&[&root], &lists(&[serial])).judge(&leaf.chain, mid(2025));
    assert_untrusted(&verdict, Untrusted::Revoked);
}

#[test]
fn long_and_broken_chains_are_not_looked_into() {
    let root = Authority::root("Root");
    let Leaf { mut chain, .. } = root.client("alice", ALWAYS);
    let authorities = trusting(&[&root], &[]);
    chain.resize(MAX_CHAIN, chain[0].clone());
    let verdict = authorities.judge(&chain, mid(2025));
    assert!(
        matches!(verdict, ClientVerdict::Trusted { .. }),
        "{verdict:?}"
    );
    chain.push(chain[0].clone());
    assert_untrusted(&authorities.judge(&chain, mid(2025)), Untrusted::TooComplex);

    let junk = CertificateDer::from(b"not a certificate".to_vec());
    let verdict = authorities.judge(std::slice::from_ref(&junk), mid(2025));
    assert_untrusted(&verdict, Untrusted::Malformed);
    let verdict = authorities.judge(&[chain[0].clone(), junk], mid(2025));
    assert_untrusted(&verdict, Untrusted::Malformed);
}

#[test]
fn verdicts_are_remembered_until_something_changes() {
    let root = Authority::root("Root");
    let leaf = root.client("bo", (2020, 2030));
    let authorities = trusting(&[&root], &[root.revocations((2019, 2025), &[])]);
    let chain: Arc<[_]> = leaf.chain.into();
    let mut judge = ChainJudge::new(Some(Arc::clone(&chain)));
    let first = judge.judge(&authorities, mid(2022)).clone();
    let ClientVerdict::Trusted { subject, .. } = &first else {
        panic!("{first:?}");
    };
    // The same allocation: nothing was judged again.
    match judge.judge(&authorities, mid(2023)) {
        ClientVerdict::Trusted { subject: again, .. } => assert!(Arc::ptr_eq(subject, again)),
        other => panic!("{other:?}"),
    }
    // Around every change by the clock the remembered verdict is the fresh one.
    let changes = [1_577_836_800, 1_735_689_600, 1_893_456_000];
    for change in changes {
        for seconds in change - 2..=change + 2 {
            let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
            let fresh = authorities.judge(&chain, now);
            let same = std::mem::discriminant(judge.judge(&authorities, now));
            assert_eq!(same, std::mem::discriminant(&fresh), "at {seconds}");
        }
    }
    let now = mid(2026);
    assert_untrusted(judge.judge(&authorities, now), Untrusted::RevocationStale);
    // Read again, the authorities are others.
    let reread = trusting(&[&root], &[root.revocations((2019, 2028), &[])]);
    assert!(matches!(
        judge.judge(&reread, now),
        ClientVerdict::Trusted { .. }
    ));
}

#[test]
fn many_services_on_one_connection() {
    let root = Authority::root("Root");
    let leaf = root.client("alice", ALWAYS);
    let other = Authority::root("Other");
    let services: Vec<_> = (0..20)
        .map(|n| trusting(&[if n % 2 == 0 { &root } else { &other }], &[]))
        .collect();
    let mut judge = ChainJudge::new(Some(leaf.chain.into()));
    for _ in 0..2 {
        for (n, service) in services.iter().enumerate() {
            let trusted = matches!(
                judge.judge(service, mid(2025)),
                ClientVerdict::Trusted { .. }
            );
            assert_eq!(trusted, n % 2 == 0, "service {n}");
        }
    }
    assert_eq!(judge.judged.len(), cache::REMEMBERED);
}

#[test]
fn names_its_authorities() {
    let authorities = trusting(&[&Authority::root("One"), &Authority::root("Two")], &[]);
    let subjects: Vec<_> = authorities.subjects().collect();
    assert_eq!(subjects, ["CN=One,O=Acme", "CN=Two,O=Acme"]);
}

#[test]
fn bad_files_are_named() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str, text: &str| -> Arc<std::path::Path> {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into()
    };
    let root = Authority::root("Root").certificate.pem();
    let load = |authorities, revocations| {
        ClientAuthorities::load(&ClientCertificate {
            required: false,
            authorities,
            revocations,
        })
        .unwrap_err()
        .to_string()
        .replace(directory.path().to_str().unwrap(), "D")
    };
    assert_eq!(
        load(path("empty.pem", ""), None),
        "authorities file D/empty.pem holds no PEM certificate; \
         a block `-----BEGIN CERTIFICATE-----` is expected, but it is empty"
    );
    assert_eq!(
        load(path("roots.pem", &root), Some(path("lists.pem", &root))),
        "revocations file D/lists.pem holds no PEM revocation list; \
         a block `-----BEGIN X509 CRL-----` is expected, but it holds a certificate"
    );
    let junk = crate::tls::testing::pem("CERTIFICATE", b"junk");
    assert_eq!(
        load(path("junk.pem", &(root.clone() + &junk)), None),
        "authorities file D/junk.pem: certificate 2 of the file is not valid X.509 \
         (TrailingData(SignedData)); each `-----BEGIN CERTIFICATE-----` block must hold one \
         whole certificate"
    );
    let junk = crate::tls::testing::pem("X509 CRL", b"junk");
    assert_eq!(
        load(path("roots.pem", &root), Some(path("lists.pem", &junk))),
        "revocations file D/lists.pem: revocation list 1 of the file cannot be used \
         (TrailingData(CertRevocationList)); complete lists of version 2 by the issuer itself can \
         (RFC 5280 section 5)"
    );
}
