//! TLS to one upstream: whom we believe, what we show, and whose fault a failure is.

use super::{TlsError, pem, provider};
use postern_model::entity::{UpstreamProtocol, UpstreamTls};
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::sync::{Arc, OnceLock};

mod certificate_text;
mod failure;
mod insecure;
#[cfg(test)]
mod tests;

pub use failure::TlsFailure;

/// Sessions remembered per upstream, for resumption.
const SESSIONS: usize = 256;

/// The system's authorities, read at first use. One for each reading of the configuration,
/// so that upstreams share them and a reload reads them again.
#[derive(Debug, Default)]
pub struct SystemAuthorities(OnceLock<Arc<RootCertStore>>);

impl SystemAuthorities {
    fn get(&self) -> Arc<RootCertStore> {
        Arc::clone(self.0.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            // Certificates that cannot be read or parsed are left out: the store is a
            // distribution's, and one oddity in it is no reason to stop.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
            Arc::new(roots)
        }))
    }
}

/// How connections to one upstream are encrypted. Made at each reading of the configuration
/// and shared by all cores.
#[derive(Debug, Clone)]
pub struct UpstreamClientTls {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
    protocol: UpstreamProtocol,
}

impl UpstreamClientTls {
    /// Reads the authorities and our certificate for an upstream.
    pub fn load(
        tls: &UpstreamTls,
        protocol: UpstreamProtocol,
        system: &SystemAuthorities,
    ) -> Result<Self, TlsError> {
        let provider = provider();
        let verifier: Arc<dyn ServerCertVerifier> = if tls.insecure_skip_verify {
            Arc::new(insecure::AnyServer::new(
                provider.signature_verification_algorithms,
            ))
        } else {
            let roots = match &tls.authorities {
                Some(path) => Arc::new(RootCertStore {
                    roots: pem::authorities(path)?,
                }),
                None => system.get(),
            };
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                .build()
                .map_err(|error| rustls::Error::General(error.to_string()))?
        };
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &tls.certificate {
            Some(files) => {
                let key = pem::certified_key(files, &provider)?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key)))
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = match protocol {
            UpstreamProtocol::Http1 => vec![b"http/1.1".to_vec()],
            UpstreamProtocol::Http2 => vec![b"h2".to_vec()],
        };
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Self {
            config: Arc::new(config),
            server_name: tls.server_name.as_deref().map(parse_name).transpose()?,
            protocol,
        })
    }

    /// For `tokio_rustls::TlsConnector`.
    pub fn config(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// The name that a target must prove, also sent as SNI unless it is an address: the
    /// configured one, else the target's host (an IPv6 address without brackets).
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>, TlsError> {
        match &self.server_name {
            Some(name) => Ok(name.clone()),
            None => parse_name(host),
        }
    }

    /// Whether the target speaks what this upstream is said to speak: HTTP/2 must have been
    /// agreed on, HTTP/1.1 is what a server without ALPN speaks.
    pub fn protocol_agreed(&self, connection: &ClientConnection) -> bool {
        match self.protocol {
            UpstreamProtocol::Http1 => connection.alpn_protocol() != Some(b"h2"),
            UpstreamProtocol::Http2 => connection.alpn_protocol() == Some(b"h2"),
        }
    }
}

fn parse_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::ServerName { name: name.into() })
}
