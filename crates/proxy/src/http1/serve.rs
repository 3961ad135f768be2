//! The caller's side of HTTP/1: one connection, one request after the other.

use super::body::{Body, Pace};
use super::length::Length;
use super::request::{self, Framing, end_of_head};
use super::write::Writer;
use crate::connection::Caller;
use crate::exchange::{
    self, BodyFault, Piece, RequestSource, ResponseSink, Sink, SinkFault, Source,
};
use crate::gateway::{Core, CoreState};
use crate::io::{Buffer, Link, Wait};
use crate::tunnel::{Inflow, Outflow};
use postern_model::{Code, Denial};
use postern_policy::fields::Fields;
use postern_policy::head::{Head, Version};
use std::io::ErrorKind;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// A body of at most so many bytes that is here already goes up in one go.
const SMALL_BODY: usize = 16 << 10;
/// How long a caller that has closed its side may still wait for the response.
const HALF_CLOSED: Duration = Duration::from_secs(5);
/// How long an idle connection stays open while the gateway drains, so that a request that is under
/// way to it is not lost.
const DRAIN_QUIET: Duration = Duration::from_secs(1);
/// How much of a refused body is read before the connection is given up, bytes.
pub(crate) const LINGER_BYTES: usize = 64 << 20;
/// How long that may take.
pub(crate) const LINGER: Duration = Duration::from_secs(30);
/// How long a lingering peer may be silent.
pub(crate) const LINGER_SILENCE: Duration = Duration::from_secs(3);

/// What becomes of the connection.
#[derive(Debug)]
enum Next {
    /// Another request may follow.
    Keep,
    /// Close it.
    Close,
    /// Close it once the peer has had the time to read what we said.
    Linger,
}

/// Serves a connection until it ends.
pub(crate) async fn serve(core: &Rc<Core>, caller: &Caller, link: Link, buffer: Buffer) {
    let mut session = Session {
        link,
        buffer,
        out: Vec::new(),
        head: Head::default(),
    };
    let _woken = std::future::poll_fn(|cx| Poll::Ready(core.wake_to_drain(cx.waker()))).await;
    loop {
        match session.request(core, caller).await {
            Next::Keep => {}
            Next::Close => return session.link.shutdown(Wait::For(LINGER_SILENCE)).await,
            Next::Linger => return session.linger().await,
        }
    }
}

/// Tells a caller why it is not served, before it has said anything.
pub(crate) async fn turn_away(core: &Rc<Core>, caller: &Caller, link: Link, denial: Denial) {
    let mut session = Session {
        link,
        buffer: Buffer::default(),
        out: Vec::new(),
        head: Head::default(),
    };
    let state = core.state();
    session.refuse(core, &state, caller, denial, None).await;
    session.linger().await;
}

struct Session {
    link: Link,
    buffer: Buffer,
    out: Vec<u8>,
    head: Head,
}

impl Session {
    async fn request(&mut self, core: &Rc<Core>, caller: &Caller) -> Next {
        if !self.arrives(core).await {
            return Next::Close;
        }
        let state = core.state();
        let begun = Instant::now();
        let framing = match self
            .read_head(&state, caller.facts.tls.is_some(), begun)
            .await
        {
            Ok(Some(framing)) => framing,
            Ok(None) => return Next::Close,
            Err(denial) => {
                self.refuse(core, &state, caller, denial, Some(begun)).await;
                return Next::Linger;
            }
        };
        let timeouts = &state.configuration().timeouts;
        let pace = Pace {
            silence: timeouts.body,
            rate: timeouts.body_rate,
        };
        let writer = Writer::new(&self.link, &mut self.out, timeouts.body);
        let mut sink = Answer::new(core, writer, self.head.version, framing.keep_alive);
        sink.since = Some(begun.into_std());
        let body = Body::new(&self.link, &mut self.buffer, framing.length, pace);
        let mut source = Upload {
            body,
            expects: framing.expects,
        };
        let tunnel = exchange::run(core, &state, caller, &self.head, &mut source, &mut sink).await;
        if tunnel.is_some() {
            return Next::Close;
        }
        source.body.settle();
        next(&source, &sink)
    }

    async fn refuse(
        &mut self,
        core: &Rc<Core>,
        state: &CoreState,
        caller: &Caller,
        denial: Denial,
        begun: Option<Instant>,
    ) {
        let writer = Writer::new(
            &self.link,
            &mut self.out,
            state.configuration().timeouts.body,
        );
        let mut sink = Answer::new(core, writer, self.head.version, false);
        sink.since = begun.map(Instant::into_std);
        exchange::refuse_unread(core, state, caller, &self.head, denial, &mut sink).await;
    }

    /// Waits for the first byte of the next request.
    async fn arrives(&mut self, core: &Rc<Core>) -> bool {
        if !self.buffer.is_empty() {
            return true;
        }
        let (idle, most) = {
            let state = core.state();
            let configuration = state.configuration();
            (
                configuration.timeouts.idle,
                request::most(&configuration.limits),
            )
        };
        let mut wait = Wait::For(idle);
        let mut deadline = None;
        let mut draining = false;
        let read = std::future::poll_fn(|cx| {
            if core.is_draining() && !std::mem::replace(&mut draining, true) {
                wait = Wait::For(DRAIN_QUIET.min(idle));
                deadline = None;
            }
            self.link
                .poll_read(cx, &mut self.buffer, most, wait, &mut deadline)
        })
        .await;
        matches!(read, Ok(1..))
    }

    /// Reads the head. `None`: the peer left before it was complete.
    async fn read_head(
        &mut self,
        state: &CoreState,
        tls: bool,
        begun: Instant,
    ) -> Result<Option<Framing>, Denial> {
        let limits = &state.configuration().limits;
        let timeout = state.configuration().timeouts.header;
        let most = request::most(limits);
        let mut scanned = 0;
        self.head.clear();
        // An empty line before a request is forgiven (RFC 9112 §2.2); a second is not.
        if self.buffer.filled().starts_with(b"\r\n") {
            self.buffer.consume(2);
        }
        loop {
            let filled = self.buffer.filled();
            if let Some(end) = end_of_head(filled, scanned) {
                if end > most {
                    return Err(request::too_long(filled, limits));
                }
                let block = filled.get(..end).unwrap_or_default();
                let framing = request::read(block, limits, tls, &mut self.head)?;
                self.buffer.consume(end);
                return Ok(Some(framing));
            }
            if filled.len() >= most {
                return Err(request::too_long(filled, limits));
            }
            // Looked at when it has doubled, so that a slow sender costs no more than a quick one;
            // and when it looks like an end, since whoever sends bare LFs sends nothing after it.
            let is_ended = !filled.starts_with(b"\n")
                && (filled.ends_with(b"\n\n") || filled.ends_with(b"\n\r\n"));
            if scanned == 0 || filled.len() >= scanned * 2 || is_ended {
                request::check_beginning(filled, limits)?;
            }
            scanned = filled.len();
            match self
                .link
                .read(&mut self.buffer, most, Wait::Until(begun + timeout))
                .await
            {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    return Err(Denial::new(Code::ConnectionTimeout)
                        .saw("phase", "header")
                        .saw("limit", timeout.as_secs().saturating_mul(1000)));
                }
                Err(_) => return Ok(None),
            }
        }
    }

    /// Closes our end and reads on for a while: a peer that is still sending would otherwise get a
    /// reset, and lose the response that it has not read yet (RFC 9112 §9.6).
    async fn linger(mut self) {
        self.link.shutdown(Wait::For(LINGER_SILENCE)).await;
        let end = Instant::now() + LINGER;
        let mut left = LINGER_BYTES;
        loop {
            let held = self.buffer.len();
            self.buffer.consume(held);
            let wait = Wait::Until(end.min(Instant::now() + LINGER_SILENCE));
            match self.link.read(&mut self.buffer, SMALL_BODY, wait).await {
                Ok(n @ 1..) if n < left => left -= n,
                _ => return,
            }
        }
    }
}

fn next(source: &Upload<'_>, sink: &Answer<'_>) -> Next {
    if sink.writer.is_aborted() || !sink.is_complete {
        return Next::Close;
    }
    match (source.body.is_ended(), sink.keep_alive) {
        (true, true) => Next::Keep,
        (true, false) => Next::Close,
        (false, _) => Next::Linger,
    }
}

/// The caller's body.
struct Upload<'a> {
    body: Body<'a>,
    /// Whether the caller waits for `100 Continue`.
    expects: bool,
}

impl Source for Upload<'_> {
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

impl RequestSource for Upload<'_> {
    fn is_small(&self) -> bool {
        self.body.is_here() && self.body.buffer.len() <= SMALL_BODY
    }

    async fn proceed(&mut self) -> Result<(), BodyFault> {
        if !std::mem::take(&mut self.expects) || !self.body.buffer.is_empty() {
            return Ok(());
        }
        let wait = Wait::For(Duration::from_secs(10));
        let sent = self
            .body
            .link
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n", wait)
            .await;
        sent.map_err(|_| BodyFault::ClosedEarly)
    }

    fn inflow(&mut self) -> Inflow<'_> {
        Inflow::Connection(self.body.link, self.body.buffer)
    }

    async fn gone(&mut self) {
        self.body.settle();
        loop {
            if self.body.buffer.len() >= SMALL_BODY {
                // A long pipeline: whether its sender is still there shows when we write.
                return std::future::pending().await;
            }
            let body = &mut self.body;
            let read = body.link.read(body.buffer, SMALL_BODY, Wait::Forever);
            match read.await {
                Ok(1..) => {}
                // Whoever sends its end may have left, or only have nothing more to say: a quick
                // answer is still delivered.
                Ok(0) => return tokio::time::sleep(HALF_CLOSED).await,
                Err(_) => return,
            }
        }
    }
}

/// The response to the caller.
struct Answer<'a> {
    core: &'a Core,
    writer: Writer<'a>,
    version: Version,
    keep_alive: bool,
    begun: bool,
    is_complete: bool,
    /// When the request's first byte came.
    since: Option<std::time::Instant>,
}

impl<'a> Answer<'a> {
    const fn new(core: &'a Core, writer: Writer<'a>, version: Version, keep_alive: bool) -> Self {
        Self {
            core,
            writer,
            version,
            keep_alive,
            begun: false,
            is_complete: false,
            since: None,
        }
    }
}

impl Sink for Answer<'_> {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.writer.field(name, value);
    }

    fn end_head(&mut self, length: Length) {
        let length = match (length, self.version) {
            (Length::Chunked | Length::UntilClose, Version::Http10) => {
                self.keep_alive = false;
                Length::UntilClose
            }
            (Length::UntilClose, _) => Length::Chunked,
            (length, _) => length,
        };
        self.keep_alive &= !self.core.is_draining();
        if !self.begun {
            // An interim response says nothing about the connection.
        } else if !self.keep_alive {
            self.writer.field(b"connection", b"close");
        } else if self.version == Version::Http10 {
            self.writer.field(b"connection", b"keep-alive");
        }
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
        self.is_complete = self.begun;
        Ok(())
    }

    fn abort(&mut self) {
        self.writer.abort();
    }
}

impl ResponseSink for Answer<'_> {
    fn begin(&mut self, status: u16) {
        // An attempt that failed before anything was sent leaves no trace.
        self.writer.restart();
        self.begun = status >= 200;
        self.writer.status_line(status);
    }

    fn close(&mut self) {
        self.keep_alive = false;
    }

    fn outflow(&self) -> Outflow<'_> {
        Outflow::Connection(self.writer.link())
    }

    fn is_started(&self) -> bool {
        self.begun && self.writer.is_sent()
    }

    fn begun(&self) -> Option<std::time::Instant> {
        self.since
    }
}
