//! From documents to entities: references, files, and everything that one value alone cannot
//! show. What the check against the schema has left out was reported there; here it is passed
//! over without a word.

mod about;
mod abuse;
mod access;
mod account;
mod authentication;
mod browser;
mod capture;
mod cedar;
mod certificate;
mod condition;
mod contract;
mod credential;
mod decider;
mod declared;
mod disclosure;
mod egress;
mod environment;
mod introspection;
mod issuer;
mod leads;
mod list;
mod listener;
mod mask;
mod network;
mod ownership;
mod plan;
mod policy;
mod revocation;
mod role;
mod route;
mod secret;
mod service;
mod session;
mod settings;
mod signature;
mod transform;
mod upstream;

use crate::code::Code;
use crate::document::Document;
use crate::findings::Findings;
use crate::known::{Around, Outside};
use crate::located::At;
use crate::scalar::reference::{FilePath, KeyReference};
use crate::secrets::Secrets;
use crate::source::Span;
use crate::tree::Node;
use postern_model::entity::{
    AccessRole, Accounts, CertificateFiles, ChainSource, Configuration, Issuer, KeySource, Name,
    Policy,
};
use postern_model::{Holder, Secret};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is known while a document is resolved.
pub(crate) struct Resolver<'a, 'f> {
    /// What is found.
    findings: &'a mut Findings<'f>,
    /// The whole document, with what is wrong in it.
    root: &'a Node,
    /// The names that it declares.
    names: declared::Declared<'a>,
    /// What is around it, of which it does not say itself what it is.
    around: Option<&'a Around<'a>>,
    /// The world outside.
    secrets: &'a dyn Secrets,
    /// Where relative paths begin.
    folder: &'a Path,
    /// The files that are referred to, each once.
    files: Vec<PathBuf>,
    /// The issuers, which services name.
    issuers: Vec<Issuer>,
    /// The access roles, which operations are compared with.
    roles: Vec<AccessRole>,
    /// The documents of versions, which policies may hold requests to.
    documents: Vec<contract::Given>,
    /// The parameters of operations that policies name.
    wanted: Vec<transform::Wanted>,
}

/// What became of a document. Only complete if nothing found is an error.
pub(crate) struct Resolved {
    pub configuration: Configuration,
    pub accounts: Accounts,
    pub files: Vec<PathBuf>,
}

/// Resolves a document.
pub(crate) fn resolve(
    document: Document,
    root: &Node,
    outside: Outside<'_>,
    secrets: &dyn Secrets,
    folder: &Path,
    findings: &mut Findings<'_>,
) -> Resolved {
    let mut resolver = Resolver {
        findings,
        root,
        names: declared::Declared::of(root).outside(outside),
        around: outside.around(),
        secrets,
        folder,
        files: Vec::new(),
        issuers: Vec::new(),
        roles: Vec::new(),
        documents: Vec::new(),
        wanted: Vec::new(),
    };
    let admin = document.admin.map(|admin| admin.value);
    let assignments = resolver.assignments(document.assignments.unwrap_or_default());
    let certificates = document.certificates.unwrap_or_default();
    let certificates = resolver.certificates(certificates, &assignments);
    let listeners = document.listeners.unwrap_or_default();
    let listeners = resolver.listeners(listeners, admin.as_ref(), &certificates);
    let egress = document.egress.map(settings::egress).unwrap_or_default();
    let upstreams = resolver.upstreams(document.upstreams.unwrap_or_default(), &egress);
    let services = document.services.unwrap_or_default();
    resolver.issuers = resolver.issuers(document.issuers.unwrap_or_default());
    let call_log = document.call_log.as_ref();
    let call_log = call_log.map(settings::call_log).unwrap_or_default();
    resolver.tenant_days(document.call_log.as_ref());
    let tenant_days = outside
        .around()
        .map_or(call_log.tenant_days, |around| around.known.tenant_days);
    resolver.roles = resolver.access_roles(document.access_roles.unwrap_or_default());
    resolver.captures(&services, call_log.record);
    let environments = document.environments;
    let defaults = document.tenant_defaults.as_ref();
    let defaults = resolver.defaults(environments.as_ref(), defaults);
    resolver.within(&services, &assignments);
    let (services, routes) = resolver.services(services, &upstreams, &defaults);
    resolver.routes(&routes, &upstreams);
    resolver.reachable(&services, &listeners);
    let services: Vec<_> = services.into_iter().map(|s| s.entity).collect();
    let environments = environments.unwrap_or_default();
    let environments = resolver.environments(environments, &services);
    let (lists, index) = resolver.lists(document.lists.unwrap_or_default());
    let plans = resolver.plans(document.plans.unwrap_or_default());
    let policies = document.policies.unwrap_or_default();
    let policies = resolver.policies(policies, &index, &services);
    resolver.contracts(&services, &policies);
    resolver.wanted_parameters(&routes);
    let geo = resolver.geo(document.geo.as_ref());
    let client = resolver.client(document.client, &index);
    if let Some(client) = admin.as_ref().and_then(|admin| admin.client.as_ref()) {
        resolver.no_lists_of_admin(client);
    }
    let edge = document.edge.map(|edge| resolver.edge(edge, &index));
    let accounts = Accounts {
        tenants: resolver.tenants(document.tenants.unwrap_or_default(), tenant_days),
        groups: resolver.groups(document.groups.unwrap_or_default()),
        apps: resolver.apps(document.apps.unwrap_or_default()),
        credentials: resolver.credentials(document.credentials.unwrap_or_default()),
        subscriptions: resolver.subscriptions(document.subscriptions.unwrap_or_default(), &plans),
        token_revocations: resolver
            .token_revocations(document.token_revocations.unwrap_or_default()),
    };
    let configuration = Configuration {
        listeners,
        admin: admin.map(settings::admin).unwrap_or_default(),
        services,
        upstreams: upstreams.into_iter().map(|u| u.entity).collect(),
        client,
        limits: document.limits.map(settings::limits).unwrap_or_default(),
        timeouts: document
            .timeouts
            .map(settings::timeouts)
            .unwrap_or_default(),
        staleness: document
            .staleness
            .map(settings::staleness)
            .unwrap_or_default(),
        egress,
        forwarding: document
            .forwarding
            .map(settings::forwarding)
            .unwrap_or_default(),
        call_log,
        environments,
        lists,
        plans,
        issuers: asked_of(resolver.issuers, &policies),
        access_roles: resolver.roles,
        policies,
        edge: edge.unwrap_or_default(),
        geo,
    };
    Resolved {
        configuration,
        accounts,
        files: resolver.files,
    }
}

impl Resolver<'_, '_> {
    /// The names that a section of the document declares, those of faulty entities too. `None`
    /// when the section cannot be told.
    fn declared(&self, path: &[&str]) -> Option<Vec<&str>> {
        let mut node = self.root;
        for key in path {
            match node.get(key) {
                Some(inner) => node = inner,
                None => return Some(Vec::new()),
            }
        }
        let names = node.entries().iter().map(|entry| entry.key.as_str());
        (!node.bad).then(|| names.collect())
    }

    /// A file that must be there.
    fn file(&mut self, path: &At<FilePath>) -> Arc<Path> {
        self.path(&path.value.0, path.span)
    }

    fn path(&mut self, path: &str, span: Span) -> Arc<Path> {
        let full = self.readable(path, span);
        if !self.files.contains(&full) {
            self.files.push(full.clone());
        }
        full.into()
    }

    /// A file that must be there and is not watched with the configuration.
    fn readable(&mut self, path: &str, span: Span) -> PathBuf {
        let full = self.folder.join(path);
        if let Err(error) = self.secrets.check_file(&full) {
            let shown = crate::findings::quote(path);
            let message = format!("the file {shown} cannot be read");
            let found = self
                .findings
                .error(Code::FileUnreadable, span, &message, &reason(&error));
            if full != Path::new(path) {
                found.note(format!(
                    "relative to the configuration file: {}",
                    full.display()
                ));
            }
        }
        full
    }

    /// A certificate and its key; `None` if a part of it was left out.
    fn certificate(
        &mut self,
        document: &crate::document::listener::Certificate,
        holder: Holder<'_>,
    ) -> Option<CertificateFiles> {
        let certificate = document.certificate.as_ref().map(|path| self.file(path));
        let key = document.key.as_ref().and_then(|key| self.key(key, holder));
        Some(CertificateFiles {
            certificate: ChainSource::File(certificate?),
            key: key?,
            hosts: None,
        })
    }

    /// A sealed secret, opened.
    fn unseal(&mut self, sealed: &str, span: Span, holder: Holder<'_>) -> Option<Secret<Vec<u8>>> {
        match self.secrets.unseal(sealed, holder) {
            Ok(secret) => Some(secret),
            Err(why) => {
                let message = "the sealed secret cannot be opened";
                self.findings
                    .error(Code::SecretMissing, span, message, &why)
                    .help(format!(
                        "seal the secret again with `postern secrets seal --for {holder}`"
                    ));
                None
            }
        }
    }

    fn key(&mut self, key: &At<KeyReference>, holder: Holder<'_>) -> Option<KeySource> {
        let name = match &key.value {
            KeyReference::File(path) => return Some(KeySource::File(self.path(path, key.span))),
            KeyReference::Env(name) => name,
            KeyReference::Sealed(sealed) => {
                let opened = self.unseal(sealed, key.span, holder)?;
                if let Ok(text) = std::str::from_utf8(opened.expose()) {
                    return Some(KeySource::Text(Secret::new(text.into())));
                }
                let message = "the sealed secret is no text";
                let label = "a private key in PEM is expected";
                self.findings
                    .error(Code::SecretMissing, key.span, message, label);
                return None;
            }
        };
        let secret = self.secrets.env(name);
        if secret.is_none() {
            self.findings
                .error(
                    Code::SecretMissing,
                    key.span,
                    &format!("the environment variable `{name}` is not set"),
                    "a private key is expected in it",
                )
                .help(format!("set `{name}` to the PEM text, or name a file"));
        }
        secret.map(KeySource::Text)
    }
}

/// Why a file cannot be read, in a few words.
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Issuers whose tokens are read for the claims that policies look at.
fn asked_of(mut issuers: Vec<Issuer>, policies: &[Policy]) -> Vec<Issuer> {
    let claims = policies.iter().flat_map(|policy| policy.rule.claims());
    let claims: BTreeSet<&Name> = claims.collect();
    for issuer in &mut issuers {
        issuer.claims.asked = claims.iter().copied().cloned().collect();
    }
    issuers
}
