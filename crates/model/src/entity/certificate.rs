//! Certificates that listeners serve.

use super::{KeySource, Name};
use std::path::Path;
use std::sync::Arc;

/// A certificate chain and its key, both PEM. Files are read again when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub certificate: ChainSource,
    /// The private key (PKCS#8, PKCS#1 or SEC1).
    pub key: KeySource,
    /// Of the names in the certificate, those that it is served for, lower case; `*.example.com`
    /// for one or more labels. `None`: all.
    pub hosts: Option<Arc<[Name]>>,
}

/// Where a certificate chain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainSource {
    /// A PEM file, read again when it changes.
    File(Arc<Path>),
    /// PEM text.
    Text {
        /// The name of the certificate it is of.
        name: Name,
        /// The text.
        pem: Arc<str>,
    },
}

impl ChainSource {
    /// Its file or its name, for messages.
    pub fn label(&self) -> Arc<str> {
        match self {
            Self::File(path) => path.display().to_string().into(),
            Self::Text { name, .. } => name.clone(),
        }
    }
}
