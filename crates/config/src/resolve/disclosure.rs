//! How much refusals tell, where a service does not say it itself.

use super::Resolver;
use super::declared::{Bound, TENANT, bounds, refer};
use crate::code::Code;
use crate::document::access as document;
use crate::document::list::Environment;
use crate::document::ownership::TenantDefaults;
use crate::findings::quote;
use crate::located::{At, Map};
use postern_model::entity::{Disclosure, Name, PRODUCTION};
use std::collections::HashMap;

/// What holds where a service says nothing.
#[derive(Default)]
pub(super) struct Defaults {
    /// By environment.
    pub disclosures: Vec<(Name, Disclosure)>,
    /// By tenant.
    tenants: HashMap<String, (Option<Disclosure>, Option<document::StatusProfile>)>,
}

impl Defaults {
    pub(super) fn disclosure(&self, tenant: Option<&str>) -> Option<Disclosure> {
        self.tenants.get(tenant?)?.0
    }

    pub(super) fn status_profile(&self, tenant: Option<&str>) -> Option<document::StatusProfile> {
        self.tenants.get(tenant?)?.1
    }
}

impl Resolver<'_, '_> {
    pub(super) fn defaults(
        &mut self,
        environments: Option<&Map<Environment>>,
        tenants: Option<&Map<TenantDefaults>>,
    ) -> Defaults {
        let environments = environments.into_iter().flat_map(|all| &all.0);
        let disclosures = environments.filter_map(|(name, given)| {
            let disclosure = self.of_environment(name, given)?;
            Some((name.value.as_str().into(), disclosure))
        });
        let disclosures = disclosures.collect();
        let tenants = tenants.into_iter().flat_map(|all| &all.0);
        let tenants = tenants.map(|(name, given)| {
            refer(self.findings, &TENANT, &self.names.tenants, name, || {
                format!(
                    "`tenant_defaults` has {}, who does not exist",
                    quote(&name.value)
                )
            });
            let disclosure = given.disclosure.as_ref();
            let disclosure = disclosure.map(|word| self.of_tenant(name, word));
            (name.value.clone(), (disclosure, given.status_profile))
        });
        Defaults {
            disclosures,
            tenants: tenants.collect(),
        }
    }

    fn of_tenant(&mut self, name: &At<String>, word: &At<document::Disclosure>) -> Disclosure {
        match word.value {
            document::Disclosure::Minimal => Disclosure::Minimal,
            document::Disclosure::Standard => Disclosure::Standard,
            document::Disclosure::Verbose => {
                let message = format!(
                    "the services of tenant {} would all be verbose, in production too",
                    quote(&name.value)
                );
                self.findings
                    .error(Code::Conflict, word.span, &message, "never by default")
                    .help("say it in a service or in an environment");
                Disclosure::Standard
            }
        }
    }

    fn of_environment(&mut self, name: &At<String>, given: &Environment) -> Option<Disclosure> {
        let shown = format!("environment {}", quote(&name.value));
        let word = given.disclosure.as_ref();
        let until = given.disclosure_until.as_ref();
        let verbose = word.is_some_and(|word| word.value == document::Disclosure::Verbose);
        let why = if verbose {
            "the disclosure `verbose`"
        } else {
            "a disclosure that is not `verbose`"
        };
        bounds(
            self.findings,
            name.intact,
            word.map_or(name.span, |word| word.span),
            &shown,
            why,
            &[Bound::new("disclosure_until", until, verbose).needed("2026-11-27")],
        );
        let word = word?;
        if verbose && name.value == PRODUCTION {
            let message = format!("{shown} tells too much");
            self.findings
                .error(Code::Conflict, word.span, &message, "never in production")
                .help("give it `standard`, or say `verbose` in another environment");
        }
        Some(match word.value {
            document::Disclosure::Minimal => Disclosure::Minimal,
            document::Disclosure::Standard => Disclosure::Standard,
            document::Disclosure::Verbose => Disclosure::Verbose {
                until: until?.value.0,
            },
        })
    }
}
