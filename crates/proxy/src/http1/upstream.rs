//! The upstream's side of HTTP/1: one connection, one request at a time.

use super::body::{Body, Pace};
use super::length::{self, Length};
use super::request::{end_of_head, keeps_alive};
use super::response;
use super::write::Writer;
use crate::back::Place;
use crate::exchange::{
    BodyFault, Piece, RequestLine, RequestSink, ResponseFault, ResponseHead, ResponseSource, Sink,
    SinkFault, Source,
};
use crate::io::{Buffer, Link, Stream, Wait};
use postern_policy::fields::{Fields, Known};
use postern_policy::head::Version;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::Instant;

/// Room for a request that an idle connection keeps, bytes.
const OUT_KEPT: usize = 4 << 10;

/// An open connection to a target.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) link: Link,
    pub(crate) buffer: Buffer,
    out: Vec<u8>,
    /// Where it leads.
    pub(crate) place: Place,
    /// Requests that it has served.
    pub(crate) uses: u64,
    /// Since when it is idle.
    pub(crate) idle_since: Instant,
}

impl Connection {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            place: Place::of(&stream),
            link: Link::new(stream),
            buffer: Buffer::default(),
            out: Vec::new(),
            uses: 0,
            idle_since: Instant::now(),
        }
    }

    /// Prepares for waiting in a pool.
    pub(crate) fn rest(&mut self, now: Instant) {
        self.idle_since = now;
        self.link.cap(None);
        self.buffer.release();
        self.out.shrink_to(OUT_KEPT);
    }

    /// Both directions of the next exchange. `idle` bounds the waits within bodies.
    pub(crate) fn exchange(
        &mut self,
        method: &str,
        idle: Duration,
    ) -> (RequestOut<'_>, ResponseIn<'_>) {
        self.uses += 1;
        let pace = Pace {
            silence: idle,
            rate: 0,
        };
        let out = RequestOut {
            writer: Writer::new(&self.link, &mut self.out, idle),
            ended: false,
        };
        let body = Body::new(&self.link, &mut self.buffer, Length::None, pace);
        let read = ResponseIn {
            body,
            to_head: method == "HEAD",
            keep_alive: true,
            scanned: 0,
        };
        (out, read)
    }
}

/// A request on its way out.
#[derive(Debug)]
pub(crate) struct RequestOut<'a> {
    writer: Writer<'a>,
    ended: bool,
}

impl RequestOut<'_> {
    /// Whether the whole request has been sent.
    pub(crate) const fn is_ended(&self) -> bool {
        self.ended
    }
}

impl Sink for RequestOut<'_> {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.writer.field(name, value);
    }

    fn end_head(&mut self, length: Length) {
        self.writer.end_head(length);
    }

    async fn data(&mut self, piece: &[u8]) -> Result<(), SinkFault> {
        self.writer.data(piece).await
    }

    async fn flush(&mut self) -> Result<(), SinkFault> {
        self.writer.flush().await
    }

    async fn end(&mut self, trailers: Option<&Fields>) -> Result<(), SinkFault> {
        self.writer.end(trailers).await?;
        self.ended = true;
        Ok(())
    }

    fn abort(&mut self) {
        self.writer.abort();
    }
}

impl RequestSink for RequestOut<'_> {
    fn begin(&mut self, line: &RequestLine<'_>) {
        let out = self.writer.out();
        out.extend_from_slice(line.method.as_bytes());
        out.push(b' ');
        out.extend_from_slice(line.target);
        out.extend_from_slice(b" HTTP/1.1\r\n");
        self.writer.field(b"Host", line.authority);
    }
}

/// A response on its way in.
#[derive(Debug)]
pub(crate) struct ResponseIn<'a> {
    body: Body<'a>,
    to_head: bool,
    keep_alive: bool,
    scanned: usize,
}

impl ResponseIn<'_> {
    /// Whether the connection can serve another request.
    pub(crate) fn is_reusable(&mut self) -> bool {
        self.body.settle();
        self.keep_alive && self.body.is_ended() && self.body.buffer.is_empty()
    }

    fn framing(&mut self, head: &ResponseHead, http11: bool) -> Result<Length, length::Invalid> {
        if head.status < 200 {
            return Ok(Length::None);
        }
        let length = length::of_response(&head.fields, http11, head.status, self.to_head)?;
        self.keep_alive =
            length != Length::UntilClose && keeps_alive(head.fields.all(Known::Connection), http11);
        Ok(length)
    }
}

impl Source for ResponseIn<'_> {
    fn length(&self) -> Length {
        self.body.length()
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        self.body.take()
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        self.body.fill().await
    }

    fn trailers(&self) -> Option<&Fields> {
        self.body.trailers()
    }

    fn is_ended(&self) -> bool {
        self.body.is_ended()
    }
}

impl ResponseSource for ResponseIn<'_> {
    async fn head(&mut self, into: &mut ResponseHead, wait: Duration) -> Result<(), ResponseFault> {
        let wait = Wait::Until(Instant::now() + wait);
        let end = loop {
            let filled = self.body.buffer.filled();
            if let Some(end) = end_of_head(filled, self.scanned) {
                break end;
            }
            self.scanned = filled.len();
            if filled.len() >= response::MOST {
                return Err(ResponseFault::TooLarge);
            }
            match self
                .body
                .link
                .read(self.body.buffer, response::MOST, wait)
                .await
            {
                Ok(0) if self.body.buffer.is_empty() => {
                    return Err(ResponseFault::ClosedUnanswered);
                }
                Ok(0) => return Err(ResponseFault::ClosedWithin),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    return Err(ResponseFault::TimedOut);
                }
                Err(_) if self.body.buffer.is_empty() => {
                    return Err(ResponseFault::ClosedUnanswered);
                }
                Err(_) => return Err(ResponseFault::ClosedWithin),
            }
        };
        self.scanned = 0;
        let block = self.body.buffer.filled().get(..end).unwrap_or_default();
        let http11 = response::read(block, into).map_err(ResponseFault::Invalid)?;
        into.version = if http11 {
            Version::Http11
        } else {
            Version::Http10
        };
        self.body.buffer.consume(end);
        let length = self.framing(into, http11).map_err(ResponseFault::Invalid)?;
        self.body.expect(length);
        Ok(())
    }
}
