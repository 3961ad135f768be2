//! Deciders: services of others that are asked whether a request may pass.
//!
//! Owns what is sent to them and what is made of their answers. Each is an upstream of its own that
//! no operation names: it has the same connections, kept by each core, the same rule about addresses
//! and the same TLS, and one that fails again and again is left alone for a moment. Refuses to own
//! whom policies ask, and what follows from an answer (`postern_policy::stages`).

mod about;
mod protocol;
mod send;
mod tally;

pub(crate) use about::{About, Shown};
pub(crate) use tally::Tally;

use crate::back::Pools;
use crate::gateway::{Dialer, Shared, Snapshot, SnapshotError};
use crate::tls::{SystemAuthorities, UpstreamClientTls};
use crate::upstream::{CoreUpstreams, Upstreams};
use postern_model::entity::{
    Balance, Breaker, Configuration, DeciderProtocol, Dns, ExternalRule, HostMode, Level, Name,
    Outlier, PathRewrite, Policy, PolicyRule, Pool, Retry, Upstream, UpstreamProtocol,
    UpstreamTimeouts,
};
use postern_policy::facts::{DeciderAnswer, Nothing};
use postern_policy::policies::Question;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// When a decider is left alone: so many questions within that time of which half failed, and for
/// how long. After that one is put, and the others follow once it was answered.
const FAILURES: u32 = 8;
const WINDOW: Duration = Duration::from_secs(10);
const REST: Duration = Duration::from_secs(1);

/// Most questions to one that are under way, over all cores.
const PLACES: u32 = 4096;

/// Connections without a question that each core keeps.
const IDLE: usize = 64;
const IDLE_FOR: Duration = Duration::from_secs(30);

/// The deciders of one configuration; shared by every core.
#[derive(Debug)]
pub(crate) struct Deciders {
    pub(crate) upstreams: Upstreams,
    dialers: Vec<Dialer>,
    /// By index as theirs.
    known: Vec<Known>,
}

/// One that policies ask.
#[derive(Debug)]
struct Known {
    /// Index into [`Configuration::policies`].
    policy: u32,
    tally: Arc<Tally>,
}

/// What one core has of them.
#[derive(Debug)]
pub(crate) struct CoreDeciders {
    upstreams: CoreUpstreams,
    pub(crate) pools: Pools,
}

impl Deciders {
    /// Makes those of a configuration ready; what is known of the same ones stays.
    ///
    /// # Errors
    /// A certificate, key or authority that cannot be used.
    pub(crate) fn build(
        configuration: &Configuration,
        number: u64,
        system: &SystemAuthorities,
        previous: Option<&Self>,
        now: Instant,
    ) -> Result<Self, SnapshotError> {
        let asking = || {
            let policies = (0u32..).zip(&configuration.policies);
            policies.filter_map(|(at, policy)| match &policy.rule {
                PolicyRule::External(rule) => Some((at, policy, &**rule)),
                _ => None,
            })
        };
        let list: Vec<Upstream> = asking()
            .map(|(_, policy, rule)| upstream(policy, rule))
            .collect();
        let dialers = asking().map(|(_, policy, rule)| {
            let anywhere = owner(configuration, &policy.level).is_none();
            dialer(policy, rule, number, system, anywhere)
        });
        let dialers = dialers.collect::<Result<_, _>>()?;
        let known = asking().zip(&list).map(|((policy, named, _), upstream)| {
            let before = previous.and_then(|before| before.tally_of(&upstream.name));
            Known {
                policy,
                tally: before.unwrap_or_else(|| Arc::new(Tally::new(&named.name))),
            }
        });
        let known = known.collect();
        let before = previous.map(|before| &before.upstreams);
        Ok(Self {
            upstreams: Upstreams::of(&list, before, now),
            dialers,
            known,
        })
    }

    fn tally_of(&self, upstream: &str) -> Option<Arc<Tally>> {
        let mut all = self.upstreams.iter().zip(&self.known);
        let found = all.find(|(one, _)| **one.name() == *upstream);
        found.map(|(_, known)| known.tally.clone())
    }

    /// What has become of the questions of each.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.known.iter().map(|known| &*known.tally)
    }

    /// One core's share, with the connections that it has already.
    pub(crate) fn for_core(
        &self,
        core: usize,
        shared: &Shared,
        before: Option<&CoreDeciders>,
    ) -> CoreDeciders {
        let upstreams = self.upstreams.for_core(core, shared.cores, shared.seed);
        let generation = |at: usize| self.dialers.get(at).map_or(0, |dialer| dialer.generation);
        let pools = Pools::build(&upstreams, generation, before.map(|before| &before.pools));
        CoreDeciders { upstreams, pools }
    }
}

impl CoreDeciders {
    /// Asks whether a request may pass, in the time that the policy gives it.
    pub(crate) async fn ask(
        &self,
        snapshot: &Snapshot,
        policy: u32,
        question: &Question<'_>,
        about: &About<'_>,
    ) -> DeciderAnswer {
        let deciders = &snapshot.deciders;
        let mut all = deciders.known.iter().enumerate();
        let found = all.find(|(_, known)| known.policy == policy);
        let Some((at, known)) = found else {
            // Each policy that asks has its decider, so this is a bug, and nobody passes by it.
            return DeciderAnswer::Nothing(Nothing {
                error: "there is no way to it".into(),
                since: None,
            });
        };
        let way = send::Way {
            snapshot,
            upstream: self.upstreams.get(at),
            pool: self.pools.get(at, 0),
            dialer: deciders.dialers.get(at),
        };
        let begun = Instant::now();
        let asked = protocol::ask(question.rule, about, &way).await;
        known.tally.note(asked, begun.elapsed())
    }
}

/// The tenant that answers for what holds at a level.
fn owner<'c>(configuration: &'c Configuration, level: &'c Level) -> Option<&'c Name> {
    if let Level::Tenant(tenant) = level {
        return Some(tenant);
    }
    let service = level.service()?;
    let mut services = configuration.services.iter();
    services.find(|one| one.name == *service)?.tenant.as_ref()
}

/// The upstream that a decider is.
fn upstream(policy: &Policy, rule: &ExternalRule) -> Upstream {
    Upstream {
        // Names of policies are unique at their level only.
        name: format!("{:?} {} {}", policy.level, policy.name, rule.url).into(),
        targets: vec![rule.target.clone()],
        protocol: match rule.protocol {
            DeciderProtocol::ExtAuthzGrpc => UpstreamProtocol::Http2,
            DeciderProtocol::ForwardAuth | DeciderProtocol::ExtAuthzHttp | DeciderProtocol::Opa => {
                UpstreamProtocol::Http1
            }
        },
        tls: rule.tls.clone(),
        balance: Balance::RoundRobin,
        active_health: None,
        outlier: Outlier {
            consecutive_failures: 0,
            ..Outlier::default()
        },
        breaker: Some(Breaker {
            failure_percent: 50,
            min_requests: FAILURES,
            window: WINDOW,
            open: REST,
            max_in_flight: PLACES,
        }),
        retry: Retry {
            attempts: 0,
            ..Retry::default()
        },
        timeouts: UpstreamTimeouts {
            connect: rule.timeout,
            first_byte: rule.timeout,
            idle: rule.timeout,
            total: Some(rule.timeout),
        },
        pool: Pool {
            max_idle: IDLE,
            idle_timeout: IDLE_FOR,
            ..Pool::default()
        },
        host: HostMode::Target,
        path: PathRewrite::Keep,
        dns: Dns::default(),
    }
}

fn dialer(
    policy: &Policy,
    rule: &ExternalRule,
    number: u64,
    system: &SystemAuthorities,
    anywhere: bool,
) -> Result<Dialer, SnapshotError> {
    let protocol = upstream(policy, rule).protocol;
    let load = |tls| {
        UpstreamClientTls::load(tls, protocol, system).map_err(|error| SnapshotError::Tls {
            whose: format!("decider of policy `{}`", policy.name),
            error,
        })
    };
    let tls = rule.tls.as_ref().map(load).transpose()?;
    Ok(Dialer {
        // Certificate files may have changed under the same name.
        generation: if tls.is_some() { number } else { 0 },
        tls,
        anywhere,
    })
}
