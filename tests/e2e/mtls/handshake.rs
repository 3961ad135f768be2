//! What is decided with the connection: certificates without their keys, sessions that are resumed
//! after their authority is gone, and HTTP/2.

use crate::clients::Secure;
use crate::harness::h2::{self, Answer};
use crate::harness::raw::{Raw, Shared};
use crate::harness::tls::{Authority, Issued, Validity, provider};
use crate::harness::{Response, SOON, eventually};
use crate::upstream::Upstream;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, HandshakeKind, SignatureScheme, SupportedProtocolVersion};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];
const GET: &str = "GET /orders HTTP/1.1\r\nHost: test\r\n\r\n";

/// A gateway that knows `till-7` by a name of its certificate.
struct World {
    secure: Secure,
    upstream: Upstream,
    seven: Issued,
    eight: Issued,
}

impl World {
    fn new() -> Self {
        let upstream = Upstream::start();
        let known = |setup: crate::harness::setup::Setup, authority: &Authority| {
            let judged = json!({"authorities": authority.path(), "required": false});
            setup
                .with("tenants.partner", json!({}))
                .with("apps.shop.tenant", "partner")
                .with(
                    "credentials.key_0000000000000001",
                    json!({"app": "shop", "certificate": {"dns": "till-7.test"}}),
                )
                .service("client_certificate", judged)
                .service("authentication", json!({"mtls": {}, "subscription": false}))
        };
        let secure = Secure::start(&["test"], known, upstream.address);
        let issue = |name: &str| {
            let names = [&*format!("{name}.test")];
            secure.authority.issue(name, &names, Validity::Now)
        };
        let (seven, eight) = (issue("till-7"), issue("till-8"));
        Self {
            secure,
            upstream,
            seven,
            eight,
        }
    }

    /// A client that shows one certificate and signs with the key of another.
    fn client(
        &self,
        shown: &Issued,
        key: &Issued,
        version: &'static SupportedProtocolVersion,
        alpn: &str,
    ) -> ClientConfig {
        let (chain, key) = (shown.der().0, key.der().1);
        let key = provider().key_provider.load_private_key(key);
        let pair = Arc::new(CertifiedKey::new(chain, key.expect("a key")));
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(self.secure.authority.roots())
            .with_client_cert_resolver(Arc::new(Always(pair)));
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        config
    }

    /// The authority goes, and another one comes in its place.
    fn lose_the_authority(&self) {
        let other = Authority::new("another");
        std::fs::copy(other.path(), self.secure.authority.path()).expect("a copy");
        let gateway = &self.secure.gateway;
        let file = std::fs::read_to_string(gateway.file()).expect("its configuration");
        gateway.replace_config(&format!("{file}\n"));
    }

    /// What comes of a request on a connection of its own, and how its session came about.
    fn ask(&self, config: &ClientConfig) -> (Response, Option<HandshakeKind>) {
        let (mut client, kind) = self.open(config);
        (client.exchange(GET), kind)
    }

    fn open(&self, config: &ClientConfig) -> (Raw, Option<HandshakeKind>) {
        let (mut stream, tcp) = self.stream(config);
        stream
            .conn
            .complete_io(&mut stream.sock)
            .expect("a handshake");
        let kind = stream.conn.handshake_kind();
        (Raw::over(Box::new(stream), tcp), kind)
    }

    fn stream(
        &self,
        config: &ClientConfig,
    ) -> (
        rustls::StreamOwned<rustls::ClientConnection, Shared>,
        Shared,
    ) {
        let tcp = TcpStream::connect(self.secure.address).expect("a connection");
        tcp.set_read_timeout(Some(SOON)).expect("a socket");
        let name = ServerName::try_from("test").expect("a name");
        let session = rustls::ClientConnection::new(Arc::new(config.clone()), name);
        let tcp = Shared::new(tcp);
        let stream = rustls::StreamOwned::new(session.expect("a session"), tcp.clone());
        (stream, tcp)
    }

    fn ask_http2(&self, config: &ClientConfig) -> (Answer, Option<HandshakeKind>) {
        let request = h2::get("https://test/orders");
        h2::over_tls(self.secure.address, "test", config.clone(), request)
    }
}

/// A client's pair that need not fit, whoever asks for it.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The alert that ends a connection, which may come only once the client thinks that it is there.
fn alert(world: &World, config: &ClientConfig) -> rustls::AlertDescription {
    let (mut stream, _tcp) = world.stream(config);
    let mut answer = Vec::new();
    let mut talk = || {
        stream.write_all(GET.as_bytes())?;
        stream.flush()?;
        stream.read_to_end(&mut answer)
    };
    let error = talk().expect_err("the connection is ended");
    assert!(answer.is_empty(), "{:?}", String::from_utf8_lossy(&answer));
    let reason = error.get_ref().and_then(|inner| inner.downcast_ref());
    match reason {
        Some(rustls::Error::AlertReceived(alert)) => *alert,
        other => panic!("no alert: {error:?}, {other:?}"),
    }
}

#[test]
fn a_certificate_without_its_key_opens_nothing() {
    let world = World::new();
    for version in VERSIONS {
        for alpn in ["http/1.1", "h2"] {
            let stolen = world.client(&world.seven, &world.eight, version, alpn);
            let alert = alert(&world, &stolen);
            let due = rustls::AlertDescription::DecryptError;
            assert_eq!(alert, due, "{version:?} {alpn}");
        }
    }
    assert_eq!(world.upstream.seen().len(), 0);
    world.secure.gateway.logged(&["TLS handshake failed"]);
    // Each with its own key: the one that is known passes, the other is known to nobody.
    for version in VERSIONS {
        let own = world.client(&world.seven, &world.seven, version, "http/1.1");
        assert_eq!(world.ask(&own).0.status, 200, "{version:?}");
        let other = world.client(&world.eight, &world.eight, version, "http/1.1");
        let refused = world.ask(&other).0;
        assert_eq!(refused.denial().as_deref(), Some("credential.invalid"));
    }
    assert_eq!(world.upstream.seen().len(), VERSIONS.len());
}

#[test]
fn a_session_is_judged_anew_when_it_is_resumed() {
    const UNTRUSTED: Option<&str> = Some("connection.certificate_untrusted");
    let world = World::new();
    let clients = VERSIONS.map(|version| {
        ["http/1.1", "h2"].map(|alpn| world.client(&world.seven, &world.seven, version, alpn))
    });
    // The last connection of each version stays.
    let mut kept = Vec::new();
    for [first, second] in &clients {
        assert_eq!(world.ask(first).1, Some(HandshakeKind::Full));
        let (mut client, kind) = world.open(first);
        assert_eq!(kind, Some(HandshakeKind::Resumed));
        assert_eq!(client.exchange(GET).status, 200);
        kept.push(client);
        let (answer, kind) = world.ask_http2(second);
        assert_eq!((answer.status, kind), (200, Some(HandshakeKind::Full)));
        let (answer, kind) = world.ask_http2(second);
        assert_eq!((answer.status, kind), (200, Some(HandshakeKind::Resumed)));
    }
    world.lose_the_authority();
    let [[_, second], _] = &clients;
    eventually("the other authority counts", || {
        let code = world.ask_http2(second).0.field("postern-denial");
        (Some(&*code) == UNTRUSTED).then_some(())
    });
    for ([first, second], mut client) in clients.iter().zip(kept) {
        let (refused, kind) = world.ask(first);
        let told = (refused.denial(), kind);
        assert_eq!(told.0.as_deref(), UNTRUSTED);
        assert_eq!(told.1, Some(HandshakeKind::Resumed));
        let (refused, kind) = world.ask_http2(second);
        assert_eq!(Some(&*refused.field("postern-denial")), UNTRUSTED);
        assert_eq!((refused.status, kind), (403, Some(HandshakeKind::Resumed)));
        // A connection that was there before has no better standing.
        assert_eq!(client.exchange(GET).denial().as_deref(), UNTRUSTED);
    }
}

#[test]
fn over_http2_a_certificate_counts_as_much() {
    let world = World::new();
    for version in VERSIONS {
        let own = world.client(&world.seven, &world.seven, version, "h2");
        let (passed, _) = world.ask_http2(&own);
        assert_eq!(passed.status, 200, "{passed:?}");
        let seen = world.upstream.seen().pop().expect("a request");
        assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
        let other = world.client(&world.eight, &world.eight, version, "h2");
        let (refused, _) = world.ask_http2(&other);
        assert_eq!(refused.status, 401);
        assert_eq!(refused.field("postern-denial"), "credential.invalid");
    }
    let none = world.secure.authority.client(None, &["h2"]);
    let (refused, _) = world.ask_http2(&none);
    assert_eq!(refused.status, 401);
    assert_eq!(refused.field("postern-denial"), "credential.missing");
    // Several requests of one connection are judged each by itself, and by the same certificate.
    let own = world.client(&world.seven, &world.seven, VERSIONS[1], "http/1.1");
    let (mut client, _) = world.open(&own);
    client.patience(Duration::from_secs(10));
    for _ in 0..3 {
        assert_eq!(client.exchange(GET).status, 200);
    }
}
