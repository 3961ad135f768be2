//! One connection: a stream that two halves of one task may use at once, with limits on every wait.

use super::{Alarm, Buffer};
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// The byte stream below HTTP.
#[derive(Debug)]
pub(crate) enum Stream {
    /// Plain TCP.
    Tcp(TcpStream),
    /// TLS, caller's side.
    Server(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    /// TLS, upstream's side.
    Client(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

impl Stream {
    /// The socket below.
    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Tcp(tcp) => tcp,
            Self::Server(tls) => tls.get_ref().0,
            Self::Client(tls) => tls.get_ref().0,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_read(cx, buf),
            Self::Server(s) => Pin::new(s).poll_read(cx, buf),
            Self::Client(s) => Pin::new(s).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_write(cx, buf),
            Self::Server(s) => Pin::new(s).poll_write(cx, buf),
            Self::Client(s) => Pin::new(s).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_write_vectored(cx, bufs),
            Self::Server(s) => Pin::new(s).poll_write_vectored(cx, bufs),
            Self::Client(s) => Pin::new(s).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_flush(cx),
            Self::Server(s) => Pin::new(s).poll_flush(cx),
            Self::Client(s) => Pin::new(s).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_shutdown(cx),
            Self::Server(s) => Pin::new(s).poll_shutdown(cx),
            Self::Client(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}

/// How long to wait, counted from when waiting begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wait {
    /// At most so long.
    For(Duration),
    /// Until a moment that was fixed before.
    Until(Instant),
    /// As long as it takes; something else has a limit.
    Forever,
}

impl Wait {
    fn deadline(self) -> Option<Instant> {
        match self {
            Self::For(time) => Some(Instant::now() + time),
            Self::Until(moment) => Some(moment),
            Self::Forever => None,
        }
    }
}

/// A connection. Reading and writing take `&self`, so that one task can do both at once; the
/// borrows last for one poll.
#[derive(Debug)]
pub(crate) struct Link {
    stream: RefCell<Stream>,
    reading: RefCell<Alarm>,
    writing: RefCell<Alarm>,
    /// No wait lasts beyond this.
    cap: Cell<Option<Instant>>,
}

impl Link {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            stream: RefCell::new(stream),
            reading: RefCell::default(),
            writing: RefCell::default(),
            cap: Cell::new(None),
        }
    }

    /// Gives the stream up, for protocols that take it over.
    pub(crate) fn into_stream(self) -> Stream {
        self.stream.into_inner()
    }

    /// Ends every wait at that moment, whatever each is given.
    pub(crate) fn cap(&self, moment: Option<Instant>) {
        self.cap.set(moment);
    }

    /// Reads once into `buffer`, which holds at most `limit` bytes. `Ok(0)` is the stream's end,
    /// or a full buffer.
    ///
    /// # Errors
    /// Whatever the socket says; [`io::ErrorKind::TimedOut`] after `wait`.
    pub(crate) async fn read(
        &self,
        buffer: &mut Buffer,
        limit: usize,
        wait: Wait,
    ) -> io::Result<usize> {
        let mut deadline = None;
        std::future::poll_fn(|cx| self.poll_read(cx, buffer, limit, wait, &mut deadline)).await
    }

    /// As [`Link::read`], for a caller that polls by itself. `deadline` starts as `None` and is
    /// fixed when waiting begins.
    pub(crate) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut Buffer,
        limit: usize,
        wait: Wait,
        deadline: &mut Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let mut room = ReadBuf::new(buffer.room(limit));
        if room.remaining() == 0 {
            return Poll::Ready(Ok(0));
        }
        match Pin::new(&mut *self.stream.borrow_mut()).poll_read(cx, &mut room) {
            Poll::Ready(Ok(())) => {
                let n = room.filled().len();
                buffer.advance(n);
                Poll::Ready(Ok(n))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                // An idle connection holds no buffer.
                buffer.release();
                self.out_of_time(cx, &self.reading, wait, deadline)
            }
        }
    }

    /// Whether an idle connection is still good: open, and silent. Costs a system call only where
    /// the kernel has reported something.
    pub(crate) fn is_quiet(&self) -> bool {
        let stream = self.stream.borrow();
        let read = stream.tcp().try_read(&mut [0u8; 1]);
        matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Writes everything.
    ///
    /// # Errors
    /// Whatever the socket says; [`io::ErrorKind::TimedOut`] where it takes no byte for `wait`.
    pub(crate) async fn write_all(&self, bytes: &[u8], wait: Wait) -> io::Result<()> {
        self.write_parts(&mut [IoSlice::new(bytes)], wait).await
    }

    /// Writes several pieces in one go.
    ///
    /// # Errors
    /// As [`Link::write_all`].
    pub(crate) async fn write_parts(
        &self,
        parts: &mut [IoSlice<'_>],
        wait: Wait,
    ) -> io::Result<()> {
        let mut parts = parts;
        IoSlice::advance_slices(&mut parts, 0);
        let mut deadline = None;
        while !parts.is_empty() {
            let n =
                std::future::poll_fn(|cx| self.poll_write(cx, parts, wait, &mut deadline)).await?;
            if n == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            deadline = None;
            IoSlice::advance_slices(&mut parts, n);
        }
        if !matches!(&*self.stream.borrow(), Stream::Tcp(_)) {
            std::future::poll_fn(|cx| {
                match Pin::new(&mut *self.stream.borrow_mut()).poll_flush(cx) {
                    Poll::Ready(result) => Poll::Ready(result),
                    Poll::Pending => self.out_of_time(cx, &self.writing, wait, &mut deadline),
                }
            })
            .await?;
        }
        Ok(())
    }

    fn poll_write(
        &self,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
        wait: Wait,
        deadline: &mut Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let mut stream = self.stream.borrow_mut();
        let polled = match parts {
            [one] => Pin::new(&mut *stream).poll_write(cx, one),
            many => Pin::new(&mut *stream).poll_write_vectored(cx, many),
        };
        match polled {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => {
                drop(stream);
                self.out_of_time(cx, &self.writing, wait, deadline)
            }
        }
    }

    /// Sends our end of the stream: TLS `close_notify` and FIN.
    pub(crate) async fn shutdown(&self, wait: Wait) {
        let mut deadline = None;
        // Whoever cannot be told so is gone already.
        let _ = std::future::poll_fn(|cx| {
            match Pin::new(&mut *self.stream.borrow_mut()).poll_shutdown(cx) {
                Poll::Ready(result) => Poll::Ready(result),
                Poll::Pending => self.out_of_time(cx, &self.writing, wait, &mut deadline),
            }
        })
        .await;
    }

    /// Makes closing send RST, so that a peer cannot take a cut-off message for a whole one.
    pub(crate) fn reset_on_close(&self) {
        let stream = self.stream.borrow();
        // Where the option cannot be set, the socket is gone already.
        let _ = socket2::SockRef::from(stream.tcp()).set_linger(Some(Duration::ZERO));
    }

    fn out_of_time<T>(
        &self,
        cx: &mut Context<'_>,
        alarm: &RefCell<Alarm>,
        wait: Wait,
        deadline: &mut Option<Instant>,
    ) -> Poll<io::Result<T>> {
        if deadline.is_none() {
            let own = wait.deadline();
            *deadline = match (own, self.cap.get()) {
                (Some(own), Some(cap)) => Some(own.min(cap)),
                (own, cap) => own.or(cap),
            };
        }
        let Some(deadline) = *deadline else {
            return Poll::Pending;
        };
        alarm
            .borrow_mut()
            .poll(cx, deadline)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}
