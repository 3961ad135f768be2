//! Credentials that client certificates prove.

use super::{Resolver, Seen};
use crate::code::Code;
use crate::document::account as document;
use crate::findings::quote;
use crate::located::At;
use postern_model::entity::{CertificateName, Proof};

impl Resolver<'_, '_> {
    /// The client certificates that prove a credential.
    pub(super) fn certificate_proof(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        certificate: &At<document::KnownCertificate>,
        seen: &mut Seen,
    ) -> Option<Proof> {
        let whole = id.intact && certificate.intact;
        self.no_key(id, shown, given, whole, "a credential with `certificate`");
        let mut said = names(&certificate.value).into_iter();
        let first = said.next();
        if whole && (first.is_none() || said.next().is_some()) {
            let message = format!("{shown} knows its certificate by nothing, or by several things");
            let label = "one of `fingerprint`, `dns`, `uri`, `email` and `subject`";
            self.findings
                .error(Code::Conflict, certificate.span, &message, label);
            return None;
        }
        let name = first?;
        if let Some((other, at)) = seen.certificates.get(&name) {
            let message = format!(
                "credentials {} and {} are for the same certificate",
                quote(other),
                quote(&id.value)
            );
            let line = self.findings.line(*at);
            self.findings
                .error(
                    Code::DuplicateCredential,
                    certificate.span,
                    &message,
                    "the second one",
                )
                .note(format!("the first one is in line {line}"));
            return None;
        }
        let place = (id.value.clone(), certificate.span.start);
        seen.certificates.insert(name.clone(), place);
        Some(Proof::Certificate(Box::new(name)))
    }
}

/// Everything that it is known by.
fn names(given: &document::KnownCertificate) -> Vec<CertificateName> {
    let fingerprint = given.fingerprint.as_ref();
    let dns = given.dns.as_ref();
    let all = [
        fingerprint.map(|digest| CertificateName::Fingerprint(digest.value.0)),
        dns.map(|name| CertificateName::Dns(name.value.0.to_ascii_lowercase().into())),
        (given.uri.as_ref()).map(|name| CertificateName::Uri(name.value.0.clone())),
        (given.email.as_ref()).map(|name| CertificateName::Email(name.value.0.clone())),
        (given.subject.as_ref()).map(|name| CertificateName::Subject(name.value.0.clone())),
    ];
    all.into_iter().flatten().collect()
}
