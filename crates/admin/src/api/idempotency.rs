//! Idempotency keys: a creation that is sent twice, because its answer was lost, is done once.
//!
//! The field is that of draft-ietf-httpapi-idempotency-key-header. What was answered is kept for a
//! day, for whoever sent it; a secret that is shown once is not kept with it.

use super::Api;
use super::problem::{Code, Place, Problem};
use super::reply::{Kept, Reply};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_control::{Actor, Refusal, now};
use postern_store::{Note, Store};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(super) const FIELD: &str = "idempotency-key";
const SPACE: &str = "idempotency";

/// For how long an answer is kept, in milliseconds.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// For how long a request may be under way before it counts as lost, in milliseconds.
const RUNNING_MS: i64 = 5 * 60 * 1000;

/// Bytes of an answer that are kept at most.
pub(super) const MOST_KEPT: usize = 256 << 10;

/// A request with an idempotency key.
#[derive(Debug)]
pub(super) struct Once<'a> {
    store: &'a Store,
    key: String,
    digest: String,
}

/// What is to be done with a request.
pub(super) enum Begin<'a> {
    /// It has no key, or nothing can be kept.
    Plain,
    /// It is the first.
    First(Once<'a>),
    /// It was done before, and this was answered.
    Again(Reply),
}

fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    STANDARD.encode(hash.finalize())
}

/// Looks whether a request of this key was done before.
pub(super) async fn begin<'a>(
    api: &'a Api,
    headers: &HeaderMap,
    actor: Option<&Actor>,
    [endpoint, parameters]: [&str; 2],
    body: &[u8],
) -> Result<Begin<'a>, Problem> {
    let (Some(value), Some(actor), Some(store)) =
        (headers.get(FIELD), actor, api.service().store())
    else {
        return Ok(Begin::Plain);
    };
    let given = value.as_bytes();
    if given.is_empty() || given.len() > 255 {
        return Err(Problem::field(
            Place::Header,
            "Idempotency-Key",
            "The key has no, or too many, characters.",
            "1 to 255 characters, such as a UUID",
        ));
    }
    let once = Once {
        store,
        key: digest(&[actor.kind.as_str().as_bytes(), actor.who.as_bytes(), given]),
        digest: digest(&[endpoint.as_bytes(), parameters.as_bytes(), body]),
    };
    let note = once.note(json!({"digest": once.digest}), RUNNING_MS);
    let found = store.note_put_if_absent(SPACE, note, now()).await;
    let Some(found) = found.map_err(|error| Problem::from(Refusal::from(error)))? else {
        return Ok(Begin::First(once));
    };
    if found.value.get("digest").and_then(Value::as_str) != Some(&once.digest) {
        let detail = "The key was used for a request that said something else.";
        return Err(Problem::new(Code::IdempotencyReused, detail));
    }
    match found.value.get("answer").and_then(Kept::from_json) {
        Some(kept) => Ok(Begin::Again(kept.reply())),
        None => Err(Problem::new(
            Code::IdempotencyRunning,
            "A request with this key is under way.",
        )),
    }
}

impl Once<'_> {
    fn note(&self, value: Value, for_ms: i64) -> Note {
        Note {
            key: self.key.as_str().into(),
            value,
            expires_at_ms: now().saturating_add(for_ms),
        }
    }

    /// Keeps what is answered. What was not done may be tried again with the same key.
    pub(super) async fn end(self, kept: Option<Kept>) {
        let ended = match kept {
            Some(kept) => {
                let value = json!({"digest": self.digest, "answer": kept.to_json()});
                let note = self.note(value, KEPT_MS);
                self.store.note_put(SPACE, note, now()).await
            }
            None => self.store.note_delete(SPACE, &self.key).await.map(|_| ()),
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "an idempotency key could not be kept");
        }
    }
}
