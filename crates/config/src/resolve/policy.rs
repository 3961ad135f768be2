//! Policies, and what every address meets first.

use super::Resolver;
use super::cedar::Statements;
use super::declared::{Bound, OPERATION, SERVICE, TENANT, VERSION, bounds, refer};
use super::list::Lists;
use super::plan::LimitFields;
use crate::code::Code;
use crate::document::plan::LimitKind;
use crate::document::policy as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::source::Span;
use postern_model::entity::{
    BodyRule, Edge, EdgeRate, HeaderValues, HeadersRule, Level, Limit, Mode, Name, Policy,
    PolicyRule, Service,
};
use std::collections::HashMap;
use std::time::Duration;

/// An example of whom to ask.
const DECIDER: &str = "{protocol: forward_auth, url: \"https://auth.example.com/check\"}";

impl Resolver<'_, '_> {
    pub(super) fn policies(
        &mut self,
        given: Map<document::Policy>,
        lists: &Lists,
        services: &[Service],
    ) -> Vec<Policy> {
        let mut statements = Statements::new(services);
        let mut seen: HashMap<(&'static str, Name, Level), usize> = HashMap::new();
        let mut policies = Vec::new();
        for (key, given) in given.0 {
            let Some(policy) = self.policy(&key, &given, lists, &mut statements, services) else {
                continue;
            };
            let kind = policy.rule.kind();
            // Of those about other origins one holds, so that there is one at a level.
            let name = match &policy.rule {
                PolicyRule::Cors(_) => "".into(),
                _ => policy.name.clone(),
            };
            let mark = (kind, name, policy.level.clone());
            if let Some(first) = seen.insert(mark, key.span.start) {
                let message = match &policy.rule {
                    PolicyRule::Cors(_) => {
                        "two policies of the kind `cors` are at the same level".to_owned()
                    }
                    _ => format!(
                        "two policies of one kind have the name {} at the same level",
                        quote(&policy.name)
                    ),
                };
                let line = self.findings.line(first);
                self.findings
                    .error(Code::DuplicatePolicy, key.span, &message, "the second one")
                    .note(format!("the first one is in line {line}"));
            }
            policies.push(policy);
        }
        policies
    }

    fn policy(
        &mut self,
        key: &At<String>,
        given: &document::Policy,
        lists: &Lists,
        statements: &mut Statements<'_>,
        services: &[Service],
    ) -> Option<Policy> {
        let shown = format!("policy {}", quote(&key.value));
        let level = given.on.as_ref().and_then(|on| self.level(&shown, on));
        self.own_lists(&shown, level.as_ref(), given);
        let mode = self.mode(key, &shown, given);
        let kind = given.kind.as_ref()?;
        self.policy_fields(key, &shown, kind, given);
        let name: Name = given
            .name
            .as_ref()
            .map_or(key.value.as_str(), |name| &name.value)
            .into();
        let rule = match kind.value {
            document::PolicyKind::Network => {
                PolicyRule::Network(self.network(key, &shown, given, lists))
            }
            document::PolicyKind::Headers => PolicyRule::Headers(headers(given)),
            document::PolicyKind::Body => PolicyRule::Body(BodyRule {
                max_size: given.max_size.as_ref()?.value.0,
            }),
            document::PolicyKind::Csrf => PolicyRule::Csrf(self.csrf(&shown, given)),
            document::PolicyKind::Abuse => PolicyRule::Abuse(self.abuse(&shown, given)?),
            document::PolicyKind::Cors => PolicyRule::Cors(self.cors(key, &shown, given)),
            document::PolicyKind::External => {
                let decider = given.decider.as_ref()?;
                let rule = self.decider(key, &shown, level.as_ref(), decider)?;
                PolicyRule::External(Box::new(rule))
            }
            document::PolicyKind::Cedar => {
                let text = given.policies.as_ref()?;
                PolicyRule::Cedar(self.statements(&shown, text, level.as_ref()?, statements))
            }
            document::PolicyKind::Contract => PolicyRule::Contract(self.contract(&shown, given)),
            document::PolicyKind::Conditions => {
                PolicyRule::Conditions(Box::new(self.conditions(key, &shown, given, lists)))
            }
            document::PolicyKind::Ownership => {
                let place = (level.as_ref(), services);
                PolicyRule::Ownership(Box::new(self.ownership(&shown, given, lists, place)?))
            }
            document::PolicyKind::StepUp => {
                PolicyRule::StepUp(Box::new(self.step_up(key, &shown, given, lists)))
            }
            document::PolicyKind::Transform => {
                self.not_in_shadow(&shown, mode, given);
                let rule = self.transform(key, &shown, given, level.as_ref());
                PolicyRule::Transform(Box::new(rule))
            }
            document::PolicyKind::Mask => {
                self.not_in_shadow(&shown, mode, given);
                PolicyRule::Mask(Box::new(self.mask(&shown, given)))
            }
            document::PolicyKind::Rate
            | document::PolicyKind::Spacing
            | document::PolicyKind::Concurrency
            | document::PolicyKind::Quota => {
                let by = given.by.as_ref()?;
                let empty = by.value.0.is_empty() && by.intact;
                self.not_empty(&format!("{shown} has an empty `by`"), empty, by.span);
                let (fields, kind) = (limit_fields(given), limit_kind(kind.value)?);
                fields.check_period(self.findings, &shown, kind);
                PolicyRule::Limit(Limit {
                    name: name.clone(),
                    measure: fields.measure(kind)?,
                    by: self.limit_keys(&shown, kind, &by.value.0, given.header.as_ref()),
                })
            }
        };
        if matches!(&rule, PolicyRule::Headers(rule) if says_nothing(rule)) && key.intact {
            let help = "add `required`, `values`, `content_types`, `sniff` or `length_required`";
            self.asks_for_nothing(&shown, key.span, "it refuses no request", help);
        }
        Some(Policy {
            name,
            level: level?,
            mode,
            is_default: given.default.unwrap_or(false),
            rule,
        })
    }

    /// Finds fields of other kinds, and those that the kind needs.
    #[expect(
        clippy::too_many_lines,
        reason = "a list of fields, each with the kinds that have it"
    )]
    fn policy_fields(
        &mut self,
        key: &At<String>,
        shown: &str,
        kind: &At<document::PolicyKind>,
        given: &document::Policy,
    ) {
        let is = |other| kind.value == other;
        let network = is(document::PolicyKind::Network);
        let headers = is(document::PolicyKind::Headers);
        let body = is(document::PolicyKind::Body);
        let cors = is(document::PolicyKind::Cors);
        let csrf = is(document::PolicyKind::Csrf);
        let external = is(document::PolicyKind::External);
        let cedar = is(document::PolicyKind::Cedar);
        let contract = is(document::PolicyKind::Contract);
        let conditions = is(document::PolicyKind::Conditions);
        let ownership = is(document::PolicyKind::Ownership);
        let step_up = is(document::PolicyKind::StepUp);
        let about_some = conditions || ownership || step_up;
        let transform = is(document::PolicyKind::Transform);
        let mask = is(document::PolicyKind::Mask);
        let abuse = is(document::PolicyKind::Abuse);
        let limit = limit_kind(kind.value);
        let mut fields = vec![
            Bound::new("allow", given.allow.as_ref(), network),
            Bound::new("deny", given.deny.as_ref(), network),
            Bound::new("allow_countries", given.allow_countries.as_ref(), network),
            Bound::new("deny_countries", given.deny_countries.as_ref(), network),
            Bound::new("allow_asns", given.allow_asns.as_ref(), network),
            Bound::new("deny_asns", given.deny_asns.as_ref(), network),
            Bound::new(
                "status",
                given.status.as_ref(),
                network || contract || ownership,
            ),
            Bound::new("blocked_by", given.blocked_by.as_ref(), network),
            Bound::new("methods", given.methods.as_ref(), headers || cors),
            Bound::new("origins", given.origins.as_ref(), cors),
            Bound::new("origin_patterns", given.origin_patterns.as_ref(), cors),
            Bound::new("headers", given.headers.as_ref(), cors),
            Bound::new("exposed_headers", given.exposed_headers.as_ref(), cors),
            Bound::new("credentials", given.credentials.as_ref(), cors),
            Bound::new("max_age", given.max_age.as_ref(), cors || step_up),
            Bound::new("enforce_origin", given.enforce_origin.as_ref(), cors),
            Bound::new("private_network", given.private_network.as_ref(), cors),
            Bound::new("trusted_origins", given.trusted_origins.as_ref(), csrf),
            Bound::new("referer_required", given.referer_required.as_ref(), csrf),
            Bound::new("referers", given.referers.as_ref(), csrf),
            Bound::new("token", given.token.as_ref(), csrf),
            Bound::new("required", given.required.as_ref(), headers),
            Bound::new("values", given.values.as_ref(), headers),
            Bound::new("content_types", given.content_types.as_ref(), headers),
            Bound::new("sniff", given.sniff.as_ref(), headers),
            Bound::new("length_required", given.length_required.as_ref(), headers),
            Bound::new("by", given.by.as_ref(), limit.is_some() || abuse).needed(if abuse {
                "credential"
            } else {
                "address"
            }),
            Bound::new("codes", given.codes.as_ref(), abuse).needed("[authorization, body]"),
            Bound::new("block_for", given.block_for.as_ref(), abuse).needed("15m"),
            Bound::new("header", given.header.as_ref(), limit.is_some()),
            Bound::new("decider", given.decider.as_ref(), external).needed(DECIDER),
            Bound::new("policies", given.policies.as_ref(), cedar)
                .needed("permit (principal, action, resource);"),
            Bound::new("checks", given.checks.as_ref(), contract),
            Bound::new(
                "unknown_parameters",
                given.unknown_parameters.as_ref(),
                contract,
            ),
            Bound::new("uploads", given.uploads.as_ref(), contract),
            Bound::new("when", given.when.as_ref(), about_some),
            Bound::new("except", given.except.as_ref(), about_some),
            Bound::new("require", given.require.as_ref(), conditions).needed("{methods: [POST]}"),
            Bound::new("resource", given.resource.as_ref(), ownership).needed("{path: customer}"),
            Bound::new("owner", given.owner.as_ref(), ownership).needed("app"),
            Bound::new("separator", given.separator.as_ref(), ownership),
            Bound::new("acr", given.acr.as_ref(), step_up),
            Bound::new("request", given.request.as_ref(), transform),
            Bound::new("response", given.response.as_ref(), transform),
            Bound::new("hide", given.hide.as_ref(), mask).needed("[{value: card, keep_last: 4}]"),
            Bound::new("unreadable", given.unreadable.as_ref(), mask),
            Bound::new("max_body", given.max_body.as_ref(), transform || mask),
            Bound::new("validate", given.validate.as_ref(), transform),
        ];
        let max_size = Bound::new("max_size", given.max_size.as_ref(), body || contract);
        fields.push(if contract {
            max_size
        } else {
            max_size.needed("1MiB")
        });
        let rate = if abuse { Some(LimitKind::Rate) } else { limit };
        fields.extend(limit_fields(given).bounds(rate));
        if abuse {
            fields.retain(|field| field.name != "burst");
            fields.push(Bound::new("burst", given.burst.as_ref(), false));
            limit_fields(given).check_period(self.findings, shown, LimitKind::Rate);
        }
        let why = match kind.value {
            document::PolicyKind::Network => "the kind `network`",
            document::PolicyKind::Headers => "the kind `headers`",
            document::PolicyKind::Rate => "the kind `rate`",
            document::PolicyKind::Spacing => "the kind `spacing`",
            document::PolicyKind::Concurrency => "the kind `concurrency`",
            document::PolicyKind::Quota => "the kind `quota`",
            document::PolicyKind::Body => "the kind `body`",
            document::PolicyKind::Cors => "the kind `cors`",
            document::PolicyKind::Csrf => "the kind `csrf`",
            document::PolicyKind::External => "the kind `external`",
            document::PolicyKind::Cedar => "the kind `cedar`",
            document::PolicyKind::Contract => "the kind `contract`",
            document::PolicyKind::Conditions => "the kind `conditions`",
            document::PolicyKind::Ownership => "the kind `ownership`",
            document::PolicyKind::StepUp => "the kind `step_up`",
            document::PolicyKind::Transform => "the kind `transform`",
            document::PolicyKind::Mask => "the kind `mask`",
            document::PolicyKind::Abuse => "the kind `abuse`",
        };
        bounds(self.findings, key.intact, kind.span, shown, why, &fields);
    }

    /// A policy that could refuse nothing.
    pub(super) fn asks_for_nothing(&mut self, shown: &str, span: Span, label: &str, help: &str) {
        let message = format!("{shown} asks for nothing");
        let found = self
            .findings
            .error(Code::MissingField, span, &message, label);
        found.help(help);
    }

    fn level(&mut self, shown: &str, on: &At<document::On>) -> Option<Level> {
        let part = match &on.value {
            document::On::Word(document::OnWord::Platform) => return Some(Level::Platform),
            document::On::Part(part) => part,
        };
        let (version, operation) = (part.version.as_ref(), part.operation.as_ref());
        let found = match (&part.tenant, &part.service, version, operation) {
            (Some(tenant), None, None, None) => {
                refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                    format!("{shown} is for a tenant that does not exist")
                });
                Some(Level::Tenant(tenant.value.as_str().into()))
            }
            (None, Some(service), None, None) => {
                self.in_service(shown, service, None, None);
                Some(Level::Service(service.value.as_str().into()))
            }
            (None, Some(service), Some(version), None) => {
                self.in_service(shown, service, Some(version), None);
                let (service, version) = (&*service.value, &*version.value);
                Some(Level::Version(service.into(), version.into()))
            }
            (None, Some(service), None, Some(operation)) => {
                // Where there is one version only, that one is meant.
                self.in_service(shown, service, None, Some(operation));
                self.only_version(service).map(|version| {
                    Level::Operation(
                        service.value.as_str().into(),
                        version.into(),
                        operation.value.as_str().into(),
                    )
                })
            }
            (None, Some(service), Some(version), Some(operation)) => {
                self.in_service(shown, service, Some(version), Some(operation));
                Some(Level::Operation(
                    service.value.as_str().into(),
                    version.value.as_str().into(),
                    operation.value.as_str().into(),
                ))
            }
            _ => None,
        };
        if found.is_none() && on.intact {
            let needs_version = part.tenant.is_none() && part.service.is_some();
            let message = format!("{shown} does not say where it holds");
            let (label, help) = if needs_version {
                (
                    "which version is meant?",
                    "add the `version` of the operation",
                )
            } else {
                (
                    "expected a tenant, or a service and its parts",
                    "write `platform`, `{tenant: NAME}`, or `{service: NAME}` with `version` and `operation` for less",
                )
            };
            self.findings
                .error(Code::InvalidValue, on.span, &message, label)
                .help(help);
        }
        found
    }

    /// The version of a service that has one only.
    fn only_version(&self, service: &At<String>) -> Option<String> {
        let services = self.root.get("services")?;
        match services.get(&service.value)?.get("versions")?.entries() {
            [only] => Some(only.key.clone()),
            _ => None,
        }
    }

    fn in_service(
        &mut self,
        shown: &str,
        service: &At<String>,
        version: Option<&At<String>>,
        operation: Option<&At<String>>,
    ) {
        let findings = &mut *self.findings;
        refer(findings, &SERVICE, &self.names.services, service, || {
            format!("{shown} is for a service that does not exist")
        });
        let Some(inside) = self.names.inside(&service.value) else {
            return;
        };
        let of = quote(&service.value);
        if let Some(version) = version {
            refer(findings, &VERSION, &inside.versions, version, || {
                format!("{shown} is for a version that service {of} does not have")
            });
        }
        if let Some(operation) = operation {
            let versions: Vec<&str> = version.iter().map(|version| &*version.value).collect();
            if versions
                .iter()
                .all(|version| inside.versions.may_have(version))
            {
                refer(
                    findings,
                    &OPERATION,
                    &inside.operations(&versions),
                    operation,
                    || format!("{shown} is for an operation that service {of} does not have"),
                );
            }
        }
    }

    fn mode(&mut self, key: &At<String>, shown: &str, given: &document::Policy) -> Mode {
        let mode = given.mode.as_ref();
        let value = mode.map_or(document::Mode::Enforce, |mode| mode.value);
        let relaxed = value != document::Mode::Enforce;
        bounds(
            self.findings,
            key.intact,
            mode.map_or(key.span, |mode| mode.span),
            shown,
            "the mode `enforce`",
            &[Bound::new("until", given.until.as_ref(), relaxed)],
        );
        if let Some(until) = given.until.as_ref().filter(|_| relaxed)
            && until.value.0 <= self.secrets.now()
        {
            let message = format!("{shown} is enforced again");
            self.findings
                .warning(Code::Expired, until.span, &message, "this time is over")
                .help("remove `mode` and `until`, or give it a later time");
        }
        let until = given.until.as_ref().map(|until| until.value.0);
        match value {
            document::Mode::Enforce => Mode::Enforce,
            document::Mode::Shadow => Mode::Shadow { until },
            document::Mode::Off => Mode::Off { until },
        }
    }

    pub(super) fn edge(&mut self, given: document::Edge, lists: &Lists) -> Edge {
        let mut edge = Edge::default();
        let deny = given.deny.unwrap_or_default();
        edge.deny = self.lists_of(&deny, lists, || {
            "`edge` uses a list that does not exist".to_owned()
        });
        let set = |place: &mut Option<EdgeRate>, given: Option<document::EdgeRate>| {
            if let Some(given) = given {
                *place = given.rate.filter(|rate| *rate > 0).map(|count| EdgeRate {
                    count,
                    per: given.per.map_or(Duration::from_mins(1), |per| per.0),
                });
            }
        };
        set(&mut edge.requests, given.requests);
        set(&mut edge.refusals, given.refusals);
        set(&mut edge.wrong_secrets, given.wrong_secrets);
        super::settings::set(&mut edge.block_for, given.block_for.map(|time| time.0));
        edge
    }
}

fn limit_fields(given: &document::Policy) -> LimitFields<'_> {
    LimitFields {
        rate: given.rate.as_ref(),
        quota: given.quota.as_ref(),
        per: given.per.as_ref(),
        time_zone: given.time_zone.as_ref(),
        burst: given.burst.as_ref(),
        apart: given.apart.as_ref(),
        limit: given.limit.as_ref(),
    }
}

const fn limit_kind(kind: document::PolicyKind) -> Option<LimitKind> {
    match kind {
        document::PolicyKind::Rate => Some(LimitKind::Rate),
        document::PolicyKind::Spacing => Some(LimitKind::Spacing),
        document::PolicyKind::Concurrency => Some(LimitKind::Concurrency),
        document::PolicyKind::Quota => Some(LimitKind::Quota),
        document::PolicyKind::Network
        | document::PolicyKind::Headers
        | document::PolicyKind::Body
        | document::PolicyKind::Cors
        | document::PolicyKind::Csrf
        | document::PolicyKind::External
        | document::PolicyKind::Cedar
        | document::PolicyKind::Contract
        | document::PolicyKind::Conditions
        | document::PolicyKind::Ownership
        | document::PolicyKind::StepUp
        | document::PolicyKind::Transform
        | document::PolicyKind::Mask
        | document::PolicyKind::Abuse => None,
    }
}

fn headers(given: &document::Policy) -> HeadersRule {
    let methods = given.methods.iter().flat_map(|list| &list.value);
    let required = given.required.iter().flat_map(|list| &list.value);
    let types = given.content_types.iter().flat_map(|list| &list.value);
    let values = given.values.iter().flat_map(|map| &map.value.0);
    HeadersRule {
        methods: methods.map(|method| method.0).collect(),
        required: required.map(|header| header.0.clone()).collect(),
        values: values
            .map(|(header, allowed)| HeaderValues {
                header: header.value.to_ascii_lowercase().into(),
                allowed: allowed.0.iter().map(|value| value.0.clone()).collect(),
            })
            .collect(),
        content_types: types.map(|media| media.0.clone()).collect(),
        sniff: given.sniff.as_ref().is_some_and(|sniff| sniff.value),
        length_required: given
            .length_required
            .as_ref()
            .is_some_and(|required| required.value),
    }
}

fn says_nothing(rule: &HeadersRule) -> bool {
    let methods = rule.methods.clone();
    *rule
        == HeadersRule {
            methods,
            ..HeadersRule::default()
        }
}
