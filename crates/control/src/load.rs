//! From stored documents to a configuration and a directory, by the same way as from a file.

mod alike;
mod rows;
mod step;
#[cfg(test)]
mod tests;
mod whole;

use self::rows::{
    Configured, Row, base, base_scopes, collect, named, put, put_groups, read, text_of,
};
use self::step::{holds, with};
use self::whole::Whole;
use crate::documents::insert;
use crate::place::in_documents;
use crate::{Named, Refusal, documents};
use postern_config::{Around, Known, Loaded, Report, Rows, System, Unseal};
use postern_model::entity::{Accounts, Configuration};
use postern_model::key::Keyer;
use postern_model::{Holder, Secret};
use postern_policy::Directory;
use postern_store::{Entry, Head, Kind, Proposal, Scope, Sealer};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Documents of the directory that are read in one with the rules, so that everything that is wrong
/// is said at once. A configuration is read up to 500,000 values, and a document has some six.
const TOGETHER: usize = 20_000;

/// Of more, so many are read at a time: while they are, they are in memory in several forms.
const PART: usize = 2_000;

/// Kinds of the directory, each after those that it refers to.
const ROWS: [&str; 6] = [
    "tenant",
    "group",
    "app",
    "credential",
    "subscription",
    "token_revocation",
];

/// Documents, validated together.
#[derive(Debug)]
pub struct Candidate {
    /// What the rules documents say; none if they did not change.
    pub configuration: Option<Arc<Configuration>>,
    /// Who may call what.
    pub directory: Directory,
    /// What records call the configuration.
    pub revision: Named,
}

/// What a change is made of: what was read last.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    directory: Directory,
    /// Where the store stood; none if that was a copy of it, which says nothing of its past.
    stood: Option<Head>,
    /// What the rules declare that the directory refers to.
    known: Arc<Known>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) candidate: Candidate,
    pub(crate) last: Last,
}

impl Read {
    fn new(proposal: &Proposal<'_>, configuration: Option<Configuration>, mut last: Last) -> Self {
        last.stood = Some(proposal.head());
        let candidate = Candidate {
            configuration: configuration.map(Arc::new),
            directory: last.directory.clone(),
            revision: Named::from(&proposal.head().revision),
        };
        Self { candidate, last }
    }

    /// Of a copy: what follows it is read as a whole.
    pub(crate) fn of_copy(mut self) -> Self {
        self.last.stood = None;
        self
    }
}

impl Last {
    /// Whether the store still stands there.
    pub(crate) fn is_at(&self, head: Head) -> bool {
        self.stood == Some(head)
    }
}

/// Reads and validates what the store holds, or would hold.
#[derive(Debug)]
pub(crate) struct Loader {
    /// A name whose folder is where relative paths begin.
    name: String,
    keyer: Keyer,
    secrets: System,
    sealer: Option<Sealer>,
    together: usize,
}

/// Opens sealed secrets for `postern-config`.
#[derive(Debug)]
struct Opener(Sealer);

impl Unseal for Opener {
    fn unseal(&self, sealed: &str, holder: Holder<'_>) -> Result<Secret<Vec<u8>>, String> {
        let opened = self.0.open_secret(sealed, holder);
        opened.map_err(|error| error.to_string())
    }
}

impl Loader {
    pub(crate) fn new(folder: &Path, keyer: Keyer) -> Self {
        Self {
            name: folder.join("documents").display().to_string(),
            secrets: System::new(keyer.clone()),
            keyer,
            sealer: None,
            together: TOGETHER,
        }
    }

    /// The same, which opens sealed secrets.
    pub(crate) fn with_sealer(self, sealer: Sealer) -> Self {
        Self {
            secrets: self.secrets.with_unseal(Arc::new(Opener(sealer.clone()))),
            sealer: Some(sealer),
            ..self
        }
    }

    /// What seals secrets.
    pub(crate) fn sealer(&self) -> Result<&Sealer, Refusal> {
        let missing = || Refusal::new("failed", "this Postern seals no secrets");
        self.sealer.as_ref().ok_or_else(missing)
    }

    pub(crate) const fn keyer(&self) -> &Keyer {
        &self.keyer
    }

    pub(crate) const fn secrets(&self) -> &System {
        &self.secrets
    }

    /// Where relative paths begin.
    pub(crate) fn folder(&self) -> PathBuf {
        let name = Path::new(&self.name);
        name.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// Everything.
    pub(crate) fn whole(&self, proposal: &Proposal<'_>) -> Result<Read, Refusal> {
        self.renewed(proposal, || self.everything(proposal))
    }

    /// Reads with the data keys that are stored by now: another node may have made one. Without
    /// them, what was sealed by others is read all the same.
    fn renewed<T>(
        &self,
        proposal: &Proposal<'_>,
        read: impl FnOnce() -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let renewed = match &self.sealer {
            Some(sealer) => proposal.renew(sealer),
            None => Ok(()),
        };
        read().map_err(|refusal| match renewed {
            Ok(()) => refusal,
            Err(why) => refusal.help(why.to_string()),
        })
    }

    fn everything(&self, proposal: &Proposal<'_>) -> Result<Read, Refusal> {
        let mut whole = Whole::new(self, proposal);
        // Tenants are read with the rules, which refer to them.
        for kind in ROWS.into_iter().skip(1) {
            let mut outcome = Ok(());
            proposal.documents(&Scope::Kind(Kind::new(kind)?), |document| {
                if outcome.is_ok() {
                    outcome = whole.take(document);
                }
            })?;
            outcome?;
        }
        whole.finish()
    }

    /// What a change set makes of what was read last, and what other nodes stored since. Without a
    /// configuration if nothing changed in the rules.
    pub(crate) fn next(&self, proposal: &Proposal<'_>, last: &Last) -> Result<Read, Refusal> {
        self.renewed(proposal, || self.read_on(proposal, last))
    }

    fn read_on(&self, proposal: &Proposal<'_>, last: &Last) -> Result<Read, Refusal> {
        let head = proposal.head();
        let entries = match last.stood {
            // The same number for something else: the database was put back to an earlier state.
            Some(stood) if stood.sequence == head.sequence && stood != head => None,
            Some(stood) => proposal.since(stood.sequence)?,
            None => None,
        };
        let Some(entries) = entries else {
            return self.everything(proposal);
        };
        let proposal = proposal.with_entries(&entries);
        let mut read = match self.changed(&proposal, last)? {
            Some(read) => read,
            None => self.everything(&proposal)?,
        };
        if !proposal.touches_rules() {
            read.candidate.configuration = None;
        }
        Ok(read)
    }

    /// What a change set makes of what was read last, if that can be told without reading all of
    /// the directory. `None` if it cannot, and if there is something wrong that [`Loader::whole`]
    /// says more of.
    pub(crate) fn changed(
        &self,
        proposal: &Proposal<'_>,
        last: &Last,
    ) -> Result<Option<Read>, Refusal> {
        let entries = proposal.entries();
        let is = |entry: &Entry, kinds: &[&str]| kinds.contains(&entry.kind.as_str());
        let gone = |entry: &Entry| entry.after.is_none() && is(entry, &["app", "group", "tenant"]);
        if entries.len() > TOGETHER || entries.iter().any(gone) {
            return Ok(None);
        }
        let rules = if proposal.touches_rules() {
            let Some(rules) = self.rules(proposal)? else {
                return Ok(None);
            };
            Some(rules)
        } else {
            None
        };
        let known = match &rules {
            Some(rules) => Arc::new(Known::of(rules)),
            None => last.known.clone(),
        };
        if !known.includes(&last.known) && !holds(&last.directory, &known) {
            return Ok(None);
        }
        let rows = entries.iter().filter_map(|entry| {
            let kind = entry.kind.as_str();
            let (json, id) = (entry.after.as_deref()?, &*entry.id);
            ROWS.contains(&kind).then_some(Row { kind, id, json })
        });
        let rows: Vec<_> = rows.collect();
        let directory = self
            .accounts(proposal, &rows, &known, &last.directory)
            .and_then(|accounts| with(&last.directory, proposal, accounts));
        let directory = match directory {
            Ok(directory) => directory,
            Err(_) if rules.is_some() => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let last = Last {
            directory,
            stood: None,
            known,
        };
        Ok(Some(Read::new(proposal, rules, last)))
    }

    /// The rules; `None` if something is wrong with them.
    fn rules(&self, proposal: &Proposal<'_>) -> Result<Option<Configuration>, Refusal> {
        let mut documents = Vec::new();
        for scope in base_scopes()? {
            documents.extend(collect(proposal, &scope)?);
        }
        let rows: Vec<_> = documents.iter().map(Row::from).collect();
        let loaded = self.beside(proposal, &text_of(&rows));
        Ok(loaded.ok().map(|loaded| loaded.configuration))
    }

    /// Reads documents of the directory. They may refer to each other, to rules, and to what is in
    /// the directory.
    fn accounts(
        &self,
        proposal: &Proposal<'_>,
        rows: &[Row<'_>],
        known: &Known,
        directory: &Directory,
    ) -> Result<Accounts, Refusal> {
        let around = Around {
            known,
            tenant: &|name| directory.tenant(name).is_some(),
            has_group: &|name| directory.group(name).is_some(),
            group: &|name| directory.group(name)?.tenant.clone(),
            app: &|name| directory.app(name).is_some(),
        };
        let text = text_of(rows);
        if let Ok(accounts) = postern_config::accounts(&self.name, &text, &around, &self.secrets) {
            return Ok(accounts);
        }
        // Beside all that they could refer to it can be said what would be right.
        let mut all = base(proposal)?;
        for row in rows {
            let value = read(Some(row.json))?.unwrap_or_default();
            put_groups(&mut all, proposal, &value)?;
            if let Some(app) = named(&value, "app")
                && let Some(app) = proposal.document(&Kind::new("app")?, app)?
            {
                put_groups(&mut all, proposal, &app.value()?)?;
                put(&mut all, &app)?;
            }
            insert(&mut all, row.kind, row.id, value);
        }
        Ok(self.parse(proposal, all)?.accounts)
    }

    fn parse(&self, proposal: &Proposal<'_>, all: Configured) -> Result<Loaded, Refusal> {
        let text = serde_json::to_string_pretty(&Value::Object(all))
            .map_err(|error| Refusal::new("failed", error.to_string()))?;
        Ok(self.beside(proposal, &text).map_err(in_documents)?)
    }

    /// Reads a text whose rules may name apps and groups that are only stored.
    fn beside(&self, proposal: &Proposal<'_>, text: &str) -> Result<Loaded, Report> {
        let has = |kind: &str, name: &str| {
            let kind = Kind::new(kind).ok();
            kind.is_some_and(|kind| {
                proposal
                    .document(&kind, name)
                    .is_ok_and(|row| row.is_some())
            })
        };
        let rows = Rows {
            app: &|name| has("app", name),
            group: &|name| has("group", name),
        };
        postern_config::parse_beside(&self.name, text, &rows, &self.secrets)
    }
}

/// What is to be said of a configuration file where nothing else is stored: warnings, or what is
/// wrong with it.
pub(crate) fn alone(name: &str, text: &str, secrets: &System) -> Result<String, Report> {
    let loaded = postern_config::parse(name, text, secrets)?;
    Ok(postern_config::render_all(&loaded.warnings, false))
}

/// A configuration file's documents, validated by themselves first.
pub(crate) fn file(
    name: &str,
    text: &str,
    secrets: &System,
) -> Result<Vec<documents::Document>, Refusal> {
    alone(name, text, secrets)?;
    documents::split(postern_config::values(name, text)?)
}
