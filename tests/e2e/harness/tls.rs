//! Certificates made for one test, and TLS clients.

use super::files::{Scratch, scratch};
use super::raw::{Raw, Shared};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

/// A certificate authority whose files lie in a scratch directory.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) files: Scratch,
}

/// A certificate and its key: files and text.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

/// When a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// Now.
    Now,
    /// No longer.
    Past,
}

impl Authority {
    /// Makes an authority of that name.
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let files = scratch("authority");
        files.write("ca.pem", issuer.pem());
        Self { issuer, files }
    }

    /// The authority's own certificate.
    pub(crate) fn path(&self) -> PathBuf {
        self.files.join("ca.pem")
    }

    /// Issues a certificate for servers and clients alike, in `<file>.pem` and `<file>.key`.
    pub(crate) fn issue(&self, file: &str, names: &[&str], validity: Validity) -> Issued {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).expect("valid names");
        params.distinguished_name.push(DnType::CommonName, file);
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        if validity == Validity::Past {
            params.not_before = rcgen::date_time_ymd(2019, 1, 1);
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let (certificate_pem, key_pem) = (certificate.pem(), key.serialize_pem());
        Issued {
            certificate: self.files.write(&format!("{file}.pem"), &certificate_pem),
            key: self.files.write(&format!("{file}.key"), &key_pem),
            certificate_pem,
            key_pem,
        }
    }

    /// What whoever trusts this authority alone goes by.
    pub(crate) fn roots(&self) -> rustls::RootCertStore {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a certificate");
        roots
    }

    /// A client configuration that trusts this authority.
    pub(crate) fn client(&self, identity: Option<&Issued>, alpn: &[&str]) -> rustls::ClientConfig {
        let roots = self.roots();
        let builder = rustls::ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(issued) => {
                let (chain, key) = issued.der();
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        config.alpn_protocols = alpn.iter().map(|p| p.as_bytes().to_vec()).collect();
        config
    }
}

impl Issued {
    /// Chain and key for rustls.
    pub(crate) fn der(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = CertificateDer::from_pem_slice(self.certificate_pem.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes());
        (vec![chain.expect("a certificate")], key.expect("a key"))
    }
}

/// The cryptography that tests use.
pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Connects with TLS and gives a raw client over it.
pub(crate) fn connect(
    to: SocketAddr,
    sni: &str,
    config: rustls::ClientConfig,
) -> std::io::Result<Raw> {
    let tcp = TcpStream::connect(to)?;
    tcp.set_read_timeout(Some(super::SOON))?;
    let name = ServerName::try_from(sni.to_owned()).expect("a server name");
    let session = rustls::ClientConnection::new(Arc::new(config), name).expect("a session");
    let tcp = Shared::new(tcp);
    let mut stream = rustls::StreamOwned::new(session, tcp.clone());
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(Raw::over(Box::new(stream), tcp))
}
