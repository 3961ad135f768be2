use super::*;
use crate::tls::testing::{ALWAYS, Authority, Leaf, connect, listener, mid};
use crate::tls::{ChainJudge, ClientAuthorities, ClientVerdict, ServerTls, provider};
use postern_model::entity::ClientCertificate;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{
    CertificateError, ClientConfig, Error, RootCertStore, SignatureScheme, SupportedProtocolVersion,
};
use tempfile::TempDir;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Shows a chain with a key that need not be its own.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

struct Place {
    directory: TempDir,
    root: Authority,
    tls: ServerTls,
}

fn place() -> Place {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let files = root
        .server(&["a.example", "b.example"])
        .write(directory.path(), "a");
    Place {
        tls: ServerTls::load(&listener(vec![files]), true).unwrap(),
        directory,
        root,
    }
}

impl Place {
    fn client(
        &self,
        version: &'static SupportedProtocolVersion,
        shown: Option<(&Leaf, &Leaf)>,
    ) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.certificate.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match shown {
            Some((chain, key)) => {
                let key = provider()
                    .key_provider
                    .load_private_key(key.key_der())
                    .unwrap();
                let certified = CertifiedKey::new(chain.chain.clone(), key);
                builder.with_client_cert_resolver(Arc::new(Shows(Arc::new(certified))))
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    fn facts(&self, client: &Arc<ClientConfig>, name: &str) -> Result<TlsFacts, Error> {
        let (_, server) = connect(client, self.tls.config(), name)?;
        Ok(TlsFacts::from_connection(&server).unwrap())
    }
}

#[test]
fn facts_of_a_connection() {
    let place = place();
    let facts = place
        .facts(&place.client(&TLS13, None), "A.Example")
        .unwrap();
    assert_eq!(facts.version, TlsVersion::V1_3);
    assert!(facts.cipher.starts_with("TLS13_"), "{}", facts.cipher);
    assert_eq!(facts.sni.as_deref(), Some("a.example"));
    assert_eq!(facts.alpn, Alpn::Http2);
    assert!(facts.chain.is_none());
    assert!(!facts.resumed);
    let facts = place
        .facts(&place.client(&TLS12, None), "a.example")
        .unwrap();
    assert_eq!(facts.version, TlsVersion::V1_2);
}

#[test]
fn no_facts_before_the_handshake() {
    let server = ServerConnection::new(Arc::clone(place().tls.config())).unwrap();
    assert!(TlsFacts::from_connection(&server).is_none());
}

#[test]
fn any_chain_is_accepted_at_the_handshake() {
    let place = place();
    for version in VERSIONS {
        for leaf in [
            place.root.client("alice", ALWAYS),
            place.root.client("alice", (2001, 2002)),
            Authority::root("Other").client("alice", ALWAYS),
        ] {
            let client = place.client(version, Some((&leaf, &leaf)));
            let facts = place.facts(&client, "a.example").unwrap();
            assert_eq!(facts.chain.as_deref(), Some(&*leaf.chain), "{version:?}");
        }
    }
}

#[test]
fn the_key_is_always_proved() {
    let place = place();
    let alice = place.root.client("alice", ALWAYS);
    let mallory = place.root.client("mallory", ALWAYS);
    for version in VERSIONS {
        let client = place.client(version, Some((&alice, &mallory)));
        let error = place.facts(&client, "a.example").unwrap_err();
        let expected = Error::InvalidCertificate(CertificateError::BadSignature);
        assert_eq!(error, expected, "{version:?}");
    }
}

#[test]
fn resumed_connections_keep_the_chain_and_are_judged() {
    let place = place();
    let path = place.directory.path().join("roots.pem");
    std::fs::write(&path, place.root.certificate.pem()).unwrap();
    let authorities = ClientAuthorities::load(&ClientCertificate {
        required: true,
        authorities: path.into(),
        revocations: None,
    })
    .unwrap();
    let leaf = place.root.client("alice", (2020, 2030));
    for version in VERSIONS {
        let client = place.client(version, Some((&leaf, &leaf)));
        for resumed in [false, true, true] {
            let facts = place.facts(&client, "a.example").unwrap();
            assert_eq!(facts.resumed, resumed, "{version:?}");
            assert_eq!(facts.chain.as_deref(), Some(&*leaf.chain), "{version:?}");
            assert_eq!(facts.alpn, Alpn::Http2);
            let mut judge = ChainJudge::new(facts.chain);
            let verdict = judge.judge(&authorities, mid(2025));
            assert!(
                matches!(verdict, ClientVerdict::Trusted { .. }),
                "{verdict:?}"
            );
            let verdict = judge.judge(&authorities, mid(2031));
            assert!(
                matches!(verdict, ClientVerdict::Expired { .. }),
                "{verdict:?}"
            );
        }
        // A session is resumed for its own server name only.
        assert!(!place.facts(&client, "b.example").unwrap().resumed);
    }
}

#[test]
fn sessions_survive_a_reload() {
    let place = place();
    let client = place.client(&TLS13, None);
    assert!(!place.facts(&client, "a.example").unwrap().resumed);
    let new = place.root.server(&["a.example"]);
    new.write(place.directory.path(), "a");
    assert!(place.tls.certificates().reload().unwrap());
    assert!(place.facts(&client, "a.example").unwrap().resumed);
}

#[test]
fn nobody_is_asked_where_the_listener_does_not() {
    let place = place();
    let files = place
        .root
        .server(&["a.example"])
        .write(place.directory.path(), "b");
    let mut quiet = listener(vec![files]);
    quiet.request_client_certificate = false;
    let tls = ServerTls::load(&quiet, true).unwrap();
    let leaf = place.root.client("alice", ALWAYS);
    let client = place.client(&TLS13, Some((&leaf, &leaf)));
    let (_, server) = connect(&client, tls.config(), "a.example").unwrap();
    assert!(TlsFacts::from_connection(&server).unwrap().chain.is_none());
}
