//! Sealed secrets: how one is made, and how their keys are replaced.

use super::Service;
use super::audit::note;
use super::changing::{meta, need};
use crate::load::Loader;
use crate::{Actor, Refusal, documents, ownership};
use postern_model::permission::Point;
use postern_model::{Holder, Secret};
use postern_store::{
    Action, Change, Document, Event, Expect, Kind, Proposal, SEALED, Scope, SealError, Sealer,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Sealed secrets that are sealed anew in one change set.
const MOST: usize = 100_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seal {
    value: SecretText,
    /// The document that it is for: `KIND/ID` or `KIND/ID@TENANT`.
    #[serde(rename = "for")]
    holder: String,
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
    /// Seals a secret that was made here, for the document that refers to it.
    pub(crate) fn sealed(
        &self,
        secret: &Secret<String>,
        holder: Holder<'_>,
    ) -> Result<String, Refusal> {
        let keys = self.stored()?.loader.sealer()?;
        let sealed = keys.seal(secret.expose().as_bytes(), holder);
        sealed.map_err(|error| Refusal::invalid(error.to_string()))
    }

    /// Seals a secret, for the one document that refers to it, which need not be there yet. Returns
    /// the reference.
    pub(super) async fn seal(&self, actor: &Actor, given: Seal) -> Result<Value, Refusal> {
        let (kind, id, tenant) = parts(&given.holder)?;
        // What is a tenant's own is sealed by who may write it.
        match tenant {
            Some(_) if !actor.grants.allow(Point::SettingsWrite, None) => {
                need(actor, ownership::writing(kind.as_str()), tenant)?;
            }
            _ => need(actor, Point::SettingsWrite, None)?,
        }
        let stored = self.stored()?;
        let keys = stored.loader.sealer()?;
        let document = stored.store.document(kind.clone(), id).await?;
        let document = document.map(|document| document.value()).transpose()?;
        let said = document.as_ref().and_then(tenant_of);
        let holder = Holder {
            kind: kind.as_str(),
            id,
            tenant: tenant.or(said),
        };
        let sealed = keys.seal(given.value.0.expose().as_bytes(), holder);
        let sealed = sealed.map_err(|error| Refusal::invalid(error.to_string()))?;
        Ok(json!({ "sealed": sealed, "for": holder.to_string() }))
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
            let tenant = tenant_of(&value).map(str::to_owned);
            let holder = Holder {
                kind: document.kind.as_str(),
                id: &document.id,
                tenant: tenant.as_deref(),
            };
            if reseal(&mut value, &keys, holder)? {
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

/// A document as it is written for [`Seal`]: kind, id and tenant. Of what there is one of, the kind
/// is enough.
fn parts(text: &str) -> Result<(Kind, &str, Option<&str>), Refusal> {
    let (document, tenant) = match text.rsplit_once('@') {
        Some((document, tenant)) => (document, Some(tenant)),
        None => (text, None),
    };
    let (kind, id) = match document.split_once('/') {
        Some((kind, id)) => (kind, Some(id)),
        None => (document, None),
    };
    let kind = documents::kind(kind)?;
    let id = match id {
        None if !documents::is_named(kind.as_str()) => documents::SETTINGS,
        None | Some("") => {
            let kind = kind.as_str();
            let message = format!("it is not said for which {kind} the secret is");
            let help = format!("`{kind}/ID`, or `{kind}/ID@TENANT`");
            return Err(Refusal::invalid(message).help(help));
        }
        Some(id) => id,
    };
    Ok((kind, id, tenant.filter(|tenant| !tenant.is_empty())))
}

/// The tenant that a document says it belongs to.
fn tenant_of(document: &Value) -> Option<&str> {
    document.get("tenant").and_then(Value::as_str)
}

/// Refuses documents of the management with secrets that were sealed for another document. Those of
/// the configuration are opened when it is read.
pub(super) fn check(loader: &Loader, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    for entry in proposal.entries() {
        let kind = entry.kind.as_str();
        let after = entry.after.as_deref().filter(|json| json.contains(SEALED));
        let (Some(json), None) = (after, documents::section(kind)) else {
            continue;
        };
        let value: Value = serde_json::from_str(json)
            .map_err(|error| Refusal::new("failed", format!("a document is damaged: {error}")))?;
        let holder = Holder {
            kind,
            id: &entry.id,
            tenant: tenant_of(&value),
        };
        opens(&value, loader.sealer()?, holder)?;
    }
    Ok(())
}

fn opens(value: &Value, keys: &Sealer, holder: Holder<'_>) -> Result<(), Refusal> {
    match value {
        Value::Object(members) => members.values().try_for_each(|v| opens(v, keys, holder)),
        Value::Array(items) => items.iter().try_for_each(|item| opens(item, keys, holder)),
        Value::String(text) if text.starts_with(SEALED) => match keys.open_secret(text, holder) {
            Err(error @ SealError::Elsewhere { .. }) => {
                let message = format!("the sealed secret cannot be opened: {error}");
                let help = format!("seal it again with `postern secrets seal --for {holder}`");
                Err(Refusal::new("configuration", message).help(help))
            }
            // What is no secret, or damaged, is found where it is used.
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Seals every sealed secret of a document anew, for that document. Returns whether there was one.
fn reseal(value: &mut Value, keys: &Sealer, holder: Holder<'_>) -> Result<bool, Refusal> {
    let mut any = false;
    match value {
        Value::Object(members) => {
            for member in members.values_mut() {
                any |= reseal(member, keys, holder)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                any |= reseal(item, keys, holder)?;
            }
        }
        Value::String(text) if text.starts_with(SEALED) && !keys.is_newest(text) => {
            // Text that only looks like one is left alone.
            if let Ok(secret) = keys.open_secret(text, holder) {
                let sealed = keys.seal(secret.expose(), holder);
                *text = sealed.map_err(|error| Refusal::new("failed", error.to_string()))?;
                any = true;
            }
        }
        _ => {}
    }
    Ok(any)
}
