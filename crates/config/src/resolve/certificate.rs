//! Certificates that have names, and what listeners take of them.

use super::Resolver;
use super::declared::{CERTIFICATE, TENANT, refer};
use super::ownership::Assignments;
use crate::code::Code;
use crate::document::certificate as document;
use crate::document::listener::{ListenerCertificate, ListenerTls};
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::reference::ChainReference;
use postern_model::Holder;
use postern_model::entity::{CertificateFiles, ChainSource, Name};

/// What listeners can be given: the whole of each, in the order of the names.
pub(super) type Certificates = Vec<(Name, CertificateFiles)>;

impl Resolver<'_, '_> {
    pub(super) fn certificates(
        &mut self,
        given: Map<document::NamedCertificate>,
        assignments: &Assignments,
    ) -> Certificates {
        let mut certificates = Certificates::new();
        for (name, given) in given.0 {
            let files = self.named_certificate(&name, given, assignments);
            certificates.extend(files.map(|files| (name.value.into(), files)));
        }
        certificates.sort_by(|(a, _), (b, _)| a.cmp(b));
        certificates
    }

    fn named_certificate(
        &mut self,
        name: &At<String>,
        given: document::NamedCertificate,
        assignments: &Assignments,
    ) -> Option<CertificateFiles> {
        let shown = format!("certificate {}", quote(&name.value));
        let hosts = given.hosts.as_ref().filter(|hosts| !hosts.value.is_empty());
        if let Some(tenant) = &given.tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
            if hosts.is_none() && name.intact {
                let message = format!("{shown} has no `hosts`");
                self.findings
                    .error(Code::MissingField, name.span, &message, "it is a tenant's")
                    .help("add `hosts: [shop.example.com]`, say: what it is served for");
            }
            for host in hosts.iter().flat_map(|hosts| &hosts.value) {
                let (host, span) = (&*host.value.0, host.span);
                self.may_certify(&shown, host, span, &tenant.value, assignments);
            }
        }
        let holder = Holder {
            kind: "certificate",
            id: &name.value,
            tenant: given.tenant.as_ref().map(|tenant| tenant.value.as_str()),
        };
        let key = given.key.as_ref().and_then(|key| self.key(key, holder));
        let certificate = match given.certificate? {
            At {
                value: ChainReference::Text(pem),
                ..
            } => ChainSource::Text {
                name: name.value.as_str().into(),
                pem: pem.into(),
            },
            At {
                value: ChainReference::File(path),
                span,
                ..
            } => ChainSource::File(self.path(&path, span)),
        };
        Some(CertificateFiles {
            certificate,
            key: key?,
            hosts: hosts.map(|hosts| {
                hosts
                    .value
                    .iter()
                    .map(|host| host.value.0.clone())
                    .collect()
            }),
        })
    }

    /// What a listener serves.
    pub(super) fn certificates_of(
        &mut self,
        listener: &str,
        given: &ListenerTls,
        named: &Certificates,
    ) -> Vec<CertificateFiles> {
        let holder = Holder {
            kind: "listener",
            id: listener,
            tenant: None,
        };
        let mut taken: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for certificate in given.certificates.iter().flatten() {
            let name = match &certificate.value {
                ListenerCertificate::Files(files) => {
                    found.extend(self.certificate(files, holder));
                    continue;
                }
                ListenerCertificate::Named(name) => name,
            };
            let at = At {
                value: name.clone(),
                span: certificate.span,
                intact: true,
            };
            refer(
                self.findings,
                &CERTIFICATE,
                &self.names.certificates,
                &at,
                || {
                    format!(
                        "listener {} has a certificate that does not exist",
                        quote(listener)
                    )
                },
            );
            if taken.contains(&name.as_str()) {
                let message = format!("listener {} has a certificate twice", quote(listener));
                self.findings
                    .warning(Code::Conflict, certificate.span, &message, "the second one");
                continue;
            }
            taken.push(name);
            let files = named.iter().find(|(known, _)| **known == **name);
            found.extend(files.map(|(_, files)| files.clone()));
        }
        if given.all_certificates == Some(true) {
            let others = named.iter().filter(|(name, _)| !taken.contains(&&**name));
            found.extend(others.map(|(_, files)| files.clone()));
        }
        found
    }
}
