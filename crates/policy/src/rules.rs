//! A configuration, compiled: immutable, shared by every core.

mod access;
mod contracts;
mod result;

use crate::credential::signature::FIELDS;
use crate::date::http_date;
use crate::decision::Allowed;
use crate::fields::Known;
use crate::origin::ExpressionError;
use crate::policies::{self, Cors, EffectivePolicy, Policies};
use crate::router::template::Template;
use crate::router::{Route, Router, template::TemplateError};
use crate::stages::upstream::{OperationPlan, UpstreamPlan, Way};
use access::Access;
use contracts::Contracts;
pub(crate) use contracts::Held;
use postern_contract::Fault;
use postern_model::entity::{
    AccessRole, Authentication, ClaimNames, Configuration, CredentialKind, Issuer, Lifecycle,
    Method, Name, Operation, Policy, Service, SessionRule, Upstream, Version,
};
use postern_transform::{Mask, Transform};
use std::sync::Arc;

/// Why a configuration cannot be compiled. `postern-config` finds the same with line numbers; this
/// guards against configurations that came another way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A path template.
    #[error("operation {operation} of {service} {version}: path: {problem}")]
    Template {
        /// The service.
        service: Name,
        /// Its version.
        version: Name,
        /// Its operation.
        operation: Name,
        /// What is wrong.
        problem: TemplateError,
    },
    /// A version names an upstream that is not there.
    #[error("{service} {version}: there is no upstream number {upstream}")]
    Upstream {
        /// The service.
        service: Name,
        /// Its version.
        version: Name,
        /// The index it names.
        upstream: usize,
    },
    /// The path template of an upstream names a parameter that an operation does not have.
    #[error("upstream {upstream}: path: operation {operation} has no parameter {parameter}")]
    Parameter {
        /// The upstream.
        upstream: Name,
        /// The operation.
        operation: Name,
        /// The parameter.
        parameter: Box<str>,
    },
    /// A policy names a list that is not there.
    #[error("policy {0}: it names a list that is not there")]
    List(Name),
    /// A policy names a time zone that is not known.
    #[error("policy {0}: it names a time zone that is not known")]
    Zone(Name),
    /// A policy has a regular expression that is none.
    #[error("policy {policy}: {problem}")]
    Expression {
        /// The policy.
        policy: Name,
        /// What is wrong.
        problem: ExpressionError,
    },
    /// A policy is no Cedar.
    #[error("policy {0}: {1}")]
    Cedar(Name, Box<str>),
    /// The document of a version says what nobody can be held to.
    #[error("operation {operation} of {service} {version}: openapi: {fault}")]
    Contract {
        /// The service.
        service: Name,
        /// Its version.
        version: Name,
        /// Its operation.
        operation: Name,
        /// What is wrong.
        fault: Fault,
    },
    /// A policy has a step that cannot be carried out.
    #[error("policy {policy}: {problem}")]
    Step {
        /// The policy.
        policy: Name,
        /// Which step, and what is wrong with it.
        problem: Box<str>,
    },
    /// Two operations answer the same methods at the same path of the same host.
    #[error("{first} and {second} answer the same requests: {path}")]
    Conflict {
        /// `service version operation`.
        first: Box<str>,
        /// `service version operation`.
        second: Box<str>,
        /// The template.
        path: Box<str>,
    },
}

/// Services, operations and policies of one revision. A [`Route`] only means something with the
/// rules that made it: keep the `Arc` that decided for as long as the request lives.
#[derive(Debug)]
pub struct Rules {
    configuration: Arc<Configuration>,
    revision: Name,
    router: Router,
    operations: Vec<OperationPlan>,
    upstreams: Vec<UpstreamPlan>,
    tls_port: Option<u16>,
    policies: Policies,
    access: Access,
    contracts: Contracts,
    /// By service: headers and query parameters that may hold a credential which stays here.
    withheld: Vec<(Vec<Name>, Vec<Name>)>,
    /// The headers that credentials are taken from, and that [`Known`] lists.
    credentials: Vec<Known>,
    /// By issuer: its name, and a mark of how its tokens are read.
    readings: Vec<Name>,
    /// Tells their name from others in few bytes.
    mark: u32,
}

impl AsRef<Self> for Rules {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Rules {
    /// Compiles a configuration. `revision` names it in records, logs and metrics.
    ///
    /// # Errors
    /// What `postern check` would have reported.
    pub fn compile(
        configuration: Arc<Configuration>,
        revision: Name,
    ) -> Result<Self, CompileError> {
        let mut operations = Vec::new();
        let mut access = Access::new(&configuration);
        let mut policies = Policies::compile(&configuration)?;
        let mut contracts = Contracts::default();
        let router = Router::compile(&configuration, |route, template| {
            operations.push(plan(&configuration, &access, route, template)?);
            roles_of(&configuration, &mut access, route);
            policies.add_operation(
                &configuration,
                route.service,
                route.version,
                route.operation,
            );
            let number = operations.len() - 1;
            let is_held = policies.hold_to_document(number);
            contracts.add_operation(&configuration, route, is_held)?;
            Ok(number)
        })?;
        let upstreams = configuration.upstreams.iter().map(UpstreamPlan::new);
        let tls_port = configuration
            .listeners
            .iter()
            .find(|l| l.tls.is_some())
            .map(|l| l.address.port());
        Ok(Self {
            upstreams: upstreams.collect(),
            router,
            operations,
            tls_port,
            policies,
            access,
            contracts,
            withheld: configuration.services.iter().map(withheld).collect(),
            credentials: credentials(&configuration),
            readings: configuration.issuers.iter().map(reading).collect(),
            mark: mark(&revision),
            revision,
            configuration,
        })
    }

    /// The same rules by another name.
    #[must_use]
    pub fn renamed(self, revision: Name) -> Self {
        Self {
            mark: mark(&revision),
            revision,
            ..self
        }
    }

    /// What they were compiled from.
    pub fn configuration(&self) -> &Arc<Configuration> {
        &self.configuration
    }

    /// Their name.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    pub(crate) fn policy(&self, index: u32) -> Option<&Policy> {
        self.configuration.policies.get(index as usize)
    }

    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    /// The policy about pages of other origins that is enforced for the operation of a route.
    pub(crate) fn cors(&self, route: &Route, now: i64) -> Option<&Cors> {
        self.policies.cors(&self.configuration, route.plan, now)
    }

    /// The policies that change messages of a route's operation and are enforced at `now` (Unix time
    /// in milliseconds), the widest first.
    pub fn transforms(&self, route: &Route, now: i64) -> impl Iterator<Item = (&Name, &Transform)> {
        self.policies
            .transforms(&self.configuration, route.plan, now)
    }

    /// The same of those that hide something, with their index into
    /// [`Configuration::policies`].
    pub fn masks(&self, route: &Route, now: i64) -> impl Iterator<Item = (usize, &Name, &Mask)> {
        self.policies.masks(&self.configuration, route.plan, now)
    }

    /// The port of the first TLS listener: where a redirect to `https` leads.
    pub fn tls_port(&self) -> Option<u16> {
        self.tls_port
    }

    /// The service of a route.
    pub fn service(&self, route: &Route) -> &Service {
        #[expect(
            clippy::indexing_slicing,
            reason = "only these rules make their routes"
        )]
        &self.configuration.services[route.service]
    }

    /// The version of a route.
    pub fn version(&self, route: &Route) -> &Version {
        #[expect(
            clippy::indexing_slicing,
            reason = "only these rules make their routes"
        )]
        &self.service(route).versions[route.version]
    }

    /// The operation of a route.
    pub fn operation(&self, route: &Route) -> &Operation {
        #[expect(
            clippy::indexing_slicing,
            reason = "only these rules make their routes"
        )]
        &self.version(route).operations[route.operation]
    }

    /// Headers and query parameters that the upstream does not get because they may hold the
    /// consumer's credential: whatever one of the service's operations takes one from.
    pub(crate) fn withheld(&self, route: &Route) -> (&[Name], &[Name]) {
        let of_service = self.withheld.get(route.service);
        of_service.map_or((&[], &[]), |(headers, query)| (headers, query))
    }

    /// Where the consumer's credential may be in a request, whether the upstream gets it or not.
    pub fn credential_places(&self, route: &Route) -> CredentialPlaces {
        let of_service = self.service(route).authentication.as_ref();
        let here = self.operation(route).authentication.as_deref();
        let mut places = CredentialPlaces::default();
        for accepted in of_service.into_iter().chain(here) {
            let (headers, query) = places_of(accepted);
            places.headers.extend(headers);
            places.query.extend(query);
        }
        places
    }

    /// The sessions of a route's service, whichever operations accept them.
    pub fn session(&self, route: &Route) -> Option<&SessionRule> {
        self.service(route)
            .authentication
            .as_ref()?
            .session
            .as_deref()
    }

    /// What the operation of a route accepts; `None`: it is open to everybody.
    pub fn authentication(&self, route: &Route) -> Option<&Authentication> {
        let here = self.operation(route).authentication.as_deref();
        here.or(self.service(route).authentication.as_ref())
    }

    /// Every policy that is attached to an operation or above it, the widest level first; those
    /// included that a narrower one replaces.
    pub fn effective_policies(&self, route: &Route) -> Vec<EffectivePolicy> {
        policies::effective(
            &self.configuration,
            route.service,
            route.version,
            route.operation,
        )
    }

    /// The same for the operation at these positions (service, version, operation) of a
    /// configuration that need not be compiled.
    pub fn effective_of(
        configuration: &Configuration,
        [service, version, operation]: [usize; 3],
    ) -> Vec<EffectivePolicy> {
        policies::effective(configuration, service, version, operation)
    }

    /// The route to the operation of those names: service, version, operation.
    pub fn route_named(&self, [service, version, operation]: [&str; 3]) -> Option<Route> {
        // Plans are in the order of the operations.
        let mut plan = 0;
        for (s, of) in self.configuration.services.iter().enumerate() {
            for (v, in_version) in of.versions.iter().enumerate() {
                let wanted = *of.name == *service && *in_version.name == *version;
                let found = in_version.operations.iter();
                let found = found
                    .enumerate()
                    .find(|(_, o)| wanted && *o.name == *operation);
                if let Some((o, _)) = found {
                    return Some(Route {
                        service: s,
                        version: v,
                        operation: o,
                        plan: plan + o,
                    });
                }
                plan += in_version.operations.len();
            }
        }
        None
    }

    /// The routes to all operations, in the order of the configuration.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        let services = self.configuration.services.iter().enumerate();
        let places = services.flat_map(|(service, of)| {
            let versions = of.versions.iter().enumerate();
            versions.flat_map(move |(version, of)| {
                (0..of.operations.len()).map(move |operation| (service, version, operation))
            })
        });
        // Plans are in the order of the operations.
        let numbered = places.enumerate();
        numbered.map(|(plan, (service, version, operation))| Route {
            service,
            version,
            operation,
            plan,
        })
    }

    /// The index of an environment; that of `production`, if it is not declared.
    pub(crate) fn environment_index(&self, name: &str) -> usize {
        self.access.environment_named(name).unwrap_or(0)
    }

    /// A number by which records tell these rules from others.
    pub const fn mark(&self) -> u32 {
        self.mark
    }

    /// What stands for how the tokens of an issuer are read, by its index: where it is another, a
    /// token that was genuine need not be, and may say something else.
    pub(crate) fn reading(&self, issuer: usize) -> Option<&Name> {
        self.readings.get(issuer)
    }

    /// Whether some service takes credentials from that header.
    pub(crate) fn carries_credentials(&self, known: Known) -> bool {
        self.credentials.contains(&known)
    }

    /// What was worked out for an operation when it was compiled.
    pub fn plan(&self, route: &Route) -> &OperationPlan {
        #[expect(
            clippy::indexing_slicing,
            reason = "only these rules make their routes"
        )]
        &self.operations[route.plan]
    }

    /// The whole template of every operation.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|plan| &*plan.template)
    }

    /// What the document of its version asks of requests with a method to an operation, where a
    /// policy holds them to it.
    pub(crate) fn contract(&self, route: &Route, method: Method) -> Held<'_> {
        self.contracts.of(route.plan, method)
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// The access role of that name.
    pub fn access_role(&self, name: &str) -> Option<&AccessRole> {
        let index = self.access.role(name)?;
        self.configuration.access_roles.get(index)
    }

    /// Whether an access role is another, or inherits it.
    pub fn role_includes(&self, role: &str, other: &str) -> bool {
        let (Some(role), Some(other)) = (self.access.role(role), self.access.role(other)) else {
            return role == other;
        };
        let included = self.access.permissions().included(role);
        included.binary_search(&other).is_ok()
    }

    /// An access role and those that it inherits.
    pub fn roles_included(&self, role: &str) -> impl Iterator<Item = &AccessRole> {
        let role = self.access.role(role).into_iter();
        let included = role.flat_map(|role| self.access.permissions().included(role));
        included.filter_map(|at| self.configuration.access_roles.get(*at))
    }

    /// Whether whoever carries an access role may call an operation that asks for some.
    pub(crate) fn role_passes(&self, role: &str, route: &Route, method: Method) -> bool {
        let role = self.access.role(role);
        role.is_some_and(|role| self.access.permissions().passes(role, route.plan, method))
    }

    /// Whether some access role denies something of an operation.
    pub fn roles_deny(&self, route: &Route) -> bool {
        self.access.permissions().any_denies(route.plan)
    }

    /// Whether nobody with an access role may call an operation.
    pub fn role_denies(&self, role: &str, route: &Route, method: Method) -> bool {
        let role = self.access.role(role);
        role.is_some_and(|role| self.access.permissions().denies(role, route.plan, method))
    }

    /// The access role that denies it, of one that does and those that it inherits.
    pub fn denying_role(&self, role: &str, route: &Route, method: Method) -> Option<&Name> {
        let place = self.names(route);
        let mut denying = self
            .roles_included(role)
            .filter(|one| one.denies(place, method));
        let first = denying.next()?;
        // Itself before what it inherits.
        let own = std::iter::once(first)
            .chain(denying)
            .find(|one| *one.name == *role);
        Some(&own.unwrap_or(first).name)
    }

    /// The names of service, version and operation.
    fn names(&self, route: &Route) -> [&str; 3] {
        [
            &self.service(route).name,
            &self.version(route).name,
            &self.operation(route).name,
        ]
    }

    /// Whether the access role of that name, or one that it inherits, allows an operation; with a
    /// method, for that.
    pub fn role_allows(&self, role: &str, route: &Route, method: Option<Method>) -> bool {
        let place = self.names(route);
        self.roles_included(role)
            .any(|role| role.allows(place, method))
    }

    /// The name of an environment, by its index in [`Allowed`].
    pub fn environment(&self, index: usize) -> &Name {
        self.access.environment(index)
    }

    /// Where an allowed request goes.
    pub fn way(&self, allowed: &Allowed<'_>) -> &Way {
        self.plan(&allowed.route).way(allowed.environment)
    }

    /// The upstream of an allowed request.
    pub fn upstream(&self, allowed: &Allowed<'_>) -> &Upstream {
        #[expect(clippy::indexing_slicing, reason = "checked when compiled")]
        &self.configuration.upstreams[allowed.upstream]
    }

    /// What was worked out for the upstream of an allowed request.
    pub fn upstream_plan(&self, allowed: &Allowed<'_>) -> &UpstreamPlan {
        #[expect(clippy::indexing_slicing, reason = "checked when compiled")]
        &self.upstreams[allowed.upstream]
    }
}

/// FNV-1a: the same in every version.
fn mark(name: &str) -> u32 {
    let step = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    name.bytes().fold(0x811c_9dc5, step)
}

fn reading(issuer: &Issuer) -> Name {
    let Issuer {
        name,
        tenant,
        iss,
        keys,
        introspection,
        algorithms,
        audiences: _,
        leeway: _,
        claims,
    } = issuer;
    // What policies look at is read besides, and changes nothing else.
    let claims = &ClaimNames {
        asked: Vec::new(),
        ..claims.clone()
    };
    let whole = format!("{tenant:?} {iss} {keys:?} {introspection:?} {algorithms:?} {claims:?}");
    format!("{name} {:08x}", mark(&whole)).into()
}

/// Whether some kind that is accepted has a scheme of `Authorization`.
fn in_authorization(accepted: &Authentication) -> bool {
    let schemes = [
        CredentialKind::Jwt,
        CredentialKind::Hmac,
        CredentialKind::Basic,
    ];
    schemes.into_iter().any(|kind| accepted.accepts(kind))
}

/// Works out what access roles say of an operation.
fn roles_of(configuration: &Configuration, access: &mut Access, route: Route) {
    let service = configuration.services.get(route.service);
    let version = service.and_then(|service| service.versions.get(route.version));
    let operation = version.and_then(|version| version.operations.get(route.operation));
    if let (Some(service), Some(version), Some(operation)) = (service, version, operation) {
        let place = [&*service.name, &*version.name, &*operation.name];
        access.add_operation(&configuration.access_roles, place, &operation.access_roles);
    }
}

fn withheld(service: &Service) -> (Vec<Name>, Vec<Name>) {
    let Some(accepted) = &service.authentication else {
        return (Vec::new(), Vec::new());
    };
    if accepted.forward_credential {
        return (Vec::new(), Vec::new());
    }
    places_of(accepted)
}

/// Where a credential may be in a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialPlaces {
    /// Headers, lower case.
    pub headers: Vec<Name>,
    /// Parameters of the query.
    pub query: Vec<Name>,
}

/// The headers and query parameters in which a credential is looked for.
fn places_of(accepted: &Authentication) -> (Vec<Name>, Vec<Name>) {
    let mut headers = accepted.headers.clone();
    if in_authorization(accepted) {
        headers.push("authorization".into());
    }
    if accepted.accepts(CredentialKind::Signature) {
        headers.extend(FIELDS.map(Into::into));
    }
    if accepted.dpop.is_some() {
        headers.push(crate::credential::dpop::HEADER.into());
    }
    (headers, accepted.query.clone())
}

fn credentials(configuration: &Configuration) -> Vec<Known> {
    let accepted = configuration.services.iter();
    let accepted = accepted.filter_map(|service| service.authentication.as_ref());
    let mut found = Vec::new();
    for accepted in accepted {
        let headers = accepted.headers.iter();
        found.extend(headers.map(|header| Known::of(header.as_bytes())));
        if in_authorization(accepted) {
            found.push(Known::Authorization);
        }
    }
    found.retain(|known| *known != Known::Other);
    found
}

/// Compiles one operation.
fn plan(
    configuration: &Configuration,
    access: &Access,
    route: Route,
    template: &Template,
) -> Result<OperationPlan, CompileError> {
    #[expect(
        clippy::indexing_slicing,
        reason = "the router counts through these lists"
    )]
    let (service, version, operation) = {
        let service = &configuration.services[route.service];
        let version = &service.versions[route.version];
        (service, version, &version.operations[route.operation])
    };
    let way = |index: usize| {
        let upstream = configuration.upstreams.get(index);
        let upstream = upstream.ok_or_else(|| CompileError::Upstream {
            service: service.name.clone(),
            version: version.name.clone(),
            upstream: index,
        })?;
        Way::new(operation, (index, upstream), template)
    };
    // In an environment that nothing declares there are no requests.
    let others = version.upstreams.iter();
    let others = others.filter_map(|(name, at)| Some((access.environment_named(name)?, *at)));
    let others = others.map(|(environment, at)| Ok((environment, way(at)?)));
    let of_version = match version.state {
        Lifecycle::Deprecated { since, sunset } => Some((since, sunset)),
        _ => None,
    };
    // What ends with its version may have ended before.
    let deprecated = operation.deprecated.or(of_version);
    let sunset = deprecated.and_then(|(_, sunset)| sunset);
    let sunset = sunset.or(of_version.and_then(|(_, sunset)| sunset));
    Ok(OperationPlan::new(
        template,
        deprecated.map(|(since, _)| format!("@{since}").into()),
        sunset.map(http_date),
        way(version.upstream)?,
        others.collect::<Result<_, CompileError>>()?,
    ))
}
