//! HTTP/1.1 by hand.

use super::behaviour::{Behaviour, PIECE, filler, mirrored};
use super::book::{Book, Seen};
use super::reading::parse;
use super::{Wire, websocket};
use bytes::{Buf as _, BytesMut};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;

const LONGEST_HEAD: usize = 1 << 20;
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn with_length(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n")
}

pub(super) async fn serve(wire: Wire, number: u64, book: Arc<Mutex<Book>>) {
    let mut connection = Connection {
        wire,
        buffer: BytesMut::new(),
        number,
        book,
        slow: None,
    };
    while let Ok(Next::Request) = connection.one().await {}
}

enum Next {
    Request,
    Close,
}

enum Framing {
    Length(usize),
    Chunked,
}

struct Connection {
    wire: Wire,
    buffer: BytesMut,
    number: u64,
    book: Arc<Mutex<Book>>,
    slow: Option<Duration>,
}

impl Connection {
    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().expect("the record")
    }

    async fn one(&mut self) -> io::Result<Next> {
        let head = self.head().await?;
        let mut seen = parse(&head);
        seen.connection = self.number;
        let behaviour = Behaviour::of(&seen.target);
        let framing = framing(&seen);
        let upgrade = seen
            .header("upgrade")
            .is_some_and(|u| u.eq_ignore_ascii_case("websocket"));
        let expects = seen.header("expect").is_some();
        let place = self.book().enter(seen);

        match behaviour {
            Behaviour::EarlyAnswer | Behaviour::EarlyClose => {
                self.answer(413, "too much\n").await?;
                if behaviour == Behaviour::EarlyClose {
                    return self.close().await;
                }
            }
            Behaviour::SlowRead(pause) => self.slow = Some(pause),
            _ if expects => self.send("HTTP/1.1 100 Continue\r\n\r\n").await?,
            _ => {}
        }
        self.body(framing, place).await?;
        self.slow = None;
        self.book().update(place, |seen| seen.complete = true);
        if upgrade && !matches!(behaviour, Behaviour::Status(_)) {
            return self.websocket(place, behaviour).await;
        }
        self.act(behaviour, place).await
    }

    /// Reads a head; what there was of one is recorded when the connection ends within it.
    async fn head(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = crate::harness::raw::find(&self.buffer, b"\r\n\r\n") {
                return Ok(self.buffer.split_to(end + 4).to_vec());
            }
            let ended = self.buffer.len() > LONGEST_HEAD || self.fill().await.is_err();
            if ended {
                if !self.buffer.is_empty() {
                    let seen = Seen {
                        connection: self.number,
                        doubts: vec!["an incomplete head".into()],
                        ..Seen::default()
                    };
                    self.book().enter(seen);
                }
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn body(&mut self, framing: Framing, place: usize) -> io::Result<()> {
        match framing {
            Framing::Length(mut left) => {
                while left > 0 {
                    if self.buffer.is_empty() {
                        self.fill().await?;
                    }
                    let piece = self.buffer.split_to(left.min(self.buffer.len()));
                    left -= piece.len();
                    self.took(place, &piece).await;
                }
            }
            Framing::Chunked => loop {
                let line = self.line().await?;
                let size = usize::from_str_radix(line.split(';').next().unwrap_or(""), 16)
                    .map_err(|_| io::ErrorKind::InvalidData)?;
                if size == 0 {
                    return self.trailers(place).await;
                }
                while self.buffer.len() < size + 2 {
                    self.fill().await?;
                }
                let piece = self.buffer.split_to(size);
                if !self.buffer.starts_with(b"\r\n") {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                self.buffer.advance(2);
                self.took(place, &piece).await;
            },
        }
        Ok(())
    }

    async fn took(&mut self, place: usize, piece: &[u8]) {
        self.book().update(place, |seen| seen.body.extend(piece));
        if let Some(pause) = self.slow {
            sleep(pause).await;
        }
    }

    async fn trailers(&mut self, place: usize) -> io::Result<()> {
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(());
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            let field = (name.to_owned(), value.trim().to_owned());
            self.book().update(place, |seen| seen.trailers.push(field));
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = crate::harness::raw::find(&self.buffer, b"\r\n") {
                let line = self.buffer.split_to(end);
                self.buffer.advance(2);
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        self.buffer.reserve(64 << 10);
        let count = match &mut self.wire {
            Wire::Plain(stream) => stream.read_buf(&mut self.buffer).await?,
            Wire::Tls(stream) => stream.read_buf(&mut self.buffer).await?,
        };
        self.book().received(count);
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        match &mut self.wire {
            Wire::Plain(stream) => stream.write_all(bytes.as_ref()).await,
            Wire::Tls(stream) => {
                stream.write_all(bytes.as_ref()).await?;
                stream.flush().await
            }
        }
    }

    async fn answer(&mut self, status: u16, body: &str) -> io::Result<()> {
        let length = body.len();
        self.send(format!(
            "HTTP/1.1 {status} Whatever\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    async fn echo(&mut self, place: usize, lines: &str) -> io::Result<()> {
        let body = self.book().get(place).to_json().to_string();
        let length = body.len();
        self.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{lines}Content-Length: {length}\r\n\r\n"
        ))
        .await?;
        if self.book().get(place).method == "HEAD" {
            return Ok(());
        }
        self.send(body).await
    }

    async fn close(&mut self) -> io::Result<Next> {
        match &mut self.wire {
            Wire::Plain(stream) => stream.shutdown().await?,
            Wire::Tls(stream) => stream.shutdown().await?,
        }
        // Unread bytes would turn the close into a reset.
        while self.fill().await.is_ok() {
            self.buffer.clear();
        }
        Ok(Next::Close)
    }

    fn reset(&mut self) -> Next {
        let tcp = match &self.wire {
            Wire::Plain(stream) => stream,
            Wire::Tls(stream) => stream.get_ref().0,
        };
        let _ = socket2::SockRef::from(tcp).set_linger(Some(Duration::ZERO));
        Next::Close
    }

    async fn websocket(&mut self, place: usize, behaviour: Behaviour) -> io::Result<Next> {
        let key = self.book().get(place).header("sec-websocket-key");
        let mut accept = websocket::accept(&key.unwrap_or_default());
        if behaviour == Behaviour::WrongAccept {
            accept = websocket::accept("another key");
        }
        self.send(format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        ))
        .await?;
        if behaviour == Behaviour::ResetAfterHead {
            self.fill().await?;
            return Ok(self.reset());
        }
        let early = self.buffer.split().to_vec();
        match &mut self.wire {
            Wire::Plain(stream) => websocket::echo(stream, early).await,
            Wire::Tls(stream) => websocket::echo(stream, early).await,
        }
        Ok(Next::Close)
    }

    async fn act(&mut self, what: Behaviour, place: usize) -> io::Result<Next> {
        match what {
            Behaviour::EarlyAnswer | Behaviour::EarlyClose => {}
            Behaviour::Status(status) => self.answer(status, "as you wish\n").await?,
            Behaviour::FailFirst(times) if self.book().earlier(place) < times => {
                self.answer(503, "later\n").await?;
            }
            Behaviour::SlowHead(pause) => {
                sleep(pause).await;
                self.echo(place, "").await?;
            }
            Behaviour::Mirror => {
                let seen = self.book().get(place);
                let lines = mirrored(&seen)
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect::<Vec<_>>()
                    .concat();
                let length = seen.body.len();
                self.send(format!(
                    "HTTP/1.1 200 OK\r\n{lines}Content-Length: {length}\r\n\r\n"
                ))
                .await?;
                if seen.method != "HEAD" {
                    self.send(&seen.body).await?;
                }
            }
            Behaviour::Limits => {
                let limits = "RateLimit: \"theirs\";r=7\r\nX-RateLimit-Limit: 77\r\n";
                self.echo(place, limits).await?;
            }
            Behaviour::EarlyHints => {
                self.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
                    .await?;
                self.echo(place, "").await?;
            }
            Behaviour::Interims(count) => {
                for _ in 0..count {
                    self.send("HTTP/1.1 102 Processing\r\n\r\n").await?;
                }
                self.echo(place, "").await?;
            }
            Behaviour::DieOnReuse => {
                self.echo(place, "").await?;
                self.fill().await?;
                return Ok(self.reset());
            }
            Behaviour::CloseAfter => {
                self.echo(place, "Connection: close\r\n").await?;
                return self.close().await;
            }
            Behaviour::Forged => {
                self.send(concat!(
                    "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\n",
                    "Postern-Denial: subscription.pending\r\nPostern-Other: x\r\n",
                    "Proxy-Status: postern; error=http_request_denied, other; error=dns_error\r\n",
                    "X-Request-Id: 00000000000000000000000000\r\n",
                    "Content-Length: 2\r\n\r\n{}"
                ))
                .await?;
            }
            Behaviour::OddHeaders => {
                self.echo(
                    place,
                    concat!(
                        "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n",
                        "Proxy-Authenticate: Basic\r\nProxy-Connection: close\r\nX-Stays: 1\r\n",
                        "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n",
                    ),
                )
                .await?;
            }
            Behaviour::Unasked101 => {
                self.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                    .await?;
                let _ = self.fill().await;
                return self.close().await;
            }
            Behaviour::ResetBeforeHead => return Ok(self.reset()),
            Behaviour::CloseBeforeHead => return self.close().await,
            _ => return self.answer_with_body(what, place).await,
        }
        Ok(Next::Request)
    }

    /// Answers whose body is the point.
    async fn answer_with_body(&mut self, what: Behaviour, place: usize) -> io::Result<Next> {
        match what {
            Behaviour::Body(size) => {
                self.send(with_length(size)).await?;
                let piece = filler(PIECE);
                for start in (0..size).step_by(PIECE) {
                    self.send(&piece[..PIECE.min(size - start)]).await?;
                }
            }
            Behaviour::Chunked(total, size) => {
                self.send(CHUNKED).await?;
                for piece in filler(total).chunks(size.max(1)) {
                    self.chunk(piece).await?;
                }
                self.send("0\r\n\r\n").await?;
            }
            Behaviour::SlowBody(pause) => {
                self.send(with_length(40)).await?;
                for piece in filler(40).chunks(10) {
                    sleep(pause).await;
                    self.send(piece).await?;
                }
            }
            Behaviour::ResetAfterHead => {
                self.send(with_length(100)).await?;
                self.send("a part").await?;
                // The bytes should have been read before the reset takes the rest away.
                sleep(Duration::from_millis(100)).await;
                return Ok(self.reset());
            }
            Behaviour::HugeHead(size) => {
                let value = String::from_utf8(filler(size)).expect("text");
                self.echo(place, &format!("X-Huge: {value}\r\n")).await?;
            }
            Behaviour::Trailers => {
                let got = self.book().get(place).trailers;
                self.send(
                    "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n",
                )
                .await?;
                self.chunk(b"body").await?;
                let echoed: Vec<String> = got
                    .iter()
                    .map(|(n, v)| format!("X-Got-{n}: {v}\r\n"))
                    .collect();
                let echoed = echoed.concat();
                self.send(format!("0\r\nX-Sum: 42\r\n{echoed}\r\n")).await?;
            }
            Behaviour::Events(count, pause) => {
                self.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .await?;
                for number in 0..count {
                    self.chunk(format!("data: {number}\n\n").as_bytes()).await?;
                    sleep(pause).await;
                }
                self.send("0\r\n\r\n").await?;
            }
            Behaviour::UntilClose | Behaviour::Http10 => {
                let version = if what == Behaviour::Http10 {
                    "1.0"
                } else {
                    "1.1"
                };
                self.send(format!(
                    "HTTP/{version} 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end"
                ))
                .await?;
                return self.close().await;
            }
            _ => return self.lie(what, place).await,
        }
        Ok(Next::Request)
    }

    /// Answers that are no HTTP, or not the HTTP that they say they are.
    async fn lie(&mut self, what: Behaviour, place: usize) -> io::Result<Next> {
        match what {
            Behaviour::Short => {
                self.send(with_length(100)).await?;
                self.send("a part").await?;
                return self.close().await;
            }
            Behaviour::Long => {
                self.send(with_length(4)).await?;
                self.send("fourHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
                    .await?;
            }
            Behaviour::BadChunk => {
                self.send(CHUNKED).await?;
                self.send("4\r\nfour\r\nxyz\r\nfour\r\n0\r\n\r\n").await?;
            }
            Behaviour::HalfChunked => {
                self.send(CHUNKED).await?;
                self.send("4\r\nfour\r\n").await?;
                return self.close().await;
            }
            Behaviour::DuplicateLength => {
                self.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfour5")
                    .await?;
            }
            Behaviour::LengthAndChunked => {
                self.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n")
                    .await?;
            }
            Behaviour::Garbage => {
                self.send("SSH-2.0-OpenSSH_9.2\r\n\r\n").await?;
                return self.close().await;
            }
            _ => self.echo(place, "").await?,
        }
        Ok(Next::Request)
    }

    async fn chunk(&mut self, piece: &[u8]) -> io::Result<()> {
        let mut bytes = format!("{:x}\r\n", piece.len()).into_bytes();
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
        self.send(bytes).await
    }
}

fn framing(seen: &Seen) -> Framing {
    if seen.header("transfer-encoding").is_some() {
        return Framing::Chunked;
    }
    let length = seen.header("content-length").unwrap_or_default();
    Framing::Length(length.parse().unwrap_or(0))
}
