//! What lettre sees of a connection: as many bytes as a server may send, and after STARTTLS the
//! greeting that was read before.

use crate::dial::Stream;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes that a server may send in one session. Lettre reads a reply again from its start for
/// each line of it, so this bounds its work, too.
const BUDGET: usize = 16 * 1024;

/// A connection to a mail server.
#[derive(Debug)]
pub(super) struct Session {
    greeting: io::Cursor<Vec<u8>>,
    stream: Stream,
    budget: usize,
}

impl Session {
    /// Over a connection on which `greeting` was read already.
    pub(super) fn new(stream: Stream, greeting: Vec<u8>) -> Self {
        Self {
            greeting: io::Cursor::new(greeting),
            stream,
            budget: BUDGET,
        }
    }
}

impl AsyncRead for Session {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.greeting).poll_read(cx, buffer);
        if polled.is_ready() && buffer.filled().len() > before {
            return polled;
        }
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let read = buffer.filled().len() - before;
        let Some(left) = this.budget.checked_sub(read) else {
            let error = format!("it sent more than {BUDGET} bytes");
            return Poll::Ready(Err(io::Error::other(error)));
        };
        this.budget = left;
        polled
    }
}

impl AsyncWrite for Session {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Session {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer()
    }
}
