//! HTTP/1.1: one request at a time on each connection.

use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use super::tally::Tally;
use super::{Options, Stream};
use crate::wire;

/// Room for a head, and the size of reads from large bodies.
const BUFFER: usize = 128 * 1024;

/// A connection and the request it sends.
pub(super) struct Client {
    stream: Stream,
    request: Rc<[u8]>,
    buf: Vec<u8>,
}

/// The bytes of the request: what an ordinary client sends, with a JSON body if there is one.
pub(super) fn request(options: &Options) -> Rc<[u8]> {
    let content = match options.body {
        0 => String::new(),
        length => format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"),
    };
    let mut bytes = format!(
        "{} {} HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: postern-bench/1\r\nAccept: */*\r\n{content}\r\n",
        options.method, options.path
    )
    .into_bytes();
    bytes.extend(body(options.body));
    bytes.into()
}

/// A JSON string of `length` bytes.
pub(super) fn body(length: usize) -> Vec<u8> {
    let mut body = vec![b'x'; length];
    if let Some(first) = body.first_mut() {
        *first = b'"';
    }
    if let Some(last) = body.last_mut() {
        *last = b'"';
    }
    body
}

impl Client {
    pub(super) fn new(stream: Stream, request: Rc<[u8]>) -> Self {
        Self {
            stream,
            request,
            buf: Vec::with_capacity(BUFFER),
        }
    }

    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    /// Sends the request, reads the whole answer, and returns the length of its body.
    pub(super) async fn exchange(&mut self) -> Result<u64> {
        self.stream.write_all(&self.request).await?;
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
        if head.status != 200 {
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
