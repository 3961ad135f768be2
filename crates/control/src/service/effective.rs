//! Which policies hold for an operation, where each comes from, and what they come to together.

mod about;

use super::Service;
use super::asking::{ShadowCounts, in_shadow};
use crate::remembered::now;
use crate::{Actor, Refusal};
use postern_model::entity::{
    BodyChange, Configuration, CorsRule, ExternalRule, HeadersRule, Level, Limit, LimitKey,
    Measure, Mode, Name, OnFailure, Policy, PolicyRule, QuotaPeriod, TransformRule,
};
use postern_model::permission::Point;
use postern_policy::Rules;
use postern_policy::policies::EffectivePolicy;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    service: String,
    version: String,
    operation: String,
}

impl Service {
    /// The policies of an operation.
    pub(super) async fn effective(&self, actor: &Actor, wanted: &Wanted) -> Result<Value, Refusal> {
        let configuration = self.running.configuration();
        let owner = configuration.services.iter();
        let mut owner = owner.filter(|service| *service.name == *wanted.service);
        let reads = |tenant: Option<&str>| actor.grants.allow(Point::PoliciesRead, tenant);
        // Who sees all services is told which there are; nobody else learns of others' names.
        if !reads(None) && !owner.any(|service| reads(service.tenant.as_deref())) {
            let name: String = wanted.service.chars().take(80).collect();
            let message = format!("there is no service `{}`", name.escape_debug());
            return Err(Refusal::new("not_found", message));
        }
        let route = find(&configuration, wanted)?;
        let policies = Rules::effective_of(&configuration, route);
        let name = |at: usize| configuration.policies.get(at).map(|policy| &*policy.name);
        let shadow = self.shadow(actor, &policies, &configuration).await;
        let parts = policies.iter().filter_map(|effective| {
            let policy = configuration.policies.get(effective.policy)?;
            Some(json!({
                "policy": &*policy.name,
                "kind": policy.rule.kind(),
                "origin": origin(&policy.level),
                "mode": mode(policy.mode),
                "shadow": shadow.get(&effective.policy),
                "mandatory": !policy.is_default,
                "replaced_by": effective.replaced_by.and_then(name),
                "says": says(&configuration, &policy.rule),
            }))
        });
        let holding: Vec<&Policy> = policies
            .iter()
            .filter(|effective| effective.replaced_by.is_none())
            .filter_map(|effective| configuration.policies.get(effective.policy))
            .filter(|policy| policy.mode == Mode::Enforce)
            .collect();
        let service = &wanted.service;
        let plans = configuration.plans.iter().filter(|plan| {
            plan.covers.iter().any(|covered| {
                let any = |names: &[Name], name: &str| {
                    names.is_empty() || names.iter().any(|one| **one == *name)
                };
                *covered.service == **service
                    && any(&covered.versions, &wanted.version)
                    && any(&covered.operations, &wanted.operation)
            })
        });
        let plans = plans.map(|plan| {
            let limits = plan.limits.iter().map(limit);
            json!({
                "plan": &*plan.name,
                "origin": format!("plan {}", plan.name),
                "mode": mode(Mode::Enforce),
                "limits": limits.collect::<Vec<_>>(),
            })
        });
        Ok(json!({
            "operation": format!("{}/{}/{}", wanted.service, wanted.version, wanted.operation),
            "policies": parts.collect::<Vec<_>>(),
            "result": result(&configuration, &holding),
            "plans": plans.collect::<Vec<_>>(),
        }))
    }
}

impl Service {
    /// What those of the policies that are in shadow mode would have refused lately.
    async fn shadow(
        &self,
        actor: &Actor,
        policies: &[EffectivePolicy],
        configuration: &Configuration,
    ) -> HashMap<usize, ShadowCounts> {
        let (places, those): (Vec<usize>, Vec<Policy>) = policies
            .iter()
            .filter_map(|one| Some((one.policy, configuration.policies.get(one.policy)?)))
            .filter(|(_, policy)| in_shadow(policy, now()).is_some())
            .map(|(place, policy)| (place, policy.clone()))
            .unzip();
        if those.is_empty() {
            return HashMap::new();
        }
        let counts = self.shadowed_lately(actor, those).await;
        places.into_iter().zip(counts.unwrap_or_default()).collect()
    }
}

/// The positions of an operation in the configuration.
fn find(configuration: &Configuration, wanted: &Wanted) -> Result<[usize; 3], Refusal> {
    let [service, version] = positions(configuration, &wanted.service, &wanted.version)?;
    let found = configuration.services.get(service);
    let found = found.and_then(|service| service.versions.get(version));
    let operations = found.map_or(&[][..], |version| &version.operations);
    let names = operations.iter().map(|one| &*one.name);
    let operation = position("operation", &wanted.operation, names)?;
    Ok([service, version, operation])
}

/// The positions of a version in the configuration.
pub(super) fn positions(
    configuration: &Configuration,
    service: &str,
    version: &str,
) -> Result<[usize; 2], Refusal> {
    let services = &configuration.services;
    let at = position("service", service, services.iter().map(|one| &*one.name))?;
    let versions = services
        .get(at)
        .map_or(&[][..], |service| &service.versions);
    let names = versions.iter().map(|one| &*one.name);
    Ok([at, position("version", version, names)?])
}

/// Where a name stands among those that there are.
fn position<'a>(
    what: &str,
    name: &str,
    mut there: impl Iterator<Item = &'a str> + Clone,
) -> Result<usize, Refusal> {
    if let Some(at) = there.clone().position(|one| one == name) {
        return Ok(at);
    }
    let name = name.escape_debug();
    let refusal = Refusal::new("not_found", format!("there is no {what} `{name}`"));
    let there: Vec<&str> = there.by_ref().take(20).collect();
    Err(if there.is_empty() {
        refusal
    } else {
        refusal.help(format!("there are: {}", there.join(", ")))
    })
}

pub(super) fn origin(level: &Level) -> String {
    match level {
        Level::Platform => "platform".to_owned(),
        Level::Tenant(name) => format!("tenant {name}"),
        Level::Service(name) => format!("service {name}"),
        Level::Version(service, version) => format!("version {service}/{version}"),
        Level::Operation(service, version, operation) => {
            format!("operation {service}/{version}/{operation}")
        }
    }
}

fn mode(mode: Mode) -> Value {
    let (name, until) = match mode {
        Mode::Enforce => ("enforce", None),
        Mode::Shadow { until } => ("shadow", until),
        Mode::Off { until } => ("off", until),
    };
    json!({"mode": name, "until": until})
}

fn names<'a>(names: impl IntoIterator<Item = &'a Name>) -> Value {
    names.into_iter().map(|name| Value::from(&**name)).collect()
}

fn lists(configuration: &Configuration, at: &[usize]) -> Value {
    names(
        at.iter()
            .filter_map(|at| Some(&configuration.lists.get(*at)?.name)),
    )
}

fn says(configuration: &Configuration, rule: &PolicyRule) -> Value {
    match rule {
        PolicyRule::Network(rule) => json!({
            "allow": lists(configuration, &rule.allow),
            "deny": lists(configuration, &rule.deny),
        }),
        PolicyRule::Headers(rule) => headers(rule),
        PolicyRule::Limit(rule) => limit(rule),
        PolicyRule::Body(rule) => json!({ "max_size": rule.max_size }),
        PolicyRule::Cors(rule) => cors(rule),
        PolicyRule::Contract(rule) => {
            let parts = [
                ("parameters", rule.parameters),
                ("body", rule.body),
                ("accept", rule.accept),
                ("encodings", rule.encodings),
            ];
            let checks = parts.iter().filter(|(_, checked)| *checked);
            json!({
                "checks": checks.map(|(part, _)| *part).collect::<Vec<_>>(),
                "unknown_parameters": if rule.refuses_unknown { "refuse" } else { "allow" },
                "read_up_to": rule.max_size,
                "upload_types": names(&rule.upload_types),
                "upload_names": names(&rule.upload_names),
            })
        }
        PolicyRule::Transform(rule) => changes(rule),
        PolicyRule::Mask(rule) => json!({
            "hide": rule.hide.iter().enumerate().map(|(at, hide)| hide.label(at)).collect::<Vec<_>>(),
            "pass_unreadable": rule.pass_unreadable,
            "max_body": rule.max_body,
        }),
        PolicyRule::Abuse(rule) => json!({
            "codes": rule.codes.iter().map(|code| code.name()).collect::<Vec<_>>(),
            "refusals": rule.count,
            "per_ms": u64::try_from(rule.per.as_millis()).unwrap_or(u64::MAX),
            "by": [rule.by.name()],
            "block_for_ms": u64::try_from(rule.block_for.as_millis()).unwrap_or(u64::MAX),
        }),
        PolicyRule::Csrf(rule) => {
            let trusted = rule.trusted_origins.iter().map(ToString::to_string);
            json!({
                "trusted_origins": trusted.collect::<Vec<_>>(),
                "referer_required": rule.referer_required,
                "referers": names(&rule.referers),
                "token": rule.token.as_ref().map(|token| json!({
                    "cookie": &*token.cookie,
                    "field": token.field.as_deref(),
                    "header": &*token.header,
                    "valid_s": token.valid.as_secs(),
                })),
            })
        }
        PolicyRule::External(rule) => external(rule),
        PolicyRule::Cedar(rule) => json!({ "statements": &*rule.policies }),
        PolicyRule::Conditions(rule) => json!({
            "when": about::conditions(configuration, &rule.when),
            "except": about::exceptions(&rule.except),
            "require": about::conditions(configuration, &rule.require),
        }),
        PolicyRule::Ownership(rule) => json!({
            "when": about::conditions(configuration, &rule.when),
            "except": about::exceptions(&rule.except),
            "resource": rule.resource.words(),
            "owner": rule.owner.words(),
            "separator": rule.separator.as_deref(),
        }),
        PolicyRule::StepUp(rule) => json!({
            "when": about::conditions(configuration, &rule.when),
            "except": about::exceptions(&rule.except),
            "acr": names(&rule.acr),
            "max_age_s": rule.max_age.map(|age| age.as_secs()),
        }),
    }
}

fn external(rule: &ExternalRule) -> Value {
    let millis = u64::try_from(rule.timeout.as_millis()).unwrap_or(u64::MAX);
    json!({
        "protocol": rule.protocol.name(),
        "url": &*rule.url,
        "timeout_ms": millis,
        "on_failure": match rule.on_failure {
            OnFailure::Refuse => "refuse",
            OnFailure::Allow => "allow",
        },
        "max_answer": rule.max_answer,
        "headers": names(&rule.headers),
        "credentials": rule.credentials,
        "identity": rule.identity,
        "body": rule.body,
        "answer_headers": names(&rule.answer_headers),
    })
}

/// What is changed, without by what.
fn changes(rule: &TransformRule) -> Value {
    let mut parts = Vec::new();
    for (side, changes) in [("request", &rule.request), ("answer", &rule.response)] {
        for (what, fields) in [("header", &changes.headers), ("parameter", &changes.query)] {
            let names = fields.remove.iter();
            let names = names.chain(fields.rename.iter().map(|(name, _)| name));
            let names = names.chain(fields.set.iter().map(|(name, _)| name));
            let names = names.chain(fields.add.iter().map(|(name, _)| name));
            parts.extend(names.map(|name| format!("{side} {what} {name}")));
        }
        parts.extend(
            changes
                .path
                .iter()
                .map(|path| format!("{side} path {path}")),
        );
        parts.extend(changes.body.iter().map(|step| match step {
            BodyChange::Set { at, .. }
            | BodyChange::Remove { at }
            | BodyChange::Rename { at, .. }
            | BodyChange::Move { from: at, .. } => format!("{side} body {at}"),
            BodyChange::Replace(_) => format!("{side} body"),
        }));
    }
    json!({ "changes": parts, "max_body": rule.max_body })
}

fn headers(rule: &HeadersRule) -> Value {
    let values = rule
        .values
        .iter()
        .map(|one| json!({"header": &*one.header, "allowed": names(&one.allowed)}));
    json!({
        "methods": rule.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
        "required": names(&rule.required),
        "values": values.collect::<Vec<_>>(),
        "content_types": names(&rule.content_types),
        "sniff": rule.sniff,
        "length_required": rule.length_required,
    })
}

fn cors(rule: &CorsRule) -> Value {
    let origins = rule.origins.iter().map(ToString::to_string);
    let any = rule.any_header.then_some("*");
    let headers = rule.headers.iter().map(|name| &**name).chain(any);
    json!({
        "origins": origins.collect::<Vec<_>>(),
        "methods": rule.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
        "headers": headers.collect::<Vec<_>>(),
        "exposed_headers": names(&rule.exposed_headers),
        "credentials": rule.credentials,
        "max_age_s": rule.max_age.as_secs(),
        "enforce_origin": rule.enforce_origin,
        "private_network": rule.private_network,
    })
}

fn limit(limit: &Limit) -> Value {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut value = match limit.measure {
        Measure::Rate { count, per, burst } => {
            json!({"rate": count, "per_ms": millis(per), "burst": burst})
        }
        Measure::Spacing { apart } => json!({ "apart_ms": millis(apart) }),
        Measure::Concurrency { most } => json!({ "concurrency": most }),
        Measure::Quota { count, per } => match per {
            QuotaPeriod::Fixed(length) => json!({"quota": count, "per_ms": millis(length)}),
            QuotaPeriod::Calendar { unit, zone } => json!({
                "quota": count, "per_calendar": unit.name(), "time_zone": zone.name(),
            }),
        },
    };
    if let Value::Object(members) = &mut value {
        let by = limit.by.iter().map(LimitKey::words);
        members.insert("by".into(), by.collect::<Vec<_>>().into());
        members.insert("limit".into(), (*limit.name).into());
    }
    value
}

/// What the enforced policies come to together: allow-lists intersect, deny-lists unite, all limits
/// apply, the smallest size counts, and of those about other origins the nearest does.
fn result(configuration: &Configuration, holding: &[&Policy]) -> Value {
    let (mut allow, mut deny) = (Vec::new(), BTreeSet::new());
    let (mut required, mut types): (BTreeSet<&str>, Vec<Value>) = (BTreeSet::new(), Vec::new());
    let (mut limits, mut size) = (Vec::new(), None::<u64>);
    let (mut cors, mut csrf, mut asked) = (None, Vec::new(), Vec::new());
    let (mut cedar, mut contract, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut abuse, mut changed, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    for policy in holding {
        match &policy.rule {
            PolicyRule::Network(rule) => {
                if !rule.allow.is_empty() {
                    allow.push(lists(configuration, &rule.allow));
                }
                let list = |at: &usize| configuration.lists.get(*at).map(|list| &*list.name);
                deny.extend(rule.deny.iter().filter_map(list));
            }
            PolicyRule::Headers(rule) => {
                required.extend(rule.required.iter().map(|name| &**name));
                if !rule.content_types.is_empty() {
                    types.push(names(&rule.content_types));
                }
            }
            PolicyRule::Limit(_) => limits.push(&*policy.name),
            // The widest comes first.
            PolicyRule::Cors(_) => cors = Some(&*policy.name),
            PolicyRule::Csrf(_) => csrf.push(&*policy.name),
            PolicyRule::External(_) => asked.push(&*policy.name),
            PolicyRule::Cedar(_) => cedar.push(&*policy.name),
            PolicyRule::Contract(_) => contract.push(&*policy.name),
            PolicyRule::Conditions(_) | PolicyRule::Ownership(_) | PolicyRule::StepUp(_) => {
                conditions.push(&*policy.name);
            }
            PolicyRule::Transform(_) => changed.push(&*policy.name),
            PolicyRule::Mask(_) => hidden.push(&*policy.name),
            PolicyRule::Abuse(_) => abuse.push(&*policy.name),
            PolicyRule::Body(rule) => {
                size = Some(size.map_or(rule.max_size, |size| size.min(rule.max_size)));
            }
        }
    }
    json!({
        "addresses_on_one_list_of_each": allow,
        "addresses_on_none_of": deny,
        "headers_required": required,
        "content_type_on_one_of_each": types,
        "limits": limits,
        "max_body_size": size,
        "cors": cors,
        "csrf": csrf,
        "external": asked,
        "cedar": cedar,
        "contract": contract,
        "conditions": conditions,
        "changed_by": changed,
        "hidden_by": hidden,
        "abuse": abuse,
    })
}
