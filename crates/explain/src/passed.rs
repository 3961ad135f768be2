//! The stages that a request passed, each with what it saw.

use crate::decide::{Decided, deciding};
use crate::explanation::{LimitState, Passed};
use crate::time::rfc3339;
use postern_model::Stage;
use postern_model::entity::Measure;
use postern_policy::facts::LocatedCountry;
use postern_policy::{Facts, Identity, Rules};

/// The stages before `refused` (all, if nothing refused) that passed.
pub(crate) fn passed(
    rules: &Rules,
    facts: &dyn Facts,
    decided: &Decided,
    refused: Option<Stage>,
) -> Vec<Passed> {
    let before = |stage: &Stage| refused.is_none_or(|refused| *stage < refused);
    let not_checked = decided.not_checked(facts);
    deciding()
        .filter(|stage| before(stage) && !not_checked.contains(stage))
        // A browser's question is answered there.
        .filter(|stage| decided.preflight.is_none() || *stage <= Stage::Cors)
        .map(|stage| {
            let (asked, saw) = look(stage, rules, facts, decided);
            Passed {
                stage: stage.name().to_owned(),
                saw,
                asked,
            }
        })
        .collect()
}

/// Whether a stage had anything to ask, and what it saw.
pub(crate) fn look(
    stage: Stage,
    rules: &Rules,
    facts: &dyn Facts,
    decided: &Decided,
) -> (bool, Option<String>) {
    let identity = decided.identity.as_ref();
    let edge = &rules.configuration().edge;
    match stage {
        Stage::Client => (
            true,
            decided
                .client
                .map(|client| format!("{} ({})", client.address, client.provenance)),
        ),
        Stage::Edge => {
            let any = !edge.deny.is_empty() || edge.requests.is_some() || edge.refusals.is_some();
            (any, None)
        }
        Stage::Route => (
            true,
            decided.route.as_ref().map(|route| {
                let (service, version) = (rules.service(route), rules.version(route));
                let operation = rules.operation(route);
                format!("{}/{}/{}", service.name, version.name, operation.name)
            }),
        ),
        Stage::Network => (has_policy(rules, decided, "network"), place(facts, decided)),
        Stage::Cors => (
            has_policy(rules, decided, "cors"),
            decided
                .preflight
                .map(|method| format!("preflight for {}", method.as_str())),
        ),
        Stage::Headers => (has_policy(rules, decided, "headers"), None),
        Stage::Authenticate => match identity {
            Some(identity) => (
                true,
                Some(if let Some(token) = &identity.token {
                    format!("token of {}", token.issuer)
                } else {
                    let row = &identity.credential;
                    format!("{} {}", row.proof.kind().noun(), short(&row.id))
                }),
            ),
            None => (is_protected(rules, decided), Some("anonymous".to_owned())),
        },
        Stage::Account => (identity.is_some(), None),
        Stage::Subscription => {
            let subscription = identity.and_then(|identity| identity.subscription.as_ref());
            let saw = subscription.map(|row| format!("plan {}", row.plan));
            (subscription.is_some(), saw)
        }
        Stage::Authorize => {
            let words = identity.and_then(|identity| demanded(rules, decided, identity));
            let permitted = has_policy(rules, decided, "cedar").then_some("permitted by policy");
            let parts = words.as_deref().into_iter().chain(permitted);
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            let known = words.is_some() || permitted.is_some();
            let asked = known || has_policy(rules, decided, "external");
            (asked, known.then(|| parts.join(", ")))
        }
        Stage::Limits => {
            let states = limits(decided, facts.now());
            let words: Vec<String> = states.iter().map(words).collect();
            (
                !states.is_empty(),
                (!words.is_empty()).then(|| words.join(", ")),
            )
        }
        Stage::Body => {
            let measured = facts.has_body() && has_policy(rules, decided, "body");
            (measured || has_policy(rules, decided, "contract"), None)
        }
        Stage::Content => (facts.body_start().is_some(), None),
        Stage::Connection => (true, None),
        Stage::Csrf => (has_policy(rules, decided, "csrf"), None),
        Stage::Upstream | Stage::Response => (false, None),
    }
}

/// Where the client is, if somebody has looked.
fn place(facts: &dyn Facts, decided: &Decided) -> Option<String> {
    let address = decided.client?.address;
    let country = facts.country(address).map(LocatedCountry::or_unknown);
    let system = facts.autonomous_system(address);
    let system = system.and_then(|located| located.system);
    // What was looked for here says nothing about anything else.
    let _ = facts.not_kept();
    let words: Vec<String> = country
        .map(|country| country.to_string())
        .into_iter()
        .chain(system.map(|system| system.to_string()))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The scopes that an operation requires, and which of its access roles the caller has; `None` if
/// it requires neither.
fn demanded(rules: &Rules, decided: &Decided, identity: &Identity) -> Option<String> {
    let operation = rules.operation(decided.route.as_ref()?);
    let mut words: Vec<&str> = operation.scopes.iter().map(AsRef::as_ref).collect();
    let required = &operation.access_roles;
    let mut counting = identity.access_roles();
    let role = counting.find(|role| required.contains(role));
    let role = role.map(|role| format!("access role {role}"));
    words.extend(role.as_deref());
    (!words.is_empty() || !required.is_empty()).then(|| words.join(", "))
}

fn words(state: &LimitState) -> String {
    let stood = format!("{} {} of {}", state.name, state.used, state.of);
    match &state.renews {
        Some(renews) => format!("{stood} until {renews}"),
        None => stood,
    }
}

fn is_protected(rules: &Rules, decided: &Decided) -> bool {
    let route = decided.route.as_ref();
    route.is_some_and(|route| rules.service(route).authentication.is_some())
}

fn has_policy(rules: &Rules, decided: &Decided, kind: &str) -> bool {
    let Some(route) = &decided.route else {
        return false;
    };
    let policies = &rules.configuration().policies;
    rules.effective_policies(route).iter().any(|effective| {
        let policy = policies.get(effective.policy);
        effective.replaced_by.is_none() && policy.is_some_and(|p| p.rule.kind() == kind)
    })
}

/// `key_…7q4m`: what people compare by.
pub(crate) fn short(id: &str) -> String {
    let tail = id
        .char_indices()
        .rev()
        .nth(3)
        .and_then(|(at, _)| id.get(at..));
    match (id.split_once('_'), tail) {
        (Some((kind, rest)), Some(tail)) if rest.len() > tail.len() => format!("{kind}_…{tail}"),
        _ => id.to_owned(),
    }
}

/// How the limits stood when they were read, at `now`: Unix time in milliseconds.
pub(crate) fn limits(decided: &Decided, now: i64) -> Vec<LimitState> {
    let readings = decided.readings.as_deref().unwrap_or_default();
    let pairs = decided.limits.iter().zip(readings);
    pairs
        .filter(|(limit, _)| !limit.shadow)
        .map(|(limit, reading)| {
            let of = limit.limit.measure.most();
            LimitState {
                name: limit.limit.name.to_string(),
                used: of.saturating_sub(reading.remaining),
                of,
                renews: match limit.limit.measure {
                    Measure::Quota { .. } if reading.reset > 0 => {
                        let wait = i64::try_from(reading.reset).unwrap_or(i64::MAX);
                        let at = now.saturating_add(wait).saturating_add(999);
                        Some(rfc3339(at.div_euclid(1000)))
                    }
                    _ => None,
                },
            }
        })
        .collect()
}
