//! Policies, compiled: what holds for each operation, by kind.
//!
//! Levels add up (platform, tenant, service, version, operation): a narrower one may add a
//! refusal, never take one away. Only a policy marked `default` gives way to a narrower one of its
//! kind and name.

mod about;
mod abuse;
mod body;
mod cedar;
mod cors;
mod csrf;
mod effective;
mod external;
mod headers;
mod limit;
mod list;
mod media;
mod network;
mod standing;
#[cfg(test)]
mod tests;

pub(crate) use about::{About, Asked, Conditions, Exceptions, Ownership, Required, StepUp};
pub use abuse::{BlockPlace, Offence};
pub(crate) use body::declared as declared_length;
pub(crate) use cedar::{AtOperation, Cedar};
pub(crate) use cors::Cors;
pub(crate) use csrf::{Csrf, Forged, Said};
pub use effective::EffectivePolicy;
pub(crate) use effective::{Effective, effective};
pub(crate) use external::External;
pub use external::Question;
pub(crate) use headers::{SNIFFED, Wrong, disguise};
pub(crate) use limit::{Compiled as CompiledLimit, Parties};
pub use limit::{LimitUse, LimitUses, Subject};
pub(crate) use list::{Entry, List};
pub(crate) use media::{covers, essence};
pub(crate) use network::{Judged, Network, On, Origin, Refused};

use crate::rules::CompileError;
use effective::Sets;
use postern_model::entity::{
    Configuration, ContractRule, CsrfToken, Mode, Name, Policy, PolicyRule,
};
use postern_transform::{Fault, Mask, Transform};
use std::collections::HashMap;
use std::sync::Arc;

/// A policy, compiled.
#[derive(Debug)]
pub(crate) enum Compiled {
    Network(Network),
    Headers(headers::Headers),
    Limit(limit::Compiled),
    Body(postern_model::entity::BodyRule),
    Cors(cors::Cors),
    Csrf(csrf::Csrf),
    External(External),
    Cedar(Box<Cedar>),
    Contract(ContractRule),
    Conditions(Required),
    Ownership(About<Ownership>),
    StepUp(About<StepUp>),
    Transform(Box<Transform>),
    Mask(Box<Mask>),
    Abuse(abuse::Abuse),
}

/// Every policy of one revision, and where each holds.
#[derive(Debug)]
pub(crate) struct Policies {
    lists: Vec<List>,
    /// By index into [`Configuration::policies`].
    compiled: Vec<Compiled>,
    sets: Sets,
    /// By index into [`Configuration::services`].
    shared: Vec<SharedLimits>,
    /// Operations for which there are Cedar policies, by the index of their plan.
    cedar: HashMap<usize, AtOperation>,
    /// Of the plans, by index into [`Configuration::plans`].
    plans: Vec<Vec<limit::Compiled>>,
}

/// Limits that hold for every operation of a service: indices into [`Configuration::policies`].
#[derive(Debug, Default)]
pub(crate) struct SharedLimits {
    pub(crate) limits: Box<[u32]>,
    /// Some operations have others besides.
    pub(crate) others: bool,
}

/// How strictly a policy holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Enforced,
    Shadow,
    Off,
}

impl Policies {
    /// Compiles the policies of a configuration.
    ///
    /// # Errors
    /// The policy that names a list which is not there, or has an expression that is none.
    pub(crate) fn compile(configuration: &Configuration) -> Result<Self, CompileError> {
        let lists: Vec<List> = configuration.lists.iter().map(List::new).collect();
        let known = |index: &usize| *index < lists.len();
        let mut limits = limit::Numbers::default();
        let plans = configuration.plans.iter().map(|plan| {
            let compiled = plan.limits.iter();
            compiled
                .map(|limit| limits.compile(limit, &format!("plan {}", plan.name)))
                .collect()
        });
        let plans = plans.collect();
        let wrong = |policy: &Policy, problem| CompileError::Expression {
            policy: policy.name.clone(),
            problem,
        };
        let zone = |policy: &Policy| CompileError::Zone(policy.name.clone());
        let in_lists = |policy: &Policy, lists: &[usize]| {
            let missing = || CompileError::List(policy.name.clone());
            let all = lists.iter().all(known);
            all.then_some(()).ok_or_else(missing)
        };
        let mut compiled = Vec::with_capacity(configuration.policies.len());
        for policy in &configuration.policies {
            compiled.push(match &policy.rule {
                PolicyRule::Network(rule) => {
                    if !rule.allow.iter().chain(&rule.deny).all(known) {
                        return Err(CompileError::List(policy.name.clone()));
                    }
                    Compiled::Network(Network::new(rule))
                }
                PolicyRule::Headers(rule) => Compiled::Headers(headers::Headers::new(rule)),
                PolicyRule::Limit(limit) => {
                    let origin = format!("policy {:?} {}", policy.level, policy.name);
                    Compiled::Limit(limits.compile(limit, &origin))
                }
                PolicyRule::Body(rule) => Compiled::Body(*rule),
                PolicyRule::Cors(rule) => {
                    Compiled::Cors(cors::Cors::new(rule).map_err(|error| wrong(policy, error))?)
                }
                PolicyRule::Transform(rule) => {
                    let transform = Transform::new(rule).map_err(|fault| unusable(policy, &fault));
                    Compiled::Transform(Box::new(transform?))
                }
                PolicyRule::Mask(rule) => {
                    let mask = Mask::new(rule).map_err(|fault| unusable(policy, &fault));
                    Compiled::Mask(Box::new(mask?))
                }
                PolicyRule::Abuse(rule) => Compiled::Abuse(abuse::Abuse::new(policy, rule)),
                PolicyRule::Csrf(rule) => {
                    Compiled::Csrf(csrf::Csrf::new(rule).map_err(|error| wrong(policy, error))?)
                }
                PolicyRule::External(rule) => {
                    Compiled::External(External::new(compiled.len(), &policy.name, rule))
                }
                PolicyRule::Cedar(rule) => {
                    let cedar = Cedar::new(rule, policy);
                    let wrong = |fault| CompileError::Cedar(policy.name.clone(), fault);
                    Compiled::Cedar(Box::new(cedar.map_err(wrong)?))
                }
                PolicyRule::Contract(rule) => Compiled::Contract(rule.clone()),
                PolicyRule::Conditions(rule) => {
                    in_lists(policy, &rule.when.lists)?;
                    in_lists(policy, &rule.require.lists)?;
                    Compiled::Conditions(Required::required(rule).ok_or_else(|| zone(policy))?)
                }
                PolicyRule::Ownership(rule) => {
                    in_lists(policy, &rule.when.lists)?;
                    Compiled::Ownership(About::ownership(rule).ok_or_else(|| zone(policy))?)
                }
                PolicyRule::StepUp(rule) => {
                    in_lists(policy, &rule.when.lists)?;
                    Compiled::StepUp(About::step_up(rule).ok_or_else(|| zone(policy))?)
                }
            });
        }
        if !configuration.edge.deny.iter().all(known) {
            return Err(CompileError::List("edge".into()));
        }
        Ok(Self {
            lists,
            compiled,
            sets: Sets::default(),
            shared: Vec::new(),
            cedar: HashMap::new(),
            plans,
        })
    }

    /// Works out what holds for the next operation; to be called in the order of the plans.
    pub(crate) fn add_operation(
        &mut self,
        configuration: &Configuration,
        service: usize,
        version: usize,
        operation: usize,
    ) {
        let set = self.sets.add(configuration, service, version, operation);
        if !set.cedar.is_empty() {
            let documents = set.cedar.iter().filter_map(|&at| self.cedar_policy(at));
            let place = [service, version, operation];
            let at = AtOperation::new(configuration, place, documents);
            self.cedar.insert(self.sets.len() - 1, at);
        }
        if let Some(shared) = self.shared.get_mut(service) {
            shared.narrow(&set.limits);
        } else {
            self.shared.resize_with(service, SharedLimits::default);
            self.shared.push(SharedLimits {
                limits: set.limits.clone(),
                others: false,
            });
        }
    }

    /// What Cedar policies know of the operation with that plan; `None`: there are none for it.
    pub(crate) fn cedar(&self, plan: usize) -> Option<&AtOperation> {
        self.cedar.get(&plan)
    }

    pub(crate) fn cedar_policy(&self, policy: u32) -> Option<&Cedar> {
        match self.compiled(policy)? {
            Compiled::Cedar(cedar) => Some(cedar),
            _ => None,
        }
    }

    /// The limits of all operations of a service, by its index.
    pub(crate) fn shared(&self, service: usize) -> Option<&SharedLimits> {
        self.shared.get(service)
    }

    /// What holds for the operation with that plan.
    pub(crate) fn of(&self, plan: usize) -> Option<&Arc<Effective>> {
        self.sets.get(plan)
    }

    pub(crate) fn list(&self, index: usize) -> Option<&List> {
        self.lists.get(index)
    }

    pub(crate) fn compiled(&self, index: u32) -> Option<&Compiled> {
        self.compiled.get(index as usize)
    }

    /// The headers that policies of the operation with that plan name, in any mode, and
    /// [`Known`](crate::fields::Known) does not, with the values that each may have.
    pub(crate) fn other_headers(&self, plan: usize) -> impl Iterator<Item = (&Name, &[Name])> {
        let set = self.of(plan).into_iter();
        let policies = set.flat_map(|set| set.headers.iter());
        policies
            .filter_map(|&at| match self.compiled(at) {
                Some(Compiled::Headers(headers)) => Some(headers.others()),
                _ => None,
            })
            .flatten()
    }

    /// Whether there is any policy about pages of other origins.
    pub(crate) fn have_cors(&self) -> bool {
        self.compiled.iter().any(|c| matches!(c, Compiled::Cors(_)))
    }

    /// The policy about pages of other origins that is enforced for the operation with that plan:
    /// the nearest. `configuration` is the one that was compiled, `now` Unix time in milliseconds.
    pub(crate) fn cors(
        &self,
        configuration: &Configuration,
        plan: usize,
        now: i64,
    ) -> Option<&Cors> {
        let nearest_first = self.of(plan)?.cors.iter().rev();
        let mut enforced = nearest_first.filter(|&&at| {
            let policy = configuration.policies.get(at as usize);
            policy.is_some_and(|policy| holds(policy, now) == Holds::Enforced)
        });
        match self.compiled(*enforced.next()?)? {
            Compiled::Cors(cors) => Some(cors),
            _ => None,
        }
    }

    /// Whether only some addresses reach the operation with that plan, by lists or by where they
    /// are: a policy that is enforced at `now` says so.
    pub(crate) fn only_from_some(
        &self,
        configuration: &Configuration,
        plan: usize,
        now: i64,
    ) -> bool {
        let set = self.of(plan).into_iter();
        set.flat_map(|set| set.network.iter()).any(|&at| {
            let policy = configuration.policies.get(at as usize);
            let enforced = policy.is_some_and(|policy| holds(policy, now) == Holds::Enforced);
            let listed =
                |compiled: &Compiled| matches!(compiled, Compiled::Network(rule) if rule.allows_some());
            enforced && self.compiled(at).is_some_and(listed)
        })
    }

    /// What is enforced of the policies that change messages of the operation with that plan, the
    /// widest first. `now`: Unix time in milliseconds.
    /// Whether a policy holds requests of an operation, or what is made of them, to a document.
    pub(crate) fn hold_to_document(&self, plan: usize) -> bool {
        let validates = |at: &u32| match self.compiled(*at) {
            Some(Compiled::Transform(transform)) => transform.validates(),
            _ => false,
        };
        let set = self.of(plan);
        set.is_some_and(|set| !set.contract.is_empty() || set.transforms.iter().any(validates))
    }

    pub(crate) fn transforms<'a>(
        &'a self,
        configuration: &'a Configuration,
        plan: usize,
        now: i64,
    ) -> impl Iterator<Item = (&'a Name, &'a Transform)> {
        let set = self.of(plan).map_or(&[][..], |set| &set.transforms);
        self.enforced(configuration, set, now)
            .filter_map(|(_, policy, compiled)| match compiled {
                Compiled::Transform(transform) => Some((&policy.name, &**transform)),
                _ => None,
            })
    }

    /// The same of those that hide something, with the policy's index.
    pub(crate) fn masks<'a>(
        &'a self,
        configuration: &'a Configuration,
        plan: usize,
        now: i64,
    ) -> impl Iterator<Item = (usize, &'a Name, &'a Mask)> {
        let set = self.of(plan).map_or(&[][..], |set| &set.masks);
        self.enforced(configuration, set, now)
            .filter_map(|(at, policy, compiled)| match compiled {
                Compiled::Mask(mask) => Some((at, &policy.name, &**mask)),
                _ => None,
            })
    }

    fn enforced<'a>(
        &'a self,
        configuration: &'a Configuration,
        set: &'a [u32],
        now: i64,
    ) -> impl Iterator<Item = (usize, &'a Policy, &'a Compiled)> {
        set.iter().filter_map(move |&at| {
            let policy = configuration.policies.get(at as usize)?;
            let compiled = self.compiled(at)?;
            (holds(policy, now) == Holds::Enforced).then_some((at as usize, policy, compiled))
        })
    }

    /// The token that a policy asks for.
    pub(crate) fn csrf_token(&self, policy: u32) -> Option<&CsrfToken> {
        match self.compiled(policy)? {
            Compiled::Csrf(csrf) => csrf.token.as_ref(),
            _ => None,
        }
    }

    /// Whom a policy asks.
    pub(crate) fn external(&self, policy: u32) -> Option<&External> {
        match self.compiled(policy)? {
            Compiled::External(external) => Some(external),
            _ => None,
        }
    }

    /// The limits of a plan.
    pub(crate) fn plan(&self, index: usize) -> &[limit::Compiled] {
        self.plans.get(index).map_or(&[], Vec::as_slice)
    }
}

fn unusable(policy: &Policy, fault: &Fault) -> CompileError {
    CompileError::Step {
        policy: policy.name.clone(),
        problem: fault.to_string().into(),
    }
}

impl SharedLimits {
    /// Another operation has these.
    fn narrow(&mut self, limits: &[u32]) {
        let both = |at: &&u32| limits.contains(*at);
        let kept: Box<[u32]> = self.limits.iter().filter(both).copied().collect();
        self.others |= kept.len() < self.limits.len() || kept.len() < limits.len();
        self.limits = kept;
    }
}

/// How strictly a policy holds at `now`, Unix time in milliseconds.
pub(crate) fn holds(policy: &Policy, now: i64) -> Holds {
    let over = |until: Option<i64>| until.is_some_and(|until| now >= until.saturating_mul(1000));
    match policy.mode {
        Mode::Shadow { until } if !over(until) => Holds::Shadow,
        Mode::Off { until } if !over(until) => Holds::Off,
        _ => Holds::Enforced,
    }
}
