//! Client certificates: why one proves nothing.

use super::super::connection;
use crate::facts::{CertificateVerdict, Facts};
use postern_model::denial::{Code, Denial};

/// What it is called.
const KIND: &str = "a client certificate";

/// Trusted, and nobody's.
pub(super) fn unknown(subject: &str, fingerprint: Option<&str>) -> Denial {
    let denial = Denial::new(Code::CredentialUnknown).saw("kind", KIND);
    let denial = denial.saw("subject", subject.to_owned());
    match fingerprint {
        Some(fingerprint) => denial.saw("fingerprint", fingerprint.to_owned()),
        None => denial,
    }
}

/// Trusted, and several credentials'.
pub(super) fn of_several(subject: &str) -> Denial {
    Denial::new(Code::CredentialAmbiguous).saw("subject", subject.to_owned())
}

/// The one that came is not trusted. Nothing else did, so that this is what was meant.
pub(super) fn not_trusted(facts: &dyn Facts) -> Option<Denial> {
    match facts.client_certificate()? {
        CertificateVerdict::Trusted { .. } | CertificateVerdict::Missing => None,
        verdict => connection::certificate_refused(verdict),
    }
}
