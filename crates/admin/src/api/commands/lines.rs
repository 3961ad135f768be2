//! Lines of JSON, as a body that comes in parts.

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use postern_control::protocol::Reply;
use postern_control::{Answer, Items};
use serde_json::Value;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Lines that wait for whoever reads slowly.
const WAITING: usize = 64;

/// How long they may take for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// The side that lines come from.
#[derive(Debug)]
pub(super) struct Sender(mpsc::Sender<Reply>);

/// The lines that are still to come.
#[derive(Debug)]
pub(super) struct Coming(mpsc::Receiver<Reply>);

impl Sender {
    pub(super) fn new() -> (Self, Coming) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), Coming(receiver))
    }

    /// The last line.
    pub(super) async fn finish(self, last: &Reply) {
        // Whoever asked may be gone.
        let _ = timeout(PATIENCE, self.0.send(last.clone())).await;
    }
}

impl Items for Sender {
    fn item(&mut self, value: Value) -> Answer<'_, io::Result<()>> {
        Box::pin(async move {
            let sent = timeout(PATIENCE, self.0.send(Reply::Item(value))).await?;
            sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
        })
    }
}

impl Coming {
    pub(super) async fn first(&mut self) -> Option<Reply> {
        self.0.recv().await
    }
}

/// The body.
#[derive(Debug)]
pub(super) struct Lines {
    first: Option<Bytes>,
    coming: mpsc::Receiver<Reply>,
}

impl Lines {
    pub(super) fn new(first: &Reply, coming: Coming) -> Self {
        Self {
            first: Some(line(first)),
            coming: coming.0,
        }
    }
}

fn line(reply: &Reply) -> Bytes {
    let mut line = serde_json::to_vec(reply).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let next = self.coming.poll_recv(context);
        next.map(|reply| reply.map(|reply| Ok(Frame::data(line(&reply)))))
    }
}
