//! What a request is decided by, and the same with changes applied.

use crate::document::{Change, Documents, PatchError, merge_patch};
use postern_config::{Rows, Secrets};
use postern_model::entity::{Accounts, Configuration, KeyDigest};
use postern_model::{Holder, Secret};
use postern_policy::{CompileError, Directory, Rules, Snapshot, directory};
use serde_json::Value;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Rules and rows at the moment of a decision, and the documents that they come from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// What decided.
    pub snapshot: Snapshot<'a>,
    /// The documents. Rows of the directory may be left out but for those of the request's own
    /// tenant, groups, app, credential and subscription.
    pub documents: &'a Documents,
}

/// Compiles the rules that documents say. Files, variables and keys that they name are not looked
/// at: the documents were valid when they were served.
///
/// # Errors
/// They are not valid any more, or cannot be compiled.
pub fn compile(documents: &Documents, name: &str) -> Result<Rules, ApplyError> {
    let loaded =
        postern_config::parse_beside("documents", &documents.rules().text(), &Rows::ANY, &Nowhere)
            .map_err(|report| ApplyError::Config(report.render(false)))?;
    Ok(Rules::compile(Arc::new(loaded.configuration), name.into())?)
}

/// Why a change cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It is none.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// The documents after it are not a configuration: what `postern check` would say.
    #[error("{0}")]
    Config(String),
    /// The configuration after it cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// Kinds whose documents are rows of the directory.
const ROWS: [&str; 6] = [
    "tenant",
    "group",
    "app",
    "credential",
    "subscription",
    "token_revocation",
];

/// What is decided by once changes are applied.
#[derive(Debug)]
pub(crate) struct Changed {
    rules: Option<Rules>,
    directory: Directory,
    rows: Vec<directory::Change>,
}

impl Changed {
    /// The directory alone.
    pub(crate) fn into_directory(self) -> Directory {
        self.directory
    }

    /// The same with one more row.
    pub(crate) fn with_row(self, row: directory::Change) -> Self {
        Self {
            directory: self.directory.with(row),
            ..self
        }
    }

    /// Another directory after the same changes.
    pub(crate) fn rows_in(&self, directory: &Directory) -> Directory {
        let rows = self.rows.iter().cloned();
        rows.fold(directory.clone(), |directory, row| directory.with(row))
    }

    /// With what did not change.
    pub(crate) fn snapshot<'b>(&'b self, before: Snapshot<'b>) -> Snapshot<'b> {
        Snapshot {
            rules: self.rules.as_ref().unwrap_or(before.rules),
            directory: &self.directory,
        }
    }
}

/// One row after changes; `None`: it is gone.
type Row = (String, String, Option<Value>);

impl World<'_> {
    /// The same world after these changes. Only what they touch is read again, so that a large
    /// directory costs nothing.
    pub(crate) fn after(&self, changes: &[Change]) -> Result<Changed, ApplyError> {
        let mut documents = self.documents.rules();
        let mut rows: Vec<Row> = Vec::new();
        let mut rules_changed = false;
        for change in changes {
            if ROWS.contains(&&*change.kind) {
                let row = self.row(change, &rows);
                rows.retain(|(kind, id, _)| *kind != change.kind || *id != change.id);
                rows.push((change.kind.clone(), change.id.clone(), row));
            } else {
                documents.apply(change)?;
                rules_changed = true;
            }
        }
        self.with_rows(documents, &rows, rules_changed)
    }

    /// The same world with these rows as they once were.
    pub(crate) fn with(&self, rows: &[Row]) -> Result<Changed, ApplyError> {
        self.with_rows(self.documents.rules(), rows, false)
    }

    fn row(&self, change: &Change, rows: &[Row]) -> Option<Value> {
        if change.patch.is_null() {
            return None;
        }
        let before = rows
            .iter()
            .find(|(kind, id, _)| *kind == change.kind && *id == change.id)
            .map_or_else(
                || self.documents.get(&change.kind, &change.id).cloned(),
                |(_, _, row)| row.clone(),
            );
        let mut row = before.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        merge_patch(&mut row, &change.patch);
        Some(row)
    }

    fn with_rows(
        &self,
        mut documents: Documents,
        rows: &[Row],
        rules_changed: bool,
    ) -> Result<Changed, ApplyError> {
        if !rules_changed {
            // They may name rows that are not read here, and nothing that is read refers to them.
            documents.drop_kind("policy");
        }
        let mut joined: Vec<&str> = Vec::new();
        for (kind, id, row) in rows {
            let Some(row) = row else {
                continue;
            };
            let known = |kind: &str, id: &str| {
                let changed = rows.iter().find(|(k, i, _)| k == kind && i == id);
                changed.map_or_else(|| self.documents.get(kind, id), |(_, _, row)| row.as_ref())
            };
            if let Some(app) = row.get("app").and_then(Value::as_str)
                && let Some(document) = known("app", app)
            {
                documents.put("app", app, document.clone());
            }
            let groups = row.get("groups").and_then(Value::as_array);
            for group in groups.into_iter().flatten().filter_map(Value::as_str) {
                if let Some(document) = known("group", group) {
                    documents.put("group", group, document.clone());
                    joined.push(group);
                }
            }
            documents.put(kind, id, without_secret(kind, row));
        }
        let mut loaded =
            postern_config::parse_beside("documents", &documents.text(), &Rows::ANY, &Nowhere)
                .map_err(|report| ApplyError::Config(report.render(false)))?;
        let rules = if rules_changed {
            as_read(
                &mut loaded.configuration,
                self.snapshot.rules.configuration(),
            );
            let name = self.snapshot.rules.revision().into();
            Some(Rules::compile(Arc::new(loaded.configuration), name)?)
        } else {
            None
        };
        // A record keeps the groups alone that its caller was in.
        let groups = loaded.accounts.groups.iter();
        let groups = groups.filter(|group| joined.contains(&&*group.name));
        let groups = groups.map(|group| directory::Change::PutGroup(group.clone()));
        let changes = rows
            .iter()
            .filter_map(|(kind, id, row)| self.change(kind, id, row.as_ref(), &loaded.accounts));
        let rows: Vec<directory::Change> = groups.chain(changes).collect();
        let changed = Changed {
            rules,
            directory: Directory::default(),
            rows,
        };
        Ok(Changed {
            directory: changed.rows_in(self.snapshot.directory),
            ..changed
        })
    }

    /// What a row's new state means for the directory.
    fn change(
        &self,
        kind: &str,
        id: &str,
        row: Option<&Value>,
        accounts: &Accounts,
    ) -> Option<directory::Change> {
        use directory::Change;
        let gone = row.is_none();
        Some(match kind {
            "tenant" if gone => Change::RemoveTenant(id.into()),
            "tenant" => {
                Change::PutTenant(accounts.tenants.iter().find(|t| &*t.name == id)?.clone())
            }
            "group" if gone => Change::RemoveGroup(id.into()),
            "group" => Change::PutGroup(accounts.groups.iter().find(|g| &*g.name == id)?.clone()),
            "app" if gone => Change::RemoveApp(id.into()),
            "app" => Change::PutApp(accounts.apps.iter().find(|a| &*a.name == id)?.clone()),
            "credential" if gone => Change::RemoveCredential(id.into()),
            "credential" => {
                let mut new = accounts.credentials.iter().find(|c| &*c.id == id)?.clone();
                // What is kept of a key stands in no document.
                let old = self.snapshot.directory.credential(id);
                if let Some(old) = old.filter(|old| old.proof.digest().is_some())
                    && new.proof.digest().is_some()
                {
                    new.proof = old.proof.clone();
                }
                Change::PutCredential(new)
            }
            "token_revocation" if gone => Change::RemoveTokenRevocation(id.into()),
            "token_revocation" => {
                let mut rows = accounts.token_revocations.iter();
                Change::PutTokenRevocation(rows.find(|row| &*row.id == id)?.clone())
            }
            "subscription" if gone => {
                let document = self.documents.get("subscription", id)?;
                let name = |field| document.get(field).and_then(Value::as_str);
                Change::RemoveSubscription {
                    app: name("app")?.into(),
                    service: name("service")?.into(),
                }
            }
            _ => Change::PutSubscription(
                accounts
                    .subscriptions
                    .iter()
                    .find(|s| &*s.id == id)?
                    .clone(),
            ),
        })
    }
}

/// OpenAPI documents that stand in files, as they were read when what is served was loaded.
fn as_read(configuration: &mut Configuration, served: &Configuration) {
    let known = |service: &str, version: &str| {
        let service = served.services.iter().find(|one| *one.name == *service)?;
        let mut versions = service.versions.iter();
        versions.find(|one| *one.name == *version)?.openapi.clone()
    };
    for service in &mut configuration.services {
        for version in &mut service.versions {
            let is_elsewhere = |document: &&mut Arc<Value>| document.is_null();
            if let Some(document) = version.openapi.as_mut().filter(is_elsewhere)
                && let Some(read) = known(&service.name, &version.name)
            {
                *document = read;
            }
        }
    }
}

/// A credential without what proves it: nothing here looks at that, so nothing here needs it.
fn without_secret(kind: &str, row: &Value) -> Value {
    let mut row = row.clone();
    if kind == "credential"
        && let Some(fields) = row.as_object_mut()
    {
        for secret in ["secret", "sha256", "hmac", "imported"] {
            fields.shift_remove(secret);
        }
        fields.insert("sha256".to_owned(), Value::from("0".repeat(64)));
    }
    row
}

/// A world without files, environment and keys. The documents were valid where they come from;
/// here only their meaning counts.
struct Nowhere;

/// What stands in the place of every secret: as long as any of them has to be.
const ANYTHING: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Secrets for Nowhere {
    fn env(&self, _: &str) -> Option<Secret<Arc<str>>> {
        Some(Secret::new(ANYTHING.into()))
    }

    fn check_file(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn read_file(&self, _: &Path) -> io::Result<Secret<Vec<u8>>> {
        Ok(Secret::new(ANYTHING.into()))
    }

    fn unseal(&self, _: &str, _: Holder<'_>) -> Result<Secret<Vec<u8>>, String> {
        Ok(Secret::new(ANYTHING.into()))
    }

    fn keyed(&self, _: &[u8; 32]) -> KeyDigest {
        KeyDigest([0; 32])
    }

    fn now(&self) -> i64 {
        0
    }
}
