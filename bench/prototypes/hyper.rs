//! Prototype of the other shape of the data plane: hyper on both sides, in the same runtime with
//! the same kind of pool; with our bounded head reader in front of it (`reader`), which checks the
//! raw head and hands hyper the rewritten bytes, or without (`plain`).
//!
//! Compared in `docs/decisions/0001-http1-codec.md`.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Cx, Poll, ready};

use anyhow::{Context, Result, bail};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, UPGRADE, VIA};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const READ: usize = 16 * 1024;
const MAX_HEAD: usize = 64 * 1024;
const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

struct Core {
    upstream: SocketAddr,
    idle: RefCell<Vec<SendRequest<Incoming>>>,
    requests: Cell<u64>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: prototype-hyper LISTEN UPSTREAM reader|plain";
    let listen: SocketAddr = arguments.next().context(usage)?.parse()?;
    let upstream = arguments.next().context(usage)?.parse()?;
    let reader = arguments.next().context(usage)? == "reader";
    let core = Rc::new(Core {
        upstream,
        idle: RefCell::default(),
        requests: Cell::new(0),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind(listen).await?;
        loop {
            let (stream, peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let core = Rc::clone(&core);
            tokio::task::spawn_local(async move {
                let service = hyper::service::service_fn(|request| proxy(&core, peer, request));
                let mut http = hyper::server::conn::http1::Builder::new();
                http.auto_date_header(false).header_read_timeout(None);
                if reader {
                    http.serve_connection(TokioIo::new(Front::new(stream)), service)
                        .await
                        .ok();
                } else {
                    http.serve_connection(TokioIo::new(stream), service)
                        .await
                        .ok();
                }
            });
        }
    })
}

async fn proxy(
    core: &Core,
    peer: SocketAddr,
    mut request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Incoming>> {
    core.requests.set(core.requests.get() + 1);
    let id = HeaderValue::try_from(format!("{:026X}", core.requests.get()))?;
    let fields = request.headers_mut();
    end_to_end(fields);
    fields.insert(
        HeaderName::from_static("x-forwarded-for"),
        HeaderValue::try_from(peer.ip().to_string())?,
    );
    fields.insert(
        HeaderName::from_static("x-forwarded-proto"),
        HeaderValue::from_static("http"),
    );
    fields.insert(HeaderName::from_static("x-request-id"), id.clone());

    let mut sender = core.sender().await?;
    let mut response = sender.send_request(request).await?;
    core.idle.borrow_mut().push(sender);
    let fields = response.headers_mut();
    end_to_end(fields);
    fields.insert(HeaderName::from_static("x-request-id"), id);
    Ok(response)
}

fn end_to_end(fields: &mut HeaderMap) {
    for name in [CONNECTION, TE, TRAILER, UPGRADE] {
        fields.remove(name);
    }
    fields.remove("keep-alive");
    fields.remove("proxy-connection");
    fields.append(VIA, HeaderValue::from_static("1.1 prototype"));
}

impl Core {
    async fn sender(&self) -> Result<SendRequest<Incoming>> {
        loop {
            let idle = self.idle.borrow_mut().pop();
            let Some(mut sender) = idle else { break };
            if sender.ready().await.is_ok() {
                return Ok(sender);
            }
        }
        let stream = TcpStream::connect(self.upstream).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::task::spawn_local(connection);
        Ok(sender)
    }
}

/// Reads heads itself and gives hyper a checked and rewritten copy of them.
struct Front {
    stream: TcpStream,
    chunk: Box<[u8]>,
    raw: Vec<u8>,
    /// Rewritten bytes not yet taken, and how many of them were.
    ready: Vec<u8>,
    taken: usize,
    /// Bytes of the current body still to come.
    body: u64,
}

impl Front {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            chunk: vec![0; READ].into(),
            raw: Vec::with_capacity(READ),
            ready: Vec::with_capacity(READ),
            taken: 0,
            body: 0,
        }
    }

    /// Moves a complete head and what is here of its body from `raw` to `ready`.
    fn advance(&mut self) -> Result<()> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let mut start = 0;
        if self.body == 0 {
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut fields);
            let httparse::Status::Complete(head) = request.parse(&self.raw)? else {
                return Ok(());
            };
            let (method, path) = (
                request.method.unwrap_or_default(),
                request.path.unwrap_or_default(),
            );
            for part in [method, " ", path, " HTTP/1.1\r\n"] {
                self.ready.extend(part.as_bytes());
            }
            self.body = rewrite(request.headers, &mut self.ready)?;
            start = head;
        }
        let here = usize::try_from(self.body)
            .unwrap_or(usize::MAX)
            .min(self.raw.len() - start);
        self.ready
            .extend(self.raw.get(start..start + here).unwrap_or_default());
        self.raw.drain(..start + here);
        self.body -= here as u64;
        Ok(())
    }
}

fn rewrite(fields: &[httparse::Header<'_>], out: &mut Vec<u8>) -> Result<u64> {
    let mut body = None;
    for field in fields {
        if HOP_BY_HOP
            .iter()
            .any(|name| name.eq_ignore_ascii_case(field.name))
        {
            if field.name.eq_ignore_ascii_case("transfer-encoding") {
                bail!("the prototype knows lengths only");
            }
            continue;
        }
        if field.name.eq_ignore_ascii_case("content-length") {
            if body.is_some() {
                bail!("two lengths");
            }
            body = Some(std::str::from_utf8(field.value)?.parse()?);
        }
        out.extend(field.name.as_bytes());
        out.extend(b": ");
        out.extend(field.value);
        out.extend(b"\r\n");
    }
    out.extend(b"\r\n");
    Ok(body.unwrap_or(0))
}

impl AsyncRead for Front {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Cx<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let rest = this.ready.get(this.taken..).unwrap_or_default();
            if !rest.is_empty() {
                let now = rest.get(..buf.remaining()).unwrap_or(rest);
                buf.put_slice(now);
                this.taken += now.len();
                if this.taken == this.ready.len() {
                    this.ready.clear();
                    this.taken = 0;
                }
                return Poll::Ready(Ok(()));
            }
            let before = this.raw.len();
            this.advance().map_err(io::Error::other)?;
            if !this.ready.is_empty() || this.raw.len() < before {
                continue;
            }
            if this.raw.len() > MAX_HEAD {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            let mut read = ReadBuf::new(&mut this.chunk);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.raw.extend(read.filled());
        }
    }
}

impl AsyncWrite for Front {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Cx<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Cx<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Cx<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Cx<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
