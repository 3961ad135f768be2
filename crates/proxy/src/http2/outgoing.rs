//! A message that goes out over HTTP/2, to either side, never faster than the peer takes it
//! (RFC 9113 §5.2).

use crate::exchange::SinkFault;
use crate::http1::may_trail;
use crate::io::Alarm;
use bytes::{Bytes, BytesMut};
use h2::{Reason, SendStream};
use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use postern_policy::fields::Fields;
use std::cell::RefCell;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;

/// Pieces are gathered up to so many bytes before they are sent: one frame.
pub(super) const GATHER: usize = 16 << 10;
/// Room for the values of a usual head, bytes.
const VALUES: usize = 1 << 10;

/// A head under construction. All of its values share one buffer.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) fields: HeaderMap,
    values: BytesMut,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self {
            fields: HeaderMap::with_capacity(24),
            values: BytesMut::with_capacity(VALUES),
        }
    }

    /// Bytes that share the head's buffer.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Bytes {
        self.values.extend_from_slice(bytes);
        self.values.split().freeze()
    }

    /// Adds a field, unless it is about the connection (RFC 9113 §8.2.2).
    pub(super) fn field(&mut self, name: &[u8], value: &[u8]) {
        let Ok(name) = HeaderName::from_bytes(name) else {
            return;
        };
        if name == CONNECTION || name == UPGRADE || name == TRANSFER_ENCODING {
            return;
        }
        let value = self.keep(value);
        if let Ok(value) = HeaderValue::from_maybe_shared(value) {
            self.fields.append(name, value);
        }
    }
}

/// Trailers that may be passed on.
pub(super) fn trailing(trailers: Option<&Fields>) -> Option<HeaderMap> {
    let mut draft = Draft::new();
    for field in trailers?.iter() {
        if may_trail(field.known) {
            draft.field(field.name, field.value);
        }
    }
    (!draft.fields.is_empty()).then_some(draft.fields)
}

/// The body's way out. Taken by `&self`, so that one half of a task can send while another looks
/// whether the peer has reset the stream.
pub(crate) struct Outlet {
    stream: RefCell<Option<SendStream<Bytes>>>,
    alarm: RefCell<Alarm>,
    wait: Duration,
    /// No wait lasts beyond this.
    cap: Option<Instant>,
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}

impl Outlet {
    /// A peer that takes no byte for `wait` is given up.
    pub(super) fn new(wait: Duration, cap: Option<Instant>) -> Self {
        Self {
            stream: RefCell::new(None),
            alarm: RefCell::default(),
            wait,
            cap,
        }
    }

    /// The same stream as one side of a tunnel, where nothing bounds the whole.
    pub(super) fn relaxed(self, wait: Duration) -> Self {
        Self {
            wait,
            cap: None,
            ..self
        }
    }

    /// Opens it, once the head is sent.
    pub(super) fn open(&self, stream: SendStream<Bytes>) {
        *self.stream.borrow_mut() = Some(stream);
    }

    /// Sends content; `end` says that it is the last.
    pub(crate) async fn send(&self, mut data: Bytes, end: bool) -> Result<(), SinkFault> {
        if data.is_empty() {
            return if end { self.frame(data, true) } else { Ok(()) };
        }
        while !data.is_empty() {
            let room = self.room(data.len()).await?;
            let piece = data.split_to(room.min(data.len()));
            let last = end && data.is_empty();
            self.frame(piece, last)?;
        }
        Ok(())
    }

    /// Sends the fields after the body.
    pub(super) fn trail(&self, trailers: HeaderMap) -> Result<(), SinkFault> {
        let mut stream = self.stream.borrow_mut();
        let stream = stream.as_mut().ok_or(SinkFault::Gone)?;
        stream.send_trailers(trailers).map_err(|_| SinkFault::Gone)
    }

    /// Resets the stream.
    pub(crate) fn reset(&self, reason: Reason) {
        if let Some(stream) = self.stream.borrow_mut().as_mut() {
            stream.send_reset(reason);
        }
    }

    /// Ready when the peer has reset the stream or has gone. `None` before the head was sent.
    pub(crate) fn poll_reset(&self, cx: &mut Context<'_>) -> Option<Poll<()>> {
        let mut stream = self.stream.borrow_mut();
        let stream = stream.as_mut()?;
        Some(stream.poll_reset(cx).map(|_| ()))
    }

    fn frame(&self, data: Bytes, end: bool) -> Result<(), SinkFault> {
        let mut stream = self.stream.borrow_mut();
        let stream = stream.as_mut().ok_or(SinkFault::Gone)?;
        stream.send_data(data, end).map_err(|_| SinkFault::Gone)
    }

    /// Waits until the peer and the send buffer have room, for `wanted` bytes or fewer.
    async fn room(&self, wanted: usize) -> Result<usize, SinkFault> {
        let mut deadline = None;
        std::future::poll_fn(|cx| {
            let mut stream = self.stream.borrow_mut();
            let Some(stream) = stream.as_mut() else {
                return Poll::Ready(Err(SinkFault::Gone));
            };
            stream.reserve_capacity(wanted);
            let room = stream.capacity();
            if room > 0 {
                return Poll::Ready(Ok(room));
            }
            match stream.poll_capacity(cx) {
                Poll::Ready(Some(Ok(room))) => return Poll::Ready(Ok(room)),
                Poll::Ready(_) => return Poll::Ready(Err(SinkFault::Gone)),
                Poll::Pending => {}
            }
            let deadline = *deadline.get_or_insert_with(|| {
                let own = Instant::now() + self.wait;
                self.cap.map_or(own, |cap| cap.min(own))
            });
            ready!(self.alarm.borrow_mut().poll(cx, deadline));
            Poll::Ready(Err(SinkFault::TooSlow))
        })
        .await
    }
}
