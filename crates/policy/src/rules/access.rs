//! What the stages about callers look up in a configuration.

mod roles;

use crate::router::hosts::Hosts;
use postern_model::entity::{AccessRole, Configuration, Name, PRODUCTION};
use roles::Permissions;

/// Environments by host, plans and access roles by name.
#[derive(Debug)]
pub(crate) struct Access {
    /// `production` first.
    environments: Vec<Name>,
    /// Its name.
    production: Name,
    hosts: Hosts,
    /// For each of the hosts' numbers, an index into the environments.
    by_host: Vec<usize>,
    /// Names and indices, sorted by name.
    plans: Vec<(Name, usize)>,
    /// The same of access roles.
    roles: Vec<(Name, usize)>,
    /// What they allow and deny.
    permissions: Permissions,
}

impl Access {
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let mut access = Self {
            environments: vec![PRODUCTION.into()],
            production: PRODUCTION.into(),
            hosts: Hosts::default(),
            by_host: Vec::new(),
            plans: Vec::new(),
            roles: Vec::new(),
            permissions: Permissions::default(),
        };
        for environment in &configuration.environments {
            let known = access.environment_named(&environment.name);
            let index = known.unwrap_or_else(|| {
                access.environments.push(environment.name.clone());
                access.environments.len() - 1
            });
            for host in &environment.hosts {
                access.hosts.add(host);
                // The first that declares a host has it.
                if access.by_host.len() < access.hosts.len() {
                    access.by_host.push(index);
                }
            }
        }
        let plans = configuration.plans.iter().enumerate();
        access.plans = plans.map(|(index, p)| (p.name.clone(), index)).collect();
        access.plans.sort();
        let roles = configuration.access_roles.iter().enumerate();
        access.roles = roles.map(|(index, r)| (r.name.clone(), index)).collect();
        access.roles.sort();
        access.permissions = Permissions::new(&configuration.access_roles);
        access
    }

    /// The environment of a host.
    pub(crate) fn environment_of<'h>(&self, host: impl FnOnce() -> Option<&'h [u8]>) -> usize {
        if self.by_host.is_empty() {
            return 0;
        }
        let host = host();
        let number = self.hosts.matching(host).next();
        number
            .and_then(|number| self.by_host.get(number).copied())
            .unwrap_or(0)
    }

    /// The name of an environment.
    pub(crate) fn environment(&self, index: usize) -> &Name {
        let known = self.environments.get(index);
        known.unwrap_or(&self.production)
    }

    /// The number of the environment of that name.
    pub(crate) fn environment_named(&self, name: &str) -> Option<usize> {
        self.environments.iter().position(|have| **have == *name)
    }

    /// The index of the plan of that name.
    pub(crate) fn plan(&self, name: &str) -> Option<usize> {
        find(&self.plans, name)
    }

    /// What access roles allow and deny.
    pub(crate) const fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Works out what they say of the next operation; to be called in the order of the plans.
    pub(crate) fn add_operation(&mut self, roles: &[AccessRole], place: [&str; 3], named: &[Name]) {
        let named = named.iter().filter_map(|name| find(&self.roles, name));
        let named: Vec<usize> = named.collect();
        self.permissions.add_operation(roles, place, &named);
    }

    /// The index of the access role of that name.
    pub(crate) fn role(&self, name: &str) -> Option<usize> {
        find(&self.roles, name)
    }
}

fn find(sorted: &[(Name, usize)], name: &str) -> Option<usize> {
    let at = sorted.binary_search_by(|(have, _)| have.as_ref().cmp(name));
    sorted.get(at.ok()?).map(|(_, index)| *index)
}
