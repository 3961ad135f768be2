//! A whole configuration in the place of everything that is stored.

use crate::Refusal;
use crate::credential::keep_hmac;
use crate::load::{self, Loader};
use postern_model::key::Keyer;
use postern_store::{Action, ApplyError, Change, ChangeMeta, Proposal, Scope, Store};
use std::collections::HashSet;
use std::path::Path;

/// Puts the documents of a configuration, given as its name for diagnostics and its text, in the
/// place of everything that is stored; nothing changes if they have a fault. `folder` is where
/// relative paths begin. For a store that nobody serves yet.
///
/// # Errors
/// What is wrong with the documents, or with the store.
pub async fn replace(
    store: &Store,
    folder: &Path,
    keyer: &Keyer,
    (name, text): (&str, &str),
    meta: ChangeMeta,
) -> Result<(), Refusal> {
    let loader = Loader::new(folder, keyer.clone());
    let documents = load::file(name, text, loader.secrets())?;
    let (_, stored) = store.documents_now(Scope::Everything).await?;
    let named: HashSet<(&str, &str)> = documents
        .iter()
        .map(|document| (document.kind.as_str(), &*document.id))
        .collect();
    let mut changes: Vec<Change> = stored
        .into_iter()
        .filter(|document| !named.contains(&(document.kind.as_str(), &*document.id)))
        .map(|document| Change::new(document.kind, &document.id, Action::Delete))
        .collect();
    changes.extend(documents.into_iter().map(|document| {
        let mut value = document.value;
        if document.kind.as_str() == "credential" {
            keep_hmac(&mut value, keyer);
        }
        Change::new(document.kind, &document.id, Action::Put(value))
    }));
    let validate = move |proposal: &Proposal<'_>| {
        let read = loader.whole(proposal);
        read.map(drop).map_err(ApplyError::Refused)
    };
    store.apply(changes, meta, validate).await?;
    Ok(())
}
