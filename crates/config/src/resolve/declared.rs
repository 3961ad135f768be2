//! The names that a document declares, and references to them. Faulty entities have names too, so
//! that a fault of one is not a fault of everything that refers to it.

use crate::code::Code;
use crate::findings::{Findings, nearest, quote};
use crate::known::{Around, Outside, Rows};
use crate::located::At;
use crate::source::Span;
use crate::tree::{Kind, Node};
use postern_model::entity::{Name, PRODUCTION};
use std::collections::{BTreeSet, HashMap};

/// Names of one section.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// `None` when they cannot be told.
    here: Option<BTreeSet<&'a str>>,
    /// Whether a name is declared outside of the document.
    elsewhere: Option<&'a dyn Fn(&str) -> bool>,
}

impl<'a> Names<'a> {
    fn here(here: Option<BTreeSet<&'a str>>) -> Self {
        Self {
            here,
            elsewhere: None,
        }
    }

    /// The keys of a mapping; none if it is not there.
    fn of(node: Option<&'a Node>) -> Self {
        Self::here(match node {
            None => Some(BTreeSet::new()),
            Some(node) if node.bad => None,
            Some(node) => Some(node.entries().iter().map(|e| e.key.as_str()).collect()),
        })
    }

    /// With names that are known from elsewhere.
    fn and(mut self, more: impl Iterator<Item = &'a Name>) -> Self {
        if let Some(names) = &mut self.here {
            names.extend(more.map(|name| &**name));
        }
        self
    }

    /// Those that are known.
    pub(super) fn known(&self) -> impl Iterator<Item = &'a str> {
        self.here.iter().flatten().copied()
    }

    /// Whether the name is declared, or may be.
    pub(super) fn may_have(&self, name: &str) -> bool {
        self.here.as_ref().is_none_or(|names| names.contains(name))
            || self.elsewhere.is_some_and(|has| has(name))
    }

    /// The same, where rules may stand without accounts: of a section that is not there nothing is
    /// told.
    pub(super) fn may_have_if_told(&self, name: &str) -> bool {
        let is_empty = self.here.as_ref().is_some_and(BTreeSet::is_empty);
        (is_empty && self.elsewhere.is_none()) || self.may_have(name)
    }

    fn union<'n>(all: impl Iterator<Item = &'n Self>) -> Self
    where
        'a: 'n,
    {
        let sets: Option<Vec<_>> = all.map(|names| names.here.as_ref()).collect();
        Self::here(sets.map(|sets| sets.into_iter().flatten().copied().collect()))
    }
}

/// The names inside of a service.
#[derive(Default)]
pub(super) struct ServiceNames<'a> {
    pub scopes: Names<'a>,
    pub versions: Names<'a>,
    /// Of each version.
    operations: HashMap<&'a str, Names<'a>>,
}

impl<'a> ServiceNames<'a> {
    fn of(node: &'a Node) -> Self {
        if node.bad {
            return Self::default();
        }
        let versions = node.get("versions").map_or(&[][..], Node::entries);
        let operations = versions.iter().map(|version| {
            let unknown = version.value.bad;
            let names = Names::of(version.value.get("operations"));
            (
                version.key.as_str(),
                if unknown { Names::default() } else { names },
            )
        });
        Self {
            scopes: Names::of(node.get("scopes")),
            versions: Names::of(node.get("versions")),
            operations: operations.collect(),
        }
    }

    /// The operations of some versions; of all, if none is named.
    pub(super) fn operations(&self, versions: &[&str]) -> Names<'a> {
        if self.versions.here.is_none() {
            return Names::default();
        }
        let chosen = self.operations.iter();
        let chosen = chosen.filter(|(name, _)| versions.is_empty() || versions.contains(name));
        Names::union(chosen.map(|(_, names)| names))
    }
}

/// Every name that something may refer to.
pub(super) struct Declared<'a> {
    pub tenants: Names<'a>,
    pub apps: Names<'a>,
    pub categories: Names<'a>,
    pub certificates: Names<'a>,
    pub lists: Names<'a>,
    pub plans: Names<'a>,
    pub access_roles: Names<'a>,
    pub issuers: Names<'a>,
    /// The tenants that issuers belong to, if that can be told.
    issuer_owners: HashMap<&'a str, Option<&'a str>>,
    pub groups: Names<'a>,
    /// The tenants that groups belong to.
    pub group_owners: HashMap<&'a str, &'a str>,
    pub environments: Names<'a>,
    pub services: Names<'a>,
    /// The scopes of all services.
    pub scopes: Names<'a>,
    inside: HashMap<&'a str, ServiceNames<'a>>,
    /// The tenants that services belong to, if that can be told.
    service_owners: HashMap<&'a str, Option<&'a str>>,
}

impl<'a> Declared<'a> {
    pub(super) fn of(root: &'a Node) -> Self {
        let section = |name| Names::of(root.get(name));
        let mut environments = section("environments");
        if let Some(names) = &mut environments.here {
            names.insert(PRODUCTION);
        }
        let services = root.get("services").map_or(&[][..], Node::entries);
        let inside: HashMap<_, _> = services
            .iter()
            .map(|entry| (entry.key.as_str(), ServiceNames::of(&entry.value)))
            .collect();
        let names = section("services");
        let scopes = match &names.here {
            Some(_) => Names::union(inside.values().map(|service| &service.scopes)),
            None => Names::default(),
        };
        Self {
            tenants: section("tenants"),
            apps: section("apps"),
            categories: section("categories"),
            certificates: section("certificates"),
            lists: section("lists"),
            plans: section("plans"),
            access_roles: section("access_roles"),
            issuers: section("issuers"),
            issuer_owners: owners(root.get("issuers")).collect(),
            groups: section("groups"),
            group_owners: owners(root.get("groups"))
                .filter_map(|(group, owner)| Some((group, owner?)))
                .collect(),
            service_owners: owners(root.get("services")).collect(),
            environments,
            services: names,
            scopes,
            inside,
        }
    }

    /// With what stands outside of the document.
    pub(super) fn outside(self, outside: Outside<'a>) -> Self {
        match outside {
            Outside::Nothing => self,
            Outside::Rows(rows) => self.beside(rows),
            Outside::Around(around) => self.within(around),
        }
    }

    /// With the rows of a directory that rules may name.
    fn beside(mut self, rows: &Rows<'a>) -> Self {
        self.apps.elsewhere = Some(rows.app);
        self.groups.elsewhere = Some(rows.group);
        self
    }

    /// With what is around the document.
    fn within(mut self, around: &Around<'a>) -> Self {
        let known = around.known;
        self.tenants.elsewhere = Some(around.tenant);
        self.apps.elsewhere = Some(around.app);
        self.environments = self.environments.and(known.environments.iter());
        self.services = self.services.and(known.services.keys());
        self.plans = self.plans.and(known.plans.keys());
        self.access_roles = self.access_roles.and(known.access_roles.iter());
        self.issuers = self.issuers.and(known.issuers.iter());
        self.groups.elsewhere = Some(around.has_group);
        self.scopes = self.scopes.and(known.services.values().flatten());
        for (service, scopes) in &known.services {
            let inside = self.inside.entry(service).or_insert_with(|| ServiceNames {
                scopes: Names::of(None),
                ..ServiceNames::default()
            });
            inside.scopes = std::mem::take(&mut inside.scopes).and(scopes.iter());
        }
        self
    }

    /// The tenant that a service belongs to, if it has one; `None` where that cannot be told.
    #[expect(
        clippy::option_option,
        reason = "none: it cannot be told; none within: the platform"
    )]
    pub(super) fn service_owner(&self, service: &str) -> Option<Option<&'a str>> {
        self.service_owners.get(service).copied()
    }

    /// The tenant that an issuer belongs to, if it has one; `None` where that cannot be told.
    #[expect(
        clippy::option_option,
        reason = "none: it cannot be told; none within: the platform"
    )]
    pub(super) fn issuer_owner(&self, issuer: &str) -> Option<Option<&'a str>> {
        self.issuer_owners.get(issuer).copied()
    }

    /// The names inside of a service that is declared.
    pub(super) fn inside(&self, service: &str) -> Option<&ServiceNames<'a>> {
        self.inside.get(service)
    }
}

/// The tenants that the members of a section belong to, where that can be told.
fn owners(section: Option<&Node>) -> impl Iterator<Item = (&str, Option<&str>)> {
    let members = section.map_or(&[][..], Node::entries).iter();
    members.filter_map(|entry| {
        let owner = entry.value.get("tenant");
        let certain = !entry.value.bad && owner.is_none_or(|owner| !owner.bad);
        let text = owner.and_then(|owner| match &owner.kind {
            Kind::Scalar { text, .. } => Some(text.as_str()),
            Kind::Map(_) | Kind::Seq(_) => None,
        });
        certain.then_some((entry.key.as_str(), text))
    })
}

/// What a reference refers to.
pub(super) struct Target {
    code: Code,
    noun: &'static str,
    /// Where it is declared.
    home: &'static str,
}

const fn target(code: Code, noun: &'static str, home: &'static str) -> Target {
    Target { code, noun, home }
}

pub(super) const TENANT: Target = target(Code::UnknownTenant, "tenant", "`tenants`");
pub(super) const APP: Target = target(Code::UnknownApp, "app", "`apps`");
pub(super) const CATEGORY: Target = target(Code::UnknownCategory, "category", "`categories`");
pub(super) const CERTIFICATE: Target =
    target(Code::UnknownCertificate, "certificate", "`certificates`");
pub(super) const LIST: Target = target(Code::UnknownList, "list", "`lists`");
pub(super) const PLAN: Target = target(Code::UnknownPlan, "plan", "`plans`");
pub(super) const SERVICE: Target = target(Code::UnknownService, "service", "`services`");
pub(super) const ACCESS_ROLE: Target =
    target(Code::UnknownAccessRole, "access role", "`access_roles`");
pub(super) const ISSUER: Target = target(Code::UnknownIssuer, "issuer", "`issuers`");
pub(super) const GROUP: Target = target(Code::UnknownGroup, "group", "`groups`");
pub(super) const ENVIRONMENT: Target =
    target(Code::UnknownEnvironment, "environment", "`environments`");
pub(super) const SCOPE: Target = target(Code::UnknownScope, "scope", "`scopes` of a service");
pub(super) const VERSION: Target =
    target(Code::UnknownVersion, "version", "`versions` of the service");
pub(super) const OPERATION: Target = target(
    Code::UnknownOperation,
    "operation",
    "`operations` of a version",
);

/// Most names that are listed where none is like the one that was written.
const MOST_LISTED: usize = 6;

/// Checks a reference. `what` is what is wrong if there is no such name, as in "plan `gold`
/// covers a service that does not exist".
pub(super) fn refer(
    findings: &mut Findings<'_>,
    target: &Target,
    names: &Names<'_>,
    name: &At<String>,
    what: impl FnOnce() -> String,
) -> bool {
    if names.may_have(&name.value) {
        return true;
    }
    let names = names.here.as_ref().into_iter().flatten();
    let names: BTreeSet<&str> = names.copied().collect();
    let label = format!("no {} {}", target.noun, quote(&name.value));
    let more = findings.error(target.code, name.span, &what(), &label);
    if names.is_empty() {
        more.help(format!("declare it in {}", target.home));
    } else if nearest(&name.value, names.iter().copied()).is_some() || names.len() > MOST_LISTED {
        more.did_you_mean(&name.value, names.iter().copied());
    } else {
        let list: Vec<_> = names.iter().map(|name| quote(name)).collect();
        more.help(format!("there is {}", list.join(", ")));
    }
    false
}

/// A field that belongs to some kinds or states of an entity only.
pub(super) struct Bound {
    pub name: &'static str,
    /// Where it is, if it is there.
    pub span: Option<Span>,
    /// Whether it belongs here.
    pub fits: bool,
    /// An example of its value, where it must be here.
    pub needed: Option<&'static str>,
}

impl Bound {
    pub(super) fn new<T>(name: &'static str, value: Option<&At<T>>, fits: bool) -> Self {
        Self {
            name,
            span: value.map(|value| value.span),
            fits,
            needed: None,
        }
    }

    /// It must be here, such as `example`.
    pub(super) const fn needed(mut self, example: &'static str) -> Self {
        self.needed = Some(example);
        self
    }
}

/// Finds fields that do not belong here, and those that are missing. `owner` is where the entity
/// or its kind stands, `name` its name with its noun, `why` what decides, as in "the state
/// `active`". Says nothing of an entity in which something is wrong already.
pub(super) fn bounds(
    findings: &mut Findings<'_>,
    intact: bool,
    owner: Span,
    name: &str,
    why: &str,
    fields: &[Bound],
) {
    for field in fields.iter().filter(|_| intact) {
        let shown = field.name;
        match (field.span, field.fits, field.needed) {
            (Some(span), false, _) => {
                let message = format!("{name} has no use for `{shown}`");
                let label = format!("not for {why}");
                findings.error(Code::Conflict, span, &message, &label);
            }
            (None, true, Some(example)) => {
                let message = format!("{name} has no `{shown}`");
                let label = format!("{why} needs it");
                findings
                    .error(Code::MissingField, owner, &message, &label)
                    .help(format!("add `{shown}: {example}`, say"));
            }
            _ => {}
        }
    }
}
