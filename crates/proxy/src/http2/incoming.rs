//! A body that comes in over HTTP/2, from either side. What is read makes room for more: a peer
//! can send no faster than the other side takes it (RFC 9113 §5.2).

use crate::exchange::{BodyFault, Piece};
use crate::http1::{Invalid, Length, Pace};
use crate::io::Alarm;
use bytes::Bytes;
use h2::RecvStream;
use http::HeaderMap;
use postern_policy::fields::Fields;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::Instant;

pub(crate) struct Incoming {
    stream: RecvStream,
    /// What [`Incoming::take`] has given last.
    given: Bytes,
    /// What came and was not given yet.
    next: Option<Bytes>,
    length: Length,
    ended: bool,
    trailers: Fields,
    pace: Pace,
    /// No wait lasts beyond this.
    cap: Option<Instant>,
    begun: Option<Instant>,
    received: u64,
    alarm: Alarm,
}

impl Incoming {
    pub(super) fn new(
        stream: RecvStream,
        length: Length,
        pace: Pace,
        cap: Option<Instant>,
    ) -> Self {
        let ended = stream.is_end_stream();
        Self {
            stream,
            given: Bytes::new(),
            next: None,
            length,
            ended,
            trailers: Fields::default(),
            pace,
            cap,
            begun: None,
            received: 0,
            alarm: Alarm::default(),
        }
    }

    /// Waits from now on as one side of a tunnel: for as long as `silence`, whatever was to bound
    /// the whole.
    pub(super) fn relax(&mut self, silence: Duration) {
        self.pace = Pace { silence, rate: 0 };
        self.cap = None;
    }

    pub(super) const fn length(&self) -> Length {
        self.length
    }

    pub(super) const fn is_ended(&self) -> bool {
        self.ended && self.next.is_none()
    }

    pub(super) fn trailers(&self) -> Option<&Fields> {
        (!self.trailers.is_empty()).then_some(&self.trailers)
    }

    /// Takes in what is here without waiting; gives the size of the rest of the body if all of it
    /// is here in one piece.
    pub(super) fn here(&mut self) -> Option<usize> {
        let mut cx = Context::from_waker(Waker::noop());
        if self.next.is_none() && !self.ended && !matches!(self.poll(&mut cx), Poll::Ready(Ok(())))
        {
            return None;
        }
        if !self.ended && self.stream.is_end_stream() {
            self.ended = true;
        }
        self.ended.then(|| self.next.as_ref().map_or(0, Bytes::len))
    }

    pub(crate) fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        self.release();
        if self.next.is_none() && !self.ended {
            let mut cx = Context::from_waker(Waker::noop());
            match self.poll(&mut cx) {
                Poll::Ready(result) => result?,
                Poll::Pending => return Ok(None),
            }
        }
        match self.next.take() {
            Some(piece) => {
                self.given = piece;
                Ok(Some(Piece::Data(&self.given)))
            }
            None => Ok(Some(Piece::End)),
        }
    }

    pub(crate) async fn fill(&mut self) -> Result<(), BodyFault> {
        self.release();
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        if self.pace.rate > 0 {
            let grace = self.pace.silence.as_secs();
            let due = now.duration_since(begun).as_secs().saturating_sub(grace) * self.pace.rate;
            if self.received < due {
                return Err(BodyFault::TooSlow);
            }
        }
        let own = now + self.pace.silence;
        let deadline = self.cap.map_or(own, |cap| cap.min(own));
        std::future::poll_fn(|cx| {
            if self.next.is_some() || self.ended {
                return Poll::Ready(Ok(()));
            }
            match self.poll(cx) {
                Poll::Ready(result) => Poll::Ready(result),
                Poll::Pending => self
                    .alarm
                    .poll(cx, deadline)
                    .map(|()| Err(BodyFault::TooSlow)),
            }
        })
        .await
    }

    /// Ready once there is another piece, or the end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BodyFault>> {
        loop {
            match self.stream.poll_data(cx) {
                // An empty frame brings nothing; how many there may be the library bounds.
                Poll::Ready(Some(Ok(piece))) if piece.is_empty() => {}
                Poll::Ready(Some(Ok(piece))) => {
                    self.received += piece.len() as u64;
                    self.next = Some(piece);
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(fault(&error))),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => break,
            }
        }
        match self.stream.poll_trailers(cx) {
            Poll::Ready(Ok(trailers)) => {
                if let Some(trailers) = trailers {
                    load(&trailers, &mut self.trailers);
                }
                self.ended = true;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(fault(&error))),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Lets the peer send as much again as was given.
    fn release(&mut self) {
        let given = std::mem::take(&mut self.given);
        if !given.is_empty() {
            // Fails only for a stream that is over.
            let _ = self.stream.flow_control().release_capacity(given.len());
        }
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut f = f.debug_struct("Incoming");
        f.field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.release();
        self.given = self.next.take().unwrap_or_default();
        self.release();
    }
}

/// Copies fields, in order.
pub(super) fn load(from: &HeaderMap, into: &mut Fields) {
    for (name, value) in from {
        into.push(name.as_str().as_bytes(), value.as_bytes());
    }
}

fn fault(error: &h2::Error) -> BodyFault {
    if error.is_library() && (error.is_reset() || error.is_go_away()) {
        BodyFault::Invalid(Invalid {
            section: "RFC 9113 §8.1.1",
            what: "the body is not as long as Content-Length says, or breaks the protocol otherwise",
        })
    } else {
        BodyFault::ClosedEarly
    }
}
