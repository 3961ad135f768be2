//! The upstream's side of HTTP/2: a connection that many requests share.

use super::call::Call;
use super::conduct::Traffic;
use super::wire::Wire;
use crate::back::Place;
use crate::io::{Buffer, Stream};
use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Bytes of a response that an upstream may send ahead.
const STREAM_WINDOW: u32 = 256 << 10;
/// Largest window there is (RFC 9113 §6.9.1).
const LARGEST_WINDOW: u32 = (1 << 31) - 1;
/// Bytes of a request held for an upstream that does not take them.
const SEND_BUFFER: usize = 128 << 10;
/// Largest head of a response, bytes.
const MOST_HEAD: u32 = 128 << 10;
/// An upstream that takes no byte for so long is gone.
const STUCK: Duration = Duration::from_secs(30);

/// An open connection to a target.
pub(crate) struct Session {
    /// Where it leads.
    pub(crate) place: Place,
    send: SendRequest<Bytes>,
    traffic: Rc<Traffic>,
    streams: Cell<u32>,
    uses: Cell<u64>,
    /// Set when no further request may go over it.
    retired: Rc<Cell<bool>>,
    idle_since: Cell<Instant>,
    /// Whether the upstream's settings hold; closed when the session ends.
    settled: watch::Receiver<bool>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("streams", &self.streams.get())
            .field("retired", &self.retired.get())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Begins a session for at most `streams` requests at once, and drives it in a task.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) async fn open(stream: Stream, streams: u32) -> Result<Rc<Self>, h2::Error> {
        let place = Place::of(&stream);
        let traffic = Rc::new(Traffic::default());
        let wire = Wire::new(stream, Buffer::default(), 0, STUCK, traffic.clone());
        // So much that a response that nobody reads cannot hold up another.
        let window = STREAM_WINDOW.saturating_mul(streams.max(1));
        let (send, mut connection) = Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(window.min(LARGEST_WINDOW))
            .max_header_list_size(MOST_HEAD)
            .max_send_buffer_size(SEND_BUFFER)
            .max_concurrent_reset_streams(256)
            .handshake::<_, Bytes>(wire)
            .await?;
        let retired = Rc::new(Cell::new(false));
        let (ended, counted) = (retired.clone(), traffic.clone());
        let (settle, settled) = watch::channel(false);
        tokio::task::spawn_local(async move {
            std::future::poll_fn(|cx| {
                let polled = Pin::new(&mut connection).poll(cx);
                if counted.is_settled() && !*settle.borrow() {
                    settle.send_replace(true);
                }
                if counted.is_hostile() {
                    return Poll::Ready(());
                }
                polled.map(|_| ())
            })
            .await;
            ended.set(true);
            drop(settle);
        });
        Ok(Rc::new(Self {
            place,
            send,
            traffic,
            streams: Cell::new(0),
            uses: Cell::new(0),
            retired,
            idle_since: Cell::new(Instant::now()),
            settled,
        }))
    }

    /// Takes a place on it, if it takes another request: at most `most` at once, and no more than
    /// the upstream wants.
    pub(crate) fn take(self: &Rc<Self>, most: u32) -> Option<Ticket> {
        let theirs = u32::try_from(self.send.current_max_send_streams()).unwrap_or(u32::MAX);
        (self.is_good() && self.streams.get() < most.min(theirs)).then(|| self.place())
    }

    /// Takes a place on a connection that has just been opened.
    pub(crate) fn place(self: &Rc<Self>) -> Ticket {
        self.streams.set(self.streams.get() + 1);
        Ticket(self.clone())
    }

    /// Whether another request may go over it: it is open, and the upstream has not said goodbye.
    pub(crate) fn is_good(&self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        !self.retired.get() && matches!(self.send.clone().poll_ready(&mut cx), Poll::Ready(Ok(())))
    }

    /// Whether it has been without a request for that long.
    pub(crate) fn is_idle(&self, now: Instant, timeout: Duration) -> bool {
        self.streams.get() == 0 && now.duration_since(self.idle_since.get()) >= timeout
    }
}

/// A place on a session, for one request.
#[derive(Debug)]
pub(crate) struct Ticket(Rc<Session>);

impl Ticket {
    /// Whether the session has served before.
    pub(crate) fn is_reused(&self) -> bool {
        self.0.uses.get() > 0
    }

    /// Begins an exchange. `idle` bounds the waits within bodies, `cap` every wait.
    pub(crate) fn exchange(&self, method: &str, idle: Duration, cap: Option<Instant>) -> Call {
        self.0.uses.set(self.0.uses.get() + 1);
        Call::new(self.0.send.clone(), method, idle, cap)
    }

    /// Whether the upstream lets a WebSocket be opened over the session (RFC 8441 §3); waits for
    /// its settings.
    pub(crate) async fn takes_websockets(&self) -> bool {
        let mut settled = self.0.settled.clone();
        let has_settled = settled.wait_for(|settled| *settled).await.is_ok();
        has_settled && self.0.send.is_extended_connect_protocol_enabled()
    }

    /// Bytes that came over the session so far.
    pub(crate) fn received(&self) -> u64 {
        self.0.traffic.received()
    }

    /// Lets no further request go over the session.
    pub(crate) fn retire(&self) {
        self.0.retired.set(true);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.streams.set(self.0.streams.get().saturating_sub(1));
        self.0.idle_since.set(Instant::now());
    }
}
