//! Sealed secrets: how one is made, and how their keys are replaced.

use super::Service;
use super::audit::note;
use super::changing::{meta, need};
use crate::{Actor, Refusal};
use postern_model::Secret;
use postern_model::permission::Point;
use postern_store::{Action, Change, Document, Event, Expect, SEALED, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

/// Sealed secrets that are sealed anew in one change set.
const MOST: usize = 100_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seal {
    value: SecretText,
}

/// A secret that came in.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(Secret<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    /// The master key in the data directory too.
    #[serde(default)]
    master: bool,
    #[serde(default)]
    comment: String,
}

impl Service {
    /// Seals a secret, for a document that refers to it. Returns the reference.
    pub(super) fn seal(&self, actor: &Actor, given: &Seal) -> Result<Value, Refusal> {
        need(actor, Point::SettingsWrite, None)?;
        let keys = self.stored()?.loader.sealer()?;
        let sealed = keys.seal(given.value.0.expose().as_bytes());
        let sealed = sealed.map_err(|error| Refusal::invalid(error.to_string()))?;
        Ok(json!({ "sealed": sealed }))
    }

    /// Makes a new data key and seals everything that is stored anew by it.
    pub(super) async fn rotate_secrets(
        &self,
        actor: &Actor,
        given: Rotate,
    ) -> Result<Value, Refusal> {
        need(actor, Point::SettingsWrite, None)?;
        let stored = self.stored()?;
        let keys = stored.loader.sealer()?.clone();
        stored.store.rotate_secrets(&keys, given.master).await?;
        note(
            &stored.store,
            actor,
            Event::new("secrets_rotate"),
            &given.comment,
        )
        .await?;
        // Of most documents it can be told without reading them.
        let visit = |found: &mut Vec<Document>, document: Document| {
            if document.json.contains(SEALED) {
                found.push(document);
            }
        };
        let (_, documents) = stored
            .store
            .fold(Scope::Everything, Vec::new(), visit)
            .await?;
        let mut changes = Vec::new();
        for document in documents {
            let mut value = document.value()?;
            if reseal(&mut value, &keys)? {
                let change = Change::new(document.kind, &document.id, Action::Put(value));
                changes.push(change.expecting(Expect::Version(document.version)));
            }
        }
        let count = changes.len();
        for part in changes.chunks(MOST) {
            let meta = meta(actor, given.comment.clone(), "secrets_rotate");
            // Whoever may replace the keys need not be able to change what they seal.
            let postern = Actor::system("secrets");
            self.make(stored, &postern, part.to_vec(), meta).await?;
        }
        Ok(json!({ "documents": count, "master": given.master }))
    }
}

/// Seals every sealed secret of a document anew. Returns whether there was one.
fn reseal(value: &mut Value, keys: &postern_store::Sealer) -> Result<bool, Refusal> {
    let mut any = false;
    match value {
        Value::Object(members) => {
            for member in members.values_mut() {
                any |= reseal(member, keys)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                any |= reseal(item, keys)?;
            }
        }
        Value::String(text) if text.starts_with(SEALED) && !keys.is_newest(text) => {
            // Text that only looks like one is left alone.
            if let Ok(secret) = keys.open_secret(text) {
                let sealed = keys.seal(secret.expose());
                *text = sealed.map_err(|error| Refusal::new("failed", error.to_string()))?;
                any = true;
            }
        }
        _ => {}
    }
    Ok(any)
}
