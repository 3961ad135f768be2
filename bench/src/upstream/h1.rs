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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_answer_begins_anew() {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let first = "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
        let last = first.replace("\r\nHost", "\r\nConnection: close\r\nHost");
        let asked = format!("{first}{last}");
        client.write_all(asked.as_bytes()).await.unwrap();
        serve(server, Vec::new()).await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "{said}");
    }

    #[tokio::test]
    async fn a_provider_signs_in_whoever_brings_its_codes() {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let form = "grant_type=authorization_code&code=nonce-1";
        let asked = format!(
            "POST /provider/token HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nContent-Length: {}\r\n\r\n{form}\
             GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            form.len()
        );
        client.write_all(asked.as_bytes()).await.unwrap();
        serve(server, Vec::new()).await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        let signer = crate::signer::Signer::new().unwrap();
        let issuer = "http://127.0.0.1:9000/provider";
        let token = signer.id_token(issuer, "bench-web", "nonce-1");
        // A second may have passed meanwhile; the header does not change.
        let header = token.split('.').next().unwrap();
        assert!(
            said.contains(&format!(r#""id_token":"{header}."#)),
            "{said}"
        );
        assert!(
            said.ends_with(std::str::from_utf8(SMALL).unwrap()),
            "{said}"
        );
    }
}
