use super::*;
use crate::tls::testing::{ALWAYS, Authority, Leaf, connect, handshake, listener};
use crate::tls::{ServerTls, TlsFacts};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, ServerConfig, ServerConnection};
use std::io;
use tempfile::TempDir;

struct Place {
    directory: TempDir,
    root: Authority,
    server: ServerTls,
}

fn place() -> Place {
    let directory = TempDir::new().unwrap();
    let root = Authority::root("Root");
    let files = root
        .server(&["up.example", "127.0.0.1"])
        .write(directory.path(), "up");
    std::fs::write(directory.path().join("roots.pem"), root.certificate.pem()).unwrap();
    Place {
        server: ServerTls::load(&listener(vec![files]), true).unwrap(),
        directory,
        root,
    }
}

impl Place {
    fn trusting(&self) -> UpstreamTls {
        UpstreamTls {
            authorities: Some(self.directory.path().join("roots.pem").into()),
            ..UpstreamTls::default()
        }
    }

    fn connect(&self, tls: &UpstreamTls, host: &str) -> Result<TlsFacts, Error> {
        let tls = load(tls, UpstreamProtocol::Http1);
        let name = tls.server_name(host).unwrap();
        let mut client = ClientConnection::new(Arc::clone(tls.config()), name)?;
        let mut server = ServerConnection::new(Arc::clone(self.server.config()))?;
        handshake(&mut client, &mut server)?;
        Ok(TlsFacts::from_connection(&server).unwrap())
    }
}

fn load(tls: &UpstreamTls, protocol: UpstreamProtocol) -> UpstreamClientTls {
    UpstreamClientTls::load(tls, protocol, &SystemAuthorities::default()).unwrap()
}

/// As tokio-rustls reports it.
fn classified(error: Error) -> TlsFailure {
    TlsFailure::of(&io::Error::new(io::ErrorKind::InvalidData, error)).unwrap()
}

#[test]
fn verifies_by_default() {
    let place = place();
    let facts = place.connect(&place.trusting(), "up.example").unwrap();
    assert_eq!(facts.sni.as_deref(), Some("up.example"));
    let facts = place.connect(&place.trusting(), "127.0.0.1").unwrap();
    assert_eq!(facts.sni, None);

    for (tls, host) in [
        (place.trusting(), "other.example"),
        (place.trusting(), "127.0.0.2"),
        // The system's authorities do not know ours.
        (UpstreamTls::default(), "up.example"),
    ] {
        let failure = classified(place.connect(&tls, host).unwrap_err());
        assert!(matches!(failure, TlsFailure::Certificate(_)), "{failure:?}");
        assert_eq!(failure.proxy_status(), "tls_certificate_error");
    }
}

#[test]
fn the_name_can_be_another_than_the_host() {
    let place = place();
    let tls = UpstreamTls {
        server_name: Some("up.example".into()),
        ..place.trusting()
    };
    let facts = place.connect(&tls, "10.0.0.1").unwrap();
    assert_eq!(facts.sni.as_deref(), Some("up.example"));
}

#[test]
fn sessions_are_resumed() {
    let place = place();
    let tls = load(&place.trusting(), UpstreamProtocol::Http1);
    for resumed in [false, true] {
        let (_, server) = connect(tls.config(), place.server.config(), "up.example").unwrap();
        assert_eq!(TlsFacts::from_connection(&server).unwrap().resumed, resumed);
    }
}

#[test]
fn certificate_failures_say_what_to_change() {
    let place = place();
    let tls = load(&place.trusting(), UpstreamProtocol::Http1);
    let failure = |leaf: &Leaf, name: &str| {
        let error = connect(tls.config(), &server(leaf, leaf, &[]), name).unwrap_err();
        let failure = classified(error);
        assert!(matches!(failure, TlsFailure::Certificate(_)), "{failure:?}");
        failure.to_string()
    };
    let up = place.root.server(&["a.example", "*.b.example", "10.0.0.1"]);
    let stranger = Authority::root("Other").server(&["a.example"]);
    let client = place.root.client("alice", ALWAYS);
    let old = place.root.client("alice", (2001, 2002));
    let own = place.root.intermediate("Issuing", ALWAYS).into_leaf();
    let many: Vec<_> = (0..9).map(|n| format!("n{n}.example")).collect();
    let many = place
        .root
        .server(&many.iter().map(|n| &**n).collect::<Vec<_>>());
    for (leaf, name, expected) in [
        (
            &stranger,
            "a.example",
            "the upstream's certificate was not issued by an authority that is trusted here; add its authority to `authorities`",
        ),
        (
            &up,
            "c.example",
            "the upstream's certificate is not valid for `c.example` but for a.example, *.b.example, 10.0.0.1; set `server_name` to a name that it is valid for",
        ),
        (
            &many,
            "c.example",
            "the upstream's certificate is not valid for `c.example` but for n0.example, n1.example, n2.example, n3.example, n4.example, 4 more; set `server_name` to a name that it is valid for",
        ),
        (
            &client,
            "a.example",
            "the upstream's certificate is not for servers: its extended key usage lacks `serverAuth`",
        ),
        (
            &own,
            "a.example",
            "the upstream uses an authority's certificate (`CA:TRUE`) as its own; issue one with `basicConstraints=CA:FALSE` for it",
        ),
    ] {
        assert_eq!(failure(leaf, name), expected);
    }
    let text = failure(&old, "a.example");
    let start = "the upstream's certificate, or one in its chain, expired ";
    assert!(
        text.starts_with(start) && text.ends_with(" days ago"),
        "{text}"
    );
}

#[derive(Debug)]
struct Serves(Arc<CertifiedKey>);

impl ResolvesServerCert for Serves {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server that shows one leaf's chain and signs with another's key.
fn server(chain: &Leaf, key: &Leaf, alpn: &[&str]) -> Arc<ServerConfig> {
    let key = provider()
        .key_provider
        .load_private_key(key.key_der())
        .unwrap();
    let certified = CertifiedKey::new(chain.chain.clone(), key);
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Serves(Arc::new(certified))));
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

#[test]
fn skipping_verification_still_wants_the_key() {
    let place = place();
    let tls = UpstreamTls {
        insecure_skip_verify: true,
        ..UpstreamTls::default()
    };
    assert!(place.connect(&tls, "anything.example").is_ok());

    let tls = load(&tls, UpstreamProtocol::Http1);
    let (up, other) = (
        place.root.server(&["a.example"]),
        place.root.server(&["b.example"]),
    );
    assert!(connect(tls.config(), &server(&up, &up, &[]), "a.example").is_ok());
    let error = connect(tls.config(), &server(&up, &other, &[]), "a.example").unwrap_err();
    assert!(matches!(classified(error), TlsFailure::Certificate(_)));
}

#[test]
fn shows_its_own_certificate() {
    let place = place();
    let leaf = place.root.client("gateway", ALWAYS);
    let tls = UpstreamTls {
        certificate: Some(leaf.write(place.directory.path(), "gateway")),
        ..place.trusting()
    };
    let facts = place.connect(&tls, "up.example").unwrap();
    assert_eq!(facts.chain.as_deref(), Some(&*leaf.chain));
}

#[test]
fn the_protocol_must_be_agreed() {
    let place = place();
    let up = place.root.server(&["up.example"]);
    for (protocol, offered, expected) in [
        (UpstreamProtocol::Http1, &["http/1.1"][..], true),
        (UpstreamProtocol::Http1, &[], true),
        (UpstreamProtocol::Http2, &["h2", "http/1.1"], true),
        (UpstreamProtocol::Http2, &[], false),
    ] {
        let tls = load(&place.trusting(), protocol);
        let server = server(&up, &up, offered);
        let (client, _) = connect(tls.config(), &server, "up.example").unwrap();
        assert_eq!(
            tls.protocol_agreed(&client),
            expected,
            "{protocol:?} {offered:?}"
        );
    }
}

#[test]
fn failures_are_told_apart() {
    let place = place();
    let tls = load(&place.trusting(), UpstreamProtocol::Http1);
    let name = || tls.server_name("up.example").unwrap();

    let mut plain = ClientConnection::new(Arc::clone(tls.config()), name()).unwrap();
    plain
        .read_tls(&mut &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..])
        .unwrap();
    let failure = classified(plain.process_new_packets().unwrap_err());
    assert_eq!(failure.proxy_status(), "tls_protocol_error");
    assert!(failure.to_string().contains("is not TLS"), "{failure}");

    let mut alerted = ClientConnection::new(Arc::clone(tls.config()), name()).unwrap();
    alerted
        .read_tls(&mut &[0x15, 3, 3, 0, 2, 2, 40][..])
        .unwrap();
    let failure = classified(alerted.process_new_packets().unwrap_err());
    assert!(
        matches!(failure, TlsFailure::Alert { id: 40, .. }),
        "{failure:?}"
    );
    assert_eq!(failure.proxy_status(), "tls_alert_received");

    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(TlsFailure::of(&reset), None);
    assert_eq!(TlsFailure::of(&io::Error::other("else")), None);
}

#[test]
fn descriptions_are_bounded() {
    let failure = classified(Error::General("é".repeat(1000)));
    assert!(failure.to_string().len() <= MAX_TEXT_SHOWN, "{failure}");
}

const MAX_TEXT_SHOWN: usize = 400 + '…'.len_utf8();

#[test]
fn bad_settings_are_named() {
    let place = place();
    let error = |tls: &UpstreamTls| {
        UpstreamClientTls::load(tls, UpstreamProtocol::Http1, &SystemAuthorities::default())
            .unwrap_err()
            .to_string()
            .replace(place.directory.path().to_str().unwrap(), "D")
    };
    let tls = UpstreamTls {
        server_name: Some("not a name".into()),
        ..place.trusting()
    };
    assert_eq!(
        error(&tls),
        "`not a name` is neither a DNS name nor an address, so no certificate can be valid for it"
    );
    let tls = UpstreamTls {
        authorities: Some(place.directory.path().join("none.pem").into()),
        ..UpstreamTls::default()
    };
    assert_eq!(
        error(&tls),
        "authorities file D/none.pem cannot be read: No such file or directory (os error 2)"
    );
}
