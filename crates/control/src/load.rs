//! From stored documents to a configuration and a directory, by the same way as from a file.

use crate::documents::insert;
use crate::{Named, Refusal, documents};
use postern_config::{Loaded, System};
use postern_model::entity::{Accounts, Configuration, KeyDigest, Name};
use postern_model::key::Keyer;
use postern_policy::{Change, Directory};
use postern_store::{Class, Document, Entry, Kind, Proposal, Scope, StoreError};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::path::Path;

#[cfg(test)]
mod tests;

/// Documents of the directory that are read together. A configuration is read up to 500,000
/// values, and a document has some six.
const TOGETHER: usize = 20_000;

/// Documents, validated together.
#[derive(Debug)]
pub struct Candidate {
    /// What the rules documents say; none if they did not change.
    pub configuration: Option<Configuration>,
    /// Who may call what.
    pub directory: Directory,
    /// What records call the configuration.
    pub revision: Named,
    /// What is probably not meant, as text.
    pub warnings: String,
}

/// Reads and validates what the store holds, or would hold.
#[derive(Debug)]
pub(crate) struct Loader {
    /// What diagnostics call the documents. Its folder is where relative paths begin.
    name: String,
    keyer: Keyer,
    secrets: System,
    together: usize,
}

type Configured = Map<String, Value>;

impl Loader {
    pub(crate) fn new(folder: &Path, keyer: Keyer) -> Self {
        Self {
            name: folder.join("documents").display().to_string(),
            secrets: System::new(keyer.clone()),
            keyer,
            together: TOGETHER,
        }
    }

    pub(crate) const fn keyer(&self) -> &Keyer {
        &self.keyer
    }

    pub(crate) const fn secrets(&self) -> &System {
        &self.secrets
    }

    /// Everything.
    pub(crate) fn whole(&self, proposal: &Proposal<'_>) -> Result<Candidate, Refusal> {
        let base = base(proposal)?;
        let rows = |kind: &str| -> Result<_, Refusal> {
            Ok(collect(proposal, &Scope::Kind(Kind::new(kind)?))?)
        };
        let apps = rows("app")?;
        let credentials = rows("credential")?;
        let subscriptions = rows("subscription")?;
        let loaded = if apps.len() + credentials.len() + subscriptions.len() <= self.together {
            let mut all = base;
            for document in apps.into_iter().chain(credentials).chain(subscriptions) {
                put(&mut all, &document)?;
            }
            self.parse(all)?
        } else {
            self.in_parts(&base, &apps, [&credentials, &subscriptions])?
        };
        Ok(Candidate {
            warnings: postern_config::render_all(&loaded.warnings, false),
            configuration: Some(loaded.configuration),
            directory: Directory::new(loaded.accounts, proposal.head().sequence),
            revision: Named::from(&proposal.head().revision),
        })
    }

    /// Reads a directory that is too large to be read at once.
    fn in_parts(
        &self,
        base: &Configured,
        apps: &[Document],
        rest: [&[Document]; 2],
    ) -> Result<Loaded, Refusal> {
        let mut loaded = self.parse(base.clone())?;
        for part in apps.chunks(self.together) {
            let mut all = base.clone();
            for document in part {
                put(&mut all, document)?;
            }
            loaded.accounts.apps.extend(self.parse(all)?.accounts.apps);
        }
        let apps: HashMap<&str, &Document> = apps.iter().map(|app| (&*app.id, app)).collect();
        for part in rest.into_iter().flat_map(|rows| rows.chunks(self.together)) {
            let mut all = base.clone();
            for document in part {
                let value = document.value()?;
                if let Some(app) = named(&value, "app").and_then(|app| apps.get(app)) {
                    put(&mut all, app)?;
                }
                insert(&mut all, document.kind.as_str(), &document.id, value);
            }
            let part = self.parse(all)?.accounts;
            loaded.accounts.credentials.extend(part.credentials);
            loaded.accounts.subscriptions.extend(part.subscriptions);
        }
        unique(&loaded.accounts)?;
        Ok(loaded)
    }

    /// What a change set makes of the directory, if that can be told without reading all of it.
    pub(crate) fn part(
        &self,
        proposal: &Proposal<'_>,
        current: &Directory,
    ) -> Result<Option<Candidate>, Refusal> {
        let entries = proposal.entries();
        let refers = |entry: &Entry| matches!(entry.kind.as_str(), "app" | "tenant");
        let unread = entries.iter().any(|e| e.after.is_none() && refers(e));
        if proposal.touches_rules() || entries.len() > TOGETHER || unread {
            return Ok(None);
        }
        let mut all = base(proposal)?;
        for entry in entries {
            let Some(value) = read(entry.after.as_deref())? else {
                continue;
            };
            if let Some(app) = named(&value, "app")
                && let Some(app) = proposal.document(&Kind::new("app")?, app)?
            {
                put(&mut all, &app)?;
            }
            insert(&mut all, entry.kind.as_str(), &entry.id, value);
        }
        let loaded = self.parse(all)?;
        let changes = changes(entries, loaded.accounts)?;
        let (removed, put): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_removal);
        let sequence = proposal.head().sequence;
        let before = current.with_all(removed, sequence);
        for change in &put {
            if let Change::PutSubscription(row) = change
                && let Some(other) = before.subscription(&row.app, &row.service)
                && other.id != row.id
            {
                return Err(twice(&other.id, &row.id, &row.app, &row.service));
            }
        }
        Ok(Some(Candidate {
            configuration: None,
            directory: before.with_all(put, sequence),
            revision: Named::from(&proposal.head().revision),
            warnings: String::new(),
        }))
    }

    fn parse(&self, all: Configured) -> Result<Loaded, Refusal> {
        let text = serde_json::to_string_pretty(&Value::Object(all))
            .map_err(|error| Refusal::new("failed", error.to_string()))?;
        Ok(postern_config::parse(&self.name, &text, &self.secrets)?)
    }
}

/// What everything else may refer to: the rules, and tenants.
fn base(proposal: &Proposal<'_>) -> Result<Configured, Refusal> {
    let mut base = Map::new();
    for scope in [
        Scope::Class(Class::Rules),
        Scope::Kind(Kind::new("tenant")?),
    ] {
        for document in collect(proposal, &scope)? {
            put(&mut base, &document)?;
        }
    }
    Ok(base)
}

fn collect(proposal: &Proposal<'_>, scope: &Scope) -> Result<Vec<Document>, StoreError> {
    let mut found = Vec::new();
    proposal.documents(scope, |document| found.push(document))?;
    Ok(found)
}

fn put(all: &mut Configured, document: &Document) -> Result<(), StoreError> {
    insert(all, document.kind.as_str(), &document.id, document.value()?);
    Ok(())
}

fn read(json: Option<&str>) -> Result<Option<Value>, Refusal> {
    json.map(serde_json::from_str)
        .transpose()
        .map_err(|error| Refusal::new("failed", format!("a stored document is damaged: {error}")))
}

fn named<'a>(document: &'a Value, member: &str) -> Option<&'a str> {
    document.get(member).and_then(Value::as_str)
}

/// What changed, as changes of the directory.
fn changes(entries: &[Entry], accounts: Accounts) -> Result<Vec<Change>, Refusal> {
    let touched: HashSet<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry.kind.as_str(), &*entry.id))
        .collect();
    let is = |kind: &'static str, id: &Name| touched.contains(&(kind, &**id));
    let mut changes = Vec::new();
    for entry in entries {
        match entry.kind.as_str() {
            "credential" if entry.after.is_none() => {
                changes.push(Change::RemoveCredential((&*entry.id).into()));
            }
            "subscription" => {
                // It may have been for another app or service.
                let before = read(entry.before.as_deref())?.unwrap_or_default();
                if let (Some(app), Some(service)) =
                    (named(&before, "app"), named(&before, "service"))
                {
                    changes.push(Change::RemoveSubscription {
                        app: app.into(),
                        service: service.into(),
                    });
                }
            }
            _ => {}
        }
    }
    let tenants = accounts
        .tenants
        .into_iter()
        .filter(|row| is("tenant", &row.name));
    let apps = accounts.apps.into_iter().filter(|row| is("app", &row.name));
    changes.extend(tenants.map(Change::PutTenant));
    changes.extend(apps.map(Change::PutApp));
    changes.extend(accounts.credentials.into_iter().map(Change::PutCredential));
    changes.extend(
        accounts
            .subscriptions
            .into_iter()
            .map(Change::PutSubscription),
    );
    Ok(changes)
}

const fn is_removal(change: &Change) -> bool {
    matches!(
        change,
        Change::RemoveCredential(_) | Change::RemoveSubscription { .. }
    )
}

/// What the validation of one part cannot see.
fn unique(accounts: &Accounts) -> Result<(), Refusal> {
    let mut keys: HashMap<KeyDigest, &Name> = HashMap::new();
    for row in &accounts.credentials {
        if let Some(other) = keys.insert(row.digest, &row.id) {
            let message = format!("credentials `{other}` and `{}` have the same key", row.id);
            return Err(Refusal::new("configuration", message));
        }
    }
    let mut pairs: HashMap<(&Name, &Name), &Name> = HashMap::new();
    for row in &accounts.subscriptions {
        if let Some(other) = pairs.insert((&row.app, &row.service), &row.id) {
            return Err(twice(other, &row.id, &row.app, &row.service));
        }
    }
    Ok(())
}

fn twice(first: &str, second: &str, app: &str, service: &str) -> Refusal {
    let message = format!(
        "subscriptions `{first}` and `{second}` are both of app `{app}` to service `{service}`"
    );
    Refusal::new("configuration", message)
        .help("an app has one subscription to a service: change that one")
}

/// A configuration file's documents, validated by themselves first.
pub(crate) fn file(
    name: &str,
    text: &str,
    secrets: &System,
) -> Result<(Vec<documents::Document>, String), Refusal> {
    let loaded = postern_config::parse(name, text, secrets)?;
    let documents = documents::split(postern_config::values(name, text)?)?;
    Ok((
        documents,
        postern_config::render_all(&loaded.warnings, false),
    ))
}
