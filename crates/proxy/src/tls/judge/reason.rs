//! Why a chain is not trusted.

use webpki::Error;

/// Why a chain is not trusted. The texts follow "the client certificate …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// No path leads to an authority of the service.
    #[error("was not issued by an authority that this service trusts")]
    UnknownIssuer,
    /// A revocation list names it or an intermediate.
    #[error("has been revoked")]
    Revoked,
    /// Revocation lists are configured, but none covers an issuer in the chain.
    #[error("cannot be checked for revocation: no revocation list of its issuer is configured")]
    RevocationUnknown,
    /// The revocation list of an issuer in the chain is stale.
    #[error("cannot be checked for revocation: the revocation list of its issuer is out of date")]
    RevocationStale,
    /// The revocation list of an issuer in the chain is not properly signed.
    #[error("cannot be checked for revocation: the revocation list of its issuer is not valid")]
    RevocationInvalid,
    /// Its extended key usage leaves out client authentication (RFC 5280 §4.2.1.12).
    #[error("is not for client authentication: its extended key usage lacks `clientAuth`")]
    NotForClients,
    /// An authority's certificate was shown as the client's own.
    #[error("is an authority's certificate (`CA:TRUE`), not a client's")]
    Authority,
    /// A signature in the chain is not its alleged issuer's.
    #[error("is not properly signed by its issuer")]
    BadSignature,
    /// An authority in the chain may not issue it: name constraints, path length, not a CA.
    #[error("was issued by an authority that may not issue it")]
    Constraint,
    /// An algorithm, version or critical extension that is not supported.
    #[error("uses an algorithm, version or critical extension that is not supported")]
    Unsupported,
    /// Not X.509 as RFC 5280 has it.
    #[error("is not valid X.509")]
    Malformed,
    /// Too many certificates or possible paths.
    #[error("comes with a chain that is too long or too complex")]
    TooComplex,
    /// Outside of its validity, and never good within it for want of a common time.
    #[error("comes with a chain that was at no time valid as a whole")]
    OutOfValidity,
}

impl Untrusted {
    /// Whether the gateway's own configuration, not the client, has to change.
    pub const fn is_operators(self) -> bool {
        matches!(
            self,
            Self::RevocationUnknown | Self::RevocationStale | Self::RevocationInvalid
        )
    }
}

impl From<Error> for Untrusted {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownIssuer => Self::UnknownIssuer,
            Error::CertRevoked | Error::CertDistrusted => Self::Revoked,
            Error::CertExpired { .. } | Error::CertNotValidYet { .. } => Self::OutOfValidity,
            Error::UnknownRevocationStatus => Self::RevocationUnknown,
            Error::CrlExpired { .. } => Self::RevocationStale,
            Error::InvalidCrlSignatureForPublicKey
            | Error::IssuerNotCrlSigner
            | Error::UnsupportedCrlSignatureAlgorithmContext(_)
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
                Self::RevocationInvalid
            }
            Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => Self::NotForClients,
            Error::CaUsedAsEndEntity => Self::Authority,
            Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => {
                Self::BadSignature
            }
            Error::EndEntityUsedAsCa
            | Error::NameConstraintViolation
            | Error::PathLenConstraintViolated => Self::Constraint,
            Error::UnsupportedCertVersion
            | Error::UnsupportedCriticalExtension
            | Error::UnsupportedNameType
            | Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Self::Unsupported,
            Error::MaximumNameConstraintComparisonsExceeded
            | Error::MaximumPathBuildCallsExceeded
            | Error::MaximumPathDepthExceeded
            | Error::MaximumSignatureChecksExceeded => Self::TooComplex,
            // The rest are faults of encoding; the library may add kinds.
            _ => Self::Malformed,
        }
    }
}
