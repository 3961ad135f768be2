//! Webhooks as the worker that sends them sees them: the queue, the endpoints, the log.

use super::queue::{Queue, Taken};
use super::secrets::secrets;
use super::{millis, named};
use crate::management::webhook::{KIND, Webhook};
use crate::{Refusal, Service};
use jiff::Timestamp;
use postern_outbound::webhook::{
    Deliveries, Delivery, Endpoint, Event, LogEntry, Outcome, Settled,
};
use postern_store::{Document, Kind, Note, Scope, Store};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// What waits.
const QUEUE: &str = "webhook_queue";

/// What is done, to be sent again if somebody asks for it.
const SENT: &str = "webhook_sent";

/// Attempts.
pub(super) const LOG: &str = "webhook_log";

/// How long attempts and what was sent are kept, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Deliveries that may wait for one endpoint.
const MOST_WAITING: usize = 1000;

/// Latest time that keys of the log know, in Unix milliseconds: the year 2286.
const LATEST_MS: i64 = 9_999_999_999_999;

/// What was sent, or given up.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    event: Event,
    outcome: Outcome,
}

/// Webhooks in the store.
#[derive(Debug)]
pub(super) struct Webhooks {
    service: Arc<Service>,
    store: Store,
    queue: Queue<Event>,
}

/// The webhooks to which something is sent.
pub(super) async fn enabled(store: &Store) -> Result<Vec<(String, Webhook)>, Refusal> {
    let visit = |found: &mut Vec<(String, Webhook)>, document: Document| {
        let webhook: Option<Webhook> = serde_json::from_str(&document.json).ok();
        let webhook = webhook.filter(|webhook| webhook.enabled);
        found.extend(webhook.map(|webhook| (document.id.into(), webhook)));
    };
    let scope = Scope::Kind(Kind::new(KIND)?);
    Ok(store.fold(scope, Vec::new(), visit).await?.1)
}

fn key(endpoint: &str, delivery: &str) -> String {
    format!("{endpoint}/{delivery}")
}

/// Where an attempt stands in the log: the newest first.
fn log_key(entry: &LogEntry) -> String {
    let before = LATEST_MS.saturating_sub(millis(entry.at)).max(0);
    let LogEntry {
        endpoint,
        delivery,
        attempt,
        ..
    } = entry;
    format!("{endpoint}/{before:013}/{delivery}/{attempt}")
}

async fn log(store: &Store, entry: &LogEntry, now_ms: i64) -> Result<(), Refusal> {
    let note = Note {
        key: log_key(entry).into(),
        value: encoded(entry)?,
        expires_at_ms: now_ms.saturating_add(KEPT_MS),
    };
    Ok(store.note_put(LOG, note, now_ms).await?)
}

fn encoded(value: &impl Serialize) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal::new("failed", error.to_string()))
}

impl Webhooks {
    pub(super) fn new(service: Arc<Service>, store: Store) -> Self {
        let queue = Queue::new(store.clone(), QUEUE);
        Self {
            service,
            store,
            queue,
        }
    }

    /// Has an event sent to an endpoint, once. Returns the delivery.
    pub(super) async fn enqueue(
        store: &Store,
        endpoint: &str,
        event: &Event,
        now_ms: i64,
    ) -> Result<String, Refusal> {
        let delivery = named("dlv_", &[&event.id, endpoint]);
        let key = key(endpoint, &delivery);
        if store.note_get(SENT, &key, now_ms).await?.is_some() {
            return Ok(delivery);
        }
        let queue = Queue::<Event>::new(store.clone(), QUEUE);
        if queue.count(endpoint, MOST_WAITING, now_ms).await? < MOST_WAITING {
            let since_ms = millis(event.occurred_at);
            queue.push(&key, event.clone(), since_ms, now_ms).await?;
            return Ok(delivery);
        }
        let error = format!("{MOST_WAITING} deliveries wait for this endpoint already");
        let entry = LogEntry {
            delivery: delivery.clone(),
            endpoint: endpoint.to_owned(),
            event: event.id.clone(),
            kind: event.kind,
            attempt: 0,
            at: Timestamp::from_millisecond(now_ms).unwrap_or_default(),
            to: None,
            outcome: Outcome::Dead,
            status: None,
            latency_ms: 0,
            error: Some(error),
            next: None,
        };
        log(store, &entry, now_ms).await?;
        Self::keep(store, &key, event, Outcome::Dead, now_ms).await?;
        Ok(delivery)
    }

    /// Has a delivery made again. Returns whether there is one.
    pub(super) async fn again(
        store: &Store,
        endpoint: &str,
        delivery: &str,
        now_ms: i64,
    ) -> Result<bool, Refusal> {
        let queue = Queue::<Event>::new(store.clone(), QUEUE);
        let key = key(endpoint, delivery);
        if queue.hurry(&key, now_ms).await? {
            return Ok(true);
        }
        let found = store.note_get(SENT, &key, now_ms).await?;
        let found = found.and_then(|note| serde_json::from_value::<Sent>(note.value).ok());
        let Some(sent) = found else { return Ok(false) };
        queue.push(&key, sent.event, now_ms, now_ms).await?;
        Ok(true)
    }

    /// Attempts of an endpoint, the newest first, and where the next page begins.
    pub(super) async fn attempts(
        store: &Store,
        endpoint: &str,
        after: Option<&str>,
        limit: usize,
        now_ms: i64,
    ) -> Result<(Vec<LogEntry>, Option<String>), Refusal> {
        let prefix = format!("{endpoint}/");
        let after = after.map(|after| format!("{prefix}{after}"));
        let more = limit.saturating_add(1);
        let found = store.notes(LOG, &prefix, after.as_deref(), more, now_ms);
        let mut found = found.await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.and_then(|note| note.key.strip_prefix(&*prefix).map(str::to_owned));
        let entries = found.into_iter();
        let entries = entries.filter_map(|note| serde_json::from_value(note.value).ok());
        Ok((entries.collect(), next))
    }

    async fn keep(
        store: &Store,
        key: &str,
        event: &Event,
        outcome: Outcome,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let sent = Sent {
            event: event.clone(),
            outcome,
        };
        let note = Note {
            key: key.into(),
            value: encoded(&sent)?,
            expires_at_ms: now_ms.saturating_add(KEPT_MS),
        };
        Ok(store.note_put(SENT, note, now_ms).await?)
    }
}

/// What was taken, as the worker knows it.
fn delivery(taken: Taken<Event>) -> Option<Delivery> {
    let (endpoint, id) = taken.key.split_once('/')?;
    Some(Delivery {
        id: id.to_owned(),
        endpoint: endpoint.to_owned(),
        event: taken.item,
        attempt: taken.attempt,
    })
}

impl Deliveries for Webhooks {
    type Error = Refusal;

    async fn claim(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
        busy: &[String],
    ) -> Result<Vec<Delivery>, Refusal> {
        let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let taken = self.queue.take(millis(now), lease, limit, busy).await?;
        Ok(taken.into_iter().filter_map(delivery).collect())
    }

    async fn endpoint(&self, id: &str) -> Result<Option<Endpoint>, Refusal> {
        let found = self.store.document(Kind::new(KIND)?, id).await?;
        let webhook: Option<Webhook> =
            found.and_then(|document| serde_json::from_str(&document.json).ok());
        let Some(webhook) = webhook.filter(|webhook| webhook.enabled) else {
            return Ok(None);
        };
        let (Some(keyer), Some(signing)) = (self.service.keyer(), &webhook.signing) else {
            return Ok(None);
        };
        Ok(Some(Endpoint {
            id: id.to_owned(),
            secrets: secrets(keyer, id, signing),
            url: webhook.url,
        }))
    }

    async fn settle(
        &self,
        delivery: &Delivery,
        settled: Settled,
        entry: LogEntry,
    ) -> Result<(), Refusal> {
        let now_ms = crate::now();
        log(&self.store, &entry, now_ms).await?;
        let key = key(&delivery.endpoint, &delivery.id);
        let attempt = delivery.attempt;
        match settled {
            Settled::Retry { at } => self.queue.again(&key, attempt, millis(at), now_ms).await,
            Settled::Delivered | Settled::Dead => {
                // Before it leaves the queue: better sent twice than lost.
                let event = &delivery.event;
                Self::keep(&self.store, &key, event, entry.outcome, now_ms).await?;
                self.queue.done(&key, attempt, now_ms).await
            }
        }
    }
}
