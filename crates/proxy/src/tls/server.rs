//! TLS of one listener: certificates by server name, reloaded without losing a connection.

use super::client_auth::AnyChain;
use super::{TlsError, der, pem, provider};
use arc_swap::ArcSwap;
use postern_model::entity::{
    CertificateFiles, ChainSource, KeySource, ListenerTls, Name, TlsVersion,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use webpki::EndEntityCert;

#[cfg(test)]
mod tests;

/// What a TLS listener accepts connections with. Made once per listener and shared by all
/// cores; certificates inside it can be replaced, everything else needs a new one.
#[derive(Debug, Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    certificates: Arc<CertStore>,
}

impl ServerTls {
    /// Reads the listener's certificates and keys. `http2` says whether ALPN offers `h2`.
    pub fn load(tls: &ListenerTls, http2: bool) -> Result<Self, TlsError> {
        let provider = provider();
        let certificates = Arc::new(CertStore::load(&tls.certificates, Arc::clone(&provider))?);
        let verifier = if tls.request_client_certificate {
            Arc::new(AnyChain::new(provider.signature_verification_algorithms))
        } else {
            WebPkiClientVerifier::no_client_auth()
        };
        let versions: &[_] = match tls.min_version {
            TlsVersion::V1_2 => &[&TLS13, &TLS12],
            TlsVersion::V1_3 => &[&TLS13],
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::clone(&certificates) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = if http2 {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        // Tickets resume on any core without shared state; their keys change every six hours
        // and are good for twelve. Clients without tickets (TLS 1.2 only) pay for a full
        // handshake: a session table would be a lock that all cores share.
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Self {
            config: Arc::new(config),
            certificates,
        })
    }

    /// For `tokio_rustls::TlsAcceptor`.
    pub fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }

    /// The certificates, to reload them and to compare names.
    pub fn certificates(&self) -> &Arc<CertStore> {
        &self.certificates
    }
}

/// When one certificate is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// Its file, or its name.
    pub certificate: Arc<str>,
    /// The leaf's first valid second, Unix time.
    pub not_before: i64,
    /// The leaf's last valid second, Unix time.
    pub not_after: i64,
}

/// A listener's certificates, chosen by server name.
#[derive(Debug)]
pub struct CertStore {
    files: Vec<CertificateFiles>,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<Certificates>,
}

impl CertStore {
    fn load(files: &[CertificateFiles], provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let current = Certificates::read(files, &provider)?;
        Ok(Self {
            files: files.to_vec(),
            provider,
            current: ArcSwap::from_pointee(current),
        })
    }

    /// Reads all files again and, if every one of them is good, uses them for handshakes from
    /// now on. Established connections and session tickets stay valid. Returns whether any
    /// certificate changed; on an error the old ones stay in use.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let new = Certificates::read(&self.files, &self.provider)?;
        let changed = !new.same_as(&self.current.load());
        if changed {
            self.current.store(Arc::new(new));
        }
        Ok(changed)
    }

    /// The files that were read, to be watched.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().flat_map(|files| {
            let key = match &files.key {
                KeySource::File(path) => Some(&**path),
                KeySource::Text(_) => None,
            };
            let certificate = match &files.certificate {
                ChainSource::File(path) => Some(&**path),
                ChainSource::Text { .. } => None,
            };
            certificate.into_iter().chain(key)
        })
    }

    /// When each certificate in use is valid, in the order of the configuration, for metrics
    /// and warnings.
    pub fn validity(&self) -> Vec<Validity> {
        let current = self.current.load();
        self.files
            .iter()
            .zip(&current.keys)
            .filter_map(|(files, key)| {
                let leaf = der::Certificate::read(key.cert.first()?)?;
                Some(Validity {
                    certificate: files.certificate.label(),
                    not_before: leaf.not_before,
                    not_after: leaf.not_after,
                })
            })
            .collect()
    }

    /// Whether a request for `authority` does not belong on a connection made for `sni`,
    /// because the handshake would have used another certificate
    /// (`connection.misdirected`, RFC 9110 §15.5.20). All else about TLS is the same for all
    /// names of a listener, and client certificates are judged per request.
    ///
    /// `authority` is the host alone: lower case, no port, no dot at its end, an IPv6 address
    /// with or without brackets. `sni` is lower case, as in [`super::TlsFacts`].
    pub fn misdirected(&self, sni: Option<&str>, authority: &str) -> bool {
        if sni == Some(authority) {
            return false;
        }
        let current = self.current.load();
        // Addresses are never sent as SNI (RFC 6066 §3): such a client got the first.
        let host = authority.trim_start_matches('[').trim_end_matches(']');
        let wanted = host.parse::<IpAddr>().is_err().then_some(host);
        current.candidates(sni) != current.candidates(wanted)
    }
}

impl ResolvesServerCert for CertStore {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.current
            .load()
            .choose(hello.server_name(), |key| {
                key.key.choose_scheme(hello.signature_schemes()).is_some()
            })
            .cloned()
    }
}

/// One reading of all files.
#[derive(Debug)]
struct Certificates {
    keys: Vec<Arc<CertifiedKey>>,
    /// Names in lower case, and positions in `keys`, ascending, never empty.
    exact: HashMap<Box<str>, Vec<usize>>,
    /// The same for `*.parent`, by parent.
    wildcard: HashMap<Box<str>, Vec<usize>>,
}

impl Certificates {
    fn read(files: &[CertificateFiles], provider: &CryptoProvider) -> Result<Self, TlsError> {
        if files.is_empty() {
            return Err(TlsError::NoCertificates);
        }
        let mut read = Self {
            keys: Vec::with_capacity(files.len()),
            exact: HashMap::new(),
            wildcard: HashMap::new(),
        };
        for (position, files) in files.iter().enumerate() {
            let key = pem::certified_key(files, provider)?;
            read.index(&key, position, files.hosts.as_deref());
            read.keys.push(Arc::new(key));
        }
        Ok(read)
    }

    fn index(&mut self, key: &CertifiedKey, position: usize, hosts: Option<&[Name]>) {
        // Parsed before, when it was compared with the key.
        let Some(Ok(leaf)) = key.cert.first().map(EndEntityCert::try_from) else {
            return;
        };
        for name in leaf.valid_dns_names() {
            let name = name.to_ascii_lowercase();
            if hosts.is_some_and(|hosts| !hosts.iter().any(|host| host_covers(host, &name))) {
                continue;
            }
            let (names, name) = match name.strip_prefix("*.") {
                Some(parent) => (&mut self.wildcard, parent),
                None => (&mut self.exact, name.as_str()),
            };
            let positions = names.entry(name.into()).or_default();
            if positions.last() != Some(&position) {
                positions.push(position);
            }
        }
    }

    /// Positions of the certificates for a name: exact, then wildcard for one label (RFC 9525
    /// §6.3), else the first.
    fn candidates(&self, name: Option<&str>) -> &[usize] {
        const FIRST: &[usize] = &[0];
        name.and_then(|name| {
            // Some clients send the dot that RFC 6066 §3 rules out.
            let name = name.strip_suffix('.').unwrap_or(name);
            self.exact.get(name).or_else(|| {
                let (label, parent) = name.split_once('.')?;
                (!label.is_empty()).then(|| self.wildcard.get(parent))?
            })
        })
        .map_or(FIRST, Vec::as_slice)
    }

    /// The first candidate whose key the client can verify, so that RSA and ECDSA
    /// certificates can stand side by side.
    fn choose(
        &self,
        name: Option<&str>,
        usable: impl Fn(&CertifiedKey) -> bool,
    ) -> Option<&Arc<CertifiedKey>> {
        let candidates = || {
            self.candidates(name)
                .iter()
                .filter_map(|i| self.keys.get(*i))
        };
        candidates()
            .find(|key| usable(key))
            .or_else(|| candidates().next())
    }

    /// Whether the chains are the same; then so are the keys, which belong to them.
    fn same_as(&self, other: &Self) -> bool {
        self.keys.len() == other.keys.len()
            && self
                .keys
                .iter()
                .zip(&other.keys)
                .all(|(a, b)| a.cert == b.cert)
    }
}

/// Whether a name in a certificate is within a host, or within those that a pattern stands for.
fn host_covers(host: &str, name: &str) -> bool {
    let below = |domain: &str| name.len() > domain.len() && name.ends_with(domain);
    host == name || host.strip_prefix('*').is_some_and(below)
}
