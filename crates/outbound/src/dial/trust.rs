//! Whose certificates we believe.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Authorities that may vouch for a server.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// Why authorities cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The PEM holds something else.
    #[error("the authorities cannot be read as PEM certificates: {0}")]
    Unreadable(String),
    /// It holds nothing.
    #[error("no certificate in the authorities; a PEM block BEGIN CERTIFICATE is needed")]
    Empty,
    /// The library has no TLS version in common with itself.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Trust {
    /// The system's authorities; Mozilla's where the system has none.
    pub fn system() -> Result<Self, TrustError> {
        Self::of(Self::known())
    }

    /// The system's authorities and these.
    pub fn system_and(pem: &[u8]) -> Result<Self, TrustError> {
        let mut roots = Self::known();
        add(&mut roots, pem)?;
        Self::of(roots)
    }

    fn known() -> RootCertStore {
        let mut roots = RootCertStore::empty();
        // What cannot be read or parsed is left out: the store is a distribution's, and one oddity
        // in it is no reason to stop.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        roots
    }

    /// These authorities and no others.
    pub fn only(pem: &[u8]) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        add(&mut roots, pem)?;
        Self::of(roots)
    }

    fn of(roots: RootCertStore) -> Result<Self, TrustError> {
        // The one provider, passed explicitly as everywhere.
        static PROVIDER: LazyLock<Arc<rustls::crypto::CryptoProvider>> =
            LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        let config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.0)
    }
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TrustError> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|one| roots.add(one).map_err(|error| error.to_string()));
        added.map_err(TrustError::Unreadable)?;
    }
    if roots.len() == before {
        return Err(TrustError::Empty);
    }
    Ok(())
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}
