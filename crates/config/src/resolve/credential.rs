//! Credentials: from the digest of a key, or the key itself somewhere else, to what is kept.

use super::Resolver;
use super::account::names;
use super::declared::{APP, Bound, ENVIRONMENT, ISSUER, SCOPE, SERVICE, bounds, refer};
use crate::code::Code;
use crate::document::account as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::reference::SecretReference;
use crate::source::Span;
use format::Formats;
use postern_model::Holder;
use postern_model::entity::{
    CertificateName, ClientId, Credential, ImportedKey, KeyDigest, Name, PRODUCTION, Proof,
    Restriction, Revocation,
};
use postern_model::key::{self, ApiKey};
use std::collections::HashMap;

mod certificate;
mod format;
mod password;

/// The credentials seen.
#[derive(Default)]
pub(super) struct Seen {
    /// By what is kept of them: id and place of each.
    keys: HashMap<KeyDigest, (String, usize)>,
    /// By whose tokens prove them.
    clients: HashMap<ClientId, (String, usize)>,
    /// By what signatures call their keys.
    pub(super) signers: HashMap<String, (String, usize)>,
    /// By what certificates are known by.
    certificates: HashMap<CertificateName, (String, usize)>,
    /// By user name.
    users: HashMap<Name, (String, usize)>,
    formats: Formats,
}

impl Resolver<'_, '_> {
    pub(super) fn credentials(&mut self, given: Map<document::Credential>) -> Vec<Credential> {
        let mut seen = Seen::default();
        let credential = |(id, given): (At<String>, document::Credential)| {
            self.credential(&id, given, &mut seen)
        };
        given.0.into_iter().filter_map(credential).collect()
    }

    fn credential(
        &mut self,
        id: &At<String>,
        given: document::Credential,
        seen: &mut Seen,
    ) -> Option<Credential> {
        let shown = format!("credential {}", quote(&id.value));
        if !key::is_credential_id(&id.value) {
            let message = format!("{} is not the id of a credential", quote(&id.value));
            let label = "expected `key_` and the 16 characters after `pst_` in the key";
            self.findings
                .error(Code::InvalidName, id.span, &message, label)
                .help("`postern keys create --offline` prints a key with the lines for it");
        }
        self.credential_references(&shown, &given);
        self.replaced(id, &shown, given.replaces.as_ref());
        let access_roles = given
            .access_roles
            .as_deref()
            .map(|roles| self.carried_roles(&shown, Some(roles)));
        let revoked = given.revoked_at.is_some();
        bounds(
            self.findings,
            id.intact,
            id.span,
            &shown,
            "a credential without `revoked_at`",
            &[
                Bound::new("revoked_by", given.revoked_by.as_ref(), revoked),
                Bound::new("reason", given.reason.as_ref(), revoked),
            ],
        );
        if let (Some(from), Some(until)) = (&given.not_before, &given.expires_at)
            && until.value.0 <= from.value.0
        {
            let message = format!("{shown} is never good");
            let label = "not later than `not_before`";
            self.findings
                .error(Code::Conflict, until.span, &message, label);
        }
        let proof = self.proof(id, &shown, &given, seen)?;
        let app = given.app?;
        Some(Credential {
            id: id.value.as_str().into(),
            app: app.value.into(),
            proof,
            environment: given
                .environment
                .map_or_else(|| PRODUCTION.into(), |environment| environment.value.into()),
            scopes: given.scopes.as_deref().map(|scopes| names(scopes).into()),
            not_before: given.not_before.map(|date| Box::new(date.value.0)),
            expires_at: given.expires_at.map(|date| date.value.0),
            revoked: given.revoked_at.map(|at| {
                Box::new(Revocation {
                    at: at.value.0,
                    by: given.revoked_by.map(|by| by.value.0),
                    reason: given.reason.map(|reason| reason.value.0),
                })
            }),
            restriction: restriction(given.restricted_to, access_roles),
        })
    }

    /// What proves a credential.
    fn proof(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        seen: &mut Seen,
    ) -> Option<Proof> {
        if let Some(signing) = &given.signing_key {
            return self.signing_proof(id, shown, given, signing, seen);
        }
        if let Some(client) = &given.client {
            return self.client_proof(id, shown, given, client, seen);
        }
        if let Some(certificate) = &given.certificate {
            return self.certificate_proof(id, shown, given, certificate, seen);
        }
        if let Some(password) = &given.password {
            return self.password_proof(id, shown, given, password, seen);
        }
        let (digest, span) = self.digest(id, shown, given)?;
        let format = match &given.imported {
            Some(imported) => Some(self.format(shown, imported, &mut seen.formats)?),
            None => None,
        };
        let digest = self.unlike_others(id, digest, span, seen)?;
        Some(match format {
            Some(format) => Proof::Imported(Box::new(ImportedKey { digest, format })),
            None => Proof::Key(digest),
        })
    }

    /// The client whose tokens prove a credential.
    fn client_proof(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        client: &At<document::Client>,
        seen: &mut Seen,
    ) -> Option<Proof> {
        let whole = id.intact && client.intact;
        self.no_key(id, shown, given, whole, "a credential with `client`");
        let (issuer, name) = (client.value.issuer.as_ref()?, client.value.id.as_ref()?);
        let issuers = &self.names.issuers;
        refer(self.findings, &ISSUER, issuers, issuer, || {
            format!("{shown} is for tokens of an issuer that does not exist")
        });
        let proves = ClientId {
            issuer: issuer.value.as_str().into(),
            id: name.0.clone(),
        };
        if let Some((other, at)) = seen.clients.get(&proves) {
            let message = format!(
                "credentials {} and {} are for the same client",
                quote(other),
                quote(&id.value)
            );
            let line = self.findings.line(*at);
            self.findings
                .error(
                    Code::DuplicateCredential,
                    client.span,
                    &message,
                    "the second one",
                )
                .note(format!("the first one is in line {line}"));
            return None;
        }
        let place = (id.value.clone(), client.span.start);
        seen.clients.insert(proves.clone(), place);
        Some(Proof::Client(Box::new(proves)))
    }

    /// What is said of a key where something else proves the credential.
    fn no_key(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        whole: bool,
        why: &'static str,
    ) {
        let of_a_key = [
            Bound::new("sha256", given.sha256.as_ref(), false),
            Bound::new("secret", given.secret.as_ref(), false),
            Bound::new("imported", given.imported.as_ref(), false),
            Bound::new("hmac", given.hmac.as_ref(), false),
        ];
        bounds(self.findings, whole, id.span, shown, why, &of_a_key);
    }

    /// What a credential replaces need not be there any more.
    fn replaced(&mut self, id: &At<String>, shown: &str, replaces: Option<&At<String>>) {
        let Some(replaces) = replaces else {
            return;
        };
        if !key::is_credential_id(&replaces.value) {
            let message = format!("{shown} replaces something that is not a credential");
            let label = "expected `key_` and the 16 characters after `pst_` in the key";
            self.findings
                .error(Code::InvalidName, replaces.span, &message, label);
        } else if replaces.value == id.value {
            let message = format!("{shown} replaces itself");
            let label = "expected the id of an older one";
            self.findings
                .error(Code::Conflict, replaces.span, &message, label);
        }
    }

    fn credential_references(&mut self, shown: &str, given: &document::Credential) {
        let (findings, known) = (&mut *self.findings, &self.names);
        if let Some(app) = &given.app {
            refer(findings, &APP, &known.apps, app, || {
                format!("{shown} belongs to an app that does not exist")
            });
        }
        if let Some(environment) = &given.environment {
            refer(
                findings,
                &ENVIRONMENT,
                &known.environments,
                environment,
                || format!("{shown} is for an environment that does not exist"),
            );
        }
        for scope in given.scopes.iter().flatten() {
            refer(findings, &SCOPE, &known.scopes, scope, || {
                format!("{shown} carries a scope that no service declares")
            });
        }
        let services = given.restricted_to.iter().flat_map(|r| &r.services);
        for service in services.flatten() {
            refer(findings, &SERVICE, &known.services, service, || {
                format!("{shown} is restricted to a service that does not exist")
            });
        }
    }

    /// What is kept of the key, and where it comes from.
    fn digest(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
    ) -> Option<(KeyDigest, Span)> {
        let imported = given.imported.as_ref().map(|imported| &imported.value);
        let foreign = imported.and_then(|imported| imported.digest.as_ref());
        let spans = [
            given.sha256.as_ref().map(|one| ("sha256", one.span)),
            given.secret.as_ref().map(|one| ("secret", one.span)),
            foreign.map(|one| ("imported.digest", one.span)),
            given.hmac.as_ref().map(|one| ("hmac", one.span)),
        ];
        let mut said = spans.into_iter().flatten();
        if let (Some((first, _)), Some((second, span))) = (said.next(), said.next()) {
            let message = format!("{shown} has both `{first}` and `{second}`");
            self.findings
                .error(Code::Conflict, span, &message, "one of them is enough");
            return None;
        }
        if let Some(digest) = foreign {
            let kept = key::imported::kept(&digest.value.0);
            return Some((self.secrets.keyed(&kept), digest.span));
        }
        if let (Some(imported), None) = (&given.imported, &given.hmac) {
            if id.intact && imported.intact {
                let message = format!("{shown} is imported, and has no digest");
                self.findings
                    .error(
                        Code::MissingField,
                        imported.span,
                        &message,
                        "nothing proves it",
                    )
                    .help("add `digest:` with what the other gateway keeps of the key");
            }
            return None;
        }
        match (&given.sha256, &given.secret, &given.hmac) {
            (Some(digest), ..) => Some((self.secrets.keyed(&digest.value.0), digest.span)),
            (_, Some(secret), _) => {
                let (digest, span) = self.digest_of(id, shown, secret)?;
                Some((self.secrets.keyed(&digest), span))
            }
            (.., Some(kept)) => Some((KeyDigest(kept.value.0), kept.span)),
            (None, None, None) => {
                if id.intact {
                    let message = format!("{shown} has neither `sha256` nor `secret`");
                    self.findings
                        .error(Code::MissingField, id.span, &message, "nothing proves it")
                        .help(
                            "add `secret: env:NAME`, say, or `sha256:` with the digest of the key",
                        );
                }
                None
            }
        }
    }

    /// The digest of a key that is kept somewhere else.
    fn digest_of(
        &mut self,
        id: &At<String>,
        shown: &str,
        secret: &At<SecretReference>,
    ) -> Option<([u8; 32], Span)> {
        // Its tenant is its app's; its id is that of the key, so that no other key opens it.
        let holder = Holder {
            kind: "credential",
            id: &id.value,
            tenant: None,
        };
        let (value, home) = self.secret(holder, secret, "a key")?;
        let value = value.expose().trim_ascii_end();
        let parsed = match ApiKey::parse(value) {
            Ok(parsed) => parsed,
            Err(malformed) => {
                let message = format!("{shown} refers to something that is not a key");
                let label = format!("the text {home} {}", malformed.what());
                self.findings
                    .error(Code::InvalidKey, secret.span, &message, &label);
                return None;
            }
        };
        let expected = format!("{}{}", key::CREDENTIAL_PREFIX, parsed.id);
        if expected != id.value && key::is_credential_id(&id.value) {
            let message = format!("{shown} refers to a key with another id");
            let label = format!("the key {home} is {}", quote(&expected));
            self.findings
                .error(Code::InvalidKey, secret.span, &message, &label)
                .help(format!("name the credential {}", quote(&expected)));
        }
        Some((key::digest(value), secret.span))
    }

    /// What is kept of a key; `None` if another credential has the same.
    fn unlike_others(
        &mut self,
        id: &At<String>,
        kept: KeyDigest,
        span: Span,
        seen: &mut Seen,
    ) -> Option<KeyDigest> {
        if let Some((other, at)) = seen.keys.get(&kept) {
            let message = format!(
                "credentials {} and {} have the same key",
                quote(other),
                quote(&id.value)
            );
            let line = self.findings.line(*at);
            self.findings
                .error(Code::DuplicateCredential, span, &message, "the second one")
                .note(format!("the first one is in line {line}"));
            return None;
        }
        seen.keys.insert(kept, (id.value.clone(), span.start));
        Some(kept)
    }
}

/// `None` if nothing is restricted.
fn restriction(
    given: Option<document::Restriction>,
    access_roles: Option<Vec<Name>>,
) -> Option<Box<Restriction>> {
    let mut restriction = Restriction {
        access_roles,
        ..Restriction::default()
    };
    if let Some(given) = given {
        restriction.networks = super::settings::networks(given.addresses);
        restriction.services = names(given.services.as_deref().unwrap_or_default());
        restriction.methods = given.methods.into_iter().flatten().map(|m| m.0).collect();
        restriction.referrers = given.referrers.into_iter().flatten().map(|h| h.0).collect();
    }
    (restriction != Restriction::default()).then(|| Box::new(restriction))
}
