//! From stored documents to a configuration and a directory, by the same way as from a file.

use crate::documents::insert;
use crate::place::in_documents;
use crate::{Named, Refusal, documents};
use postern_config::{Around, Known, Loaded, Report, System, Unseal};
use postern_model::entity::{Accounts, Configuration, KeyDigest, Name};
use postern_model::key::Keyer;
use postern_model::key::imported::MAX_FORMATS;
use postern_model::{Holder, Secret};
use postern_policy::{Change, Directory};
use postern_store::{Class, Document, Entry, Head, Kind, Proposal, Scope, Sealer, StoreError};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Documents of the directory that are read in one with the rules, so that everything that is wrong
/// is said at once. A configuration is read up to 500,000 values, and a document has some six.
const TOGETHER: usize = 20_000;

/// Of more, so many are read at a time: while they are, they are in memory in several forms.
const PART: usize = 2_000;

/// Kinds of the directory, each after those that it refers to.
const ROWS: [&str; 5] = ["tenant", "group", "app", "credential", "subscription"];

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

type Configured = Map<String, Value>;

/// A document, as it is stored.
#[derive(Clone, Copy)]
struct Row<'a> {
    kind: &'a str,
    id: &'a str,
    json: &'a str,
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
        let mut whole = Whole {
            loader: self,
            proposal,
            waiting: Vec::new(),
            large: None,
        };
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
        let loaded = postern_config::parse(&self.name, &text_of(&rows), &self.secrets);
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
        Ok(self.parse(all)?.accounts)
    }

    fn parse(&self, all: Configured) -> Result<Loaded, Refusal> {
        let text = serde_json::to_string_pretty(&Value::Object(all))
            .map_err(|error| Refusal::new("failed", error.to_string()))?;
        let loaded = postern_config::parse(&self.name, &text, &self.secrets);
        Ok(loaded.map_err(in_documents)?)
    }
}

/// Everything, while it is read.
struct Whole<'a> {
    loader: &'a Loader,
    proposal: &'a Proposal<'a>,
    /// Documents that are still to be read.
    waiting: Vec<Document>,
    /// What was read, if there is more than can be read at once.
    large: Option<Large>,
}

/// A directory that is too large to be read at once, and the rules that it refers to.
struct Large {
    rules: Configuration,
    last: Last,
    /// The beginnings of all credentials' digests.
    digests: Vec<u64>,
}

impl Whole<'_> {
    fn take(&mut self, document: Document) -> Result<(), Refusal> {
        self.waiting.push(document);
        let most = self.loader.together;
        let most = if self.large.is_some() {
            most.min(PART)
        } else {
            most
        };
        if self.waiting.len() > most {
            self.read()?;
        }
        Ok(())
    }

    /// Reads what waits as a part of more.
    fn read(&mut self) -> Result<(), Refusal> {
        let Self {
            loader, proposal, ..
        } = self;
        let large = match &mut self.large {
            Some(large) => large,
            none => none.insert(Large::new(loader, proposal)?),
        };
        for part in self.waiting.chunks(loader.together.min(PART)) {
            let rows: Vec<_> = part.iter().map(Row::from).collect();
            let last = &large.last;
            let accounts = loader.accounts(proposal, &rows, &last.known, &last.directory)?;
            large.put(accounts, proposal.head().sequence)?;
        }
        self.waiting.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<Read, Refusal> {
        let proposal = self.proposal;
        if self.large.is_some() {
            self.read()?;
        }
        if let Some(large) = self.large {
            unique(&large.last.directory, large.digests)?;
            few_formats(&large.last.directory)?;
            return Ok(Read::new(proposal, Some(large.rules), large.last));
        }
        let mut all = base(proposal)?;
        for document in &self.waiting {
            put(&mut all, document)?;
        }
        let loaded = self.loader.parse(all)?;
        let last = Last {
            known: Arc::new(Known::of(&loaded.configuration)),
            directory: Directory::new(loaded.accounts, proposal.head().sequence),
            stood: None,
        };
        Ok(Read::new(proposal, Some(loaded.configuration), last))
    }
}

impl Large {
    fn new(loader: &Loader, proposal: &Proposal<'_>) -> Result<Self, Refusal> {
        let read = loader.parse(base(proposal)?)?;
        Ok(Self {
            last: Last {
                directory: Directory::new(read.accounts, proposal.head().sequence),
                stood: None,
                known: Arc::new(Known::of(&read.configuration)),
            },
            rules: read.configuration,
            digests: Vec::new(),
        })
    }

    fn put(&mut self, accounts: Accounts, sequence: u64) -> Result<(), Refusal> {
        let digests = accounts.credentials.iter().map(|row| beginning(row.digest));
        self.digests.extend(digests);
        for row in &accounts.subscriptions {
            let other = self.last.directory.subscription(&row.app, &row.service);
            if let Some(other) = other.filter(|other| other.id != row.id) {
                return Err(twice(&other.id, &row.id, &row.app, &row.service));
            }
        }
        let puts = accounts
            .tenants
            .into_iter()
            .map(Change::PutTenant)
            .chain(accounts.groups.into_iter().map(Change::PutGroup))
            .chain(accounts.apps.into_iter().map(Change::PutApp))
            .chain(accounts.credentials.into_iter().map(Change::PutCredential))
            .chain(
                accounts
                    .subscriptions
                    .into_iter()
                    .map(Change::PutSubscription),
            );
        self.last.directory.change(puts, sequence);
        Ok(())
    }
}

impl<'a> From<&'a Document> for Row<'a> {
    fn from(document: &'a Document) -> Self {
        Self {
            kind: document.kind.as_str(),
            id: &document.id,
            json: &document.json,
        }
    }
}

/// Documents as one text, without any regard for who would read it.
fn text_of(rows: &[Row<'_>]) -> String {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut sections = Vec::new();
    for row in rows {
        match documents::section(row.kind) {
            Some((section, true)) => {
                let member = format!("{}:{}", Value::from(row.id), row.json);
                named.entry(section).or_default().push(member);
            }
            Some((section, false)) => sections.push(format!("\"{section}\":{}", row.json)),
            None => {}
        }
    }
    let named = named.into_iter();
    sections.extend(named.map(|(name, members)| format!("\"{name}\":{{{}}}", members.join(","))));
    format!("{{{}}}", sections.join(","))
}

/// Whether everything is known that the directory refers to.
fn holds(directory: &Directory, known: &Known) -> bool {
    let mut subscriptions = directory.subscriptions();
    let mut credentials = directory.credentials();
    let (mut groups, mut apps) = (directory.groups(), directory.apps());
    subscriptions.all(|row| known.has_all_of_subscription(row))
        && credentials.all(|row| known.has_all_of_credential(row))
        && groups.all(|row| known.has_all_of_group(row))
        && apps.all(|row| known.has_all_of_app(row))
}

/// The directory after a change set, of which this was read.
fn with(
    directory: &Directory,
    proposal: &Proposal<'_>,
    accounts: Accounts,
) -> Result<Directory, Refusal> {
    let changes = changes(proposal.entries(), accounts)?;
    let (removed, put): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_removal);
    let sequence = proposal.head().sequence;
    let before = directory.with_all(removed, sequence);
    for change in &put {
        if let Change::PutSubscription(row) = change
            && let Some(other) = before.subscription(&row.app, &row.service)
            && other.id != row.id
        {
            return Err(twice(&other.id, &row.id, &row.app, &row.service));
        }
    }
    let new = new_keys(directory, &put);
    let after = before.with_all(put, sequence);
    unlike(&after, &new)?;
    few_formats(&after)?;
    Ok(after)
}

/// What is kept of the keys that credentials get, by what is kept. Most changes of credentials
/// leave their keys as they are.
fn new_keys(before: &Directory, put: &[Change]) -> HashMap<KeyDigest, Name> {
    let new = put.iter().filter_map(|change| match change {
        Change::PutCredential(row) => {
            let known = before.credential(&row.id);
            let kept = known.is_some_and(|known| known.digest == row.digest);
            (!kept).then(|| (row.digest, row.id.clone()))
        }
        _ => None,
    });
    new.collect()
}

/// Refuses keys that other credentials have. Only a walk through all of them tells.
fn unlike(after: &Directory, new: &HashMap<KeyDigest, Name>) -> Result<(), Refusal> {
    if new.is_empty() {
        return Ok(());
    }
    for row in after.credentials() {
        let Some(id) = new.get(&row.digest).filter(|id| **id != row.id) else {
            continue;
        };
        let tenant = |id: &str| {
            let app = &after.credential(id)?.app;
            after.app(app).map(|app| app.tenant.clone())
        };
        // Nobody is told which keys others have.
        let message = if tenant(id) == tenant(&row.id) {
            format!("credentials `{}` and `{id}` have the same key", row.id)
        } else {
            format!("credential `{id}` has a key that is in use already")
        };
        return Err(Refusal::new("configuration", message).help("make another key for it"));
    }
    Ok(())
}

/// Refuses more formats of imported keys than a request may be charged with.
fn few_formats(directory: &Directory) -> Result<(), Refusal> {
    let formats = directory.key_formats().count();
    if formats <= MAX_FORMATS {
        return Ok(());
    }
    let message = format!(
        "imported keys are in {formats} formats, by algorithm and salt; {MAX_FORMATS} are accepted"
    );
    Err(Refusal::new("configuration", message).help("rotate the keys of one format first"))
}

/// What everything else may refer to: the rules, and tenants.
fn base(proposal: &Proposal<'_>) -> Result<Configured, Refusal> {
    let mut base = Map::new();
    for scope in base_scopes()? {
        for document in collect(proposal, &scope)? {
            put(&mut base, &document)?;
        }
    }
    Ok(base)
}

fn base_scopes() -> Result<[Scope; 2], Refusal> {
    Ok([
        Scope::Class(Class::Rules),
        Scope::Kind(Kind::new("tenant")?),
    ])
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

/// The groups that an app refers to.
fn put_groups(all: &mut Configured, proposal: &Proposal<'_>, app: &Value) -> Result<(), Refusal> {
    let groups = app.get("groups").and_then(Value::as_array);
    for name in groups.into_iter().flatten().filter_map(Value::as_str) {
        if let Some(group) = proposal.document(&Kind::new("group")?, name)? {
            put(all, &group)?;
        }
    }
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
    let groups = accounts
        .groups
        .into_iter()
        .filter(|row| is("group", &row.name));
    let apps = accounts.apps.into_iter().filter(|row| is("app", &row.name));
    changes.extend(tenants.map(Change::PutTenant));
    changes.extend(groups.map(Change::PutGroup));
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

/// Finds credentials with the same key, which the validation of one part cannot see.
fn unique(directory: &Directory, mut beginnings: Vec<u64>) -> Result<(), Refusal> {
    beginnings.sort_unstable();
    let alike = beginnings.windows(2).filter_map(|pair| match pair {
        [one, two] if one == two => Some(*one),
        _ => None,
    });
    let alike: HashSet<u64> = alike.collect();
    if alike.is_empty() {
        return Ok(());
    }
    let mut keys: HashMap<KeyDigest, &Name> = HashMap::new();
    let suspects = directory.credentials();
    for row in suspects.filter(|row| alike.contains(&beginning(row.digest))) {
        if let Some(other) = keys.insert(row.digest, &row.id) {
            let (first, second) = (other.min(&row.id), other.max(&row.id));
            let message = format!("credentials `{first}` and `{second}` have the same key");
            return Err(Refusal::new("configuration", message));
        }
    }
    Ok(())
}

/// The first bytes of a digest: all but unique, and a fraction of it.
fn beginning(digest: KeyDigest) -> u64 {
    let first = digest.0.first_chunk().copied();
    u64::from_ne_bytes(first.unwrap_or_default())
}

fn twice(first: &str, second: &str, app: &str, service: &str) -> Refusal {
    let message = format!(
        "subscriptions `{first}` and `{second}` are both of app `{app}` to service `{service}`"
    );
    Refusal::new("configuration", message)
        .help("an app has one subscription to a service: change that one")
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
