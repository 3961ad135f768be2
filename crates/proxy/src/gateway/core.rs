//! One core: its runtime, its connections, its view of the configuration.

use super::Shared;
use super::listener::{self, ListenerState};
use super::snapshot::{Dialer, Snapshot};
use crate::back::{Pools, TargetPool};
use crate::connection;
use crate::deciders::CoreDeciders;
use crate::exchange::ResponseHead;
use crate::metrics::CoreMetrics;
use crate::upstream::{CoreUpstream, CoreUpstreams, Lease};
use postern_calllog::Producer;
use postern_model::RequestId;
use postern_model::entity::Configuration;
use postern_policy::credential::Remembered;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// How often idle upstream connections are looked through.
const REAP: Duration = Duration::from_secs(5);

/// How often it is looked whether callers whose requests take long would still be let in.
const SWEEP: Duration = Duration::from_secs(2);

/// Scratch buffers and heads kept for reuse, of each.
const KEPT: usize = 64;
/// Larger ones are not kept, bytes.
const KEPT_BYTES: usize = 16 << 10;

/// What the control side tells a core.
#[derive(Debug)]
pub(crate) enum Command {
    /// Serve by this configuration from now on.
    Snapshot(Arc<Snapshot>),
    /// Accept connections from this socket.
    Listen(Arc<ListenerState>, std::net::TcpListener),
    /// Stop accepting for this listener.
    Unlisten(Arc<ListenerState>),
    /// Serve a connection that another core has accepted.
    Serve(Arc<ListenerState>, std::net::TcpStream, SocketAddr),
    /// Finish what is under way; take nothing new.
    Drain,
    /// Answer what has had no answer yet that there is none; break off the rest.
    CutOff,
    /// Drop what is left and end.
    Stop,
}

/// One core's view of a configuration.
#[derive(Debug)]
pub(crate) struct CoreState {
    snapshot: Arc<Snapshot>,
    upstreams: CoreUpstreams,
    pools: Pools,
    deciders: CoreDeciders,
}

impl CoreState {
    pub(crate) fn configuration(&self) -> &Configuration {
        self.snapshot.configuration()
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn upstream(&self, index: usize) -> Option<&Rc<CoreUpstream>> {
        self.upstreams.get(index)
    }

    /// Whom policies ask.
    pub(crate) const fn deciders(&self) -> &CoreDeciders {
        &self.deciders
    }

    pub(crate) fn dialer(&self, upstream: usize) -> Option<&Dialer> {
        self.snapshot.dialers.get(upstream)
    }

    pub(crate) fn pool(&self, upstream: usize, lease: &Lease) -> Option<&Rc<TargetPool>> {
        self.pools.get(upstream, lease.index())
    }
}

/// One core of the data plane. Lives on its own thread and is never shared with another.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) index: usize,
    pub(crate) shared: Arc<Shared>,
    pub(crate) metrics: CoreMetrics,
    /// Where requests are recorded.
    pub(crate) producer: Option<Producer>,
    state: RefCell<Rc<CoreState>>,
    draining: Cell<bool>,
    cut_off: Cell<bool>,
    /// The last time that requests were told to ask whether their callers would still be let in.
    sweep: Cell<u64>,
    /// When the next of those who were let in is not any more; Unix time in seconds.
    ends: Cell<i64>,
    /// Tasks to wake when draining begins, when its time is over, and for a sweep.
    waiting: RefCell<slab::Slab<Waker>>,
    random: Cell<u64>,
    /// Tokens that were found genuine.
    pub(crate) remembered: Remembered,
    scratch: RefCell<Vec<Vec<u8>>>,
    heads: RefCell<Vec<ResponseHead>>,
}

impl Core {
    pub(super) fn new(index: usize, shared: Arc<Shared>, snapshot: Arc<Snapshot>) -> Rc<Self> {
        let state = state_of(snapshot, index, &shared, None);
        Rc::new(Self {
            index,
            random: Cell::new(shared.seed ^ (index as u64) << 32),
            metrics: shared.metrics.core(),
            producer: shared.call_log.as_ref().map(|log| log.producer()),
            remembered: Remembered::new(&shared.keyer),
            shared,
            state: RefCell::new(Rc::new(state)),
            draining: Cell::new(false),
            cut_off: Cell::new(false),
            sweep: Cell::new(0),
            ends: Cell::new(i64::MAX),
            waiting: RefCell::default(),
            scratch: RefCell::default(),
            heads: RefCell::default(),
        })
    }

    /// The configuration to decide by; keep it for one request.
    pub(crate) fn state(&self) -> Rc<CoreState> {
        self.state.borrow().clone()
    }

    /// Whether the gateway takes nothing new.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Whether the time to finish what is under way is over.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.cut_off.get()
    }

    /// Resolves when the time to finish what is under way is over, in a task that is woken then.
    pub(crate) async fn cut_off_comes(&self) {
        std::future::poll_fn(|_| {
            if self.is_cut_off() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// The number of the last sweep: when it changes, callers' leave is to be looked at again.
    pub(crate) fn sweep(&self) -> u64 {
        self.sweep.get()
    }

    /// Sees to it that there is a sweep when somebody's leave ends; Unix time in seconds.
    pub(crate) fn ends_at(&self, end: i64) {
        self.ends.set(self.ends.get().min(end));
    }

    /// Resolves when a sweep finds that leave has lapsed, in a task that is woken then.
    pub(crate) async fn lapse_comes(&self, lapsed: &dyn Fn() -> bool) {
        let mut sweep = self.sweep();
        std::future::poll_fn(|_| {
            if self.sweep() == sweep {
                return Poll::Pending;
            }
            sweep = self.sweep();
            if lapsed() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Has a task woken when draining begins, when its time is over and for each sweep, for as long
    /// as the guard lives.
    pub(crate) fn wake_to_drain(self: &Rc<Self>, waker: &Waker) -> WakeGuard {
        let key = self.waiting.borrow_mut().insert(waker.clone());
        WakeGuard {
            core: self.clone(),
            key,
        }
    }

    /// A random number; good for spreading, not for secrets.
    pub(crate) fn random(&self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        let state = self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.random.set(state);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A new request's id.
    pub(crate) fn new_id(&self) -> RequestId {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        let random = (u128::from(self.random()) << 64) | u128::from(self.random());
        RequestId::new(millis, random)
    }

    /// A buffer for what is put together and thrown away.
    pub(crate) fn scratch(&self) -> Vec<u8> {
        self.scratch.borrow_mut().pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(crate) fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut scratch = self.scratch.borrow_mut();
        if scratch.len() < KEPT && buffer.capacity() <= KEPT_BYTES {
            scratch.push(buffer);
        }
    }

    /// A response's head to read into, with room from earlier ones.
    pub(crate) fn lend_head(self: &Rc<Self>) -> LentHead {
        LentHead {
            head: self.heads.borrow_mut().pop().unwrap_or_default(),
            core: self.clone(),
        }
    }

    fn set_snapshot(&self, snapshot: Arc<Snapshot>) {
        let before = self.state();
        let after = state_of(snapshot, self.index, &self.shared, Some(&before));
        before.pools.retire(&after.pools);
        before.deciders.pools.retire(&after.deciders.pools);
        *self.state.borrow_mut() = Rc::new(after);
    }

    fn drain(&self) {
        self.draining.set(true);
        self.wake();
    }

    pub(super) fn cut_off(&self) {
        self.cut_off.set(true);
        self.wake();
    }

    /// Has every request look whether its caller would still be let in.
    pub(super) fn start_sweep(&self) {
        self.ends.set(i64::MAX);
        self.sweep.set(self.sweep.get().wrapping_add(1));
        self.wake();
    }

    fn wake(&self) {
        for (_, waker) in self.waiting.borrow().iter() {
            waker.wake_by_ref();
        }
    }
}

/// Keeps a task on the list of those that are woken.
#[derive(Debug)]
pub(crate) struct WakeGuard {
    core: Rc<Core>,
    key: usize,
}

impl Drop for WakeGuard {
    fn drop(&mut self) {
        self.core.waiting.borrow_mut().try_remove(self.key);
    }
}

/// A response's head that goes back to its core.
#[derive(Debug)]
pub(crate) struct LentHead {
    head: ResponseHead,
    core: Rc<Core>,
}

impl Deref for LentHead {
    type Target = ResponseHead;

    fn deref(&self) -> &ResponseHead {
        &self.head
    }
}

impl DerefMut for LentHead {
    fn deref_mut(&mut self) -> &mut ResponseHead {
        &mut self.head
    }
}

impl Drop for LentHead {
    fn drop(&mut self) {
        let mut heads = self.core.heads.borrow_mut();
        if heads.len() < KEPT && self.head.fields.bytes().len() <= KEPT_BYTES {
            heads.push(std::mem::take(&mut self.head));
        }
    }
}

fn state_of(
    snapshot: Arc<Snapshot>,
    index: usize,
    shared: &Shared,
    before: Option<&CoreState>,
) -> CoreState {
    let upstreams = snapshot
        .upstreams
        .for_core(index, shared.cores, shared.seed);
    let generation = |upstream: usize| snapshot.dialers.get(upstream).map_or(0, |d| d.generation);
    let pools = Pools::build(&upstreams, generation, before.map(|b| &b.pools));
    let deciders = snapshot
        .deciders
        .for_core(index, shared, before.map(|b| &b.deciders));
    CoreState {
        snapshot,
        upstreams,
        pools,
        deciders,
    }
}

/// Starts a core on a thread of its own.
pub(super) fn start(
    index: usize,
    shared: Arc<Shared>,
    snapshot: Arc<Snapshot>,
    commands: UnboundedReceiver<Command>,
) -> std::io::Result<std::thread::JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(format!("core-{index}"));
    thread.spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime
            .enable_all()
            .build_local(tokio::runtime::LocalOptions::default());
        match runtime {
            Ok(runtime) => runtime.block_on(run(index, shared, snapshot, commands)),
            Err(error) => tracing::error!(%error, core = index, "a core cannot start"),
        }
    })
}

/// Runs one core until it is told to stop.
async fn run(
    index: usize,
    shared: Arc<Shared>,
    snapshot: Arc<Snapshot>,
    mut commands: UnboundedReceiver<Command>,
) {
    let core = Core::new(index, shared, snapshot);
    let mut accepting: Vec<(Arc<ListenerState>, tokio::task::JoinHandle<()>)> = Vec::new();
    let reaper = tokio::task::spawn_local(reap(core.clone()));
    let sweeper = tokio::task::spawn_local(sweep(core.clone()));
    while let Some(command) = commands.recv().await {
        match command {
            Command::Snapshot(snapshot) => core.set_snapshot(snapshot),
            Command::Listen(state, socket) => {
                let task = listener::accept(core.clone(), state.clone(), socket);
                accepting.push((state, tokio::task::spawn_local(task)));
            }
            Command::Unlisten(gone) => {
                for (state, _) in accepting.extract_if(.., |(state, _)| Arc::ptr_eq(state, &gone)) {
                    state.stop(index);
                }
            }
            Command::Serve(state, socket, peer) => {
                tokio::task::spawn_local(connection::serve_handed(
                    core.clone(),
                    state,
                    socket,
                    peer,
                ));
            }
            Command::Drain => {
                for (state, _) in &accepting {
                    state.stop(index);
                }
                core.drain();
            }
            Command::CutOff => core.cut_off(),
            Command::Stop => break,
        }
    }
    reaper.abort();
    sweeper.abort();
}

/// Looks now and then whether the directory has changed, sessions were ended, or somebody's time is
/// over.
async fn sweep(core: Rc<Core>) {
    let mut seen = core.shared.directory.load_full();
    let mut ended = core.shared.browsers.endings();
    loop {
        tokio::time::sleep(SWEEP).await;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
        let directory = core.shared.directory.load_full();
        let endings = core.shared.browsers.endings();
        let changed = !Arc::ptr_eq(&seen, &directory) || ended != endings;
        if changed || now >= core.ends.get() {
            (seen, ended) = (directory, endings);
            core.start_sweep();
        }
    }
}

async fn reap(core: Rc<Core>) {
    loop {
        tokio::time::sleep(REAP).await;
        let (state, now) = (core.state(), Instant::now());
        state.pools.reap(now);
        state.deciders.pools.reap(now);
    }
}
