//! How callers may prove who they are on a host, whatever is asked for there.

use crate::rules::Rules;
use postern_model::entity::{
    Authentication, CredentialKind, Issuer, Name, Service, StatusProfile, Visibility,
};

/// What the services of a host accept, all together.
#[derive(Debug, Clone)]
pub struct HostWays {
    /// Of services that do not conceal themselves: what everybody may be told.
    told: Authentication,
    /// Of all services, where those that conceal themselves accept more.
    all: Option<Authentication>,
}

impl HostWays {
    /// Those of the services on that host; keys in `X-API-Key` where nothing is asked for.
    pub fn on(host: Option<&str>, rules: &Rules) -> Self {
        let services = &rules.configuration().services;
        let here = || services.iter().filter(|s| answers_on(s, host));
        let mut told = Authentication::NOTHING;
        unite(&mut told, here().filter(|s| is_open_about_itself(s)));
        let mut all = told.clone();
        unite(&mut all, here());
        if told.kinds.is_empty() {
            told.kinds.push(CredentialKind::ApiKey);
            told.headers.push("x-api-key".into());
        }
        let is_more = !all.kinds.is_empty() && all != told;
        Self {
            told,
            all: is_more.then_some(all),
        }
    }

    /// Those that everybody may be told.
    pub const fn told(&self) -> &Authentication {
        &self.told
    }

    /// All of them, where that is more. Who proves nothing by these learns nothing of them.
    pub const fn all(&self) -> Option<&Authentication> {
        self.all.as_ref()
    }
}

/// Whether a service answers on a host.
pub fn answers_on(service: &Service, host: Option<&str>) -> bool {
    let host = host.unwrap_or_default();
    let is = |pattern: &Name| match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => **pattern == *host,
    };
    service.hosts.is_empty() || service.hosts.iter().any(is)
}

/// The issuer of that name, if a service on that host accepts its tokens.
pub fn issuer_on<'a>(name: &str, host: Option<&str>, rules: &'a Rules) -> Option<&'a Issuer> {
    let configuration = rules.configuration();
    let index = configuration
        .issuers
        .iter()
        .position(|one| *one.name == *name)?;
    let accepts = |accepted: &Authentication| accepted.issuers.contains(&index);
    let services = configuration.services.iter();
    services
        .filter(|service| answers_on(service, host))
        .any(|service| service.authentication.as_ref().is_some_and(accepts))
        .then(|| configuration.issuers.get(index))?
}

/// Whether strangers may learn that there is this service.
pub fn is_open_about_itself(service: &Service) -> bool {
    service.visibility == Visibility::Public && service.status_profile != StatusProfile::Conceal
}

/// Adds what some services accept. Their operations accept nothing else.
fn unite<'a>(ways: &mut Authentication, services: impl Iterator<Item = &'a Service>) {
    for accepted in services.filter_map(|service| service.authentication.as_ref()) {
        ways.unite(accepted);
    }
}
