//! Makes one attempt at a delivery.

use super::delivery::{Deliveries, Delivery, LogEntry, Outcome, Settled};
use super::endpoint::Endpoint;
use super::schedule::Schedule;
use super::signature::{HEADER, sign};
use crate::ambient::{Clock, Random};
use crate::http::{HttpClient, HttpError, Request, masked};
use ::http::StatusCode;
use bytes::Bytes;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What it takes to make attempts.
#[derive(Debug)]
pub(super) struct Sender<D> {
    pub(super) deliveries: Arc<D>,
    pub(super) client: HttpClient,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) schedule: Schedule,
}

impl<D: Deliveries> Sender<D> {
    /// Makes one attempt and says what became of it. Where the queue does not answer, the attempt
    /// is repeated when its lease is over.
    pub(super) async fn deliver(&self, delivery: Delivery) {
        let at = self.clock.now();
        let began = Instant::now();
        let endpoint = match self.deliveries.endpoint(&delivery.endpoint).await {
            Ok(endpoint) => endpoint,
            Err(error) => {
                tracing::warn!(%error, endpoint = delivery.endpoint, "the endpoint of a webhook cannot be read");
                return;
            }
        };
        let to = endpoint.as_ref().map(|endpoint| masked(&endpoint.url));
        let attempt = self.attempt(endpoint.as_ref(), &delivery, at).await;
        let latency = began.elapsed();
        let settled = self.settled(&attempt, delivery.attempt);
        let (outcome, next) = match settled {
            Settled::Delivered => (Outcome::Delivered, None),
            Settled::Retry { at } => (Outcome::Failed, Some(at)),
            Settled::Dead => (Outcome::Dead, None),
        };
        let entry = LogEntry {
            delivery: delivery.id.clone(),
            endpoint: delivery.endpoint.clone(),
            event: delivery.event.id.clone(),
            kind: delivery.event.kind,
            attempt: delivery.attempt,
            at,
            to,
            outcome,
            status: attempt.status(),
            latency_ms: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
            error: attempt.error(),
            next,
        };
        if let Err(error) = self.deliveries.settle(&delivery, settled, entry).await {
            tracing::warn!(%error, delivery = delivery.id, "what became of a webhook cannot be kept");
        }
    }

    async fn attempt(
        &self,
        endpoint: Option<&Endpoint>,
        delivery: &Delivery,
        at: Timestamp,
    ) -> Attempt {
        let Some(endpoint) = endpoint else {
            return Attempt::Hopeless("the endpoint is gone or switched off".to_owned());
        };
        // Claimed again and again, and never settled.
        if delivery.attempt > self.schedule.attempts {
            let attempts = self.schedule.attempts;
            return Attempt::Hopeless(format!("none of {attempts} attempts came to an end"));
        }
        let request = match request(endpoint, delivery, at) {
            Ok(request) => request,
            Err(error) => return Attempt::Hopeless(error),
        };
        // Nobody reads the body: the head says all.
        match self.client.open(request).await {
            Ok(response) => Attempt::Answered {
                status: response.status,
                retry_after: response.retry_after(),
            },
            Err(error) => {
                tracing::info!(%error, delivery = delivery.id, "a webhook was not answered");
                Attempt::Unanswered(error)
            }
        }
    }

    fn settled(&self, attempt: &Attempt, number: u32) -> Settled {
        let asked = match attempt {
            Attempt::Hopeless(_) => return Settled::Dead,
            Attempt::Answered { status, .. } if status.is_success() => return Settled::Delivered,
            // The endpoint says that it will never take it.
            Attempt::Answered { status, .. } if *status == StatusCode::GONE => {
                return Settled::Dead;
            }
            Attempt::Answered { retry_after, .. } => *retry_after,
            Attempt::Unanswered(_) => None,
        };
        match self.schedule.wait(number, self.random.next(), asked) {
            Some(wait) => Settled::Retry {
                at: (self.clock.now().checked_add(wait)).unwrap_or(Timestamp::MAX),
            },
            None => Settled::Dead,
        }
    }
}

/// What an attempt came to.
enum Attempt {
    Answered {
        status: StatusCode,
        /// How long the endpoint asks us to wait.
        retry_after: Option<Duration>,
    },
    Unanswered(HttpError),
    Hopeless(String),
}

impl Attempt {
    fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(status.as_u16()),
            Self::Unanswered(_) | Self::Hopeless(_) => None,
        }
    }

    fn error(&self) -> Option<String> {
        match self {
            Self::Answered { status, .. } if status.is_success() => None,
            Self::Answered { status, .. } => Some(format!(
                "answered {}; a status from 200 to 299 says that it was taken",
                status.as_u16()
            )),
            Self::Unanswered(error) => Some(error.told()),
            Self::Hopeless(why) => Some(why.clone()),
        }
    }
}

fn request(endpoint: &Endpoint, delivery: &Delivery, at: Timestamp) -> Result<Request, String> {
    let body = serde_json::to_vec(&delivery.event).map_err(|error| error.to_string())?;
    let signature = sign(endpoint.secrets.valid_at(at), at, &body);
    let request = Request::post(&endpoint.url, "application/json", Bytes::from(body));
    request
        .and_then(|request| request.header(HEADER, &signature))
        .and_then(|request| request.header("postern-delivery", &delivery.id))
        .and_then(|request| request.header("postern-event", delivery.event.kind.as_str()))
        .map_err(|error| error.to_string())
}
