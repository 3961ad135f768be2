//! Access roles, groups, and who names them.

use super::Resolver;
use super::account::names;
use super::declared::{ACCESS_ROLE, GROUP, OPERATION, SERVICE, TENANT, VERSION, refer};
use crate::code::Code;
use crate::document::role as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::tree::{Kind, Node};
use postern_model::entity::{AccessRole, Group, Method, Name, RoleGrant};

impl Resolver<'_, '_> {
    pub(super) fn access_roles(&mut self, given: Map<document::AccessRole>) -> Vec<AccessRole> {
        let role = |(name, given): (At<String>, document::AccessRole)| {
            let shown = format!("access role {}", quote(&name.value));
            self.belongs(&shown, given.tenant.as_ref());
            let mut grants = |given: Option<&[At<document::RoleGrant>]>, tenant, verb| {
                let grants = given.into_iter().flatten();
                let grants = grants.filter_map(|grant| {
                    let service = grant.value.service.as_ref()?;
                    let known = self.role_grant(&shown, verb, service, &grant.value)?;
                    self.owned(&shown, tenant, service);
                    Some(known)
                });
                grants.collect::<Vec<_>>()
            };
            let tenant = given.tenant.as_ref();
            let allows = grants(given.allows.as_deref(), tenant, "allows");
            let denies = grants(given.deny.as_deref(), tenant, "denies");
            let inherits = self.inherited(&shown, tenant, given.inherits.as_deref());
            if allows.len() + denies.len() + inherits.len() == 0 && name.intact {
                let message = format!("{shown} allows nothing and denies nothing");
                self.findings
                    .error(
                        Code::MissingField,
                        name.span,
                        &message,
                        "`allows` is missing",
                    )
                    .help("add `allows: [{service: orders}]`, `inherits` or `deny`, say");
            }
            AccessRole {
                inherits,
                denies,
                name: name.value.as_str().into(),
                tenant: given
                    .tenant
                    .as_ref()
                    .map(|tenant| tenant.value.as_str().into()),
                title: given.title.as_ref().map(|title| title.0.clone()),
                allows,
            }
        };
        let found: Vec<AccessRole> = given.0.into_iter().map(role).collect();
        self.no_loops(&found);
        found
    }

    pub(super) fn groups(&mut self, given: Map<document::Group>) -> Vec<Group> {
        let group = |(name, given): (At<String>, document::Group)| {
            let shown = format!("group {}", quote(&name.value));
            self.belongs(&shown, given.tenant.as_ref());
            Group {
                access_roles: self.carried_roles(&shown, given.access_roles.as_deref()),
                name: name.value.into(),
                tenant: given.tenant.map(|tenant| tenant.value.into()),
                title: given.title.map(|title| title.0),
            }
        };
        given.0.into_iter().map(group).collect()
    }

    fn belongs(&mut self, shown: &str, tenant: Option<&At<String>>) {
        if let Some(tenant) = tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
        }
    }

    /// The access roles that something carries.
    pub(super) fn carried_roles(&mut self, shown: &str, given: Option<&[At<String>]>) -> Vec<Name> {
        let given = given.unwrap_or_default();
        for role in given {
            let roles = &self.names.access_roles;
            refer(self.findings, &ACCESS_ROLE, roles, role, || {
                format!("{shown} carries an access role that does not exist")
            });
        }
        names(given)
    }

    /// The groups that an app is in.
    pub(super) fn groups_of(
        &mut self,
        shown: &str,
        tenant: &str,
        given: Option<&[At<String>]>,
    ) -> Vec<Name> {
        let given = given.unwrap_or_default();
        for group in given {
            let known = refer(self.findings, &GROUP, &self.names.groups, group, || {
                format!("{shown} is in a group that does not exist")
            });
            let owner = self.owner_of_group(&group.value);
            if let Some(owner) = owner.filter(|owner| known && **owner != *tenant) {
                let message = format!("{shown} is in a group of another tenant");
                let label = format!("belongs to {}, the app to {}", quote(&owner), quote(tenant));
                self.findings
                    .error(Code::Conflict, group.span, &message, &label)
                    .help("choose a group of its own tenant, or one without a tenant");
            }
        }
        names(given)
    }

    fn owner_of_group(&self, name: &str) -> Option<Name> {
        let here = self.names.group_owners.get(name);
        let elsewhere = || (self.around?.group)(name);
        here.map(|owner| (*owner).into()).or_else(elsewhere)
    }

    /// The access roles that one inherits: those of its own tenant, and of the platform.
    fn inherited(
        &mut self,
        shown: &str,
        tenant: Option<&At<String>>,
        given: Option<&[At<String>]>,
    ) -> Vec<Name> {
        let given = given.unwrap_or_default();
        for role in given {
            let roles = &self.names.access_roles;
            let known = refer(self.findings, &ACCESS_ROLE, roles, role, || {
                format!("{shown} inherits an access role that does not exist")
            });
            let owner = self.owner("access_roles", &role.value).map(str::to_owned);
            let own = tenant.map(|tenant| &tenant.value);
            if known && owner.is_some() && owner.as_ref() != own {
                let message = format!("{shown} inherits an access role of another tenant");
                let label = "expected one of its own tenant, or of the platform";
                self.findings
                    .error(Code::Conflict, role.span, &message, label);
            }
        }
        names(given)
    }

    /// Finds access roles that inherit themselves: each loop once, with the place of every step.
    fn no_loops(&mut self, roles: &[AccessRole]) {
        let named = |name: &Name| roles.iter().position(|role| role.name == *name);
        // 1: being looked through; 2: done.
        let mut marks = vec![0u8; roles.len()];
        for start in 0..roles.len() {
            let mut way: Vec<(usize, usize)> = vec![(start, 0)];
            if marks.get(start) != Some(&0) {
                continue;
            }
            while let Some((at, next)) = way.last_mut() {
                let at = *at;
                if let Some(mark) = marks.get_mut(at) {
                    *mark = 1;
                }
                let inherits = roles.get(at).map_or(&[][..], |role| &role.inherits);
                let Some(name) = inherits.get(*next) else {
                    if let Some(mark) = marks.get_mut(at) {
                        *mark = 2;
                    }
                    way.pop();
                    continue;
                };
                *next += 1;
                match named(name).map(|to| (to, marks.get(to).copied())) {
                    Some((to, Some(0))) => way.push((to, 0)),
                    Some((to, Some(1))) => {
                        let from = way.iter().position(|(role, _)| *role == to).unwrap_or(0);
                        let steps = way.iter().skip(from).map(|(role, _)| *role);
                        let steps: Vec<usize> = steps.collect();
                        self.inherits_itself(roles, &steps);
                    }
                    _ => {}
                }
            }
        }
    }

    /// `steps`: each inherits the next, and the last the first.
    fn inherits_itself(&mut self, roles: &[AccessRole], steps: &[usize]) {
        let name = |at: usize| {
            roles
                .get(at)
                .map(|role| role.name.clone())
                .unwrap_or_default()
        };
        let place = |from: usize, to: usize| {
            let role = self.root.get("access_roles")?.get(&name(from))?;
            let inherits = role.get("inherits")?;
            let to = name(to);
            let is_it =
                |item: &&Node| matches!(&item.kind, Kind::Scalar { text, .. } if **text == *to);
            let item = match &inherits.kind {
                Kind::Seq(items) => items.iter().find(is_it),
                _ => None,
            };
            Some(item.unwrap_or(inherits).span)
        };
        let following = steps.iter().skip(1).chain(steps.first());
        let places: Vec<_> = steps
            .iter()
            .zip(following)
            .filter_map(|(from, to)| Some((*from, *to, place(*from, *to)?)))
            .collect();
        let Some((first, rest)) = places.split_first() else {
            return;
        };
        let message = format!("access role {} inherits itself", quote(&name(first.0)));
        let notes: Vec<String> = rest
            .iter()
            .map(|(from, to, span)| {
                let line = self.findings.line(span.start);
                format!(
                    "{} inherits {} in line {line}",
                    quote(&name(*from)),
                    quote(&name(*to))
                )
            })
            .collect();
        let label = format!("it inherits {}", quote(&name(first.1)));
        let mut finding = self
            .findings
            .error(Code::Conflict, first.2, &message, &label);
        for note in notes {
            finding = finding.note(note);
        }
        finding.help("take one of them out of `inherits`");
    }

    fn role_grant(
        &mut self,
        shown: &str,
        verb: &str,
        service: &At<String>,
        given: &document::RoleGrant,
    ) -> Option<RoleGrant> {
        let known = refer(
            self.findings,
            &SERVICE,
            &self.names.services,
            service,
            || format!("{shown} {verb} a service that does not exist"),
        );
        if !known {
            return None;
        }
        let versions = listed(given.versions.as_ref());
        let operations = listed(given.operations.as_ref());
        self.parts_of(&format!("{shown} {verb}"), service, versions, operations);
        Some(RoleGrant {
            service: service.value.as_str().into(),
            versions: names(versions),
            operations: names(operations),
            methods: given.methods.iter().flatten().map(|m| m.0).collect(),
        })
    }

    /// Finds versions and operations that a service does not have.
    pub(super) fn parts_of(
        &mut self,
        shown: &str,
        service: &At<String>,
        versions: &[At<String>],
        operations: &[At<String>],
    ) {
        let Some(inside) = self.names.inside(&service.value) else {
            return;
        };
        let owner = quote(&service.value);
        for version in versions {
            refer(self.findings, &VERSION, &inside.versions, version, || {
                format!("{shown} a version that service {owner} does not have")
            });
        }
        let chosen: Vec<&str> = versions.iter().map(|version| &*version.value).collect();
        // In a version that does not exist there is nothing to look for.
        let certain = chosen.iter().all(|v| inside.versions.may_have(v));
        let known = inside.operations(if certain { &chosen } else { &[] });
        for operation in operations {
            refer(self.findings, &OPERATION, &known, operation, || {
                format!("{shown} an operation that service {owner} does not have")
            });
        }
    }

    /// A tenant's access role is about its own services.
    fn owned(&mut self, shown: &str, tenant: Option<&At<String>>, service: &At<String>) {
        let Some(tenant) = tenant else { return };
        let owner = self.names.service_owner(&service.value);
        if owner.is_none_or(|owner| owner == Some(&*tenant.value)) {
            return;
        }
        let message = format!("{shown} allows a service that is not its tenant's");
        let label = format!("does not belong to {}", quote(&tenant.value));
        self.findings
            .error(Code::Conflict, service.span, &message, &label)
            .help("an access role of the platform, without `tenant`, may be about any service");
    }

    /// Finds access roles that do not exist, and that nobody can have, where a rule requires them.
    pub(super) fn named_roles(&mut self, shown: &str, given: Option<&Roles>, open: bool) {
        let given = given.map_or(&[][..], |given| given.value.as_slice());
        for role in given {
            let roles = &self.names.access_roles;
            refer(self.findings, &ACCESS_ROLE, roles, role, || {
                format!("{shown} requires an access role that does not exist")
            });
        }
        if let Some(first) = given.first().filter(|_| open) {
            let message = format!("{shown} requires an access role, and nobody can have one");
            let label = "the service asks for no credential";
            self.findings
                .error(Code::Conflict, first.span, &message, label)
                .help("add `authentication: {api_key: {}}` to the service");
        }
    }

    /// The access roles that an operation requires: those of the nearest list.
    pub(super) fn required_roles(&mut self, callers: &Callers<'_>) -> Vec<Name> {
        let shown = format!("operation {}", quote(&callers.operation.value));
        if !callers.inherited {
            self.named_roles(&shown, callers.roles, callers.open);
        }
        let Some(given) = callers.roles.filter(|given| !given.value.is_empty()) else {
            return Vec::new();
        };
        if callers.anonymous {
            // Nobody is asked here: a list from above is about the other operations.
            if !callers.inherited {
                let message = format!("{shown} lets callers without a credential pass");
                let label = "they carry no access role, and it requires one";
                self.findings
                    .error(Code::Conflict, given.span, &message, label);
            }
            return Vec::new();
        }
        self.somebody_can_call(&shown, given, callers);
        names(&given.value)
    }

    fn somebody_can_call(&mut self, shown: &str, given: &Roles, callers: &Callers<'_>) {
        let declared = self.root.get("access_roles");
        let certain = given.intact && declared.is_none_or(|roles| roles.intact);
        let names = &self.names.access_roles;
        let known = given.value.iter().all(|role| names.may_have(&role.value));
        let [service, version] = callers.place;
        let place = [service, version, &callers.operation.value];
        let methods = callers.methods;
        let allows = |role: &AccessRole| {
            let any = methods.is_empty() && role.allows(place, None);
            any || methods.iter().any(|m| role.allows(place, Some(*m)))
        };
        // What they inherit, they allow, too. Each is looked at once.
        let mut all: Vec<&str> = given.value.iter().map(|name| &*name.value).collect();
        let mut next = 0;
        while let Some(name) = all.get(next) {
            let role = self.roles.iter().find(|role| *role.name == **name);
            next += 1;
            for more in role.into_iter().flat_map(|role| &role.inherits) {
                if !all.contains(&&**more) {
                    all.push(more);
                }
            }
        }
        let mut named = self.roles.iter().filter(|role| all.contains(&&*role.name));
        if certain && known && !callers.open && !named.any(allows) {
            let message = format!("nobody can call {shown}");
            let label = "none of the access roles that it requires allows it";
            self.findings
                .error(Code::Conflict, callers.operation.span, &message, label)
                .help("add it to `allows` of one of them, or write `access_roles: []` here");
        }
    }
}

/// Names of access roles where a rule requires one of them.
pub(super) type Roles = At<Vec<At<String>>>;

/// An operation, as far as access roles are about it.
pub(super) struct Callers<'a> {
    pub operation: &'a At<String>,
    /// The names of its service and its version.
    pub place: [&'a str; 2],
    pub methods: &'a [Method],
    pub anonymous: bool,
    /// Its service asks for no credential.
    pub open: bool,
    /// The list that holds for it.
    pub roles: Option<&'a Roles>,
    /// It stands with the version or the service.
    pub inherited: bool,
}

/// The names in a list; none if it is not there.
pub(super) fn listed(list: Option<&Roles>) -> &[At<String>] {
    list.map_or(&[], |list| list.value.as_slice())
}
