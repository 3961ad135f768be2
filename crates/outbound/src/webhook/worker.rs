//! Takes deliveries from the queue and has them made.

use super::delivery::Deliveries;
use super::schedule::Schedule;
use super::sender::Sender;
use crate::ambient::{Clock, Random};
use crate::http::HttpClient;
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
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

    /// Takes what there is room for; whether the queue answered.
    async fn claim(&self, tasks: &mut Tasks) -> bool {
        let free = self.options.places.saturating_sub(tasks.len());
        if free == 0 {
            return true;
        }
        let sender = &self.sender;
        let lease = sender.client.limits().total + MARGIN;
        let busy = tasks.endpoints();
        let now = sender.clock.now();
        let claimed = match sender.deliveries.claim(now, lease, free, &busy).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "the queue of webhooks cannot be read");
                return false;
            }
        };
        for delivery in claimed {
            let endpoint = delivery.endpoint.clone();
            let sender = Arc::clone(sender);
            tasks.spawn(endpoint, async move { sender.deliver(delivery).await });
        }
        true
    }
}

/// What is under way, and to which endpoint.
#[derive(Debug, Default)]
struct Tasks {
    tasks: JoinSet<()>,
    endpoints: HashMap<Id, String>,
}

impl Tasks {
    fn spawn(&mut self, endpoint: String, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.endpoints.insert(id, endpoint);
    }

    /// Waits for one to end.
    async fn next(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!(%error, "a delivery of a webhook ended abnormally");
                error.id()
            }
            None => return,
        };
        self.endpoints.remove(&id);
    }

    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn endpoints(&self) -> Vec<String> {
        self.endpoints.values().cloned().collect()
    }
}
