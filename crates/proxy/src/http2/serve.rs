//! The caller's side of an HTTP/2 connection: many requests at once, each in a task of its own.

use super::conduct::{PREFACE, Resets, Traffic};
use super::stream;
use super::wire::Wire;
use crate::connection::Caller;
use crate::gateway::Core;
use crate::io::{Alarm, Buffer, Stream};
use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::Request;
use postern_model::entity::Limits;
use postern_policy::head::Head;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of a request's body that a caller may send ahead.
const STREAM_WINDOW: u32 = 128 << 10;
/// The same over all requests of a connection.
const CONNECTION_WINDOW: u32 = 2 << 20;
/// Bytes of a response held for a caller that does not take them.
const SEND_BUFFER: usize = 128 << 10;
/// What a field adds to a head list's size besides its bytes (RFC 9113 §6.5.2).
const PER_FIELD: usize = 32;
/// How long a connection that ends is given to do so in order.
const GOODBYE: Duration = Duration::from_secs(5);
/// Heads kept for later requests.
const HEADS: usize = 16;

/// What the requests of a connection share.
pub(super) struct Session {
    pub(super) core: Rc<Core>,
    pub(super) caller: Caller,
    live: Cell<usize>,
    /// When the last request has ended.
    last: Cell<Instant>,
    resets: Resets,
    heads: RefCell<Vec<Head>>,
}

impl Session {
    /// An empty head.
    pub(super) fn head(&self) -> Head {
        self.heads.borrow_mut().pop().unwrap_or_default()
    }

    pub(super) fn give_back(&self, head: Head) {
        let mut heads = self.heads.borrow_mut();
        if heads.len() < HEADS {
            heads.push(head);
        }
    }

    /// Counts a request in.
    pub(super) fn begin(&self) {
        self.live.set(self.live.get() + 1);
    }

    /// Counts a request out; `given_up` says that the caller has reset it.
    pub(super) fn end(&self, given_up: bool) {
        self.live.set(self.live.get().saturating_sub(1));
        self.last.set(Instant::now());
        self.resets.count(given_up);
    }
}

fn builder(limits: &Limits) -> Builder {
    // Heads that are somewhat too large are refused by name; those that are much too large by the
    // library.
    let list = limits.uri + 2 * limits.headers + PER_FIELD * limits.header_count;
    let mut builder = Builder::new();
    builder
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(u32::try_from(list).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER)
        .max_concurrent_reset_streams(32)
        .reset_stream_duration(Duration::from_secs(5))
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(Some(256))
        .enable_connect_protocol();
    builder
}

/// Serves a connection until it ends. `buffer` holds what was read of it already.
pub(crate) async fn serve(core: &Rc<Core>, caller: Caller, stream: Stream, buffer: Buffer) {
    let state = core.state();
    let configuration = state.configuration();
    let traffic = Rc::new(Traffic::default());
    let stuck = configuration.timeouts.body;
    let wire = Wire::new(stream, buffer, PREFACE, stuck, traffic.clone());
    let handshake = builder(&configuration.limits).handshake::<_, Bytes>(wire);
    let Ok(Ok(connection)) = tokio::time::timeout(configuration.timeouts.header, handshake).await
    else {
        return;
    };
    let most = configuration.limits.http2_streams as usize;
    drop(state);
    let session = Rc::new(Session {
        core: core.clone(),
        caller,
        live: Cell::new(0),
        last: Cell::new(Instant::now()),
        resets: Resets::default(),
        heads: RefCell::default(),
    });
    let driver = Driver {
        connection,
        session,
        traffic,
        phase: Phase::Open,
        alarm: Alarm::default(),
        most: most * 2,
    };
    driver.run().await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Requests are taken.
    Open,
    /// Requests that have begun are seen through.
    Closing,
    /// It ends at that time at the latest.
    CutOff(Instant),
}

type Accepted = (Request<RecvStream>, SendResponse<Bytes>);

struct Driver {
    connection: Connection<Wire, Bytes>,
    session: Rc<Session>,
    traffic: Rc<Traffic>,
    phase: Phase,
    alarm: Alarm,
    /// Requests at once that nobody can have but by resetting others.
    most: usize,
}

impl Driver {
    async fn run(mut self) {
        let core = self.session.core.clone();
        let _woken = std::future::poll_fn(|cx| Poll::Ready(core.wake_to_drain(cx.waker()))).await;
        while let Some((request, respond)) = std::future::poll_fn(|cx| self.poll(cx)).await {
            let task = stream::serve(self.session.clone(), request, respond);
            tokio::task::spawn_local(task);
        }
    }

    /// The next request; `None` when the connection has ended or has to.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Accepted>> {
        loop {
            if self.phase == Phase::Open && self.session.core.is_draining() {
                self.close();
            }
            match self.connection.poll_accept(cx) {
                Poll::Ready(Some(Ok(accepted))) if !self.is_hostile() => {
                    return Poll::Ready(Some(accepted));
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(None),
                Poll::Pending if self.is_hostile() && !matches!(self.phase, Phase::CutOff(_)) => {}
                Poll::Pending => return self.wait(cx),
            }
            if self.is_hostile() && !matches!(self.phase, Phase::CutOff(_)) {
                self.phase = Phase::CutOff(Instant::now() + GOODBYE);
                self.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
            }
        }
    }

    fn is_hostile(&self) -> bool {
        self.traffic.is_hostile()
            || self.session.resets.is_hostile()
            || self.session.live.get() > self.most
    }

    /// Waits, and ends the connection if nothing happens on it (RFC 9113 §9.1).
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<Accepted>> {
        loop {
            let patience = match self.phase {
                Phase::Open => self.session.core.state().configuration().timeouts.idle,
                Phase::Closing | Phase::CutOff(_) => GOODBYE,
            };
            let since = if self.session.live.get() > 0 {
                Instant::now()
            } else {
                self.session.last.get()
            };
            let deadline = match self.phase {
                Phase::CutOff(deadline) => deadline,
                Phase::Open | Phase::Closing => since + patience,
            };
            if self.alarm.poll(cx, deadline).is_pending() {
                return Poll::Pending;
            }
            if self.phase != Phase::Open {
                return Poll::Ready(None);
            }
            self.close();
            // GOAWAY has to leave.
            cx.waker().wake_by_ref();
        }
    }

    /// Takes no more requests and says so (RFC 9113 §6.8).
    fn close(&mut self) {
        self.phase = Phase::Closing;
        self.session.last.set(Instant::now());
        self.connection.graceful_shutdown();
    }
}
