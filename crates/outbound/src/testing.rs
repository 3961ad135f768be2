//! Servers in this process, some of them hostile; certificates; a clock that stands still.

use crate::{Clock, Dialer, HttpClient, Rule, Trust};
use ipnet::IpNet;
use jiff::Timestamp;
use postern_model::entity::Egress;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Public addresses and these ranges.
pub(crate) fn rule(allow: &[&str]) -> Arc<Rule> {
    let allow = allow.iter().map(|range| range.parse::<IpNet>().unwrap());
    Arc::new(Rule {
        egress: Egress {
            allow: allow.collect(),
            deny: Vec::new(),
        },
        own: Vec::new(),
        is_local: |_| false,
    })
}

/// A dialer that may go to this machine.
pub(crate) fn dialer(trust: Trust) -> Dialer {
    Dialer::new(rule(&["127.0.0.0/8", "::1/128"]), trust)
}

/// A client that may go to this machine, without TLS.
pub(crate) fn client() -> HttpClient {
    HttpClient::new(dialer(Trust::system().unwrap())).plain_allowed()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A clock that shows what it was last set to.
pub(crate) fn still(text: &str) -> (Clock, impl Fn(Timestamp) + use<>) {
    let time = Arc::new(Mutex::new(at(text)));
    let shown = Arc::clone(&time);
    let clock = Clock::new(move || *shown.lock().unwrap());
    (clock, move |now| *time.lock().unwrap() = now)
}

/// Serves each connection with `serve`.
pub(crate) async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Reads a request: its head, and as much body as it says.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let byte = stream.read_u8().await.unwrap_or(b'\n');
        bytes.push(byte);
        assert!(bytes.len() < 64 * 1024, "a head without an end");
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let length = text.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ")
            .map(|length| length.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    (text, body)
}

/// A server that answers every request with these bytes; what it was asked.
pub(crate) async fn answering(
    bytes: impl Into<Vec<u8>>,
) -> (SocketAddr, Arc<Mutex<Vec<(String, Vec<u8>)>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (seen, bytes) = (Arc::clone(&asked), bytes.into());
    let address = listen(move |mut stream| {
        let (seen, bytes) = (Arc::clone(&seen), bytes.clone());
        async move {
            let request = read_request(&mut stream).await;
            seen.lock().unwrap().push(request);
            finish(&mut stream, &bytes).await;
        }
    })
    .await;
    (address, asked)
}

/// Writes what is left, whether or not somebody still reads it.
pub(crate) async fn finish(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
}

/// An authority and a certificate of it for `name`: the authority's PEM, and who accepts with it.
pub(crate) fn certificate(name: &str) -> (String, TlsAcceptor) {
    let (authority, certificate, key) = issue(name);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority, TlsAcceptor::from(Arc::new(config)))
}

fn issue(name: &str) -> (String, rcgen::Certificate, PrivateKeyDer<'static>) {
    let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = root.self_signed(&root_key).unwrap().pem();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (authority, certificate, key.into())
}
