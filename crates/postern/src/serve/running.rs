//! The gateway as the local socket sees it.

use super::admin::Status;
use super::begin::revision;
use super::completion::Completion;
use super::counters::Replaying;
use super::welcome::reachable;
use super::{egress, health};
use postern_control::notify::ServedCertificate;
use postern_control::sourced::{Keeper, State};
use postern_control::{
    Answer, Block, BlockedCaller, Candidate, KeysOfIssuer, Listening, Named, NewBlock, Remembered,
    Running, ServedRules, UpstreamHealth,
};
use postern_explain::{Counters, Located};
use postern_model::entity::{BlockedBy, Configuration};
use postern_policy::facts::{CallerBlock, Reading};
use postern_policy::policies::LimitUse;
use postern_policy::session::Closed;
use postern_policy::{Directory, Rules};
use postern_proxy::Gateway;
use postern_proxy::counting::{By, Source, found};
use postern_proxy::issuers::Standing;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

/// The gateway, what it serves, and how it came to that.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) completion: Arc<Completion>,
    pub(crate) status: Arc<Status>,
    pub(crate) admin: SocketAddr,
    served: Mutex<Arc<Configuration>>,
    /// The rules of the configuration that was checked last, to be served unless it is not.
    checked: Mutex<Option<Rules>>,
    pub(crate) remembered: Remembered,
    pub(crate) keeper: Arc<Keeper>,
}

impl Process {
    pub(crate) fn new(
        gateway: Arc<Gateway>,
        completion: Arc<Completion>,
        status: Arc<Status>,
        admin: SocketAddr,
        served: Arc<Configuration>,
        remembered: Remembered,
        keeper: Arc<Keeper>,
    ) -> Self {
        Self {
            gateway,
            completion,
            status,
            admin,
            served: Mutex::new(served),
            checked: Mutex::default(),
            remembered,
            keeper,
        }
    }

    /// Serves a configuration and a directory from now on.
    pub(crate) async fn serve(&self, candidate: Candidate) -> Result<(), String> {
        if let Some(configuration) = candidate.configuration {
            let revision = revision(candidate.revision);
            // Of both, for the old one stays where the new one cannot be taken over.
            let mut lists = self.configuration().lists.clone();
            lists.retain(|old| configuration.lists.iter().all(|new| new.name != old.name));
            lists.extend(configuration.lists.iter().cloned());
            if let Some(listings) = self.keeper.prepare(&lists, now().div_euclid(1000)) {
                self.gateway.set_listings(listings);
            }
            let reloaded = match self.rules_of(&configuration) {
                Some(rules) => self.gateway.reload_compiled(rules, revision).await,
                None => self.gateway.reload(configuration.clone(), revision).await,
            };
            let outcome = reloaded.map_err(|error| error.to_string());
            self.status.reloaded(outcome.clone());
            outcome?;
            *self.served.lock().unwrap_or_else(PoisonError::into_inner) = configuration;
        }
        self.gateway.set_directory(candidate.directory);
        Ok(())
    }
}

impl Process {
    /// The rules of this very configuration, if it is the one that was checked last.
    fn rules_of(&self, configuration: &Arc<Configuration>) -> Option<Rules> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = checked.take();
        rules.filter(|rules| Arc::ptr_eq(rules.configuration(), configuration))
    }
}

impl Running for Process {
    fn check(&self, mut configuration: Configuration) -> Result<Arc<Configuration>, String> {
        self.completion.complete(&mut configuration)?;
        let configuration = Arc::new(configuration);
        let rules = self.gateway.check(&configuration);
        let rules = rules.map_err(|error| error.to_string())?;
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(rules);
        Ok(configuration)
    }

    fn take_over(&self, candidate: Candidate) -> Answer<'_, Result<(), String>> {
        Box::pin(self.serve(candidate))
    }

    fn configuration(&self) -> Arc<Configuration> {
        let served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.clone()
    }

    fn rules(&self) -> ServedRules {
        Arc::new(self.gateway.rules())
    }

    fn revision(&self) -> Named {
        let revision = self.gateway.revision_name();
        Named {
            number: revision.number,
            name: revision.name,
        }
    }

    fn directory(&self) -> Arc<Directory> {
        self.gateway.directory()
    }

    fn readings(&self, uses: &[LimitUse]) -> Vec<Reading> {
        self.gateway.counting().peek(uses, now()).to_vec()
    }

    fn counters(&self, configuration: &Configuration) -> Box<dyn Counters> {
        Box::new(Replaying::new(&configuration.edge))
    }

    fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    fn blocks(&self) -> Vec<Block> {
        let counting = self.gateway.counting();
        let addresses = counting.blocks(now()).into_iter().map(block);
        let callers = counting.blocked_callers(now());
        // What is only noted blocks nobody.
        let callers = callers.iter().filter(|block| !block.shadow);
        addresses.chain(callers.map(caller_block)).collect()
    }

    fn block(&self, new: NewBlock) -> Option<Block> {
        let (by, name) = match &new.caller {
            BlockedCaller::Credential(id) => (BlockedBy::Credential, &**id),
            BlockedCaller::App(name) => (BlockedBy::App, &**name),
        };
        let made = By {
            who: new.by.into(),
            reason: new.reason.map(Into::into),
        };
        let counting = self.gateway.counting();
        let block = counting.block(by, name, made, new.until_ms, now());
        block.as_ref().map(caller_block)
    }

    fn lift_caller(&self, caller: &BlockedCaller) -> Vec<Block> {
        let (by, name) = match caller {
            BlockedCaller::Credential(id) => (BlockedBy::Credential, id),
            BlockedCaller::App(name) => (BlockedBy::App, name),
        };
        let lifted = self.gateway.counting().lift_caller(by, name, now());
        lifted.iter().map(caller_block).collect()
    }

    fn caller_blocks(&self) -> Vec<CallerBlock> {
        let blocks = self.gateway.counting().blocked_callers(now());
        blocks.iter().map(found).collect()
    }

    fn source_of(&self, address: IpAddr) -> String {
        Source::from(address).to_string()
    }

    fn session_ended(&self, key: &str, closed: &Closed) {
        self.gateway.session_ended(key, closed);
    }

    fn lift(&self, address: IpAddr) -> Option<Block> {
        self.gateway.counting().lift(address, now()).map(block)
    }

    fn locate(&self, address: IpAddr) -> Located {
        let places = self.gateway.places();
        Located {
            country: places.country(address),
            system: places.system(address),
            listed: self.gateway.listed(address, now()),
        }
    }

    fn sourced_lists(&self) -> Vec<State> {
        self.keeper.states(now().div_euclid(1000))
    }

    fn issuer_keys(&self) -> Vec<KeysOfIssuer> {
        let configuration = self.configuration();
        let mut standings = self.gateway.issuers();
        let issuers = configuration.issuers.iter().map(|issuer| {
            let of = KeysOfIssuer::of(issuer);
            let at = standings.iter().position(|one| one.issuer == issuer.name);
            match at.map(|at| standings.swap_remove(at)) {
                Some(standing) => stands(of, standing),
                None => of,
            }
        });
        issuers.collect()
    }

    fn refresh_issuer<'a>(&'a self, id: &'a str) -> Answer<'a, ()> {
        Box::pin(self.gateway.refresh_issuer(id))
    }

    fn certificates(&self) -> Vec<ServedCertificate> {
        let mut served: Vec<ServedCertificate> = Vec::new();
        for one in self.gateway.certificates() {
            let name = one.certificate.to_string();
            if served.iter().all(|other| other.name != name) {
                served.push(ServedCertificate {
                    name,
                    expires_at: one.not_after,
                });
            }
        }
        served
    }

    fn listeners(&self) -> Vec<Listening> {
        let listeners = self.gateway.listeners().into_iter();
        listeners
            .map(|(_, address, tls)| Listening { address, tls })
            .collect()
    }

    fn upstream_health(&self, id: &str) -> Option<UpstreamHealth> {
        let upstreams = self.gateway.upstreams();
        let upstream = upstreams.iter().find(|one| **one.name() == *id)?;
        let forbids = |to| egress::check(self, to).is_err();
        Some(health::of(upstream, &forbids, Instant::now(), now()))
    }

    fn status(&self) -> postern_control::Status {
        let url = |tls: bool, address| {
            let scheme = if tls { "https" } else { "http" };
            format!("{scheme}://{}", reachable(address))
        };
        let listeners = self.gateway.listeners();
        postern_control::Status {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            gateways: listeners
                .into_iter()
                .map(|(_, at, tls)| url(tls, at))
                .collect(),
            admin: url(false, self.admin),
            revision: self.gateway.revision(),
        }
    }
}

/// What is known of the keys of an issuer.
fn stands(of: KeysOfIssuer, standing: Standing) -> KeysOfIssuer {
    let (failing_since_ms, error) = standing.failing.unzip();
    KeysOfIssuer {
        keys: standing.keys,
        names: standing.names,
        left_out: standing.left_out,
        fetched_ms: standing.fetched,
        next_ms: standing.next,
        failing_since_ms,
        error,
        kept_until_ms: standing.kept_until,
        ..of
    }
}

fn millis(nanos: u64) -> i64 {
    i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX)
}

fn block(block: postern_proxy::counting::Block) -> Block {
    Block {
        kind: "address".to_owned(),
        source: block.source.to_string(),
        since_ms: millis(block.since),
        until_ms: millis(block.until),
        trigger: Some(block.trigger.name().to_owned()),
        policy: None,
        by: None,
        reason: None,
    }
}

fn caller_block(block: &postern_proxy::counting::CallerBlock) -> Block {
    let told = found(block);
    let text = |name: Option<Arc<str>>| name.map(|name| name.to_string());
    Block {
        kind: told.what.to_string(),
        source: told.who.to_string(),
        since_ms: millis(block.since),
        until_ms: told.until,
        trigger: text(told.trigger),
        policy: text(told.policy),
        by: text(told.by),
        reason: text(told.reason),
    }
}

/// Unix time in milliseconds.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
