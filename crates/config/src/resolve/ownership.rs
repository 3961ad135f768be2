//! Whose is what: hosts and paths that are assigned to tenants, and references to what belongs to
//! one. Nothing that is said here tells a tenant of another one.

use super::Resolver;
use super::declared::{TENANT, refer};
use crate::code::Code;
use crate::document::ownership as document;
use crate::document::policy::Policy;
use crate::document::service::Service;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::source::Span;
use crate::tree::{Kind, Node};
use postern_model::entity::{Assignment, Level};

/// The assignments of a document.
#[derive(Default)]
pub(super) struct Assignments {
    /// `None` if something is wrong with one: then nothing follows from the others.
    all: Option<Vec<Assignment>>,
}

/// What a tenant wants to use: a host (`None`: any) and the paths below a prefix.
struct Wanted<'a> {
    host: Option<&'a str>,
    base_path: &'a str,
}

/// Why a tenant may not use something.
enum Refused {
    /// It lies outside of all that is assigned to it.
    Outside,
    /// It is assigned to somebody else.
    Others,
}

impl Assignments {
    fn allows(&self, tenant: &str, wanted: &Wanted<'_>) -> Result<(), Refused> {
        let all = self.all.as_deref().unwrap_or_default();
        let (host, base_path) = (wanted.host, wanted.base_path);
        let mut own = all.iter().filter(|a| *a.tenant == *tenant).peekable();
        if own.peek().is_some() {
            let covered = own.any(|assignment| assignment.covers(host, base_path));
            return if covered {
                Ok(())
            } else {
                Err(Refused::Outside)
            };
        }
        let taken = all.iter().any(|a| a.touches(host, base_path));
        if taken { Err(Refused::Others) } else { Ok(()) }
    }

    /// What is assigned to a tenant, as it is written.
    fn list(&self, tenant: &str) -> String {
        let all = self.all.iter().flatten();
        let own = all.filter(|assignment| *assignment.tenant == *tenant);
        let written = own.map(|assignment| {
            let host = assignment.host.as_deref().unwrap_or("*");
            quote(&format!("{host}{}", assignment.base_path))
        });
        written.collect::<Vec<_>>().join(", ")
    }
}

impl Resolver<'_, '_> {
    pub(super) fn assignments(&mut self, given: Map<document::Assignment>) -> Assignments {
        let mut placed: Vec<(At<String>, Assignment)> = Vec::new();
        let mut complete = self.root.get("assignments").is_none_or(|node| node.intact);
        for (name, given) in given.0 {
            let shown = format!("assignment {}", quote(&name.value));
            let Some(tenant) = given.tenant else {
                continue;
            };
            complete &= refer(self.findings, &TENANT, &self.names.tenants, &tenant, || {
                format!("{shown} is for a tenant that does not exist")
            });
            let assignment = Assignment {
                tenant: tenant.value.into(),
                host: given.host.map(|host| host.value.0),
                base_path: given
                    .base_path
                    .map_or_else(|| "".into(), |path| path.value.0),
            };
            if assignment.host.is_none() && assignment.base_path.is_empty() {
                if name.intact {
                    let message = format!("{shown} has neither `host` nor `base_path`");
                    self.findings
                        .error(Code::MissingField, name.span, &message, "it is everything")
                        .help("add `host: shop.example.com`, say");
                }
                complete = false;
            } else {
                self.apart(&shown, &name, &assignment, &placed);
            }
            placed.push((name, assignment));
        }
        let all = placed.into_iter().map(|(_, assignment)| assignment);
        Assignments {
            all: complete.then(|| all.collect()),
        }
    }

    /// What is assigned to two tenants would be nobody's.
    fn apart(
        &mut self,
        shown: &str,
        name: &At<String>,
        assignment: &Assignment,
        before: &[(At<String>, Assignment)],
    ) {
        let meets = |other: &Assignment| {
            other.tenant != assignment.tenant
                && other.touches(assignment.host.as_deref(), &assignment.base_path)
        };
        if let Some((other, _)) = before.iter().find(|(_, other)| meets(other)) {
            let message = format!("{shown} overlaps with what another tenant has");
            let label = format!("{} is for another tenant", quote(&other.value));
            self.findings
                .error(Code::Overlap, name.span, &message, &label)
                .help("end one of them, or give both a `base_path` of their own");
        }
    }

    /// Whether the services of tenants route only where they may.
    pub(super) fn within(&mut self, services: &Map<Service>, assignments: &Assignments) {
        for (name, given) in &services.0 {
            let Some(tenant) = &given.tenant else {
                continue;
            };
            if !name.intact {
                continue;
            }
            let prefix = given.base_path.as_ref().map_or("", |path| &path.value.0);
            let hosts = given.hosts.iter().flatten();
            let hosts = hosts.map(|host| (Some(&*host.value.0), host.span));
            let mut hosts: Vec<_> = hosts.collect();
            if hosts.is_empty() {
                hosts.push((None, name.span));
            }
            let bases = given.versions.iter().flat_map(|versions| &versions.0);
            let bases = bases.map(|(_, version)| {
                let path = version.base_path.as_ref();
                path.map_or_else(
                    || prefix.to_owned(),
                    |path| format!("{prefix}{}", path.value.0),
                )
            });
            let mut bases: Vec<_> = bases.collect();
            bases.sort_unstable();
            bases.dedup();
            for (host, span) in hosts {
                let refused = bases.iter().find_map(|base_path| {
                    let wanted = Wanted { host, base_path };
                    let refused = assignments.allows(&tenant.value, &wanted).err()?;
                    Some((refused, wanted))
                });
                if let Some((refused, wanted)) = refused {
                    let shown = format!("service {}", quote(&name.value));
                    self.outside(
                        &shown,
                        span,
                        &refused,
                        &wanted,
                        (&tenant.value, assignments),
                    );
                }
            }
        }
    }

    /// Whether a certificate of a tenant is served only for hosts that are the tenant's as a whole.
    pub(super) fn may_certify(
        &mut self,
        shown: &str,
        host: &str,
        span: Span,
        tenant: &str,
        assignments: &Assignments,
    ) {
        let wanted = Wanted {
            host: Some(host),
            base_path: "",
        };
        if let Err(refused) = assignments.allows(tenant, &wanted) {
            self.outside(shown, span, &refused, &wanted, (tenant, assignments));
        }
    }

    fn outside(
        &mut self,
        shown: &str,
        span: Span,
        refused: &Refused,
        wanted: &Wanted<'_>,
        (tenant, assignments): (&str, &Assignments),
    ) {
        let place = wanted.host.map_or_else(
            || format!("{} of any host", quote(&format!("{}/", wanted.base_path))),
            |host| quote(&format!("{host}{}", wanted.base_path)),
        );
        match refused {
            Refused::Outside => {
                let message = format!("{shown} is outside of what its tenant has");
                let label = format!("{place} is not assigned to tenant {}", quote(tenant));
                self.findings
                    .error(Code::NotAssigned, span, &message, &label)
                    .help(format!("the tenant has {}", assignments.list(tenant)));
            }
            Refused::Others => {
                let message = format!("{shown} is where its tenant may not be");
                let label = format!("{place} is not free");
                self.findings
                    .error(Code::NotAssigned, span, &message, &label)
                    .help("choose other `hosts` or another `base_path`, or have one assigned");
            }
        }
    }

    /// Whether a tenant (`None`: the platform) may use what a section declares by that name: what
    /// belongs to itself or to the platform. What it may not is for it as if it were not there.
    pub(super) fn may_use(&self, section: &str, name: &str, tenant: Option<&str>) -> bool {
        let Some(owner) = self.owner(section, name) else {
            return true;
        };
        // An owner that does not exist was found where it is said.
        Some(owner) == tenant || !self.names.tenants.may_have(owner)
    }

    /// Whether a policy for what belongs to a tenant uses no list of another one.
    pub(super) fn own_lists(&mut self, shown: &str, level: Option<&Level>, given: &Policy) {
        let tenant = match level {
            None | Some(Level::Platform) => None,
            Some(Level::Tenant(tenant)) => Some(&**tenant),
            Some(
                Level::Service(service)
                | Level::Version(service, _)
                | Level::Operation(service, ..),
            ) => self.owner("services", service),
        };
        let Some(tenant) = tenant.map(str::to_owned) else {
            return;
        };
        let asked = [&given.when, &given.require].into_iter().flatten();
        let asked = asked.filter_map(|conditions| conditions.value.lists.as_ref());
        let named = [&given.allow, &given.deny].into_iter().flatten();
        for list in named.chain(asked) {
            for name in &list.value {
                if self.may_use("lists", &name.value, Some(&tenant)) {
                    continue;
                }
                let message = format!("{shown} uses a list that does not exist");
                let label = format!("no list {} of its tenant", quote(&name.value));
                self.findings
                    .error(Code::UnknownList, name.span, &message, &label);
            }
        }
    }

    /// The tenant that something belongs to.
    pub(super) fn owner(&self, section: &str, name: &str) -> Option<&str> {
        let node = self.root.get(section)?.get(name)?.get("tenant")?;
        text(node)
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}
