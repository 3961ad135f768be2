//! What callers are told about their own requests: from the call log.

use postern_calllog::{CallLog, Entry, IdPrefix, Lookup, Reader};
use postern_model::RequestId;
use postern_policy::Acting;
use postern_policy::facts::CredentialVerdict;
use postern_policy::recorded::compact;
use postern_proxy::wellknown::{ConsumerRecord, Links, Looked, Records, Requests};
use postern_store::InstallationKey;
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What the key of the links is derived for.
const PURPOSE: &str = "help links";

/// How many look into the log at once; more wait for them.
const AT_ONCE: usize = 4;

/// The call log, as callers may ask it.
struct Log {
    reader: Reader,
    at_once: Arc<Semaphore>,
}

/// What it takes to tell callers about their requests.
pub(crate) fn requests(log: &CallLog, key: &InstallationKey) -> Requests {
    Requests {
        records: Arc::new(Log {
            reader: log.reader(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }),
        links: Links::new(key.derive(PURPOSE).expose()),
    }
}

impl Records for Log {
    fn consumer(&self, id: RequestId) -> Looked<'_> {
        let reader = self.reader.clone();
        Box::pin(async move {
            let permit = self.at_once.clone().acquire_owned().await.ok()?;
            let found = tokio::task::spawn_blocking(move || {
                // Kept until the disk has answered, even if nobody waits any more.
                let _permit = permit;
                find(&reader, id)
            });
            found.await.ok().flatten()
        })
    }
}

fn find(reader: &Reader, id: RequestId) -> Option<ConsumerRecord> {
    let prefix = IdPrefix::parse(&id.to_string())?;
    let entry = match reader.find(prefix) {
        Ok(Lookup::Found(entry)) => entry,
        Ok(Lookup::Folded(_) | Lookup::Ambiguous { .. } | Lookup::Absent(_)) => return None,
        Err(error) => {
            tracing::warn!(%error, "a caller asked for a request that cannot be looked up");
            return None;
        }
    };
    let detail: Option<Value> = entry
        .detail
        .as_deref()
        .and_then(|detail| serde_json::from_slice(detail).ok());
    let told = detail.as_ref().and_then(|detail| detail.get("consumer"));
    let projection = match told {
        Some(told) => told.clone(),
        None => json!({
            "request_id": id.to_string(),
            "outcome": entry.outcome.name(),
            "status": entry.status,
        }),
    };
    Some(ConsumerRecord {
        app: entry.app.clone(),
        tenant: None,
        acting: acting(detail.as_ref(), &entry),
        projection: serde_json::to_vec(&projection).ok()?,
    })
}

/// For whom an app acted that had made a request: what a refusal keeps of its facts says it, and
/// what is kept of a request that passed.
fn acting(detail: Option<&Value>, entry: &Entry) -> Option<Acting> {
    match detail.and_then(|detail| detail.get("facts")) {
        Some(facts) => CredentialVerdict::deserialize(facts.get("credential")?)
            .ok()
            .and_then(|verdict| verdict.acting()),
        None => compact::acting(entry.facts.bytes()?),
    }
}
