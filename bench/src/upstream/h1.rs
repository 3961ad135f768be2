//! HTTP/1.1 answers.

use std::io::Write as _;

use anyhow::{Result, bail};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{PIECE, SMALL, provider};
use crate::wire;

/// A head may be this long.
const MAX_HEAD: usize = 64 * 1024;

/// Answers requests until the peer closes.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    mut buf: Vec<u8>,
) -> Result<()> {
    let mut answer = Vec::with_capacity(1024);
    loop {
        let (head, large, provided) = match wire::request_head(&buf)? {
            Some((head, path)) => (head, wire::bytes_of(path), provider::has(path)),
            None if buf.len() > MAX_HEAD => bail!("request head longer than {MAX_HEAD} bytes"),
            None => {
                if stream.read_buf(&mut buf).await? == 0 {
                    return Ok(());
                }
                continue;
            }
        };
        if provided {
            provide(&mut stream, &mut buf, head).await?;
            continue;
        }
        buf.drain(..head.len);
        drain(&mut stream, &mut buf, head.body).await?;

        answer.clear();
        let length = large.unwrap_or(SMALL.len() as u64);
        write!(
            answer,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )?;
        if let Some(length) = large {
            stream.write_all(&answer).await?;
            bytes(&mut stream, length).await?;
        } else {
            answer.extend_from_slice(SMALL);
            stream.write_all(&answer).await?;
        }
        stream.flush().await?;
        if !head.keep_alive {
            stream.shutdown().await?;
            return Ok(());
        }
    }
}

/// Answers as an identity provider does.
async fn provide<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    buf: &mut Vec<u8>,
    head: wire::Head,
) -> Result<()> {
    let whole = head.len + usize::try_from(head.body)?;
    if whole > MAX_HEAD {
        bail!("form longer than {MAX_HEAD} bytes");
    }
    while buf.len() < whole {
        if stream.read_buf(buf).await? == 0 {
            bail!("request body ended early");
        }
    }
    let asked: Vec<u8> = buf.drain(..whole).collect();
    let (head, form) = asked.split_at(head.len);
    let json = provider::answer(std::str::from_utf8(head)?, std::str::from_utf8(form)?)?;
    let length = json.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.flush().await?)
}

/// Takes a request body off the connection; what follows it stays in `buf`.
async fn drain<S: AsyncRead + Unpin>(
    stream: &mut S,
    buf: &mut Vec<u8>,
    mut body: u64,
) -> Result<()> {
    loop {
        let here = usize::try_from(body).unwrap_or(usize::MAX).min(buf.len());
        buf.drain(..here);
        body -= here as u64;
        if body == 0 {
            return Ok(());
        }
        buf.reserve(64 * 1024);
        if stream.read_buf(buf).await? == 0 {
            bail!("request body ended early");
        }
    }
}

async fn bytes<S: AsyncWrite + Unpin>(stream: &mut S, mut length: u64) -> Result<()> {
    while length > 0 {
        let now = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(PIECE.len());
        stream.write_all(PIECE.get(..now).unwrap_or(PIECE)).await?;
        length -= now as u64;
    }
    Ok(())
}
