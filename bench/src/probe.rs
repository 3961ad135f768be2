//! Single requests, to see that what is measured is what it is called.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::wire;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that asks one thing at a time.
#[derive(Debug)]
pub(crate) struct Probe(TcpStream);

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and header fields.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// The values of a header field that stands several times.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Probe {
    /// Connects, from an address if one is given.
    pub(crate) async fn connect(to: SocketAddr, from: Option<Ipv4Addr>) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
        }
        let stream = socket.connect(to).await;
        Ok(Self(
            stream.with_context(|| format!("cannot connect to {to}"))?,
        ))
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let answered = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        answered.context("no answer in time")?
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.0.write_all(request).await?;
        let mut bytes = Vec::new();
        loop {
            if self.0.read_buf(&mut bytes).await? == 0 {
                bail!("connection closed before the answer");
            }
            let Some(head) = wire::response_head(&bytes)? else {
                continue;
            };
            let whole = head.len as u64 + head.body;
            if bytes.len() as u64 >= whole {
                let body = bytes.split_off(head.len);
                return Ok(Answer {
                    status: head.status,
                    head: String::from_utf8_lossy(&bytes).into_owned(),
                    body,
                });
            }
        }
    }
}
