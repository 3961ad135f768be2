//! What a client certificate is known by.

use super::Name;
use std::fmt;

/// What a credential knows a client certificate by. Of a certificate that several fit the first of
/// this order counts, and of alternative names only one may fit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CertificateName {
    /// The SHA-256 of the certificate, DER: this one and no other.
    Fingerprint([u8; 32]),
    /// A DNS name among its alternative names (RFC 5280 §4.2.1.6), lower case.
    Dns(Name),
    /// A URI among them, to the letter: a SPIFFE id, say.
    Uri(Name),
    /// A mail address among them, to the letter.
    Email(Name),
    /// Its subject, as RFC 4514 writes it.
    Subject(Name),
}

impl CertificateName {
    /// Its name in documents.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Fingerprint(_) => "fingerprint",
            Self::Dns(_) => "dns",
            Self::Uri(_) => "uri",
            Self::Email(_) => "email",
            Self::Subject(_) => "subject",
        }
    }

    /// The one of that kind and value; a subject where there is no such kind.
    pub fn read(kind: &str, value: &str) -> Self {
        let value: Name = value.into();
        match kind {
            "fingerprint" => Self::Fingerprint(digest(&value).unwrap_or_default()),
            "dns" => Self::Dns(value),
            "uri" => Self::Uri(value),
            "email" => Self::Email(value),
            _ => Self::Subject(value),
        }
    }

    /// The name itself.
    pub fn value(&self) -> String {
        match self {
            Self::Fingerprint(digest) => digest.map(|byte| format!("{byte:02x}")).concat(),
            Self::Dns(name) | Self::Uri(name) | Self::Email(name) | Self::Subject(name) => {
                name.to_string()
            }
        }
    }
}

/// 32 bytes from hexadecimal digits, between which colons may stand.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u32> = (text.chars().filter(|c| *c != ':'))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(high << 4 | low).ok());
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// `dns:till.example.com`.
impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.value())
    }
}
