//! The little HTTP/1.1 that a load generator and a fixed upstream need.

use anyhow::{Context, Result, bail};

/// Header fields a head may have; beyond it a peer is not what this tool measures.
const MAX_FIELDS: usize = 64;

/// What a reader must know about a message head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes of the head, with its empty line.
    pub(crate) len: usize,
    /// Bytes of the body that follows.
    pub(crate) body: u64,
    /// Status of a response, 0 of a request.
    pub(crate) status: u16,
    /// Whether the peer keeps the connection.
    pub(crate) keep_alive: bool,
}

/// Reads a response head; `None` while it is incomplete.
pub(crate) fn response_head(buf: &[u8]) -> Result<Option<Head>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(len) = response.parse(buf).context("response head")? else {
        return Ok(None);
    };
    let status = response.code.unwrap_or_default();
    let (body, keep_alive) = framing(response.headers)?;
    let body = if status == 204 || status == 304 {
        Some(0)
    } else {
        body
    };
    let body = body.context("response without Content-Length, which this client does not read")?;
    Ok(Some(Head {
        len,
        body,
        status,
        keep_alive,
    }))
}

/// Reads a request head and its path; `None` while it is incomplete.
pub(crate) fn request_head(buf: &[u8]) -> Result<Option<(Head, &str)>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(len) = request.parse(buf).context("request head")? else {
        return Ok(None);
    };
    let (body, keep_alive) = framing(request.headers)?;
    let head = Head {
        len,
        body: body.unwrap_or(0),
        status: 0,
        keep_alive,
    };
    Ok(Some((head, request.path.unwrap_or("/"))))
}

fn framing(fields: &[httparse::Header<'_>]) -> Result<(Option<u64>, bool)> {
    let mut body = None;
    let mut keep_alive = true;
    for field in fields {
        if field.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(field.value).context("Content-Length")?;
            body = Some(text.trim().parse().context("Content-Length")?);
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("chunked message, which this tool does not read: it sends lengths only");
        } else if field.name.eq_ignore_ascii_case("connection") {
            keep_alive = !field.value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok((body, keep_alive))
}

/// `N` of `/bytes/N`.
pub(crate) fn bytes_of(path: &str) -> Option<u64> {
    path.strip_prefix("/bytes/")?.parse().ok()
}

#[cfg(test)]
mod tests;
