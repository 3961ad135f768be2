//! Sessions of browsers.

use super::Resolver;
use super::declared::{ISSUER, refer};
use crate::code::Code;
use crate::document::session as document;
use crate::findings::quote;
use crate::located::At;
use crate::scalar::Scalar as _;
use crate::scalar::host::Url;
use postern_model::entity::{HOST_PREFIX, IssuerKeys, Name, SameSite, SessionRule};
use postern_model::{Holder, Secret};
use std::time::Duration;

impl Resolver<'_, '_> {
    /// How a service signs people in; `None` where something of that is wrong.
    pub(super) fn session_rule(
        &mut self,
        service: &str,
        tenant: Option<&str>,
        given: &At<document::Session>,
    ) -> Option<SessionRule> {
        let shown = format!("service {}", quote(service));
        let given = &given.value;
        let holder = Holder {
            kind: "service",
            id: service,
            tenant,
        };
        let client_secret = match &given.client_secret {
            Some(secret) => {
                let (value, home) = self.secret(holder, secret, "the secret of a client")?;
                let text = std::str::from_utf8(value.expose().trim_ascii_end());
                let text = text.ok().filter(|text| !text.is_empty());
                if text.is_none() {
                    let message = format!("{shown} has a client secret that cannot be one");
                    let label = format!("the text {home} is empty, or not UTF-8");
                    self.findings
                        .error(Code::InvalidKey, secret.span, &message, &label);
                }
                Some(Secret::new(Name::from(text?)))
            }
            None => None,
        };
        let idle = given.idle.map_or(Duration::from_mins(30), |one| one.0);
        let lifetime = given.lifetime.map_or(Duration::from_hours(12), |one| one.0);
        let scopes = given.scopes.as_ref().map_or_else(
            || vec!["profile".into()],
            |all| all.iter().map(|one| one.0.clone()).collect(),
        );
        let rule = SessionRule {
            issuer: self.signs_in(&shown, tenant, given.issuer.as_ref()?)?,
            client_id: given.client_id.as_ref()?.0.clone(),
            client_secret,
            scopes,
            cookie: self.session_cookie(&shown, given.cookie.as_ref()),
            same_site: match given.cookie.as_ref().and_then(|cookie| cookie.same_site) {
                Some(document::SameSite::Strict) => SameSite::Strict,
                Some(document::SameSite::Lax) | None => SameSite::Lax,
            },
            idle: idle.min(lifetime),
            lifetime,
            after_sign_out: self.after_sign_out(&shown, given),
        };
        Some(rule)
    }

    /// The issuer that signs people in, by its index.
    fn signs_in(
        &mut self,
        shown: &str,
        tenant: Option<&str>,
        issuer: &At<String>,
    ) -> Option<usize> {
        let known = refer(self.findings, &ISSUER, &self.names.issuers, issuer, || {
            format!("{shown} signs people in at an issuer that does not exist")
        });
        if !known {
            return None;
        }
        self.may_be_trusted(shown, tenant, issuer);
        let mut all = self.issuers.iter();
        let index = all.position(|one| *one.name == *issuer.value)?;
        let one = self.issuers.get(index)?;
        let problem = match &one.keys {
            IssuerKeys::Shared(_) => {
                Some("it signs with a secret, and an OpenID provider with keys")
            }
            _ if Url::read(&one.iss).is_err() => {
                Some("its `issuer` is no address that an OpenID provider could be asked at")
            }
            _ => None,
        };
        if let Some(label) = problem {
            let message =
                format!("{shown} signs people in at an issuer that is no OpenID provider");
            self.findings
                .error(Code::Conflict, issuer.span, &message, label);
            return None;
        }
        Some(index)
    }

    fn session_cookie(&mut self, shown: &str, given: Option<&document::SessionCookie>) -> Name {
        let Some(name) = given.and_then(|cookie| cookie.name.as_ref()) else {
            return "postern_session".into();
        };
        let prefixes = [HOST_PREFIX, "__Secure-", "__Http-"];
        if let Some(prefix) = (prefixes.iter()).find(|prefix| {
            let start = name.value.0.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        }) {
            let message = format!("{shown} has a session cookie whose name has a prefix");
            let label = format!(
                "over TLS, {HOST_PREFIX:?} is put before it; without, no browser would take {prefix:?}"
            );
            self.findings
                .error(Code::Conflict, name.span, &message, &label);
        }
        name.value.0.clone()
    }

    /// A path on the same host: what begins with two slashes is another one.
    fn after_sign_out(&mut self, shown: &str, given: &document::Session) -> Name {
        let Some(path) = &given.after_sign_out else {
            return "/".into();
        };
        if path.value.0.starts_with("//") {
            let message =
                format!("{shown} sends browsers to another host after they are signed out");
            let label = "what begins with `//` names a host";
            self.findings
                .error(Code::InvalidPath, path.span, &message, label);
        }
        path.value.0.clone()
    }
}
