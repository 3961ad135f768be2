//! Issuers that are asked about tokens.

use super::Resolver;
use super::declared::{Bound, bounds};
use super::issuer::goes_without_tls;
use crate::code::Code;
use crate::document::issuer as document;
use crate::located::At;
use postern_model::entity::{Introspection, JwtProof};
use postern_model::{Holder, Secret};
use std::time::Duration;

/// Whether an issuer is asked about each of its tokens, so that it needs no keys.
pub(super) fn asked_about_all(given: &document::Issuer) -> bool {
    let asked = given.introspection.as_ref();
    let jwt = asked.and_then(|asked| asked.value.jwt.as_ref());
    jwt.is_some_and(|jwt| jwt.value == document::JwtProof::Introspection)
}

impl Resolver<'_, '_> {
    /// Finds what is about keys of an issuer that needs none.
    pub(super) fn without_keys(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::Issuer,
    ) {
        let why = "an issuer with `jwt: introspection`, which needs no keys";
        let of_keys = [
            Bound::new("keys_file", given.keys_file.as_ref(), false),
            Bound::new("keys_url", given.keys_url.as_ref(), false),
            Bound::new("secret", given.secret.as_ref(), false),
            Bound::new("algorithms", given.algorithms.as_ref(), false),
            Bound::new("refresh", given.refresh.as_ref(), false),
            Bound::new("keep", given.keep.as_ref(), false),
        ];
        bounds(self.findings, name.intact, name.span, shown, why, &of_keys);
    }

    pub(super) fn introspection(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::Issuer,
        asked: &At<document::Introspection>,
    ) -> Option<Box<Introspection>> {
        let how = &asked.value;
        let (url, client, secret) = (
            how.url.as_ref()?,
            how.client_id.as_ref()?,
            how.client_secret.as_ref()?,
        );
        if goes_without_tls(&url.value.0) {
            let message = format!("{shown} is asked about tokens without TLS");
            let label = "whoever stands on the way reads the tokens, and can make some";
            self.findings
                .warning(Code::InvalidUrl, url.span, &message, label)
                .help("write `https://`, unless nobody on the way is to be feared");
        }
        let holder = Holder {
            kind: "issuer",
            id: &name.value,
            tenant: given.tenant.as_ref().map(|tenant| &*tenant.value),
        };
        let (value, home) = self.secret(holder, secret, "the gateway's secret at an issuer")?;
        let text = std::str::from_utf8(value.expose().trim_ascii_end());
        let Some(text) = text.ok().filter(|text| !text.is_empty()) else {
            let message = format!("{shown} cannot be asked: the gateway's secret is no text");
            let label = format!("nothing that can be sent is {home}");
            self.findings
                .error(Code::InvalidKey, secret.span, &message, &label);
            return None;
        };
        let opaque = how.opaque.as_ref().is_none_or(|opaque| opaque.value);
        let jwt = match how.jwt.as_ref().map(|jwt| jwt.value) {
            None | Some(document::JwtProof::Keys) => JwtProof::Keys,
            Some(document::JwtProof::Both) => JwtProof::Both,
            Some(document::JwtProof::Introspection) => JwtProof::Introspection,
        };
        if let (Some(said), false, JwtProof::Keys) = (&how.opaque, opaque, jwt) {
            let message = format!("{shown} is never asked about tokens");
            let label = "neither about those that are no JWT, nor about the others";
            self.findings
                .error(Code::Conflict, said.span, &message, label)
                .help("write `jwt: both`, or leave `opaque` out");
        }
        Some(Box::new(Introspection {
            url: url.value.0.clone(),
            client: client.0.clone(),
            secret: Secret::new(text.into()),
            timeout: (how.timeout.as_ref()).map_or(Duration::from_secs(2), |one| one.0),
            keep: (how.cache.as_ref()).map_or(Duration::from_secs(30), |one| one.0),
            opaque,
            jwt,
        }))
    }
}
