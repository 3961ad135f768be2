//! Which policies hold for an operation.

use postern_model::entity::{Configuration, Level, Name, PolicyRule, Service};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The policies that hold for an operation: indices into [`Configuration::policies`], the widest
/// level first.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Effective {
    pub(crate) network: Box<[u32]>,
    pub(crate) headers: Box<[u32]>,
    pub(crate) limits: Box<[u32]>,
    pub(crate) body: Box<[u32]>,
    pub(crate) cors: Box<[u32]>,
    pub(crate) csrf: Box<[u32]>,
    pub(crate) external: Box<[u32]>,
    pub(crate) cedar: Box<[u32]>,
    pub(crate) contract: Box<[u32]>,
    /// Those about some requests: first what is asked of them, then whose the thing has to be, then
    /// how a person has to have signed in.
    pub(crate) about: Box<[u32]>,
    pub(crate) transforms: Box<[u32]>,
    pub(crate) masks: Box<[u32]>,
    pub(crate) abuse: Box<[u32]>,
}

/// One policy as it stands towards an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// Index into [`Configuration::policies`].
    pub policy: usize,
    /// Index of the policy that replaces it; `None`: it holds.
    pub replaced_by: Option<usize>,
}

/// The sets of all operations; operations with the same policies share one.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    by_level: Option<HashMap<Level, Vec<usize>>>,
    known: HashSet<Arc<Effective>>,
    by_plan: Vec<Arc<Effective>>,
}

impl Sets {
    /// Works out the next operation's set.
    pub(super) fn add(
        &mut self,
        configuration: &Configuration,
        service: usize,
        version: usize,
        operation: usize,
    ) -> Arc<Effective> {
        let by_level = self.by_level.get_or_insert_with(|| by_level(configuration));
        let holding = resolve(configuration, by_level, service, version, operation);
        let holding: Vec<usize> = holding
            .into_iter()
            .filter(|policy| policy.replaced_by.is_none())
            .map(|policy| policy.policy)
            .collect();
        let of_kind = |wanted: fn(&PolicyRule) -> bool| -> Box<[u32]> {
            holding
                .iter()
                .filter(|&&at| {
                    configuration
                        .policies
                        .get(at)
                        .is_some_and(|p| wanted(&p.rule))
                })
                .filter_map(|&at| u32::try_from(at).ok())
                .collect()
        };
        let mut cors = of_kind(|rule| matches!(rule, PolicyRule::Cors(_)));
        if configuration
            .services
            .get(service)
            .is_some_and(Service::conceals_itself)
        {
            // What answers browsers tells that there is something: only who owns it may say so.
            let policy = |at: u32| configuration.policies.get(at as usize);
            let own = |at: &u32| policy(*at).is_some_and(|p| !is_wide(&p.level));
            cors = cors.iter().copied().filter(own).collect();
        }
        let about = [
            of_kind(|rule| matches!(rule, PolicyRule::Conditions(_))),
            of_kind(|rule| matches!(rule, PolicyRule::Ownership(_))),
            of_kind(|rule| matches!(rule, PolicyRule::StepUp(_))),
        ];
        let set = Arc::new(Effective {
            about: about.concat().into(),
            network: of_kind(|rule| matches!(rule, PolicyRule::Network(_))),
            headers: of_kind(|rule| matches!(rule, PolicyRule::Headers(_))),
            limits: of_kind(|rule| matches!(rule, PolicyRule::Limit(_))),
            body: of_kind(|rule| matches!(rule, PolicyRule::Body(_))),
            cors,
            csrf: of_kind(|rule| matches!(rule, PolicyRule::Csrf(_))),
            external: of_kind(|rule| matches!(rule, PolicyRule::External(_))),
            cedar: of_kind(|rule| matches!(rule, PolicyRule::Cedar(_))),
            contract: of_kind(|rule| matches!(rule, PolicyRule::Contract(_))),
            transforms: of_kind(|rule| matches!(rule, PolicyRule::Transform(_))),
            masks: of_kind(|rule| matches!(rule, PolicyRule::Mask(_))),
            abuse: of_kind(|rule| matches!(rule, PolicyRule::Abuse(_))),
        });
        let set = if let Some(known) = self.known.get(&set) {
            known.clone()
        } else {
            self.known.insert(set.clone());
            set
        };
        self.by_plan.push(set.clone());
        set
    }

    /// How many operations there are so far.
    pub(super) fn len(&self) -> usize {
        self.by_plan.len()
    }

    pub(super) fn get(&self, plan: usize) -> Option<&Arc<Effective>> {
        self.by_plan.get(plan)
    }
}

/// Whether a level is wider than one service.
const fn is_wide(level: &Level) -> bool {
    matches!(level, Level::Platform | Level::Tenant(_))
}

fn by_level(configuration: &Configuration) -> HashMap<Level, Vec<usize>> {
    let mut by_level: HashMap<Level, Vec<usize>> = HashMap::new();
    for (at, policy) in configuration.policies.iter().enumerate() {
        by_level.entry(policy.level.clone()).or_default().push(at);
    }
    by_level
}

/// Every policy that is attached to an operation or above it, the widest level first.
fn resolve(
    configuration: &Configuration,
    by_level: &HashMap<Level, Vec<usize>>,
    service: usize,
    version: usize,
    operation: usize,
) -> Vec<EffectivePolicy> {
    let Some(service) = configuration.services.get(service) else {
        return Vec::new();
    };
    let version = service.versions.get(version);
    let operation = version.and_then(|version| version.operations.get(operation));
    let name = |name: Option<&Name>| name.cloned().unwrap_or_default();
    let (version, operation) = (
        name(version.map(|v| &v.name)),
        name(operation.map(|o| &o.name)),
    );
    let service_name = service.name.clone();
    let levels = [
        Some(Level::Platform),
        service.tenant.clone().map(Level::Tenant),
        Some(Level::Service(service_name.clone())),
        Some(Level::Version(service_name.clone(), version.clone())),
        Some(Level::Operation(service_name, version, operation)),
    ];
    let attached = levels
        .iter()
        .flatten()
        .filter_map(|level| by_level.get(level));
    let mut found: Vec<EffectivePolicy> = Vec::new();
    for &at in attached.flatten() {
        let Some(policy) = configuration.policies.get(at) else {
            continue;
        };
        for wider in &mut found {
            let replaced = configuration
                .policies
                .get(wider.policy)
                .is_some_and(|other| {
                    other.is_default
                        && other.level < policy.level
                        && other.name == policy.name
                        && other.rule.kind() == policy.rule.kind()
                });
            if replaced {
                wider.replaced_by.get_or_insert(at);
            }
        }
        found.push(EffectivePolicy {
            policy: at,
            replaced_by: None,
        });
    }
    found
}

/// Every policy that is attached to an operation or above it, those included that a narrower one
/// replaces.
pub(crate) fn effective(
    configuration: &Configuration,
    service: usize,
    version: usize,
    operation: usize,
) -> Vec<EffectivePolicy> {
    let by_level = by_level(configuration);
    resolve(configuration, &by_level, service, version, operation)
}
