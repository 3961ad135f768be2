//! What was read before, for accounts that are read without the rules that they refer to.

use postern_model::entity::{
    App, Configuration, Credential, Group, Name, PRODUCTION, Subscription, TenantDays,
    TokenRevocation,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The names of rules that accounts refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub(crate) environments: BTreeSet<Name>,
    /// The scopes of each service.
    pub(crate) services: BTreeMap<Name, BTreeSet<Name>>,
    /// The services that each plan covers.
    pub(crate) plans: BTreeMap<Name, BTreeSet<Name>>,
    pub(crate) access_roles: BTreeSet<Name>,
    pub(crate) issuers: BTreeSet<Name>,
    pub(crate) tenant_days: TenantDays,
}

impl Known {
    /// What a configuration declares.
    pub fn of(configuration: &Configuration) -> Self {
        let environments = configuration.environments.iter();
        let services = configuration.services.iter().map(|service| {
            let scopes = service.scopes.iter().map(|scope| scope.name.clone());
            (service.name.clone(), scopes.collect())
        });
        let plans = configuration.plans.iter().map(|plan| {
            let covered = plan.covers.iter().map(|covered| covered.service.clone());
            (plan.name.clone(), covered.collect())
        });
        Self {
            tenant_days: configuration.call_log.tenant_days,
            environments: environments
                .map(|environment| environment.name.clone())
                .chain([PRODUCTION.into()])
                .collect(),
            services: services.collect(),
            plans: plans.collect(),
            issuers: (configuration.issuers.iter())
                .map(|issuer| issuer.name.clone())
                .collect(),
            access_roles: configuration
                .access_roles
                .iter()
                .map(|role| role.name.clone())
                .collect(),
        }
    }

    /// Whether it has all that another one has, so that what was good by that one is good by this.
    pub fn includes(&self, other: &Self) -> bool {
        let within = |all: &BTreeMap<Name, BTreeSet<Name>>, some: &BTreeMap<_, BTreeSet<Name>>| {
            some.iter()
                .all(|(name, inner)| all.get(name).is_some_and(|all| inner.is_subset(all)))
        };
        other.environments.is_subset(&self.environments)
            && other.access_roles.is_subset(&self.access_roles)
            && other.issuers.is_subset(&self.issuers)
            && within(&self.services, &other.services)
            && within(&self.plans, &other.plans)
    }

    /// Whether everything of the rules that a credential refers to is here.
    pub fn has_all_of_credential(&self, row: &Credential) -> bool {
        let declared = |scope: &Name| self.services.values().any(|all| all.contains(scope));
        let mut scopes = row.scopes.iter().flat_map(|scopes| scopes.iter());
        let only = row.restriction.as_deref();
        let mut services = only.iter().flat_map(|only| &only.services);
        let mut roles = only
            .iter()
            .flat_map(|only| only.access_roles.iter().flatten());
        let client = row.proof.client();
        self.environments.contains(&row.environment)
            && client.is_none_or(|client| self.issuers.contains(&client.issuer))
            && scopes.all(declared)
            && services.all(|service| self.services.contains_key(service))
            && roles.all(|role| self.access_roles.contains(role))
    }

    /// Whether everything of the rules that a group refers to is here.
    pub fn has_all_of_group(&self, row: &Group) -> bool {
        let mut roles = row.access_roles.iter();
        roles.all(|role| self.access_roles.contains(role))
    }

    /// Whether everything of the rules that an app refers to is here.
    pub fn has_all_of_app(&self, row: &App) -> bool {
        let mut roles = row.access_roles.iter();
        roles.all(|role| self.access_roles.contains(role))
    }

    /// Whether everything of the rules that a revocation of tokens refers to is here.
    pub fn has_all_of_token_revocation(&self, row: &TokenRevocation) -> bool {
        self.issuers.contains(&row.issuer)
    }

    /// Whether everything of the rules that a subscription refers to is here.
    pub fn has_all_of_subscription(&self, row: &Subscription) -> bool {
        let plan = self.plans.get(&row.plan);
        let mut scopes = row.scopes.iter().flatten();
        plan.is_some_and(|covered| covered.contains(&row.service))
            && self
                .services
                .get(&row.service)
                .is_some_and(|declared| scopes.all(|scope| declared.contains(scope)))
    }
}

/// Rows of a directory that stand outside of a text of rules: which of the names in it there are.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Whether there is an app of that name.
    pub app: &'a dyn Fn(&str) -> bool,
    /// Whether there is a group of that name.
    pub group: &'a dyn Fn(&str) -> bool,
}

impl Rows<'_> {
    /// Whatever is named is there: of rules that were looked at when they were first read.
    pub const ANY: Rows<'static> = Rows {
        app: &|_| true,
        group: &|_| true,
    };
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

/// What stands outside of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outside<'a> {
    /// Nothing that it could refer to.
    Nothing,
    /// Rows of the directory.
    Rows(&'a Rows<'a>),
    /// All that accounts refer to.
    Around(&'a Around<'a>),
}

impl<'a> Outside<'a> {
    /// What is around accounts.
    pub(crate) const fn around(self) -> Option<&'a Around<'a>> {
        match self {
            Self::Around(around) => Some(around),
            Self::Nothing | Self::Rows(_) => None,
        }
    }
}

/// What is around a text that has nothing but accounts.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The rules.
    pub known: &'a Known,
    /// Whether there is a tenant of that name elsewhere.
    pub tenant: &'a dyn Fn(&str) -> bool,
    /// Whether there is a group of that name elsewhere.
    pub has_group: &'a dyn Fn(&str) -> bool,
    /// The tenant of the group of that name elsewhere, if it has one.
    pub group: &'a dyn Fn(&str) -> Option<Name>,
    /// Whether there is an app of that name elsewhere.
    pub app: &'a dyn Fn(&str) -> bool,
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around")
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
