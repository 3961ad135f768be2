//! Active health checks: a small request to every target, again and again, for the upstreams that
//! ask for it. Several results in a row that speak against a target's state change it.

mod check;

pub use check::CheckError;

use super::set::{UpstreamState, Upstreams};
use super::target::{Checks, TargetState, UNHEALTHY};
use postern_model::entity::ActiveHealth;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

/// A byte stream to a target, over TLS or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection that a check can use.
#[expect(missing_debug_implementations, reason = "a stream of unknown type")]
pub struct Connection {
    /// The bytes.
    pub stream: Box<dyn Stream>,
    /// Whether HTTP/2 is spoken, by ALPN or by configuration.
    pub http2: bool,
}

/// Makes the connections of checks, as those of requests are made: egress rule, TCP, TLS with the
/// upstream's settings. The error is for people.
pub trait Dial: Send + Sync + 'static {
    /// Connects to one address of a target.
    fn dial<'a>(
        &'a self,
        upstream: &'a UpstreamState,
        target: &'a TargetState,
        address: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Connection, String>> + Send + 'a>>;
}

/// Checks the targets of one set of upstreams for as long as it lives.
#[derive(Debug)]
pub struct Monitor {
    /// Aborted on drop.
    _tasks: JoinSet<()>,
}

impl Monitor {
    /// Starts the checks of those upstreams that ask for them, on the current tokio runtime.
    /// `seed` spreads them over time.
    pub fn start(upstreams: &Upstreams, dial: &Arc<dyn Dial>, seed: u64) -> Self {
        let mut tasks = JoinSet::new();
        let mut random = seed;
        for upstream in upstreams {
            let Some(settings) = &upstream.config.active_health else {
                continue;
            };
            for slot in &upstream.targets {
                random = super::balance::mix(random.wrapping_add(slot.target.seed));
                let task = Task {
                    settings: settings.clone(),
                    upstream: upstream.clone(),
                    target: slot.target.clone(),
                    dial: dial.clone(),
                    random,
                };
                tasks.spawn(task.run());
            }
        }
        Self { _tasks: tasks }
    }
}

/// The checks of one target.
struct Task {
    settings: ActiveHealth,
    upstream: Arc<UpstreamState>,
    target: Arc<TargetState>,
    dial: Arc<dyn Dial>,
    random: u64,
}

impl Task {
    async fn run(mut self) {
        let soon = self.settings.interval.min(Duration::from_secs(1));
        tokio::time::sleep(soon.mul_f64(self.fraction())).await;
        for turn in 0_usize.. {
            // A name without addresses is out already, and says so itself.
            if !self.target.addresses().list.is_empty() {
                let result = self.check(turn).await;
                let now = tokio::time::Instant::now().into_std();
                self.observe(result, self.upstream.millis(now));
            }
            // Between 0.9 and 1.1 intervals, so that gateways do not check at the same moment.
            let interval = self.settings.interval;
            let spread = (interval / 5).mul_f64(self.fraction());
            let wait = interval
                .saturating_sub(interval / 10)
                .saturating_add(spread);
            tokio::time::sleep(wait.max(Duration::from_millis(10))).await;
        }
    }

    async fn check(&self, turn: usize) -> Result<(), CheckError> {
        let check = check::run(
            &*self.dial,
            &self.upstream,
            &self.target,
            &self.settings,
            turn,
        );
        tokio::time::timeout(self.settings.timeout, Box::pin(check))
            .await
            .unwrap_or(Err(CheckError::Timeout(self.settings.timeout)))
    }

    fn observe(&self, result: Result<(), CheckError>, now: u64) {
        let healthy = self.target.status.load(Relaxed) & UNHEALTHY == 0;
        let change = observe(
            &mut self.target.checks(),
            &self.settings,
            healthy,
            result.as_ref().err(),
            now,
        );
        let Some(healthy) = change else {
            return;
        };
        self.upstream.set_status(&self.target, UNHEALTHY, !healthy);
        let (upstream, target) = (self.upstream.name(), self.target.name());
        match result {
            Ok(()) => tracing::info!(%upstream, %target, "target is healthy again"),
            Err(error) => tracing::warn!(%upstream, %target, %error, "target became unhealthy"),
        }
    }

    /// A number in [0, 1).
    fn fraction(&mut self) -> f64 {
        self.random = super::balance::mix(self.random.wrapping_add(0x9E37_79B9_7F4A_7C15));
        f64::from(u32::try_from(self.random >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// Takes a result into account; says the new state if it changes.
fn observe(
    checks: &mut Checks,
    settings: &ActiveHealth,
    healthy: bool,
    error: Option<&CheckError>,
    now: u64,
) -> Option<bool> {
    checks.any = true;
    if let Some(error) = error {
        checks.error = error.to_string();
    }
    if healthy == error.is_none() {
        checks.streak = 0;
        return None;
    }
    checks.streak = checks.streak.saturating_add(1);
    let enough = if healthy {
        settings.unhealthy_after
    } else {
        settings.healthy_after
    };
    if checks.streak < enough {
        return None;
    }
    checks.streak = 0;
    checks.since = now;
    Some(!healthy)
}

#[cfg(test)]
mod tests;
