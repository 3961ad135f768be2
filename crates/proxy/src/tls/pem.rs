//! Certificates, keys, authorities and revocation lists from PEM files, with errors that say
//! what to mend.

use super::{Fingerprint, TlsError, der};
use postern_model::entity::{CertificateFiles, ChainSource, KeySource};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, TrustAnchor, pem,
};
use rustls::sign::CertifiedKey;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use webpki::{CertRevocationList, EndEntityCert, OwnedCertRevocationList};

const MAX_KEY_FILE: u64 = 1 << 20;
const MAX_CERTIFICATE_FILE: u64 = 16 << 20;
const MAX_REVOCATION_FILE: u64 = 256 << 20;

/// A file's bytes and how messages call it.
struct Text {
    name: Arc<str>,
    bytes: Vec<u8>,
}

fn read(what: &str, path: &Path, limit: u64) -> Result<Text, TlsError> {
    let name: Arc<str> = format!("{what} file {}", path.display()).into();
    let unreadable = |source| TlsError::Unreadable {
        file: Arc::clone(&name),
        source,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(TlsError::TooLarge { file: name, limit });
    }
    // Editors on Windows begin files with a byte order mark, which would hide the first block.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(Text { name, bytes })
}

/// Every PEM block of one kind.
fn blocks<T: PemObject>(
    text: &Text,
    expected: &'static str,
    label: &'static str,
) -> Result<Vec<T>, TlsError> {
    let found: Vec<T> = T::pem_slice_iter(&text.bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| bad_pem(text, &error))?;
    if found.is_empty() {
        return Err(nothing_inside(text, expected, label));
    }
    Ok(found)
}

fn bad_pem(text: &Text, error: &pem::Error) -> TlsError {
    let reason = match error {
        // The library's text would print byte values.
        pem::Error::MissingSectionEnd { .. } => "a block has no `-----END …-----` line".into(),
        pem::Error::IllegalSectionStart { .. } => "a `-----BEGIN …-----` line is malformed".into(),
        pem::Error::Base64Decode(_) => "a block is not valid base64".into(),
        other => other.to_string().into(),
    };
    TlsError::BadPem {
        file: Arc::clone(&text.name),
        reason,
    }
}

fn nothing_inside(text: &Text, expected: &'static str, label: &'static str) -> TlsError {
    let holds = |needle: &[u8]| contains(&text.bytes, needle);
    let found = if text.bytes.is_empty() {
        ", but it is empty"
    } else if holds(b"PRIVATE KEY-----") {
        ", but it holds a private key"
    } else if holds(b"-----BEGIN CERTIFICATE REQUEST-----") {
        ", but it holds a certificate request; have an authority sign that"
    } else if holds(b"-----BEGIN CERTIFICATE-----") {
        ", but it holds a certificate"
    } else if text.bytes.first() == Some(&0x30) {
        ", but it looks like DER; convert it with `openssl … -inform DER`"
    } else {
        ""
    };
    TlsError::NothingInside {
        file: Arc::clone(&text.name),
        expected,
        label,
        found,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// What the first certificate in a file is known by.
///
/// # Errors
/// The file cannot be read, or has none.
pub fn fingerprint(path: &Path) -> Result<Fingerprint, TlsError> {
    let text = read("certificate", path, MAX_KEY_FILE)?;
    let all = certificates(&text)?;
    let first = all.first();
    first
        .map(Fingerprint::of)
        .ok_or_else(|| nothing_inside(&text, "PEM certificate", "CERTIFICATE"))
}

fn certificates(text: &Text) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    blocks(text, "PEM certificate", "CERTIFICATE")
}

/// A certificate chain with its key, known to belong together.
pub(super) fn certified_key(
    files: &CertificateFiles,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let text = match &files.certificate {
        ChainSource::File(path) => read("certificate", path, MAX_CERTIFICATE_FILE)?,
        ChainSource::Text { name, pem } => Text {
            name: format!("certificate `{name}`").into(),
            bytes: pem.as_bytes().to_vec(),
        },
    };
    let chain = certificates(&text)?;
    for (index, der) in chain.iter().enumerate() {
        check_certificate(der, index == 0).map_err(|reason| TlsError::BadCertificate {
            file: Arc::clone(&text.name),
            number: index + 1,
            reason,
        })?;
    }
    let (key_name, key) = key(&files.key)?;
    let signing = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| TlsError::BadKey {
            file: Arc::clone(&key_name),
            reason: match error {
                rustls::Error::General(text) => text.into(),
                other => other.to_string().into(),
            },
        })?;
    let certified = CertifiedKey::new(chain, signing);
    match certified.keys_match() {
        Ok(()) => Ok(certified),
        Err(rustls::Error::InconsistentKeys(_)) => Err(TlsError::KeyMismatch {
            key: key_name,
            certificate: text.name,
            hint: order_hint(&certified),
        }),
        Err(error) => Err(error.into()),
    }
}

/// The leaf is parsed as strictly as clients will; what follows only has to look right, since
/// clients may know better paths.
fn check_certificate(der: &CertificateDer<'_>, leaf: bool) -> Result<(), Arc<str>> {
    if leaf {
        EndEntityCert::try_from(der).map_err(|error| error.to_string())?;
    } else if der::Certificate::read(der).is_none() {
        return Err("no names and validity can be read from it".into());
    }
    Ok(())
}

/// The commonest reason for a mismatch besides a wrong file: a chain in the wrong order.
fn order_hint(certified: &CertifiedKey) -> &'static str {
    let belongs = |der: &CertificateDer<'static>| {
        let alone = CertifiedKey::new(vec![der.clone()], Arc::clone(&certified.key));
        alone.keys_match().is_ok()
    };
    if certified.cert.iter().skip(1).any(belongs) {
        "'s first certificate but to a later one; the chain must begin with the leaf"
    } else {
        "; the key and the first certificate of the chain must be of one pair"
    }
}

fn key(source: &KeySource) -> Result<(Arc<str>, PrivateKeyDer<'static>), TlsError> {
    let text = match source {
        KeySource::File(path) => read("key", path, MAX_KEY_FILE)?,
        KeySource::Text(secret) => Text {
            name: "the key given as text".into(),
            bytes: secret.expose().as_bytes().to_vec(),
        },
    };
    if contains(&text.bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || contains(&text.bytes, b"Proc-Type: 4,ENCRYPTED")
    {
        return Err(TlsError::Encrypted { file: text.name });
    }
    match PrivateKeyDer::from_pem_slice(&text.bytes) {
        Ok(key) => Ok((text.name, key)),
        Err(pem::Error::NoItemsFound) => {
            Err(nothing_inside(&text, "PEM private key", "PRIVATE KEY"))
        }
        Err(error) => Err(bad_pem(&text, &error)),
    }
}

/// Authorities to verify peers by.
pub(super) fn authorities(path: &Path) -> Result<Vec<TrustAnchor<'static>>, TlsError> {
    let text = read("authorities", path, MAX_CERTIFICATE_FILE)?;
    certificates(&text)?
        .iter()
        .enumerate()
        .map(|(index, der)| {
            webpki::anchor_from_trusted_cert(der)
                .map(|anchor| anchor.to_owned())
                .map_err(|error| TlsError::BadCertificate {
                    file: Arc::clone(&text.name),
                    number: index + 1,
                    reason: error.to_string().into(),
                })
        })
        .collect()
}

/// Revocation lists, each with its DER.
pub(super) fn revocations(
    path: &Path,
) -> Result<
    Vec<(
        CertRevocationList<'static>,
        CertificateRevocationListDer<'static>,
    )>,
    TlsError,
> {
    let text = read("revocations", path, MAX_REVOCATION_FILE)?;
    let lists: Vec<CertificateRevocationListDer<'static>> =
        blocks(&text, "PEM revocation list", "X509 CRL")?;
    lists
        .into_iter()
        .enumerate()
        .map(
            |(index, der)| match OwnedCertRevocationList::from_der(&der) {
                Ok(list) => Ok((list.into(), der)),
                Err(error) => Err(TlsError::BadRevocationList {
                    file: Arc::clone(&text.name),
                    number: index + 1,
                    reason: error.to_string().into(),
                }),
            },
        )
        .collect()
}
