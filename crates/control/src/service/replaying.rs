//! Looking before one leaps: what a change would have done to recorded requests.

use super::asking::{Prospect, Window};
use super::changing::{need, typed};
use super::declaring::Declaration;
use super::{Service, Source};
use crate::load::Candidate;
use crate::remembered::now;
use crate::socket::Items;
use crate::{Actor, Refusal};
use postern_config::System;
use postern_explain::{Documents, Replayed};
use postern_model::entity::Configuration;
use postern_model::permission::Point;
use postern_policy::{Directory, Rules};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds of the time whose requests are decided where none is said.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// How long is worked at it if nothing is said, and at most, in seconds.
const PATIENCE: u64 = 60;
const MOST_PATIENCE: u64 = 600;

/// Which requests, and for how long.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Which {
    since_ms: Option<u64>,
    until_ms: Option<u64>,
    tenant: Option<Arc<str>>,
    service: Option<Arc<str>>,
    /// Seconds that may be worked at it.
    seconds: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfFile {
    file: Declaration,
    #[serde(default)]
    which: Which,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfRequest {
    id: String,
    #[serde(default)]
    which: Which,
}

/// Why not all was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplayStopped")]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The time was over that may be worked at it.
    Time,
}

/// What a change would have done to recorded requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayReport {
    /// Requests from then on: Unix time in milliseconds, as the others.
    pub from_ms: u64,
    /// Requests before.
    pub until_ms: u64,
    /// When the last one came that was decided; none: there was none.
    pub reached_ms: Option<u64>,
    /// When the oldest request came that is kept.
    pub oldest_ms: Option<u64>,
    /// Whether all of that time was decided.
    pub complete: bool,
    /// Why not.
    pub stopped: Option<Stopped>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Requests that the gateway answered itself, which were not decided.
    pub answered_by_gateway: u64,
    /// Days whose records cannot be read.
    pub unreadable_days: Vec<String>,
    /// What is assumed, in sentences.
    pub assumed: Vec<String>,
    /// What was counted.
    pub counts: Replayed,
}

impl Service {
    /// What a file would have done.
    pub(super) async fn replay(
        &self,
        actor: &Actor,
        given: OfFile,
        replies: &mut dyn Items,
    ) -> Result<ReplayReport, Refusal> {
        let tenant = given.file.part.tenant.clone();
        need(actor, Point::ConfigurationExport, tenant.as_deref())?;
        reads_calls(actor)?;
        let prospect = match &self.source {
            Source::Store(stored) => {
                let declared = stored.declared(&given.file).await?;
                let candidate = self.candidate(stored, None, declared.plan.changes()?).await;
                self.prospect(candidate.map_err(|refusal| declared.shown(refusal))?)?
            }
            Source::File(_) => self.prospect_of_file(given.file).await?,
        };
        self.replayed(actor, prospect, given.which, replies).await
    }

    /// What a change request would have done.
    pub(super) async fn replay_of_request(
        &self,
        actor: &Actor,
        given: OfRequest,
        replies: &mut dyn Items,
    ) -> Result<ReplayReport, Refusal> {
        let stored = self.stored()?;
        let changes = stored.proposed_changes(actor, &given.id).await?;
        reads_calls(actor)?;
        let changes = changes.into_iter();
        let changes = changes.map(|change| typed(change, stored.keyer()));
        let changes = changes.collect::<Result<Vec<_>, _>>()?;
        let candidate = self.candidate(stored, None, changes).await?;
        let prospect = self.prospect(candidate)?;
        self.replayed(actor, prospect, given.which, replies).await
    }

    async fn replayed(
        &self,
        actor: &Actor,
        prospect: Prospect,
        which: Which,
        replies: &mut dyn Items,
    ) -> Result<ReplayReport, Refusal> {
        self.replay_log(actor, prospect, which.window()?, replies)
            .await
    }

    /// What would be served, as far as it differs.
    fn prospect(&self, candidate: Candidate) -> Result<Prospect, Refusal> {
        let served = self.running.directory();
        let directory = Arc::new(candidate.directory);
        let there = directory.clone();
        let proves_otherwise = move |id: &str| {
            let both = served.credential(id).zip(there.credential(id));
            both.is_some_and(|(one, other)| one.proof != other.proof)
        };
        let rules = candidate.configuration.map(compiled).transpose()?;
        Ok(self.with_counters(rules, directory, Box::new(proves_otherwise)))
    }

    /// The same of a file where one owns the configuration.
    async fn prospect_of_file(&self, file: Declaration) -> Result<Prospect, Refusal> {
        let part = &file.part;
        if file.prune || part.tenant.is_some() || part.tag.is_some() || !part.kinds.is_empty() {
            let refusal = "a file owns the whole configuration here, so it is compared as a whole";
            return Err(
                Refusal::invalid(refusal).help("leave out --prune, --tenant, --tag and --kind")
            );
        }
        let (loaded, values) = super::apart(move || {
            let loaded = postern_config::parse(&file.name, &file.text, &System::throwaway())?;
            Ok((loaded, postern_config::values(&file.name, &file.text)?))
        })
        .await?;
        let checked = self.running.check(loaded.configuration);
        let configuration = checked.map_err(|why| Refusal::new("configuration", why))?;
        let rules = compiled(configuration)?;
        let directory = Arc::new(Directory::new(loaded.accounts, 0));
        let before = self.running.remembered().last();
        let before = before.map(|kept| kept.documents).unwrap_or_default();
        let after = Documents::new(values);
        let proves_otherwise = move |id: &str| {
            let both = before
                .get("credential", id)
                .zip(after.get("credential", id));
            both.is_some_and(|(one, other)| {
                PROOFS.iter().any(|name| one.get(name) != other.get(name))
            })
        };
        Ok(self.with_counters(Some(rules), directory, Box::new(proves_otherwise)))
    }

    fn with_counters(
        &self,
        rules: Option<Rules>,
        directory: Arc<Directory>,
        proves_otherwise: Box<dyn Fn(&str) -> bool + Send>,
    ) -> Prospect {
        let served = self.running.configuration();
        let other = rules.as_ref().map(Rules::configuration);
        let other = other.unwrap_or(&served);
        Prospect {
            counters: [self.running.counters(&served), self.running.counters(other)],
            rules,
            directory,
            proves_otherwise,
        }
    }
}

/// What a credential is proved by, in its document.
const PROOFS: [&str; 8] = [
    "sha256",
    "secret",
    "hmac",
    "imported",
    "client",
    "signing_key",
    "password",
    "certificate",
];

impl Which {
    fn window(self) -> Result<Window, Refusal> {
        let until = self
            .until_ms
            .unwrap_or_else(|| u64::try_from(now()).unwrap_or_default());
        let from = self
            .since_ms
            .unwrap_or_else(|| until.saturating_sub(DAY_MS));
        if from >= until {
            return Err(
                Refusal::invalid("the requests of no time are to be decided")
                    .help("`since_ms` before `until_ms`, or before now"),
            );
        }
        let seconds = self.seconds.unwrap_or(PATIENCE);
        if !(1..=MOST_PATIENCE).contains(&seconds) {
            let message = format!("`seconds` is {seconds}; it can be 1 to {MOST_PATIENCE}");
            return Err(Refusal::invalid(message));
        }
        Ok(Window {
            from,
            until,
            tenant: self.tenant,
            service: self.service,
            patience: Duration::from_secs(seconds),
        })
    }
}

/// Refuses whoever reads nobody's requests.
fn reads_calls(actor: &Actor) -> Result<(), Refusal> {
    let somewhere = actor.grants.allow_everywhere(Point::CallsRead)
        || actor.grants.tenants_with(Point::CallsRead).next().is_some();
    if somewhere {
        return Ok(());
    }
    need(actor, Point::CallsRead, None)
}

fn compiled(configuration: Arc<Configuration>) -> Result<Rules, Refusal> {
    let rules = Rules::compile(configuration, "what might be".into());
    rules.map_err(|error| Refusal::new("configuration", error.to_string()))
}
