//! What policies in shadow mode would have refused, counted in the call log.

use super::reach::Reach;
use super::{Asking, unread};
use crate::remembered::now;
use crate::service::Service;
use crate::service::changing::need;
use crate::service::effective::origin;
use crate::{Actor, Refusal};
use postern_calllog::{Filter, Reader, Shadowed, Whose};
use postern_model::entity::{Configuration, Level, Mode, Policy};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Milliseconds of the time that is counted where none is said.
const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// Policies that are counted at most.
const MOST: usize = 500;

/// Which policies, over which time.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    since_ms: Option<u64>,
    until_ms: Option<u64>,
    /// Only policies of this name.
    policy: Option<String>,
    /// Only policies on this service, its versions and operations.
    service: Option<String>,
}

/// Policies in shadow mode, and what they would have refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowPolicies {
    /// The policies, the one that would have refused most first.
    pub policies: Vec<ShadowPolicy>,
    /// Whether there are more.
    pub more: bool,
}

/// A policy in shadow mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowPolicy {
    /// Its name.
    pub policy: String,
    /// Its kind.
    pub kind: String,
    /// Where it comes from: `platform`, `service orders`.
    pub origin: String,
    /// When it is enforced again: Unix time in seconds; none: never by itself.
    pub until: Option<i64>,
    /// What it would have refused.
    pub shadow: ShadowCounts,
}

/// What a policy in shadow mode would have refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowCounts {
    /// Requests from then on: Unix time in milliseconds, as the others.
    pub since_ms: u64,
    /// Requests before.
    pub until_ms: u64,
    /// How many requests came in to what the policy is on.
    pub requests: u64,
    /// How many of them it would have refused.
    pub refusals: u64,
    /// Of how many apps.
    pub apps: u64,
    /// When the first of these came.
    pub first_ms: Option<u64>,
    /// When the last of these came.
    pub last_ms: Option<u64>,
    /// With which codes, the most frequent first.
    pub codes: Vec<ShadowCode>,
}

/// A code that a policy in shadow mode would have refused with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowCode {
    /// The code.
    pub code: String,
    /// How many requests.
    pub count: u64,
    /// The id of one of them.
    pub example: String,
}

impl Service {
    /// The policies in shadow mode that somebody may see.
    pub(in crate::service) async fn shadow_policies(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<ShadowPolicies, Refusal> {
        let until = wanted.until_ms.unwrap_or_else(today);
        let since = wanted
            .since_ms
            .unwrap_or_else(|| until.saturating_sub(WEEK_MS));
        if since >= until {
            return Err(Refusal::invalid("nothing came in over no time")
                .help("`since_ms` before `until_ms`, or before now"));
        }
        let configuration = self.running.configuration();
        let of_service = |policy: &&Policy| match (&wanted.service, &policy.level) {
            (None, _) => true,
            (Some(wanted), level) => service_of(level).is_some_and(|name| *name == **wanted),
        };
        let named = |policy: &&Policy| {
            let name = wanted.policy.as_deref();
            name.is_none_or(|name| *policy.name == *name)
        };
        let at = now();
        let mut all: Vec<Policy> = configuration
            .policies
            .iter()
            .filter(|policy| in_shadow(policy, at).is_some())
            .filter(named)
            .filter(of_service)
            .filter(|policy| sees(actor, policy, &configuration))
            .cloned()
            .collect();
        let more = all.len() > MOST;
        all.truncate(MOST);
        let counts = self.shadowed(actor, all.clone(), since..until).await?;
        let mut policies: Vec<ShadowPolicy> = all
            .iter()
            .zip(counts)
            .map(|(policy, shadow)| ShadowPolicy {
                policy: policy.name.to_string(),
                kind: policy.rule.kind().to_owned(),
                origin: origin(&policy.level),
                until: in_shadow(policy, at).flatten(),
                shadow,
            })
            .collect();
        policies.sort_by(|a, b| {
            let most = b.shadow.refusals.cmp(&a.shadow.refusals);
            most.then_with(|| a.policy.cmp(&b.policy))
        });
        Ok(ShadowPolicies { policies, more })
    }

    /// What policies would have refused over the last week, as far as somebody may know; none where
    /// they may read nobody's requests.
    pub(in crate::service) async fn shadowed_lately(
        &self,
        actor: &Actor,
        policies: Vec<Policy>,
    ) -> Option<Vec<ShadowCounts>> {
        let until = today();
        let time = until.saturating_sub(WEEK_MS)..until;
        self.shadowed(actor, policies, time).await.ok()
    }

    /// What policies would have refused, in their order.
    async fn shadowed(
        &self,
        actor: &Actor,
        policies: Vec<Policy>,
        time: std::ops::Range<u64>,
    ) -> Result<Vec<ShadowCounts>, Refusal> {
        let reach = self.reach(actor);
        let mut whose = None;
        if !reach.is_everything() {
            let theirs = reach.publishers();
            if theirs.is_empty() {
                need(actor, Point::CallsRead, None)?;
            }
            whose = Some(Arc::new(Whose {
                tenants: theirs,
                apps: BTreeSet::new(),
            }));
        }
        self.ask(move |asking| asking.shadowed(&policies, &time, whose.as_ref()))
            .await
    }
}

impl Asking {
    fn shadowed(
        &self,
        policies: &[Policy],
        time: &std::ops::Range<u64>,
        whose: Option<&Arc<Whose>>,
    ) -> Result<Vec<ShadowCounts>, Refusal> {
        let reader = self.reader();
        let mut known: HashMap<&Level, (u64, Vec<Shadowed>)> = HashMap::new();
        let mut all = Vec::with_capacity(policies.len());
        for policy in policies {
            if !known.contains_key(&policy.level) {
                let filter = Filter {
                    from: Some(time.start),
                    to: Some(time.end),
                    whose: whose.cloned(),
                    ..of_level(&policy.level)
                };
                known.insert(&policy.level, looked(&reader, &filter)?);
            }
            let (requests, found) = known
                .get(&policy.level)
                .map_or((0, &[][..]), |(requests, found)| {
                    (*requests, found.as_slice())
                });
            let found = found.iter().filter(|one| *one.policy == *policy.name);
            all.push(counts(time, requests, found));
        }
        Ok(all)
    }
}

fn looked(reader: &Reader, filter: &Filter) -> Result<(u64, Vec<Shadowed>), Refusal> {
    let found = reader.shadowed(filter).map_err(|error| unread(&error))?;
    let requests = reader.count(filter).map_err(|error| unread(&error))?;
    Ok((requests, found))
}

fn counts<'a>(
    time: &std::ops::Range<u64>,
    requests: u64,
    found: impl Iterator<Item = &'a Shadowed>,
) -> ShadowCounts {
    let mut counts = ShadowCounts {
        since_ms: time.start,
        until_ms: time.end,
        requests,
        refusals: 0,
        apps: 0,
        first_ms: None,
        last_ms: None,
        codes: Vec::new(),
    };
    let mut apps: BTreeSet<&Arc<str>> = BTreeSet::new();
    for one in found {
        counts.refusals += one.count;
        apps.extend(&one.apps);
        counts.first_ms = Some(
            counts
                .first_ms
                .map_or(one.first, |first| first.min(one.first)),
        );
        counts.last_ms = Some(counts.last_ms.map_or(one.last, |last| last.max(one.last)));
        counts.codes.push(ShadowCode {
            code: one.code.clone(),
            count: one.count,
            example: one.example.encode().as_str().to_owned(),
        });
    }
    counts.apps = apps.len() as u64;
    counts
        .codes
        .sort_by_key(|code| std::cmp::Reverse(code.count));
    counts
}

/// The requests to what a policy is on.
fn of_level(level: &Level) -> Filter {
    let text = |name: &str| Some(Arc::from(name));
    let mut filter = Filter::default();
    match level {
        Level::Platform => {}
        Level::Tenant(tenant) => filter.tenant = text(tenant),
        Level::Service(service) => filter.service = text(service),
        Level::Version(service, version) => {
            filter.service = text(service);
            filter.version = text(version);
        }
        Level::Operation(service, version, operation) => {
            filter.service = text(service);
            filter.version = text(version);
            filter.operation = text(operation);
        }
    }
    filter
}

fn service_of(level: &Level) -> Option<&str> {
    match level {
        Level::Platform | Level::Tenant(_) => None,
        Level::Service(service) | Level::Version(service, _) | Level::Operation(service, _, _) => {
            Some(service)
        }
    }
}

/// Until when a policy is in shadow mode, if it is.
#[expect(
    clippy::option_option,
    reason = "the outer one is for policies that are in another mode"
)]
pub(in crate::service) fn in_shadow(policy: &Policy, at: i64) -> Option<Option<i64>> {
    match policy.mode {
        Mode::Shadow { until } if until.is_none_or(|until| at < until.saturating_mul(1000)) => {
            Some(until)
        }
        _ => None,
    }
}

/// Whether somebody sees a policy: one of the platform holds for everybody's services.
fn sees(actor: &Actor, policy: &Policy, configuration: &Configuration) -> bool {
    let reads = |tenant: Option<&str>| actor.grants.allow(Point::PoliciesRead, tenant);
    let tenant = match &policy.level {
        Level::Platform => {
            let mut somewhere = actor.grants.tenants_with(Point::PoliciesRead);
            return reads(None) || somewhere.next().is_some();
        }
        Level::Tenant(tenant) => Some(&**tenant),
        level => {
            let name = service_of(level);
            let mut services = configuration.services.iter();
            let service = services.find(|service| Some(&*service.name) == name);
            service.and_then(|service| service.tenant.as_deref())
        }
    };
    reads(tenant)
}

fn today() -> u64 {
    u64::try_from(now()).unwrap_or_default()
}

impl Reach {
    /// The tenants whose services' requests they may read.
    fn publishers(&self) -> BTreeSet<Arc<str>> {
        self.whose()
            .map(|whose| whose.tenants.clone())
            .unwrap_or_default()
    }
}
