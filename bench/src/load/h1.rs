//! HTTP/1.1: one request at a time on each connection.

use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use super::Stream;
use super::fresh::Requests;
use super::tally::Tally;
use crate::wire;

/// Room for a head, and the size of reads from large bodies.
const BUFFER: usize = 128 * 1024;

/// A connection and the requests it sends.
pub(super) struct Client {
    stream: Stream,
    requests: Rc<Requests>,
    /// Any other status is an error.
    status: u16,
    buf: Vec<u8>,
}

impl Client {
    pub(super) fn new(stream: Stream, requests: Rc<Requests>, status: u16) -> Self {
        Self {
            stream,
            requests,
            status,
            buf: Vec::with_capacity(BUFFER),
        }
    }

    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    /// Sends the next request, reads the whole answer, and returns the length of its body.
    pub(super) async fn exchange(&mut self) -> Result<u64> {
        self.stream.write_all(self.requests.next()).await?;
        self.stream.flush().await?;
        self.buf.clear();
        let head = loop {
            if self.stream.read_buf(&mut self.buf).await? == 0 {
                bail!("connection closed before the answer");
            }
            if let Some(head) = wire::response_head(&self.buf)? {
                break head;
            }
        };
        let mut have = (self.buf.len() - head.len) as u64;
        while have < head.body {
            self.buf.clear();
            let read = self.stream.read_buf(&mut self.buf).await?;
            if read == 0 {
                bail!("connection closed in the answer's body");
            }
            have += read as u64;
        }
        if head.status != self.status {
            bail!("status {}", head.status);
        }
        if have > head.body || !head.keep_alive {
            bail!("the proxy does not keep the connection as it should");
        }
        Ok(head.body)
    }
}

/// The closed loop; returns the connections, still open.
pub(super) async fn run(
    clients: Vec<Client>,
    tally: &Rc<Tally>,
    deadline: Instant,
) -> Result<Vec<Stream>> {
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let tally = Rc::clone(tally);
        tasks.spawn_local(async move {
            let mut start = Instant::now();
            while start < deadline {
                match client.exchange().await {
                    Ok(bytes) => {
                        let now = Instant::now();
                        tally.answered(bytes, now - start);
                        start = now;
                    }
                    // What is left on a broken connection cannot be told apart, so it is not used again.
                    Err(error) => {
                        tally.failed(&error)?;
                        break;
                    }
                }
            }
            Ok::<_, anyhow::Error>(client.stream)
        });
    }
    super::join(tasks).await
}
