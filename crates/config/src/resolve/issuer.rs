//! Issuers: whose tokens are believed.

use super::Resolver;
use super::declared::{ACCESS_ROLE, Bound, TENANT, bounds, refer};
use super::introspection::asked_about_all;
use crate::code::Code;
use crate::document::issuer as document;
use crate::findings::quote;
use crate::located::{At, Map, OneOrMany};
use crate::scalar::Scalar as _;
use crate::scalar::host::Url;
use crate::scalar::text::Text;
use crate::source::Span;
use postern_model::Holder;
use postern_model::entity::{Algorithm, BuiltIn, ClaimNames, Fetched, Issuer, IssuerKeys, Name};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Least bytes of a secret that tokens are signed with (RFC 7518 §3.2).
const LEAST_SECRET: usize = 32;

impl Resolver<'_, '_> {
    pub(super) fn issuers(&mut self, given: Map<document::Issuer>) -> Vec<Issuer> {
        let mut seen: Vec<(Name, Name)> = Vec::new();
        let mut issuers = Vec::new();
        for (name, given) in given.0 {
            let span = given.issuer.as_ref().map_or(name.span, |iss| iss.span);
            let Some(issuer) = self.issuer(&name, given) else {
                continue;
            };
            if let Some((_, other)) = seen.iter().find(|(iss, _)| *iss == issuer.iss) {
                let message = format!(
                    "issuers {} and {} have the same tokens",
                    quote(other),
                    quote(&name.value)
                );
                let label = "one `iss` is one issuer";
                self.findings.error(Code::Conflict, span, &message, label);
            }
            seen.push((issuer.iss.clone(), issuer.name.clone()));
            issuers.push(issuer);
        }
        issuers
    }

    fn issuer(&mut self, name: &At<String>, given: document::Issuer) -> Option<Issuer> {
        let shown = format!("issuer {}", quote(&name.value));
        if let Some(tenant) = &given.tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
        }
        let keys = if asked_about_all(&given) {
            self.without_keys(name, &shown, &given);
            Some(IssuerKeys::Untold)
        } else {
            self.issuer_keys(name, &shown, &given)
        };
        let introspection = match &given.introspection {
            Some(asked) => Some(self.introspection(name, &shown, &given, asked)?),
            None => None,
        };
        let algorithms = self.issuer_algorithms(&shown, &given);
        Some(Issuer {
            name: name.value.as_str().into(),
            tenant: given.tenant.map(|tenant| tenant.value.into()),
            iss: given.issuer?.value.0,
            keys: keys?,
            introspection,
            algorithms,
            audiences: given.audiences?.into_iter().map(|one| one.0).collect(),
            leeway: given.leeway.map_or(Duration::from_secs(30), |one| one.0),
            claims: self.claims(&shown, given.claims),
        })
    }

    fn claims(&mut self, shown: &str, given: Option<document::Claims>) -> ClaimNames {
        let Some(mut given) = given else {
            return ClaimNames::default();
        };
        let mut named = Vec::new();
        for (word, roles) in given.role_names.take().unwrap_or_default().0 {
            for role in roles.0 {
                let roles = &self.names.access_roles;
                refer(self.findings, &ACCESS_ROLE, roles, &role, || {
                    format!("{shown} means an access role that does not exist")
                });
                named.push((word.value.as_str().into(), role.value.into()));
            }
        }
        claims(given, named)
    }

    fn issuer_keys(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::Issuer,
    ) -> Option<IssuerKeys> {
        let file = given.keys_file.as_ref();
        let url = given.keys_url.as_ref();
        let secret = given.secret.as_ref();
        let spans = [
            file.map(|one| ("keys_file", one.span)),
            url.map(|one| ("keys_url", one.span)),
            secret.map(|one| ("secret", one.span)),
            (given.built_in.as_ref()).map(|one| ("built_in", one.span)),
        ];
        let mut said = spans.into_iter().flatten();
        if let (Some((first, _)), Some((second, span))) = (said.next(), said.next()) {
            let message = format!("{shown} has both `{first}` and `{second}`");
            self.findings
                .error(Code::Conflict, span, &message, "one of them is enough");
            return None;
        }
        let fetches = file.is_none() && secret.is_none() && given.built_in.is_none();
        bounds(
            self.findings,
            name.intact,
            name.span,
            shown,
            "keys that are not fetched",
            &[
                Bound::new("refresh", given.refresh.as_ref(), fetches),
                Bound::new("keep", given.keep.as_ref(), fetches),
            ],
        );
        let fetched = |url: &str| Fetched {
            url: url.into(),
            every: (given.refresh.as_ref()).map_or(Duration::from_mins(10), |one| one.value.0),
            keep: (given.keep.as_ref()).map_or(Duration::from_hours(24), |one| one.value.0),
        };
        if let Some(built_in) = &given.built_in {
            return self.built_in(name, shown, given, &built_in.value);
        }
        if let Some(file) = file {
            return Some(IssuerKeys::File(self.file(file)));
        }
        if let Some(url) = url {
            self.without_tls(shown, &url.value.0, url.span);
            return Some(IssuerKeys::Url(fetched(&url.value.0)));
        }
        if let Some(secret) = secret {
            return self.shared_secret(name, shown, given, secret);
        }
        let issuer = given.issuer.as_ref()?;
        self.is_address(shown, issuer)?;
        self.without_tls(shown, &issuer.value.0, issuer.span);
        let base = issuer.value.0.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        Some(IssuerKeys::Discovery(fetched(&url)))
    }

    /// The gateway itself: what tokens say in `iss` is where it answers.
    fn built_in(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::Issuer,
        built_in: &document::BuiltIn,
    ) -> Option<IssuerKeys> {
        let issuer = given.issuer.as_ref()?;
        let place = format!("/.well-known/postern/issuers/{}", name.value);
        let host = issuer.value.0.strip_suffix(&*place);
        if host.is_none_or(|host| Url::read(host).is_err() || host.ends_with('/')) {
            let message = format!("{shown} is built in, and its `issuer` is not its address");
            let label = format!("has to be `https://`, a host and `{place}`");
            self.findings
                .error(Code::Conflict, issuer.span, &message, &label)
                .help("take a host at which a service is that accepts its tokens");
            return None;
        }
        if let Some(algorithms) = &given.algorithms {
            let message = format!("{shown} is built in, and signs with EdDSA alone");
            let label = "leave this out";
            self.findings
                .error(Code::Conflict, algorithms.span, &message, label);
        }
        let rotation = built_in
            .rotate
            .map_or(Duration::from_hours(24 * 30), |one| one.0);
        Some(IssuerKeys::BuiltIn(BuiltIn {
            lifetime: built_in
                .lifetime
                .map_or(Duration::from_mins(15), |one| one.0),
            rotation,
            rotated_at: built_in.rotated_at.as_ref().map(|at| at.0),
        }))
    }

    /// Warns of keys that come over a network as anybody on it likes.
    fn without_tls(&mut self, shown: &str, url: &str, span: Span) {
        if goes_without_tls(url) {
            let message = format!("{shown} has keys that are fetched without TLS");
            let label = "whoever stands on the way can make tokens";
            self.findings
                .warning(Code::InvalidUrl, span, &message, label)
                .help("write `https://`, unless nobody on the way is to be feared");
        }
    }

    /// What describes itself has an address.
    fn is_address(&mut self, shown: &str, issuer: &At<Text>) -> Option<()> {
        let Err(problem) = Url::read(&issuer.value.0) else {
            return Some(());
        };
        let message =
            format!("{shown} has no keys, and its `issuer` is no address to find them at");
        self.findings
            .error(Code::MissingField, issuer.span, &message, &problem.label)
            .help("add `keys_url:` with the address of its keys, say");
        None
    }

    fn shared_secret(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::Issuer,
        secret: &At<crate::scalar::reference::SecretReference>,
    ) -> Option<IssuerKeys> {
        let holder = Holder {
            kind: "issuer",
            id: &name.value,
            tenant: given.tenant.as_ref().map(|tenant| &*tenant.value),
        };
        let (value, home) = self.secret(holder, secret, "the secret of an issuer")?;
        let value = value.expose().trim_ascii_end();
        if value.len() < LEAST_SECRET {
            let message = format!("{shown} has a secret that is too short");
            let label = format!("the text {home} has {} bytes, and needs 32", value.len());
            self.findings
                .error(Code::InvalidKey, secret.span, &message, &label)
                .help("`openssl rand -base64 48` prints one that is long enough");
            return None;
        }
        Some(IssuerKeys::Shared(postern_model::Secret::new(value.into())))
    }

    /// The algorithms; each has to be one of its keys.
    fn issuer_algorithms(&mut self, shown: &str, given: &document::Issuer) -> Vec<Algorithm> {
        let shares = given.secret.is_some();
        let mut algorithms = Vec::new();
        for one in given.algorithms.iter().flat_map(|all| &all.value) {
            let algorithm = algorithm(one.value);
            if Algorithm::SHARED.contains(&algorithm) != shares {
                self.foreign_algorithm(shown, algorithm, shares, one.span);
            }
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        algorithms
    }

    fn foreign_algorithm(&mut self, shown: &str, one: Algorithm, shares: bool, span: Span) {
        let message = format!("{shown} cannot sign with {}", one.name());
        let label = if shares {
            "this is for keys, and it has a secret"
        } else {
            "this is for a secret, and it has keys"
        };
        self.findings.error(Code::Conflict, span, &message, label);
    }
}

/// Whether an address is reached without TLS, and on another machine.
pub(super) fn goes_without_tls(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let host = rest.split([':', '/']).next().unwrap_or_default();
    let address = host.parse::<Ipv4Addr>();
    let stays = host == "localhost"
        || rest.starts_with("[::1]")
        || address.is_ok_and(|address| address.is_loopback());
    !stays
}

fn claims(given: document::Claims, role_names: Vec<(Name, Name)>) -> ClaimNames {
    let usual = ClaimNames::default();
    let names = |given: Option<OneOrMany<Text>>, usual: Vec<Name>| match given {
        Some(given) => given.0.into_iter().map(|name| name.0).collect(),
        None => usual,
    };
    ClaimNames {
        client: names(given.client, usual.client),
        user: names(given.user, usual.user),
        groups: names(given.groups, usual.groups),
        scopes: names(given.scopes, usual.scopes),
        roles: names(given.roles, usual.roles),
        role_names,
        asked: Vec::new(),
    }
}

const fn algorithm(given: document::Algorithm) -> Algorithm {
    match given {
        document::Algorithm::RS256 => Algorithm::RS256,
        document::Algorithm::RS384 => Algorithm::RS384,
        document::Algorithm::RS512 => Algorithm::RS512,
        document::Algorithm::PS256 => Algorithm::PS256,
        document::Algorithm::PS384 => Algorithm::PS384,
        document::Algorithm::PS512 => Algorithm::PS512,
        document::Algorithm::ES256 => Algorithm::ES256,
        document::Algorithm::ES384 => Algorithm::ES384,
        document::Algorithm::ES512 => Algorithm::ES512,
        document::Algorithm::EdDSA => Algorithm::EdDSA,
        document::Algorithm::HS256 => Algorithm::HS256,
        document::Algorithm::HS384 => Algorithm::HS384,
        document::Algorithm::HS512 => Algorithm::HS512,
    }
}
