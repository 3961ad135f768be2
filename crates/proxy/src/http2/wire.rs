//! The byte stream below a session: what was read before it began comes first, frames are counted,
//! and a peer that takes nothing is given up.

use super::conduct::{Frames, Traffic};
use crate::io::{Alarm, Buffer, Stream};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

pub(super) struct Wire {
    stream: Stream,
    early: Buffer,
    frames: Frames,
    traffic: Rc<Traffic>,
    stuck: Duration,
    alarm: Alarm,
    deadline: Option<Instant>,
}

impl Wire {
    /// `early` comes before the stream, and `preface` bytes before the first frame. A peer that
    /// takes no byte for `stuck` is given up.
    pub(super) fn new(
        stream: Stream,
        early: Buffer,
        preface: usize,
        stuck: Duration,
        traffic: Rc<Traffic>,
    ) -> Self {
        Self {
            stream,
            early,
            frames: Frames::new(preface),
            traffic,
            stuck,
            alarm: Alarm::default(),
            deadline: None,
        }
    }

    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Ready(result) => {
                self.deadline = None;
                if let Ok(n) = result {
                    self.traffic.count_sent(n);
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.stuck(cx),
        }
    }

    fn stuck<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let stuck = self.stuck;
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + stuck);
        ready!(self.alarm.poll(cx, deadline));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        if this.early.is_empty() {
            ready!(Pin::new(&mut this.stream).poll_read(cx, into))?;
        } else {
            let early = this.early.filled();
            let n = early.len().min(into.remaining());
            into.put_slice(early.get(..n).unwrap_or_default());
            this.early.consume(n);
            this.early.release();
        }
        let came = into.filled().get(before..).unwrap_or_default();
        this.traffic.count_received(came.len());
        this.frames.see(came, &this.traffic);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.wrote(cx, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.wrote(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_flush(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => this.stuck(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
