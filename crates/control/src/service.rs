//! What can be asked of a running Postern, and how a change becomes what is served.

mod asking;
pub mod audit;
mod backup;
mod blocking;
mod browsing;
mod changing;
mod concealing;
mod declaring;
mod effective;
mod exporting;
mod giving_up;
mod importing;
mod issuing;
mod notifying;
mod outgoing;
mod peopling;
mod proposing;
mod reached;
mod reading;
mod replaying;
mod requirements;
mod revisions;
mod secrets;
mod signed_in;
#[cfg(test)]
mod tests;

pub use blocking::{Block, BlockedCaller, NewBlock};
pub use declaring::Declaration;
pub use requirements::{AppAsked, OperationAsked};

pub use asking::{ShadowCode, ShadowCounts, ShadowPolicies, ShadowPolicy};
pub use browsing::{Listing, MOST_ON_A_PAGE, Page, Seen};
pub use changing::ChangeSet;
pub(crate) use changing::meta;
pub use exporting::Wanted as WantedVersion;
pub use giving_up::GivenUp;
pub use importing::Import;
pub use issuing::{ClientOfIssuer, KeysOfIssuer, KeysOfIssuers, UsesOfIssuer};
pub(crate) use proposing::NewChangeRequest;
pub use proposing::Proposed;
pub use reached::{EnvironmentAddress, GatewayAddresses, Listening, TargetHealth, UpstreamHealth};
pub use replaying::{ReplayReport, Stopped as ReplayStopped};
pub use signed_in::{EndedBefore, RevokedSessions, SignedIn, SignedInPage};

use self::concealing::conceal;
use crate::browsers::BrowserSessions;
use crate::load::{Candidate, Last, Loader, Read};
use crate::notify::ServedCertificate;
use crate::people::Doors;
use crate::socket::Items;
use crate::{Actor, Answer, Named, Refusal, Remembered, repair, sourced};
use postern_calllog::CallLog;
use postern_explain::{Counters, Located};
use postern_model::entity::Configuration;
use postern_model::key::Keyer;
use postern_model::permission::Point;
use postern_outbound::Dialer;
use postern_policy::facts::{CallerBlock, Reading};
use postern_policy::policies::LimitUse;
use postern_policy::session::Closed;
use postern_policy::{Directory, Rules};
use postern_store::{ApplyError, Head, Proposal, Sealer, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Mutex, Semaphore};

/// Rules that are served, for as long as they are needed.
pub type ServedRules = Arc<dyn AsRef<Rules> + Send + Sync>;

/// What runs: the gateway, and whatever else the process is made of.
pub trait Running: std::fmt::Debug + Send + Sync {
    /// Completes a configuration with what the command line says, and reads every certificate and
    /// key that it names.
    ///
    /// # Errors
    /// What would keep it from being served, but for taken ports.
    fn check(&self, configuration: Configuration) -> Result<Arc<Configuration>, String>;

    /// Serves it from now on.
    ///
    /// # Errors
    /// Why it cannot be served; then everything stays as it is.
    fn take_over(&self, candidate: Candidate) -> Answer<'_, Result<(), String>>;

    /// What is served.
    fn configuration(&self) -> Arc<Configuration>;

    /// What it was compiled to.
    fn rules(&self) -> ServedRules;

    /// What records call it.
    fn revision(&self) -> Named;

    /// Who may call what, now.
    fn directory(&self) -> Arc<Directory>;

    /// How limits stand, in their order; nothing is taken from them.
    fn readings(&self, uses: &[LimitUse]) -> Vec<Reading>;

    /// Counters like those that requests are counted with, which have counted nothing yet.
    fn counters(&self, configuration: &Configuration) -> Box<dyn Counters> {
        let _ = configuration;
        Box::new(postern_explain::Uncounted)
    }

    /// What the file said, where one owns the configuration.
    fn remembered(&self) -> &Remembered;

    /// Who is blocked for now.
    fn blocks(&self) -> Vec<Block>;

    /// Blocks a caller. `None`: there is no room.
    fn block(&self, new: NewBlock) -> Option<Block> {
        let _ = new;
        None
    }

    /// Ends every block of a caller.
    fn lift_caller(&self, caller: &BlockedCaller) -> Vec<Block> {
        let _ = caller;
        Vec::new()
    }

    /// Blocks of callers as requests meet them.
    fn caller_blocks(&self) -> Vec<CallerBlock> {
        Vec::new()
    }

    /// What a block of this address is listed as.
    fn source_of(&self, address: IpAddr) -> String;

    /// Ends a block.
    fn lift(&self, address: IpAddr) -> Option<Block>;

    /// A session of a browser was ended, like that: it is good for nothing from now on. By this key
    /// it was kept ([`crate::browsers`]).
    fn session_ended(&self, key: &str, closed: &Closed) {
        let _ = (key, closed);
    }

    /// Where an address is, by the databases that are asked now.
    fn locate(&self, address: IpAddr) -> Located {
        let _ = address;
        Located::default()
    }

    /// How the lists of addresses stand that come from elsewhere.
    fn sourced_lists(&self) -> Vec<sourced::State> {
        Vec::new()
    }

    /// How the keys of issuers stand.
    fn issuer_keys(&self) -> Vec<KeysOfIssuer> {
        Vec::new()
    }

    /// Has the keys of an issuer fetched, or read, now.
    fn refresh_issuer<'a>(&'a self, id: &'a str) -> Answer<'a, ()> {
        let _ = id;
        Box::pin(std::future::ready(()))
    }

    /// The certificates that are served.
    fn certificates(&self) -> Vec<ServedCertificate> {
        Vec::new()
    }

    /// What the gateway listens on.
    fn listeners(&self) -> Vec<Listening> {
        Vec::new()
    }

    /// How an upstream is; none: there is no such upstream.
    fn upstream_health(&self, id: &str) -> Option<UpstreamHealth> {
        let _ = id;
        None
    }

    /// How it can be reached, and since when it runs.
    fn status(&self) -> Status;
}

/// How a process can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProcessStatus")]
pub struct Status {
    /// The process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// Addresses of the gateway, as URLs.
    pub gateways: Vec<String>,
    /// The admin address, as a URL.
    pub admin: String,
    /// The number of the configuration that is served.
    pub revision: u64,
}

/// Who owns the configuration.
#[derive(Debug)]
pub enum Source {
    /// A file. Nothing else changes what it says.
    File(PathBuf),
    /// The store.
    Store(Box<Stored>),
}

/// Documents in the store, and how they are read.
#[derive(Debug)]
pub struct Stored {
    store: Store,
    loader: Arc<Loader>,
    /// What was read last; held while a change is made, so that changes become live in the order in
    /// which they were stored.
    last: Mutex<Last>,
    /// What was mended at the start.
    repaired: Arc<Vec<String>>,
}

impl Stored {
    /// Reads everything, or the copy of a shared database that is away. Relative paths in documents
    /// begin at `folder`; sealed secrets in them are opened by `sealer`,
    /// and by nothing without one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn open(
        store: Store,
        folder: &Path,
        keyer: Keyer,
        sealer: impl Into<Option<Sealer>>,
    ) -> Result<(Self, Candidate), Refusal> {
        let loader = Loader::new(folder, keyer);
        let loader = Arc::new(match sealer.into() {
            Some(sealer) => loader.with_sealer(sealer),
            None => loader,
        });
        let reader = loader.clone();
        let look = move |proposal: &Proposal<'_>| {
            let read = reader.whole(proposal);
            read.map_err(ApplyError::Refused)
        };
        let mut repaired = Vec::new();
        let read = match store.inspect_copy(look).await? {
            Some(copy) => copy.of_copy(),
            None => match whole(&store, &loader).await {
                // A rule may be younger than what is stored.
                Err(refusal) if refusal.code == "configuration" => {
                    repaired = repair::subscriptions(&store, &loader).await?;
                    whole(&store, &loader).await?
                }
                read => read?,
            },
        };
        let stored = Self {
            store,
            loader,
            last: Mutex::new(read.last),
            repaired: Arc::new(repaired),
        };
        Ok((stored, read.candidate))
    }

    /// Where the store stands.
    pub fn head(&self) -> Head {
        self.store.head()
    }

    /// What the start mended, in sentences for whoever runs this.
    pub fn repaired(&self) -> &[String] {
        &self.repaired
    }

    pub(crate) fn keyer(&self) -> &Keyer {
        self.loader.keyer()
    }

    /// The documents, revisions and changes.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

/// Everything that is stored, validated.
async fn whole(store: &Store, loader: &Arc<Loader>) -> Result<Read, Refusal> {
    let reader = loader.clone();
    let look = move |proposal: &Proposal<'_>| {
        let read = reader.whole(proposal);
        read.map_err(ApplyError::Refused)
    };
    Ok(store.inspect(look).await?)
}

/// One request to the service.
pub struct Call<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// With what.
    pub params: Value,
    /// For an answer in parts.
    pub replies: &'a mut dyn Items,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

/// Answers what is asked over the socket.
#[derive(Debug)]
pub struct Service {
    source: Source,
    running: Arc<dyn Running>,
    calls: Arc<CallLog>,
    dialer: Option<Dialer>,
    doors: Doors,
    sessions: Option<Arc<BrowserSessions>>,
    questions: Arc<Semaphore>,
    replays: Arc<Semaphore>,
}

impl Service {
    /// For what runs by this source, and records its requests there.
    pub fn new(source: Source, running: Arc<dyn Running>, calls: Arc<CallLog>) -> Self {
        Self {
            source,
            running,
            calls,
            dialer: None,
            doors: Doors::default(),
            sessions: None,
            questions: Arc::new(Semaphore::new(asking::AT_ONCE)),
            replays: Arc::new(Semaphore::new(1)),
        }
    }

    /// What runs.
    pub(crate) fn running(&self) -> &dyn Running {
        &*self.running
    }

    /// Where documents and notes are kept; none where a file owns the configuration.
    pub const fn store(&self) -> Option<&Store> {
        match &self.source {
            Source::File(_) => None,
            Source::Store(stored) => Some(&stored.store),
        }
    }

    pub(crate) const fn source(&self) -> &Source {
        &self.source
    }

    pub(crate) const fn doors(&self) -> &Doors {
        &self.doors
    }

    /// Reads everything stored again, with the files that it names, and serves it. Does nothing
    /// where a file owns the configuration.
    ///
    /// # Errors
    /// Why it cannot be served; then everything stays as it is.
    pub async fn reload(&self) -> Result<(), Refusal> {
        match &self.source {
            Source::File(_) => Ok(()),
            Source::Store(stored) => self.read_again(stored).await,
        }
    }

    /// Serves what other nodes of a shared database have stored since. Does nothing where a file owns
    /// the configuration.
    ///
    /// # Errors
    /// Why it cannot be served; then everything stays as it is.
    pub async fn catch_up(&self) -> Result<(), Refusal> {
        match &self.source {
            Source::File(_) => Ok(()),
            Source::Store(stored) => self.catch_up_with(stored).await,
        }
    }

    /// Does what a request asks for. Every method of the protocol is one line here.
    ///
    /// # Errors
    /// Why it was not done.
    #[expect(clippy::too_many_lines, reason = "a list, a line for each method")]
    pub async fn call(&self, method: &str, call: Call<'_>) -> Result<Value, Refusal> {
        match method {
            "status" => Ok(self.status(&call.actor.who)),
            "documents" => self.documents(call.actor, read(call.params)?).await,
            "change" => self.change(call.actor, read(call.params)?).await,
            "apply" => self.apply(call.actor, read(call.params)?).await,
            "import" => self.import(call.actor, read(call.params)?).await,
            "openapi" => {
                let wanted: WantedVersion = read(call.params)?;
                self.openapi(call.actor, &wanted).await
            }
            "diff" => self.diff(call.actor, read(call.params)?).await,
            "replay" => {
                let given = read(call.params)?;
                encode(self.replay(call.actor, given, call.replies).await?)
            }
            "export" => self.export(call.actor, read(call.params)?).await,
            "revisions.list" => self.revisions(call.actor, read(call.params)?).await,
            "revisions.show" => self.revision(call.actor, read(call.params)?).await,
            "revisions.diff" => self.revisions_diff(call.actor, read(call.params)?).await,
            "revisions.rollback" => self.rollback(call.actor, read(call.params)?).await,
            "change_requests.create" => encode(self.propose(call.actor, read(call.params)?).await?),
            "change_requests.list" => self.proposals(call.actor, read(call.params)?).await,
            "change_requests.show" => self.proposal(call.actor, read(call.params)?).await,
            "change_requests.approve" => self.approve(call.actor, read(call.params)?).await,
            "change_requests.replay" => {
                let given = read(call.params)?;
                encode(
                    self.replay_of_request(call.actor, given, call.replies)
                        .await?,
                )
            }
            "change_requests.reject" => self.reject(call.actor, read(call.params)?).await,
            "versions.lifecycle" => self.lifecycle(call.actor, &read(call.params)?).await,
            "versions.difference" => {
                let WantedVersion { service, version } = read(call.params)?;
                encode(self.difference(call.actor, &service, &version).await?)
            }
            "versions.callers" => self.version_callers(call.actor, &read(call.params)?).await,
            "versions.retire" => self.retirement(call.actor, read(call.params)?).await,
            "catalogue" => Ok(self.offers(call.actor, &read(call.params)?)),
            "subscriptions.request" => self.access_asked(call.actor, &read(call.params)?).await,
            "subscriptions.decide" => self.decided(call.actor, read(call.params)?).await,
            "subscriptions.cancel" => self.cancelled(call.actor, read(call.params)?).await,
            "subscriptions.remind" => self.reminded(call.actor, &read(call.params)?).await,
            "subscriptions.history" => {
                self.subscription_history(call.actor, &read(call.params)?)
                    .await
            }
            "approvals" => encode(self.approvals(call.actor).await?),
            "keys.rotate" => self.key_rotated(call.actor, read(call.params)?).await,
            "why" => self.why(call.actor, read(call.params)?).await,
            "again" => self.again(call.actor, read(call.params)?).await,
            "can" => self.can(call.actor, read(call.params)?).await,
            "requirements" => encode(self.requirements(call.actor, read(call.params)?).await?),
            "who_can" => encode(self.who_can(call.actor, read(call.params)?).await?),
            "access" => encode(self.access(call.actor, read(call.params)?).await?),
            "log" => self.log(call.actor, read(call.params)?, call.replies).await,
            "denials" => self.denials(call.actor, read(call.params)?).await,
            "fix" => self.fix(call.actor, read(call.params)?).await,
            "issuers.keys" => encode(self.issuer_keys(call.actor, &read(call.params)?)),
            "issuers.refresh" => encode(
                self.issuer_refreshed(call.actor, read(call.params)?)
                    .await?,
            ),
            "issuers.uses" => self.issuer_used(call.actor, read(call.params)?).await,
            "lists.uses" => self.list_used(call.actor, read(call.params)?).await,
            "lists.sources" => Ok(self.list_sources(call.actor)),
            "blocks.list" => self.blocks(call.actor, &read(call.params)?),
            "blocks.add" => self.block(call.actor, read(call.params)?).await,
            "blocks.lift" => self.lift(call.actor, &read(call.params)?).await,
            "sessions.list" => encode(self.signed_in(call.actor, read(call.params)?).await?),
            "sessions.revoke" => encode(self.sign_out(call.actor, read(call.params)?).await?),
            "policies.effective" => self.effective(call.actor, &read(call.params)?).await,
            "policies.shadow" => {
                encode(self.shadow_policies(call.actor, read(call.params)?).await?)
            }
            "audit.log" => encode(self.audit_log(call.actor, &read(call.params)?).await?),
            "audit.verify" => encode(self.audit_verify(call.actor, &read(call.params)?).await?),
            "audit.export" => {
                self.audit_export(call.actor, &read(call.params)?, call.replies)
                    .await
            }
            "backup" => self.backup(call.actor, call.replies).await,
            "restore" => self.restore(call.actor, read(call.params)?).await,
            "secrets.seal" => self.seal(call.actor, read(call.params)?).await,
            "secrets.rotate" => self.rotate_secrets(call.actor, read(call.params)?).await,
            "webhooks.create" => self.webhook_made(call.actor, read(call.params)?).await,
            "webhooks.rotate_secret" => self.webhook_rotated(call.actor, read(call.params)?).await,
            "webhooks.test" => self.webhook_tested(call.actor, read(call.params)?).await,
            "webhooks.deliveries" => {
                self.webhook_deliveries(call.actor, read(call.params)?)
                    .await
            }
            "webhooks.redeliver" => {
                self.webhook_redelivered(call.actor, read(call.params)?)
                    .await
            }
            "mail.test" => self.mail_tested(call.actor, read(call.params)?).await,
            "people.admin_link" => self.admin_link(call.actor).await,
            "people.invite" => self.invite(call.actor, read(call.params)?).await,
            "people.password_link" => self.password_link(call.actor, read(call.params)?).await,
            "tokens.create" => self.new_token(call.actor, read(call.params)?).await,
            _ => {
                let name: String = method
                    .chars()
                    .take(40)
                    .flat_map(char::escape_debug)
                    .collect();
                let message = format!("this Postern has no method `{name}`");
                Err(Refusal::invalid(message).help("is it of another version than the command?"))
            }
        }
    }

    async fn read_again(&self, stored: &Stored) -> Result<(), Refusal> {
        let mut last = stored.last.lock().await;
        let mut read = whole(&stored.store, &stored.loader).await?;
        if let Some(configuration) = read.candidate.configuration.take() {
            let checked = self.running.check(Arc::unwrap_or_clone(configuration));
            read.candidate.configuration =
                Some(checked.map_err(|why| Refusal::new("configuration", why))?);
        }
        let taken = self.take_over(stored, &mut last, read).await;
        taken.map_err(|why| Refusal::new(changing::NOT_SERVED, why))
    }

    fn status(&self, who: &str) -> Value {
        let (file, head) = match &self.source {
            Source::File(path) => (Some(path.display().to_string()), None),
            Source::Store(stored) => (None, Some(stored.head())),
        };
        json!({
            "who": who,
            "file": file,
            "sequence": head.map(|head| head.sequence),
            "stored_revision": head.map(|head| head.revision.to_string()),
            "process": self.running.status(),
        })
    }

    async fn list_used(&self, actor: &Actor, wanted: ById) -> Result<Value, Refusal> {
        let uses = self.uses_of_list(actor, &wanted.id).await?;
        Ok(json!({ "items": uses }))
    }

    async fn issuer_used(&self, actor: &Actor, wanted: ById) -> Result<Value, Refusal> {
        encode(self.uses_of_issuer(actor, &wanted.id).await?)
    }

    /// How the lists stand that somebody may see.
    fn list_sources(&self, actor: &Actor) -> Value {
        let configuration = self.running.configuration();
        let all = actor.grants.allow_everywhere(Point::SettingsRead);
        let mut states = self.running.sourced_lists();
        states.retain_mut(|state| {
            let mut lists = configuration.lists.iter();
            let Some(list) = lists.find(|list| *list.name == *state.list) else {
                return false;
            };
            if list.tenant.is_some() && !all {
                conceal(&mut state.error, &configuration.egress);
            }
            actor.grants.allow(Point::ListsRead, list.tenant.as_deref())
        });
        json!({ "lists": states })
    }
}

/// Refuses whoever has not this permission on the platform.
fn on_platform(actor: &Actor, point: Point) -> Result<(), Refusal> {
    if actor.grants.allow_everywhere(point) {
        return Ok(());
    }
    let message = format!("this takes the permission `{point}` on the platform");
    Err(Refusal::new("forbidden", message))
}

/// Which of what a method is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ById {
    id: String,
}

/// Does what takes a processor long on a thread that may block: the one of the control plane also
/// lets people in and follows other nodes.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Refusal::new("failed", error.to_string()))?
}

/// An answer as JSON.
pub(crate) fn encode(answer: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| Refusal::new("failed", error.to_string()))
}

/// Reads the parameters of a method.
fn read<T: serde::de::DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    let params = if params.is_null() { json!({}) } else { params };
    serde_json::from_value(params)
        .map_err(|error| Refusal::invalid(format!("the parameters cannot be read: {error}")))
}
