//! One health check: `GET`, and a look at the status. Its client is small on purpose: it shares
//! nothing with the client for requests but the connection.

use super::{Connection, Dial, Stream};
use crate::upstream::set::UpstreamState;
use crate::upstream::target::TargetState;
use bytes::Bytes;
use postern_model::entity::{ActiveHealth, Name};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Most bytes read of a response, interim ones included.
const MOST: usize = 16 << 10;
const USER_AGENT: &str = "postern-health-check";

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// No connection.
    #[error("{0}")]
    Connect(String),
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It does not speak HTTP, or too much of it.
    #[error("the answer is not HTTP/1.1")]
    NotHttp,
    /// Another status than wanted.
    #[error("the status is {got}, not within {} to {}", wanted.0, wanted.1)]
    Status {
        /// The status.
        got: u16,
        /// First and last status that mean healthy.
        wanted: (u16, u16),
    },
}

/// Checks a target once, at the first of its addresses that can be connected to.
pub(super) async fn run(
    dial: &dyn Dial,
    upstream: &UpstreamState,
    target: &TargetState,
    settings: &ActiveHealth,
    turn: usize,
) -> Result<(), CheckError> {
    let addresses: Vec<_> = target.addresses().rotated(turn).collect();
    let mut found = Err(String::new());
    for address in addresses {
        found = dial.dial(upstream, target, address).await;
        if found.is_ok() {
            break;
        }
    }
    let Connection { stream, http2 } = found.map_err(CheckError::Connect)?;
    let tls = upstream.config.tls.is_some();
    let host = host(target, settings, tls);
    let got = if http2 {
        over_http2(stream, settings, &host, tls).await?
    } else {
        over_http1(stream, settings, &host).await?
    };
    let (first, last) = settings.statuses;
    if (first..=last).contains(&got) {
        return Ok(());
    }
    let wanted = settings.statuses;
    Err(CheckError::Status { got, wanted })
}

/// The configured `Host`, or the target's, without the port that its scheme implies.
fn host(target: &TargetState, settings: &ActiveHealth, tls: bool) -> Name {
    if let Some(host) = &settings.host {
        return host.clone();
    }
    let implied = if tls { ":443" } else { ":80" };
    let name = target.name();
    name.strip_suffix(implied)
        .map_or_else(|| name.clone(), Name::from)
}

async fn over_http1(
    mut stream: Box<dyn Stream>,
    settings: &ActiveHealth,
    host: &str,
) -> Result<u16, CheckError> {
    let broken = |error: std::io::Error| CheckError::Broken(error.to_string());
    let path = &settings.path;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut read = Vec::with_capacity(1024);
    loop {
        if let Some(status) = final_status(&read)? {
            return Ok(status);
        }
        let room = MOST.saturating_sub(read.len());
        if room == 0 {
            return Err(CheckError::NotHttp);
        }
        let n = (&mut stream)
            .take(room as u64)
            .read_buf(&mut read)
            .await
            .map_err(broken)?;
        if n == 0 {
            return Err(CheckError::Broken("closed before a response".to_owned()));
        }
    }
}

/// The status of the first response that is not interim, once its status line is there.
fn final_status(mut read: &[u8]) -> Result<Option<u16>, CheckError> {
    loop {
        let Some(line_end) = read.iter().position(|b| *b == b'\n') else {
            return Ok(None);
        };
        let line = read.get(..line_end).unwrap_or_default();
        let status = status_line(line).ok_or(CheckError::NotHttp)?;
        if !(100..=199).contains(&status) {
            return Ok(Some(status));
        }
        let Some(head_end) = read.windows(4).position(|w| w == b"\r\n\r\n") else {
            return Ok(None);
        };
        read = read.get(head_end.saturating_add(4)..).unwrap_or_default();
    }
}

/// `HTTP/1.x SP 3DIGIT [SP reason]` (RFC 9112 §4).
fn status_line(line: &[u8]) -> Option<u16> {
    let rest = line
        .strip_prefix(b"HTTP/1.1 ")
        .or_else(|| line.strip_prefix(b"HTTP/1.0 "))?;
    let (digits, rest) = rest.split_at_checked(3)?;
    let digits = std::str::from_utf8(digits).ok()?;
    let ends = matches!(rest.first(), None | Some(b' ' | b'\r'));
    if !ends || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|status| *status >= 100)
}

async fn over_http2(
    stream: Box<dyn Stream>,
    settings: &ActiveHealth,
    host: &str,
    tls: bool,
) -> Result<u16, CheckError> {
    let broken = |error: h2::Error| CheckError::Broken(error.to_string());
    let scheme = if tls { "https" } else { "http" };
    let request = http::Request::get(format!("{scheme}://{host}{}", settings.path))
        .header(http::header::USER_AGENT, USER_AGENT)
        .body(())
        .map_err(|error| CheckError::Broken(error.to_string()))?;
    let (sender, connection) = h2::client::Builder::new()
        .max_header_list_size(u32::try_from(MOST).unwrap_or(u32::MAX))
        .enable_push(false)
        .handshake::<_, Bytes>(stream)
        .await
        .map_err(broken)?;
    let exchange = async {
        let mut sender = sender.ready().await.map_err(broken)?;
        let (response, _) = sender.send_request(request, true).map_err(broken)?;
        Ok(response.await.map_err(broken)?.status().as_u16())
    };
    // The connection does its work while we wait, and goes with the answer.
    tokio::select! {
        biased;
        status = exchange => status,
        ended = connection => Err(ended.err().map_or_else(
            || CheckError::Broken("closed before a response".to_owned()),
            broken,
        )),
    }
}

#[cfg(test)]
mod tests;
