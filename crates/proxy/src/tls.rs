//! TLS: what listeners offer, what clients show, what upstreams must prove.
//!
//! Owns certificates, their verification and the facts about one connection. Knows nothing
//! about sockets: whoever accepts or connects drives the handshake with the configurations
//! made here. There is one provider of cryptography, aws-lc-rs, passed explicitly; no global
//! one is installed.

mod client;
mod client_auth;
mod der;
mod error;
mod facts;
mod judge;
mod pem;
mod server;
#[cfg(test)]
mod testing;

pub use client::{SystemAuthorities, TlsFailure, UpstreamClientTls};
pub use error::TlsError;
pub use facts::{Alpn, TlsFacts};
pub use judge::{ChainJudge, ClientAuthorities, ClientVerdict, Fingerprint, Untrusted};
pub use pem::fingerprint;
pub use server::{CertStore, ServerTls, Validity};

use rustls::crypto::CryptoProvider;
use std::sync::{Arc, LazyLock};

/// The provider that everything here uses.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    Arc::clone(&PROVIDER)
}

/// Reads arbitrary bytes as a certificate for display: the entry for a fuzzer.
#[doc(hidden)]
pub fn fuzz_certificate(data: &[u8]) {
    der::fuzz(data);
}
