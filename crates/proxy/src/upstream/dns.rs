//! Addresses of targets that are configured by name.
//!
//! Every name has a task on the control runtime that asks again when the answer's TTL is over,
//! within the upstream's bounds. When that fails the last answer stays in use for at most
//! [`STALE_LIMIT`]; then the target is out. Requests only ever read the list; they never wait.

mod resolver;

pub use resolver::{Answer, ResolveError, Resolver};

use super::set::{UpstreamState, Upstreams};
use super::target::{Addresses, TargetState, UNRESOLVED};
use postern_model::entity::{Dns, Name};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long an answer is used after the last time its name could be resolved.
pub const STALE_LIMIT: Duration = Duration::from_hours(1);
/// Longest wait before a failed resolution is repeated.
const MOST_BACKOFF: Duration = Duration::from_secs(30);
/// Addresses kept of one answer.
const MOST_ADDRESSES: usize = 64;

/// Keeps the addresses of one set of upstreams fresh for as long as it lives.
#[derive(Debug)]
pub struct Refresher {
    /// Aborted on drop.
    _tasks: JoinSet<()>,
    first: mpsc::Receiver<()>,
}

/// A name that is resolved for some targets.
#[derive(Debug)]
struct Job {
    host: Name,
    bounds: Dns,
    targets: Vec<(Arc<UpstreamState>, Arc<TargetState>)>,
}

impl Refresher {
    /// Starts resolving the names of `upstreams`, on the current tokio runtime. Literal addresses
    /// are never resolved.
    pub fn start(upstreams: &Upstreams, resolver: &Arc<Resolver>) -> Self {
        let (first_done, first) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        for job in jobs(upstreams) {
            tasks.spawn(job.run(resolver.clone(), first_done.clone()));
        }
        Self {
            _tasks: tasks,
            first,
        }
    }

    /// Waits until every name has been asked for once, with or without success. At start-up the
    /// gateway waits for this, within a limit of its own, before it is ready.
    pub async fn first_answers(&mut self) {
        while self.first.recv().await.is_some() {}
    }
}

/// One job for each name and bounds, so that a name used twice is asked for once.
fn jobs(upstreams: &Upstreams) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for upstream in upstreams {
        for target in upstream.targets.iter().map(|slot| &slot.target) {
            if target.literal().is_some() {
                continue;
            }
            let user = (upstream.clone(), target.clone());
            let bounds = &upstream.config.dns;
            let same = |job: &&mut Job| job.host == *target.host() && job.bounds == *bounds;
            if let Some(job) = jobs.iter_mut().find(same) {
                job.targets.push(user);
            } else {
                jobs.push(Job {
                    host: target.host().clone(),
                    bounds: bounds.clone(),
                    targets: vec![user],
                });
            }
        }
    }
    jobs
}

impl Job {
    async fn run(self, resolver: Arc<Resolver>, first_done: mpsc::Sender<()>) {
        let mut first_done = Some(first_done);
        let mut failures = 0;
        loop {
            let answer = resolver.lookup(&self.host).await;
            let now = tokio::time::Instant::now().into_std();
            let delay = match &answer {
                Ok(answer) => {
                    failures = 0;
                    let most = self.bounds.max_ttl.max(self.bounds.min_ttl);
                    answer.ttl.clamp(self.bounds.min_ttl, most)
                }
                Err(error) => {
                    if failures == 0 {
                        tracing::warn!(host = %self.host, %error, "cannot resolve the name of a target");
                    }
                    failures += 1;
                    backoff(failures)
                }
            };
            for (upstream, target) in &self.targets {
                let before = target.addresses();
                let after = next(&before, answer.as_ref(), target.port(), now);
                drop(before);
                let unresolved = after.list.is_empty();
                target.store_addresses(after);
                upstream.set_status(target, UNRESOLVED, unresolved);
            }
            drop(first_done.take());
            // A server that answers with a TTL of 0 must not keep us busy.
            tokio::time::sleep(delay.max(Duration::from_millis(10))).await;
        }
    }
}

/// What is known after an answer.
fn next(
    before: &Addresses,
    answer: Result<&Answer, &ResolveError>,
    port: u16,
    now: Instant,
) -> Addresses {
    match answer {
        Ok(answer) => {
            let mut list: Vec<_> = answer
                .addresses
                .iter()
                .map(|ip| SocketAddr::new(*ip, port))
                .collect();
            // In an order of our own: servers shuffle, and turns are taken elsewhere. IPv4 sorts
            // before IPv6.
            list.sort_unstable();
            list.dedup();
            list.truncate(MOST_ADDRESSES);
            Addresses {
                list,
                stale: false,
                error: None,
                resolved: Some(now),
            }
        }
        Err(error) => {
            let age = before.resolved.map(|at| now.saturating_duration_since(at));
            let keep = age.is_some_and(|age| age <= STALE_LIMIT);
            Addresses {
                list: if keep {
                    before.list.clone()
                } else {
                    Vec::new()
                },
                stale: keep,
                error: Some(error.to_string()),
                resolved: before.resolved,
            }
        }
    }
}

/// One second, doubled with every failure.
fn backoff(failures: u32) -> Duration {
    let doubled = 1_u64.checked_shl(failures.saturating_sub(1));
    doubled
        .map_or(MOST_BACKOFF, Duration::from_secs)
        .min(MOST_BACKOFF)
}

#[cfg(test)]
mod tests;
