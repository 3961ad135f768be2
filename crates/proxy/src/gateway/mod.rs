//! The gateway as a whole: cores, listeners, and the changes that reach them while they serve.

mod core;
mod listener;
mod load;
mod snapshot;

pub(crate) use self::core::{Core, CoreState};
pub use listener::ListenError;
pub(crate) use listener::ListenerState;
pub(crate) use load::Load;
pub(crate) use snapshot::Dialer;
pub use snapshot::SnapshotError;

use self::core::Command;
use crate::upstream::UpstreamState;
use postern_model::entity::{Configuration, Listener};
use snapshot::Snapshot;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

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
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Cores that serve requests.
    pub cores: usize,
}

/// What every core shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) cores: usize,
    pub(crate) seed: u64,
    pub(crate) load: Arc<Load>,
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
}

impl Gateway {
    /// Opens the listeners and starts the cores. A configuration without listeners is served where
    /// `Configuration::listeners` was filled in by the caller.
    ///
    /// # Errors
    /// What cannot be opened or read; nothing is left running then.
    pub fn start(
        configuration: Arc<Configuration>,
        options: Options,
    ) -> Result<Self, GatewayError> {
        let cores = options.cores;
        let opened = open(&configuration.listeners, &[], cores)?;
        let own = opened.iter().map(|(state, _)| state.address).collect();
        let snapshot = Arc::new(Snapshot::build(configuration.clone(), 1, None, own)?);
        let (commands, receivers): (Vec<_>, Vec<_>) =
            (0..cores).map(|_| unbounded_channel()).unzip();
        let shared = Arc::new(Shared {
            cores,
            seed: RandomState::new().hash_one(std::process::id()),
            load: Arc::new(Load::new(cores, &configuration.limits)),
            commands,
            said: AtomicU64::new(0),
            begun: Instant::now(),
        });
        let mut threads = Vec::with_capacity(cores);
        for (index, receiver) in receivers.into_iter().enumerate() {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let (shared, snapshot) = (shared.clone(), snapshot.clone());
            let thread = std::thread::Builder::new().name(format!("core-{index}"));
            threads.push(thread.spawn(move || {
                let mut runtime = runtime;
                match runtime
                    .enable_all()
                    .build_local(tokio::runtime::LocalOptions::default())
                {
                    Ok(runtime) => runtime.block_on(core::run(index, shared, snapshot, receiver)),
                    Err(error) => tracing::error!(%error, core = index, "a core cannot start"),
                }
            })?);
        }
        let mut listeners = Vec::new();
        for (state, sockets) in opened {
            listen(&shared, &state, sockets);
            listeners.push(state);
        }
        Ok(Self {
            shared,
            threads: Mutex::new(threads),
            current: Mutex::new(Current {
                snapshot,
                listeners,
            }),
        })
    }

    /// Takes over a configuration: listeners that stay keep their sockets, requests under way end
    /// by the one they began with.
    ///
    /// # Errors
    /// What cannot be opened or read; then everything stays as it is.
    pub fn reload(&self, configuration: Arc<Configuration>) -> Result<(), GatewayError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = open(
            &configuration.listeners,
            &current.listeners,
            self.shared.cores,
        )?;
        let kept: Vec<_> = current
            .listeners
            .iter()
            .filter(|state| {
                configuration
                    .listeners
                    .iter()
                    .any(|l| same(&state.config, l))
            })
            .cloned()
            .collect();
        for state in &kept {
            if let Some(tls) = &state.tls {
                tls.certificates()
                    .reload()
                    .map_err(|error| ListenError::Tls {
                        name: state.config.name.to_string(),
                        error,
                    })?;
            }
        }
        let own = kept
            .iter()
            .chain(opened.iter().map(|(state, _)| state))
            .map(|s| s.address);
        let number = current.snapshot.number + 1;
        let snapshot = Snapshot::build(
            configuration.clone(),
            number,
            Some(&current.snapshot),
            own.collect(),
        )?;
        let snapshot = Arc::new(snapshot);
        self.shared.load.set_limits(&configuration.limits);
        for core in 0..self.shared.cores {
            self.shared.tell(core, Command::Snapshot(snapshot.clone()));
        }
        let mut listeners = kept;
        for gone in &current.listeners {
            if !listeners.iter().any(|l| Arc::ptr_eq(l, gone)) {
                for core in 0..self.shared.cores {
                    self.shared.tell(core, Command::Unlisten(gone.clone()));
                }
            }
        }
        for (state, sockets) in opened {
            listen(&self.shared, &state, sockets);
            listeners.push(state);
        }
        *current = Current {
            snapshot,
            listeners,
        };
        Ok(())
    }

    /// Where the gateway listens: names and addresses, TLS or not.
    pub fn listeners(&self) -> Vec<(String, SocketAddr, bool)> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |l: &Arc<ListenerState>| (l.config.name.to_string(), l.address, l.tls.is_some());
        current.listeners.iter().map(row).collect()
    }

    /// The upstreams of the current configuration, for health checks, resolution and metrics.
    pub fn upstreams(&self) -> Vec<Arc<UpstreamState>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.snapshot.upstreams.iter().cloned().collect()
    }

    /// Runs what is needed once a process, until told to stop: looking after memory, health checks,
    /// name resolution.
    pub async fn background(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let _ = stop.wait_for(|stop| *stop).await;
    }

    /// How long draining may take by the current configuration.
    pub fn drain_timeout(&self) -> Duration {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.snapshot.configuration().timeouts.drain
    }

    /// The number of the configuration that is served: 1 at the start, one more with each reload.
    pub fn revision(&self) -> u64 {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .snapshot
            .number
    }

    /// Stops accepting, waits until every connection has ended or `limit` has passed, and ends the
    /// cores. Says how many connections were cut off.
    pub fn drain(&self, limit: Duration) -> usize {
        let end = Instant::now() + limit;
        for core in 0..self.shared.cores {
            self.shared.tell(core, Command::Drain);
        }
        // What the kernel holds for us is accepted first; that takes no time worth measuring.
        std::thread::sleep(Duration::from_millis(20));
        while self.shared.load.connections() > 0 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        let left = self.shared.load.connections();
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
        .filter(|config| !there.iter().any(|state| same(&state.config, config)))
        .map(|config| ListenerState::open(config, cores))
        .collect()
}

/// Whether a listener can stay as it is.
fn same(a: &Listener, b: &Listener) -> bool {
    a == b
}

fn listen(shared: &Shared, state: &Arc<ListenerState>, sockets: Vec<std::net::TcpListener>) {
    for (core, socket) in sockets.into_iter().enumerate() {
        shared.tell(core, Command::Listen(state.clone(), socket));
    }
}
