//! Client certificates (TLS, RFC 8446 §4.4.2), which the connection brought. Those alone say who
//! calls that were judged trusted for the service.

use super::{Found, Presented};
use crate::facts::{CertificateVerdict, CredentialVerdict, Facts};
use crate::snapshot::Snapshot;
use postern_model::entity::CertificateName;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// A certificate that was judged trusted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    subject: &'a Arc<str>,
    names: &'a [CertificateName],
}

/// The certificate of the connection, if it is trusted: any other is nobody's.
pub(super) fn find<'a>(facts: &'a dyn Facts, found: &mut Found<'a>) {
    if let Some(CertificateVerdict::Trusted { subject, names }) = facts.client_certificate() {
        found.add(Presented::Certificate(Shown { subject, names }));
    }
}

/// Whose certificate it is. Where several credentials know it, the most exact counts: its
/// fingerprint, then one of its alternative names, then its subject.
pub(super) fn verify(shown: &Shown<'_>, snapshot: &Snapshot<'_>) -> CredentialVerdict {
    for rank in [Rank::Fingerprint, Rank::Alternative, Rank::Subject] {
        let of_rank = shown.names.iter().filter(|name| Rank::of(name) == rank);
        let mut rows = of_rank.filter_map(|name| snapshot.directory.certificate(name));
        let Some(row) = rows.next() else { continue };
        // Of one credential, or of several: it is not for the gateway to choose.
        return if rows.all(|other| other.id == row.id) {
            CredentialVerdict::Verified { id: row.id.clone() }
        } else {
            CredentialVerdict::CertificateOfSeveral {
                subject: shown.subject.clone(),
            }
        };
    }
    let fingerprint = shown
        .names
        .iter()
        .find(|name| Rank::of(name) == Rank::Fingerprint);
    CredentialVerdict::UnknownCertificate {
        subject: shown.subject.clone(),
        fingerprint: fingerprint.map(|name| name.value().into()),
    }
}

/// How exactly a name says which certificate is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Fingerprint,
    Alternative,
    Subject,
}

impl Rank {
    const fn of(name: &CertificateName) -> Self {
        match name {
            CertificateName::Fingerprint(_) => Self::Fingerprint,
            CertificateName::Dns(_) | CertificateName::Uri(_) | CertificateName::Email(_) => {
                Self::Alternative
            }
            CertificateName::Subject(_) => Self::Subject,
        }
    }
}
