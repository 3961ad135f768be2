//! What can be wrong with certificates, keys and authorities that the configuration names.

use std::sync::Arc;

/// Why TLS material cannot be used. Each is one sentence that names the file, says what is
/// wrong and, where it is not obvious, what would be right.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file is missing, unreadable or no file.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// What it is and its path.
        file: Arc<str>,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is longer than anything it should hold.
    #[error("{file} is larger than {limit} bytes; it should hold PEM text only")]
    TooLarge {
        /// What it is and its path.
        file: Arc<str>,
        /// The bound in bytes.
        limit: u64,
    },
    /// PEM of the kind expected is not in it.
    #[error("{file} holds no {expected}; a block `-----BEGIN {label}-----` is expected{found}")]
    NothingInside {
        /// What it is and its path.
        file: Arc<str>,
        /// What was looked for.
        expected: &'static str,
        /// Its PEM label.
        label: &'static str,
        /// What is there instead: empty, or `, but it holds …`.
        found: &'static str,
    },
    /// The PEM itself is broken.
    #[error("{file} is not valid PEM: {reason}")]
    BadPem {
        /// What it is and its path.
        file: Arc<str>,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// The private key needs a passphrase.
    #[error(
        "{file} is encrypted, which is not supported; store it decrypted \
         (`openssl pkey -in KEY -out NEW`) and protect the file by its permissions"
    )]
    Encrypted {
        /// What it is and its path.
        file: Arc<str>,
    },
    /// The private key is of a kind that cannot be used.
    #[error(
        "{file} holds a private key that cannot be used ({reason}); \
         RSA of 2048 to 8192 bits, ECDSA P-256, P-384, P-521 and Ed25519 can"
    )]
    BadKey {
        /// What it is and its path.
        file: Arc<str>,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// A certificate in the file is not one.
    #[error(
        "{file}: certificate {number} of the file is not valid X.509 ({reason}); \
         each `-----BEGIN CERTIFICATE-----` block must hold one whole certificate"
    )]
    BadCertificate {
        /// What it is and its path.
        file: Arc<str>,
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// A revocation list in the file is not one.
    #[error(
        "{file}: revocation list {number} of the file cannot be used ({reason}); \
         complete lists of version 2 by the issuer itself can (RFC 5280 section 5)"
    )]
    BadRevocationList {
        /// What it is and its path.
        file: Arc<str>,
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// The key is another certificate's.
    #[error("{key} does not belong to {certificate}{hint}")]
    KeyMismatch {
        /// The key.
        key: Arc<str>,
        /// The certificate.
        certificate: Arc<str>,
        /// Empty, or what would be right.
        hint: &'static str,
    },
    /// A listener with TLS but nothing to show.
    #[error("TLS is on but no certificate is given; at least one certificate and key is needed")]
    NoCertificates,
    /// A name to verify an upstream by is neither DNS name nor address.
    #[error("`{name}` is neither a DNS name nor an address, so no certificate can be valid for it")]
    ServerName {
        /// The name.
        name: Arc<str>,
    },
    /// The TLS library refused the settings.
    #[error("TLS cannot be set up: {0}")]
    Library(#[from] rustls::Error),
}
