//! The gateway as a whole: cores, listeners, and the changes that reach them while they serve.

mod background;
mod core;
mod floods;
mod listener;
mod load;
mod observe;
mod places;
mod snapshot;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use self::core::{Core, CoreState};
pub use listener::ListenError;
pub(crate) use listener::ListenerState;
pub(crate) use load::Load;
pub(crate) use snapshot::{Dialer, Snapshot};
pub use snapshot::{Revision, SnapshotError};

use self::core::Command;
use self::floods::Floods;
use crate::counting::Counting;
use crate::freshness::Freshness;
use crate::issuers::{Fetch, Issuers, Revoke, Standing};
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::record::Sinks;
use crate::sessions::{Browsers, Outside};
use crate::tls::Validity;
use crate::upstream::UpstreamState;
use crate::wellknown::Requests;
use arc_swap::ArcSwap;
use background::Background;
use postern_calllog::CallLog;
use postern_geo::Databases;
use postern_model::entity::{Configuration, Listener};
use postern_model::key::Keyer;
use postern_policy::listing::{Listed, Listings};
use postern_policy::session::Closed;
use postern_policy::{Directory, Rules};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How long callers are given to take the refusals at the end of a drain.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Why a gateway cannot start, or a configuration not be taken over. One sentence each.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Rules, certificates of services and upstreams.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A listener.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The operating system.
    #[error("a core cannot be started: {0}")]
    Core(#[from] std::io::Error),
}

/// What the process decides, not the configuration.
#[derive(Debug, Clone)]
pub struct Options {
    /// Cores that serve requests.
    pub cores: usize,
    /// What records call the configuration.
    pub revision: Revision,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// Who gets the records of requests.
    pub sinks: Sinks,
    /// The counters of limits; kept over reloads.
    pub counting: Arc<Counting>,
    /// What digests of keys are compared under.
    pub keyer: Keyer,
    /// Gets what issuers of tokens publish.
    pub fetch: Arc<dyn Fetch>,
    /// Keeps which tokens of built-in issuers were given up.
    pub revoke: Arc<dyn Revoke>,
    /// Keeps sessions of browsers, and asks those who sign people in.
    pub sessions: Outside,
    /// Where requests are recorded.
    pub call_log: Option<Arc<CallLog>>,
    /// Whom callers are told about their requests by; `None`: they are told nothing.
    pub requests: Option<Requests>,
    /// Who may call what, from the first request on.
    pub directory: Directory,
    /// What lists from elsewhere say, from the first request on.
    pub listings: Listings,
    /// Whether what is served is known to hold.
    pub freshness: Arc<Freshness>,
}

/// What every core shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) cores: usize,
    pub(crate) seed: u64,
    pub(crate) load: Arc<Load>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) sinks: Sinks,
    pub(crate) counting: Arc<Counting>,
    /// Who may call what, now.
    pub(crate) directory: ArcSwap<Directory>,
    /// What lists from elsewhere say, now.
    pub(crate) listings: ArcSwap<Listings>,
    /// What digests of keys are compared under.
    pub(crate) keyer: Keyer,
    /// Checks passwords.
    pub(crate) passwords: Passwords,
    /// Whose tokens can be checked.
    pub(crate) issuers: Issuers,
    /// Keeps which tokens of built-in issuers were given up.
    pub(crate) revoke: Arc<dyn Revoke>,
    /// Who is signed in at browsers.
    pub(crate) browsers: Browsers,
    pub(crate) call_log: Option<Arc<CallLog>>,
    pub(crate) requests: Option<Requests>,
    pub(crate) freshness: Arc<Freshness>,
    /// Bounds records of connections that were refused.
    pub(crate) floods: Floods,
    commands: Vec<UnboundedSender<Command>>,
    /// When something that may happen very often was last said, seconds.
    said: AtomicU64,
    begun: Instant,
}

impl Shared {
    fn tell(&self, core: usize, command: Command) {
        if let Some(commands) = self.commands.get(core) {
            // A core that has ended needs to hear nothing.
            let _ = commands.send(command);
        }
    }

    /// The core with the fewest connections.
    fn least_loaded(&self) -> usize {
        self.load.least_loaded()
    }

    /// Whether it is time to say something again that would otherwise fill the log: at most once a
    /// second.
    pub(crate) fn say_seldom(&self) -> bool {
        let now = self.begun.elapsed().as_secs() + 1;
        self.said.swap(now, Relaxed) != now
    }
}

/// A running data plane.
#[derive(Debug)]
pub struct Gateway {
    shared: Arc<Shared>,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    snapshot: Arc<Snapshot>,
    listeners: Vec<Arc<ListenerState>>,
    _background: Background,
}

/// What is served, kept as long as somebody looks at it.
struct Served(Arc<Snapshot>);

impl AsRef<Rules> for Served {
    fn as_ref(&self) -> &Rules {
        &self.0.rules
    }
}

impl Gateway {
    /// Who may call what, now.
    pub fn directory(&self) -> Arc<Directory> {
        self.shared.directory.load_full()
    }

    /// The rules that are served.
    pub fn rules(&self) -> impl AsRef<Rules> + Send + Sync + 'static {
        Served(self.current().snapshot.clone())
    }

    /// What records call the configuration that is served.
    pub fn revision_name(&self) -> Revision {
        self.current().snapshot.revision.clone()
    }

    /// Decides by these rows from now on; requests that were decided keep theirs.
    pub fn set_directory(&self, directory: Directory) {
        self.shared.directory.store(Arc::new(directory));
    }

    /// What lists from elsewhere say is this from now on.
    pub fn set_listings(&self, listings: Listings) {
        self.shared.listings.store(Arc::new(listings));
    }

    /// What the lists from elsewhere that are served say of an address at `now`, Unix time in
    /// milliseconds.
    pub fn listed(&self, address: IpAddr, now: i64) -> Vec<Listed> {
        let current = self.current();
        let lists = current.snapshot.configuration().lists.iter();
        let listings = self.shared.listings.load();
        lists
            .filter(|list| list.source.is_some())
            .map(|list| listings.listed(&list.name, address, now))
            .collect()
    }

    /// The session of a browser that is kept under this key was ended, like that.
    pub fn session_ended(&self, key: &str, closed: &Closed) {
        self.shared.browsers.ended(key, closed);
    }

    /// How the keys of issuers stand.
    pub fn issuers(&self) -> Vec<Standing> {
        let current = self.current();
        let issuers = &current.snapshot.configuration().issuers;
        self.shared.issuers.standings(issuers)
    }

    /// Has the keys of an issuer fetched or read now, and waits for what comes of it.
    pub async fn refresh_issuer(&self, name: &str) {
        let found = {
            let current = self.current();
            let mut issuers = current.snapshot.configuration().issuers.iter();
            issuers.find(|issuer| &*issuer.name == name).cloned()
        };
        if let Some(issuer) = found {
            self.shared.issuers.refresh(&issuer).await;
        }
    }

    /// Whether what is served is known to hold.
    pub fn freshness(&self) -> &Freshness {
        &self.shared.freshness
    }

    /// The counters of limits and of the edge.
    pub fn counting(&self) -> &Counting {
        &self.shared.counting
    }

    /// Opens the listeners and starts the cores. Health checks and name resolution run on the tokio
    /// runtime that this is awaited on, which has to live as long as the gateway.
    ///
    /// # Errors
    /// What cannot be opened or read; nothing is left running then.
    pub async fn start(
        configuration: Arc<Configuration>,
        options: Options,
    ) -> Result<Self, GatewayError> {
        let cores = options.cores;
        let seed = RandomState::new().hash_one(std::process::id());
        let opened = open(&configuration.listeners, &[], cores)?;
        let own = opened.iter().map(|(state, _)| state.address).collect();
        let rules = compile(configuration.clone(), &options.revision)?;
        let snapshot = Arc::new(Snapshot::build(
            rules,
            1,
            options.revision,
            None,
            own,
            &options.metrics,
            None,
        )?);
        let background = Background::start(&snapshot, seed).await?;
        let (commands, receivers): (Vec<_>, Vec<_>) =
            (0..cores).map(|_| unbounded_channel()).unzip();
        let shared = Arc::new(Shared {
            cores,
            seed,
            load: Arc::new(Load::new(cores, &configuration.limits)),
            issuers: Issuers::new(options.fetch, &options.keyer, options.metrics.clone()),
            metrics: options.metrics,
            sinks: options.sinks,
            counting: options.counting,
            directory: ArcSwap::from_pointee(options.directory),
            listings: ArcSwap::from_pointee(options.listings),
            revoke: options.revoke,
            browsers: Browsers::new(&options.keyer, options.sessions),
            passwords: Passwords::new(cores, &options.keyer, seed),
            keyer: options.keyer,
            call_log: options.call_log,
            requests: options.requests,
            freshness: options.freshness,
            floods: Floods::new(),
            commands,
            said: AtomicU64::new(0),
            begun: Instant::now(),
        });
        shared.issuers.follow(&snapshot);
        let threads = receivers
            .into_iter()
            .enumerate()
            .map(|(index, commands)| core::start(index, shared.clone(), snapshot.clone(), commands))
            .collect::<Result<_, _>>()?;
        let listeners = listen(&shared, &snapshot, opened);
        shared.metrics.reload_succeeded(unix_now());
        Ok(Self {
            shared,
            threads: Mutex::new(threads),
            current: Mutex::new(Current {
                snapshot,
                listeners,
                _background: background,
            }),
        })
    }

    /// Takes over a configuration: listeners that stay keep their sockets, requests under way end
    /// by the one they began with. Reloads are not made at the same time.
    ///
    /// # Errors
    /// What cannot be opened or read; then everything stays as it is.
    pub async fn reload(
        &self,
        configuration: Arc<Configuration>,
        revision: Revision,
    ) -> Result<(), GatewayError> {
        match compile(configuration, &revision) {
            Ok(rules) => self.reload_compiled(rules, revision).await,
            Err(error) => {
                self.shared.metrics.reload_failed();
                Err(error.into())
            }
        }
    }

    /// As [`check`], but that databases which are asked already are not read again: one whose file
    /// was broken since keeps no change from being made.
    ///
    /// # Errors
    /// As [`check`].
    pub fn check(&self, configuration: &Arc<Configuration>) -> Result<Rules, GatewayError> {
        check_beside(configuration, Some(&self.places()))
    }

    /// Takes over rules that [`check`] gave, which are called as this revision is from then on.
    ///
    /// # Errors
    /// As [`Gateway::reload`].
    pub async fn reload_compiled(
        &self,
        rules: Rules,
        revision: Revision,
    ) -> Result<(), GatewayError> {
        let rules = rules.renamed(revision.name.clone());
        let result = self.take_over(rules, revision).await;
        match &result {
            Ok(()) => self.shared.metrics.reload_succeeded(unix_now()),
            Err(_) => self.shared.metrics.reload_failed(),
        }
        result
    }

    async fn take_over(&self, rules: Rules, revision: Revision) -> Result<(), GatewayError> {
        let configuration = rules.configuration().clone();
        let (before, listeners) = {
            let current = self.current();
            (current.snapshot.clone(), current.listeners.clone())
        };
        let wanted = &configuration.listeners;
        let opened = open(wanted, &listeners, self.shared.cores)?;
        let (kept, gone): (Vec<_>, Vec<_>) = listeners
            .into_iter()
            .partition(|state| wanted.contains(&state.config));
        let new = opened.iter().map(|(state, _)| state);
        let own = kept.iter().chain(new).map(|state| state.address).collect();
        let number = before.number + 1;
        let metrics = &self.shared.metrics;
        let places = Some(&*before.geo);
        let snapshot =
            Snapshot::build(rules, number, revision, Some(&before), own, metrics, places)?;
        for state in &kept {
            state.reload_certificates()?;
        }
        let snapshot = Arc::new(snapshot);
        let background = Background::start(&snapshot, self.shared.seed).await?;
        self.shared.load.set_limits(&configuration.limits);
        self.shared.issuers.follow(&snapshot);
        for core in 0..self.shared.cores {
            self.shared.tell(core, Command::Snapshot(snapshot.clone()));
            for state in &gone {
                self.shared.tell(core, Command::Unlisten(state.clone()));
            }
        }
        let mut listeners = kept;
        listeners.extend(listen(&self.shared, &snapshot, opened));
        *self.current() = Current {
            snapshot,
            listeners,
            _background: background,
        };
        Ok(())
    }

    /// Where everything is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.shared.metrics
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the gateway listens: names and addresses, TLS or not.
    pub fn listeners(&self) -> Vec<(String, SocketAddr, bool)> {
        let current = self.current();
        let row = |l: &Arc<ListenerState>| (l.config.name.to_string(), l.address, l.tls.is_some());
        current.listeners.iter().map(row).collect()
    }

    /// When each certificate is valid that is served, once for each listener that serves it.
    pub fn certificates(&self) -> Vec<Validity> {
        let current = self.current();
        let tls = current.listeners.iter().filter_map(|l| l.tls.as_ref());
        tls.flat_map(|tls| tls.certificates().validity()).collect()
    }

    /// The upstreams of the current configuration, for health checks, resolution and metrics.
    pub fn upstreams(&self) -> Vec<Arc<UpstreamState>> {
        let current = self.current();
        current.snapshot.upstreams.iter().cloned().collect()
    }

    /// The number of the configuration that is served: 1 at the start, one more with each reload.
    pub fn revision(&self) -> u64 {
        self.current().snapshot.number
    }

    /// Stops accepting, waits until every connection has ended or `timeouts.drain` has passed, and
    /// ends the cores. Requests without an answer are refused then; says how many connections were
    /// cut off. Blocks.
    pub fn drain(&self) -> usize {
        let limit = self.current().snapshot.configuration().timeouts.drain;
        let end = Instant::now() + limit;
        for core in 0..self.shared.cores {
            self.shared.tell(core, Command::Drain);
        }
        std::thread::sleep(listener::LAST_HANDSHAKES + Duration::from_millis(20));
        let left = self.wait_until(end);
        if left > 0 {
            for core in 0..self.shared.cores {
                self.shared.tell(core, Command::CutOff);
            }
            self.wait_until(Instant::now() + LAST_ANSWERS);
        }
        for core in 0..self.shared.cores {
            self.shared.tell(core, Command::Stop);
        }
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A core that has panicked has said so.
            let _ = thread.join();
        }
        left
    }

    /// Waits until every connection has ended, at most until then; gives how many have not.
    fn wait_until(&self, end: Instant) -> usize {
        loop {
            let left = self.shared.load.connections();
            if left == 0 || Instant::now() >= end {
                return left;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Reads every certificate, key, authority and database that a configuration names and compiles its
/// rules, without opening anything. Gives the rules, for [`Gateway::reload_compiled`].
///
/// # Errors
/// What [`Gateway::start`] would stumble over, but for taken ports.
pub fn check(configuration: &Arc<Configuration>) -> Result<Rules, GatewayError> {
    check_beside(configuration, None)
}

fn check_beside(
    configuration: &Arc<Configuration>,
    places: Option<&Databases>,
) -> Result<Rules, GatewayError> {
    for listener in &configuration.listeners {
        listener::tls_of(listener)?;
    }
    let revision = Revision {
        number: 0,
        name: "0".into(),
    };
    let nothing = Metrics::new();
    let rules = compile(configuration.clone(), &revision)?;
    let snapshot = Snapshot::build(rules, 0, revision, None, Vec::new(), &nothing, places)?;
    Ok(snapshot.rules)
}

fn compile(configuration: Arc<Configuration>, revision: &Revision) -> Result<Rules, SnapshotError> {
    Ok(Rules::compile(configuration, revision.name.clone())?)
}

/// Unix time in seconds.
fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

type Opened = Vec<(Arc<ListenerState>, Vec<std::net::TcpListener>)>;

/// Opens what is wanted and not there yet.
fn open(
    wanted: &[Listener],
    there: &[Arc<ListenerState>],
    cores: usize,
) -> Result<Opened, ListenError> {
    wanted
        .iter()
        .filter(|config| !there.iter().any(|state| state.config == **config))
        .map(|config| {
            // A port that is ours already cannot be taken.
            let ours = there
                .iter()
                .any(|state| state.config.address == config.address);
            ListenerState::open(config, cores, ours)
        })
        .collect()
}

/// Has the cores accept from sockets that were opened.
fn listen(shared: &Shared, snapshot: &Snapshot, opened: Opened) -> Vec<Arc<ListenerState>> {
    opened
        .into_iter()
        .map(|(state, sockets)| {
            state.set_place(snapshot);
            for (core, socket) in sockets.into_iter().enumerate() {
                shared.tell(core, Command::Listen(state.clone(), socket));
            }
            state
        })
        .collect()
}
