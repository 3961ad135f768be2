use super::*;
use crate::tls::testing::{Authority, Leaf, connect, listener};
use rustls::client::Resumption;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, SignatureScheme};
use tempfile::TempDir;

fn client(root: &Authority) -> Arc<ClientConfig> {
    client_with(root, provider(), &[&TLS12, &TLS13])
}

fn client_with(
    root: &Authority,
    provider: Arc<CryptoProvider>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(root.certificate.der().clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

fn served(client: &ClientConnection) -> CertificateDer<'static> {
    client.peer_certificates().unwrap()[0].clone()
}

struct Site {
    directory: TempDir,
    root: Authority,
    leaves: Vec<Leaf>,
    tls: ServerTls,
}

/// A listener with one certificate for each set of names.
fn site(names: &[&[&str]]) -> Site {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let leaves: Vec<_> = names.iter().map(|names| root.server(names)).collect();
    let files = leaves
        .iter()
        .enumerate()
        .map(|(n, leaf)| leaf.write(directory.path(), &n.to_string()))
        .collect();
    let tls = ServerTls::load(&listener(files), true).unwrap();
    Site {
        directory,
        root,
        leaves,
        tls,
    }
}

impl Site {
    /// Which certificate a client gets for a name that it verifies.
    fn serves(&self, name: &str) -> Option<usize> {
        let (client, _) = connect(&client(&self.root), self.tls.config(), name).ok()?;
        let leaf = served(&client);
        self.leaves.iter().position(|l| l.chain[0] == leaf)
    }
}

const NAMES: &[&[&str]] = &[
    &["first.example", "127.0.0.1"],
    &["api.example", "*.api.example"],
    &["www.api.example", "Upper.Example"],
];

#[test]
fn certificates_are_chosen_by_name() {
    let site = site(NAMES);
    for (name, expected) in [
        ("first.example", Some(0)),
        ("api.example", Some(1)),
        ("v1.api.example", Some(1)),
        ("V1.API.Example", Some(1)),
        ("www.api.example", Some(2)),
        ("upper.example", Some(2)),
        // An address is not sent as a name; the first certificate is right for it.
        ("127.0.0.1", Some(0)),
        // The first again, which is wrong for these.
        ("a.b.api.example", None),
        ("other.example", None),
    ] {
        assert_eq!(site.serves(name), expected, "{name}");
    }
}

#[test]
fn misdirected_requests() {
    let site = site(NAMES);
    let store = site.tls.certificates();
    for (sni, authority, expected) in [
        (Some("api.example"), "api.example", false),
        (Some("api.example"), "v1.api.example", false),
        (Some("v2.api.example"), "v1.api.example", false),
        (Some("api.example."), "v1.api.example", false),
        (Some("api.example"), "www.api.example", true),
        (Some("api.example"), "first.example", true),
        (Some("first.example"), "api.example", true),
        (Some("api.example"), "unknown.example", true),
        // These get the first certificate either way.
        (Some("first.example"), "unknown.example", false),
        (Some("unknown.example"), "first.example", false),
        (None, "first.example", false),
        (None, "127.0.0.1", false),
        (None, "[::1]", false),
        (None, "api.example", true),
        (Some("api.example"), "127.0.0.1", true),
        (Some("api.example"), ".api.example", true),
    ] {
        let seen = store.misdirected(sni, authority);
        assert_eq!(seen, expected, "{sni:?} {authority}");
    }
}

#[test]
fn key_kinds_stand_side_by_side() {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let ecdsa = root.server(&["a.example"]);
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    let edwards = root.issue(&params, key);
    let files = vec![
        ecdsa.write(directory.path(), "ecdsa"),
        edwards.write(directory.path(), "edwards"),
    ];
    let tls = ServerTls::load(&listener(files), false).unwrap();
    let (client_side, _) = connect(&client(&root), tls.config(), "a.example").unwrap();
    assert_eq!(served(&client_side), ecdsa.chain[0]);

    let mut only_edwards = (*provider()).clone();
    let mapping: Vec<_> = only_edwards
        .signature_verification_algorithms
        .mapping
        .iter()
        .filter(|(scheme, _)| *scheme == SignatureScheme::ED25519)
        .copied()
        .collect();
    only_edwards.signature_verification_algorithms = WebPkiSupportedAlgorithms {
        mapping: mapping.leak(),
        ..only_edwards.signature_verification_algorithms
    };
    let config = client_with(&root, Arc::new(only_edwards), &[&TLS13]);
    let (client_side, _) = connect(&config, tls.config(), "a.example").unwrap();
    assert_eq!(served(&client_side), edwards.chain[0]);
}

#[test]
fn reload_takes_all_or_nothing() {
    let site = site(&[&["a.example"], &["b.example"]]);
    let (directory, store) = (site.directory.path(), site.tls.certificates());
    assert!(!store.reload().unwrap());

    // One good and one broken: nothing changes.
    let (new_a, new_b) = (
        site.root.server(&["a.example"]),
        site.root.server(&["b.example"]),
    );
    new_a.write(directory, "0");
    std::fs::write(directory.join("1.pem"), "").unwrap();
    let error = store.reload().unwrap_err();
    assert!(matches!(error, TlsError::NothingInside { .. }), "{error}");
    assert_eq!(site.serves("a.example"), Some(0));
    assert_eq!(site.serves("b.example"), Some(1));

    new_b.write(directory, "1");
    assert!(store.reload().unwrap());
    let (client_side, _) = connect(&client(&site.root), site.tls.config(), "b.example").unwrap();
    assert_eq!(served(&client_side), new_b.chain[0]);
    let validity = store.validity();
    assert_eq!(validity.len(), 2);
    let second = directory.join("1.pem").display().to_string();
    assert_eq!(*validity[1].certificate, *second);
    assert_eq!(
        (validity[1].not_before, validity[1].not_after),
        (946_684_800, 4_102_444_800)
    );
    let watched: Vec<_> = store.paths().map(|p| p.file_name().unwrap()).collect();
    assert_eq!(watched, ["0.pem", "0.key", "1.pem", "1.key"]);
}

#[test]
fn versions_and_protocols_are_the_listeners() {
    let site = site(&[&["a.example"]]);
    let files = site.leaves[0].write(site.directory.path(), "0");
    let load = |min_version, http2| {
        let tls = ListenerTls {
            min_version,
            ..listener(vec![files.clone()])
        };
        ServerTls::load(&tls, http2).unwrap()
    };
    let old = client_with(&site.root, provider(), &[&TLS12]);
    assert!(connect(&old, load(TlsVersion::V1_2, true).config(), "a.example").is_ok());
    assert!(connect(&old, load(TlsVersion::V1_3, true).config(), "a.example").is_err());

    let mut both = (*client(&site.root)).clone();
    both.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    let both = Arc::new(both);
    for (http2, expected) in [(true, &b"h2"[..]), (false, b"http/1.1")] {
        let tls = load(TlsVersion::V1_2, http2);
        let (_, server) = connect(&both, tls.config(), "a.example").unwrap();
        assert_eq!(server.alpn_protocol(), Some(expected));
    }
}

/// Loads one certificate and key with these texts; the error, with the directory as `D`.
fn load_error(certificate: Option<&[u8]>, key: Option<&str>) -> String {
    let directory = TempDir::new().unwrap();
    let path = |name: &str, text: Option<&[u8]>| -> Arc<Path> {
        let path = directory.path().join(name);
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        path.into()
    };
    let files = CertificateFiles {
        certificate: ChainSource::File(path("x.pem", certificate)),
        hosts: None,
        key: KeySource::File(path("x.key", key.map(str::as_bytes))),
    };
    ServerTls::load(&listener(vec![files]), true)
        .unwrap_err()
        .to_string()
        .replace(directory.path().to_str().unwrap(), "D")
}

#[test]
fn errors_name_the_file_and_what_would_be_right() {
    let root = Authority::root("Root");
    let leaf = root
        .intermediate("Issuing", (2000, 2100))
        .server(&["a.example"]);
    let (text, key) = (leaf.chain_pem(), leaf.key.serialize_pem());
    let chain = Some(text.as_bytes());
    let reversed: String = leaf
        .chain
        .iter()
        .rev()
        .map(|der| crate::tls::testing::pem("CERTIFICATE", der))
        .collect();
    let other = root.server(&["b.example"]).key.serialize_pem();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----\n";
    let junk_key = crate::tls::testing::pem("PRIVATE KEY", b"junk");
    let junk_chain = crate::tls::testing::pem("CERTIFICATE", b"junk");
    let cut = key.replace("-----END PRIVATE KEY-----", "");
    for (certificate, key, expected) in [
        (
            None,
            Some(&*key),
            "certificate file D/x.pem cannot be read: No such file or directory (os error 2)",
        ),
        (
            chain,
            None,
            "key file D/x.key cannot be read: No such file or directory (os error 2)",
        ),
        (
            Some(&b"hello"[..]),
            Some(&key),
            "certificate file D/x.pem holds no PEM certificate; a block `-----BEGIN CERTIFICATE-----` is expected",
        ),
        (
            Some(key.as_bytes()),
            Some(&key),
            "certificate file D/x.pem holds no PEM certificate; a block `-----BEGIN CERTIFICATE-----` is expected, but it holds a private key",
        ),
        (
            Some(&leaf.chain[0]),
            Some(&key),
            "certificate file D/x.pem holds no PEM certificate; a block `-----BEGIN CERTIFICATE-----` is expected, but it looks like DER; convert it with `openssl … -inform DER`",
        ),
        (
            chain,
            Some(&text),
            "key file D/x.key holds no PEM private key; a block `-----BEGIN PRIVATE KEY-----` is expected, but it holds a certificate",
        ),
        (
            chain,
            Some(&other),
            "key file D/x.key does not belong to certificate file D/x.pem; the key and the first certificate of the chain must be of one pair",
        ),
        (
            Some(reversed.as_bytes()),
            Some(&key),
            "key file D/x.key does not belong to certificate file D/x.pem's first certificate but to a later one; the chain must begin with the leaf",
        ),
        (
            chain,
            Some(encrypted),
            "key file D/x.key is encrypted, which is not supported; store it decrypted (`openssl pkey -in KEY -out NEW`) and protect the file by its permissions",
        ),
        (
            chain,
            Some(legacy),
            "key file D/x.key is encrypted, which is not supported; store it decrypted (`openssl pkey -in KEY -out NEW`) and protect the file by its permissions",
        ),
        (
            chain,
            Some(&cut),
            "key file D/x.key is not valid PEM: a block has no `-----END …-----` line",
        ),
        (
            Some(junk_chain.as_bytes()),
            Some(&key),
            "certificate file D/x.pem: certificate 1 of the file is not valid X.509 (TrailingData(SignedData)); each `-----BEGIN CERTIFICATE-----` block must hold one whole certificate",
        ),
    ] {
        assert_eq!(load_error(certificate, key), expected);
    }
    let error = load_error(chain, Some(&junk_key));
    assert!(
        error.starts_with("key file D/x.key holds a private key that cannot be used (failed"),
        "{error}"
    );
}

#[test]
fn files_from_windows_are_read() {
    let directory = TempDir::new().unwrap();
    let leaf = Authority::root("Root").server(&["a.example"]);
    let files = leaf.write(directory.path(), "x");
    let text = leaf.chain_pem().replace('\n', "\r\n");
    std::fs::write(directory.path().join("x.pem"), format!("\u{feff}{text}")).unwrap();
    assert!(ServerTls::load(&listener(vec![files]), true).is_ok());
}

#[test]
fn keys_as_text_are_not_shown() {
    let directory = TempDir::new().unwrap();
    let leaf = Authority::root("Root").server(&["a.example"]);
    let other = Authority::root("Root").server(&["b.example"]);
    let files = |key: String| CertificateFiles {
        key: KeySource::Text(postern_model::Secret::new(key.into())),
        ..leaf.write(directory.path(), "x")
    };
    assert!(ServerTls::load(&listener(vec![files(leaf.key.serialize_pem())]), true).is_ok());
    let error = ServerTls::load(&listener(vec![files(other.key.serialize_pem())]), true);
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("the key given as text does not belong to certificate file "),
        "{error}"
    );
    assert_eq!(
        ServerTls::load(&listener(Vec::new()), true)
            .unwrap_err()
            .to_string(),
        "TLS is on but no certificate is given; at least one certificate and key is needed"
    );
}

#[test]
fn a_certificate_as_text_is_served_and_named_in_faults() {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let leaf = root.server(&["a.example"]);
    let files = |pem: String| CertificateFiles {
        certificate: ChainSource::Text {
            name: "shop".into(),
            pem: pem.into(),
        },
        ..leaf.write(directory.path(), "x")
    };
    let tls = ServerTls::load(&listener(vec![files(leaf.chain_pem())]), true).unwrap();
    let (side, _) = connect(&client(&root), tls.config(), "a.example").unwrap();
    assert_eq!(served(&side), leaf.chain[0]);
    let watched: Vec<_> = tls.certificates().paths().collect();
    assert_eq!(watched, [directory.path().join("x.key")]);
    let other = root.server(&["a.example"]).chain_pem();
    let error = ServerTls::load(&listener(vec![files(other)]), true).unwrap_err();
    assert!(error.to_string().contains("certificate `shop`"), "{error}");
}

#[test]
fn a_certificate_is_served_only_for_the_hosts_that_it_may_be_served_for() {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let whole = root.server(&["first.example", "other.example"]);
    let names = [
        "shop.example",
        "a.shop.example",
        "other.example",
        "ashop.example",
    ];
    let limited = root.server(&names);
    let mut files = limited.write(directory.path(), "limited");
    files.hosts = Some(["shop.example".into(), "*.shop.example".into()].into());
    let all = vec![files.clone(), whole.write(directory.path(), "whole")];
    let tls = ServerTls::load(&listener(all), true).unwrap();
    let chosen = |name: &str| {
        let (side, _) = connect(&client(&root), tls.config(), name).unwrap();
        served(&side)
    };
    for name in ["shop.example", "a.shop.example"] {
        assert_eq!(chosen(name), limited.chain[0], "{name}");
    }
    for name in ["first.example", "other.example"] {
        assert_eq!(chosen(name), whole.chain[0], "{name}");
    }
    let current = tls.certificates().current.load();
    assert!(!current.exact.contains_key("ashop.example"));
}
