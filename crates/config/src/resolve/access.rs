//! Who may call a service, and what they are told when they may not.

use super::Resolver;
use super::account::names;
use super::declared::{Bound, TENANT, bounds, refer};
use super::disclosure::Defaults;
use crate::code::Code;
use crate::document::access as document;
use crate::document::service::{Service, State};
use crate::findings::quote;
use crate::located::At;
use postern_model::entity::{
    Approval, Authentication, Disclosure, Name, PRODUCTION, Scope, StatusProfile, Visibility,
};

/// The access to a service.
pub(super) struct Access {
    pub visibility: Visibility,
    pub scopes: Vec<Scope>,
    pub authentication: Option<Authentication>,
    pub status_profile: StatusProfile,
    pub disclosure: Disclosure,
    pub disclosures: Vec<(Name, Disclosure)>,
    pub approval: Approval,
}

impl Resolver<'_, '_> {
    pub(super) fn access(
        &mut self,
        name: &At<String>,
        given: &Service,
        defaults: &Defaults,
    ) -> Access {
        if let Some(tenant) = &given.tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                let shown = quote(&name.value);
                format!("service {shown} belongs to a tenant that does not exist")
            });
        }
        let tenant = given.tenant.as_ref().map(|tenant| &*tenant.value);
        let scopes = given.scopes.iter().flat_map(|scopes| &scopes.0);
        let scopes = scopes.map(|(scope, text)| Scope {
            name: scope.value.as_str().into(),
            description: Some(text.0.clone()),
        });
        let visibility = self.visibility(name, given);
        // Strangers are told of a service that is not there for them, unless it says otherwise.
        let usual = match &visibility {
            Visibility::Public => defaults.status_profile(tenant),
            Visibility::Private { .. } => Some(document::StatusProfile::Conceal),
        };
        let only_own = match &visibility {
            Visibility::Public => false,
            Visibility::Private { shared_with } => shared_with.iter().all(|t| Some(&**t) == tenant),
        };
        // What the service says itself holds in every environment.
        let said = self.disclosure(name, given);
        let (disclosure, disclosures) = if given.disclosure.is_some() {
            (said, Vec::new())
        } else {
            let general = defaults.disclosure(tenant).unwrap_or(said);
            (general, defaults.disclosures.clone())
        };
        Access {
            visibility,
            scopes: scopes.collect(),
            authentication: (given.authentication.as_ref())
                .map(|given| self.authentication(&name.value, tenant, &given.value)),
            status_profile: match given.status_profile.or(usual) {
                Some(document::StatusProfile::Forbid) => StatusProfile::Forbid,
                Some(document::StatusProfile::Conceal) => StatusProfile::Conceal,
                Some(document::StatusProfile::Standard) | None => StatusProfile::Standard,
            },
            disclosure,
            disclosures,
            approval: if given
                .approval
                .map_or(only_own, |said| said == document::Approval::Automatic)
            {
                Approval::Automatic
            } else {
                Approval::Manual
            },
        }
    }

    fn visibility(&mut self, name: &At<String>, given: &Service) -> Visibility {
        let shown = format!("service {}", quote(&name.value));
        let word = given.visibility.as_ref();
        let shared = given.shared_with.as_ref();
        for tenant in shared.iter().flat_map(|shared| &shared.value) {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} is shared with a tenant that does not exist")
            });
        }
        let value = word.map_or(document::Visibility::Public, |word| word.value);
        let private = value == document::Visibility::Private;
        let why = if value == document::Visibility::Public {
            "the visibility `public`"
        } else {
            "the visibility `tenant`; `private` is for some others too"
        };
        bounds(
            self.findings,
            name.intact,
            name.span,
            &shown,
            why,
            &[Bound::new(
                "shared_with",
                shared.filter(|shared| !shared.value.is_empty()),
                private,
            )],
        );
        if let (document::Visibility::Tenant, None) = (value, &given.tenant) {
            bounds(
                self.findings,
                name.intact,
                word.map_or(name.span, |word| word.span),
                &shown,
                "the visibility `tenant`",
                &[Bound::new("tenant", given.tenant.as_ref(), true).needed("commerce")],
            );
        }
        if value == document::Visibility::Public {
            return Visibility::Public;
        }
        Visibility::Private {
            shared_with: shared
                .map(|shared| names(&shared.value))
                .unwrap_or_default(),
        }
    }

    fn disclosure(&mut self, name: &At<String>, given: &Service) -> Disclosure {
        let shown = format!("service {}", quote(&name.value));
        let word = given.disclosure.as_ref();
        let value = word.map_or(document::Disclosure::Standard, |word| word.value);
        let verbose = value == document::Disclosure::Verbose;
        let why = match value {
            document::Disclosure::Minimal => "the disclosure `minimal`",
            document::Disclosure::Standard => "the disclosure `standard`",
            document::Disclosure::Verbose => "the disclosure `verbose`",
        };
        let until = given.disclosure_until.as_ref();
        bounds(
            self.findings,
            name.intact,
            word.map_or(name.span, |word| word.span),
            &shown,
            why,
            &[Bound::new("disclosure_until", until, verbose).needed("2026-11-27")],
        );
        match (value, until) {
            (document::Disclosure::Minimal, _) => Disclosure::Minimal,
            (document::Disclosure::Verbose, Some(until)) => {
                self.not_in_production(&shown, word, given);
                Disclosure::Verbose {
                    until: until.value.0,
                }
            }
            _ => Disclosure::Standard,
        }
    }

    /// Evidence and rules are nothing for strangers.
    fn not_in_production(
        &mut self,
        shown: &str,
        word: Option<&At<document::Disclosure>>,
        given: &Service,
    ) {
        let versions = given.versions.iter().flat_map(|versions| &versions.0);
        let published = versions.clone().find(|(name, version)| {
            let state = version.state.as_ref().map(|state| state.value);
            let everywhere = version.environments.as_ref().is_none_or(Vec::is_empty);
            let production = version.environments.iter().flatten();
            let production = production.map(|e| &*e.value).any(|e| e == PRODUCTION);
            name.intact && state != Some(State::Draft) && (everywhere || production)
        });
        if let (Some((version, _)), Some(word)) = (published, word) {
            let message = format!("{shown} tells too much in production");
            let label = format!("version {} is published there", quote(&version.value));
            self.findings
                .error(Code::Conflict, word.span, &message, &label)
                .help("publish it in other environments only (`environments` of its versions), or choose `standard`");
        }
    }
}
