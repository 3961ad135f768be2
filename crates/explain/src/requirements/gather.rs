//! From rules to requirements.

use super::{
    AskedIssuer, AskedSignIn, AskedSignature, Browsers, Connection, Credentials, Header, Network,
    PageToken, Requirements, Role, Scope, conditions, limits, refusals,
};
use postern_model::entity::{
    Approval, Configuration, ContractRule, CredentialKind, CsrfRule, HeadersRule, Level, Lifecycle,
    Method, Mode, Name, NetworkRule, Operation, OriginPattern, Plan, Policy, PolicyRule, Service,
    SignatureTerms,
};
use postern_policy::Rules;
use postern_policy::router::Route;
use std::collections::BTreeSet;

/// What the operation of a route asks of its callers. `route` is one of these rules, `now` is Unix
/// time in seconds.
pub fn requirements(rules: &Rules, route: &Route, now: i64) -> Requirements {
    let (service, version) = (rules.service(route), rules.version(route));
    let operation = rules.operation(route);
    let configuration = rules.configuration();
    let policies = enforced(rules, route, now);
    let heads: Vec<&HeadersRule> = policies.iter().filter_map(|policy| head(policy)).collect();
    let covering: Vec<&Plan> = plans(configuration, rules, route);
    let subscription = !operation.anonymous
        && rules
            .authentication(route)
            .is_some_and(|accepted| accepted.subscription);
    let (mut state, successor) = state(&version.state);
    if operation.deprecated.is_some() && state == "published" {
        state = "deprecated";
    }
    let own_pages_only = own_pages_only(&policies, rules, route);
    let mut made = Requirements {
        service: service.name.to_string(),
        version: version.name.to_string(),
        operation: operation.name.to_string(),
        methods: tokens(&operation.methods),
        path: rules.plan(route).template.to_string(),
        hosts: texts(&service.hosts),
        state: state.to_owned(),
        successor: successor.map(ToString::to_string),
        environments: texts(&version.environments),
        private: service.visibility != postern_model::entity::Visibility::Public,
        websocket: operation.websocket,
        connection: Connection {
            tls: service.tls_required,
            client_certificate: service
                .client_certificate
                .as_ref()
                .is_some_and(|c| c.required),
        },
        credentials: credentials(rules, route),
        subscription,
        approval: subscription && service.approval == Approval::Manual,
        plans: covering.iter().map(|plan| plan.name.to_string()).collect(),
        scopes: scopes(service, operation),
        access_roles: roles(rules, route),
        deciders: deciders(&policies),
        headers: heads.iter().flat_map(|rule| headers(rule)).collect(),
        media_types: media_types(&heads),
        length_required: heads.iter().any(|rule| rule.length_required),
        max_body: max_body(&policies),
        contract: contract(&policies, rules, route),
        conditions: conditions::conditions(&policies),
        network: network(&policies),
        browsers: browsers(&policies, service),
        own_pages_only,
        page_tokens: if own_pages_only {
            page_tokens(&policies)
        } else {
            Vec::new()
        },
        limits: limits::limits(&policies, &covering),
        refusals: Vec::new(),
    };
    made.refusals = refusals::refusals(&made, rules, route, now);
    made
}

/// The policies that are enforced on an operation, the widest level first.
fn enforced<'a>(rules: &'a Rules, route: &Route, now: i64) -> Vec<&'a Policy> {
    let over = |until: Option<i64>| until.is_some_and(|until| now >= until);
    let holds = |policy: &&Policy| match policy.mode {
        Mode::Enforce => true,
        Mode::Shadow { until } | Mode::Off { until } => over(until),
    };
    let all = &rules.configuration().policies;
    let effective = rules.effective_policies(route).into_iter();
    let effective = effective.filter(|effective| effective.replaced_by.is_none());
    effective
        .filter_map(|effective| all.get(effective.policy))
        .filter(holds)
        .collect()
}

const fn head(policy: &Policy) -> Option<&HeadersRule> {
    match &policy.rule {
        PolicyRule::Headers(rule) => Some(rule),
        _ => None,
    }
}

/// The plans that cover an operation.
fn plans<'a>(configuration: &'a Configuration, rules: &Rules, route: &Route) -> Vec<&'a Plan> {
    let place = [
        &rules.service(route).name,
        &rules.version(route).name,
        &rules.operation(route).name,
    ];
    let any = |names: &[Name], name: &Name| names.is_empty() || names.contains(name);
    let [service, version, operation] = place;
    let covers = |plan: &&Plan| {
        plan.covers.iter().any(|covered| {
            covered.service == *service
                && any(&covered.versions, version)
                && any(&covered.operations, operation)
        })
    };
    configuration.plans.iter().filter(covers).collect()
}

fn state(state: &Lifecycle) -> (&'static str, Option<&Name>) {
    match state {
        Lifecycle::Draft => ("draft", None),
        Lifecycle::Published => ("published", None),
        Lifecycle::Deprecated { .. } => ("deprecated", None),
        Lifecycle::Retired { successor, .. } => ("retired", successor.as_ref()),
    }
}

fn signature(terms: &SignatureTerms) -> AskedSignature {
    AskedSignature {
        components: texts(&terms.components),
        max_age_s: terms.max_age.as_secs(),
        leeway_s: terms.leeway.as_secs(),
        nonce: terms.nonce,
        digest: terms.digest,
        max_body: terms.max_body,
    }
}

fn credentials(rules: &Rules, route: &Route) -> Option<Credentials> {
    let accepted = rules.authentication(route)?;
    let all = &rules.configuration().issuers;
    let issuers = accepted.issuers.iter().filter_map(|&at| all.get(at));
    let issuers = issuers.map(|issuer| AskedIssuer {
        name: issuer.name.to_string(),
        iss: issuer.iss.to_string(),
        audiences: texts(&issuer.audiences),
    });
    let kinds = accepted.kinds.iter();
    let sign_in = accepted.session.as_deref().and_then(|rule| {
        let issuer = all.get(rule.issuer)?;
        Some(AskedSignIn {
            issuer: issuer.name.to_string(),
            iss: issuer.iss.to_string(),
            cookie: rule.cookie.to_string(),
        })
    });
    Some(Credentials {
        kinds: kinds.map(|kind| kind.name().to_owned()).collect(),
        headers: texts(&accepted.headers),
        query: texts(&accepted.query),
        issuers: issuers.collect(),
        sign_in,
        signature: accepted.signature.as_deref().map(signature),
        hmac: accepted.hmac.as_deref().map(signature),
        dpop: accepted.dpop.as_ref().map(|asked| {
            let how = if asked.required {
                "required"
            } else {
                "optional"
            };
            how.to_owned()
        }),
        optional: rules.operation(route).anonymous,
    })
}

fn scopes(service: &Service, operation: &Operation) -> Vec<Scope> {
    let described = |name: &Name| {
        let declared = service.scopes.iter().find(|scope| scope.name == *name);
        declared.and_then(|scope| scope.description.as_ref())
    };
    let required = operation.scopes.iter().map(|name| Scope {
        name: name.to_string(),
        description: described(name).map(ToString::to_string),
    });
    required.collect()
}

/// Those that are named and that allow at least one of the methods.
fn roles(rules: &Rules, route: &Route) -> Vec<Role> {
    let operation = rules.operation(route);
    let methods: &[Method] = match operation.methods.as_slice() {
        [] => &Method::ALL,
        some => some,
    };
    let named = operation.access_roles.iter();
    named
        .filter_map(|name| {
            let role = rules.access_role(name)?;
            let allowed: Vec<Method> = methods
                .iter()
                .filter(|method| rules.role_allows(name, route, Some(**method)))
                .copied()
                .collect();
            let all = allowed.len() == methods.len();
            (!allowed.is_empty()).then(|| Role {
                name: name.to_string(),
                title: role.title.as_ref().map(ToString::to_string),
                methods: if all { Vec::new() } else { tokens(&allowed) },
            })
        })
        .collect()
}

/// The policies that ask other services.
fn deciders(policies: &[&Policy]) -> Vec<String> {
    let asks = |policy: &&&Policy| matches!(policy.rule, PolicyRule::External(_));
    let asking = policies.iter().filter(asks);
    asking.map(|policy| policy.name.to_string()).collect()
}

/// The headers that a policy is about.
fn headers(rule: &HeadersRule) -> Vec<Header> {
    let valued = rule.values.iter().map(|values| &values.header);
    let names: BTreeSet<&Name> = rule.required.iter().chain(valued).collect();
    let header = |name: &Name| {
        let values = rule.values.iter().filter(|values| values.header == *name);
        Header {
            name: name.to_string(),
            required: rule.required.contains(name),
            values: values.flat_map(|values| texts(&values.allowed)).collect(),
            methods: tokens(&rule.methods),
        }
    };
    names.into_iter().map(header).collect()
}

fn media_types(heads: &[&HeadersRule]) -> Vec<Vec<String>> {
    let lists = heads.iter().map(|rule| &rule.content_types);
    lists
        .filter(|list| !list.is_empty())
        .map(|list| texts(list))
        .collect()
}

fn max_body(policies: &[&Policy]) -> Option<u64> {
    let sizes = policies.iter().filter_map(|policy| match &policy.rule {
        PolicyRule::Body(rule) => Some(rule.max_size),
        _ => None,
    });
    sizes.min()
}

/// The parts of a request that must be as the document of the version has them.
fn contract(policies: &[&Policy], rules: &Rules, route: &Route) -> Vec<String> {
    if rules.version(route).openapi.is_none() {
        return Vec::new();
    }
    let held = policies.iter().filter_map(|policy| match &policy.rule {
        PolicyRule::Contract(rule) => Some(rule),
        _ => None,
    });
    let held: Vec<&ContractRule> = held.collect();
    let asked = |asks: fn(&ContractRule) -> bool| held.iter().any(|rule| asks(rule));
    let parts = [
        ("parameters", asked(|rule| rule.parameters)),
        ("body", asked(|rule| rule.body)),
        ("accept", asked(|rule| rule.accept)),
        ("encodings", asked(|rule| rule.encodings)),
    ];
    let asked = parts.into_iter().filter(|(_, asked)| *asked);
    asked.map(|(name, _)| name.to_owned()).collect()
}

/// Whether a page is asked for the address that it was opened at.
pub(super) fn asks_referer(rules: &Rules, route: &Route, now: i64) -> bool {
    csrf_rules(&enforced(rules, route, now)).any(|rule| rule.referer_required)
}

/// Whether statements of Cedar are enforced on an operation.
pub(super) fn has_statements(rules: &Rules, route: &Route, now: i64) -> bool {
    let policies = enforced(rules, route, now);
    let mut rules = policies.iter().map(|policy| &policy.rule);
    rules.any(|rule| matches!(rule, PolicyRule::Cedar(_)))
}

/// The rules about networks that are enforced on an operation.
pub(super) fn network_rules<'a>(rules: &'a Rules, route: &Route, now: i64) -> Vec<&'a NetworkRule> {
    let policies = enforced(rules, route, now).into_iter();
    let network = policies.filter_map(|policy| match &policy.rule {
        PolicyRule::Network(rule) => Some(rule),
        _ => None,
    });
    network.collect()
}

fn network(policies: &[&Policy]) -> Network {
    let rules = policies.iter().filter_map(|policy| match &policy.rule {
        PolicyRule::Network(rule) => Some(rule),
        _ => None,
    });
    rules.fold(Network::Anywhere, |before, rule| {
        if rule.allows_some() {
            Network::InternalOnly
        } else if before == Network::Anywhere && rule.denies_some() {
            Network::NotEverywhere
        } else {
            before
        }
    })
}

/// The rules about whose pages may change something that are enforced.
fn csrf_rules<'a>(policies: &[&'a Policy]) -> impl Iterator<Item = &'a CsrfRule> {
    policies.iter().filter_map(|policy| match &policy.rule {
        PolicyRule::Csrf(rule) => Some(rule),
        _ => None,
    })
}

/// Only where something may prove who calls that browsers send on their own. Of a session that is
/// asked whatever policies say.
fn own_pages_only(policies: &[&Policy], rules: &Rules, route: &Route) -> bool {
    let accepted = rules.authentication(route);
    let accepts = |kind| accepted.is_some_and(|accepted| accepted.accepts(kind));
    if accepts(CredentialKind::Session) {
        return true;
    }
    let anonymous = accepted.is_none() || rules.operation(route).anonymous;
    let by_address = anonymous && network(policies) == Network::InternalOnly;
    let by_browser = accepts(CredentialKind::Basic) || accepts(CredentialKind::Mtls);
    csrf_rules(policies).next().is_some() && (by_address || by_browser)
}

fn page_tokens(policies: &[&Policy]) -> Vec<PageToken> {
    let tokens = csrf_rules(policies).filter_map(|rule| rule.token.as_ref());
    tokens
        .map(|token| PageToken {
            from: "/.well-known/postern/csrf".to_owned(),
            header: token.header.to_string(),
            field: token.field.as_ref().map(ToString::to_string),
        })
        .collect()
}

fn browsers(policies: &[&Policy], service: &Service) -> Browsers {
    let wide = |level: &Level| matches!(level, Level::Platform | Level::Tenant(_));
    let mut nearest_first = policies.iter().rev();
    let rule = nearest_first.find_map(|policy| match &policy.rule {
        PolicyRule::Cors(rule) if !(service.conceals_itself() && wide(&policy.level)) => Some(rule),
        _ => None,
    });
    match rule {
        None => Browsers::UpToUpstream,
        Some(rule) if rule.enforce_origin => Browsers::SomeOriginsOnly,
        Some(rule) if rule.origins.contains(&OriginPattern::Any) => Browsers::AnyOrigin,
        Some(_) => Browsers::SomeOrigins,
    }
}

pub(super) fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn tokens(methods: &[Method]) -> Vec<String> {
    let tokens = methods.iter().map(|method| method.as_str().to_owned());
    tokens.collect()
}
