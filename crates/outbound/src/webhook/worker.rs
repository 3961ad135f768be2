//! Takes deliveries from the queue and has them made.

use super::delivery::Deliveries;
use super::schedule::Schedule;
use super::sender::Sender;
use crate::ambient::{Clock, Random};
use crate::http::HttpClient;
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};

/// How much longer than its request a delivery is ours: time to say what became of it.
const MARGIN: Duration = Duration::from_secs(30);

/// How a worker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// When to try again.
    pub schedule: Schedule,
    /// Deliveries under way at once.
    pub places: usize,
    /// How often the queue is looked at when nobody says that there is something in it.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schedule: Schedule::default(),
            places: 16,
            poll: Duration::from_secs(5),
        }
    }
}

/// Tells a worker that there is something in the queue.
#[derive(Debug, Clone, Default)]
pub struct Poke(Arc<Notify>);

impl Poke {
    /// Tells it. Never waits.
    pub fn poke(&self) {
        self.0.notify_one();
    }
}

/// Sends what the queue holds.
#[derive(Debug)]
pub struct Worker<D> {
    sender: Arc<Sender<D>>,
    options: Options,
    poke: Poke,
}

impl<D: Deliveries> Worker<D> {
    /// A worker for a queue. The client's limits hold for each attempt; it should follow no
    /// redirects, since the body was signed for this endpoint.
    pub fn new(
        deliveries: Arc<D>,
        client: HttpClient,
        clock: Clock,
        random: Random,
        options: Options,
    ) -> Self {
        let schedule = options.schedule;
        Self {
            sender: Arc::new(Sender {
                deliveries,
                client,
                clock,
                random,
                schedule,
            }),
            options,
            poke: Poke::default(),
        }
    }

    /// For whoever puts something into the queue.
    pub fn poke(&self) -> Poke {
        self.poke.clone()
    }

    /// Works until `stop` is done, then finishes what is under way.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut tasks = Tasks::default();
        loop {
            let answered = self.claim(&mut tasks).await;
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(self.options.poll) => {}
                () = self.poke.0.notified(), if answered => {}
                // Its endpoint may have more.
                () = tasks.next(), if answered && !tasks.is_empty() => {}
            }
        }
        while !tasks.is_empty() {
            tasks.next().await;
        }
    }

    /// Takes what there is room for; whether the queue answered. Endpoints that were slow the last
    /// time share half of the places, so that they leave the others to whoever answers.
    async fn claim(&self, tasks: &mut Tasks) -> bool {
        let free = self.options.places.saturating_sub(tasks.len());
        if free == 0 {
            return true;
        }
        let mut but = tasks.endpoints();
        but.extend(tasks.slow.iter().cloned());
        let Some(taken) = self.take(tasks, free, &but).await else {
            return false;
        };
        let for_slow = (self.options.places / 2).saturating_sub(tasks.slow_under_way());
        let rest = for_slow.min(free.saturating_sub(taken));
        let busy = tasks.endpoints();
        rest == 0 || self.take(tasks, rest, &busy).await.is_some()
    }

    /// Has deliveries made, `limit` at most, to none of the endpoints in `but`; how many. None: the
    /// queue did not answer.
    async fn take(&self, tasks: &mut Tasks, limit: usize, but: &[String]) -> Option<usize> {
        let sender = &self.sender;
        let lease = sender.client.limits().total + MARGIN;
        let now = sender.clock.now();
        let claimed = match sender.deliveries.claim(now, lease, limit, but).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "the queue of webhooks cannot be read");
                return None;
            }
        };
        let taken = claimed.len().min(limit);
        for delivery in claimed {
            let endpoint = delivery.endpoint.clone();
            let sender = Arc::clone(sender);
            tasks.spawn(endpoint, async move { sender.deliver(delivery).await });
        }
        Some(taken)
    }
}

/// An endpoint is slow that takes longer than this.
const SLOW: Duration = Duration::from_secs(1);

/// Slow endpoints that are remembered.
const MOST_SLOW: usize = 10_000;

/// What is under way, to which endpoint and since when.
#[derive(Debug, Default)]
struct Tasks {
    running: JoinSet<()>,
    endpoints: HashMap<Id, (String, Instant)>,
    /// Endpoints that were slow the last time.
    slow: HashSet<String>,
}

impl Tasks {
    fn spawn(&mut self, endpoint: String, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.running.spawn(task).id();
        self.endpoints.insert(id, (endpoint, Instant::now()));
    }

    /// Waits for one to end.
    async fn next(&mut self) {
        let id = match self.running.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!(%error, "a delivery of a webhook ended abnormally");
                error.id()
            }
            None => return,
        };
        let Some((endpoint, since)) = self.endpoints.remove(&id) else {
            return;
        };
        if since.elapsed() < SLOW {
            self.slow.remove(&endpoint);
        } else if self.slow.len() < MOST_SLOW {
            self.slow.insert(endpoint);
        }
    }

    fn len(&self) -> usize {
        self.running.len()
    }

    fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    fn endpoints(&self) -> Vec<String> {
        let under_way = self.endpoints.values();
        under_way.map(|(endpoint, _)| endpoint.clone()).collect()
    }

    fn slow_under_way(&self) -> usize {
        let under_way = self.endpoints.values();
        under_way
            .filter(|(endpoint, _)| self.slow.contains(endpoint))
            .count()
    }
}
