//! Prototype of one shape of the data plane: an HTTP/1 codec of our own on `httparse`, on both
//! sides, in a current-thread runtime with its own upstream pool.
//!
//! It does per request what any shape must (read and check the head, drop hop-by-hop fields, add
//! ours, pool the upstream connection) and knows bodies with a length only. It answers nothing
//! itself: a fault closes the connection. Compared in `docs/decisions/0001-http1-codec.md`.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const READ: usize = 16 * 1024;
const MAX_HEAD: usize = 64 * 1024;
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
];

struct Core {
    upstream: SocketAddr,
    idle: RefCell<Vec<Connection>>,
    requests: Cell<u64>,
}

struct Connection {
    stream: TcpStream,
    buf: Vec<u8>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: prototype-own-codec LISTEN UPSTREAM";
    let listen: SocketAddr = arguments.next().context(usage)?.parse()?;
    let upstream = arguments.next().context(usage)?.parse()?;
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
            tokio::task::spawn_local(async move { serve(&core, stream, peer).await.ok() });
        }
    })
}

async fn serve(core: &Core, stream: TcpStream, peer: SocketAddr) -> Result<()> {
    let mut front = Connection {
        stream,
        buf: Vec::with_capacity(READ),
    };
    let mut out = Vec::with_capacity(READ);
    while !front.buf.is_empty() || front.fill().await? {
        out.clear();
        let Some((head, body)) = request(core, &front.buf, peer, &mut out)? else {
            if front.buf.len() > MAX_HEAD || !front.fill().await? {
                bail!("head cut short or too long");
            }
            continue;
        };
        let mut back = core.connection().await?;
        let rest = front.take(head, body, &mut out);
        back.stream.write_all(&out).await?;
        copy(&mut front, &mut back, rest).await?;

        out.clear();
        let (head, body) = loop {
            if !back.fill().await? {
                bail!("upstream closed");
            }
            if let Some(found) = response(core, &back.buf, &mut out)? {
                break found;
            }
        };
        let rest = back.take(head, body, &mut out);
        front.stream.write_all(&out).await?;
        copy(&mut back, &mut front, rest).await?;
        core.idle.borrow_mut().push(back);
    }
    Ok(())
}

/// Writes the upstream's head; gives the length of the head read and of its body.
fn request(
    core: &Core,
    buf: &[u8],
    peer: SocketAddr,
    out: &mut Vec<u8>,
) -> Result<Option<(usize, u64)>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(head) = request.parse(buf)? else {
        return Ok(None);
    };
    let (method, path) = (
        request.method.unwrap_or_default(),
        request.path.unwrap_or_default(),
    );
    write!(out, "{method} {path} HTTP/1.1\r\n")?;
    let body = forward(request.headers, out)?;
    let ip = peer.ip();
    write!(
        out,
        "X-Forwarded-For: {ip}\r\nX-Forwarded-Proto: http\r\nVia: 1.1 prototype\r\n"
    )?;
    core.requests.set(core.requests.get() + 1);
    write!(out, "X-Request-Id: {:026X}\r\n", core.requests.get())?;
    finish(body, out)?;
    Ok(Some((head, body.unwrap_or(0))))
}

/// Writes the caller's head.
fn response(core: &Core, buf: &[u8], out: &mut Vec<u8>) -> Result<Option<(usize, u64)>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = response.parse(buf)? else {
        return Ok(None);
    };
    write!(
        out,
        "HTTP/1.1 {} {}\r\n",
        response.code.unwrap_or(502),
        response.reason.unwrap_or_default()
    )?;
    let body = forward(response.headers, out)?.context("response without a length")?;
    write!(
        out,
        "Via: 1.1 prototype\r\nX-Request-Id: {:026X}\r\n",
        core.requests.get()
    )?;
    finish(Some(body), out)?;
    Ok(Some((head, body)))
}

fn finish(body: Option<u64>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(body) = body {
        write!(out, "Content-Length: {body}\r\n")?;
    }
    out.extend(b"\r\n");
    Ok(())
}

/// Copies the end-to-end fields and finds the body's length.
fn forward(fields: &[httparse::Header<'_>], out: &mut Vec<u8>) -> Result<Option<u64>> {
    let mut body = None;
    for field in fields {
        if HOP_BY_HOP
            .iter()
            .any(|name| name.eq_ignore_ascii_case(field.name))
        {
            if field.name.eq_ignore_ascii_case("content-length") {
                if body.is_some() {
                    bail!("two lengths");
                }
                body = Some(std::str::from_utf8(field.value)?.parse()?);
            } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
                bail!("the prototype knows lengths only");
            }
            continue;
        }
        out.extend(field.name.as_bytes());
        out.extend(b": ");
        out.extend(field.value);
        out.extend(b"\r\n");
    }
    Ok(body)
}

/// Streams `left` bytes of a body that did not come with its head.
async fn copy(from: &mut Connection, to: &mut Connection, mut left: u64) -> Result<()> {
    while left > 0 {
        if from.buf.is_empty() && !from.fill().await? {
            bail!("body cut short");
        }
        let here = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(from.buf.len());
        to.stream
            .write_all(from.buf.get(..here).unwrap_or_default())
            .await?;
        from.buf.drain(..here);
        left -= here as u64;
    }
    Ok(())
}

impl Core {
    async fn connection(&self) -> Result<Connection> {
        let idle = self.idle.borrow_mut().pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let stream = TcpStream::connect(self.upstream).await?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            buf: Vec::with_capacity(READ),
        })
    }
}

impl Connection {
    /// Reads once; false at the end of the stream.
    async fn fill(&mut self) -> Result<bool> {
        self.buf.reserve(READ / 2);
        Ok(self.stream.read_buf(&mut self.buf).await? > 0)
    }

    /// Takes a head off the buffer, moves what is here of its body to `out`, says how much is not.
    fn take(&mut self, head: usize, body: u64, out: &mut Vec<u8>) -> u64 {
        let here = usize::try_from(body)
            .unwrap_or(usize::MAX)
            .min(self.buf.len() - head);
        out.extend(self.buf.get(head..head + here).unwrap_or_default());
        self.buf.drain(..head + here);
        body - here as u64
    }
}
