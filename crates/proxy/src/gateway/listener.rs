//! Listening sockets: bound once, kept over reloads, emptied before they close.

use super::Shared;
use super::core::{Command, Core};
use super::snapshot::Snapshot;
use crate::connection;
use crate::metrics::ListenerId;
use crate::tls::{ServerTls, TlsError};
use postern_model::entity::{Distribution, Listener};
use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Connections that the kernel holds for us.
const BACKLOG: i32 = 4096;
/// How long nothing is accepted after the process ran out of file descriptors.
const REST: Duration = Duration::from_millis(50);
/// How long handshakes that are under way are given when a listener closes.
pub(super) const LAST_HANDSHAKES: Duration = Duration::from_millis(150);
/// Connections accepted in a row before others get their turn.
const BATCH: usize = 64;

/// Why a listener cannot be opened. One sentence each.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address cannot be bound.
    #[error("listener `{name}` cannot listen on {address}: {why}")]
    Bind {
        /// The listener.
        name: String,
        /// Its address.
        address: SocketAddr,
        /// What the system says.
        why: String,
    },
    /// Its certificates cannot be used.
    #[error("listener `{name}`: {error}")]
    Tls {
        /// The listener.
        name: String,
        /// What is wrong.
        error: TlsError,
    },
}

/// An open listener, shared by the cores.
#[derive(Debug)]
pub(crate) struct ListenerState {
    pub(crate) config: Listener,
    /// Where it really listens (a configured port of 0 is chosen by the system).
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<ServerTls>,
    stops: Vec<Notify>,
    place: OnceLock<ListenerId>,
}

impl ListenerState {
    /// Binds the sockets: one for every core, or one for all where connections are handed out.
    /// `ours` says that the port is known to be this process's.
    pub(crate) fn open(
        config: &Listener,
        cores: usize,
        ours: bool,
    ) -> Result<(Arc<Self>, Vec<std::net::TcpListener>), ListenError> {
        let tls = tls_of(config)?;
        let sockets = match config.distribution {
            Distribution::ReusePort => cores,
            Distribution::LeastLoaded => 1,
        };
        let bound = bind(config.address, sockets, ours).map_err(|error| ListenError::Bind {
            name: config.name.to_string(),
            address: config.address,
            why: explain(&error),
        });
        let (address, sockets) = bound?;
        let stops = (0..cores).map(|_| Notify::new()).collect();
        Ok((
            Arc::new(Self {
                config: config.clone(),
                address,
                tls,
                stops,
                place: OnceLock::new(),
            }),
            sockets,
        ))
    }

    /// Reads the certificates' files again.
    ///
    /// # Errors
    /// What is wrong with them; the old ones stay.
    pub(crate) fn reload_certificates(&self) -> Result<(), ListenError> {
        let reloaded = self.tls.as_ref().map(|tls| tls.certificates().reload());
        match reloaded {
            Some(Err(error)) => Err(ListenError::Tls {
                name: self.config.name.to_string(),
                error,
            }),
            _ => Ok(()),
        }
    }

    /// Says where its connections are counted: once, before it accepts any.
    pub(super) fn set_place(&self, snapshot: &Snapshot) {
        let listeners = &snapshot.configuration().listeners;
        if let Some(at) = listeners.iter().position(|l| l.name == self.config.name) {
            // A listener that stays keeps its name, and its place with it.
            let _ = self.place.set(snapshot.layout.listener(at));
        }
    }

    /// Where its connections are counted.
    pub(crate) fn place(&self) -> ListenerId {
        self.place.get().copied().unwrap_or_default()
    }

    /// Ends the accept loop of a core, after it has emptied the kernel's queue.
    pub(crate) fn stop(&self, core: usize) {
        if let Some(stop) = self.stops.get(core) {
            stop.notify_one();
        }
    }
}

/// Reads a listener's certificates.
pub(super) fn tls_of(config: &Listener) -> Result<Option<ServerTls>, ListenError> {
    let tls = config
        .tls
        .as_ref()
        .map(|tls| ServerTls::load(tls, config.http2));
    tls.transpose().map_err(|error| ListenError::Tls {
        name: config.name.to_string(),
        error,
    })
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another process listens there already".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
        _ => error.to_string(),
    }
}

fn bind(
    address: SocketAddr,
    sockets: usize,
    ours: bool,
) -> io::Result<(SocketAddr, Vec<std::net::TcpListener>)> {
    // With SO_REUSEPORT another process of ours could share the port without either noticing; a
    // socket without it finds out.
    let real = if ours {
        address
    } else {
        let probe = socket(address, false)?;
        probe.local_addr()?.as_socket().unwrap_or(address)
    };
    let mut list = Vec::with_capacity(sockets);
    for _ in 0..sockets {
        let socket = socket(real, true)?;
        socket.listen(BACKLOG)?;
        list.push(socket.into());
    }
    Ok((real, list))
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    if shared {
        socket.set_reuse_port(true)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    if !shared {
        // Binding alone is not refused while another socket listens with SO_REUSEADDR.
        socket.listen(1)?;
    }
    Ok(socket)
}

/// Accepts until told to stop, and then what is under way.
pub(super) async fn accept(
    core: Rc<Core>,
    state: Arc<ListenerState>,
    socket: std::net::TcpListener,
) {
    let socket = match tokio::net::TcpListener::from_std(socket) {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(listener = &*state.config.name, %error, "cannot accept connections");
            return;
        }
    };
    let Some(stop) = state.stops.get(core.index) else {
        return;
    };
    let mut end = None;
    let mut in_a_row = 0;
    loop {
        let accepted = if let Some(end) = end {
            timeout_at(end, socket.accept()).await.ok()
        } else {
            tokio::select! {
                biased;
                accepted = socket.accept() => Some(accepted),
                () = stop.notified() => {
                    refuse_handshakes(&socket);
                    end = Some(Instant::now() + LAST_HANDSHAKES);
                    continue;
                }
            }
        };
        match accepted {
            None => return,
            Some(Ok((tcp, peer))) => {
                core.metrics.connection_accepted(state.place());
                start(&core, &state, tcp, peer);
            }
            Some(Err(error)) => failed(&core.shared, &state, &error).await,
        }
        in_a_row += 1;
        if in_a_row >= BATCH {
            in_a_row = 0;
            tokio::task::yield_now().await;
        }
    }
}

fn start(
    core: &Rc<Core>,
    state: &Arc<ListenerState>,
    tcp: tokio::net::TcpStream,
    peer: SocketAddr,
) {
    if state.config.distribution == Distribution::LeastLoaded {
        let least = core.shared.least_loaded();
        if least != core.index {
            match tcp.into_std() {
                Ok(tcp) => core
                    .shared
                    .tell(least, Command::Serve(state.clone(), tcp, peer)),
                Err(error) => {
                    core.metrics.connection_closed(state.place());
                    tracing::warn!(%error, "a connection could not be handed over");
                }
            }
            return;
        }
    }
    tokio::task::spawn_local(connection::serve(core.clone(), state.clone(), tcp, peer));
}

/// Has the kernel drop the first packet (SYN without ACK) of every new connection, while those that
/// are being made are finished: what it would acknowledge just before the socket closes would be
/// reset with its first request. Whoever is dropped tries again in a second, and is refused then.
fn refuse_handshakes(socket: &tokio::net::TcpListener) {
    const FLAGS: u32 = 13; // offset in the TCP header (RFC 9293 §3.1)
    const SYN: u32 = 0x02;
    const SYN_AND_ACK: u32 = 0x12;
    let filter = [
        SockFilter::new(0x30, 0, 0, FLAGS),       // A = packet[FLAGS]
        SockFilter::new(0x54, 0, 0, SYN_AND_ACK), // A &= SYN | ACK
        SockFilter::new(0x15, 0, 1, SYN),         // if A == SYN
        SockFilter::new(0x06, 0, 0, 0),           //     drop
        SockFilter::new(0x06, 0, 0, u32::MAX),    // pass
    ];
    // Where it cannot be had, closing loses what it always loses.
    let _ = SockRef::from(socket).attach_filter(&filter);
}

async fn failed(shared: &Shared, state: &ListenerState, error: &io::Error) {
    // Whatever is wrong with one connection is over with it.
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    ) {
        return;
    }
    if shared.say_seldom() {
        tracing::error!(
            listener = &*state.config.name,
            %error,
            "connections cannot be accepted; raise the limit of open files if that is it"
        );
    }
    tokio::time::sleep(REST).await;
}
