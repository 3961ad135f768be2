//! Where keys are looked for on a host, whatever is asked for there.

use super::{Verifier, verify_in};
use crate::facts::{CredentialVerdict, Facts};
use crate::identity::Identity;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::stages::authenticate::proved;
use postern_model::denial::Denial;
use postern_model::entity::{
    Authentication, CredentialKind, Name, Service, StatusProfile, Visibility,
};

/// Where the keys of a host's services may stand.
#[derive(Debug, Clone)]
pub struct KeyPlaces {
    all: Authentication,
    /// Of services that do not conceal themselves: what everybody may be told.
    told: Authentication,
}

impl KeyPlaces {
    /// Those of all services on that host; `X-API-Key` where none of them takes keys.
    pub fn on(host: Option<&str>, rules: &Rules) -> Self {
        let services = &rules.configuration().services;
        let here = || services.iter().filter(|s| answers_on(s, host));
        Self {
            all: together(here()),
            told: together(here().filter(|s| is_open_about_itself(s))),
        }
    }

    /// Finds the key of a request and verifies it, with the same work for one that nobody has as
    /// for one whose secret is wrong.
    pub fn verify(
        &self,
        facts: &dyn Facts,
        snapshot: &Snapshot<'_>,
        by: Verifier<'_>,
    ) -> CredentialVerdict {
        verify_in(&self.all, facts, snapshot, by)
    }

    /// Those that everybody may be told.
    pub const fn told(&self) -> &Authentication {
        &self.told
    }

    /// Whom a verdict proves: a key that was revoked or is over proves its app too.
    ///
    /// # Errors
    /// The refusal of a request that needs a key.
    pub fn proved(
        &self,
        verdict: &CredentialVerdict,
        facts: &dyn Facts,
        snapshot: &Snapshot<'_>,
    ) -> Result<Identity, Denial> {
        proved(verdict, &self.told, snapshot, facts, None)
    }
}

fn answers_on(service: &Service, host: Option<&str>) -> bool {
    let host = host.unwrap_or_default();
    let is = |pattern: &Name| match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => **pattern == *host,
    };
    service.hosts.is_empty() || service.hosts.iter().any(is)
}

/// Whether strangers may learn that there is this service.
pub fn is_open_about_itself(service: &Service) -> bool {
    service.visibility == Visibility::Public && service.status_profile != StatusProfile::Conceal
}

fn together<'a>(services: impl Iterator<Item = &'a Service>) -> Authentication {
    let mut places = Authentication {
        kinds: vec![CredentialKind::ApiKey],
        headers: Vec::new(),
        query: Vec::new(),
        issuers: Vec::new(),
        forward_credential: false,
        subscription: false,
    };
    for one in services.filter_map(|service| service.authentication.as_ref()) {
        add(&mut places.headers, &one.headers);
        add(&mut places.query, &one.query);
    }
    if places.headers.is_empty() && places.query.is_empty() {
        places.headers.push("x-api-key".into());
    }
    places
}

fn add(names: &mut Vec<Name>, more: &[Name]) {
    for name in more {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}
