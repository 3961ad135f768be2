//! Services, versions and operations.

use super::Resolver;
use super::account::names;
use super::capture::capture;
use super::declared::{Bound, ENVIRONMENT, SCOPE, bounds, refer};
use super::disclosure::Defaults;
use super::role::{Callers, Roles};
use super::route::Route;
use super::upstream::ResolvedUpstream;
use crate::code::Code;
use crate::document::service as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::date::Date;
use crate::scalar::path::{Part, parts};
use crate::source::Span;
use postern_model::entity::{
    Authentication, ClientCertificate, Lifecycle, Method, Name, Operation, Service,
    TimeoutOverrides, Version,
};
use std::collections::HashMap;

/// A service, with the places that are looked at later.
pub(super) struct ResolvedService {
    pub entity: Service,
    /// Where TLS is required.
    pub tls_required: Option<Span>,
    /// Where client certificates are.
    pub client_certificate: Option<Span>,
}

/// What a version inherits.
pub(super) struct Above<'a> {
    pub service: &'a str,
    pub tenant: Option<&'a str>,
    base_path: &'a str,
    hosts: &'a [Name],
    encoded_slash: bool,
    /// Whether it asks for credentials at all.
    open: bool,
    /// What it accepts.
    authentication: Option<&'a Authentication>,
    pub upstreams: &'a HashMap<Name, usize>,
    /// Access roles that its operations require.
    roles: Option<&'a Roles>,
}

impl Resolver<'_, '_> {
    pub(super) fn services(
        &mut self,
        given: Map<document::Service>,
        upstreams: &[ResolvedUpstream],
        defaults: &Defaults,
    ) -> (Vec<ResolvedService>, Vec<Route>) {
        let by_name = upstreams.iter().enumerate();
        let by_name = by_name
            .map(|(at, upstream)| (upstream.entity.name.clone(), at))
            .collect();
        let mut routes = Vec::new();
        let services = given
            .0
            .into_iter()
            .map(|(name, given)| self.service(&name, given, (&by_name, defaults), &mut routes))
            .collect();
        (services, routes)
    }

    fn service(
        &mut self,
        name: &At<String>,
        given: document::Service,
        (upstreams, defaults): (&HashMap<Name, usize>, &Defaults),
        routes: &mut Vec<Route>,
    ) -> ResolvedService {
        let access = self.access(name, &given, defaults);
        let about = self.about_service(name, &given);
        let hosts = self.hosts(&given.hosts.unwrap_or_default());
        let keep = given.encoded_slash == Some(document::EncodedSlash::Keep);
        let above = Above {
            service: &name.value,
            tenant: given.tenant.as_ref().map(|tenant| &*tenant.value),
            base_path: given.base_path.as_ref().map_or("", |path| &path.value.0),
            hosts: &hosts,
            encoded_slash: keep,
            open: given.authentication.is_none() && name.intact,
            authentication: access.authentication.as_ref(),
            upstreams,
            roles: given.access_roles.as_ref(),
        };
        let shown = format!("service {}", quote(&name.value));
        self.named_roles(&shown, above.roles, above.open);
        if let Some(path) = &given.base_path {
            self.path_fits(&path.value.0, path.span, &above);
        }
        let certificate = given.client_certificate.as_ref();
        let client_certificate = certificate.and_then(|c| self.client_certificate(&c.value));
        let mtls = given
            .authentication
            .as_ref()
            .and_then(|a| a.value.mtls.as_ref());
        if let (Some(mtls), None) = (mtls, certificate) {
            let message = format!("{shown} accepts client certificates, and trusts none");
            let label = "the service has no `client_certificate`";
            self.findings
                .error(Code::MissingField, mtls.span, &message, label)
                .help("add `client_certificate: { authorities: ca.crt, required: false }`, say");
        }
        let versions = given.versions.unwrap_or_default();
        let versions = versions
            .0
            .into_iter()
            .map(|(version, given)| self.version(&version, given, &above, routes))
            .collect();
        let required = given.tls_required.filter(|required| required.value);
        ResolvedService {
            tls_required: required.as_ref().map(|required| required.span),
            client_certificate: certificate.map(|c| Span::new(c.span.start, c.span.start)),
            entity: Service {
                name: name.value.as_str().into(),
                base_path: above.base_path.into(),
                tenant: above.tenant.map(Into::into),
                visibility: access.visibility,
                scopes: access.scopes,
                authentication: access.authentication,
                status_profile: access.status_profile,
                disclosure: access.disclosure,
                disclosures: access.disclosures,
                approval: access.approval,
                publish_approval: given.publish_approval.unwrap_or(false),
                about,
                tls_required: required.is_some(),
                client_certificate,
                encoded_slash: keep,
                path_parameters: given.path_parameters.unwrap_or(false),
                capture: given.capture.map(|given| capture(given.value)),
                hosts: hosts.clone(),
                versions,
            },
        }
    }

    fn hosts(&mut self, given: &[At<crate::scalar::host::HostPattern>]) -> Vec<Name> {
        let mut hosts: Vec<Name> = Vec::new();
        for host in given {
            if hosts.contains(&host.value.0) {
                let message = format!("host {} stands twice", quote(&host.value.0));
                self.findings
                    .warning(Code::Conflict, host.span, &message, "the second one");
            } else {
                hosts.push(host.value.0.clone());
            }
        }
        hosts
    }

    fn client_certificate(
        &mut self,
        given: &document::ClientCertificate,
    ) -> Option<ClientCertificate> {
        let revocations = given.revocations.as_ref().map(|path| self.file(path));
        let authorities = given.authorities.as_ref().map(|path| self.file(path));
        Some(ClientCertificate {
            required: given.required.unwrap_or(true),
            authorities: authorities?,
            revocations,
        })
    }

    /// Whether the service lets requests with such a path through.
    fn path_fits(&mut self, path: &str, span: Span, above: &Above<'_>) {
        if path.contains("%2F") && !above.encoded_slash {
            let message = format!("service {} refuses paths with `%2F`", quote(above.service));
            self.findings
                .error(Code::InvalidPath, span, &message, "this never matches")
                .help("set `encoded_slash: keep` in the service");
        }
    }

    /// Warns of parameters in the way of other routers: here they are literal text.
    fn foreign_parameters(&mut self, path: &str, span: Span) {
        let foreign = |part: &Part<'_>| match part {
            Part::Literal("*" | "**") => true,
            Part::Literal(text) => text.starts_with(':') && text.len() > 1,
            _ => false,
        };
        let Some(Part::Literal(text)) = parts(path).find(foreign) else {
            return;
        };
        let message = format!("{} in a path is not a parameter", quote(text));
        self.findings
            .warning(
                Code::LiteralParameter,
                span,
                &message,
                "matches only itself",
            )
            .help("parameters are written `{name}`, and `{*rest}` for any rest");
    }

    fn version(
        &mut self,
        name: &At<String>,
        given: document::Version,
        above: &Above<'_>,
        routes: &mut Vec<Route>,
    ) -> Version {
        if let Some(path) = &given.base_path {
            self.path_fits(&path.value.0, path.span, above);
        }
        let state = self.lifecycle(name, &given, above);
        let upstream = given.upstream.as_ref();
        let upstream = upstream.and_then(|u| self.upstream_of(u, above));
        let upstreams = self.upstreams_of(name, &given, above);
        let about = self.about_version(name, &given);
        let base_path = given
            .base_path
            .map_or_else(|| "".into(), |path| path.value.0);
        self.environments_of(name, given.environments.as_deref().unwrap_or_default());
        let shown = format!("version {}", quote(&name.value));
        self.named_roles(&shown, given.access_roles.as_ref(), above.open);
        let inherited = given.access_roles.as_ref().or(above.roles);
        let openapi = given.openapi.as_ref();
        let openapi = openapi.and_then(|given| self.openapi([above.service, &name.value], given));
        let mut operations = Vec::new();
        for (operation, given) in given.operations.unwrap_or_default().0 {
            let Some(path) = &given.path else {
                continue;
            };
            self.path_fits(&path.value.0, path.span, above);
            self.foreign_parameters(&path.value.0, path.span);
            let methods = self.methods(&operation.value, &given);
            let (authentication, anonymous) =
                self.accepted(&operation, &given, above.authentication);
            self.callers(&operation, &given, anonymous, above);
            let about = self.about_operation(&operation, &given);
            let deprecated = self.deprecated(&operation, &given);
            let access_roles = self.required_roles(&Callers {
                operation: &operation,
                place: [above.service, &name.value],
                methods: &methods,
                anonymous,
                open: above.open,
                roles: given.access_roles.as_ref().or(inherited),
                inherited: given.access_roles.is_none(),
            });
            routes.push(Route {
                name: format!("{}/{}/{}", above.service, name.value, operation.value),
                hosts: above.hosts.to_vec(),
                path: format!("{}{base_path}{}", above.base_path, path.value.0),
                // Without the good ones a list with bad ones says nothing.
                methods: given
                    .methods
                    .as_ref()
                    .is_none_or(|m| m.intact)
                    .then(|| methods.clone()),
                span: path.span,
                upstreams: upstream
                    .into_iter()
                    .chain(upstreams.iter().map(|(_, at)| *at))
                    .collect(),
                tenant: above.tenant.map(Into::into),
                draft: state == Lifecycle::Draft,
                retired: matches!(state, Lifecycle::Retired { .. }),
            });
            operations.push(Operation {
                name: operation.value.into(),
                methods,
                path: path.value.0.clone(),
                websocket: given.websocket.is_some_and(|websocket| websocket.value),
                timeouts: given.timeouts.map_or_else(TimeoutOverrides::default, |t| {
                    TimeoutOverrides {
                        first_byte: t.first_byte.map(|d| d.0),
                        total: t.total.map(|d| d.0),
                    }
                }),
                scopes: names(given.scopes.as_deref().unwrap_or_default()),
                about,
                deprecated,
                access_roles,
                authentication,
                anonymous,
                recorded_parameters: given
                    .recorded_parameters
                    .into_iter()
                    .flatten()
                    .map(|name| name.0)
                    .collect(),
            });
        }
        Version {
            name: name.value.as_str().into(),
            base_path,
            state,
            upstream: upstream.unwrap_or(0),
            upstreams,
            about,
            openapi,
            operations,
            environments: names(given.environments.as_deref().unwrap_or_default()),
        }
    }

    fn environments_of(&mut self, name: &At<String>, given: &[At<String>]) {
        for environment in given {
            let environments = &self.names.environments;
            refer(
                self.findings,
                &ENVIRONMENT,
                environments,
                environment,
                || {
                    let shown = quote(&name.value);
                    format!("version {shown} is in an environment that does not exist")
                },
            );
        }
    }

    /// Who may call an operation.
    fn callers(
        &mut self,
        name: &At<String>,
        given: &document::Operation,
        anonymous: bool,
        above: &Above<'_>,
    ) {
        let shown = format!("operation {}", quote(&name.value));
        let scopes = given.scopes.as_deref().unwrap_or_default();
        if let Some(inside) = self.names.inside(above.service) {
            for scope in scopes {
                refer(self.findings, &SCOPE, &inside.scopes, scope, || {
                    format!("{shown} requires a scope that its service does not declare")
                });
            }
        }
        let Some(first) = scopes.first() else {
            return;
        };
        if above.open {
            let message = format!("{shown} requires a scope, and nobody can have one");
            let label = format!("service {} asks for no credential", quote(above.service));
            self.findings
                .error(Code::Conflict, first.span, &message, &label)
                .help("add `authentication: {api_key: {}}` to the service");
        }
        if anonymous {
            let span = given.anonymous.as_ref().map(|said| said.span);
            let span = span.or_else(|| given.accepts.as_ref().map(|list| list.span));
            let message = format!("{shown} lets callers without a credential pass");
            let label = "they have no scopes, and it requires some";
            self.findings
                .error(Code::Conflict, span.unwrap_or(name.span), &message, label);
        }
    }

    /// Since when an operation is deprecated by itself, and when it ends.
    fn deprecated(
        &mut self,
        name: &At<String>,
        given: &document::Operation,
    ) -> Option<(i64, Option<i64>)> {
        let (since, sunset) = (given.deprecated_at.as_ref(), given.sunset_at.as_ref());
        bounds(
            self.findings,
            name.intact,
            name.span,
            &format!("operation {}", quote(&name.value)),
            "an operation without `deprecated_at`",
            &[Bound::new("sunset_at", sunset, since.is_some())],
        );
        self.ends_later(since, sunset, "an operation");
        Some((since?.value.0, sunset.map(|at| at.value.0)))
    }

    fn methods(&mut self, name: &str, given: &document::Operation) -> Vec<Method> {
        let mut methods: Vec<Method> = Vec::new();
        let list = given.methods.iter().flat_map(|list| &list.value);
        for method in list {
            if methods.contains(&method.value.0) {
                let message = format!("operation {} has a method twice", quote(name));
                self.findings
                    .warning(Code::Conflict, method.span, &message, "the second one");
            } else {
                methods.push(method.value.0);
            }
        }
        if let (Some(websocket), Some(list)) = (&given.websocket, &given.methods)
            && websocket.value
            && list.intact
            && !methods.is_empty()
            && !methods.contains(&Method::Get)
        {
            let message = format!("operation {} cannot open a WebSocket", quote(name));
            self.findings
                .error(
                    Code::Conflict,
                    websocket.span,
                    &message,
                    "its methods lack `GET`",
                )
                .note("a WebSocket is opened by a GET request (RFC 6455)");
        }
        methods
    }

    fn lifecycle(
        &mut self,
        name: &At<String>,
        given: &document::Version,
        above: &Above<'_>,
    ) -> Lifecycle {
        let state = given
            .state
            .as_ref()
            .map_or(document::State::Published, |s| s.value);
        let (deprecated, retired) = (
            state == document::State::Deprecated,
            state == document::State::Retired,
        );
        let fields = [
            (
                "deprecated_at",
                given.deprecated_at.as_ref().map(|d| d.span),
                "deprecated",
                deprecated,
            ),
            (
                "sunset_at",
                given.sunset_at.as_ref().map(|d| d.span),
                "deprecated",
                deprecated,
            ),
            (
                "retired_at",
                given.retired_at.as_ref().map(|d| d.span),
                "retired",
                retired,
            ),
            (
                "successor",
                given.successor.as_ref().map(|s| s.span),
                "retired",
                retired,
            ),
        ];
        // A state that is wrong was left out.
        let certain = self.certain(name, above);
        for (field, span, wanted, fits) in fields {
            if let Some(span) = span.filter(|_| !fits && certain) {
                let message = format!("`{field}` is for the state `{wanted}` only");
                let label = format!("version {} is not {wanted}", quote(&name.value));
                self.findings.error(Code::Conflict, span, &message, &label);
            }
        }
        let needed = match state {
            document::State::Deprecated if given.deprecated_at.is_none() => "deprecated_at",
            document::State::Retired if given.retired_at.is_none() => "retired_at",
            _ => "",
        };
        if !needed.is_empty() && certain {
            let span = given.state.as_ref().map_or(name.span, |s| s.span);
            let message = format!("version {} has no `{needed}`", quote(&name.value));
            self.findings
                .error(Code::MissingField, span, &message, "this state needs it")
                .help(format!("add `{needed}: 2026-11-20`, say"));
        }
        let at = |date: &Option<At<Date>>| date.as_ref().map(|d| d.value.0);
        match state {
            document::State::Draft => Lifecycle::Draft,
            document::State::Published => Lifecycle::Published,
            document::State::Deprecated => {
                let (since, sunset) = (given.deprecated_at.as_ref(), given.sunset_at.as_ref());
                self.ends_later(since, sunset, "a version");
                Lifecycle::Deprecated {
                    since: at(&given.deprecated_at).unwrap_or(0),
                    sunset: at(&given.sunset_at),
                }
            }
            document::State::Retired => Lifecycle::Retired {
                at: at(&given.retired_at).unwrap_or(0),
                successor: given.successor.as_ref().map(|successor| {
                    self.successor(name, successor, above);
                    successor.value.as_str().into()
                }),
            },
        }
    }

    /// Whether state and dates of a version all stand as they were written.
    fn certain(&self, name: &At<String>, above: &Above<'_>) -> bool {
        let node = self
            .root
            .get("services")
            .and_then(|node| node.get(above.service));
        let node = node.and_then(|node| node.get("versions")?.get(&name.value));
        let fields = [
            "state",
            "deprecated_at",
            "sunset_at",
            "retired_at",
            "successor",
        ];
        node.is_none_or(|node| fields.iter().all(|f| node.get(f).is_none_or(|n| !n.bad)))
    }

    fn ends_later(&mut self, since: Option<&At<Date>>, sunset: Option<&At<Date>>, what: &str) {
        if let (Some(since), Some(sunset)) = (since, sunset)
            && sunset.value.0 < since.value.0
        {
            let message = format!("{what} ends before it is deprecated");
            let label = "earlier than `deprecated_at`";
            self.findings
                .error(Code::Conflict, sunset.span, &message, label);
        }
    }

    fn successor(&mut self, name: &At<String>, successor: &At<String>, above: &Above<'_>) {
        let declared = self
            .declared(&["services", above.service, "versions"])
            .unwrap_or_default();
        let others = declared.into_iter().filter(|other| *other != name.value);
        let others: Vec<String> = others.map(str::to_owned).collect();
        if others.contains(&successor.value) {
            return;
        }
        let message = format!(
            "version {} has a successor that does not exist",
            quote(&name.value)
        );
        let label = format!("no other version {}", quote(&successor.value));
        self.findings
            .error(Code::UnknownVersion, successor.span, &message, &label)
            .did_you_mean(&successor.value, others.iter().map(String::as_str));
    }
}
