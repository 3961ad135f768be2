//! HTTP/2 answers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyhow::{Result, bail};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{PIECE, SMALL};
use crate::wire;

/// Answers streams until the peer closes; `first` are bytes already read.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    first: Vec<u8>,
) -> Result<()> {
    let stream = Rewound {
        first,
        given: 0,
        inner: stream,
    };
    let mut connection = h2::server::Builder::new()
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 24)
        .max_concurrent_streams(1024)
        .handshake::<_, Bytes>(stream)
        .await?;
    while let Some(accepted) = connection.accept().await {
        let (request, respond) = accepted?;
        tokio::task::spawn_local(async move { answer(request, respond).await.ok() });
    }
    Ok(())
}

async fn answer(
    request: http::Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
) -> Result<()> {
    let large = wire::bytes_of(request.uri().path());
    let mut body = request.into_body();
    while let Some(data) = body.data().await {
        let length = data?.len();
        body.flow_control().release_capacity(length)?;
    }
    let length = large.unwrap_or(SMALL.len() as u64);
    let response = http::Response::builder()
        .header("content-type", "application/json")
        .header("content-length", length)
        .body(())?;
    let mut stream = respond.send_response(response, false)?;
    let Some(mut left) = large else {
        stream.send_data(Bytes::from_static(SMALL), true)?;
        return Ok(());
    };
    while left > 0 {
        stream.reserve_capacity(usize::try_from(left).unwrap_or(usize::MAX).min(PIECE.len()));
        let Some(granted) = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await else {
            bail!("stream closed early");
        };
        let now = granted?.min(PIECE.len());
        left -= now as u64;
        stream.send_data(
            Bytes::from_static(PIECE.get(..now).unwrap_or(PIECE)),
            left == 0,
        )?;
    }
    Ok(())
}

/// A stream that first gives again what was read to recognise the protocol.
struct Rewound<S> {
    first: Vec<u8>,
    given: usize,
    inner: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match this.first.get(this.given..) {
            Some(rest) if !rest.is_empty() => {
                let now = rest.get(..buf.remaining()).unwrap_or(rest);
                buf.put_slice(now);
                this.given += now.len();
                Poll::Ready(Ok(()))
            }
            _ => Pin::new(&mut this.inner).poll_read(cx, buf),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
